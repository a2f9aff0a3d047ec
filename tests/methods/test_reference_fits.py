"""Fits of real data whose numbers others have computed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from salience.methods.binary import fit_logit
from salience.methods.counts import fit_poisson, fit_zero_truncated


@pytest.fixture(scope="module")
def biochemists(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Articles of biochemists (Long 1997), those with one or more; men and single are the baseline."""
    with (shared_data / "counts" / "biochemists.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["art"]) > 0]
    terms = [
        [1, r["fem"] == "Women", r["mar"] == "Married", float(r["kid5"]), float(r["phd"]), float(r["ment"])]
        for r in rows
    ]
    return np.array([int(r["art"]) for r in rows]), np.array(terms, dtype=float)


def place_terms(events, years: np.ndarray) -> np.ndarray:
    """Const, log deaths, kinds 2 and 3, place precision above 2, years."""
    return np.column_stack(
        [
            np.ones(len(events.best)),
            np.log1p(events.best),
            events.indicators(events.kind, [2, 3]),
            events.where_prec > 2,
            years,
        ]
    )


def yearly_terms(events) -> np.ndarray:
    """Const, log deaths, kinds 2 and 3, place precision 3–4 and 5 and more, each year but the first."""
    years = sorted(set(events.year))[1:]
    return np.column_stack(
        [
            np.ones(len(events.best)),
            np.log1p(events.best),
            events.indicators(events.kind, [2, 3]),
            (events.where_prec >= 3) & (events.where_prec <= 4),
            events.where_prec >= 5,
            events.indicators(events.year, years),
        ]
    )


def truncated_poisson_loglik(counts: np.ndarray, design: np.ndarray, beta: np.ndarray) -> float:
    """Return the log-likelihood, written from the formula and apart from the package."""
    eta = design @ beta
    mu = np.exp(eta)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, counts.max() + 1)))])
    return float(np.sum(counts * eta - mu - np.log(-np.expm1(-mu)) - factorials[counts.astype(int)]))


def test_truncated_poisson_of_biochemists(biochemists) -> None:
    # VGAM::vglm(pospoisson) and glmmTMB(truncated_poisson) give −1080.0336.
    fit = fit_zero_truncated(*biochemists)
    assert fit.converged
    assert fit.n == 640
    assert fit.log_likelihood == pytest.approx(-1080.0336, abs=1e-4)


