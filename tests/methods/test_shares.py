"""Shares over clusters: hand-worked variance, coverage where namings cluster in texts, and ugly input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta, t

from salience.errors import MethodError
from salience.methods.shares import cluster_share, nested_difference, share_change


def test_the_variance_of_a_ratio_by_hand():
    """Three texts with 3 of 4, 1 of 4 and 0 of 2 namings (Cochran 1977, 2.11): share 4/10, residuals 1.4, -.6, -.8."""
    found = cluster_share([3, 1, 0], [4, 4, 2])
    assert (found.value, found.hits, found.of, found.clusters) == (0.4, 4, 10, 3)
    variance = (1.4**2 + 0.6**2 + 0.8**2) / 10**2 * 3 / 2
    half = t.ppf(0.975, 2) * math.sqrt(variance) / (0.4 * 0.6)
    centre = math.log(0.4 / 0.6)
    assert found.low == pytest.approx(1 / (1 + math.exp(half - centre)))
    assert found.high == pytest.approx(1 / (1 + math.exp(-half - centre)))


def test_a_share_of_nought_or_all_has_the_exact_bound_for_the_number_of_texts():
    found = cluster_share([0, 0, 0, 0], [9, 1, 5, 2])
    assert (found.low, found.high) == (0.0, pytest.approx(beta.ppf(0.975, 1, 4)))
    every = cluster_share([9, 1, 5, 2], [9, 1, 5, 2])
    assert (every.low, every.high) == (pytest.approx(beta.ppf(0.025, 4, 1)), 1.0)


def test_one_text_gives_no_interval_and_nothing_gives_no_share():
    assert cluster_share([2], [3]).low is None
    assert cluster_share([2], [3]).value == pytest.approx(2 / 3)
    assert cluster_share([], []).value is None
    assert cluster_share([0, 0], [0, 0]).value is None


def test_texts_that_agree_by_chance_prove_nothing():
    """Four texts with 1 of 2 each: the clusters' variance is nil, that of eight independent namings is kept."""
    found = cluster_share([1, 1, 1, 1], [2, 2, 2, 2])
    assert found.low is not None and found.low < 0.25


@pytest.mark.parametrize(
    ("texts", "share", "least"), [(8, 0.5, 0.92), (25, 0.2, 0.92), (80, 0.05, 0.92), (80, 0.5, 0.93)]
)
def test_intervals_cover_where_texts_have_habits(texts, share, least):
    """Texts with their own shares (beta-binomial, strong dependence) and sizes; 95 % intervals, 800 records."""
    rng = np.random.default_rng(texts)
    held = naive = 0
    for _ in range(800):
        n = 1 + rng.poisson(4, texts)
        p = rng.beta(share * 2, (1 - share) * 2, texts)
        x = rng.binomial(n, p)
        found = cluster_share(x, n)
        assert found.low is not None and found.high is not None
        held += found.low <= share <= found.high
        half = 1.96 * math.sqrt(max(found.value * (1 - found.value), 1e-9) / found.of)
        naive += abs(found.value - share) <= half
    assert least <= held / 800 <= 0.995
    assert naive / 800 < held / 800


def test_the_change_of_a_share_covers():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(800):
        sides = []
        for share in (0.1, 0.3):
            n = 1 + rng.poisson(3, 30)
            sides.append(cluster_share(rng.binomial(n, rng.beta(share * 3, (1 - share) * 3, 30)), n))
        change = share_change(*sides)
        assert change is not None
        held += change[1] <= 0.2 <= change[2]
    assert 0.92 <= held / 800 <= 0.99


def test_a_change_without_one_side_is_unknown():
    assert share_change(cluster_share([], []), cluster_share([1, 0], [1, 1])) is None


def test_the_difference_of_a_part_is_nought_when_the_part_is_all():
    value, low, high = nested_difference([1, 2, 0], [2, 3, 1], [1, 2, 0], [2, 3, 1])
    assert (value, low, high) == (0.0, 0.0, 0.0)


def test_the_difference_of_a_part_covers():
    """Half of the namings are accepted at random: the true difference is nought."""
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(600):
        n = 1 + rng.poisson(4, 40)
        x = rng.binomial(n, rng.beta(1, 2, 40))
        y, rest = rng.binomial(x, 0.5), rng.binomial(n - x, 0.5)
        found = nested_difference(x, n, y, y + rest)
        assert found is not None and found[1] is not None
        held += found[1] <= 0 <= found[2]
    assert 0.91 <= held / 600 <= 0.99


def test_the_difference_of_an_empty_part_is_unknown():
    assert nested_difference([1], [2], [0], [0]) is None
    assert nested_difference([1], [2], [1], [1]) == (0.5, None, None)


@pytest.mark.parametrize(
    ("hits", "of", "level"),
    [
        ([2], [1], 0.95),
        ([-1], [1], 0.95),
        ([1, 1], [1], 0.95),
        ([1], [np.nan], 0.95),
        ([1], [2], 1.0),
        ([[1]], [[2]], 0.9),
    ],
)
def test_ugly_counts_are_refused(hits, of, level):
    with pytest.raises(MethodError):
        cluster_share(hits, of, level=level)


def test_a_part_larger_than_the_whole_is_refused():
    with pytest.raises(MethodError, match="no more than the whole"):
        nested_difference([1], [2], [1], [3])
