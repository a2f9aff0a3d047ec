"""The loops of exchange, compiled by numba on first use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray
from salience.methods.compiling import compiled

BoolArray = npt.NDArray[np.bool_]


@compiled
def exchange_draws(
    positions: FloatArray,
    salience: FloatArray,
    capability: FloatArray,
    outcome: FloatArray,
    moved: FloatArray,
) -> None:
    """Fill outcomes (draws, rounds, issues) and positions (draws, rounds, actors, issues)."""
    draws, actors, issues = positions.shape
    most = actors * (actors - 1) // 2 * issues * (issues - 1)
    gain, what = np.empty(most), np.empty((most, 4), np.int64)
    mean, total = np.empty(issues), np.empty(issues)
    for d in range(draws):
        x, s = positions[d].copy(), salience[d]
        w = s * capability[d]
        weigh_means(x, w, mean, total)
        for r in range(outcome.shape[1]):
            found = list_exchanges(x, s, w, mean, total, gain, what)
            used = np.zeros((actors, issues), np.bool_)
            for k in np.argsort(-gain[:found], kind="mergesort"):
                make_exchange(what[k], x, s, w, mean, total, used)
            outcome[d, r] = mean
            moved[d, r] = x


@compiled
def weigh_means(x: FloatArray, w: FloatArray, mean: FloatArray, total: FloatArray) -> None:
    """Fill each issue's mean position and its sum of weights."""
    for p in range(x.shape[1]):
        total[p], mean[p] = 0.0, 0.0
        for i in range(x.shape[0]):
            if w[i, p] > 0:
                total[p] += w[i, p]
                mean[p] += w[i, p] * x[i, p]
        mean[p] /= total[p]


@compiled
def apart(i: int, j: int, p: int, x: FloatArray, w: FloatArray, mean: FloatArray) -> bool:
    """Return whether two actors lie on opposite sides of an issue's expected outcome."""
    return bool(w[i, p] > 0 and w[j, p] > 0 and (x[i, p] - mean[p]) * (x[j, p] - mean[p]) < 0)


@compiled
def size_of_exchange(
    i: int,
    j: int,
    p: int,
    q: int,
    x: FloatArray,
    s: FloatArray,
    w: FloatArray,
    mean: FloatArray,
    total: FloatArray,
) -> tuple[float, float]:
    """Return t = ΔO_p (s_ip + s_jp) = ΔO_q (s_iq + s_jq) at its largest, and the gain of either partner."""
    on_p, on_q = s[i, p] + s[j, p], s[i, q] + s[j, q]
    way_p = min(w[i, p] / total[p] * abs(x[j, p] - x[i, p]), abs(x[j, p] - mean[p]))
    way_q = min(w[j, q] / total[q] * abs(x[i, q] - x[j, q]), abs(x[i, q] - mean[q]))
    t = min(on_p * way_p, on_q * way_q)
    return float(t), float(t * (s[i, q] / on_q - s[i, p] / on_p))


@compiled
def list_exchanges(
    x: FloatArray, s: FloatArray, w: FloatArray, mean: FloatArray, total: FloatArray,
    gain: FloatArray, what: npt.NDArray[np.int64],
) -> int:  # fmt: skip
    """List the exchanges that both partners gain by: i moves on p, j on q; return how many."""
    actors, issues = x.shape
    found = 0
    for i in range(actors):
        for j in range(i + 1, actors):
            for p in range(issues):
                if not apart(i, j, p, x, w, mean):
                    continue
                for q in range(issues):
                    if q == p or not apart(i, j, q, x, w, mean):
                        continue
                    worth = size_of_exchange(i, j, p, q, x, s, w, mean, total)[1]
                    if worth > 1e-12:
                        gain[found] = worth
                        what[found, 0], what[found, 1], what[found, 2], what[found, 3] = i, j, p, q
                        found += 1
    return found


@compiled
def make_exchange(
    what: npt.NDArray[np.int64], x: FloatArray, s: FloatArray, w: FloatArray, mean: FloatArray, total: FloatArray,
    used: BoolArray,
) -> None:  # fmt: skip
    """Make an exchange if the positions in it are free and both still gain."""
    i, j, p, q = what[0], what[1], what[2], what[3]
    if used[i, p] or used[j, p] or used[i, q] or used[j, q]:
        return
    if not (apart(i, j, p, x, w, mean) and apart(i, j, q, x, w, mean)):
        return
    t, worth = size_of_exchange(i, j, p, q, x, s, w, mean, total)
    if not worth > 1e-12:
        return
    by_p = np.sign(x[j, p] - x[i, p]) * t / (s[i, p] + s[j, p])
    by_q = np.sign(x[i, q] - x[j, q]) * t / (s[i, q] + s[j, q])
    x[i, p] += by_p * total[p] / w[i, p]
    x[j, q] += by_q * total[q] / w[j, q]
    mean[p] += by_p
    mean[q] += by_q
    used[i, p] = used[j, p] = used[i, q] = used[j, q] = True
