"""Which missing or unsourced position would change the picture most: whom to ask next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.methods import space
from salience.methods.cells import FloatArray
from salience.questions.landscape.draws import Drawn
from salience.questions.landscape.params import LandscapeParams

DRAWS, LOOKED_AT = 128, 3
# Before anybody is asked, a missing position may be anywhere on the scale.
ANYWHERE = np.arange(5.0, 100.0, 10.0)
WITHIN = "within its interval"
POLES = np.array([0.0, 100.0])


@dataclass(frozen=True, slots=True)
class Unknown:
    """A position that could be asked for.

    Attributes
    ----------
    actor, issue : int
    why : str
        "missing", "no source" or "within its interval".
    weight : float
        Share of the issue's weight that the actor would have.
    mean, median : float
        By how many points the issue's mean and median would move, as a standard deviation.
    consensus : float
        By how much the chance of consensus would, likewise.
    """

    actor: int
    issue: int
    why: str
    weight: float
    mean: float
    median: float
    consensus: float


def rank_unknown(drawn: Drawn, params: LandscapeParams) -> tuple[Unknown, ...]:
    """Return the positions worth asking for, the one that would move an issue's mean most first.

    Those missing or without a source are listed even where others with a source, and with a wide interval or much
    weight, would move more.
    """
    cells = sorted(_cells(drawn), key=lambda c: (-round(c[3] * float(np.std(c[4])), 9), c[0], c[1]))
    open_cells = [cell for cell in cells if cell[2] != WITHIN][: LOOKED_AT * params.ask_next]
    others = [cell for cell in cells if cell[2] == WITHIN][: LOOKED_AT * params.ask_next]
    looked = [[_learn(drawn, params, *cell) for cell in some] for some in (open_cells, others)]
    for some in looked:
        some.sort(key=_effect)
    first = looked[0][: params.ask_next]
    rest = sorted(first + looked[1], key=_effect)[: params.ask_next]
    return tuple(sorted({*first, *rest}, key=_effect))


def _effect(unknown: Unknown) -> tuple[float, int, int]:
    return -round(unknown.mean, 6), unknown.actor, unknown.issue


def _cells(drawn: Drawn) -> list[tuple[int, int, str, float, FloatArray]]:
    """Return each cell with why it is uncertain, the weight it would have and the values it may turn out to be."""
    cells = []
    for k, two_poles in enumerate(drawn.two_poles):
        total = drawn.weight[:, :, k].sum(axis=1)
        for i in range(len(drawn.landscape.actors)):
            own = drawn.would_weigh[:, i, k]
            if drawn.known[i, k]:
                share = float((own / total).mean())
                if drawn.landscape.sourced[i, k]:
                    quantiles = (np.arange(10) + 0.5) / 10
                    why, values = WITHIN, np.quantile(drawn.position[:, i, k], quantiles)
                else:
                    why, values = "no source", POLES if two_poles else ANYWHERE
            else:
                share = float((own / (total + own)).mean())
                why, values = "missing", POLES if two_poles else ANYWHERE
            if share > 0 and np.std(values) > 1e-9:
                cells.append((i, k, why, share, np.asarray(values)))
    return cells


def _learn(
    drawn: Drawn, params: LandscapeParams, i: int, k: int, why: str, share: float, values: FloatArray
) -> Unknown:
    weight = drawn.weight[:DRAWS, :, k].copy()
    weight[:, i] = drawn.would_weigh[:DRAWS, i, k]
    tolerance = params.reach(drawn.two_poles[k])
    mean, median, consensus = space.learn(
        drawn.position[:DRAWS, :, k], weight, i, values, tolerance, params.consensus
    )
    return Unknown(i, k, why, share, mean, median, consensus)
