"""Pieces of dates that belong together: ranges, and words that leave an interval open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from salience.reading.dates.spans import RUNS_BACK, Meant, Said, Unsaid, meant, year_in
from salience.reading.dates.words import key, one_of, plain, table

REACH = 32


@dataclass(frozen=True, slots=True)
class Told:
    """A date with what it means, in places of the text as the patterns see it."""

    start: int
    end: int
    first: date | None
    last: date | None
    precision: str
    calendar: str
    kind: str
    problem: str | None = None


@cache
def _join() -> re.Pattern[str]:
    words = table()["open"]
    return re.compile(
        rf"\s{{0,3}}(?:(?P<to>{one_of(words['to'])})|(?P<and>{one_of(words['and'])}))\s{{0,3}}(?:the\s)?"
    )


@cache
def _before(*names: str) -> re.Pattern[str]:
    words = [word for name in names for word in table()["open"][name]]
    return re.compile(rf"(?<!\w)(?P<cue>{one_of(words)})\s+(?:the\s+|سال\s+|تاریخ\s+|روز\s+)?$")


@cache
def _onwards() -> re.Pattern[str]:
    words = table()["open"]
    ongoing = rf"(?:\s?[-–—]\s?|\s+to\s+|\s+until\s+)(?:the\s+)?{one_of(words['ongoing'])}\b"
    return re.compile(rf"{ongoing}|\s+{one_of(words['since_after'])}(?!\w)")


@cache
def _open_cues() -> dict[str, str]:
    words = table()["open"]
    return {
        plain(word): side.removesuffix("_arabic")
        for side in ("since", "until", "before", "after", "until_arabic", "before_arabic", "after_arabic")
        for word in words[side]
    }


def joined(text: str, pieces: Sequence[Said], anchor: date | None) -> list[Told]:
    """Return the dates of a text from its pieces in their order."""
    told: list[Told] = []
    pieces = _stepped(text, pieces, anchor)
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        floor = told[-1].end if told else 0
        pair = _pair(text, piece, following, anchor, floor) if following else None
        if pair:
            told.append(pair)
            at += 2
            continue
        if following:
            piece = _completed(text, piece, following)
        if not _stray(text, piece, pieces, at):
            told.append(_alone(text, piece, anchor, floor))
        at += 1
    return told


def _stepped(text: str, pieces: Sequence[Said], anchor: date | None) -> list[Said]:
    """Let "15 August last year" and "Monday last week" be one date each."""
    done: list[Said] = []
    for piece in pieces:
        one = done[-1] if done else None
        if (
            one is None
            or piece.form != "step"
            or not re.fullmatch(r",?\s{0,3}(?:(?:of|د)\s)?", text[one.end : piece.start][:REACH])
        ):
            done.append(piece)
        elif piece.unit == "year" and one.form == "date" and one.month and not (one.year or one.short):
            year = anchor and _year_there(one.calendar, anchor)
            year = year + (piece.number or 0) if year else None
            done[-1] = replace(one, end=piece.end, year=year, number=None, weak=False)
        elif piece.unit == "week" and one.form == "weekday" and one.number is None:
            done[-1] = _day_of_week(one, piece, anchor)
        else:
            done.append(piece)
    return done


def _year_there(calendar: str, anchor: date) -> int | None:
    try:
        return year_in(calendar, anchor)[0]
    except Unsaid:
        return None


def _day_of_week(day: Said, week: Said, anchor: date | None) -> Said:
    assert day.weekday is not None
    try:
        start = meant(week, anchor).first
        number = (start + timedelta(days=(day.weekday - start.weekday()) % 7) - (anchor or start)).days
    except (Unsaid, OverflowError) as why:
        return replace(day, end=week.end, problem=str(why))
    return replace(day, end=week.end, form="step", unit="day", number=number)


def _stray(text: str, piece: Said, pieces: Sequence[Said], at: int) -> bool:
    """Tell whether a piece counts only beside another one, and there is none."""
    if not piece.weak:
        return False
    if piece.month is not None and piece.year is not None:
        return False
    if at == 0:
        return True
    before = pieces[at - 1]
    listed = piece.start - before.end <= 6 and before.form == "date"
    return not (listed and (piece.month is not None or before.month is None))


def _pair(  # noqa: PLR0911 - each line one reason why two pieces are no range
    text: str, one: Said, two: Said, anchor: date | None, floor: int
) -> Told | None:
    """Return the range that two pieces are the ends of, or None."""
    if one.form == "event" and two.form == "date":
        if not re.fullmatch(r",?\s+(?:(?:in|on|of|at|در|به)\s+)?", text[one.end : two.start][:REACH]):
            return None
        # What happened in 1968 may have happened on any of its days: "after" begins with the first of them.
        side = next((side for word, side in _open_cues().items() if _starts(text, one, word)), "since")
        cue = {"after": "since", "before": "until"}.get(side, side)
        whole = _open(text, replace(two, weak=False), anchor, cue)
        return replace(whole, start=one.start, kind="anchored event")
    same = one.form == two.form and one.calendar == two.calendar and one.form in ("date", "decade", "century")
    if not same or two.start - one.end > 16:
        return None
    join = _join().fullmatch(text, one.end, two.start)
    if join is None or one.last_year or two.last_year or (one.day is None) != (two.day is None):
        return None
    lead = _before("between", "from").search(text, max(floor, one.start - REACH), one.start)
    if join["and"] and not (lead and lead["cue"] in {plain(w) for w in table()["open"]["between"]}):
        return None
    start = one.start
    one, two = _shared(one, two)
    try:
        first, last = _ends(one, two, anchor)
    except Unsaid as why:
        return Told(start, two.end, None, None, "unknown", one.calendar, "absolute", str(why))
    if first.first > last.last:
        return Told(start, two.end, None, None, "unknown", one.calendar, "absolute", RUNS_BACK)
    precision = "days" if one.day is not None else first.precision
    return Told(start, two.end, first.first, last.last, precision, one.calendar, "absolute")


def _starts(text: str, piece: Said, word: str) -> bool:
    """Tell whether a piece starts with a word."""
    return key(text[piece.start : piece.end]).startswith(word)


def _ends(one: Said, two: Said, anchor: date | None) -> tuple[Meant, Meant]:
    last = meant(two, anchor)
    if one.form == "date" and one.year is None and one.short is None and one.month is not None:
        # Neither end names its year: the second is the nearest one, the first lies before it.
        return meant(one, last.last), last
    return meant(one, anchor), last


def _shared(one: Said, two: Said) -> tuple[Said, Said]:
    """Let the end of a range that names no year have the other one's."""
    if one.form != "date" or one.month is None or two.month is None:
        return one, two
    one_year, two_year = one.year or one.short, two.year or two.short
    later = (one.month, one.day or 0) > (two.month, two.day or 0)
    if one_year is None and two_year is not None:
        return replace(one, year=None if two.year is None else two.year - later, short=two.short), two
    if two_year is None and one_year is not None and one.year is not None:
        return one, replace(two, year=one.year + later)
    return one, two


