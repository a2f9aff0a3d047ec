"""The posterior of the latent-class capture model and its gradient, compiled by numba on first use.

`capture_latent` prepares the arrays, `capture_walk` samples, and the machine code is kept on disk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salience.methods.capture.patterns import PatternArray
from salience.methods.cells import FloatArray, IntArray
from salience.methods.compiling import compiled

# What a row of `Problem.rows` says of a list.
OFF, ON, ANY, IGNORED = 0, 1, 2, -1


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
    turn : (lists, lists) float
        Rotation from the sampler's coordinates to logits: the first is the common level of all lists, along
        which N moves, the others are differences between lists, which the data pin down.
    """

    rows: PatternArray
    sign: FloatArray
    first: IntArray
    weight: FloatArray
    classes: int
    a: float
    b: float
    pooled: bool
    turn: FloatArray


class Room(NamedTuple):
    """Working memory of one evaluation, so that none is allocated in the loop."""

    on: FloatArray  # (lists, K) λ
    off: FloatArray  # (lists, K) 1 − λ
    some: FloatArray  # (K,) chance of being on any list
    none: FloatArray  # (K,) chance of being on none
    stick: FloatArray  # (K,) −log(1 − v)
    part: FloatArray  # (K,) v
    share: FloatArray  # (K,) class weights among the recorded
    left: FloatArray  # (K,) weight of a class and those after it
    by_log: FloatArray  # (K,) derivative by the log class weight
    by_some: FloatArray  # (K,) derivative by the log chance of being on any list
    weights: FloatArray  # (S, K) class weights
    row: FloatArray  # (r, K) chance of the row by class
    missed: FloatArray  # (r, K) ∏(1 − λ) over lists marked ANY
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
    shapes = [(lists, k)] * 2 + [(k,)] * 8 + [(strata, k)] + [(rows, k)] * 2 + [(factors, k)] * 2
    shapes += [(strata, k), (strata, factors), (lists, k), (k,)]
    return Room(*(np.zeros(shape) for shape in shapes))


def dimension(problem: Problem) -> int:
    """Return the number of unconstrained parameters: logits of λ, log sticks; with strata, log σ and ε."""
    lists, k, strata = problem.rows.shape[1], problem.classes, problem.weight.shape[0]
    return int(lists * k + k - 1 + (1 + strata * k if problem.pooled else 0))


@compiled
def capture_chances(u: FloatArray, problem: Problem, room: Room) -> float:
    """Fill λ and 1 − λ from the rotated logits; return the log prior (λ uniform)."""
    lists, k = room.on.shape
    prior = 0.0
    for i in range(k):
        product, size, some, none = 1.0, 0.0, 0.0, 1.0
        for j in range(lists):
            z = 0.0
            for m in range(lists):
                z += problem.turn[j, m] * u[m * k + i]
            e = np.exp(-abs(z))
            d = 1.0 / (1.0 + e)
            on, off = d, e * d
            if z < 0:
                on, off = off, on
            room.on[j, i] = on
            room.off[j, i] = off
            # Without cancellation: where all λ are tiny the chance of being on any list must not become 0.
            some += on * none
            none *= off
            size += abs(z)
            product *= d * d
        room.some[i] = some
        room.none[i] = none
        prior += np.log(product) - size
    return float(prior)


@compiled
def break_sticks(u: FloatArray, start: int, k: int, room: Room) -> float:
    """Fill shares from log sticks x = log(−log(1 − v)); return the logarithm of the Jacobian."""
    left, jacobian = 1.0, 0.0
    for i in range(k - 1):
        s = np.exp(u[start + i])
        room.stick[i] = s
        room.part[i] = -np.expm1(-s)
        room.share[i] = left * room.part[i]
        jacobian += u[start + i] - s + np.log(left)
        left *= np.exp(-s)
    room.share[k - 1] = left
    return float(jacobian)


@compiled
def prior_of_weights(k: int, problem: Problem, weights: FloatArray, room: Room) -> float:
    """Return the log density of class weights under the stick-breaking prior; fill its derivative by their logs.

    Sticks v are Beta(1, α) and α is gamma(a, b): with α integrated out the density of π is, up to a constant,
    ∏_{k<K} 1/r_k · (b − log π_K)^−(K−1+a) / π_K with r_k = π_k + … + π_K.
    """
    left, prior = 0.0, 0.0
    for i in range(k - 1, -1, -1):
        left += weights[i]
        room.left[i] = left
    inverse = 0.0
    for i in range(k - 1):
        prior -= np.log(room.left[i])
        inverse += 1.0 / room.left[i]
        room.by_log[i] = -weights[i] * inverse
    last, power = np.log(weights[k - 1]), k - 1 + problem.a
    room.by_log[k - 1] = -weights[k - 1] * inverse - 1.0 + power / (problem.b - last)
    return float(prior - last - power * np.log(problem.b - last))


