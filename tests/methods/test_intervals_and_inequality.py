"""Intervals of proportions; Gini, Herfindahl and Lorenz."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binomtest

from salience.errors import MethodError
from salience.methods.inequality import concentration, lorenz, top_share
from salience.methods.intervals import around, wilson


def test_wilson_matches_newcombe_and_scipy() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    found = wilson([81, 15, 0, 1], [263, 148, 20, 29])
    np.testing.assert_allclose(found.low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(found.high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)
    oracle = binomtest(7, 31).proportion_ci(0.9, method="wilson")
    ours = wilson(7, 31, level=0.9)
    np.testing.assert_allclose([ours.low, ours.high], oracle, atol=1e-12)


def test_wilson_of_nothing_is_everything() -> None:
    found = wilson([0, 5], [0, 5])
    assert np.isnan(found.value[0])
    assert (found.low[0], found.high[0]) == (0.0, 1.0)
    assert found.high[1] == 1.0


@settings(derandomize=True)
@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_wilson_contains_the_share_and_mirrors(k: int, more: int, level: float) -> None:
    n = k + more
    one, other = wilson(k, n, level), wilson(n - k, n, level)
    assert 0 <= one.low <= one.high <= 1
    if n:
        assert one.low <= one.value <= one.high
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)


def test_interval_around_uses_t_with_few_degrees() -> None:
    # t(15) and the normal at .975: 2.131450, 1.959964 (tables).
    assert around(1.0, 2.0, 15).high == pytest.approx(1 + 2 * 2.131450, abs=2e-6)
    assert around(1.0, 2.0).low == pytest.approx(1 - 2 * 1.959964, abs=2e-6)


def test_bad_intervals_are_named() -> None:
    with pytest.raises(MethodError, match="successes is 3 of 2 trials"):
        wilson(3, 2)
    with pytest.raises(MethodError, match="successes is nan"):
        wilson(np.nan, 2)
    with pytest.raises(MethodError, match=r"level is 1\.5"):
        wilson(1, 2, level=1.5)
    with pytest.raises(MethodError, match="a standard error is -1"):
        around(0.0, -1.0)
    with pytest.raises(MethodError, match="degrees of freedom are 0"):
        around(0.0, 1.0, 0)


def test_concentration_of_known_spreads() -> None:
    equal = concentration([2, 2, 2, 2])
    assert (equal.gini, equal.herfindahl, equal.effective_number) == (0.0, 0.25, 4.0)
    one_of_four = concentration([0, 0, 0, 7])
    assert (one_of_four.gini, one_of_four.effective_number) == (0.75, 1.0)
    # 1, 2, 3, 4: mean absolute difference 1.25, mean 2.5.
    assert concentration([4, 2, 1, 3]).gini == pytest.approx(0.25)


def test_top_share_reads_the_lorenz_curve() -> None:
    values = [10, 20, 30, 40]
    assert top_share(values, 0.25) == pytest.approx(0.4)
    assert top_share(values, 0.375) == pytest.approx(0.4 + 0.15)  # half of the third largest
    assert (top_share(values, 0.0), top_share(values, 1.0)) == (0.0, 1.0)
    curve = lorenz(values)
    np.testing.assert_allclose(curve.units, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(curve.held, [0, 0.1, 0.3, 0.6, 1])


SPREADS = hnp.arrays(float, st.integers(1, 12), elements=st.integers(0, 50).map(float)).filter(np.any)


@settings(derandomize=True)
@given(SPREADS, st.data())
def test_weights_are_repeats(values: np.ndarray, data: st.DataObject) -> None:
    times = np.array(data.draw(st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values))))
    weighted, repeated = concentration(values, times), concentration(np.repeat(values, times))
    assert weighted.gini == pytest.approx(repeated.gini, abs=1e-12)
    assert weighted.effective_number == pytest.approx(repeated.effective_number, rel=1e-12)
    assert top_share(values, 0.3, times) == pytest.approx(top_share(np.repeat(values, times), 0.3), abs=1e-12)


@settings(derandomize=True)
@given(SPREADS)
def test_gini_is_half_the_relative_mean_difference(values: np.ndarray) -> None:
    expected = np.abs(values[:, None] - values).mean() / (2 * values.mean())
    assert concentration(values).gini == pytest.approx(expected, abs=1e-12)


def test_bad_spreads_are_named() -> None:
    with pytest.raises(MethodError, match="values is empty"):
        concentration([])
    with pytest.raises(MethodError, match="values sum to 0"):
        concentration([0, 0])
    with pytest.raises(MethodError, match="values is -1 in entry 1"):
        concentration([3, -1])
    with pytest.raises(MethodError, match="share is 10"):
        top_share([1, 2], 10)
