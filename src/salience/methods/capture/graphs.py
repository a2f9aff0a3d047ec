"""Decomposable graphs: averaging over all models in which some lists depend on each other and others do not.

Madigan & York 1997, "Bayesian methods for estimation of the size of a closed population", Biometrika 84(1); with the
hyper-Dirichlet prior of Dawid & Lauritzen 1993 every graph's posterior of N is in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.special import gammaln

from salience.errors import MethodError
from salience.methods.capture.patterns import (
    CaptureTable,
    CountArray,
    PopulationEstimate,
    read_table,
)
from salience.methods.cells import FloatArray
from salience.methods.chains import Mode, find_modes, say_modes
from salience.methods.intervals import weighted_quantiles

MOST_GRAPH_LISTS = 6
# Where the log posterior is this far below its top nothing is left of it.
_DEEP = 46.0
_NODES = 1500
_SUPPORT = 1_000_000
LAST_POINT = 1e-6
# The grid is widened up to this many times the recorded.
_WIDEST = 4**12


@dataclass(frozen=True, slots=True)
class Graph:
    """A dependence graph: which pairs of lists are joined, and its posterior probability."""

    edges: tuple[tuple[int, int], ...]
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposable(PopulationEstimate):
    """Posterior of N averaged over decomposable graphs.

    Attributes
    ----------
    delta : float
        Prior count of each cell.
    max_missing : int
        Where the prior on the number on no list was cut.
    last_probability : float
        Posterior probability of the last point of the grid.
    graphs : tuple of Graph
        The most probable, at most ten.
    n_graphs : int
        All that were averaged.
    edge_probability : (lists, lists) float
        Posterior probability that two lists are joined.
    modes : tuple of Mode
        One, unless the posterior has several hills.
    """

    delta: float
    max_missing: int
    last_probability: float
    graphs: tuple[Graph, ...]
    n_graphs: int
    edge_probability: tuple[tuple[float, ...], ...]
    modes: tuple[Mode, ...]


def decomposable(
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    delta: float | None = None,
    max_missing: int | None = None,
    *,
    level: float = 0.95,
) -> Decomposable:
    """Average over all decomposable graphs of 2 to 6 lists (2, 8, 61, 822, 18,154).

    p(N, data | graph) is the multinomial coefficient times, for every clique, and divided by, for every separator,
    the Dirichlet-multinomial term of its marginal table; p(N) ∝ 1/N and all graphs are alike beforehand.

    Parameters
    ----------
    patterns : (m, lists) bool
        All lists checked.
    counts : (m,) int
    delta : float, optional
        Prior count of each of the 2^lists cells; 2^-lists when left out, one record's worth in all.
    max_missing : int, optional
        Most on no list that the prior allows. When left out, the grid is widened until its last point has a
        posterior probability under 1e-6.
    level : float
        Coverage of the interval, between quantiles with equal tails.

    Returns
    -------
    Decomposable

    Raises
    ------
    MethodError
        On wrong shapes or values, more than 6 lists, lists not checked, or lists without overlap.
    """
    table = read_table(patterns, counts, method="decomposable", most_lists=MOST_GRAPH_LISTS)
    prior = 2.0**-table.lists if delta is None else float(delta)
    if not (prior > 0 and np.isfinite(prior)):
        raise MethodError(f"delta is {delta}; expected more than 0")
    if max_missing is not None and max_missing < 1:
        raise MethodError(f"max_missing is {max_missing}; expected 1 or more")
    terms = _state_terms(table, prior)
    end, widened = int(max_missing or 0), max_missing is None
    if widened:
        end = _widen(terms)
    support, probability, by_graph = _posterior(terms, end)
    return _summarise(table, prior, end, widened, level, support, probability, by_graph)


@lru_cache(maxsize=8)
def graph_terms(lists: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Return all decomposable graphs as signed counts of subsets, and as bits of their edges.

    Removing simplicial vertices one by one writes the density of a decomposable graph as a product of
    p(v, neighbours)/p(neighbours): (graphs, 2^lists) holds +1 for the former subset, -1 for the latter, summed.
    """
    pairs = [(i, j) for i in range(lists) for j in range(i + 1, lists)]
    graphs = np.arange(1 << len(pairs), dtype=np.int64)
    joined = np.zeros((len(graphs), lists), dtype=np.int64)
    for bit, (i, j) in enumerate(pairs):
        on = (graphs >> bit) & 1
        joined[:, i] |= on << j
        joined[:, j] |= on << i
    alive = np.full(len(graphs), (1 << lists) - 1, dtype=np.int64)
    signed = np.zeros((len(graphs), 1 << lists), dtype=np.int8)
    rows = np.arange(len(graphs))
    for _ in range(lists):
        removed = np.zeros(len(graphs), dtype=bool)
        for v in range(lists):
            around = joined[:, v] & alive
            simplicial = ((alive >> v) & 1 == 1) & ~removed
            for u in range(lists):
                near = (around >> u) & 1 == 1
                simplicial &= ~near | ((around & ~joined[:, u] & ~(1 << u)) == 0)
            now = rows[simplicial]
            signed[now, around[now] | (1 << v)] += 1
            signed[now, around[now]] -= 1
            alive[now] &= ~(1 << v)
            removed |= simplicial
    chordal = alive == 0
    signed[:, 0] = 0  # the empty subset has density 1
    return signed[chordal], graphs[chordal]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the posterior needs of the data: each subset's term as a function of the number on no list.

    Attributes
    ----------
    recorded : int
    constant : (2^lists,) float
        The part that does not change with the number on no list.
    zero : (2^lists,) float
        Records on no list of the subset, plus the prior count of that cell.
    total_prior : float
        Prior counts of all cells together.
    signed : (graphs, 2^lists) float
    edges : (graphs,) int
    """

    recorded: int
    constant: FloatArray
    zero: FloatArray
    total_prior: float
    signed: FloatArray
    edges: npt.NDArray[np.int64]

    def log_posterior(self, missing: FloatArray) -> FloatArray:
        """Return each graph's log posterior, up to one constant: (graphs, points)."""
        total = missing + self.recorded
        subsets = self.constant[:, None] + gammaln(self.zero[:, None] + missing)
        subsets -= gammaln(self.total_prior + total)
        common = gammaln(total + 1) - gammaln(missing + 1) - np.log(total)
        return np.asarray(self.signed @ subsets + common)


