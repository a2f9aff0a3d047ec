"""What review changes: the shares of labels among all suggestions, and among those alone that a person accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salience.methods.shares import ClusterShare, nested_difference
from salience.questions.narrative.labels import Use, cluster_counts, share_of, shown_labels, uses_of
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.texts import Naming, Text, stands


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One label's share with and without review.

    Attributes
    ----------
    actor, label : str
    every, accepted : ClusterShare
        Among all suggestions but the rejected; among the accepted and edited.
    difference : (value, low, high) or None
        Accepted minus all.
    """

    actor: str
    label: str
    every: ClusterShare
    accepted: ClusterShare
    difference: tuple[float, float | None, float | None] | None


def compare_review(
    texts: Sequence[Text],
    namings: Sequence[Naming],
    actors: Sequence[str],
    states: Mapping[int, tuple[str, dict[str, Any]]],
    params: NarrativeParams,
) -> list[Reviewed]:
    """Return both figures for each label; nothing when no naming was decided.

    Parameters
    ----------
    texts, namings
        Namings of all suggestions but the rejected.
    actors
        Whose labels.
    states
        What people decided, by suggestion.
    params
        How many labels, and the level.
    """
    if not any(n.row in states for n in namings):
        return []
    only = params.model_copy(update={"rows": "accepted"})
    rows = []
    for actor in actors:
        uses = uses_of(texts, namings, actor)
        kept = [use for use in uses if stands(states, use[0].row, only)]
        for label in shown_labels([n for n, _ in uses], params):
            every = share_of(uses, [n.label == label for n, _ in uses], params.level)
            accepted = share_of(kept, [n.label == label for n, _ in kept], params.level)
            rows.append(Reviewed(actor, label, every, accepted, _difference(uses, kept, label, params.level)))
    return rows


def _difference(
    uses: Sequence[Use], kept: Sequence[Use], label: str, level: float
) -> tuple[float, float | None, float | None] | None:
    ids = {(n.row, t.report) for n, t in kept}
    hit = [n.label == label for n, _ in uses]
    inside = [(n.row, t.report) in ids for n, t in uses]
    # The clusters are those of all uses, so that both shares are over the same ones.
    whole = cluster_counts(uses, hit)
    part = cluster_counts(uses, [h and i for h, i in zip(hit, inside, strict=True)])
    part_of = cluster_counts(uses, inside)
    return nested_difference(
        [x for x, _ in whole],
        [n for _, n in whole],
        [x for x, _ in part],
        [x for x, _ in part_of],
        level=level,
    )
