"""All methods side by side on one table of capture patterns, and which of them is recommended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods import capture
from salience.methods.capture import PopulationEstimate
from salience.methods.capture.graphs import MOST_GRAPH_LISTS
from salience.questions.hidden.lists import Patterns, add_up
from salience.questions.hidden.params import HiddenParams

Method = Callable[[npt.ArrayLike, npt.ArrayLike], PopulationEstimate]

TWO, BOUND, INDEPENDENT = "two largest lists (Chapman)", "lower bound (Chao)", "log-linear, independent lists"
BEST, AVERAGED = "log-linear, best by BIC", "log-linear, averaged"
GRAPHS, CLASSES, BY_STRATUM = "decomposable graphs", "latent classes", "latent classes, by stratum"
# Those that allow lists to depend on each other or records to differ: their spread is part of what is not known.
OPEN = (BEST, AVERAGED, GRAPHS, CLASSES, BY_STRATUM)
FIRST_TIME = " (the first time on a machine takes 20 s longer)"
SLUGS = {
    TWO: "two_lists",
    BOUND: "lower_bound",
    INDEPENDENT: "independence",
    BEST: "log_linear",
    AVERAGED: "log_linear_averaged",
    GRAPHS: "decomposable",
    CLASSES: "latent_class",
    BY_STRATUM: "by_stratum",
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a method found, or why it found nothing."""

    name: str
    found: PopulationEstimate | None
    reason: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether there is an estimate with an interval."""
        return self.found is not None and self.found.low is not None and self.found.high is not None


@dataclass(frozen=True, slots=True)
class Recommended:
    """The method to go by, and why."""

    fitted: Fitted
    reason: str


def fit_methods(
    patterns: Patterns, params: HiddenParams, seed: int, progress: Callable[[str, float], None]
) -> list[Fitted]:
    """Apply every method; those that cannot answer say why."""
    fitted: list[Fitted] = []
    known: dict[str, PopulationEstimate] = {}
    for k, (name, method) in enumerate(_methods(params, seed).items()):
        progress(f"estimating: {name}{FIRST_TIME if name == CLASSES else ''}", 0.2 + 0.5 * k / 7)
        try:
            found = _averaged(known.get(BEST)) if name == AVERAGED else _apply(method, patterns, params, seed)
            if found is None:
                fitted.append(Fitted(name, None, "no model to average"))
                continue
        except MethodError as error:
            fitted.append(Fitted(name, None, str(error)))
            continue
        known[name] = found
        reason = "" if found.estimate is not None else "; ".join(found.warnings)
        fitted.append(Fitted(name, found, reason))
    return fitted


def _methods(params: HiddenParams, seed: int) -> dict[str, Method]:
    level = params.level
    draws = params.draws if params.count == "events" else max(params.draws // 5, 100)
    return {
        TWO: partial(_two_largest, level=level),
        BOUND: partial(capture.chao_lower, level=level),
        INDEPENDENT: partial(capture.log_linear, terms=(), level=level),
        BEST: partial(capture.log_linear, level=level),
        AVERAGED: partial(capture.log_linear, level=level),
        GRAPHS: partial(capture.decomposable, delta=params.delta, level=level),
        CLASSES: partial(capture.latent_class, classes=params.classes, draws=draws, seed=seed, level=level),
    }


def _apply(method: Method, patterns: Patterns, params: HiddenParams, seed: int) -> PopulationEstimate:
    """Apply a method to the events; to victims over resampled events, for those of one event are found together."""
    if params.count == "events":
        return method(*patterns.table())
    return capture.combine_links(
        resample_victims(patterns, params.resamples, seed), method, level=params.level
    )


def resample_victims(patterns: Patterns, number: int, seed: int) -> list[tuple[npt.ArrayLike, npt.ArrayLike]]:
    """Return capture tables of victims, each from events drawn anew with replacement.

    The victims of one event are listed together or not at all: counted one by one they would seem to say far more
    than the events do. Drawing events, not victims, keeps the interval honest.
    """
    rng = np.random.default_rng(seed)
    total = int(patterns.events.sum())
    chances = patterns.events / total
    deaths = patterns.deaths if patterns.deaths is not None else np.ones_like(patterns.events)
    tables: list[tuple[npt.ArrayLike, npt.ArrayLike]] = []
    while len(tables) < number:
        drawn = rng.multinomial(total, chances)
        held, counts = add_up(patterns.held, drawn * deaths)
        # A list that no drawn event is on would be an error; such a draw says nothing of that list.
        if counts.sum() > 0 and bool(held[counts > 0].any(axis=0).all()):
            tables.append((held, counts))
    return tables


def _averaged(best: PopulationEstimate | None) -> PopulationEstimate | None:
    """Return the average that comes with the search; with victims, of every table."""
    if isinstance(best, capture.LogLinear):
        return best.averaged
    if isinstance(best, capture.Combined):
        parts = [p.averaged for p in best.parts if isinstance(p, capture.LogLinear) and p.averaged]
        return capture.mix_estimates(parts, best.level) if parts else None
    return None


def _two_largest(patterns: npt.ArrayLike, counts: npt.ArrayLike, *, level: float) -> PopulationEstimate:
    held, number = np.asarray(patterns, dtype=bool), np.asarray(counts)
    sizes = held.T @ number
    first, second = (int(j) for j in np.argsort(-sizes, kind="stable")[:2])
    both = int(number[held[:, first] & held[:, second]].sum())
    return capture.chapman(int(sizes[first]), int(sizes[second]), both, level)


def recommend(fitted: Sequence[Fitted], lists: int) -> Recommended | None:
    """Choose the method to go by, by what it assumes and whether it worked; not by what it says."""
    by_name = {each.name: each for each in fitted}
    if lists == 2:
        two = by_name[TWO]
        return Recommended(two, "with two lists there is no other") if two.has_interval else None
    for name, reason in (
        (CLASSES, "it allows events to differ in how likely they are to be told, and its chains agree"),
        (GRAPHS, "it averages over which lists depend on each other; latent classes gave no interval"),
        (
            AVERAGED,
            "it averages over which lists depend on each other; the Bayesian methods gave no interval",
        ),
    ):
        each = by_name.get(name)
        if each is not None and each.has_interval and not _runs_off(each.found):
            return Recommended(each, reason)
    return None


def _runs_off(found: PopulationEstimate | None) -> bool:
    """Whether the posterior runs into the end of its grid, has several hills, or is the prior's."""
    marks = ("runs into the end", "hills", "the answer is the prior's")
    return found is not None and any(mark in w for w in found.warnings for mark in marks)


def leave_lists_out(patterns: Patterns, params: HiddenParams) -> list[tuple[str, Fitted]]:
    """Estimate anew without each list, by decomposable graphs, or the averaged models where lists are many."""
    results = []
    for j, each in enumerate(patterns.lists):
        others = [i for i in range(len(patterns.lists)) if i != j]
        held, counts = add_up(patterns.held[:, others], patterns.counts)
        some = held.any(axis=1)
        results.append((each.name, quick_estimate(held[some], counts[some], params)))
    return results


def quick_estimate(
    held: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64], params: HiddenParams
) -> Fitted:
    """Estimate in little time: decomposable graphs, or log-linear models where lists are many."""
    lists = held.shape[1]
    try:
        if lists == 2:
            return Fitted(TWO, _two_largest(held, counts, level=params.level))
        if lists <= MOST_GRAPH_LISTS:
            return Fitted(GRAPHS, capture.decomposable(held, counts, params.delta, level=params.level))
        return Fitted(AVERAGED, capture.log_linear(held, counts, level=params.level).averaged)
    except MethodError as error:
        return Fitted(GRAPHS, None, str(error))
