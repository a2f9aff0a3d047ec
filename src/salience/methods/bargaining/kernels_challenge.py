"""The loops of the challenge model, compiled by numba on first use."""

from __future__ import annotations

import numpy as np

from salience.methods.cells import FloatArray
from salience.methods.compiling import compiled


@compiled
def challenge_draws(
    positions: FloatArray,
    salience: FloatArray,
    capability: FloatArray,
    coded: bool,
    q: float,
    moved: FloatArray,
) -> None:
    """Fill `moved` (draws, rounds, actors, issues) with the positions after each round."""
    draws, actors, issues = positions.shape
    rounds = moved.shape[1]
    who = np.empty(actors, np.int64)
    for d in range(draws):
        moved[d] = np.nan
        for issue in range(issues):
            n = 0
            for i in range(actors):
                if not np.isnan(positions[d, i, issue]):
                    who[n] = i
                    n += 1
            x, s, w = np.empty(n), np.empty(n), np.empty(n)
            for k in range(n):
                x[k] = positions[d, who[k], issue]
                s[k] = salience[d, who[k], issue]
                w[k] = s[k] * capability[d, who[k], issue]
            span = x.max() - x.min()
            votes, log_near, log_far, to = np.empty((n, n)), np.empty((n, n)), np.empty((n, n)), np.empty(n)
            for r in range(rounds):
                if span > 0:
                    play_round(x, s, w, span, coded, q, votes, log_near, log_far, to)
                for k in range(n):
                    moved[d, r, who[k], issue] = x[k]


@compiled
def play_round(
    x: FloatArray, s: FloatArray, w: FloatArray, span: float, coded: bool, q: float,
    votes: FloatArray, log_near: FloatArray, log_far: FloatArray, to: FloatArray,
) -> None:  # fmt: skip
    """Move all actors once, from what they held at the round's start."""
    n = len(x)
    median = median_position(x, w)
    count_linear_votes(x, w, span, votes)
    for i in range(n):
        for j in range(n):
            d = abs(x[i] - x[j]) / span
            log_near[i, j] = np.log(max(0.5 - 0.5 * d, 0.0))
            log_far[i, j] = np.log(0.5 + 0.5 * d)
    whole = 2.0 * votes.sum() if coded else 0.0
    exponent = np.ones(n)
    fears = fears_of_actors(x, s, span, median, q, votes, whole)
    if coded:
        fill_exponents(fears, fears.min(), fears.max(), exponent)
        whole = count_bent_votes(x, w, span, exponent, votes)
    else:
        exponents_by_position(x, s, span, median, q, votes, fears, exponent)
    for i in range(n):
        to[i] = best_offer(i, x, s, span, median, coded, q, exponent[i], votes, whole, log_near, log_far)
    for i in range(n):
        x[i] = to[i]


@compiled
def median_position(x: FloatArray, w: FloatArray) -> float:
    """Return the lowest position with half of the weight at or below it."""
    order = np.argsort(x)
    half, total = 0.5 * w.sum(), 0.0
    for k in order:
        total += w[k]
        if total >= half:
            return float(x[k])
    return float(x[order[-1]])


@compiled
def count_linear_votes(x: FloatArray, w: FloatArray, span: float, votes: FloatArray) -> None:
    """Fill votes[i, j] = Σ w · max(0, |x − xⱼ| − |x − xᵢ|) / span, with sums over the sorted positions.

    For p < q an actor at or below p votes q − p, one between p and the middle p + q − 2x; the mirror for q. For a
    fixed p the middle moves up with q, so that each actor is passed once: n² steps in all.
    """
    n = len(x)
    order = np.argsort(x)
    mass, moment = np.zeros(n + 1), np.zeros(n + 1)
    for k in range(n):
        mass[k + 1] = mass[k] + w[order[k]]
        moment[k + 1] = moment[k] + w[order[k]] * x[order[k]]
    for a in range(n):
        i = order[a]
        votes[i, i] = 0.0
        low, upto, middle = x[i], a, a
        while upto < n and x[order[upto]] <= low:
            upto += 1
        first_of_high = a
        for b in range(a + 1, n):
            j = order[b]
            high = x[j]
            if high <= low:
                votes[i, j] = 0.0
                votes[j, i] = 0.0
                continue
            if x[order[first_of_high]] < high:
                first_of_high = b
            half = 0.5 * (low + high)
            while middle < n and x[order[middle]] <= half:
                middle += 1
            m = max(middle, upto)
            f = max(first_of_high, m)
            below = (
                mass[upto] * (high - low)
                + (low + high) * (mass[m] - mass[upto])
                - 2.0 * (moment[m] - moment[upto])
            )
            above = (
                (mass[n] - mass[f]) * (high - low)
                + 2.0 * (moment[f] - moment[m])
                - (low + high) * (mass[f] - mass[m])
            )
            votes[i, j] = max(below, 0.0) / span
            votes[j, i] = max(above, 0.0) / span


@compiled
def count_bent_votes(
    x: FloatArray, w: FloatArray, span: float, exponent: FloatArray, votes: FloatArray
) -> float:
    """Fill votes with distances to the power of each voter's exponent; return the sum over ordered pairs, twice."""
    n = len(x)
    votes[:] = 0.0
    loss = np.empty(n)
    for a in range(n):
        for i in range(n):
            d = abs(x[a] - x[i]) / span
            loss[i] = w[a] * d ** exponent[a]
        for i in range(n):
            for j in range(n):
                votes[i, j] += max(0.0, loss[j] - loss[i])
    return float(2.0 * votes.sum())


