"""The rank among placebo dates: by hand, false alarms and coverage in simulated series, power."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_series import persistent

from salience.errors import MethodError
from salience.methods import series


def test_rank_and_estimate_by_hand():
    y = np.array([4, 6, 5, 5, 4, 6, 20, 20, 20, 20, 5, 5], dtype=float)
    rank = series.placebo_rank(y, 6, window=2)
    # the window after holds 40, that before 10; dates 2 to 10, the date itself is no placebo
    assert np.exp(rank.estimate) == pytest.approx(4.0)
    assert rank.dates.tolist() == [2, 3, 4, 5, 7, 8, 9, 10]
    # only the fall at 10 is as large: log(40.5 / 10.5) either way
    assert rank.p_value == pytest.approx(2 / 9)
    assert rank.least_p == pytest.approx(1 / 9)
    # 8 placebo dates cannot give a p-value of 5 %
    assert (rank.low, rank.high) == (-np.inf, np.inf)


def test_the_period_of_the_date_belongs_to_neither_side():
    y = np.ones(60) * 10
    y[30] = 500
    rank = series.placebo_rank(y, 31, split=True, window=5)
    assert rank.estimate == pytest.approx(0.0)
    assert not np.isin(rank.dates, [0, 1, 2, 3, 4, 5]).any()


def test_exposure_is_taken_into_account():
    days = np.where(np.arange(60) < 30, 30.0, 15.0)
    rank = series.placebo_rank(2 * days, 30, np.log(days), window=6)
    assert rank.estimate == pytest.approx(0.0, abs=1e-12)


def test_steady_growth_is_no_step_when_drift_is_taken_off():
    y = np.rint(1000 * 1.03 ** np.arange(80))
    plain, level = (series.placebo_rank(y, 40, window=6, drift=drift).estimate for drift in (False, True))
    assert plain == pytest.approx(6 * np.log(1.03), abs=0.01)
    assert level == pytest.approx(0.0, abs=0.002)


def test_false_alarms_of_the_usual_errors_and_of_the_rank():
    """72 months, log-AR(1) of 0.7, mean 10, standard deviation 0.5: the issue's .57, .31, .21 and .045."""
    rng = np.random.default_rng(20)
    alarms = np.zeros(4)
    runs = 300
    for _ in range(runs):
        y = rng.poisson(persistent(rng))
        fit = series.interrupted(y, series.step_design(72, 36))
        z = abs(fit.coefficients[-1]) / np.array(
            [fit.standard_errors[-1] / np.sqrt(fit.dispersion), fit.standard_errors[-1], fit.hac_errors[-1]]
        )
        alarms += [*(z > 1.96), series.placebo_rank(y, 36, window=9).p_value <= 0.05]
    poisson, quasi, hac, rank = alarms / runs
    # three standard errors of 300 runs are .086, .08, .07 and .036
    assert poisson == pytest.approx(0.57, abs=0.09)
    assert quasi == pytest.approx(0.31, abs=0.08)
    assert hac == pytest.approx(0.21, abs=0.07)
    assert rank <= 0.05 + 0.036


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_the_interval_covers_a_planted_step(ratio):
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(150):
        y = rng.poisson(persistent(rng, 96) * np.where(np.arange(96) >= 50, ratio, 1.0))
        rank = series.placebo_rank(y, 50, window=12)
        assert rank.low <= rank.estimate <= rank.high and np.isfinite([rank.low, rank.high]).all()
        # rank and interval do not contradict each other on the side of nothing
        assert rank.p_value > 0.05 or not rank.low < 0.0 < rank.high
        held += rank.low <= np.log(ratio) <= rank.high
    # 95 % of 150 is 142.5 with a standard error of 2.7
    assert held >= 134


def test_smallest_change_is_shown_about_as_often_as_promised():
    rng = np.random.default_rng(3)
    y = rng.poisson(20.0, 96)
    fall, rise = series.smallest_change(y, 48, window=12)
    assert -1.0 < fall < 0 < rise < 1.0
    shown = 0
    for _ in range(60):
        z = rng.poisson(np.where(np.arange(96) >= 48, 20.0, 20.0 * np.exp(-rise)))
        shown += series.placebo_rank(z, 48, window=12).p_value <= 0.05
    # 80 % was asked for; 60 runs give ± 15 points, the power at other series of the kind differs by some more
    assert 0.6 <= shown / 60 <= 1.0


def test_too_few_placebo_dates_show_no_change_of_any_size():
    assert series.smallest_change(np.arange(1, 17), 8, window=4) == (-np.inf, np.inf)


def test_nothing_before_or_after():
    y = np.random.default_rng(0).poisson(10.0, 72)
    y[36:] = 0
    ceased = series.placebo_rank(y, 36, window=6)
    assert ceased.estimate == -np.inf and ceased.low == -np.inf and ceased.high < 0
    began = series.placebo_rank(y[::-1], 36, window=6)
    assert began.estimate == np.inf and began.high == np.inf and began.low > 0


def test_a_series_that_never_moves():
    rank = series.placebo_rank(np.full(60, 3.0), 30, window=6)
    assert rank.p_value == 1.0 and rank.estimate == 0.0


def test_dates_of_other_events_are_no_placebos():
    y = np.random.default_rng(0).poisson(10.0, 60)
    assert 20 not in series.placebo_rank(y, 30, window=6, exclude=(20,)).dates


def test_windows_are_shorter_near_an_end_for_all_dates():
    y = np.random.default_rng(0).poisson(10.0, 60)
    rank = series.placebo_rank(y, 56, window=6)
    assert (rank.before, rank.after) == (6, 4) and rank.dates.max() == 55


@pytest.mark.parametrize(
    ("periods", "year", "window"), [(36, 12, 4), (48, 12, 4), (72, 12, 9), (120, 12, 12), (156, 52, 19)]
)
def test_window_fits_the_length_of_the_series(periods, year, window):
    assert series.usual_window(periods, year) == window


@pytest.mark.parametrize(
    ("counts", "more", "message"),
    [
        ([0] * 40, {}, "all counts are 0"),
        ([1, 2, -1] * 12, {}, "counts is -1 in period 2"),
        ([5] * 40, {"window": 0}, "window is 0"),
        ([5] * 40, {"keep": np.arange(40) < 20}, "no period after period 20 is to be fitted"),
        ([5, 6], {}, "expected periods on both sides"),
    ],
)
def test_bad_series_are_refused(counts, more, message):
    with pytest.raises(MethodError, match=message):
        series.placebo_rank(counts, 20, **more)
