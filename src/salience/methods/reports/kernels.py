"""The sampler of the model of contradictory numbers, compiled by numba on first use.

`reports_model` prepares the arrays. Biases and mean tolls are drawn in one block with the tolls integrated out
(crossed effects mix slowly otherwise: Papaspiliopoulos, Roberts & Zanella 2020, Biometrika 107), then tolls, then what
each number stood for on the log scale, all from their exact conditional distributions; spreads move by a
Metropolis step too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray, IntArray
from salience.methods.compiling import compiled

ROOT_HALF = math.sqrt(0.5)
HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
# Sweeps in which an item's toll meets what is told of it as "at least", each time a draw of it is kept.
BOUND_SWEEPS = 8

Flags = npt.NDArray[np.bool_]


class Accounts(NamedTuple):
    """Accounts sorted by item. All but `first` and `group` have shape (n,).

    Attributes
    ----------
    first : (items + 1,) int
        Where each item's accounts begin.
    group : (items,) int
        Which mean and spread of tolls an item belongs to.
    bias, source : int
    low, high : float
        Bounds of the logarithm when the number is meant exactly; infinite where there is no bound.
    low_round, high_round : float
        The same when it is rounded at its last digit that is not zero.
    heap : int
        1 when the number may be rounded, 0 when it shows that it is not, -1 when it says nothing of rounding.
    one_sided : bool
        "At least" or "at most": it bounds its item's toll and says nothing of biases and spreads.
    """

    first: IntArray
    group: IntArray
    bias: IntArray
    source: IntArray
    low: FloatArray
    high: FloatArray
    low_round: FloatArray
    high_round: FloatArray
    heap: IntArray
    one_sided: Flags


class Prior(NamedTuple):
    """Weak priors, all conjugate.

    Attributes
    ----------
    biases, sources, groups : int
    known_spread : (sources,) float
        Standard deviations that are known; nan where they are to be estimated.
    unbiased : bool
        Whether all biases are zero.
    bias_shape, bias_scale : float
        Inverse gamma of the variance of biases between sources.
    toll_shape, toll_scale : float
        Inverse gamma of the variance of log tolls.
    weight : float
        How many accounts the other sources' spread counts for in that of one source.
    common_shape, common_rate : float
        Gamma of the common variance that sources' variances lie around.
    """

    biases: int
    sources: int
    groups: int
    known_spread: FloatArray
    unbiased: bool
    bias_shape: float
    bias_scale: float
    toll_shape: float
    toll_scale: float
    weight: float
    common_shape: float
    common_rate: float


class Kept(NamedTuple):
    """Where draws are written."""

    bias: FloatArray  # (draws, biases)
    spread: FloatArray  # (draws, sources)
    rounding: FloatArray  # (draws, sources)
    centre: FloatArray  # (draws, groups)
    width: FloatArray  # (draws, groups)
    toll: FloatArray  # (kept, items)
    oddness: FloatArray  # (n,) mean standardised residual


@compiled
def draw_truncated(rng: np.random.Generator, a: float, b: float) -> float:
    """Draw a standard normal between a and b, by rejection (Robert 1995, Statistics and Computing 5)."""
    if a > 0.0:
        return _draw_right(rng, a, b)
    if b < 0.0:
        return -_draw_right(rng, -b, -a)
    if b - a < 1.2:
        while True:
            z = a + (b - a) * rng.random()
            if rng.random() <= math.exp(-0.5 * z * z):
                return z
    while True:
        z = rng.standard_normal()
        if a <= z <= b:
            return z


@compiled
def _draw_right(rng: np.random.Generator, a: float, b: float) -> float:
    if (b - a) * a < 1.0 and b - a < 1.2:
        while True:
            z = a + (b - a) * rng.random()
            if rng.random() <= math.exp(0.5 * (a * a - z * z)):
                return z
    rate = 0.5 * (a + math.sqrt(a * a + 4.0))
    while True:
        z = a - math.log(1.0 - rng.random()) / rate
        if z <= b and rng.random() <= math.exp(-0.5 * (z - rate) * (z - rate)):
            return z


@compiled
def chance_between(a: float, b: float) -> float:
    """Return the standard normal's probability between a and b, from the nearer tail."""
    if a > 0.0:
        return 0.5 * (math.erfc(a * ROOT_HALF) - math.erfc(b * ROOT_HALF))
    return 0.5 * (math.erfc(-b * ROOT_HALF) - math.erfc(-a * ROOT_HALF))


