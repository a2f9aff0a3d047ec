"""How much of each group's text repeats a party's own statements, and who uses shared labels and passages first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from salience.methods.leads import Leads, lead_lag
from salience.methods.shares import ClusterShare, cluster_share
from salience.questions.narrative.labels import Use
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.texts import REST, Text, clusters_of, ordered_groups
from salience.questions.narrative.words import Repeat

PARTIES = ("official", "party")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Repeated:
    """How much of a group's text stands in an earlier statement of a party.

    Attributes
    ----------
    group : str
    texts, repeating : int
        Its texts, and those that repeat anything.
    share : ClusterShare
        Of characters.
    examples : tuple of Repeat
        The longest.
    """

    group: str
    texts: int
    repeating: int
    share: ClusterShare
    examples: tuple[Repeat, ...]


def find_parties(texts: Sequence[Text], params: NarrativeParams) -> set[str]:
    """Return the sources whose own statements others may repeat; none when all sources are such."""
    if params.party:
        wanted = set(params.party)
        return {t.source for t in texts if t.source in wanted or t.kind in wanted}
    own = {t.source for t in texts if t.kind in PARTIES}
    return own if own != {t.source for t in texts} else set()


def repeated_shares(
    texts: Sequence[Text],
    contents: Mapping[str, str],
    repeats: Sequence[Repeat],
    party: set[str],
    level: float,
) -> list[Repeated]:
    """Return for each group how much of its text repeats statements of parties, earlier ones or of the same day."""
    from_party = [r for r in map(_party_first(party), repeats) if r.earlier.source in party]
    from_party = [r for r in from_party if r.later.source not in party]
    covered: dict[int, list[Span]] = {}
    for repeat in from_party:
        covered.setdefault(repeat.later.report, []).append(repeat.later_span)
    rows = []
    for group in ordered_groups(texts):
        own = [t for t in texts if t.group == group and t.source not in party]
        if not own:
            continue
        length: dict[object, int] = {}
        taken: dict[object, int] = {}
        for text, cluster in zip(own, clusters_of(own), strict=True):
            length[cluster] = length.get(cluster, 0) + len(contents[text.sha256])
            taken[cluster] = taken.get(cluster, 0) + _covered(covered.get(text.report, []))
        share = cluster_share([taken[c] for c in length], list(length.values()), level=level)
        examples = tuple(r for r in from_party if r.later.group == group)[:3]
        rows.append(Repeated(group, len(own), sum(t.report in covered for t in own), share, examples))
    return rows


def _party_first(party: set[str]) -> Callable[[Repeat], Repeat]:
    """Take a party's own statement for the earlier one where both are of one day: the day does not say."""

    def turn(r: Repeat) -> Repeat:
        if r.earlier.day != r.later.day or r.earlier.source in party or r.later.source not in party:
            return r
        return Repeat(r.later, r.earlier, r.later_span, r.earlier_span, r.words, r.same)

    return turn


def _covered(spans: Sequence[Span]) -> int:
    """Return how many characters the spans cover, each once."""
    total, reach = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total


@dataclass(frozen=True, slots=True)
class FirstUses:
    """Who used what first.

    Attributes
    ----------
    groups : tuple of str
        By the numbers in `leads`.
    leads : Leads
    earliest : mapping of (group, item) to (day, Text, span)
        The earliest use of each item by each group.
    """

    groups: tuple[str, ...]
    leads: Leads
    earliest: Mapping[tuple[int, int], tuple[date, Text, Span]]

    def shared(
        self, pair: int, most: int = 2
    ) -> list[tuple[tuple[date, Text, Span], tuple[date, Text, Span]]]:
        """Return some items that a pair shares: the earliest use by each, those first that both used first."""
        a, b = int(self.leads.first[pair]), int(self.leads.second[pair])
        items = sorted({i for g, i in self.earliest if g == a} & {i for g, i in self.earliest if g == b})
        both = [(self.earliest[a, i], self.earliest[b, i]) for i in items]
        return sorted(both, key=lambda x: (min(x[0][0], x[1][0]), x[0][1].report))[:most]


def first_uses(
    texts: Sequence[Text], uses: Sequence[Use], repeats: Sequence[Repeat], params: NarrativeParams, seed: int
) -> FirstUses:
    """Compare when groups first used the labels and passages that they share.

    Passages that hang together through their texts are one item: a text that takes ten paragraphs from another has
    followed it once, not ten times.
    """
    groups = tuple(g for g in ordered_groups(texts) if g != REST)
    number = {g: k for k, g in enumerate(groups)}
    items: dict[object, int] = {}
    earliest: dict[tuple[int, int], tuple[date, Text, Span]] = {}

    def note(item: object, text: Text, span: Span) -> None:
        if text.day is None or text.group not in number:
            return
        key = (number[text.group], items.setdefault(item, len(items)))
        if key not in earliest or (text.day, text.report) < (earliest[key][0], earliest[key][1].report):
            earliest[key] = (text.day, text, span)

    for naming, text in uses:
        note(("label", naming.actor, naming.label), text, (naming.start, naming.end))
    family = _families(repeats)
    for repeat in repeats:
        item = ("passage", family[repeat.earlier.report])
        note(item, repeat.earlier, repeat.earlier_span)
        note(item, repeat.later, repeat.later_span)
    keys = list(earliest)
    leads = lead_lag(
        np.array([g for g, _ in keys], np.int64), np.array([i for _, i in keys], np.int64),
        np.array([earliest[key][0].toordinal() for key in keys], float),
        fewest=params.fewest_texts, draws=max(params.draws, 1000), level=params.level, seed=seed,
    )  # fmt: skip
    return FirstUses(groups, leads, earliest)


def _families(repeats: Sequence[Repeat]) -> dict[int, int]:
    """Return for each report that shares a passage the least report that it is linked to, directly or not."""
    parent: dict[int, int] = {}

    def root(report: int) -> int:
        while parent.setdefault(report, report) != report:
            parent[report] = parent[parent[report]]
            report = parent[report]
        return report

    for repeat in repeats:
        a, b = root(repeat.earlier.report), root(repeat.later.report)
        parent[max(a, b)] = min(a, b)
    return {report: root(report) for report in list(parent)}