def test_truncated_negative_binomial_of_biochemists(biochemists) -> None:
    # glmmTMB(truncated_nbinom2) and VGAM::vglm(posnegbinomial) agree on these digits.
    fit = fit_zero_truncated(*biochemists, family="negative_binomial")
    assert fit.converged
    expected = [0.35512, -0.24467, 0.10342, -0.15326, -0.00293, 0.02374]
    np.testing.assert_allclose(fit.coefficients, expected, atol=1e-5)
    assert fit.dispersion == pytest.approx(1.82846, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(-1027.3185, abs=1e-4)


def test_truncated_poisson_of_myanmar(myanmar) -> None:
    # statsmodels 0.15 TruncatedLFPoisson, row level, method="newton" run to the end. Its BFGS stops earlier,
    # at .30092 for kind 2 (three events, standard error .66) with the same log-likelihood to four decimals.
    design = place_terms(myanmar, myanmar.year >= 2021)
    fit = fit_zero_truncated(myanmar.outlets, design)
    assert fit.converged
    expected = [-0.72281449, 0.54939790, 0.29804056, 0.21135172, -0.48626545, -0.18967899]
    np.testing.assert_allclose(fit.coefficients, expected, atol=1e-7)
    assert fit.log_likelihood == pytest.approx(-3550.4592, abs=1e-4)
    stopped_early = np.array([-0.72285, 0.54940, 0.30092, 0.21137, -0.48623, -0.18967])
    np.testing.assert_allclose(np.delete(fit.coefficients - stopped_early, 2), 0.0, atol=1e-4)
    gain = fit.log_likelihood - truncated_poisson_loglik(myanmar.outlets, design, stopped_early)
    assert 0 < gain < 2e-5


def test_truncated_poisson_of_syria(syria) -> None:
    # As for Myanmar; BFGS stops at −.5313 for kind 3 instead of −.52945, 1.4e-5 lower in log-likelihood.
    design = place_terms(syria, syria.indicators(syria.year, [2017, 2018]))
    fit = fit_zero_truncated(syria.outlets, design)
    assert fit.converged
    expected = [-3.94855796, 0.56534770, 0.85909988, -0.52945123, -1.98173878, 0.62510457, 1.16506721]
    np.testing.assert_allclose(fit.coefficients, expected, atol=1e-7)
    assert fit.log_likelihood == pytest.approx(-2801.8632, abs=1e-4)
    stopped_early = np.array([-3.9485, 0.5653, 0.8591, -0.5313, -1.9816, 0.6251, 1.1651])
    np.testing.assert_allclose(np.delete(fit.coefficients - stopped_early, 3), 0.0, atol=2e-4)
    gain = fit.log_likelihood - truncated_poisson_loglik(syria.outlets, design, stopped_early)
    assert 0 < gain < 2e-5


def test_truncated_negative_binomial_of_myanmar(myanmar) -> None:
    # Reference: slope .951 (.070 clustered by adm_1, CRV1), theta .258, log-likelihood −4121.70.
    fit = fit_zero_truncated(
        myanmar.number_of_sources,
        yearly_terms(myanmar),
        family="negative_binomial",
        clusters=myanmar.adm_1,
        vcov="CRV1",
    )
    assert fit.converged
    assert not fit.boundary
    assert fit.coefficients[1] == pytest.approx(0.951, abs=5e-4)
    assert fit.standard_errors[1] == pytest.approx(0.070, abs=5e-4)
    assert fit.dispersion == pytest.approx(0.258, abs=5e-4)
    assert fit.log_likelihood == pytest.approx(-4121.70, abs=5e-3)


def test_extra_reports_of_myanmar(myanmar) -> None:
    # Reference: slope .726, clustered standard error .098 (CRV1).
    fit = fit_poisson(
        myanmar.number_of_sources - 1, yearly_terms(myanmar), clusters=myanmar.adm_1, vcov="CRV1"
    )
    assert fit.converged
    assert fit.coefficients[1] == pytest.approx(0.726, abs=5e-4)
    assert fit.standard_errors[1] == pytest.approx(0.098, abs=5e-4)


def test_two_or_more_sources_in_myanmar(myanmar) -> None:
    # Reference: slope .914.
    fit = fit_logit(myanmar.number_of_sources >= 2, yearly_terms(myanmar), clusters=myanmar.adm_1)
    assert fit.converged
    assert fit.coefficients[1] == pytest.approx(0.914, abs=5e-4)


def test_few_clusters_widen_the_interval(myanmar) -> None:
    # 16 clusters: "auto" is the jackknife, here .134 against .098 of CRV1 (refits: .13433).
    design, extra = yearly_terms(myanmar), myanmar.number_of_sources - 1
    fit = fit_poisson(extra, design, clusters=myanmar.adm_1)
    assert (fit.covariance_kind, fit.clusters, fit.degrees_of_freedom) == ("CRV3", 16, 15)
    plain = fit_poisson(extra, design, clusters=myanmar.adm_1, vcov="CRV1")
    assert fit.standard_errors[1] == pytest.approx(0.134, abs=5e-4)
    assert fit.standard_errors[1] > 1.3 * plain.standard_errors[1]


def test_effect_of_three_events_vanishes_without_one_place(myanmar) -> None:
    # Kind 2 has three events; without Mandalay both that are left have one source, and no effect exists.
    rest = myanmar.adm_1 != "Mandalay region"
    fit = fit_poisson(myanmar.number_of_sources[rest] - 1, yearly_terms(myanmar)[rest])
    assert not fit.converged
    assert fit.separated == (2,)
    assert "[2]" in fit.message