@compiled
def draw_coefficients(rng: np.random.Generator, precision: FloatArray, linear: FloatArray) -> FloatArray:
    """Draw from the normal with this precision matrix and precision times mean; overwrites both."""
    p = len(linear)
    for j in range(p):
        for k in range(j):
            precision[j, j] -= precision[j, k] ** 2
        precision[j, j] = math.sqrt(precision[j, j])
        for i in range(j + 1, p):
            total = precision[i, j]
            for k in range(j):
                total -= precision[i, k] * precision[j, k]
            precision[i, j] = total / precision[j, j]
    for j in range(p):
        for k in range(j):
            linear[j] -= precision[j, k] * linear[k]
        linear[j] /= precision[j, j]
    for j in range(p):
        linear[j] += rng.standard_normal()
    for j in range(p - 1, -1, -1):
        for k in range(j + 1, p):
            linear[j] -= precision[k, j] * linear[k]
        linear[j] /= precision[j, j]
    return linear


@compiled
def _draw_levels(
    rng: np.random.Generator, data: Accounts, prior: Prior, x: FloatArray, state: FloatArray, variance: FloatArray,
    tolls: FloatArray, theta: FloatArray,
) -> None:  # fmt: skip
    """Draw biases and mean tolls without the tolls, then the tolls given them; from numbers and ranges alone."""
    biases, groups = prior.biases, prior.groups
    p = biases + groups
    precision, linear = np.zeros((p, p)), np.zeros(p)
    for c in range(biases):
        precision[c, c] = 1e12 if prior.unbiased else 1.0 / state[p]
    for g in range(groups):
        precision[biases + g, biases + g] = 1e-6
    for item in range(len(data.group)):
        g = biases + data.group[item]
        pull = 1.0 / tolls[data.group[item]]
        total, told = pull, 0.0
        for k in range(data.first[item], data.first[item + 1]):
            if data.one_sided[k]:
                continue
            w = 1.0 / variance[data.source[k]]
            c = data.bias[k]
            precision[c, c] += w
            linear[c] += w * x[k]
            total += w
            told += w * x[k]
        precision[g, g] += pull - pull * pull / total
        linear[g] += pull * told / total
        for k in range(data.first[item], data.first[item + 1]):
            if data.one_sided[k]:
                continue
            c, w = data.bias[k], 1.0 / variance[data.source[k]]
            linear[c] -= w * told / total
            precision[g, c] += w * pull / total
            for m in range(data.first[item], data.first[item + 1]):
                if not data.one_sided[m]:
                    precision[c, data.bias[m]] -= w / variance[data.source[m]] / total
    state[:p] = draw_coefficients(rng, precision, linear)
    for item in range(len(data.group)):
        pull = 1.0 / tolls[data.group[item]]
        total, told = pull, pull * state[biases + data.group[item]]
        for k in range(data.first[item], data.first[item + 1]):
            if not data.one_sided[k]:
                w = 1.0 / variance[data.source[k]]
                total += w
                told += w * (x[k] - state[data.bias[k]])
        theta[item] = told / total + rng.standard_normal() / math.sqrt(total)


@compiled
def _log_chance(data: Accounts, k: int, middle: float, sd: float, share: float) -> float:
    """Return the log probability of what account k says, whether it was rounded or not left open."""
    a, b = (data.low[k] - middle) / sd, (data.high[k] - middle) / sd
    if data.heap[k] == 1:
        wide_a, wide_b = (data.low_round[k] - middle) / sd, (data.high_round[k] - middle) / sd
        chance = (1.0 - share) * chance_between(a, b) + share * chance_between(wide_a, wide_b)
    elif b - a < 0.02:
        # So narrow that the density at its middle times its width differs by less than one in 50,000.
        narrow: float = -0.125 * (a + b) * (a + b) + math.log(b - a) - HALF_LOG_TWO_PI
        return narrow
    else:
        chance = chance_between(a, b)
    log_chance: float = math.log(max(chance, 1e-300))
    return log_chance


