"""Who speaks when, who fell silent, and whom each group quotes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from salience.questions.narrative.texts import Quoted, Text, by_content, ordered_groups


@dataclass(frozen=True, slots=True)
class Voice:
    """One source's presence.

    Attributes
    ----------
    source, group, kind
    texts : int
    years : int
        Years with a text.
    first, last : date or None
    latest : Text
        Its last text, or one without a date when none has any.
    """

    source: str
    group: str
    kind: str | None
    texts: int
    years: int
    first: date | None
    last: date | None
    latest: Text


def find_voices(texts: Sequence[Text]) -> list[Voice]:
    """Return the sources, those with most texts first."""
    own: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        own[text.source].append(text)
    voices = []
    for source, theirs in own.items():
        days = sorted(t.day for t in theirs if t.day)
        voices.append(
            Voice(source, theirs[0].group, theirs[0].kind, len(theirs), len({d.year for d in days}),
                  days[0] if days else None, days[-1] if days else None,
                  max(theirs, key=lambda t: (t.day or date.min, t.report)))
        )  # fmt: skip
    return sorted(voices, key=lambda v: (-v.texts, v.source))


def yearly_voices(texts: Sequence[Text]) -> list[tuple[int, int, int]]:
    """Return for each year how many sources speak, and in how many texts; years of silence between them are zeros."""
    sources: dict[int, set[str]] = defaultdict(set)
    counts: Counter[int] = Counter()
    for text in texts:
        if text.day:
            sources[text.day.year].add(text.source)
            counts[text.day.year] += 1
    if not sources:
        return []
    return [(year, len(sources[year]), counts[year]) for year in range(min(sources), max(sources) + 1)]


@dataclass(frozen=True, slots=True)
class Silent:
    """A source that spoke in the fullest year and not in the last one: how often then, and its last text."""

    source: str
    group: str
    texts: int
    latest: Text


def find_silent(texts: Sequence[Text]) -> tuple[int, int, list[Silent]] | None:
    """Return the fullest year, the last one, and who spoke in the one and not in the other; None for a single year."""
    voices = yearly_voices(texts)
    if len(voices) < 2:
        return None
    peak, last = fullest_year(voices), voices[-1][0]
    if peak == last:
        return None
    spoke: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        if text.day:
            spoke[text.source].append(text)
    silent = []
    for source, theirs in sorted(spoke.items()):
        years = Counter(t.day.year for t in theirs if t.day)
        if years[peak] and not years[last]:
            latest = max(theirs, key=lambda t: (t.day or date.min, t.report))
            silent.append(Silent(source, theirs[0].group, years[peak], latest))
    return peak, last, sorted(silent, key=lambda s: (-s.texts, s.source))


def fullest_year(voices: Sequence[tuple[int, int, int]]) -> int:
    """Return the year in which most sources speak, the latest of equals."""
    return max(voices, key=lambda row: (row[1], row[0]))[0]


@dataclass(frozen=True, slots=True)
class QuotedRow:
    """Whom a group quotes or cites: the name as written, times, texts, and some places."""

    group: str
    speaker: str
    times: int
    texts: int
    examples: tuple[tuple[Text, tuple[int, int]], ...]


def whom_quoted(texts: Sequence[Text], quoted: Sequence[Quoted], most: int = 8) -> list[QuotedRow]:
    """Return for each group whom it quotes or cites, the most frequent first."""
    reports = by_content(texts)
    found: dict[str, dict[str, list[tuple[Quoted, Text]]]] = defaultdict(lambda: defaultdict(list))
    for each in quoted:
        for text in reports[each.sha256]:
            found[text.group][each.speaker.casefold().removeprefix("the ")].append((each, text))
    rows = []
    for group in ordered_groups(texts):
        for uses in sorted(found[group].values(), key=lambda u: (-len(u), u[0][0].speaker))[:most]:
            spellings = Counter(each.speaker for each, _ in uses)
            spelled = min(spellings, key=lambda s: (-spellings[s], s))
            places = tuple((text, (each.start, each.end)) for each, text in uses[:3])
            rows.append(QuotedRow(group, spelled, len(uses), len({t.report for _, t in uses}), places))
    return rows
