"""Scores of forecasts against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods import scores


def test_crps_of_one_point_is_the_absolute_error():
    np.testing.assert_allclose(scores.crps([[3.0], [5.0]], [1.0, 9.0]), [2.0, 4.0])


def test_crps_is_the_integral_of_the_squared_difference_of_distributions():
    rng = np.random.default_rng(0)
    points, weights, outcome = rng.uniform(0, 100, 7), rng.uniform(0, 1, 7), 33.0
    grid = np.linspace(0, 100, 400_001)
    forecast = (weights[:, None] * (points[:, None] <= grid)).sum(axis=0) / weights.sum()
    integral = np.mean((forecast - (grid >= outcome)) ** 2) * 100
    assert scores.crps(points, outcome, weights) == pytest.approx(integral, abs=2e-3)


def test_crps_of_normal_draws_nears_the_closed_form():
    # Standard normal forecast, outcome 0: (sqrt(2) - 1) / sqrt(pi) = 0.23370 (Gneiting & Raftery 2007, section 4.2).
    draws = np.random.default_rng(1).normal(size=200_000)
    assert scores.crps(draws, 0.0) == pytest.approx(0.23370, abs=2e-3)


def test_clusters_widen_the_interval_where_their_cases_are_alike():
    rng = np.random.default_rng(2)
    cases = np.repeat(rng.normal(size=60), 10)
    together = scores.mean_score(cases, np.repeat(np.arange(60), 10))
    apart = scores.mean_score(cases, np.arange(600))
    assert (together.high - together.low) > 2.5 * (apart.high - apart.low)
    assert together.clusters == 60 and together.n == 600


def test_interval_of_a_mean_score_covers_in_simulated_clusters():
    rng, held = np.random.default_rng(3), 0
    for k in range(200):
        effect = rng.normal(size=40)
        of = rng.integers(0, 40, 120)
        found = scores.mean_score(effect[of] + rng.normal(size=120), of, draws=400, level=0.8, seed=k)
        held += found.low <= 0.0 <= found.high
    assert 0.72 <= held / 200 <= 0.88  # 80 % nominal; simulation error of 200 runs is about 3 points


def test_coverage_and_side():
    np.testing.assert_array_equal(scores.covered([0, 0, 5], [10, 10, 9], [10, 11, 4]), [1, 0, 0])
    np.testing.assert_array_equal(scores.right_side([60, 60, 50], [90, 10, 10]), [1, 0, 0.5])


def test_scores_of_nothing_are_refused():
    with pytest.raises(MethodError):
        scores.mean_score([], [])
    with pytest.raises(MethodError):
        scores.crps([[1.0, np.nan]], [1.0])