@compiled
def _move_spreads(
    rng: np.random.Generator, data: Accounts, prior: Prior, state: FloatArray, variance: FloatArray,
    theta: FloatArray, rounding: FloatArray, common: float, step: FloatArray, adapt: float,
) -> None:  # fmt: skip
    """Move each source's spread by one Metropolis step with what its numbers stood for summed out.

    Given what they stood for, a spread moves by small steps only where tolls are small; this crosses at once.
    """
    shift, gain = np.zeros(prior.sources), np.zeros(prior.sources)
    for s in range(prior.sources):
        if math.isnan(prior.known_spread[s]):
            shift[s] = step[s] * rng.standard_normal()
            before, after = variance[s], variance[s] * math.exp(2.0 * shift[s])
            gain[s] = -prior.weight * shift[s] - 0.5 * prior.weight * common * (1.0 / after - 1.0 / before)
    for item in range(len(data.group)):
        for k in range(data.first[item], data.first[item + 1]):
            s = data.source[k]
            if shift[s] != 0.0 and not data.one_sided[k]:
                middle, sd = theta[item] + state[data.bias[k]], math.sqrt(variance[s])
                gain[s] += _log_chance(data, k, middle, sd * math.exp(shift[s]), rounding[s])
                gain[s] -= _log_chance(data, k, middle, sd, rounding[s])
    for s in range(prior.sources):
        if shift[s] != 0.0:
            accepted = math.log(1.0 - rng.random()) < gain[s]
            if accepted:
                variance[s] *= math.exp(2.0 * shift[s])
            step[s] *= math.exp(adapt * ((1.0 if accepted else 0.0) - 0.44))


@compiled
def _draw_meant(
    rng: np.random.Generator, data: Accounts, x: FloatArray, state: FloatArray, spread: FloatArray, theta: FloatArray,
    rounding: FloatArray, counts: FloatArray,
) -> None:  # fmt: skip
    """Draw what each number stood for, and whether it was rounded; count both by source."""
    counts[:] = 0.0
    for item in range(len(data.group)):
        for k in range(data.first[item], data.first[item + 1]):
            s = data.source[k]
            middle, sd = theta[item] + state[data.bias[k]], spread[s]
            a, b = (data.low[k] - middle) / sd, (data.high[k] - middle) / sd
            if data.heap[k] == 0:
                counts[s, 0] += 1.0
            elif data.heap[k] == 1:
                wide_a, wide_b = (data.low_round[k] - middle) / sd, (data.high_round[k] - middle) / sd
                exact = (1.0 - rounding[s]) * chance_between(a, b)
                rounded = rounding[s] * chance_between(wide_a, wide_b)
                if rng.random() * (exact + rounded) >= exact:
                    a, b = wide_a, wide_b
                    counts[s, 1] += 1.0
                else:
                    counts[s, 0] += 1.0
            x[k] = middle + sd * draw_truncated(rng, a, b)


@compiled
def _draw_variances(
    rng: np.random.Generator, data: Accounts, prior: Prior, x: FloatArray, state: FloatArray, variance: FloatArray,
    tolls: FloatArray, theta: FloatArray, common: float,
) -> float:  # fmt: skip
    """Draw the sources' variances, that of tolls and that of biases; return the sources' common variance."""
    squares, number = np.zeros(prior.sources), np.zeros(prior.sources)
    apart, members = np.zeros(prior.groups), np.zeros(prior.groups)
    for item in range(len(data.group)):
        g = data.group[item]
        apart[g] += (theta[item] - state[prior.biases + g]) ** 2
        members[g] += 1.0
        for k in range(data.first[item], data.first[item + 1]):
            if not data.one_sided[k]:
                squares[data.source[k]] += (x[k] - theta[item] - state[data.bias[k]]) ** 2
                number[data.source[k]] += 1.0
    precision_sum, free = 0.0, 0
    for s in range(prior.sources):
        if math.isnan(prior.known_spread[s]):
            shape = 0.5 * (prior.weight + number[s])
            rate = 0.5 * (prior.weight * common + squares[s])
            variance[s] = rate / rng.standard_gamma(shape)
            precision_sum += 1.0 / variance[s]
            free += 1
    for g in range(prior.groups):
        shape = prior.toll_shape + 0.5 * members[g]
        tolls[g] = (prior.toll_scale + 0.5 * apart[g]) / rng.standard_gamma(shape)
    total = 0.0
    for c in range(prior.biases):
        total += state[c] ** 2
    shape = prior.bias_shape + 0.5 * prior.biases
    state[prior.biases + prior.groups] = (prior.bias_scale + 0.5 * total) / rng.standard_gamma(shape)
    rate = prior.common_rate + 0.5 * prior.weight * precision_sum
    drawn: float = rng.standard_gamma(prior.common_shape + 0.5 * prior.weight * free) / rate
    return drawn


