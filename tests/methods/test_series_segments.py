"""Change points against published values, brute force, and simulated series."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp
from simulated_series import persistent
from test_series import load

from salience.errors import MethodError
from salience.methods import series

# Coal-mining disasters by year, 1851-1962 (Jarrett 1979, Biometrika 66; 191 events).
COAL = [
    4, 5, 4, 1, 0, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5, 3, 4, 2, 5, 2, 2, 3, 4, 2, 1,
    3, 2, 2, 1, 1, 1, 1, 3, 0, 0, 1, 0, 1, 1, 0, 0, 3, 1, 0, 3, 2, 2, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0,
    1, 1, 0, 2, 3, 3, 1, 1, 2, 1, 1, 1, 1, 2, 3, 3, 0, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1,
]  # fmt: skip


def year(first: int) -> int:
    """Return the last year of the regime before."""
    return 1850 + first


def test_coal_is_the_file_of_r(shared_data: Path):
    assert load(shared_data, "coal.csv")["disasters"].tolist() == COAL and sum(COAL) == 191


def test_best_single_change_in_coal():
    best = series.single_change(COAL)
    assert year(best.first) == 1891
    assert (best.log_likelihood, best.without) == pytest.approx((-168.576, -203.570), abs=6e-4)
    assert (best.before, best.after) == pytest.approx((3.09756, 0.90141), abs=6e-6)


def test_posterior_of_one_change_in_coal():
    """With gamma(2, 1) on both rates, computed in R: mode 1891 (.23835), 1890 .18425, 1889 .14631, 95 % 1886-1896."""
    found = series.change_points(COAL, shape=2, rate=1)
    chance = found.places[0][0]
    assert [year(i) for i in np.argsort(-chance)[:3]] == [1891, 1890, 1889]
    assert np.sort(chance)[::-1][:3] == pytest.approx([0.23835, 0.18425, 0.14631], abs=6e-6)
    assert [year(i) for i in found.change(1, 1)] == [1891, 1886, 1896]
    assert found.no_change < 1e-10


def test_nile_has_a_break_in_1898(shared_data):
    """Bai's interval (R's strucchange) is 1895-1902; the posterior given one break is narrower and lies within."""
    flow = load(shared_data, "nile.csv")["flow"]
    best = series.single_change(flow, family="normal")
    assert 1870 + best.first == 1898
    assert (best.before, best.after) == pytest.approx((1097.75, 849.97), abs=6e-3)
    found = series.change_points(flow, family="normal")
    mode, low, high = (1870 + i for i in found.change(1, 1))
    assert mode == 1898 and 1895 <= low <= 1898 <= high <= 1902
    assert found.no_change < 1e-6 and found.most_probable == 1
    assert found.level[10] == pytest.approx(1097.75, abs=25) and found.level[80] == pytest.approx(
        849.97, abs=25
    )


def brute_force(y, changes, shortest, shape, rate):
    """Sum over all ways of cutting the series, one by one."""
    n = len(y)
    terms, at = [], np.zeros((changes, n))
    for cut in itertools.combinations(range(1, n), changes):
        edges = (0, *cut, n)
        if min(np.diff(edges)) < shortest:
            continue
        total = sum(
            shape * np.log(rate) - gammaln(shape) + gammaln(shape + y[a:b].sum())
            - (shape + y[a:b].sum()) * np.log(rate + b - a) - gammaln(y[a:b] + 1.0).sum()
            for a, b in itertools.pairwise(edges)
        )  # fmt: skip
        terms.append((total, cut))
    logs = np.array([t for t, _ in terms])
    for log, cut in terms:
        for i, c in enumerate(cut):
            at[i, c] += np.exp(log - logsumexp(logs))
    return logsumexp(logs) - np.log(len(logs)), at


@pytest.mark.parametrize("shortest", [1, 2, 3])
def test_the_recursion_is_the_sum_over_all_cuts(shortest):
    y = np.array([3, 1, 4, 1, 9, 8, 7, 0, 1, 0, 2, 1])
    found = series.change_points(y, shape=1.5, rate=0.7, most=3, shortest=shortest)
    for changes in (0, 1, 2, 3):
        evidence, at = brute_force(y, changes, shortest, 1.5, 0.7)
        assert found.log_evidence[changes] == pytest.approx(evidence, abs=1e-9)
        if changes:
            assert found.places[changes - 1] == pytest.approx(at, abs=1e-9)
    assert found.number.sum() == pytest.approx(1.0)
    assert found.location.sum() == pytest.approx(found.number @ np.arange(4))


def test_two_changes_are_found_where_they_are():
    rng = np.random.default_rng(2)
    y = rng.poisson(np.repeat([4.0, 15.0, 6.0], 40))
    found = series.change_points(y)
    assert found.most_probable == 2
    assert found.change(1, 2)[0] == pytest.approx(40, abs=2) and found.change(2, 2)[0] == pytest.approx(
        80, abs=2
    )
    truth = np.repeat([4.0, 15.0, 6.0], 40)
    assert ((found.low <= truth) & (truth <= found.high)).mean() > 0.9


def test_three_thousand_weeks_are_exact_and_quick():
    y = np.random.default_rng(0).poisson(np.repeat([5.0, 8.0], 1500))
    found = series.change_points(y, most=3, draws=20)
    assert found.most_probable == 1 and found.change(1, 1)[0] == pytest.approx(1500, abs=20)
    assert np.isfinite(found.log_evidence).all()


def test_persistence_is_not_taken_for_change():
    """Under independence nearly every persistent series "changed"; with the long run's dispersion few do."""
    rng = np.random.default_rng(5)
    alone = carried = 0
    for _ in range(60):
        y = rng.poisson(persistent(rng))
        alone += series.change_points(y, draws=1).no_change < 0.05
        carried += series.change_points(y, draws=1, dispersion=series.long_run_dispersion(y)).no_change < 0.05
    assert alone >= 54 and carried <= 12


