"""A trial: the landscape as it is beside the landscape with other numbers, by few draws, within a second.

Both are drawn at the same points, so that what differs is the edit's and not chance. Nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

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
MOST_ISSUES = 12

Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """What follows from a landscape.

    Attributes
    ----------
    issues : dict of str to IssueFound
        Where its weight lies, who stands outside; without issues that cannot be weighed.
    outcomes : dict of str to (draws,) float
        The compromise mean; without issues that it cannot be had for.
    silent : str
        Why there is no consensus to speak of on any issue, if so.
    """

    issues: dict[str, IssueFound]
    outcomes: dict[str, FloatArray] = field(repr=False)
    silent: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The case as it is beside the trial, and what its outcome hinges on as it is in the trial."""

    now: State
    tried: State
    hinges: Hinges | None
    hinge_issues: tuple[str, ...]
    level: float

    def outcome(self, issue: str, *, tried: bool) -> Span | None:
        """Return the compromise mean on an issue with the range that its inputs give it; None where it has none."""
        values = (self.tried if tried else self.now).outcomes.get(issue)
        return None if values is None else _about(values, self.level)

    def moves(self, issue: str) -> Span | None:
        """Return by how much the trial moves it, over the same draws."""
        pair = [state.outcomes.get(issue) for state in (self.now, self.tried)]
        return None if pair[0] is None or pair[1] is None else _about(pair[1] - pair[0], self.level)


def choose_issues(land: Landscape, issue: int) -> np.ndarray:
    """Return which issues a trial looks at: the one that is edited, and as many others as can be done at once."""
    keep = np.zeros(len(land.issues), dtype=bool)
    keep[issue] = True
    others = [k for k in range(len(land.issues)) if k != issue]
    keep[others[: MOST_ISSUES - 1]] = True
    return keep


def try_landscape(
    now: Landscape,
    tried: Landscape,
    of_landscape: LandscapeParams,
    of_options: OptionsParams,
    *,
    seed: int = 0,
) -> Trial:
    """Compare two landscapes of the same actors and issues.

    Parameters
    ----------
    now, tried : Landscape
        As it is, and with an edit; the same may be given twice.
    of_landscape, of_options : LandscapeParams, OptionsParams
        As the case asks; goals, options and the number of draws play no part.
    seed : int
        Of the draws.

    Returns
    -------
    Trial
    """
    lands = [now, tried] if tried is not now else [now]
    params = of_options.model_copy(update={"option": {}, "goal": {}, "issues": ()})
    tables = [_lay(land, params) for land in lands]
    points = _draw_points([t for t in tables if t is not None], seed)
    quick = of_landscape.model_copy(update={"draws": DRAWS})
    states = [_see(land, table, quick, points, seed) for land, table in zip(lands, tables, strict=True)]
    last = tables[-1]
    hinges = find_hinges(last, seed, HINGE_BASE) if last is not None and last.columns else None
    issues = tuple(last.issues) if last is not None else ()
    return Trial(states[0], states[-1], hinges, issues, of_landscape.level)


def _lay(land: Landscape, params: OptionsParams) -> Table | None:
    try:
        return lay_table(land, params)
    except NothingToAskError:
        return None


def _see(
    land: Landscape, table: Table | None, params: LandscapeParams, points: dict[Key, FloatArray], seed: int
) -> State:
    outcomes: dict[str, FloatArray] = {}
    if table is not None and table.columns:
        found = table.outcomes(_values(table, points, seed), [HEADLINE])[0]
        outcomes = {issue: found[:, k] for k, issue in enumerate(table.issues)}
    drawn = draw_landscape(land, params, seed)
    if isinstance(drawn, str):
        return State({}, outcomes, drawn)
    issues = [find_issue(drawn, params, k, {}) for k in range(len(drawn.landscape.issues))]
    return State({each.name: each for each in issues}, outcomes, "")


def _draw_points(tables: Sequence[Table], seed: int) -> dict[Key, FloatArray]:
    """Draw points of the unit cube for every uncertain input of any of the tables."""
    from scipy.stats import qmc

    keys = list(dict.fromkeys(key for table in tables for key in _keys(table)))
    if not keys:
        return {}
    points = qmc.Sobol(len(keys), scramble=True, rng=np.random.default_rng(seed)).random(DRAWS)
    points = np.clip(points, 1e-12, 1.0 - 1e-12)
    return {key: points[:, k] for k, key in enumerate(keys)}


def _keys(table: Table) -> list[Key]:
    q = table.quantities
    return [(int(q.actor[k]), int(q.kind[k]), int(q.issue[k])) for k in q.moving]


def _values(table: Table, points: dict[Key, FloatArray], seed: int) -> FloatArray:
    if table.params.correlated != "no":
        return table.draw_values(DRAWS, seed)
    own = [points[key] for key in _keys(table)]
    return table.values_at(np.stack(own, axis=1) if own else np.zeros((DRAWS, 0)))


def _about(values: FloatArray, level: float) -> Span:
    """Return the mean, which the model is named for, with the interval of the draws."""
    span = span_of(values, level)
    return Span(float(values.mean()), span.low, span.high)