@compiled
def class_weights(u: FloatArray, problem: Problem, room: Room) -> float:
    """Fill the class weights; return the log prior with its Jacobian.

    The sticks give the classes' shares ρ among the recorded, which the data pin down, and not π, which moves with
    N: π_k ∝ ρ_k / (chance of being on any list). With strata the sticks give common weights π, and each stratum
    has π exp(σ ε) of its own.
    """
    lists, k = room.on.shape
    strata = room.weights.shape[0]
    prior = break_sticks(u, lists * k, k, room)
    if not problem.pooled:
        total = 0.0
        for i in range(k):
            room.weights[0, i] = room.share[i] / room.some[i]
            total += room.weights[0, i]
            prior -= np.log(room.some[i])
        for i in range(k):
            room.weights[0, i] /= total
        return float(prior - k * np.log(total) + prior_of_weights(k, problem, room.weights[0], room))
    prior += prior_of_weights(k, problem, room.share, room)
    at = lists * k + k - 1
    sigma = np.exp(u[at])
    prior += u[at] - 0.5 * sigma * sigma
    for s in range(strata):
        top, total = -np.inf, 0.0
        for i in range(k):
            e = u[at + 1 + s * k + i]
            prior -= 0.5 * e * e
            room.weights[s, i] = np.log(room.share[i]) + sigma * e
            top = max(top, room.weights[s, i])
        for i in range(k):
            room.weights[s, i] = np.exp(room.weights[s, i] - top)
            total += room.weights[s, i]
        for i in range(k):
            room.weights[s, i] /= total
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
        room.missed[r, i] = room.row[r, i] * none
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
                            sign * room.pull[t, i] * room.missed[r, i] + room.row[r, i]
                        ) * room.on[j, i]
    for j in range(lists):
        for i in range(k):
            room.slope[j, i] -= room.on[j, i] * room.spare[i]


@compiled
def slope_of_weights(u: FloatArray, beta: float, problem: Problem, room: Room, slope: FloatArray) -> None:
    """Fill the derivatives by log sticks, with strata by log σ and ε, and by the chance of being on any list."""
    lists, k = room.on.shape
    start = lists * k
    room.by_some[:] = 0.0
    if problem.pooled:
        slope_of_strata(u, beta, problem, room, slope)
    else:
        total = 0.0
        for i in range(k):
            room.by_log[i] += beta * room.tilt[0, i]
            total += room.by_log[i]
        for i in range(k):
            w = room.weights[0, i]
            g = room.by_log[i] - w * total
            room.by_log[i] = g - k * w
            room.by_some[i] = -g - 1.0 + k * w
    later = room.by_log[k - 1]
    for i in range(k - 2, -1, -1):
        s = room.stick[i]
        rest = (1.0 - room.part[i]) / room.part[i]
        # The Jacobian's own: x − s, and log(left) = −(sum of the sticks before) for every later class.
        slope[start + i] = s * (room.by_log[i] * rest - later) + 1.0 - s * (k - 1 - i)
        later += room.by_log[i]


@compiled
def slope_of_strata(u: FloatArray, beta: float, problem: Problem, room: Room, slope: FloatArray) -> None:
    """Add the strata's derivatives to those by the common weights; fill those by log σ and ε."""
    lists, k = room.on.shape
    at = lists * k + k - 1
    sigma, along = np.exp(u[at]), 0.0
    for s in range(room.weights.shape[0]):
        total = 0.0
        for i in range(k):
            total += room.tilt[s, i]
        for i in range(k):
            g = room.tilt[s, i] - room.weights[s, i] * total
            e = u[at + 1 + s * k + i]
            room.by_log[i] += beta * g
            along += g * e
            slope[at + 1 + s * k + i] = beta * sigma * g - e
    slope[at] = beta * sigma * along + 1.0 - sigma * sigma


@compiled
def log_posterior(
    u: FloatArray, beta: float, problem: Problem, room: Room, slope: FloatArray
) -> tuple[float, float]:
    """Return log prior and log-likelihood; fill the gradient of prior + β · likelihood."""
    lists, k = room.on.shape
    prior = capture_chances(u, problem, room) + class_weights(u, problem, room)
    fill_factors(problem, room)
    likelihood = add_up(problem, room)
    slope_of_chances(problem, room)
    slope_of_weights(u, beta, problem, room, slope)
    for i in range(k):
        pull = room.by_some[i] * room.none[i] / room.some[i]
        for j in range(lists):
            room.slope[j, i] = beta * room.slope[j, i] + room.off[j, i] - room.on[j, i] * (1.0 - pull)
    for m in range(lists):
        for i in range(k):
            g = 0.0
            for j in range(lists):
                g += problem.turn[j, m] * room.slope[j, i]
            slope[m * k + i] = g
    return prior, likelihood
