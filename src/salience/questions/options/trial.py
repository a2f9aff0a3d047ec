"""A trial: the landscape as it is beside the landscape with other numbers, by few draws, within a second.

Both are drawn at the same points, so that what differs is the edit's and not chance. Nothing of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import NothingToAskError
from salience.methods.cells import FloatArray
from salience.questions.landscape.draws import draw_landscape
from salience.questions.landscape.find import IssueFound, Span, find_issue, span_of
from salience.questions.landscape.inputs import Landscape
from salience.questions.landscape.params import LandscapeParams
from salience.questions.options.draws import Table, lay_table
from salience.questions.options.hinges import HEADLINE, Hinges, find_hinges
from salience.questions.options.params import OptionsParams

# Powers of two, for Sobol points are even only then.
DRAWS, HINGE_BASE = 256, 128
# As many cells as can be drawn in well under a second.
MOST_ISSUES, MOST_CELLS = 12, 160


@dataclass(frozen=True, slots=True)
class State:
    """What follows from a landscape, by quick draws.

    Attributes
    ----------
    issues : dict of str to IssueFound
        Where its weight lies, who stands outside; without issues that cannot be weighed.
    outcomes : dict of str to (draws,) float
        The compromise mean; without issues that it cannot be had for.
    silent : str
        Why there is no consensus to speak of on any issue, if so.
    hinges : Hinges or None
        Which inputs the compromise means hinge on, in the order of `outcomes`.
    """

    issues: dict[str, IssueFound]
    outcomes: dict[str, FloatArray] = field(repr=False)
    silent: str
    hinges: Hinges | None


@dataclass(frozen=True, slots=True)
class Trial:
    """The case as it is beside the trial; `level` is the coverage of the intervals."""

    now: State
    tried: State
    level: float

    def outcome(self, issue: str, *, tried: bool) -> Span | None:
        """Return the compromise mean on an issue with the range that its inputs give it; None where it has none."""
        values = (self.tried if tried else self.now).outcomes.get(issue)
        return None if values is None else _about(values, self.level)

    def moves(self, issue: str) -> Span | None:
        """Return by how much the trial moves it, over the same draws."""
        now, tried = (state.outcomes.get(issue) for state in (self.now, self.tried))
        return None if now is None or tried is None else _about(tried - now, self.level)


def choose_issues(land: Landscape, issue: int) -> npt.NDArray[np.bool_]:
    """Return which issues a trial looks at: the one that is edited, and as many others as can be done at once."""
    keep = np.zeros(len(land.issues), dtype=bool)
    keep[issue] = True
    most = min(MOST_ISSUES, max(1, MOST_CELLS // max(len(land.actors), 1)))
    keep[[k for k in range(len(land.issues)) if k != issue][: most - 1]] = True
    return keep


def see_state(
    land: Landscape, of_landscape: LandscapeParams, of_options: OptionsParams, *, seed: int = 0
) -> State:
    """Work out what follows from a landscape.

    Two landscapes of the same actors and issues are drawn at the same points, whatever their numbers.

    Parameters
    ----------
    land : Landscape
        Of few issues: see `choose_issues`.
    of_landscape, of_options : LandscapeParams, OptionsParams
        As the case asks; goals, options and the number of draws play no part.
    seed : int
        Of the draws.
    """
    outcomes: dict[str, FloatArray] = {}
    hinges = None
    params = of_options.model_copy(update={"option": {}, "goal": {}, "issues": ()})
    try:
        table = lay_table(land, params)
    except NothingToAskError as error:
        return State({}, {}, str(error), None)
    if table.columns:
        found = table.outcomes(_draw(table, seed), [HEADLINE])[0]
        outcomes = {issue: found[:, k] for k, issue in enumerate(table.issues)}
        hinges = find_hinges(table, seed, HINGE_BASE)
    quick = of_landscape.model_copy(update={"draws": DRAWS})
    drawn = draw_landscape(land, quick, seed)
    if isinstance(drawn, str):
        return State({}, outcomes, drawn, hinges)
    issues = [find_issue(drawn, quick, k, {}) for k in range(len(drawn.landscape.issues))]
    return State({each.name: each for each in issues}, outcomes, "", hinges)


def _draw(table: Table, seed: int) -> FloatArray:
    """Draw the uncertain inputs, each at points that are its own in every landscape of these actors and issues."""
    from scipy.stats import qmc

    q, (actors, issues) = table.quantities, table.land.position.shape[:2]
    inputs = 3 * actors * (issues + 1)
    if table.params.correlated != "no" or inputs > qmc.Sobol.MAXDIM:
        return table.draw_values(DRAWS, seed)
    place = (q.kind[q.moving] * actors + q.actor[q.moving]) * (issues + 1) + q.issue[q.moving] + 1
    points = qmc.Sobol(inputs, scramble=True, rng=np.random.default_rng(seed)).random(DRAWS)
    return table.values_at(np.clip(points[:, place], 1e-12, 1.0 - 1e-12))


def _about(values: FloatArray, level: float) -> Span:
    """Return the mean, which the model is named for, with the interval of the draws."""
    span = span_of(values, level)
    return Span(float(values.mean()), span.low, span.high)
