"""Residuals and fitted frequencies of truncated counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, logser, nbinom, poisson

from salience.errors import MethodError
from salience.methods.counts import fit_poisson, fit_zero_truncated
from salience.methods.residuals import frequencies, pit_histogram, quantile_residuals


@pytest.fixture
def overdispersed(draw_truncated):
    """3,000 counts with theta 1 and one column, and both fits of them."""
    rng = np.random.default_rng(31)
    X = np.column_stack([np.ones(3000), rng.normal(size=3000)])
    y = draw_truncated(np.exp(0.8 + 0.5 * X[:, 1]), rng, theta=1.0)
    return y, fit_zero_truncated(y, X, family="negative_binomial"), fit_zero_truncated(y, X)


def test_residuals_are_normal_under_the_right_model_only(overdispersed) -> None:
    y, right, wrong = overdispersed
    found = quantile_residuals(right, y, rng=np.random.default_rng(1), size=2000)
    assert found.shape == (2000,)
    assert kstest(found, "norm").pvalue > 0.01
    off = quantile_residuals(wrong, y, rng=np.random.default_rng(1), size=2000)
    assert kstest(off, "norm").pvalue < 1e-6
    again = quantile_residuals(right, y, rng=np.random.default_rng(1), size=2000)
    np.testing.assert_array_equal(found, again)


def test_pit_is_flat_under_the_right_model_and_a_u_under_the_poisson(overdispersed) -> None:
    y, right, wrong = overdispersed
    flat = pit_histogram(right, y)
    assert flat.heights.sum() == pytest.approx(1.0, abs=1e-12)
    # Standard error of a tenth of 3,000 rows is .0055; the bins of discrete counts vary less.
    np.testing.assert_allclose(flat.heights, 0.1, atol=4 * 0.0055)
    bent = pit_histogram(wrong, y).heights
    assert bent[0] > 0.15
    assert bent[-1] > 0.15
    assert bent[3:7].max() < 0.1


def test_pit_of_one_count_is_its_own_step() -> None:
    # With counts of 1 (chance a) and 2 (chance b) the PIT spreads the ones over 0 to a evenly.
    y, weights = np.array([1, 2, 3]), np.array([60.0, 30.0, 10.0])
    fit = fit_zero_truncated(y, np.ones((3, 1)), weights)
    mu = np.exp(fit.coefficients[0])
    steps = np.concatenate([[0.0], np.cumsum(poisson.pmf([1, 2, 3], mu) / (1 - np.exp(-mu)))])
    grid = np.linspace(0, 1, 6)
    expected = np.interp(grid, steps, [0.0, 0.6, 0.9, 1.0])
    np.testing.assert_allclose(pit_histogram(fit, y, weights, bins=5).heights, np.diff(expected), atol=1e-12)


def test_frequencies_are_those_of_the_distribution() -> None:
    y, weights = np.array([1, 2, 3, 4, 7, 12]), np.array([50.0, 20.0, 10.0, 6.0, 3.0, 1.0])
    X = np.ones((6, 1))
    fit = fit_zero_truncated(y, X, weights, "negative_binomial")
    found = frequencies(fit, y, weights)
    np.testing.assert_array_equal(found.counts, [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(found.observed, [50, 20, 10, 6, 0, 4])
    law = nbinom(fit.dispersion, fit.dispersion / (fit.dispersion + np.exp(fit.coefficients[0])))
    chance = law.pmf([1, 2, 3, 4, 5]) / law.sf(0)
    np.testing.assert_allclose(found.expected, 90 * np.append(chance, law.sf(5) / law.sf(0)), rtol=1e-9)
    mu = np.exp(fit_zero_truncated(y, X, weights).coefficients[0])
    plain = frequencies(fit_zero_truncated(y, X, weights), y, weights, last=3)
    chance = poisson.pmf([1, 2], mu) / poisson.sf(0, mu)
    np.testing.assert_allclose(
        plain.expected, 90 * np.append(chance, poisson.sf(2, mu) / poisson.sf(0, mu)), rtol=1e-9
    )


def test_frequencies_at_the_boundary_are_those_of_the_logarithmic_series() -> None:
    y = np.arange(1, 60)
    weights = np.round(1e4 * 0.97**y / y**1.3)
    fit = fit_zero_truncated(y, np.ones((59, 1)), weights, "negative_binomial")
    assert fit.boundary
    c = np.exp(fit.coefficients[0])
    law = logser(c / (1 + c))
    found = frequencies(fit, y, weights)
    expected = weights.sum() * np.append(law.pmf([1, 2, 3, 4, 5]), law.sf(5))
    np.testing.assert_allclose(found.expected, expected, rtol=1e-6)
    assert found.expected.sum() == pytest.approx(weights.sum(), rel=1e-12)


def test_dropped_groups_are_left_out(draw_truncated) -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(5), 40)
    x = rng.normal(size=(200, 1))
    y = np.where(group == 0, 1, draw_truncated(np.exp(0.5 + 0.3 * x[:, 0]), rng))
    fit = fit_zero_truncated(y, x, groups=group)
    assert frequencies(fit, y).observed.sum() == 160
    assert np.isfinite(quantile_residuals(fit, y, rng=rng)).all()


def test_bad_input_is_named(overdispersed) -> None:
    y, fit, _ = overdispersed
    with pytest.raises(MethodError, match="counts has 5 values; expected 3000"):
        frequencies(fit, y[:5])
    with pytest.raises(MethodError, match="not those fitted: expected 3000 rows"):
        frequencies(fit, y, np.full(3000, 2.0))
    with pytest.raises(MethodError, match="residuals are for truncated models"):
        pit_histogram(fit_poisson(y, np.ones((3000, 1))), y)
    with pytest.raises(MethodError, match="last is 1"):
        frequencies(fit, y, last=1)
    with pytest.raises(MethodError, match="bins is 0"):
        pit_histogram(fit, y, bins=0)
    with pytest.raises(MethodError, match="size is 0"):
        quantile_residuals(fit, y, rng=np.random.default_rng(0), size=0)
    nothing = fit_zero_truncated([1, 2, 3, 1, 1], np.column_stack([np.ones(5), [0, 0, 0, 1, 1]]))
    with pytest.raises(MethodError, match="no estimates to compare with: no maximum"):
        frequencies(nothing, [1, 2, 3, 1, 1])
