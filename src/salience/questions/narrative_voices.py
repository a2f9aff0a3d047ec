"""Who speaks when, who fell silent, and whom each group quotes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from salience.questions.narrative_labels import ordered_groups
from salience.questions.narrative_texts import Text


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
    """

    source: str
    group: str
    kind: str | None
    texts: int
    years: int
    first: date | None
    last: date | None


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
                  days[0] if days else None, days[-1] if days else None)
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


def silent_since(texts: Sequence[Text], peak: int, last: int) -> list[str]:
    """Return the sources that spoke in the peak year and not in the last one."""
    then = {t.source for t in texts if t.day and t.day.year == peak}
    now = {t.source for t in texts if t.day and t.day.year == last}
    return sorted(then - now)


def whom_quoted(
    texts: Sequence[Text], quoted: Sequence[tuple[int, str, str]], most: int = 8
) -> list[tuple[str, str, int, int, tuple[int, ...]]]:
    """Return for each group whom it quotes or cites: name, times, texts, and some rows."""
    by_text: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_text[text.sha256].append(text)
    rows = []
    for group in ordered_groups(texts):
        times: Counter[str] = Counter()
        where: dict[str, set[int]] = defaultdict(set)
        examples: dict[str, list[int]] = defaultdict(list)
        spelled: dict[str, str] = {}
        for row, sha, speaker in quoted:
            for text in by_text[sha]:
                if text.group == group:
                    key = speaker.lower().removeprefix("the ")
                    spelled.setdefault(key, speaker)
                    times[key] += 1
                    where[key].add(text.report)
                    examples[key].append(row)
        ordered = sorted(times, key=lambda k: (-times[k], k))[:most]
        rows += [(group, spelled[k], times[k], len(where[k]), tuple(examples[k][:3])) for k in ordered]
    return rows
