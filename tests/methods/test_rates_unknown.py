"""Those of unknown group: bounds by hand, tipping points, batches; coverage for shares of unknown from 0 to 60 %."""

from __future__ import annotations

import numpy as np
import pytest

from salience.methods import rates

SHARE = 0.15
CERTAIN = [SHARE] * 3


def test_bounds_are_those_of_arithmetic():
    found = rates.bounds_with_unknown([60, 140], 100, [0.1, 0.1, 0.1])
    # None of the 100 is of the group: 60 / 300 / .1; all of them are: 160 / 300 / .1.
    assert found.worst == pytest.approx((2.0, 16 / 3))
    assert found.unknown_share == pytest.approx(1 / 3)
    assert found.like_known.value == pytest.approx(3.0)
    assert found.limits[0] < 2.0 and found.limits[1] > 16 / 3
    assert found.survives and found.tipping_share is None


def test_the_tipping_share_leaves_no_difference():
    found = rates.bounds_with_unknown([30, 70], 100, [0.2, 0.2, 0.2])
    # 200 persons times .2 are 40; 10 of the 100 unknown must be of the group.
    assert found.tipping_share == pytest.approx(0.1)
    # Odds .1 / .9 over .3 / .7.
    assert found.tipping_odds == pytest.approx((0.1 / 0.9) / (0.3 / 0.7))
    assert not found.survives
    tipped = rates.uncertain_share_ratio([40, 160], [0.2, 0.2, 0.2])
    assert tipped.value == pytest.approx(1.0)


def test_the_interval_reaches_one_at_the_undecided_share():
    found = rates.bounds_with_unknown([40, 60], 100, [0.2, 0.2, 0.2])
    share = found.undecided_share
    assert share is not None and found.tipping_share is not None
    assert share > found.tipping_share
    again = rates.uncertain_share_ratio([40 + 100 * share, 60 + 100 * (1 - share)], [0.2, 0.2, 0.2])
    assert again.low == pytest.approx(1.0, abs=1e-4)


def test_what_is_known_of_the_unknown_narrows_the_upper_bound():
    wide = rates.bounds_with_unknown([60, 140], 100, CERTAIN)
    narrow = rates.bounds_with_unknown([60, 140], 100, CERTAIN, possible=20)
    assert narrow.worst[0] == wide.worst[0]
    assert narrow.worst[1] == pytest.approx(80 / 300 / SHARE)


def test_without_unknown_the_bounds_are_the_interval():
    found = rates.bounds_with_unknown([60, 140], 0, CERTAIN)
    assert found.worst == (found.like_known.value, found.like_known.value)
    assert found.limits == (found.like_known.low, found.like_known.high)
    assert found.tipping_share is None and found.undecided_share is None


def test_single_persons_are_not_batches_and_copies_are():
    # 100 batches of one: no more scatter than binomial, so 1.
    assert rates.dispersion_of_batches([30], [100], [[30, 30, 100]], [100]) == pytest.approx(1.0, abs=0.02)
    # Every batch holds five persons of one group: five times the variance of single persons (Kish's 1 + (5 - 1) · 1).
    x, k = 5.0 * np.repeat([1, 0], [6, 14]), np.full(20, 5.0)
    squares = [[(x * x).sum(), (x * k).sum(), (k * k).sum()]]
    assert rates.dispersion_of_batches([x.sum()], [k.sum()], squares, [20]) == pytest.approx(5 * 20 / 19)


@pytest.mark.parametrize("unknown", [0.0, 0.2, 0.4, 0.6])
def test_intervals_hold_the_truth_when_the_unknown_are_like_the_known(unknown):
    # 300 draws of 200 persons, true share ratio 2: coverage of 95 % is known to about ± 2.5 points (2 standard errors).
    rng = np.random.default_rng(11)
    held = bounded = 0
    for group in rng.binomial(200, 2 * SHARE, 300):
        x, y = rng.binomial([group, 200 - group], 1 - unknown)
        found = rates.bounds_with_unknown([x, y], 200 - x - y, CERTAIN)
        held += found.like_known.low <= 2 <= found.like_known.high
        bounded += found.limits[0] <= 2 <= found.limits[1]
    assert 0.92 <= held / 300 <= 0.985
    assert bounded / 300 >= 0.925


def test_bounds_hold_the_truth_when_the_unknown_are_unlike_and_the_interval_does_not():
    # The group is named 30 % of the time, the others 80 %: like the known is wrong, and only the bounds are safe.
    rng = np.random.default_rng(12)
    held = bounded = 0
    for group in rng.binomial(300, 2 * SHARE, 200):
        x, y = rng.binomial(group, 0.3), rng.binomial(300 - group, 0.8)
        found = rates.bounds_with_unknown([x, y], 300 - x - y, CERTAIN)
        held += found.like_known.low <= 2 <= found.like_known.high
        bounded += found.limits[0] <= 2 <= found.limits[1]
    assert held / 200 < 0.1
    assert bounded == 200


def test_an_uncertain_population_is_carried_into_the_interval():
    # The table errs by a factor with standard deviation 10 %, as its interval says. 400 draws; ± 2.2 points.
    rng = np.random.default_rng(13)
    carried = ignored = 0
    factor = np.exp(1.96 * 0.1)
    for group in rng.binomial(2000, 2 * SHARE, 400):
        stated = SHARE * np.exp(0.1 * rng.standard_normal())
        wide = rates.uncertain_share_ratio([group, 2000 - group], [stated / factor, stated, stated * factor])
        narrow = rates.share_ratio(group, 2000, stated)
        carried += wide.low <= 2 <= wide.high
        ignored += narrow.low <= 2 <= narrow.high
    assert 0.925 <= carried / 400 <= 0.98
    assert ignored / 400 < 0.75


def test_pooled_intervals_hold_the_places_truth():
    # 60 worlds of 12 places, log ratios normal about log 2 with standard deviation .4: 720 intervals, ± 2 points.
    rng = np.random.default_rng(14)
    held = middle = 0
    for _ in range(60):
        share, number = rng.uniform(0.05, 0.5, 12), rng.integers(5, 80, 12)
        ratio = np.exp(np.log(2) + 0.4 * rng.standard_normal(12))
        odds = ratio * share / (1 - share)
        x = rng.binomial(number, odds / (1 + odds))
        found = rates.pool_ratios(np.stack([x, number - x], axis=1), np.repeat(share[:, None], 3, axis=1))
        held += int(((found.low <= ratio) & (ratio <= found.high)).sum())
        middle += found.typical[1] <= 2 <= found.typical[2]
    assert 0.92 <= held / 720 <= 0.98
    assert middle / 60 >= 0.88
