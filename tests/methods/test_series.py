"""Interrupted series against R's output, and on ugly input."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods import series


def load(folder: Path, name: str) -> dict[str, np.ndarray]:
    with (folder / "series" / name).open() as stream:
        rows = list(csv.DictReader(stream))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


# R's glm and MASS::glm.nb on Lopez Bernal, Cummins & Gasparrini 2017; the digits are those that were printed.
@pytest.mark.parametrize(
    ("family", "ratio", "low", "high"),
    [
        ("poisson", 0.8944, 0.8647, 0.9251),
        ("quasi_poisson", 0.8944, 0.8392, 0.9532),
        ("negative_binomial", 0.8933, 0.8398, 0.9503),
    ],
)
def test_sicily_smoking_ban_matches_r(shared_data, family, ratio, low, high):
    d = load(shared_data, "sicily.csv")
    design = np.column_stack([np.ones(59), d["smokban"], d["time"]])
    fit = series.interrupted(d["aces"], design, np.log(d["stdpop"]), family)
    assert np.exp([fit.coefficients[1], *fit.interval()[1]]) == pytest.approx([ratio, low, high], abs=6e-5)
    if family == "negative_binomial":
        assert fit.theta == pytest.approx(356.3, abs=0.05)
        assert fit.log_likelihood == pytest.approx(-317.167, abs=6e-4)


# R's glm and MASS::glm.nb on datasets::Seatbelts (DriversKilled on t, month, log kms, log petrol price, law).
def test_seatbelts_law_matches_r(shared_data):
    d = load(shared_data, "seatbelts.csv")
    months = [(d["month"] == k).astype(float) for k in range(2, 13)]
    design = np.column_stack(
        [np.ones(192), d["t"], *months, np.log(d["kms"]), np.log(d["PetrolPrice"]), d["law"]]
    )
    quasi = series.interrupted(d["DriversKilled"], design)
    wide = series.interrupted(d["DriversKilled"], design, family="negative_binomial")
    assert (quasi.coefficients[-1], quasi.standard_errors[-1]) == pytest.approx((-0.12047, 0.03580), abs=6e-6)
    assert quasi.dispersion == pytest.approx(1.84871, abs=6e-6)
    assert (wide.coefficients[-1], wide.standard_errors[-1]) == pytest.approx((-0.12476, 0.03356), abs=6e-6)
    assert wide.theta == pytest.approx(174.117, abs=1e-3)


def test_hac_errors_match_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    design = series.step_design(60, 30)
    y = rng.poisson(np.exp(design @ [2.0, 0.3, 0.4]))
    fit = series.interrupted(y, design, family="poisson", lags=3)
    peer = sm.GLM(y, design, family=sm.families.Poisson()).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}
    )
    assert fit.coefficients == pytest.approx(peer.params, rel=1e-6)
    assert fit.hac_errors == pytest.approx(peer.bse, rel=1e-5)


def test_a_control_series_takes_out_what_moves_both():
    # Expected counts without noise: conduct doubles at 20, a wave moves both series; the ratio of ratios is exactly 2.
    wave = 50 * (2 + np.sin(np.arange(40)))
    control = np.rint(100 * wave)
    treated = np.rint(100 * wave) * np.where(np.arange(40) >= 20, 2, 1)
    fit = series.interrupted(treated, series.step_design(40, 20, trend=False), against=control)
    assert np.exp(fit.coefficients[-1]) == pytest.approx(2.0, rel=1e-9)
    rank = series.placebo_rank(treated, 20, against=control, window=6)
    assert np.exp(rank.estimate) == pytest.approx(2.0, rel=1e-9)
    alone = series.interrupted(treated, series.step_design(40, 20, trend=False))
    assert abs(np.exp(alone.coefficients[-1]) - 2.0) > 1e-3


def test_a_period_left_out_is_as_if_it_were_not_there():
    rng = np.random.default_rng(1)
    y, keep = rng.poisson(8.0, 40).astype(float), np.arange(40) != 19
    design = series.step_design(40, 20)
    whole = series.interrupted(y, design, keep=keep)
    cut = series.interrupted(y[keep], design[keep])
    assert whole.coefficients == pytest.approx(cut.coefficients, abs=1e-9)
    assert np.isnan(whole.residuals[19])


def test_no_counts_after_the_date_is_said_not_estimated():
    fit = series.interrupted([5, 6, 4, 7, 0, 0, 0, 0], series.step_design(8, 4, trend=False))
    assert not fit.converged and fit.coefficients[1] == -np.inf
    assert "rises for ever along columns [1]" in fit.message


def test_counts_that_vary_less_than_poisson_have_an_infinite_theta():
    fit = series.interrupted(
        [5, 5, 5, 6, 5, 5, 6, 5], series.step_design(8, 4, trend=False), family="negative_binomial"
    )
    assert fit.theta == np.inf and fit.dispersion < 1


@pytest.mark.parametrize(
    ("counts", "design", "more", "message"),
    [
        ([1, -2, 3, 4], np.ones((4, 1)), {}, "counts is -2 in period 1; expected 0 or more"),
        ([0, 0, 0, 0], np.ones((4, 1)), {}, "all counts are 0"),
        ([1, np.nan, 3, 4], np.ones((4, 1)), {}, "expected a finite number"),
        ([3], np.ones((1, 1)), {}, "1 periods for 1 columns"),
        ([1, 2, 3, 4], np.ones((4, 2)), {}, "linear combinations"),
        ([1, 2, 3, 4], np.ones((4, 1)), {"offset": np.log([1.0, 0.5, 1e-300, 1]) * [1, 1, np.inf, 1]},
         "expected the log of an exposure above 0"),
        ([1, 2.5, 3, 4], np.ones((4, 1)), {"family": "negative_binomial"}, "expected a whole number"),
        ([1, 2, 3, 4], np.ones((4, 1)), {"family": "gaussian"}, "expected one of poisson"),
        ([1, 2, 3, 4], np.ones((4, 1)), {"against": [0, 0, 0, 0]}, "the control series is 0 throughout"),
    ],
)  # fmt: skip
def test_bad_input_is_said_in_words(counts, design, more, message):
    with pytest.raises(MethodError, match=message):
        series.interrupted(counts, design, **more)


@pytest.mark.parametrize("first", [0, 10, 12, -1])
def test_a_date_outside_the_series_is_refused(first):
    with pytest.raises(MethodError, match="expected periods on both sides"):
        series.step_after(10, first)
    with pytest.raises(MethodError, match="expected periods on both sides"):
        series.placebo_rank(np.arange(10) + 1, first, window=2)


def test_one_period_has_no_design():
    with pytest.raises(MethodError, match="the series has 1 period; expected two or more"):
        series.baseline_design(1)
