"""Forecasts made of past errors: scores, intervals, symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.forecast import chance_of_top, forecast, learn_errors, learn_slope
from salience.methods.scores import crps


def simulate(n, rng):
    positions = rng.uniform(0, 100, (n, 8))
    outcome = positions.mean(axis=1)
    truth = np.clip(50 + 0.8 * (outcome - 50) + rng.normal(0, 15, n), 0, 100)
    return outcome[None], truth, positions, np.ones_like(positions)


def test_the_interval_holds_new_outcomes_as_often_as_it_says():
    rng = np.random.default_rng(0)
    f, y, x, w = simulate(400, rng)
    past = learn_errors(f, y, x, w)
    new_f, new_y, new_x, new_w = simulate(600, rng)
    for level in (0.5, 0.8, 0.9):
        made = [forecast(new_f[:, [j]], new_x[j], new_w[j], past, level=level) for j in range(600)]
        held = np.mean([m.low <= v <= m.high for m, v in zip(made, new_y, strict=True)])
        # Two standard errors of 600 cases and of 400 learnt from.
        assert held == pytest.approx(level, abs=0.06)


def test_what_is_learnt_scores_better_than_the_raw_outcome_and_than_the_positions():
    rng = np.random.default_rng(1)
    f, y, x, w = simulate(300, rng)
    past = learn_errors(f, y, x, w)
    score = np.mean([
        float(crps(m.points, v, m.weights))
        for j, v in enumerate(y) for m in [forecast(f[:, [j]], x[j], w[j], past)]
    ])  # fmt: skip
    assert score < np.abs(f[0] - y).mean() and score < crps(x, y).mean()


def test_turning_the_scale_round_turns_the_forecast_round():
    f, y, x, w = simulate(100, np.random.default_rng(2))
    one = forecast([[30.0]], [10.0, 40.0], [1.0, 2.0], learn_errors(f, y, x, w))
    other = forecast([[70.0]], [90.0, 60.0], [1.0, 2.0], learn_errors(100 - f, 100 - y, 100 - x, w))
    assert other.low == pytest.approx(100 - one.high, abs=1.5) and other.mean == pytest.approx(
        100 - one.mean, abs=0.5
    )


def test_models_that_disagree_make_the_forecast_wider():
    f, y, x, w = simulate(200, np.random.default_rng(3))
    past = learn_errors(np.vstack([f, f]), y, x, w)
    alike = forecast([[50.0], [50.0]], [50.0], [1.0], past)
    apart = forecast([[20.0], [80.0]], [50.0], [1.0], past)
    assert apart.high - apart.low > alike.high - alike.low + 10


def test_the_chance_of_a_pole():
    assert chance_of_top(50.0, 2.0) == pytest.approx(0.5)
    assert chance_of_top([100.0, 0.0], 2.0).sum() == pytest.approx(1.0)
    # Outcomes that say nothing: the slope is near 0. Outcomes that part the poles: large, and finite by the prior.
    assert learn_slope([20.0, 80.0, 20.0, 80.0], [True, True, False, False]) == pytest.approx(0.0, abs=0.01)
    assert 1.0 < learn_slope([10.0, 90.0] * 10, [False, True] * 10) < 20.0


def test_too_few_cases_teach_nothing():
    with pytest.raises(MethodError):
        learn_errors(np.zeros((1, 5)), np.zeros(5), np.zeros((5, 2)), np.ones((5, 2)))
