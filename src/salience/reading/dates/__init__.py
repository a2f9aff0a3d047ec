"""Dates in texts: each with its place, the days it can mean, and why, where it means none.

A date is never guessed. What depends on the day of the text ("last Monday", "15 August") is resolved against the
`anchor` only; what the words leave open ("03/04/2024", "since the takeover") comes back without days and with a
sentence that says what is missing.

Conventions: a day without a year is the nearest before the anchor, or the coming one if that is at most 31 days ahead
in the same year; weeks begin on Monday, and on Saturday in Dari, Pashto and Persian; the 19th century is 1801 to
1900; the 1990s are 1990 to 1999, early ones to 1993, late ones from 1997; seasons are those of the north, by whole
months; Dari, Pashto and Persian texts count last month and last year by the Solar Hijri calendar unless they say
otherwise.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from salience.errors import InputError
from salience.reading.dates import arabic as date_arabic
from salience.reading.dates import latin_rules as date_latin_rules
from salience.reading.dates.joins import Told, joined
from salience.reading.dates.latin import Reader
from salience.reading.dates.spans import Said
from salience.reading.dates.words import ARABIC, CALENDARS, Seen, seen

BEFORE, BEHIND = 48, 64


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a text.

    Attributes
    ----------
    start, end, text
        Where it stands in the given text, in code points, and what is written there.
    date_from, date_to : datetime.date or None
        First and last day, in the Gregorian calendar; one is None where the interval is open ("since 2021"), both
        where the words cannot be resolved.
    precision : str
        "day", "days", "week", "month", "season", "year", "decade", "century", "since" (open at one side: since,
        until, before, after) or "unknown".
    calendar : str
        The calendar of the words: "gregorian", "solar hijri" or "lunar hijri".
    kind : str
        "absolute", "relative" (to the anchor) or "anchored event" (to something that happened).
    problem : str or None
        Why it could not be resolved.
    """

    start: int
    end: int
    text: str
    date_from: date | None
    date_to: date | None
    precision: str
    calendar: str
    kind: str
    problem: str | None = None

    @property
    def value(self) -> str:
        """Return the interval in ISO 8601: `2024-02-24`, `2024-02`, `1990/1999`, `2021-01-01/..`; or nothing."""
        first, last = self.date_from, self.date_to
        if first is None or last is None:
            return "" if first is last else f"{first or '..'}/{last or '..'}"
        if first == last:
            return first.isoformat()
        months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
        if self.precision in ("days", "week", "day") or not months:
            return f"{first}/{last}"
        size = 4 if self.precision in ("year", "decade", "century") else 7
        if size == 4 and (first.month, last.month) != (1, 12):
            size = 7
        ends = first.isoformat()[:size], last.isoformat()[:size]
        return ends[0] if ends[0] == ends[1] else "/".join(ends)


def dates(
    text: str, anchor: date | str | None = None, *, calendar: str | None = None
) -> tuple[DateFound, ...]:
    """Return the dates of a text in their order, none overlapping another.

    Parameters
    ----------
    text : str
        Any text in Latin or Arabic script.
    anchor : datetime.date or str, optional
        The day of the text (as ISO 8601 when a string), against which relative dates are resolved.
    calendar : str, optional
        "gregorian", "solar hijri" or "lunar hijri": the calendar of numbers and of last month and last year where
        the words do not say; without it, years from 1300 to 1499 are Solar Hijri.

    Raises
    ------
    InputError
        When the anchor is no date or the calendar none of the three.
    """
    day = _anchor(anchor)
    if calendar is not None and calendar not in CALENDARS:
        raise InputError(f"calendar {calendar!r} is none of {', '.join(CALENDARS)}")
    found = seen(text)
    pieces = _longest(_pieces(found))
    if calendar is not None:
        pieces = [_as_told(piece, found, calendar) for piece in pieces]
    return tuple(_found(text, found, told) for told in joined(found.lower, pieces, day))


def _anchor(anchor: date | str | None) -> date | None:
    if isinstance(anchor, datetime):
        return anchor.date()
    if anchor is None or isinstance(anchor, date):
        return anchor
    try:
        return date.fromisoformat(anchor)
    except (ValueError, TypeError):
        raise InputError(
            f"the date of the text must be written like 2024-02-24, not {str(anchor)[:40]!r}"
        ) from None


def _pieces(found: Seen) -> Iterator[Said]:
    """Yield what each rule reads, looking only where a trigger stands."""
    scripts = [(date_latin_rules.trigger(), date_latin_rules.rules())]
    if ARABIC.search(found.lower):
        scripts.append((date_arabic.trigger(), date_arabic.rules()))
    for trigger, rules in scripts:
        for start, end, names in _windows(found, trigger):
            for name in names:
                for pattern, reader in rules.get(name, ()):
                    yield from _read(pattern, reader, found, start, end)


def _read(pattern: re.Pattern[str], reader: Reader, found: Seen, start: int, end: int) -> Iterator[Said]:
    for match in pattern.finditer(found.lower, start, end):
        said = reader(match, found)
        # A piece that touches the end of the looked-at part may be cut; triggers leave room behind them.
        if said is not None and (said.end < end or end == len(found.lower)):
            yield said


def _windows(found: Seen, trigger: re.Pattern[str]) -> Iterator[tuple[int, int, set[str]]]:
    """Yield the parts of a text round its triggers, and which kinds of triggers stand there."""
    text = found.lower
    start, end, names = 0, -1, set[str]()
    for match in trigger.finditer(text):
        name = date_latin_rules.kind_at(match, found)
        if name is None:
            continue
        at = match.start() - BEFORE
        if at > end:
            if names:
                yield start, min(end, len(text)), names
            start, names = max(at, 0), set()
        end = match.end() + BEHIND
        names.add(name)
    if names:
        yield start, min(end, len(text)), names


def _longest(pieces: Iterator[Said]) -> list[Said]:
    """Return the pieces that no longer one overlaps, in the order of the text."""
    kept: list[Said] = []
    cluster: list[Said] = []
    reach = -1
    for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):
        if piece.start >= reach and cluster:
            kept += _of_cluster(cluster)
            cluster = []
        cluster.append(piece)
        reach = max(reach, piece.end)
    return sorted(kept + _of_cluster(cluster), key=lambda piece: piece.start)


def _of_cluster(cluster: list[Said]) -> list[Said]:
    chosen: list[Said] = []
    for piece in sorted(cluster, key=lambda piece: (piece.weak, piece.start - piece.end, piece.start)):
        if all(piece.end <= other.start or piece.start >= other.end for other in chosen):
            chosen.append(piece)
    return chosen


def _as_told(piece: Said, found: Seen, calendar: str) -> Said:
    """Read what names no calendar by the one the caller gives."""
    written = found.lower[piece.start : piece.end]
    if piece.form in ("step", "rolling") and piece.unit in ("month", "year"):
        return replace(piece, calendar=calendar)
    if piece.form == "date" and not re.search(r"[^\W\d]", written) and 1300 <= (piece.year or 0) <= 1499:
        return replace(piece, calendar=calendar)
    return piece


def _found(text: str, found: Seen, told: Told) -> DateFound:
    start, end = found.place(told.start), found.place(told.end - 1) + 1
    return DateFound(
        start,
        end,
        text[start:end],
        told.first,
        told.last,
        told.precision,
        told.calendar,
        told.kind,
        told.problem,
    )
