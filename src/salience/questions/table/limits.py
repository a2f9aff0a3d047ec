"""What a proposal must keep, made of the parameters and of who will not sit with whom."""

from __future__ import annotations

import numpy as np

from salience.errors import QuestionError
from salience.methods.cells import FloatArray
from salience.methods.seats.limits import Limits, make_limits, smallest_conflict, unit
from salience.questions.table.inputs import Seating
from salience.questions.table.params import Quota, TableParams
from salience.sources.case_tables import nearest

Rule = tuple[str, FloatArray, float]


def make_rules(seating: Seating, params: TableParams) -> Limits:
    """Return the limits of a proposal.

    Raises
    ------
    QuestionError
        An unknown name or attribute; or no list keeps all limits, with the fewest to give up.
    """
    count = len(seating.names)
    rules: list[Rule] = []
    for index in seating.find(params.must, "must"):
        rules.append((f"{seating.names[index]} must be there", unit(count, index), 1.0))
    for index in seating.find(params.never, "never"):
        rules.append((f"{seating.names[index]} must not be there", -unit(count, index), 0.0))
    if params.refusals and params.choose == "table":
        rules += list_refusals(seating)
    rules += [_quota(seating, quota) for quota in params.read_quotas()]
    limits = make_limits(count, rules)
    conflict = smallest_conflict(limits, seating.size)
    if conflict:
        names = "; ".join(limits.names[i] for i in conflict)
        raise QuestionError(
            f"no list of {seating.size} keeps all of what is asked. The fewest to give up: {names}. Change size, must, "
            "never or quotas, or --no-refusals"
        )
    return limits


def quota_value(seating: Seating, quota: Quota, members: tuple[int, ...]) -> float:
    """Return what a list has of a quota: seats, or a share of them."""
    row = _row(seating, quota)
    total = float(row[list(members)].sum())
    return total / len(members) if quota.percent or quota.value is None else total


def list_refusals(seating: Seating) -> list[Rule]:
    """Return who will not sit with whom: its words, what each candidate adds, and the least that the sum may be."""
    at = {actor: j for j, actor in enumerate(seating.candidates)}
    count = len(seating.names)
    rules: list[Rule] = []
    seen = set()
    for actor, other, kind in seating.land.relations:
        if actor not in at or other not in at or (kind, actor, other) in seen:
            continue
        seen.add((kind, actor, other))
        a, b = at[actor], at[other]
        names = seating.names[a], seating.names[b]
        if kind == "refuses":
            rules.append((f"{names[0]} refuses to sit with {names[1]}", -unit(count, a, b), -1.0))
        elif kind == "only_without":
            rules.append((f"{names[0]} attends only if {names[1]} is absent", -unit(count, a, b), -1.0))
        elif kind == "only_with":
            rules.append((f"{names[0]} attends only with {names[1]}", unit(count, b) - unit(count, a), 0.0))
    return rules


def _quota(seating: Seating, quota: Quota) -> Rule:
    row = _row(seating, quota)
    as_share = quota.percent or quota.value is None
    if as_share:
        row = row - quota.number
    least = 0.0 if as_share else quota.number
    return (quota.text, row, least) if quota.at_least else (quota.text, -row, -least)


def _row(seating: Seating, quota: Quota) -> FloatArray:
    """Return what each candidate adds to a quota; who has no such attribute adds nothing."""
    if quota.name not in seating.attributes:
        known = seating.attributes
        words = nearest(quota.name, known, "attribute") if known else "the case has no attributes.csv"
        raise QuestionError(f"quota '{quota.text}': {words}")
    said = seating.attributes[quota.name]
    if quota.value is not None:
        values = sorted(set(said.values()))
        if quota.value not in values:
            raise QuestionError(f"quota '{quota.text}': {nearest(quota.value, values, quota.name)}")
        return np.array([float(said.get(name) == quota.value) for name in seating.names])
    row = np.zeros(len(seating.names))
    for j, name in enumerate(seating.names):
        try:
            row[j] = float(said.get(name, "0"))
        except ValueError as error:
            raise QuestionError(
                f"quota '{quota.text}': the attribute {quota.name} of '{name}' is '{said[name]}', no number; a quota "
                f"of a value is written '{quota.name}: {said[name]} >= 1'"
            ) from error
        if not 0.0 <= row[j] <= 1.0:
            raise QuestionError(
                f"quota '{quota.text}': {quota.name} of '{name}' is {row[j]:g}; a share is 0 to 1"
            )
    return row
