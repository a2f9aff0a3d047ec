"""What the draws of a landscape show: by issue, between actors, and of who decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from salience.methods import space
from salience.methods.cells import FloatArray
from salience.methods.space.power import MOST_ACTORS
from salience.questions.landscape.draws import Drawn
from salience.questions.landscape.learn import Unknown, rank_unknown
from salience.questions.landscape.params import WEIGHTINGS, LandscapeParams

IntArray = npt.NDArray[np.int64]
# Below this mean silhouette there is no structure to speak of (Kaufman & Rousseeuw 1990, p. 88).
CLEAR = 0.25
# Draws that an estimate of a whole number carries, at even steps of probability.
STEPS = 200


@dataclass(frozen=True, slots=True)
class Span:
    """A number with its interval over the draws; nan throughout where there is none.

    `steps` are draws at even steps of probability, for numbers that come whole: an interval alone says little of them.
    """

    value: float
    low: float
    high: float
    steps: tuple[float, ...] = ()

    @property
    def ends(self) -> tuple[float, float, float]:
        """Value, low, high."""
        return self.value, self.low, self.high


@dataclass(frozen=True, slots=True)
class IssueFound:
    """What is found of one issue.

    Attributes
    ----------
    at : int
        Its number among the issues.
    mean, median, spread, contested, polarised : Span
    poles : tuple of Span
        Share of the weight at 0, at 100 and undecided, of issues with two poles.
    share, centre, left_out : Span
        Of the fullest window: its share of the weight, its middle, how many actors stand outside.
    chance : float
        Share of draws in which it holds the share that consensus asks for.
    chance_by : dict
        The same under each weighting that can be had.
    outside : (actors,) float
        Share of draws in which each actor stands outside; nan where it has no position.
    with_missing : tuple of float
        The share if all whose position is missing stood outside, and if all stood inside.
    """

    at: int
    name: str
    two_poles: bool
    mean: Span
    median: Span
    spread: Span
    contested: Span
    polarised: Span
    poles: tuple[Span, Span, Span]
    share: Span
    centre: Span
    left_out: Span
    chance: float
    chance_by: dict[str, float]
    outside: FloatArray = field(repr=False)
    with_missing: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between actors; `placed` are the numbers of those with positions that are on the map."""

    placed: IntArray
    apart: FloatArray = field(repr=False)
    shared: IntArray = field(repr=False)
    map: space.ActorMap | None
    axes: FloatArray | None = field(repr=False)
    groups: space.Groups | None
    unconnected: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides.

    Attributes
    ----------
    weight : (draws, actors) float
        Mean share of the weight over the issues.
    pivot, block : (actors, issues) float
        Chance that an actor holds the median; that it alone can block consensus.
    block_overall : (actors,) float
    banzhaf, shapley : (draws, actors) float or None
        None with more actors than can be counted.
    """

    weight: FloatArray = field(repr=False)
    pivot: FloatArray = field(repr=False)
    block: FloatArray = field(repr=False)
    block_overall: FloatArray
    banzhaf: FloatArray | None = field(repr=False)
    shapley: FloatArray | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """All of it."""

    drawn: Drawn
    params: LandscapeParams
    issues: tuple[IssueFound, ...]
    between: Between
    deciding: Deciding
    unknown: tuple[Unknown, ...]

    def span(self, values: FloatArray) -> Span:
        """Return the median and the interval of draws."""
        return span_of(values, self.params.level)


def span_of(values: FloatArray, level: float) -> Span:
    """Return the median of draws and their interval of that level."""
    tail = 0.5 * (1.0 - level)
    low, value, high = (float(q) for q in np.quantile(values, [tail, 0.5, 1.0 - tail]))
    return Span(value, low, high)


def counted_span(values: FloatArray, level: float) -> Span:
    """Return the same of numbers that come whole, with draws at even steps of probability."""
    steps = np.quantile(values, (np.arange(STEPS) + 0.5) / STEPS, method="inverted_cdf")
    return replace(span_of(values, level), steps=tuple(float(x) for x in steps))


def find_landscape(drawn: Drawn, params: LandscapeParams) -> Found:
    """Work out everything that the answer tells."""
    others = {name: drawn.weights_by(name) for name in WEIGHTINGS}
    issues = tuple(
        find_issue(drawn, params, k, {n: w[:, :, k] for n, w in others.items() if w is not None})
        for k in range(len(drawn.landscape.issues))
    )
    unknown = rank_unknown(drawn, params)
    return Found(drawn, params, issues, _find_between(drawn, params), _find_deciding(drawn, params), unknown)


def find_issue(drawn: Drawn, params: LandscapeParams, k: int, others: dict[str, FloatArray]) -> IssueFound:
    """Work out what is said of one issue; `others` are the weights on it by other weightings."""
    issue = drawn.landscape.issues[k]
    two_poles = bool(issue["two_poles"])
    x, w = drawn.position[:, :, k], drawn.weight[:, :, k]
    tolerance = params.reach(two_poles)
    weighed = space.weigh(x, w)
    window = space.fullest_window(x, w, tolerance)
    known = drawn.known[:, k]
    share = w / w.sum(axis=1, keepdims=True)
    level = params.level
    poles = [span_of((share * (known & here)).sum(axis=1), level) for here in (x < 50, x > 50, x == 50)]
    chances = {
        name: float((space.fullest_window(x, each, tolerance).share >= params.consensus - 1e-9).mean())
        for name, each in others.items()
    }
    missing = drawn.would_weigh[:, ~known, k].sum(axis=1)
    total = w.sum(axis=1)
    return IssueFound(
        k, str(issue["name"]), two_poles, span_of(weighed.mean, level), span_of(weighed.median, level),
        span_of(weighed.spread, level), span_of(weighed.contested, level),
        span_of(space.polarise(x, w, tolerance), level), (poles[0], poles[1], poles[2]),
        span_of(window.share, level), span_of(window.centre, level),
        counted_span((known & ~window.inside).sum(axis=1).astype(np.float64), level),
        float((window.share >= params.consensus - 1e-9).mean()), chances,
        np.where(known, 1.0 - window.inside.mean(axis=0), np.nan),
        (float(np.median(window.share * total / (total + missing))),
         float(np.median((window.share * total + missing) / (total + missing)))),
    )  # fmt: skip


def _find_between(drawn: Drawn, params: LandscapeParams) -> Between:
    few = min(params.map_draws, params.draws)
    speaks = np.flatnonzero(drawn.known.any(axis=1))
    x = drawn.position[:few, speaks]
    apart = space.distances(x, drawn.salience[:few, speaks])
    known = drawn.known[speaks].astype(np.int64)
    shared = known @ known.T
    part = space.connected(shared > 0)
    largest = int(np.bincount(part).argmax())
    on_map = part == largest
    cut = np.ix_(np.arange(few), on_map, on_map)
    placed = speaks[on_map]
    enough = len(placed) >= 3 and float(np.nanmax(apart[cut])) > 1e-6
    actor_map = space.map_actors(apart[cut]) if enough else None
    axes = None
    if actor_map is not None:
        actor_map, axes = _point_axes(actor_map, x[:, on_map])
    groups = space.group_actors(apart[cut], params.most_groups) if enough else None
    return Between(
        placed, apart[cut], shared[np.ix_(on_map, on_map)], actor_map, axes, groups,
        tuple(int(i) for i in speaks[~on_map]),
    )  # fmt: skip


def _point_axes(actor_map: space.ActorMap, positions: FloatArray) -> tuple[space.ActorMap, FloatArray]:
    """Mirror the map so that more of the issue that goes with an axis best lies to the right and up."""
    axes = space.correlate_axes(actor_map.draws, positions)
    middle = np.nan_to_num(np.median(axes, axis=0))
    best = np.abs(np.round(middle, 6)).argmax(axis=0)
    sign = np.where(middle[best, np.arange(middle.shape[1])] < 0, -1.0, 1.0)
    mirrored = replace(actor_map, reference=actor_map.reference * sign, draws=actor_map.draws * sign)
    return mirrored, axes * sign


def _find_deciding(drawn: Drawn, params: LandscapeParams) -> Deciding:
    share = drawn.weight / drawn.weight.sum(axis=1, keepdims=True)
    overall = share.mean(axis=2)
    actors, issues = drawn.known.shape
    pivot, block = np.full((actors, issues), np.nan), np.full((actors, issues), np.nan)
    for k in range(issues):
        known = drawn.known[:, k]
        held = space.holds_median(drawn.position[:, :, k], drawn.weight[:, :, k]).mean(axis=0)
        pivot[:, k] = np.where(known, held, np.nan)
        alone = space.can_block(drawn.weight[:, :, k], params.consensus).mean(axis=0)
        block[:, k] = np.where(known, alone, np.nan)
    banzhaf = shapley = None
    if actors <= MOST_ACTORS:
        found = [
            space.power_indices(w, w.sum() * params.majority * (1 + 1e-6))
            for w in overall[: min(params.map_draws, params.draws)]
        ]
        banzhaf, shapley = np.array([p.banzhaf for p in found]), np.array([p.shapley for p in found])
    return Deciding(
        overall, pivot, block, space.can_block(overall, params.consensus).mean(axis=0), banzhaf, shapley
    )
