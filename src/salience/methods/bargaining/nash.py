"""Nash's bargaining solution over several issues, with losses that grow with the square of the distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.bargaining.table import Bargain, in_blocks, read_bargainers


def nash(
    positions: npt.ArrayLike,
    salience: npt.ArrayLike,
    capability: npt.ArrayLike,
    disagreement: npt.ArrayLike | None = None,
    *,
    span: npt.ArrayLike | None = None,
) -> Bargain:
    """Point that maximises the product of the actors' gains, each to the power of its capability.

    Actor i values x at uᵢ(x) = 1 − Σⱼ sᵢⱼ ((xⱼ − pᵢⱼ)/Rⱼ)² / Σⱼ sᵢⱼ, between 0 and 1; the solution maximises
    Σᵢ cᵢ log(uᵢ(x) − uᵢ(q)) with q what happens without agreement (Nash 1950; weighted: Harsanyi & Selten 1972).
    Without q, no agreement is worth 0 to everyone. cᵢ is the mean capability over the issues on which i has a position.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`.
    disagreement : (issues,) float, optional
        Where each issue stays if nobody agrees.
    span : (issues,) float, optional
        Lengths of the scales; from the lowest to the highest position when left out.

    Returns
    -------
    Bargain
        One round. `agreed` is False where nothing is better than `disagreement` for all; that is then the outcome.

    Raises
    ------
    MethodError
        As `read_bargainers`, or `disagreement` has not one value an issue.
    """
    from salience.methods.bargaining.kernels_nash import nash_draws

    table = read_bargainers(positions, salience, capability)
    draws, _, issues = table.positions.shape
    fallback = None if disagreement is None else np.asarray(disagreement, dtype=np.float64)
    if fallback is not None and (fallback.shape != (issues,) or not np.isfinite(fallback).all()):
        raise MethodError(
            f"disagreement holds {fallback.shape} values; expected one for each of {issues} issues"
        )
    length = table.span(span)
    care = table.salience / np.maximum(table.salience.sum(axis=2, keepdims=True), 1e-300)
    known = np.isfinite(table.positions)
    able = table.capability.sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    able = np.where(table.salience.sum(axis=2) > 0, able, 0.0)
    p, weight = np.nan_to_num(table.positions), table.weight
    start = (weight * p).sum(axis=1) / weight.sum(axis=1)
    pull = care / length[:, None] ** 2
    outcome, agreed = np.empty((draws, issues)), np.ones(draws, dtype=bool)
    asked = fallback is not None
    where = fallback if fallback is not None else np.zeros(issues)

    def work(first: int, after: int) -> None:
        part = slice(first, after)
        nash_draws(p[part], pull[part], able[part], start[part], where, asked, outcome[part], agreed[part])

    in_blocks(draws, work)
    return table.result("nash", outcome[:, None], agreed=agreed)
