"""What the outcome hinges on: indices by actor and kind of input, and the boxes in which an option does not help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.prim import Box, find_box
from salience.methods.sensitivity import SobolIndices, sobol_indices
from salience.questions.options.compare import Led, forecasters
from salience.questions.options.draws import KINDS, Table

HEADLINE = "compromise"
BASE = 512
MANY = 60


@dataclass(frozen=True, slots=True)
class Hinges:
    """Indices of the headline model's outcome; `groups` are (actor, kind), in the order of the indices."""

    groups: tuple[tuple[str, str], ...]
    indices: SobolIndices


@dataclass(frozen=True, slots=True)
class Discovery:
    """Where an option does or does not beat as now.

    Attributes
    ----------
    option : str
    better : float
        Share of draws and forecasting models in which it does.
    box : Box or None
        In which it mostly does the contrary; None when there is no such box.
    words : str
        The box in a sentence.
    """

    option: str
    better: float
    box: Box | None
    words: str


def find_hinges(table: Table, seed: int, base: int = BASE) -> Hinges | None:
    """Estimate the indices, from that many base points; None when every input is certain."""
    q = table.quantities
    used = np.array([q.issue[k] < 0 or q.issue[k] in table.columns for k in q.moving], dtype=bool)
    seated = table.present[q.actor[q.moving]]
    if not (used & seated).any():
        return None
    pairs = [(int(q.actor[k]), int(q.kind[k])) for k in q.moving]
    labels = sorted(set(pairs))
    groups = [labels.index(pair) for pair in pairs]

    def evaluate(moved: FloatArray) -> FloatArray:
        values = np.broadcast_to(q.best, (len(moved), len(q.best))).copy()
        values[:, q.moving] = moved
        return np.asarray(table.outcomes(values, [HEADLINE])[0])

    def transform(points: FloatArray) -> FloatArray:
        return table.values_at(points)[:, q.moving]

    indices = sobol_indices(evaluate, groups, base=base, seed=seed, transform=transform)
    return Hinges(tuple((table.land.names[a], KINDS[kind]) for a, kind in labels), indices)


def discover(table: Table, values: FloatArray, led: Sequence[Led]) -> list[Discovery]:
    """Say for each option under which inputs it fails to beat as now, or succeeds where it mostly fails."""
    now = led[0]
    found = []
    for each in led[1:]:
        if each.refused:
            continue
        group = forecasters(each)
        ahead = (each.score[group] < now.score[group] - 1e-9).mean(axis=0)
        better = float(ahead.mean())
        wins = ahead > 0.5
        box, words = _box_of(table, values[: len(wins)], wins)
        found.append(Discovery(each.name, better, box, words))
    return found


def _box_of(table: Table, values: FloatArray, wins: np.ndarray) -> tuple[Box | None, str]:
    usual = bool(wins.mean() >= 0.5)
    rare = ~wins if usual else wins
    does = "nearer than as now" if usual else "no nearer than as now"
    if not rare.any():
        return None, f"It is {does} in all draws."
    moving = table.quantities.moving
    if rare.mean() < 0.02 or not len(moving):
        return (
            None,
            f"It is {does} in {100 * (1 - rare.mean()):.0f} % of draws; the rest are too few to say what they share.",
        )
    # The inputs that differ most between the two; a box of all of them would take long and say no more.
    x = values[:, moving]
    apart = np.abs(x[rare].mean(axis=0) - x[~rare].mean(axis=0)) / np.maximum(x.std(axis=0), 1e-12)
    chosen = np.sort(np.argsort(-apart, kind="stable")[:MANY])
    try:
        box = find_box(x[:, chosen], rare, least_mass=min(0.05, float(rare.mean())), peel=0.08)
    except MethodError:
        return None, f"It is {does} in {100 * (1 - rare.mean()):.0f} % of draws."
    if not box.walls:
        return (
            None,
            f"It is {does} in {100 * (1 - rare.mean()):.0f} % of draws; no few inputs tell when it is not.",
        )
    parts = []
    for wall in box.walls:
        name = table.quantities.name(int(moving[chosen[wall]]), table.land)
        if np.isfinite(box.low[wall]):
            parts.append(f"{name} exceeds {box.low[wall]:.3g}")
        if np.isfinite(box.high[wall]):
            parts.append(f"{name} is below {box.high[wall]:.3g}")
    return box, (
        f"It is {does} in {100 * (1 - rare.mean()):.0f} % of draws, but mostly not if {' and '.join(parts)} "
        "(then not in "
        f"{100 * box.density:.0f} % of draws; {100 * box.coverage:.0f} % of the exceptions lie there)."
    )
