"""Running chains of the latent-class posterior: starts found by scouts, warm-up, and draws of N."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from salience.errors import MethodError
from salience.methods.cells import FloatArray

if TYPE_CHECKING:
    from salience.methods.capture.kernels import Problem, Room
    from salience.methods.capture.walk import Walk

# Rounds after which the scales are learnt anew, for chains and for the scouts that find their starts.
WINDOWS, SCOUT_WINDOWS, SCOUTS = (75, 100, 150, 250, 90), (75, 75, 50), 12
TARGET, LENGTH, INNER = 0.9, 4.0, 6
# Strata bring hundreds of parameters that the prior holds to one scale: shorter ways suffice.
POOLED_WINDOWS, POOLED_LENGTH = (50, 75, 100, 100, 60), 2.0
# Powers of the likelihood: neighbours differ by a half, so that a fifth of the exchanges succeed.
COOLING, TEMPERATURES = 0.5, 4
# A scout whose log posterior is lower than the best by more has not arrived.
ARRIVED = 25.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Draws of N: by chain, draw and stratum."""

    totals: FloatArray = field(repr=False)
    divergences: int


def sample_totals(problem: Problem, recorded: FloatArray, chains: int, draws: int, seed: int) -> Sample:
    """Run the chains side by side and draw N for every state: (chains, draws, strata)."""
    if chains < 2 or draws < 10:
        raise MethodError(
            f"chains is {chains} and draws {draws}; expected at least 2 chains, to compare them, of 10"
        )
    streams = np.random.SeedSequence(seed).spawn(chains + SCOUTS)
    with ThreadPoolExecutor(min(chains, os.cpu_count() or 1)) as pool:
        starts = _find_starts(pool, problem, chains, streams[chains:])
        found = list(
            pool.map(lambda k: _run_chain(problem, recorded, draws, streams[k], starts[k]), range(chains))
        )
    return Sample(np.stack([totals for totals, _ in found]), sum(divergent for _, divergent in found))


@dataclass(frozen=True, slots=True)
class Scout:
    """Where a short run ended: its state, log posterior and the chance of being recorded (of the first stratum)."""

    state: FloatArray
    height: float
    seen: float


def _scout(problem: Problem, stream: np.random.SeedSequence, spread: bool) -> Scout:
    """Run a short chain without exchanges from a start of its own."""
    from salience.methods.capture.kernels import dimension, log_posterior, make_room
    from salience.methods.capture.walk import make_walk

    rng = np.random.default_rng(stream)
    start = _draw_start(rng, problem, dimension(problem), spread)
    walk, room = make_walk(start[None], np.ones(1)), make_room(problem)
    kept = _warm_up(rng, problem, walk, room, SCOUT_WINDOWS, LENGTH)
    heights, seen = [], []
    for state in kept[-20:, 0]:
        heights.append(sum(log_posterior(state, 1.0, problem, room, walk.to_slope)))
        seen.append(room.value[0, 0])
    return Scout(kept[-1, 0].copy(), float(np.mean(heights)), float(np.median(seen)))


def _find_starts(
    pool: ThreadPoolExecutor, problem: Problem, chains: int, streams: Sequence[np.random.SeedSequence]
) -> list[FloatArray]:
    """Return a start for each chain: from scouts, or with strata from the prior, alternately of either sort."""
    from salience.methods.capture.kernels import dimension

    if problem.pooled:
        return [
            _draw_start(np.random.default_rng(streams[k]), problem, dimension(problem), k % 2 == 1)
            for k in range(chains)
        ]
    return _choose_starts(
        list(pool.map(lambda k: _scout(problem, streams[k], k % 2 == 1), range(SCOUTS))), chains
    )


def _choose_starts(scouts: Sequence[Scout], chains: int) -> list[FloatArray]:
    """Start the chains as far apart in N as the scouts that arrived came to lie.

    If exchanges between temperatures cannot carry a chain from one hill of the posterior to another, the chains
    then stay apart and R-hat shows it; from one start they might all miss a hill and agree.
    """
    best = max(scout.height for scout in scouts)
    arrived = sorted((s for s in scouts if s.height > best - ARRIVED), key=lambda s: s.seen)
    at = np.round(np.linspace(0, len(arrived) - 1, chains)).astype(int)
    return [arrived[i].state for i in at]