def _completed(text: str, one: Said, two: Said) -> Said:
    """Let a day or month of a list have the year that stands after the list."""
    if one.form != "date" or one.month is None or one.year or one.short or two.form != "date":
        return one
    if two.calendar != one.calendar or two.month is None or not two.year or one.month > two.month:
        return one
    if re.fullmatch(r"\s{0,3}(?:,|،|and|or|&|و|,\s?and)\s{0,3}", text[one.end : two.start][:REACH]) is None:
        return one
    return replace(one, year=two.year)


def _alone(text: str, piece: Said, anchor: date | None, floor: int) -> Told:
    if piece.form == "event":
        return Told(
            piece.start, piece.end, None, None, "unknown", "gregorian", "anchored event", piece.problem
        )
    before = _before("since", "until", "before", "after", "until_arabic", "before_arabic", "after_arabic")
    cue = before.search(text, max(floor, piece.start - REACH), piece.start)
    onwards = _onwards().match(text, piece.end)
    if onwards and not (cue and _open_cues()[key(cue["cue"])] != "since"):
        told = _open(text, piece, anchor, "since ")
        return replace(told, start=cue.start() if cue else piece.start, end=onwards.end())
    if cue:
        told = _open(text, piece, anchor, text[cue.start() : piece.start])
        return replace(told, start=cue.start())
    return _closed(piece, anchor)


def _closed(piece: Said, anchor: date | None) -> Told:
    kind = "relative" if piece.form in ("weekday", "step", "rolling") else "absolute"
    if piece.form in ("date", "season") and piece.month and piece.year is None and piece.short is None:
        kind = "relative"
    # Days and weeks are the same days in every calendar; nobody counts them in one.
    counted = piece.form == "weekday" or (piece.form == "step" and piece.unit in ("day", "night", "week"))
    calendar = "gregorian" if counted else piece.calendar
    try:
        days = meant(piece, anchor)
    except Unsaid as why:
        return Told(piece.start, piece.end, None, None, "unknown", calendar, kind, str(why))
    return Told(piece.start, piece.end, days.first, days.last, days.precision, calendar, kind)


def _open(text: str, piece: Said, anchor: date | None, cue: str) -> Told:
    """Return an interval that has one end only, as the words before a date say."""
    told = _closed(piece, anchor)
    if told.first is None or told.last is None:
        return told
    words = key(cue)
    side = next((_open_cues()[word] for word in _open_cues() if words.startswith(word)), "since")
    if side == "until" and words.startswith("by") and told.kind == "relative" and piece.form == "date":
        why = "a date ahead of the text or behind it: the year is not said"
        return replace(told, first=None, last=None, precision="unknown", problem=why)
    try:
        first, last = {
            "since": (told.first, None),
            "until": (None, told.last),
            "before": (None, told.first - timedelta(days=1)),
            "after": (told.last + timedelta(days=1), None),
        }[side]
    except OverflowError:
        return replace(told, first=None, last=None, precision="unknown", problem="out of range")
    return replace(told, first=first, last=last, precision="since")
