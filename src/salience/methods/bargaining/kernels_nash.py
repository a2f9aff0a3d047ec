"""The loops of Nash's solution and of pairwise votes, compiled by numba on first use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray
from salience.methods.compiling import compiled

MOST_STEPS, LOWERED, CLOSE = 60, 40, 1e-11
# A gain by less is rounding.
GAIN = 1e-9


@compiled
def nash_draws(
    p: FloatArray, pull: FloatArray, able: FloatArray, start: FloatArray, fallback: FloatArray, asked: bool,
    outcome: FloatArray, agreed: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """Fill outcomes (draws, issues) and whether all gain; `pull` is 0 where there is no position."""
    least = np.empty(p.shape[1])
    for d in range(len(p)):
        x = start[d].copy()
        if not asked:
            least[:] = -1e-9
            climb(x, p[d], pull[d], able[d], least, MOST_STEPS)
            outcome[d], agreed[d] = x, True
            continue
        for i in range(len(least)):
            least[i] = value(i, fallback, p[d], pull[d])
        agreed[d] = find_gain(x, p[d], pull[d], able[d], least)
        if agreed[d]:
            climb(x, p[d], pull[d], able[d], least, MOST_STEPS)
            outcome[d] = x
        else:
            outcome[d] = fallback


@compiled
def value(i: int, x: FloatArray, p: FloatArray, pull: FloatArray) -> float:
    """Return what a point is worth to actor i."""
    worth = 1.0
    for j in range(len(x)):
        worth -= pull[i, j] * (x[j] - p[i, j]) ** 2
    return worth


@compiled
def least_gain(x: FloatArray, p: FloatArray, pull: FloatArray, able: FloatArray, least: FloatArray) -> float:
    """Return the smallest gain among the actors that count."""
    worst = np.inf
    for i in range(len(able)):
        if able[i] > 0:
            worst = min(worst, value(i, x, p, pull) - least[i])
    return worst


@compiled
def find_gain(x: FloatArray, p: FloatArray, pull: FloatArray, able: FloatArray, least: FloatArray) -> bool:
    """Move x to a point that all gain by, if there is one (a barrier method).

    The product of gains lifted by so much that all are positive is maximised; the lift is then lowered half of the way
    to where that would end, again and again.
    """
    worst = least_gain(x, p, pull, able, least)
    lift = max(-worst, 0.0) + 0.1
    lowered = np.empty(len(least))
    for _ in range(LOWERED):
        if worst > GAIN:
            return True
        for i in range(len(least)):
            lowered[i] = least[i] - lift
        climb(x, p, pull, able, lowered, 10)
        worst = least_gain(x, p, pull, able, least)
        lift = 0.5 * (lift + max(-worst, 0.0))
    return worst > GAIN


@compiled
def height(x: FloatArray, p: FloatArray, pull: FloatArray, able: FloatArray, least: FloatArray) -> float:
    """Return Σ able · log gain; minus infinity where somebody loses."""
    total = 0.0
    for i in range(len(able)):
        if able[i] > 0:
            gain = value(i, x, p, pull) - least[i]
            if not gain > 0:
                return -np.inf
            total += able[i] * np.log(gain)
    return float(total)


@compiled
def climb(
    x: FloatArray, p: FloatArray, pull: FloatArray, able: FloatArray, least: FloatArray, steps: int
) -> None:
    """Maximise the product of gains by Newton's method, each step halved until it does not go down."""
    n = len(x)
    slope, bend, to = np.empty(n), np.empty((n, n)), np.empty(n)
    now = height(x, p, pull, able, least)
    for _ in range(steps):
        slope[:] = 0.0
        bend[:] = 0.0
        for i in range(len(able)):
            if not able[i] > 0:
                continue
            gain = value(i, x, p, pull) - least[i]
            for j in range(n):
                a = -2.0 * pull[i, j] * (x[j] - p[i, j])
                slope[j] += able[i] * a / gain
                bend[j, j] += 2.0 * able[i] * pull[i, j] / gain
                for k in range(n):
                    bend[j, k] += able[i] * a * -2.0 * pull[i, k] * (x[k] - p[i, k]) / (gain * gain)
        for j in range(n):
            bend[j, j] += 1e-14 + 1e-12 * bend[j, j]
        step = np.linalg.solve(bend, slope)
        size, promised = 1.0, 0.0
        for j in range(n):
            promised += step[j] * slope[j]
        then = -np.inf
        for _ in range(60):
            for j in range(n):
                to[j] = x[j] + size * step[j]
            then = height(to, p, pull, able, least)
            if then >= now + 1e-4 * size * promised or promised < CLOSE:
                break
            size *= 0.5
        if then < now:
            return
        x[:] = to
        now = then
        if promised < CLOSE:
            return


@compiled
def condorcet_draws(positions: FloatArray, weight: FloatArray, shares: FloatArray) -> None:
    """Fill how often each actor's position stands in an endless series of votes: (draws, actors, issues)."""
    for d in range(len(positions)):
        for issue in range(positions.shape[2]):
            fill_shares(positions[d, :, issue], weight[d, :, issue], shares[d, :, issue])


@compiled
def fill_shares(x: FloatArray, weight: FloatArray, shares: FloatArray) -> None:
    """Fill one issue's shares; all who stand on one place vote alike and share its part."""
    places = np.unique(x[weight > 0])
    k = len(places)
    mass, number = np.zeros(k), np.zeros(k)
    at = np.searchsorted(places, x)
    for i in range(len(x)):
        if weight[i] > 0:
            mass[at[i]] += weight[i]
            number[at[i]] += 1.0
    stands: FloatArray = np.ones(1)
    if k > 1:
        system = np.zeros((k, k))  # of the chain's balance: column b, row a
        for a in range(k):
            for b in range(a):
                for_a, for_b = 0.0, 0.0
                for v in range(k):
                    nearer = abs(places[v] - places[b]) - abs(places[v] - places[a])
                    if nearer > 0:
                        for_a += mass[v] * nearer
                    else:
                        for_b -= mass[v] * nearer
                beats = for_a / (for_a + for_b)
                system[a, b] += beats
                system[b, b] -= beats
                system[b, a] += 1.0 - beats
                system[a, a] -= 1.0 - beats
        system[k - 1] = 1.0
        right = np.zeros(k)
        right[k - 1] = 1.0
        stands = np.linalg.solve(system, right).astype(np.float64)
    for i in range(len(x)):
        if weight[i] > 0:
            shares[i] = max(stands[at[i]], 0.0) / number[at[i]]
