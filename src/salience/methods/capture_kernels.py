"""The posterior of the latent-class capture model and its gradient, compiled by numba on first use.

`capture_latent` prepares the arrays, `capture_walk` samples, and the machine code is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from salience.methods.capture_patterns import PatternArray
from salience.methods.cells import FloatArray, IntArray

_Function = TypeVar("_Function", bound=Callable[..., Any])

# What a row of `Problem.rows` says of a list.
OFF, ON, ANY, IGNORED = 0, 1, 2, -1


def compiled(function: _Function) -> _Function:
    """Compile, keep the machine code on disk, and let other threads run meanwhile."""
    return cast("_Function", njit(cache=True, nogil=True, error_model="numpy")(function))


class Problem(NamedTuple):
    """The likelihood as a sum of weighted logarithms, one for each factor and stratum.

    A row's chance in class k is the product of λ over lists that are ON, of 1 − λ over those OFF, and of
    1 − ∏(1 − λ) over those marked ANY: the record is on at least one of these. A factor is the signed sum of
    its rows, averaged over the classes.

    Attributes
    ----------
    rows : (r, lists) int8
    sign : (r,) float
        1, or -1 for patterns that cannot occur.
    first : (t + 1,) int
        Where each factor's rows begin.
    weight : (strata, t) float
        Records; minus the number recorded for the chance of being recorded at all.
    classes : int
    a, b : float
        Shape and rate of the gamma prior of the stick-breaking concentration.
    pooled : bool
        Whether strata have class weights of their own, drawn towards common ones.
    """

    rows: PatternArray
    sign: FloatArray
    first: IntArray
    weight: FloatArray
    classes: int
    a: float
    b: float
    pooled: bool


class Room(NamedTuple):
    """Working memory of one evaluation, so that none is allocated in the loop."""

    on: FloatArray  # (lists, K) λ
    off: FloatArray  # (lists, K) 1 − λ
    stick: FloatArray  # (K,) −log(1 − v)
    part: FloatArray  # (K,) v
    log_pi: FloatArray  # (K,)
    weights: FloatArray  # (S, K) class weights
    row: FloatArray  # (r, K) chance of the row by class
    none: FloatArray  # (r, K) ∏(1 − λ) over lists marked ANY
    factor: FloatArray  # (t, K)
    pull: FloatArray  # (t, K) derivative by the factor
    tilt: FloatArray  # (S, K) derivative by the log class weight
    value: FloatArray  # (S, t) the factors' chances
    slope: FloatArray  # (lists, K)
    spare: FloatArray  # (K,)


def make_room(problem: Problem) -> Room:
    """Return working memory for a problem."""
    rows, lists = problem.rows.shape
    strata, factors = problem.weight.shape
    k = problem.classes
    shapes = [(lists, k)] * 2 + [(k,)] * 3 + [(strata, k)] + [(rows, k)] * 2 + [(factors, k)] * 2
    shapes += [(strata, k), (strata, factors), (lists, k), (k,)]
    return Room(*(np.zeros(shape) for shape in shapes))


def dimension(problem: Problem) -> int:
    """Return the number of unconstrained parameters: logits of λ, log sticks; with strata, log σ and ε."""
    lists, k, strata = problem.rows.shape[1], problem.classes, problem.weight.shape[0]
    return int(lists * k + k - 1 + (1 + strata * k if problem.pooled else 0))


@compiled
def capture_chances(u: FloatArray, problem: Problem, room: Room) -> float:
    """Fill λ and 1 − λ from their logits; return the log prior (λ uniform)."""
    lists, k = room.on.shape[0], problem.classes
    prior = 0.0
    for i in range(k):
        product, size = 1.0, 0.0
        for j in range(lists):
            z = u[j * k + i]
            e = np.exp(-abs(z))
            d = 1.0 / (1.0 + e)
            room.on[j, i] = d if z >= 0 else e * d
            room.off[j, i] = e * d if z >= 0 else d
            size += abs(z)
            product *= d * d
        prior += np.log(product) - size
    return prior


@compiled
def class_weights(u: FloatArray, problem: Problem, room: Room) -> float:
    """Fill the class weights of each stratum; return the log prior.

    Sticks −log(1 − v) are exponential with rate α given α, and α is gamma: integrated out here.
    """
    lists, k = room.on.shape[0], problem.classes
    strata = room.weights.shape[0]
    start = lists * k
    prior, left, total = 0.0, 1.0, 0.0
    for i in range(k - 1):
        x = u[start + i]
        s = np.exp(x)
        room.stick[i] = s
        room.part[i] = -np.expm1(-s)
        room.weights[0, i] = left * room.part[i]
        left *= 1.0 - room.part[i]
        total += s
        prior += x
    room.weights[0, k - 1] = left
    prior -= (k - 1 + problem.a) * np.log(problem.b + total)
    if not problem.pooled:
        return float(prior)
    cut = 0.0
    for i in range(k - 1):
        room.log_pi[i] = np.log(room.part[i]) - cut
        cut += room.stick[i]
    room.log_pi[k - 1] = -cut
    at = start + k - 1
    sigma = np.exp(u[at])
    prior += u[at] - 0.5 * sigma * sigma
    for s_ in range(strata):
        top, total = -np.inf, 0.0
        for i in range(k):
            e = u[at + 1 + s_ * k + i]
            prior -= 0.5 * e * e
            room.weights[s_, i] = room.log_pi[i] + sigma * e
            top = max(top, room.weights[s_, i])
        for i in range(k):
            room.weights[s_, i] = np.exp(room.weights[s_, i] - top)
            total += room.weights[s_, i]
        for i in range(k):
            room.weights[s_, i] /= total
    return float(prior)


@compiled
def fill_factors(problem: Problem, room: Room) -> None:
    """Fill each row's chance by class and add the rows up to factors."""
    lists, k = room.on.shape
    room.factor[:] = 0.0
    for t in range(len(problem.first) - 1):
        for r in range(problem.first[t], problem.first[t + 1]):
            some = False
            for i in range(k):
                room.row[r, i] = 1.0
            for j in range(lists):
                say = problem.rows[r, j]
                if say == ON:
                    for i in range(k):
                        room.row[r, i] *= room.on[j, i]
                elif say == OFF:
                    for i in range(k):
                        room.row[r, i] *= room.off[j, i]
                elif say == ANY:
                    some = True
            if some:
                fill_any(problem.rows[r], room, r)
            for i in range(k):
                room.factor[t, i] += problem.sign[r] * room.row[r, i]


