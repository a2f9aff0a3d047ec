"""Contradictory numbers that add up over time: "25,000 so far", told again and again by several sources.

log of the true total follows a random walk with drift in log time (a power of time, from which it may wander); an
account tells it plus the bias of its source, which differs a little from series to series, plus an error. What a single
account says (rounding, "at least") is as in `reports_model`, and so is what cannot be known: only contrasts between
sources are identified, and a level once somebody is believed.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from salience.errors import MethodError
from salience.methods.cells import FloatArray, IntArray
from salience.methods.chains import check_chains
from salience.methods.intervals import Intervals
from salience.methods.reports.links import link_labels
from salience.methods.reports.model import check_accounts, log_bounds


@dataclass(frozen=True, slots=True)
class Cumulative:
    """What the accounts say of series and sources.

    Attributes
    ----------
    bias, spread : (chains, draws, biases) float
        Log bias over all series, and standard deviation of the log error.
    between : (chains, draws) float
        Standard deviation of a source's bias from series to series.
    path : (kept, nodes) float
        Log totals at the days told of.
    cell : (kept, cells) float
        Log bias of a source in a series.
    node_series, node_day : (nodes,)
    cell_bias, cell_series : (cells,) int
    bias_component : (biases,) int
    accounts : (biases,) int
    rhat, ess : float
        The worst over contrasts and spreads.
    level : float
    """

    bias: FloatArray
    spread: FloatArray
    between: FloatArray
    path: FloatArray
    cell: FloatArray
    node_series: IntArray
    node_day: FloatArray
    cell_bias: IntArray
    cell_series: IntArray
    bias_component: IntArray
    accounts: IntArray
    rhat: float
    ess: float
    level: float

    def contrast(self, first: int, second: int) -> Intervals | None:
        """Return how many times as high `first` runs as `second`; None when no series links them."""
        if self.bias_component[first] != self.bias_component[second]:
            return None
        return self._ratio(self.bias[..., first] - self.bias[..., second])

    def tendency(self, which: int) -> Intervals | None:
        """Return how many times as high a bias runs as the geometric mean of the others linked to it."""
        others = self.bias_component == self.bias_component[which]
        others[which] = False
        if not others.any():
            return None
        return self._ratio(self.bias[..., which] - self.bias[..., others].mean(axis=-1))

    def series(self, which: int, anchor: int) -> tuple[FloatArray, Intervals] | None:
        """Return a series' days and its totals, if the anchor's numbers have no bias in it.

        None when the anchor never told of the series.
        """
        at = np.flatnonzero((self.cell_bias == anchor) & (self.cell_series == which))
        if not len(at):
            return None
        nodes = self.node_series == which
        draws = self.path[:, nodes] + self.cell[:, at]
        # A total so far cannot fall: each draw is put on the nearest path that does not (Lin & Dunson 2014).
        draws = np.stack([isotonic_regression(path).x for path in draws])
        tails = [0.5, (1 - self.level) / 2, (1 + self.level) / 2]
        value, low, high = np.exp(np.quantile(draws, tails, axis=0))
        return self.node_day[nodes], Intervals(value, low, high, self.level)

    def _ratio(self, draws: FloatArray) -> Intervals:
        tails = [0.5, (1 - self.level) / 2, (1 + self.level) / 2]
        value, low, high = np.exp(np.quantile(draws, tails))
        return Intervals(value, low, high, self.level)


def reconcile_cumulative(
    series: npt.ArrayLike,
    day: npt.ArrayLike,
    source: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    rounding: bool = True,
    chains: int = 4,
    warmup: int = 1000,
    draws: int = 1000,
    keep: int = 400,
    seed: int = 0,
    level: float = 0.95,
) -> Cumulative:
    """Fit the model of contradictory cumulative numbers by Gibbs sampling.

    Parameters
    ----------
    series : (n,) int
        What is counted: one kind of loss of one side, from 0 on.
    day : (n,) float
        Day since counting began, positive.
    source : (n,) int
        Who tells, from 0 on. A party's claims of its own and of its enemy's losses are two sources here.
    low, high : (n,) float
        As in `reconcile`.
    rounding, chains, warmup, draws, keep, seed, level
        As in `reconcile`.

    Raises
    ------
    MethodError
        As in `reconcile`, and on days that are not positive.

    Notes
    -----
    θ(t) = θ(s) + g log(t / s) + N(0, q² log(t / s)) for each series, with its own g and q. The model lets totals fall;
    `Cumulative.series` projects its draws on paths that do not.
    """
    told = check_accounts(series, source, low, high, None)
    when = np.asarray(day, dtype=np.float64)
    if when.shape != told.low.shape or not np.isfinite(when).all() or (when <= 0).any():
        raise MethodError("day must hold a positive number for each account")
    order = np.lexsort((when, told.item))
    item, when, source_of = told.item[order], when[order], told.source[order]
    new = np.append(True, (np.diff(item) != 0) | (np.diff(when) != 0))
    first = np.append(np.flatnonzero(new), len(item))
    node_item, node_day = item[first[:-1]], when[first[:-1]]
    names, first_node = np.unique(node_item, return_index=True)
    step = np.append(0.0, np.diff(np.log(node_day)))
    step[first_node] = 0.0
    pairs, cell = np.unique(np.stack([source_of, item]), axis=1, return_inverse=True)
    biases = int(told.source.max()) + 1
    position = np.searchsorted(names, pairs[1])
    bounds = log_bounds(told.low[order], told.high[order], rounding)
    data = (
        np.append(first_node, len(node_day)), first, step, cell.ravel().astype(np.intp), *bounds,
        pairs[0].astype(np.intp), position.astype(np.intp), biases,
    )  # fmt: skip
    kept = _run(data, chains, warmup, draws, max(1, chains * draws // keep), seed)
    bias, spread = np.stack([k[0] for k in kept]), np.stack([k[1] for k in kept])
    component, _ = link_labels(pairs[1], pairs[0], int(told.item.max()) + 1, biases)
    rhat, ess = _diagnose(bias, spread, component)
    return Cumulative(
        bias=bias,
        spread=spread,
        between=np.stack([k[2] for k in kept]),
        path=np.concatenate([k[3] for k in kept]),
        cell=np.concatenate([k[4] for k in kept]),
        node_series=node_item,
        node_day=node_day,
        cell_bias=pairs[0],
        cell_series=pairs[1],
        bias_component=component,
        accounts=np.bincount(told.source, minlength=biases),
        rhat=rhat,
        ess=ess,
        level=level,
    )


def _run(
    data: tuple[object, ...], chains: int, warmup: int, draws: int, every: int, seed: int
) -> list[tuple[FloatArray, ...]]:
    from salience.methods.reports.cumulative_kernels import Claims, Drawn, run_cumulative

    if chains < 1 or draws < 4 or warmup < 0:
        raise MethodError("expected one chain or more, and four draws or more")
    claims = Claims(*data)  # type: ignore[arg-type]

    def walk(stream: np.random.SeedSequence) -> tuple[FloatArray, ...]:
        rng = np.random.default_rng(stream)
        rows = -(-draws // every)
        drawn = Drawn(
            np.zeros((draws, claims.biases)), np.zeros((draws, claims.biases)), np.zeros(draws),
            np.zeros((rows, len(claims.step))), np.zeros((rows, len(claims.cell_bias))),
        )  # fmt: skip
        low = np.where(np.isfinite(claims.low), claims.low, claims.high - 1.0)
        high = np.where(np.isfinite(claims.high), claims.high, low + 1.0)
        x = low + rng.random(len(low)) * (high - low)
        run_cumulative(rng, claims, x, warmup, drawn, every)
        return tuple(drawn)

    with ThreadPoolExecutor(min(chains, os.cpu_count() or 1)) as pool:
        return list(pool.map(walk, np.random.SeedSequence(seed).spawn(chains)))


def _diagnose(bias: FloatArray, spread: FloatArray, component: IntArray) -> tuple[float, float]:
    checks = [check_chains(spread[..., s]) for s in range(spread.shape[2])]
    for s in range(bias.shape[2]):
        linked = component == component[s]
        if linked.sum() > 1:
            checks.append(check_chains(bias[..., s] - bias[..., linked].mean(axis=-1)))
    return max(c.rhat for c in checks), min(min(c.ess_bulk, c.ess_tail) for c in checks)
