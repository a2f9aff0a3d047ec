"""The likelihoods: against distributions computed elsewhere, and their derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import logser, nbinom, poisson

from salience.methods.families import (
    Binary,
    LogSeries,
    Poisson,
    ZeroTruncatedNegativeBinomial,
    ZeroTruncatedPoisson,
)

COUNTS = np.array([1.0, 2.0, 3.0, 7.0, 50.0, 1.0, 1.0, 400.0])
PREDICTORS = np.array([-20.0, -3.0, 0.0, 1.5, 4.0, 8.0, -9.0, 11.0])
STEP = 1e-5
BOUND = [
    (Poisson(COUNTS), 0.0),
    (Binary((COUNTS > 1).astype(float)), 0.0),
    (ZeroTruncatedPoisson(COUNTS), 0.0),
    (LogSeries(COUNTS), 0.0),
    *[(ZeroTruncatedNegativeBinomial(COUNTS), tau) for tau in (-12.0, -5.0, 0.0, 3.0, 9.0, 15.0)],
]


def slope(function, at) -> np.ndarray:
    return (function(at + STEP) - function(at - STEP)) / (2 * STEP)


@pytest.mark.parametrize(("family", "tau"), BOUND)
def test_derivatives_are_those_of_the_value(family, tau) -> None:
    # Central differences of step 1e-5: relative error about 1e-10, plus rounding of the value over the step.
    found = family.evaluate(PREDICTORS, tau)
    pairs = [
        (found.eta, slope(lambda e: family.evaluate(e, tau).value, PREDICTORS)),
        (found.eta_eta, slope(lambda e: family.evaluate(e, tau).eta, PREDICTORS)),
    ]
    if family.has_dispersion:
        pairs += [
            (found.tau, slope(lambda t: family.evaluate(PREDICTORS, t).value, tau)),
            (found.tau_tau, slope(lambda t: family.evaluate(PREDICTORS, t).tau, tau)),
            (found.eta_tau, slope(lambda t: family.evaluate(PREDICTORS, t).eta, tau)),
        ]
    for exact, difference in pairs:
        np.testing.assert_allclose(exact, difference, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("family", "tau"), BOUND)
def test_expectation_has_its_derivatives(family, tau) -> None:
    eta = np.array([-9.0, -3.0, 0.0, 1.5, 4.0])
    found = family.expectation(eta, tau)
    np.testing.assert_allclose(found.eta, slope(lambda e: family.expectation(e, tau).value, eta), rtol=1e-6)
    if found.eta_eta is not None:
        second = slope(lambda e: family.expectation(e, tau).eta, eta)
        np.testing.assert_allclose(found.eta_eta, second, rtol=1e-6)
    if found.tau is not None:
        by_tau = slope(lambda t: family.expectation(eta, t).value, tau)
        np.testing.assert_allclose(found.tau, by_tau, rtol=1e-5, atol=1e-8)


def test_values_match_scipy_distributions() -> None:
    y, eta = np.array([1.0, 2.0, 5.0, 9.0]), np.array([-1.0, 0.3, 1.0, 2.0])
    mu = np.exp(eta)
    truncated = poisson.logpmf(y, mu) - np.log1p(-poisson.pmf(0, mu))
    np.testing.assert_allclose(ZeroTruncatedPoisson(y).evaluate(eta, 0.0).value, truncated, atol=1e-12)
    for theta in (0.05, 1.0, 30.0):
        law = nbinom(theta, theta / (theta + mu))
        expected = law.logpmf(y) - np.log1p(-law.pmf(0))
        found = ZeroTruncatedNegativeBinomial(y).evaluate(eta, np.log(theta)).value
        np.testing.assert_allclose(found, expected, atol=1e-11)
    series = logser.logpmf(y, mu / (1 + mu))
    np.testing.assert_allclose(LogSeries(y).evaluate(eta, 0.0).value, series, atol=1e-12)


def test_negative_binomial_meets_its_limits() -> None:
    # theta of 1e9: Poisson to 1e-6. theta of 1e-9: logarithmic series of mu/theta to 1e-6.
    y, eta = np.array([1.0, 3.0, 8.0]), np.array([-1.0, 0.5, 1.5])
    family = ZeroTruncatedNegativeBinomial(y)
    poisson_value = ZeroTruncatedPoisson(y).evaluate(eta, 0.0).value
    np.testing.assert_allclose(family.evaluate(eta, np.log(1e9)).value, poisson_value, atol=1e-6)
    tau = np.log(1e-9)
    series = LogSeries(y).evaluate(eta, 0.0).value
    np.testing.assert_allclose(family.evaluate(eta + tau, tau).value, series, atol=1e-6)


def test_score_of_theta_at_the_lower_boundary() -> None:
    # The derivative in theta at 0 against the difference from theta = 1e-6 to the limit.
    y, eta = np.array([1.0, 3.0, 8.0]), np.array([-1.0, 0.5, 1.5])
    theta = 1e-6
    near = ZeroTruncatedNegativeBinomial(y).evaluate(eta + np.log(theta), np.log(theta)).value
    limit = LogSeries(y)
    rise = (near - limit.evaluate(eta, 0.0).value) / theta
    np.testing.assert_allclose(limit.score_of_theta(eta), rise, rtol=1e-4)


def test_digits_survive_at_extreme_means() -> None:
    # At mu = 1e-12 the mean beyond 1 is mu/2 and so is minus the score of a count of 1 (series of mu/(1−e^−mu)).
    tiny = ZeroTruncatedPoisson(np.ones(1)).evaluate(np.log([1e-12]), 0.0)
    np.testing.assert_allclose(tiny.eta, -0.5e-12, rtol=1e-10)
    np.testing.assert_allclose(tiny.eta_eta, -0.5e-12, rtol=1e-10)
    # At mu = 1e5 truncation is invisible.
    y, eta = np.array([1e5]), np.log([1e5])
    large = ZeroTruncatedPoisson(y).evaluate(eta, 0.0)
    np.testing.assert_allclose(large.value, poisson.logpmf(1e5, 1e5), rtol=1e-9)
    np.testing.assert_allclose(large.eta_eta, -1e5, rtol=1e-12)
    for family, tau in BOUND:
        far = family.evaluate(np.full(len(COUNTS), -1000.0), tau)
        assert np.isfinite(far.eta).all()
        assert np.isfinite(far.eta_eta).all()
