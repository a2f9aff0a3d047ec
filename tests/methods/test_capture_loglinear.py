"""Log-linear models against Rcapture, statsmodels and exact solutions; existence by linear programming."""

import numpy as np
import pytest
import statsmodels.api as sm
from capture_tables import ARTIFICIAL, DUTCH, KOSOVO, UK
from scipy.optimize import brentq

from salience.errors import MethodError
from salience.methods.capture import log_linear
from salience.methods.capture.existence import facial_set, judge_estimate


# R package Rcapture 1.4-4, closedpMS.t: best model by each criterion.
@pytest.mark.parametrize(
    ("table", "criterion", "estimate", "error"),
    [
        (KOSOVO, "aic", 14_342, 1_018),
        (KOSOVO, "bic", 14_342, 1_018),
        (UK, "aic", 11_175, 791),
        (UK, "bic", 22_991, 3_022),
        (DUTCH, "aic", 46_331, 3_185),
        (DUTCH, "bic", 48_013, 3_264),
    ],
)
def test_best_model_matches_rcapture(table, criterion, estimate, error):
    found = log_linear(*table, criterion=criterion)
    assert found.estimate == pytest.approx(estimate, abs=0.51)
    assert found.standard_error == pytest.approx(error, abs=0.51)
    assert found.searched == 2 ** (table[0].shape[1] * (table[0].shape[1] - 1) // 2)


def test_kosovo_model_and_aic_match_rcapture():
    found = log_linear(*KOSOVO, criterion="aic")
    assert found.model.terms == ((0, 1), (0, 2), (0, 3), (1, 2), (2, 3))
    assert found.model.aic == pytest.approx(161.318, abs=5e-4)


def darroch(patterns, counts):
    """Solve 1 − n/N = ∏(1 − n_j/N), the maximum-likelihood equation of independent lists (Darroch 1958)."""
    sizes, n = patterns.T @ counts, counts.sum()
    return brentq(lambda total: (1 - n / total) - np.prod(1 - sizes / total), n + 1, 1e8, xtol=1e-9)


@pytest.mark.parametrize("table", [KOSOVO, UK, DUTCH])
def test_independence_solves_darrochs_equation(table):
    assert log_linear(*table, ()).estimate == pytest.approx(darroch(*table), rel=1e-9)


def test_independence_matches_rcapture_where_r_reached_the_maximum():
    found = log_linear(*KOSOVO, ())
    assert found.estimate == pytest.approx(7_395, abs=0.51)
    assert found.standard_error == pytest.approx(130, abs=0.51)
    # Rcapture prints 13,416 and 52,854 for the other two: R's glm stops when the deviance changes by less than
    # 1e-8 of itself. The exact solutions, also statsmodels', are 13,444 and 52,924.
    assert log_linear(*UK, ()).estimate == pytest.approx(13_444.13, abs=0.01)
    assert log_linear(*DUTCH, ()).estimate == pytest.approx(52_923.89, abs=0.01)


@pytest.mark.parametrize("terms", [(), ((0, 1),), ((0, 2), (1, 3)), ((0, 1), (0, 2), (1, 2), (2, 3))])
def test_fit_matches_statsmodels(terms):
    patterns, counts = KOSOVO
    columns = [np.ones(len(patterns)), *patterns.T, *(patterns[:, i] & patterns[:, j] for i, j in terms)]
    oracle = sm.GLM(counts, np.column_stack(columns).astype(float), family=sm.families.Poisson()).fit(
        tol=1e-13
    )
    found = log_linear(patterns, counts, terms)
    missing = np.exp(oracle.params[0])
    assert found.estimate == pytest.approx(4400 + missing, rel=1e-8)
    assert found.model.log_likelihood == pytest.approx(oracle.llf, abs=1e-7)
    error = np.sqrt(missing + missing**2 * oracle.cov_params()[0, 0])
    assert found.standard_error == pytest.approx(error, rel=1e-6)


def test_artificial_table_has_no_estimate_with_all_terms():
    found = log_linear(*ARTIFICIAL, [(0, 1), (0, 2), (1, 2)])
    assert (found.estimate, found.low, found.high, found.support) == (None, None, None, None)
    assert "no estimate of those on no list exists" in found.warnings[0]


def test_a_model_without_an_estimate_is_passed_over():
    found = log_linear(*ARTIFICIAL, criterion="aic")
    assert found.estimate is not None and found.estimate < 1e4
    assert found.without_estimate == sum(model.estimate is None for model in found.models) == 4


def test_saturated_model_of_three_lists_is_the_known_ratio():
    # μ000 = μ111 μ100 μ010 μ001 / (μ110 μ101 μ011) (Fienberg 1972)
    patterns = np.array([[code >> j & 1 for j in range(3)] for code in range(1, 8)])
    n = {1: 50, 2: 40, 4: 30, 3: 20, 5: 15, 6: 12, 7: 9}
    found = log_linear(patterns, [n[c] for c in range(1, 8)], [(0, 1), (0, 2), (1, 2)])
    assert found.estimate - 176 == pytest.approx(9 * 50 * 40 * 30 / (20 * 15 * 12), rel=1e-9)


def test_facial_set_finds_what_cannot_be_positive():
    # Haberman's 2 x 2 x 2 table without three-way term: positive margins, yet no estimate (Fienberg & Rinaldo 2012)
    codes = np.array([[c >> j & 1 for j in range(3)] for c in range(8)])
    pairs = [codes[:, i] * codes[:, j] for i, j in ((0, 1), (0, 2), (1, 2))]
    design = np.column_stack([np.ones(8), codes, *pairs]).astype(float)
    counts = np.array([0, 3, 4, 5, 2, 6, 7, 0.0])
    assert facial_set(design, counts).tolist() == [False, True, True, True, True, True, True, False]
    assert facial_set(design, counts + np.eye(8)[0]).all()
    assert judge_estimate(design[1:], facial_set(design[1:], counts[1:])) == "no finite estimate"


def test_profile_interval_is_where_the_likelihood_falls_by_the_quantile():
    # One list pair and independence: the profile multinomial likelihood can be written down.
    from scipy.special import gammaln
    from scipy.stats import chi2

    patterns, counts = np.array([[1, 0], [0, 1], [1, 1]]), np.array([120, 90, 40])
    found = log_linear(patterns, counts, ())

    def height(total):
        return (
            gammaln(total + 1) - gammaln(total - 250 + 1)
            + 160 * np.log(160 / total) + (total - 160) * np.log(1 - 160 / total)
            + 130 * np.log(130 / total) + (total - 130) * np.log(1 - 130 / total)
        )  # fmt: skip

    grid = np.linspace(260, 2000, 400_000)
    heights = height(grid)
    inside = grid[2 * (heights.max() - heights) <= chi2.ppf(0.95, 1)]
    assert (found.low, found.high) == pytest.approx((inside[0], inside[-1]), abs=0.02)
    # the tabulated distribution has the interval's ends as its quantiles
    assert found.quantiles([0.025, 0.975]) == pytest.approx([found.low, found.high], rel=2e-3)


def test_methods_disagree_on_the_uk_and_the_average_shows_it():
    found = log_linear(*UK)
    assert found.averaged.low < 11_175 < 22_991 < found.averaged.high


def test_impossible_patterns_are_left_out_of_the_table():
    patterns, counts = KOSOVO
    kept = ~(patterns[:, 0] & patterns[:, 3])
    found = log_linear(patterns[kept], counts[kept], (), impossible=patterns[patterns[:, 0] & patterns[:, 3]])
    oracle_cells = np.array([p for p in patterns if not (p[0] and p[3])]).astype(float)
    fit = sm.GLM(counts[kept], sm.add_constant(oracle_cells), family=sm.families.Poisson()).fit(tol=1e-13)
    assert found.estimate == pytest.approx(counts[kept].sum() + np.exp(fit.params[0]), rel=1e-7)


def test_seven_lists_are_searched_step_by_step():
    rng = np.random.default_rng(3)
    held = rng.random((3000, 7)) < [0.3, 0.2, 0.25, 0.3, 0.15, 0.2, 0.25]
    held[:, 1] |= held[:, 0] & (rng.random(3000) < 0.4)
    patterns, counts = np.unique(held[held.any(axis=1)], axis=0, return_counts=True)
    found = log_linear(patterns, counts)
    assert (0, 1) in found.model.terms
    # 3,000 records; one draw, so within the standard error of about 2 % twice
    assert found.estimate == pytest.approx(3000, rel=0.04)
    assert "searched step by step" in found.warnings[0]


def test_interval_covers_truth_in_simulated_tables():
    rng = np.random.default_rng(11)
    codes = np.array([[c >> j & 1 for j in range(3)] for c in range(8)])
    chances = np.prod(np.where(codes, [0.4, 0.3, 0.25], [0.6, 0.7, 0.75]), axis=1)
    held = 0
    for _ in range(300):
        counts = rng.multinomial(400, chances)[1:]
        found = log_linear(codes[1:], counts, ())
        held += found.low <= 400 <= found.high
    # binomial: 285 expected, standard deviation 3.8
    assert 273 <= held <= 297


def test_wrong_terms_are_refused():
    with pytest.raises(MethodError, match=r"\(0, 4\) is no pair of lists"):
        log_linear(*KOSOVO, [(0, 4)])
    with pytest.raises(MethodError, match="criterion is 'dic'"):
        log_linear(*KOSOVO, criterion="dic")
