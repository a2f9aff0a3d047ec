"""How each group calls each actor, and how that shifts: shares of labels, with intervals by text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from salience.methods.shares import ClusterShare, cluster_share
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.texts import (
    Naming,
    Text,
    by_content,
    clusters_of,
    ordered_groups,
)

OTHERS = "other names"


Use = tuple[Naming, Text]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label of one actor in one group.

    Attributes
    ----------
    group, actor, label : str
    share, before, after : ClusterShare
        In all, before the split and after it.
    texts : int
        Texts in which the label stands.
    first, last : date or None
        Of its use.
    examples : tuple of (Naming, Text)
        A few uses, spread over time.
    """

    group: str
    actor: str
    label: str
    share: ClusterShare
    before: ClusterShare
    after: ClusterShare
    texts: int
    first: date | None
    last: date | None
    examples: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class LabelUsers:
    """Which sources use a label at all, and which did so first."""

    actor: str
    label: str
    sources: int
    before: int
    after: int
    first: date | None
    first_sources: tuple[str, ...]
    last: date | None
    examples: tuple[Use, ...]


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


def count_labels(
    texts: Sequence[Text],
    namings: Sequence[Naming],
    actors: Sequence[str],
    params: NarrativeParams,
    split: date | None,
) -> list[LabelRow]:
    """Return the labels of each actor by group, the most frequent first; rare ones together."""
    rows: list[LabelRow] = []
    for actor in actors:
        own = uses_of(texts, namings, actor)
        shown = shown_labels([n for n, _ in own], params)
        for group in ordered_groups(texts):
            counted = [(n, t) for n, t in own if t.group == group]
            for label in [*shown, OTHERS]:
                row = _row((group, actor, label), shown, counted, split, params.level)
                if row.share.hits:
                    rows.append(row)
    return rows


def uses_of(texts: Sequence[Text], namings: Sequence[Naming], actor: str) -> list[Use]:
    """Return the places where an actor is named, each with the report it stands in."""
    reports = by_content(texts)
    return [(n, t) for n in namings if n.actor == actor for t in reports[n.sha256]]


def shown_labels(own: Sequence[Naming], params: NarrativeParams) -> list[str]:
    """Return the most frequent labels of an actor."""
    counts = Counter(n.label for n in own)
    return [
        label
        for label, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: params.most_labels]
    ]


def _row(
    name: tuple[str, str, str], shown: Sequence[str], counted: Sequence[Use], split: date | None, level: float
) -> LabelRow:
    def is_label(naming: Naming) -> bool:
        return naming.label == name[2] if name[2] != OTHERS else naming.label not in shown

    hits = [(n, t) for n, t in counted if is_label(n)]
    days = [t.day for _, t in hits if t.day]
    shares = [
        share_of(pairs, [is_label(n) for n, _ in pairs], level) for pairs in (counted, *parts(counted, split))
    ]
    texts = len({t.report for _, t in hits})
    first, last = min(days, default=None), max(days, default=None)
    whole, before, after = shares
    return LabelRow(*name, whole, before, after, texts, first, last, spread(hits, 3))


def parts(uses: Sequence[Use], split: date | None) -> tuple[list[Use], list[Use]]:
    """Return the dated uses before the split, and those since."""
    dated = [(n, t, t.day) for n, t in uses if t.day and split]
    return (
        [(n, t) for n, t, day in dated if split and day < split],
        [(n, t) for n, t, day in dated if split and day >= split],
    )


def share_of(uses: Sequence[Use], hit: Sequence[bool], level: float) -> ClusterShare:
    """Return the share of uses that hit, with an interval that takes texts that hang together as one."""
    counts = cluster_counts(uses, hit)
    return cluster_share([x for x, _ in counts], [n for _, n in counts], level=level)


def cluster_counts(uses: Sequence[Use], hit: Sequence[bool]) -> list[tuple[int, int]]:
    """Return hits and uses in each cluster of texts, in order of appearance."""
    x: Counter[object] = Counter()
    n: Counter[object] = Counter()
    for cluster, is_hit in zip(clusters_of([t for _, t in uses]), hit, strict=True):
        x[cluster] += int(is_hit)
        n[cluster] += 1
    return [(x[cluster], n[cluster]) for cluster in n]


def find_users(
    texts: Sequence[Text], namings: Sequence[Naming], actor: str, shown: Sequence[str], split: date | None
) -> list[LabelUsers]:
    """Return for each label how many sources use it, in all and on each side of the split, and who was first."""
    rows = []
    own = uses_of(texts, namings, actor)
    for label in shown:
        hits = [(n, t) for n, t in own if n.label == label]
        early, late = parts(hits, split)
        days = [t.day for _, t in hits if t.day]
        first = min(days, default=None)
        leaders = tuple(dict.fromkeys(t.source for _, t in hits if first and t.day == first))
        whole, before, after = (len({t.source for _, t in part}) for part in (hits, early, late))
        first_sources, last = tuple(sorted(leaders)), max(days, default=None)
        rows.append(
            LabelUsers(actor, label, whole, before, after, first, first_sources, last, spread(hits, 2))
        )
    return rows


def spread(hits: Sequence[Use], most: int) -> tuple[Use, ...]:
    """Return a few uses, spread over time."""
    ordered = sorted(hits, key=lambda hit: (hit[1].day or date.max, hit[1].report, hit[0].start))
    if len(ordered) <= most:
        return tuple(ordered)
    return tuple(ordered[round(k * (len(ordered) - 1) / max(most - 1, 1))] for k in range(most))


@dataclass(frozen=True, slots=True)
class YearRow:
    """One label of one actor in one year."""

    actor: str
    year: int
    label: str
    share: ClusterShare
    examples: tuple[Use, ...]


def yearly_shares(
    texts: Sequence[Text], namings: Sequence[Naming], actor: str, shown: Sequence[str], level: float
) -> list[YearRow]:
    """Return for each year and label its share of all namings of the actor, over all groups."""
    by_year: dict[int, list[Use]] = defaultdict(list)
    for naming, text in uses_of(texts, namings, actor):
        if text.day:
            by_year[text.day.year].append((naming, text))
    rows = []
    for year, uses in sorted(by_year.items()):
        told = [n.label if n.label in shown else OTHERS for n, _ in uses]
        for label in [*shown, OTHERS]:
            hit = [each == label for each in told]
            if any(hit):
                hits = [use for use, is_hit in zip(uses, hit, strict=True) if is_hit]
                rows.append(YearRow(actor, year, label, share_of(uses, hit, level), spread(hits, 1)))
    return rows
