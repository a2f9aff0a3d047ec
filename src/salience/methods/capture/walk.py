"""A tempered Hamiltonian sampler for the latent-class capture model, compiled by numba.

Replicas at powers β ≤ 1 of the likelihood exchange states (Geyer 1991), so that a chain can cross between
modes that one at β = 1 would never leave. Each replica moves by Hamiltonian dynamics (Neal 2011) with a random
trajectory length; step sizes are learnt in the warm-up by dual averaging (Hoffman & Gelman 2014, section 3.2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salience.methods.capture.kernels import (
    Problem,
    Room,
    capture_chances,
    class_weights,
    log_posterior,
)
from salience.methods.cells import FloatArray
from salience.methods.compiling import compiled

MOST_STEPS = 256
FINE_SHARE, FINEST = 0.1, 0.02
HOT_LENGTH = 2.0
# A trajectory whose energy is wrong by more than this has left the posterior (Stan's convention).
DIVERGENT = 1000.0
# Dual averaging: Hoffman & Gelman's constants.
_GAMMA, _T0, _KAPPA = 0.05, 10.0, 0.75


class Walk(NamedTuple):
    """One replica at every temperature, and what its sampler has learnt.

    Attributes
    ----------
    at : (temperatures, d) float
    slope : (temperatures, d) float
    height : (temperatures, 2) float
        Log prior and log-likelihood.
    beta : (temperatures,) float
        Powers of the likelihood, 1 first.
    scale : (temperatures, d) float
        Standard deviations of the parameters, learnt in the warm-up.
    step : (temperatures,) float
    to, to_slope, momentum : (d,) float
        Working memory.
    """

    at: FloatArray
    slope: FloatArray
    height: FloatArray
    beta: FloatArray
    scale: FloatArray
    step: FloatArray
    to: FloatArray
    to_slope: FloatArray
    momentum: FloatArray


def make_walk(start: FloatArray, beta: FloatArray) -> Walk:
    """Return a walk with unit scales."""
    t, d = start.shape
    return Walk(start.copy(), np.zeros((t, d)), np.zeros((t, 2)), beta, np.ones((t, d)), np.full(t, 0.02),
                np.zeros(d), np.zeros(d), np.zeros(d))  # fmt: skip


@compiled
def move(rng: np.random.Generator, t: int, length: float, walk: Walk, problem: Problem, room: Room) -> float:
    """Make one Hamiltonian step at a temperature; return the chance of acceptance, -1 when it diverged."""
    d = walk.at.shape[1]
    u, g, p, sd, step = walk.to, walk.to_slope, walk.momentum, walk.scale[t], walk.step[t]
    # Now and then a short, fine trajectory: it frees a replica from a part narrower than the warm-up saw.
    if rng.random() < FINE_SHARE:
        fine = np.exp(np.log(FINEST) * rng.random())
        step, length = fine * step, fine * length
    before = 0.0
    for i in range(d):
        p[i] = rng.standard_normal()
        before += p[i] * p[i]
        u[i] = walk.at[t, i]
        g[i] = walk.slope[t, i]
    steps = min(1 + int(rng.random() * length / step), MOST_STEPS)
    prior, likelihood = 0.0, 0.0
    for _ in range(steps):
        for i in range(d):
            p[i] += 0.5 * step * sd[i] * g[i]
            u[i] += step * sd[i] * p[i]
        prior, likelihood = log_posterior(u, walk.beta[t], problem, room, g)
        if not np.isfinite(prior + likelihood):
            return -1.0
        for i in range(d):
            p[i] += 0.5 * step * sd[i] * g[i]
    after = 0.0
    for i in range(d):
        after += p[i] * p[i]
    gain = (
        prior - walk.height[t, 0] + walk.beta[t] * (likelihood - walk.height[t, 1]) - 0.5 * (after - before)
    )
    if not gain > -DIVERGENT:
        return -1.0
    chance = min(1.0, np.exp(min(gain, 0.0)))
    if rng.random() < chance:
        walk.at[t] = u
        walk.slope[t] = g
        walk.height[t, 0] = prior
        walk.height[t, 1] = likelihood
    return float(chance)


@compiled
def swap(rng: np.random.Generator, t: int, walk: Walk) -> bool:
    """Offer the states of two neighbouring temperatures to each other."""
    gain = (walk.beta[t] - walk.beta[t + 1]) * (walk.height[t + 1, 1] - walk.height[t, 1])
    if np.log(rng.random()) >= gain:
        return False
    for i in range(walk.at.shape[1]):
        x = walk.at[t, i]
        walk.at[t, i] = walk.at[t + 1, i]
        walk.at[t + 1, i] = x
    for i in range(2):
        x = walk.height[t, i]
        walk.height[t, i] = walk.height[t + 1, i]
        walk.height[t + 1, i] = x
    return True


@compiled
def relabel(rng: np.random.Generator, t: int, walk: Walk, problem: Problem, room: Room) -> bool:
    """Offer neighbouring classes each other's places; return whether any changed.

    The likelihood does not see labels, so the ratio of the prior densities decides (`prior_of_weights`).
    """
    lists, k = room.on.shape
    u, start, power = walk.at[t], lists * k, k - 1 + problem.a
    capture_chances(u, problem, room)
    class_weights(u, problem, room)
    pi = room.share.copy() if problem.pooled else room.weights[0].copy()
    rest = room.left
    if not pi[k - 1] > 1e-290 or not room.share[k - 1] > 1e-290:
        return False
    changed = False
    for _ in range(2 * k):
        i = int(rng.random() * (k - 1))
        after = rest[i + 1] - pi[i + 1] + pi[i]
        gain = np.log(rest[i + 1]) - np.log(after)
        if i == k - 2:
            gain += power * (np.log(problem.b - np.log(pi[i + 1])) - np.log(problem.b - np.log(pi[i])))
        if np.log(rng.random()) < gain:
            changed = True
            rest[i + 1] = after
            pi[i], pi[i + 1] = pi[i + 1], pi[i]
            room.share[i], room.share[i + 1] = room.share[i + 1], room.share[i]
            exchange_classes(u, i, lists, k, problem)
    if changed:
        left = room.share[k - 1]
        for i in range(k - 2, -1, -1):
            u[start + i] = np.log(np.log1p(room.share[i] / left))
            left += room.share[i]
    return changed


@compiled
def exchange_classes(u: FloatArray, i: int, lists: int, k: int, problem: Problem) -> None:
    """Exchange the capture chances of classes i and i + 1, and with strata their ε."""
    for j in range(lists):
        x = u[j * k + i]
        u[j * k + i] = u[j * k + i + 1]
        u[j * k + i + 1] = x
    if problem.pooled:
        for s in range(problem.weight.shape[0]):
            at = lists * k + k + s * k + i
            x = u[at]
            u[at] = u[at + 1]
            u[at + 1] = x


@compiled
def refresh(t: int, walk: Walk, problem: Problem, room: Room) -> None:
    """Evaluate the posterior anew where a replica stands."""
    prior, likelihood = log_posterior(walk.at[t], walk.beta[t], problem, room, walk.slope[t])
    walk.height[t, 0] = prior
    walk.height[t, 1] = likelihood


@compiled
def run(
    rng: np.random.Generator,
    rounds: int,
    inner: int,
    length: float,
    target: float,
    walk: Walk,
    problem: Problem,
    room: Room,
    kept: FloatArray,
    seen: FloatArray,
) -> tuple[float, float, int]:
    """Run rounds of `inner` moves at β = 1, one at every other temperature, and swaps.

    With a positive `target` the step sizes are adapted to that chance of acceptance, and `kept`
    (rounds, temperatures, d) takes the states; otherwise `seen` (rounds · inner, strata, f) takes the
    chances of the first f factors at β = 1. Returns the mean acceptance and the
    swaps made, both at β = 1, and divergences.
    """
    temperatures = walk.at.shape[0]
    accepted, swaps, divergent = 0.0, 0.0, 0
    centre, error, smooth = np.log(2.0 * walk.step), np.zeros(temperatures), np.log(walk.step)
    for t in range(temperatures):
        refresh(t, walk, problem, room)
    for n in range(rounds):
        for t in range(temperatures):
            # Replicas at other temperatures need not go far: they are there to exchange.
            far = length if t == 0 else min(length, HOT_LENGTH)
            for again in range(inner if t == 0 else 1):
                chance = move(rng, t, far, walk, problem, room)
                if t == 0:
                    accepted += max(chance, 0.0)
                    divergent += 1 if chance < 0 else 0
                    if target <= 0:
                        keep(n * inner + again, walk, problem, room, seen)
            if target > 0:
                adapt(n, t, target - max(chance, 0.0), centre, error, smooth, walk)
                kept[n, t] = walk.at[t]
        for t in range(temperatures):
            if relabel(rng, t, walk, problem, room):
                refresh(t, walk, problem, room)
        for t in range(n % 2, temperatures - 1, 2):
            if swap(rng, t, walk):
                swaps += 1.0 if t == 0 else 0.0
                refresh(t, walk, problem, room)
                refresh(t + 1, walk, problem, room)
    if target > 0:
        walk.step[:] = np.exp(smooth)
    return accepted / (rounds * inner), swaps, divergent


@compiled
def adapt(
    n: int, t: int, short: float, centre: FloatArray, error: FloatArray, smooth: FloatArray, walk: Walk
) -> None:
    """Move a step size towards its target acceptance."""
    m = n + 1.0
    error[t] += (short - error[t]) / (m + _T0)
    now = centre[t] - np.sqrt(m) / _GAMMA * error[t]
    smooth[t] += m**-_KAPPA * (now - smooth[t])
    walk.step[t] = np.exp(now)


@compiled
def keep(n: int, walk: Walk, problem: Problem, room: Room, seen: FloatArray) -> None:
    """Keep the chances of the first factors where the replica at β = 1 stands."""
    log_posterior(walk.at[0], 1.0, problem, room, walk.to_slope)
    seen[n] = room.value[:, : seen.shape[2]]
