"""The probability beyond a threshold: against closed forms, and calibrated on simulated estimates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import kstest, norm

from salience.errors import MethodError
from salience.methods.threshold import chance_above, chance_above_in_draws, frechet_bounds, times_the_data

Z = norm.ppf(0.975)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_on_the_linear_scale_it_is_the_normal_tail(level: float) -> None:
    half = norm.ppf(0.5 + level / 2) * 2.0
    assert chance_above(1.0, 3.0, 3.0 - half, 3.0 + half, level) == pytest.approx(
        norm.sf(1.0, 3.0, 2.0), abs=1e-12
    )


def test_on_the_log_scale_it_is_the_log_normal_tail() -> None:
    low, high = 2.0 * math.exp(-Z * 0.3), 2.0 * math.exp(Z * 0.3)
    expected = norm.sf(math.log(1.5), math.log(2.0), 0.3)
    assert chance_above(1.5, 2.0, low, high, scale="log") == pytest.approx(expected, abs=1e-12)


def test_each_half_has_its_own_spread() -> None:
    assert chance_above(0.0, 1.0, 0.0, 9.0) == pytest.approx(0.975)
    assert chance_above(9.0, 1.0, 0.0, 9.0) == pytest.approx(0.025)
    assert chance_above(1.0, 1.0, 0.0, 9.0) == 0.5


def test_an_interval_without_width_is_certain_and_equal_is_not_above() -> None:
    assert chance_above(2.0, 3.0, 3.0, 3.0) == 1.0
    assert chance_above(3.0, 3.0, 3.0, 3.0) == 0.0


def test_an_end_that_is_not_known_leaves_one_half() -> None:
    assert chance_above(100.0, 5.0, 2.0, math.inf, scale="log") == pytest.approx(0.5)
    assert chance_above(2.0, 5.0, 2.0, math.inf, scale="log") == pytest.approx(0.975)


def test_ends_of_the_scale() -> None:
    assert chance_above(0.0, 0.3, 0.1, 0.6, scale="logit") == 1.0
    assert chance_above(1.0, 0.3, 0.1, 0.6, scale="logit") == 0.0
    # At an end the interval counts on the scale as it is: none found, with an upper end of 0.2 or of 0.84.
    assert chance_above(0.5, 1.0, 0.9, 1.0, scale="logit") == pytest.approx(1.0, abs=1e-6)
    assert chance_above(0.5, 0.0, 0.0, 0.2, scale="logit") == pytest.approx(0.0, abs=1e-6)
    assert chance_above(0.33, 0.0, 0.0, 0.84, scale="logit") == pytest.approx(
        ndtr(-0.33 / (0.84 / ndtri(0.975)))
    )
    assert chance_above(0.33, 0.0, 0.0, 0.84, scale="logit") > 0.2
    assert chance_above(1.0, 0.0, 0.0, 3.0, scale="log") == pytest.approx(ndtr(-ndtri(0.975) / 3))


@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5), st.floats(-20, 20), st.floats(-20, 20))
def test_it_falls_as_the_threshold_rises(value: float, down: float, up: float, a: float, b: float) -> None:
    first, second = sorted((a, b))
    over = [chance_above(t, value, value - down, value + up) for t in (first, second)]
    assert 0.0 <= over[1] <= over[0] <= 1.0


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
def test_it_is_calibrated(scale: str) -> None:
    """Over 4,000 estimates, the chance of lying above the truth is uniform (Kolmogorov-Smirnov, p > 0.001)."""
    rng = np.random.default_rng(3)
    back = {"linear": lambda x: x, "log": np.exp, "logit": lambda x: 1 / (1 + np.exp(-x))}[scale]
    chances = []
    for middle in 0.4 + 0.5 * rng.standard_normal(4000):
        low, value, high = (float(back(middle + k * Z * 0.5)) for k in (-1, 0, 1))
        chances.append(chance_above(float(back(0.4)), value, low, high, scale=scale))  # type: ignore[arg-type]
    assert kstest(chances, "uniform").pvalue > 0.001


def test_draws_equal_to_the_threshold_count_half() -> None:
    assert chance_above_in_draws(2.0, [1.0, 2.0, 3.0, 4.0]) == 0.625


def test_bounds_of_several_are_reached() -> None:
    assert frechet_bounds([0.9, 0.8]) == pytest.approx((0.7, 0.8))
    assert frechet_bounds([0.3, 0.2]) == (0.0, 0.2)
    assert frechet_bounds([0.97]) == (pytest.approx(0.97), 0.97)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: chance_above(0.0, 5.0, 6.0, 7.0),
        lambda: chance_above(0.0, 5.0, 4.0, 7.0, level=1.0),
        lambda: chance_above(-1.0, 5.0, 4.0, 7.0, scale="log"),
        lambda: chance_above(1.5, 0.5, 0.4, 0.7, scale="logit"),
        lambda: chance_above_in_draws(0.0, []),
        lambda: frechet_bounds([]),
        lambda: frechet_bounds([1.2]),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(MethodError):
        wrong()  # type: ignore[operator]


def test_four_times_the_data_halve_the_error() -> None:
    assert times_the_data(float(norm.cdf(0.8)), float(norm.cdf(1.6)), 0.05) == pytest.approx(4.0)
    assert times_the_data(float(norm.cdf(-0.8)), 0.95, float(norm.cdf(-1.6))) == pytest.approx(4.0)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0, 0.501, 0.97])
def test_there_is_no_advice_where_none_can_be_given(chance: float) -> None:
    assert times_the_data(chance, 0.95, 0.05) is None