@compiled
def _within_bounds(
    rng: np.random.Generator, data: Accounts, prior: Prior, x: FloatArray, state: FloatArray, variance: FloatArray,
    tolls: FloatArray, theta: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the tolls once what is told as "at least" or "at most" counts too; nothing else learns of it."""
    found = theta.copy()
    meant = x.copy()
    for item in range(len(data.group)):
        bounded = False
        for k in range(data.first[item], data.first[item + 1]):
            bounded = bounded or data.one_sided[k]
        if not bounded:
            continue
        for _ in range(BOUND_SWEEPS):
            pull = 1.0 / tolls[data.group[item]]
            total, told = pull, pull * state[prior.biases + data.group[item]]
            for k in range(data.first[item], data.first[item + 1]):
                v = variance[data.source[k]]
                if data.heap[k] != 1:
                    middle, sd = found[item] + state[data.bias[k]], math.sqrt(v)
                    low, high = (data.low[k] - middle) / sd, (data.high[k] - middle) / sd
                    meant[k] = middle + sd * draw_truncated(rng, low, high)
                total += 1.0 / v
                told += (meant[k] - state[data.bias[k]]) / v
            found[item] = told / total + rng.standard_normal() / math.sqrt(total)
    return found


@compiled
def run_chain(
    rng: np.random.Generator, data: Accounts, prior: Prior, x: FloatArray, warmup: int, kept: Kept, every: int
) -> None:
    """Run one chain from the starting values `x` (overwritten) and write its draws after the warm-up."""
    p = prior.biases + prior.groups
    state = np.zeros(p + 1)
    state[p] = 0.3
    common = 0.1 * math.exp(rng.standard_normal())
    variance = np.full(prior.sources, common)
    for s in range(prior.sources):
        if not math.isnan(prior.known_spread[s]):
            variance[s] = prior.known_spread[s] ** 2
    tolls = np.full(prior.groups, 2.0)
    theta = np.zeros(len(data.group))
    rounding = np.full(prior.sources, 0.3)
    counts, step = np.zeros((prior.sources, 2)), np.full(prior.sources, 0.2)
    draws = len(kept.bias)
    for sweep in range(warmup + draws):
        _draw_levels(rng, data, prior, x, state, variance, tolls, theta)
        adapt = 10.0 / (10.0 + sweep) if sweep < warmup else 0.0
        _move_spreads(rng, data, prior, state, variance, theta, rounding, common, step, adapt)
        _draw_meant(rng, data, x, state, np.sqrt(variance), theta, rounding, counts)
        for s in range(prior.sources):
            yes, no = rng.standard_gamma(1.0 + counts[s, 1]), rng.standard_gamma(1.0 + counts[s, 0])
            rounding[s] = yes / (yes + no)
        common = _draw_variances(rng, data, prior, x, state, variance, tolls, theta, common)
        at = sweep - warmup
        if at < 0:
            continue
        kept.bias[at] = state[: prior.biases]
        kept.centre[at] = state[prior.biases : p]
        kept.spread[at] = np.sqrt(variance)
        kept.width[at] = np.sqrt(tolls)
        kept.rounding[at] = rounding
        if at % every == 0 and at // every < len(kept.toll):
            kept.toll[at // every] = _within_bounds(rng, data, prior, x, state, variance, tolls, theta)
        for item in range(len(data.group)):
            for k in range(data.first[item], data.first[item + 1]):
                gap = x[k] - theta[item] - state[data.bias[k]]
                kept.oddness[k] += gap / math.sqrt(variance[data.source[k]]) / draws