def _state_terms(table: CaptureTable, delta: float) -> _Terms:
    lists = table.lists
    cells = table.cells()
    signed, edges = graph_terms(lists)
    constant, zero = np.zeros(1 << lists), np.ones(1 << lists)
    total = delta * (1 << lists)
    for subset in range(1, 1 << lists):
        margin = _margin(cells, subset)
        prior = delta * 2.0 ** (lists - subset.bit_count())
        constant[subset] = (
            float((gammaln(margin[1:] + prior) - gammaln(prior)).sum()) - gammaln(prior) + gammaln(total)
        )
        zero[subset] = margin[0] + prior
    return _Terms(table.recorded, constant, zero, total, signed.astype(np.float64), edges)


def _margin(cells: CountArray, subset: int) -> FloatArray:
    """Sum the cells over the lists outside the subset; the first is on none of its lists."""
    codes = np.arange(len(cells)) & subset
    _, position = np.unique(codes, return_inverse=True)
    return np.bincount(position, cells).astype(np.float64)


def _widen(terms: _Terms) -> int:
    """Return the end of a grid whose last point holds less than 1e-6 of the mass."""
    end = 4 * terms.recorded
    for _ in range(_WIDEST.bit_length() // 2):
        end *= 4
        nodes = _space(0, end, 800)
        height = _mix(terms.log_posterior(nodes))
        mass = np.exp(height - height.max())
        # The mass between nodes, by trapezoids: the ends of the grid decide to within a few per cent.
        if mass[-1] < LAST_POINT * max(float(np.trapezoid(mass, nodes)), 1.0):
            break
    return int(end)


def _space(low: float, high: float, number: int) -> FloatArray:
    """Return integers from low to high: all of them where they are few, else evenly in their logarithm."""
    if high - low < number:
        return np.arange(low, high + 1)
    return np.unique(np.round(np.geomspace(low + 1, high + 1, number) - 1))


def _mix(log_posterior: FloatArray) -> FloatArray:
    """Add up the graphs: the logarithm of the sum of exponentials over axis 0."""
    top = log_posterior.max(axis=0)
    return np.asarray(top + np.log(np.exp(log_posterior - top).sum(axis=0)))


def _posterior(terms: _Terms, end: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the support (numbers on no list), its probabilities, and the probability of each graph.

    The log posterior is evaluated at nodes where it has mass and put through a cubic spline in log(missing + 1),
    on which it is smooth; with few points in reach every one is a node.
    """
    low, high = 0.0, float(end)
    nodes, heights = np.zeros(0), np.zeros((0, 0))
    for _ in range(6):
        nodes = _space(low, high, _NODES)
        heights = terms.log_posterior(nodes)
        total = _mix(heights)
        deep = np.flatnonzero(total > total.max() - _DEEP)
        first, last = max(int(deep[0]) - 1, 0), min(int(deep[-1]) + 1, len(nodes) - 1)
        narrow = last - first < 0.6 * len(nodes)
        if not narrow or high - low < _NODES:
            break
        low, high = float(nodes[first]), float(nodes[last])
    stride = max(1, int(np.ceil((high - low + 1) / _SUPPORT)))
    support = np.arange(low, high + 1, stride)
    logs = CubicSpline(np.log(nodes + 1), total)(np.log(support + 1)) if len(nodes) > 3 else total
    weight = np.exp(logs - logs.max())
    # The nodes' share of the mass, for the graphs: half the distance to either neighbour.
    width = np.gradient(nodes) if len(nodes) > 1 else np.ones(1)
    by_graph = (np.exp(heights - total.max()) * width).sum(axis=1)
    return support, weight / weight.sum(), by_graph / by_graph.sum()


def _summarise(
    table: CaptureTable,
    delta: float,
    end: int,
    widened: bool,
    level: float,
    support: FloatArray,
    probability: FloatArray,
    by_graph: FloatArray,
) -> Decomposable:
    tail = (1.0 - level) / 2.0
    totals = support + table.recorded
    low, middle, high = weighted_quantiles(totals, probability, np.array([tail, 0.5, 1.0 - tail]))
    reaches_end = support[-1] + (support[1] - support[0] if len(support) > 1 else 1) > end
    last = float(probability[-1]) if reaches_end else 0.0
    if len(support) > 1:
        last /= float(support[1] - support[0])
    edges = graph_terms(table.lists)[1]
    pairs = [(i, j) for i in range(table.lists) for j in range(i + 1, table.lists)]
    joined = np.zeros((table.lists, table.lists))
    for bit, (i, j) in enumerate(pairs):
        joined[i, j] = joined[j, i] = by_graph[(edges >> bit) & 1 == 1].sum()
    modes = find_modes(totals, probability)
    best = np.argsort(-by_graph, kind="stable")[:10]
    graphs = tuple(
        Graph(tuple(p for bit, p in enumerate(pairs) if edges[g] >> bit & 1), float(by_graph[g]))
        for g in best
    )
    return Decomposable(
        method="decomposable graphs",
        estimate=float(middle),
        mean=float(totals @ probability),
        low=float(low),
        high=float(high),
        level=level,
        n_recorded=table.recorded,
        warnings=(
            *_say_end(last, end, widened, table.recorded, float(probability[support > end / 2].sum())),
            *say_modes(modes),
            *_say_complete(float(by_graph[edges == (1 << len(pairs)) - 1].sum())),
        ),
        support=totals,
        probability=probability,
        delta=delta,
        max_missing=end,
        last_probability=last,
        graphs=graphs,
        n_graphs=len(by_graph),
        edge_probability=tuple(tuple(float(x) for x in row) for row in joined),
        modes=modes,
    )


def _say_complete(probability: float) -> tuple[str, ...]:
    """Warn when the graph that joins all lists, which leaves the cell on no list to the prior, has the most weight."""
    if probability <= 0.5:
        return ()
    return (
        f"the graph in which all lists depend on each other has {100 * probability:.0f} % of the weight: then nothing "
        "shows how many are on none, and the answer is the prior's",
    )


def _say_end(last: float, end: int, widened: bool, recorded: int, upper_half: float) -> tuple[str, ...]:
    if last >= LAST_POINT:
        what = "could not be widened further" if widened else "was cut there by max_missing"
        return (
            f"the posterior runs into the end of its grid at {end + recorded:,} ({100 * upper_half:.1f} % of it lies "
            f"in the upper half), which {what}: the upper end of the interval is the prior's, not the data's",
        )
    return ()