@compiled
def fill_any(row: PatternArray, room: Room, r: int) -> None:
    """Multiply by 1 − ∏(1 − λ), summed without cancellation: where all λ are tiny it must not become 0."""
    lists, k = room.on.shape
    for i in range(k):
        none, some = 1.0, 0.0
        for j in range(lists):
            if row[j] == ANY:
                some += room.on[j, i] * none
                none *= room.off[j, i]
        room.none[r, i] = room.row[r, i] * none
        room.row[r, i] *= some


@compiled
def add_up(problem: Problem, room: Room) -> float:
    """Return the log-likelihood; fill its derivatives by factor and by log class weight."""
    strata, factors = problem.weight.shape
    k = room.factor.shape[1]
    total = 0.0
    room.pull[:] = 0.0
    room.tilt[:] = 0.0
    for s in range(strata):
        for t in range(factors):
            p = 0.0
            for i in range(k):
                p += room.weights[s, i] * room.factor[t, i]
            room.value[s, t] = p
            w = problem.weight[s, t]
            if w == 0.0:
                continue
            total += w * np.log(p)
            q = w / p
            for i in range(k):
                x = q * room.weights[s, i]
                room.pull[t, i] += x
                room.tilt[s, i] += x * room.factor[t, i]
    return total


@compiled
def slope_of_chances(problem: Problem, room: Room) -> None:
    """Fill the log-likelihood's derivative by the logits of λ.

    With x a row's share of the derivative, a list that is ON adds x(1 − λ), one that is OFF takes xλ away: the
    sum of all x is taken times λ once, and corrected for lists that say neither.
    """
    lists, k = room.on.shape
    room.slope[:] = 0.0
    room.spare[:] = 0.0
    for t in range(len(problem.first) - 1):
        for r in range(problem.first[t], problem.first[t + 1]):
            sign = problem.sign[r]
            for i in range(k):
                room.row[r, i] *= sign * room.pull[t, i]
                room.spare[i] += room.row[r, i]
            for j in range(lists):
                say = problem.rows[r, j]
                if say == ON:
                    for i in range(k):
                        room.slope[j, i] += room.row[r, i]
                elif say == IGNORED:
                    for i in range(k):
                        room.slope[j, i] += room.row[r, i] * room.on[j, i]
                elif say == ANY:
                    for i in range(k):
                        room.slope[j, i] += (
                            sign * room.pull[t, i] * room.none[r, i] + room.row[r, i]
                        ) * room.on[j, i]
    for j in range(lists):
        for i in range(k):
            room.slope[j, i] -= room.on[j, i] * room.spare[i]


@compiled
def slope_of_weights(u: FloatArray, beta: float, problem: Problem, room: Room, slope: FloatArray) -> None:
    """Fill the derivatives by log sticks and, with strata, by log σ and ε."""
    lists, k = room.on.shape[0], problem.classes
    strata = room.weights.shape[0]
    start = lists * k
    by_log_pi = np.zeros(k)
    if not problem.pooled:
        by_log_pi[:] = room.tilt[0, :k]
    else:
        at = start + k - 1
        sigma = np.exp(u[at])
        along = 0.0
        for s in range(strata):
            total = 0.0
            for i in range(k):
                total += room.tilt[s, i]
            for i in range(k):
                g = room.tilt[s, i] - room.weights[s, i] * total
                e = u[at + 1 + s * k + i]
                by_log_pi[i] += g
                along += g * e
                slope[at + 1 + s * k + i] = beta * sigma * g - e
        slope[at] = beta * sigma * along + 1.0 - sigma * sigma
    total = 0.0
    for i in range(k - 1):
        total += room.stick[i]
    pull = (k - 1 + problem.a) / (problem.b + total)
    later = by_log_pi[k - 1]
    for i in range(k - 2, -1, -1):
        rest = (1.0 - room.part[i]) / room.part[i]
        slope[start + i] = room.stick[i] * (beta * (by_log_pi[i] * rest - later) - pull) + 1.0
        later += by_log_pi[i]


@compiled
def log_posterior(
    u: FloatArray, beta: float, problem: Problem, room: Room, slope: FloatArray
) -> tuple[float, float]:
    """Return log prior and log-likelihood; fill the gradient of prior + β · likelihood."""
    lists, k = room.on.shape[0], problem.classes
    prior = capture_chances(u, problem, room) + class_weights(u, problem, room)
    fill_factors(problem, room)
    likelihood = add_up(problem, room)
    slope_of_chances(problem, room)
    for j in range(lists):
        for i in range(k):
            slope[j * k + i] = beta * room.slope[j, i] + room.off[j, i] - room.on[j, i]
    slope_of_weights(u, beta, problem, room, slope)
    return prior, likelihood