@compiled
def chance_of_winning(i: int, j: int, votes: FloatArray, whole: float) -> float:
    """Return i's chance against j: of the votes on the pair, or with `whole` > 0 of those on all pairs."""
    cast = whole if whole > 0 else votes[i, j] + votes[j, i]
    return float(votes[i, j] / cast) if cast > 0 else 0.0


@compiled
def without_challenge(xi: float, xj: float, span: float, median: float, r: float) -> float:
    """Return what i expects where j moves of itself: better where j lies further from the median than i."""
    reach = 0.25 * (abs(xi - median) + abs(xi - xj)) / span
    if abs(xj - median) > abs(xi - median):
        return float(2.0 - 4.0 * max(0.5 - reach, 0.0) ** r)
    return float(2.0 - 4.0 * (0.5 + reach) ** r)


@compiled
def linear_gain(k: int, p: int, x: FloatArray, span: float, median: float, q: float) -> tuple[float, float]:
    """Return a challenge's success at r = 1, and what is expected without it."""
    near = 2.0 * abs(x[k] - x[p]) / span
    other = 0.0 if q >= 1.0 else (1.0 - q) * without_challenge(x[k], x[p], span, median, 1.0)
    return float(near), float(other)


@compiled
def fears_of_actors(
    x: FloatArray, s: FloatArray, span: float, median: float, q: float, votes: FloatArray, whole: float
) -> FloatArray:
    """Return Σ over challengers of their expected utility against each actor, at r = 1."""
    n = len(x)
    fears = np.zeros(n)
    for i in range(n):
        for k in range(n):
            if k != i:
                near, other = linear_gain(k, i, x, span, median, q)
                fears[i] += near * (1.0 - 2.0 * s[i] * (1.0 - chance_of_winning(k, i, votes, whole))) - other
    return fears


@compiled
def fill_exponents(fears: FloatArray, least: float, most: float, exponent: FloatArray) -> None:
    """Turn fears into exponents between ½ and 2."""
    for i in range(len(fears)):
        risk = (2.0 * fears[i] - most - least) / (most - least) if most > least else 0.0
        exponent[i] = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)


@compiled
def exponents_by_position(
    x: FloatArray, s: FloatArray, span: float, median: float, q: float, votes: FloatArray,
    fears: FloatArray, exponent: FloatArray,
) -> None:  # fmt: skip
    """Fill exponents by comparing each actor's fear with that at every position held, the votes as they stand.

    The fear of i at position p is Σ over k ≠ i of near · (1 − 2 sᵢ (1 − P)) − other: its parts are summed once a
    position, so that the whole takes n² steps.
    """
    n = len(x)
    plain, lost = np.zeros(n), np.zeros(n)
    for p in range(n):
        for k in range(n):
            near, other = linear_gain(k, p, x, span, median, q)
            plain[p] += near - other
            lost[p] += 2.0 * near * (1.0 - chance_of_winning(k, p, votes, 0.0))
    for i in range(n):
        least, most = fears[i], fears[i]
        for p in range(n):
            near, other = linear_gain(i, p, x, span, median, q)
            own = near - other - s[i] * 2.0 * near * (1.0 - chance_of_winning(i, p, votes, 0.0))
            fear = plain[p] - s[i] * lost[p] - own
            least, most = min(least, fear), max(most, fear)
        risk = (2.0 * fears[i] - most - least) / (most - least) if most > least else 0.0
        exponent[i] = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)


@compiled
def best_offer(
    i: int, x: FloatArray, s: FloatArray, span: float, median: float, coded: bool, q: float, r: float,
    votes: FloatArray, whole: float, log_near: FloatArray, log_far: FloatArray,
) -> float:  # fmt: skip
    """Return where actor i goes: demands before compromises before giving in, of each the nearest."""
    demand, compromise, give_in = np.inf, np.inf, np.inf
    to_demand, to_compromise, to_give_in = x[i], x[i], x[i]
    quo = q * (2.0 - 4.0 * 0.5**r)
    for j in range(len(x)):
        if x[j] == x[i]:
            continue
        success, failure = 2.0 - 4.0 * np.exp(r * log_near[i, j]), 2.0 - 4.0 * np.exp(r * log_far[i, j])
        mine = expect(s[j], chance_of_winning(i, j, votes, whole), success, failure) - quo
        theirs = expect(s[i], chance_of_winning(j, i, votes, whole), success, failure) - quo
        if q < 1.0:
            mine -= (1.0 - q) * without_challenge(x[i], x[j], span, median, r)
            theirs -= (1.0 - q) * without_challenge(x[j], x[i], span, median, r)
        way = abs(x[j] - x[i])
        if theirs > mine > 0.0:
            if way < demand:
                demand, to_demand = way, x[j]
        elif theirs > 0.0 > mine and theirs > -mine:
            part = -mine / theirs
            key = part * way
            if coded:
                key = (-mine * x[i] + theirs * x[j]) / (theirs - mine)
            if key < compromise:
                compromise, to_compromise = key, x[i] + part * (x[j] - x[i])
        elif theirs > 0.0 > mine and not coded and way < give_in:
            give_in, to_give_in = way, x[j]
    if demand < np.inf:
        return float(to_demand)
    return float(to_compromise if compromise < np.inf else to_give_in)


@compiled
def expect(resists: float, wins: float, success: float, failure: float) -> float:
    """Return what a challenge is worth to who makes it."""
    return resists * (wins * success + (1.0 - wins) * failure) + (1.0 - resists) * success
