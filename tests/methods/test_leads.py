"""Who is first: hand-counted, uniform p where there is no order, power where there is one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from salience.errors import MethodError
from salience.methods.leads import lead_lag


def test_first_uses_are_counted_by_hand():
    """Four items: a is 2 and 5 days earlier, once as early, once a day later; later uses do not matter."""
    source = [0, 1, 0, 1, 0, 1, 0, 1, 0]
    item = [0, 0, 1, 1, 2, 2, 3, 3, 0]
    time = [10, 12, 10, 15, 10, 10, 11, 10, 99]
    found = lead_lag(source, item, time, fewest=2)
    assert (found.first.tolist(), found.second.tolist(), found.shared.tolist()) == ([0], [1], [4])
    assert found.ahead[0] == pytest.approx((1 + 1 + 0.5 + 0) / 4)
    assert found.days[0] == pytest.approx(1.0)
    assert found.low[0] <= found.ahead[0] <= found.high[0]


def test_the_permutation_is_that_of_signs():
    """Five of five ahead: 2 of the 32 ways to exchange dates are as one-sided, so p is 1/16."""
    found = lead_lag([0] * 5 + [1] * 5, [*range(5)] * 2, [0] * 5 + [1] * 5, draws=20_000)
    assert found.ahead[0] == 1.0
    assert found.p[0] == pytest.approx(1 / 16, abs=0.006)
    assert (found.low[0], found.high[0]) == (pytest.approx(0.025 ** (1 / 5)), 1.0)


def test_p_is_uniform_without_an_order():
    """1,000 pairs of sources that use 40 items on days drawn alike; ties are possible, so p may only be too large."""
    rng = np.random.default_rng(1)
    p = []
    for run in range(1000):
        days = rng.uniform(0, 1000, (2, 40))
        found = lead_lag(np.repeat([0, 1], 40), np.tile(np.arange(40), 2), days.ravel(), draws=300, seed=run)
        p.append(found.p[0])
    values = np.array(p)
    for level in (0.05, 0.1, 0.2, 0.5):
        # the sum of 40 signs takes even values alone, so p is a little large; never smaller than it should be
        assert (values <= level).mean() <= level + 2.6 * np.sqrt(level * (1 - level) / 1000)
        assert (values <= level).mean() >= 0.5 * level
    # spread over the steps that the sum can take, p is uniform
    smooth = kstest(values - rng.uniform(0, 1, 1000) * _step(values), "uniform")
    assert smooth.pvalue > 0.001


def _step(p: np.ndarray) -> np.ndarray:
    """Return the chance of the outcome at hand, by which p jumps: that of |sum of 40 signs|."""
    from scipy.stats import binom

    ahead = np.arange(21, 41)
    tails = np.array([2 * binom.sf(a - 1, 40, 0.5) for a in ahead] + [1.0])
    masses = np.array([2 * binom.pmf(a, 40, 0.5) for a in ahead] + [binom.pmf(20, 40, 0.5)])
    return masses[np.abs(p[:, None] - tails).argmin(axis=1)]


def test_a_planted_lead_is_found_and_its_interval_covers():
    """The first source is earlier in 75 % of 40 items: p under 5 % in 8 of 10 records at least; intervals cover."""
    rng = np.random.default_rng(2)
    clear = held = 0
    for run in range(200):
        gap = np.where(rng.random(40) < 0.75, 1.0, -1.0) * rng.uniform(1, 30, 40)
        found = lead_lag(np.repeat([0, 1], 40), np.tile(np.arange(40), 2), np.concatenate([np.zeros(40), gap]),
                         draws=500, seed=run)  # fmt: skip
        clear += found.p[0] <= 0.05
        held += found.low[0] <= 0.75 <= found.high[0]
    assert clear / 200 >= 0.8
    assert held / 200 >= 0.9


def test_many_pairs_are_adjusted_for():
    rng = np.random.default_rng(3)
    source, item = np.repeat(np.arange(8), 20), np.tile(np.arange(20), 8)
    found = lead_lag(source, item, rng.uniform(0, 100, 160), draws=500)
    assert len(found.p) == 28
    assert (found.q >= found.p - 1e-12).all()
    assert (found.q > 0.05).all()


def test_ugly_uses():
    empty = lead_lag([], [], [])
    assert len(empty.first) == 0 and len(empty.q) == 0
    assert len(lead_lag([0, 1], [0, 0], [1, 2]).first) == 0  # too few items
    same = lead_lag([0] * 6 + [1] * 6, [*range(6)] * 2, [5] * 12)
    assert (same.ahead[0], same.p[0], same.days[0]) == (0.5, 1.0, 0.0)
    assert same.low[0] < 0.3 and same.high[0] > 0.7  # six ties say little of the next item
    with pytest.raises(MethodError, match="one length"):
        lead_lag([0], [0, 1], [1.0])
    with pytest.raises(MethodError, match="missing or infinite"):
        lead_lag([0], [0], [float("nan")])
