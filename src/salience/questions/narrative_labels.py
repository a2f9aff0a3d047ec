"""How each group calls each actor, and how that shifts: shares of labels, with intervals by text."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from salience.questions.narrative_params import NarrativeParams
from salience.questions.narrative_texts import Naming, Text

OTHERS = "other names"


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one label among all namings of an actor.

    Attributes
    ----------
    value, low, high : float or None
        None where no text names the actor.
    uses, texts : int
        Namings with this label, and texts in which they stand.
    of : int
        Namings of the actor in all.
    """

    value: float | None
    low: float | None
    high: float | None
    uses: int
    texts: int
    of: int


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label of one actor in one group."""

    group: str
    actor: str
    label: str
    share: Share
    before: Share
    after: Share
    first: date | None
    last: date | None
    examples: tuple[int, ...]


def choose_actors(namings: Sequence[Naming], params: NarrativeParams) -> list[str]:
    """Return whose labels are asked for: the named actors, else those called by most names, then most often."""
    if params.actors:
        return list(params.actors)
    labels: dict[str, set[str]] = defaultdict(set)
    uses = Counter(n.actor for n in namings)
    for naming in namings:
        labels[naming.actor].add(naming.label)
    several = [actor for actor in uses if len(labels[actor]) > 1]
    ordered = sorted(several or list(uses), key=lambda a: (-uses[a], a))
    return ordered[: params.most_actors]


def tabulate_labels(
    texts: Sequence[Text],
    namings: Sequence[Naming],
    actors: Sequence[str],
    params: NarrativeParams,
    split: date | None,
) -> list[LabelRow]:
    """Return the labels of each actor by group, the most frequent first; rare ones together."""
    by_text: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_text[text.sha256].append(text)
    rows: list[LabelRow] = []
    for actor in actors:
        own = [n for n in namings if n.actor == actor]
        shown = shown_labels(own, params)
        for group in ordered_groups(texts):
            counted = [(n, t) for n in own for t in by_text[n.sha256] if t.group == group]
            if len({t.report for _, t in counted}) < min(params.fewest_texts, 2):
                continue
            for label in [*shown, OTHERS]:
                row = _row(group, actor, label, shown, counted, split, params.level)
                if row.share.uses:
                    rows.append(row)
    return rows


def shown_labels(own: Sequence[Naming], params: NarrativeParams) -> list[str]:
    """Return the most frequent labels of an actor."""
    counts = Counter(n.label for n in own)
    return [
        label
        for label, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: params.most_labels]
    ]


def ordered_groups(texts: Iterable[Text]) -> list[str]:
    """Return the groups, the largest first."""
    counts = Counter(text.group for text in texts)
    return [group for group, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _row(
    group: str,
    actor: str,
    label: str,
    shown: Sequence[str],
    counted: Sequence[tuple[Naming, Text]],
    split: date | None,
    level: float,
) -> LabelRow:
    def is_label(naming: Naming) -> bool:
        return naming.label == label if label != OTHERS else naming.label not in shown

    hits = [(n, t) for n, t in counted if is_label(n)]
    days = [t.day for _, t in hits if t.day]
    part = [
        [(n, t) for n, t in counted if t.day and split and (t.day >= split) == after]
        for after in (False, True)
    ]
    shares = [
        share_of([t.report for n, t in pairs if is_label(n)], [t.report for _, t in pairs], level)
        for pairs in (counted, *part)
    ]
    examples = tuple(dict.fromkeys(n.row for n, _ in _spread(hits, 3)))
    return LabelRow(
        group,
        actor,
        label,
        shares[0],
        shares[1],
        shares[2],
        min(days, default=None),
        max(days, default=None),
        examples,
    )


def _spread(hits: Sequence[tuple[Naming, Text]], most: int) -> list[tuple[Naming, Text]]:
    """Return a few uses, spread over time."""
    ordered = sorted(hits, key=lambda hit: (hit[1].day or date.max, hit[0].row))
    if len(ordered) <= most:
        return ordered
    return [ordered[round(k * (len(ordered) - 1) / (most - 1))] for k in range(most)]


def share_of(hits: Sequence[int], all_of: Sequence[int], level: float) -> Share:
    """Return a ratio of counts with an interval that treats texts, not words, as independent.

    Parameters
    ----------
    hits, all_of : sequence of int
        For each use the text in which it stands.
    level : float
        Coverage.

    Notes
    -----
    The linearised variance of a ratio over clusters (Cochran 1977, Sampling Techniques, 3rd ed., eq. 2.46), on the
    logit scale, with Student-like widening by m / (m - 1) for m texts. With no use or only uses the interval is the
    exact binomial one for the number of texts (Clopper & Pearson 1934).
    """
    numbers = {text: k for k, text in enumerate(dict.fromkeys(all_of))}
    if not numbers:
        return Share(None, None, None, 0, 0, 0)
    x, n = np.zeros(len(numbers)), np.zeros(len(numbers))
    np.add.at(x, [numbers[text] for text in hits], 1)
    np.add.at(n, [numbers[text] for text in all_of], 1)
    share, texts = float(x.sum() / n.sum()), len(set(hits))
    low, high = _interval(x, n, share, level)
    return Share(share, low, high, int(x.sum()), texts, int(n.sum()))


def _interval(
    x: npt.NDArray[np.float64], n: npt.NDArray[np.float64], share: float, level: float
) -> tuple[float | None, float | None]:
    m = len(n)
    if m < 2:
        return None, None
    if share in (0.0, 1.0):
        edge = 1 - ((1 - level) / 2) ** (1 / m)
        return (0.0, edge) if share == 0 else (1 - edge, 1.0)
    variance = float((((x - share * n) ** 2).sum()) / n.sum() ** 2 * m / (m - 1))
    half = float(norm.ppf(0.5 + level / 2)) * math.sqrt(variance) / (share * (1 - share))
    centre = math.log(share / (1 - share))
    return 1 / (1 + math.exp(-(centre - half))), 1 / (1 + math.exp(-(centre + half)))


def difference(before: Share, after: Share, level: float) -> tuple[float, float, float] | None:
    """Return by how much a share rose, with an interval (Newcombe 1998, Stat. Med. 17, method 10, from both intervals)."""
    if None in (before.value, after.value, before.low, after.low, before.high, after.high):
        return None
    assert before.value is not None and after.value is not None
    assert (
        before.low is not None
        and before.high is not None
        and after.low is not None
        and after.high is not None
    )
    del level
    change = after.value - before.value
    low = change - math.hypot(after.value - after.low, before.high - before.value)
    high = change + math.hypot(after.high - after.value, before.value - before.low)
    return change, low, high


def yearly_shares(
    texts: Sequence[Text], namings: Sequence[Naming], actor: str, shown: Sequence[str]
) -> list[tuple[int, str, int, int]]:
    """Return for each year and label the uses and all namings of the actor, over all groups."""
    days: dict[str, list[date]] = defaultdict(list)
    for text in texts:
        if text.day:
            days[text.sha256].append(text.day)
    uses: Counter[tuple[int, str]] = Counter()
    for naming in namings:
        if naming.actor == actor:
            for day in days[naming.sha256]:
                uses[day.year, naming.label if naming.label in shown else OTHERS] += 1
    totals: Counter[int] = Counter()
    for (year, _), count in uses.items():
        totals[year] += count
    return [(year, label, count, totals[year]) for (year, label), count in sorted(uses.items())]