def _run_chain(
    problem: Problem, recorded: FloatArray, draws: int, stream: np.random.SeedSequence, start: FloatArray
) -> tuple[FloatArray, int]:
    from salience.methods.capture.kernels import make_room
    from salience.methods.capture.walk import make_walk, run

    rng = np.random.default_rng(stream)
    beta = COOLING ** np.arange(TEMPERATURES, dtype=np.float64)
    walk, room = make_walk(np.tile(start, (len(beta), 1)), beta), make_room(problem)
    length = POOLED_LENGTH if problem.pooled else LENGTH
    _warm_up(rng, problem, walk, room, POOLED_WINDOWS if problem.pooled else WINDOWS, length)
    rounds = -(-draws // INNER)
    sets = recorded.shape[1]
    factors = 2 if problem.sign[: problem.first[1]].min() < 0 else sets
    seen = np.zeros((rounds * INNER, recorded.shape[0], factors))
    _, _, divergent = run(rng, rounds, INNER, length, -1.0, walk, problem, room, np.zeros((0, 1, 1)), seen)
    seen = seen[:draws]
    if factors > sets:  # with impossible patterns: the chance among those that can be
        seen = seen[:, :, :1] / seen[:, :, 1:]
    missing = _draw_unrecorded(rng, recorded, np.minimum(seen, 1.0))
    return np.asarray(recorded.sum(axis=1) + missing.sum(axis=2)), divergent


def _warm_up(
    rng: np.random.Generator, problem: Problem, walk: Walk, room: Room, windows: Sequence[int], length: float
) -> FloatArray:
    """Learn scales and step sizes window by window; return the states of the last, in which only steps are learnt."""
    from salience.methods.capture.walk import run

    kept = np.zeros((0, *walk.at.shape))
    for window in windows:
        kept = np.zeros((window, *walk.at.shape))
        run(rng, window, 1, length, TARGET, walk, problem, room, kept, np.zeros((0, 1, 1)))
        if window != windows[-1]:
            walk.scale[:] = _scales(kept[window // 4 :])
    return kept


def _scales(states: FloatArray) -> FloatArray:
    """Return scales of the parameters from states (rounds, temperatures, d).

    By quartiles: classes that change places for a while must not widen the scales of those who stay. A little
    weight on a small scale steadies the first windows (Stan's regularisation).
    """
    low, high = np.quantile(states, [0.25, 0.75], axis=0)
    rounds = len(states)
    variance = np.minimum(((high - low) / 1.349) ** 2, states.var(axis=0))
    return np.asarray(np.sqrt((rounds * variance + 5 * 1e-2) / (rounds + 5)))


def _draw_start(rng: np.random.Generator, problem: Problem, dimension: int, spread: bool) -> FloatArray:
    """Draw a start: all classes alike (`spread`), or one large class whose lists hold records as often as seen.

    The two come upon hills of the posterior from different sides; where chains then stay apart, R-hat shows it.
    """
    lists, k = problem.rows.shape[1], problem.classes
    u = rng.normal(0.0, 1.0, dimension)
    logits = rng.normal(-1.0, 1.0, (lists, k))
    if not spread:
        weight = problem.weight.sum(axis=0)
        weight = weight[np.flatnonzero(weight > 0)[0] :]
        on = (problem.rows[-len(weight) :] == 1).astype(np.float64)
        held = np.clip(weight @ on / weight.sum(), 1e-4, 0.9) / np.exp(rng.uniform(0.0, 2.5))
        logits[:, 0] = np.log(held / (1.0 - held)) + rng.normal(0.0, 0.2, lists)
        u[lists * k : lists * k + k - 1] = np.log(rng.exponential(1.0, k - 1) + 0.05)
        if k > 1:
            u[lists * k] = np.log(-np.log(rng.uniform(0.02, 0.2)))
    u[: lists * k] = (problem.turn.T @ logits).ravel()
    return u


def _draw_unrecorded(rng: np.random.Generator, recorded: FloatArray, seen: FloatArray) -> FloatArray:
    """Draw how many are on no list: negative binomial given n recorded and the chance of being recorded.

    As a Poisson of a gamma, with a normal beyond what a Poisson generator takes.
    """
    shape = np.broadcast_to(recorded, seen.shape)
    odds = (1.0 - seen) / np.maximum(seen, 1e-300)
    rate = np.where(shape > 0, rng.standard_gamma(np.where(shape > 0, shape, 1.0)) * odds, 0.0)
    large = rate > 1e15
    drawn = rng.poisson(np.where(large, 0.0, rate)).astype(np.float64)
    return np.where(large, rate, drawn)