def test_a_real_step_in_a_persistent_series_is_found():
    rng = np.random.default_rng(6)
    found = 0
    for _ in range(30):
        y = rng.poisson(persistent(rng, persistence=0.4) * np.where(np.arange(72) >= 36, 3.0, 1.0))
        found += series.change_points(y, draws=1, dispersion=series.long_run_dispersion(y)).no_change < 0.05
    assert found >= 26


def test_dispersions_of_independent_counts_are_near_one():
    y = np.random.default_rng(1).poisson(10.0, 400)
    assert series.local_dispersion(y) == pytest.approx(1.0, abs=0.25)
    assert series.long_run_dispersion(y) == pytest.approx(1.0, abs=0.3)


def test_smallest_undated_change_grows_with_the_dispersion():
    y = np.full(72, 10.0)
    near, far = (series.smallest_undated_change(y, dispersion=d) for d in (1.0, 6.0))
    assert 1.2 < near < 1.8 < far
    assert series.smallest_undated_change(np.r_[np.zeros(71), 3.0], dispersion=3.0) == np.inf


@pytest.mark.parametrize(
    ("counts", "more", "message"),
    [
        ([4], {}, r"the series has 1 period\(s\); expected 2"),
        ([0, 0, 0], {}, "all counts are 0"),
        ([1, -1, 2], {}, "counts is -1 in period 1"),
        ([1, 2, 3], {"exposure": [1, 0, 1]}, "exposure is 0 in period 1, which has 2 counts"),
        ([5, 5, 5], {"family": "normal"}, "all values are the same"),
        ([1, 2, 3], {"dispersion": 0.0}, "expected all above 0"),
        ([1, 2, 3], {"shortest": 3}, "too few for two segments"),
        ([1, 2, 3], {"family": "binomial"}, "expected 'poisson' or 'normal'"),
    ],
)
def test_bad_series_are_refused(counts, more, message):
    with pytest.raises(MethodError, match=message):
        series.change_points(counts, **more)


def test_a_gap_without_exposure_says_nothing():
    y = np.r_[np.full(20, 5.0), np.zeros(10), np.full(20, 5.0)]
    gap = np.r_[np.ones(20), np.zeros(10), np.ones(20)]
    assert series.change_points(y, gap).no_change > 0.8
    assert series.change_points(y).no_change < 0.01
