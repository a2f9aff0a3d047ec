"""Two lists, lower bounds and unseen groups against published numbers and formulas."""

import numpy as np
import pytest
from capture_tables import KOSOVO, UK
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import MethodError
from salience.methods.capture import chao_lower, chapman, lincoln_petersen, log_linear, unseen_species
from salience.methods.capture.curves import expected_richness


def test_chapman_and_lincoln_petersen_are_the_formulas():
    # 200 marked, 150 caught, 30 of them marked
    assert lincoln_petersen(200, 150, 30).estimate == 1000
    found = chapman(200, 150, 30)
    assert found.estimate == pytest.approx(201 * 151 / 31 - 1)
    # Seber 1970: (n1+1)(n2+1)(n1-m)(n2-m)/((m+1)²(m+2))
    assert found.standard_error**2 == pytest.approx(201 * 151 * 170 * 120 / (31**2 * 32))
    assert found.n_recorded == 320


@pytest.mark.parametrize(
    ("total", "first", "second"), [(100, 0.3, 0.4), (500, 0.1, 0.2), (2000, 0.5, 0.3), (60, 0.5, 0.6)]
)
def test_chapmans_interval_covers_truth_in_simulated_lists(total, first, second):
    rng = np.random.default_rng(5)
    a, b = rng.random((2000, total)) < first, rng.random((2000, total)) < second
    held = []
    for i in range(2000):
        found = chapman(int(a[i].sum()), int(b[i].sum()), int((a[i] & b[i]).sum()))
        held.append(found.low <= total <= found.high)
    # binomial standard deviation 0.5 points; small lists are covered a little more often
    assert 0.935 <= np.mean(held) <= 0.985


def test_two_lists_without_overlap():
    with pytest.raises(MethodError, match="no record is on both lists"):
        lincoln_petersen(10, 20, 0)
    found = chapman(10, 20, 0)
    assert found.estimate == 230
    assert "no record is on both lists" in found.warnings[0]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [((5, 4, 6), "both is 6, more than the smaller"), ((5.5, 4, 1), "n1 is 5.5"), ((5, -4, 0), "n2 is -4"),
     ((0, 4, 0), "the lists hold 0 and 4")],
)  # fmt: skip
def test_impossible_lists_are_refused(numbers, message):
    with pytest.raises(MethodError, match=message):
        chapman(*numbers)


def test_a_list_within_the_other_is_warned_of():
    found = chapman(40, 12, 12)
    assert any("lies within the other" in w for w in found.warnings)
    assert found.n_recorded == 40 <= found.low


def test_chaos_bound_with_two_lists_is_lincoln_petersen():
    found = chao_lower([[1, 0], [0, 1], [1, 1]], [170, 120, 30])
    assert found.estimate == pytest.approx(lincoln_petersen(200, 150, 30).estimate, rel=1e-9)
    # with unequal lists the bound for equal ones is no bound: (170 + 120)²/(4 · 30) > 170 · 120/30
    assert found.equal_lists == pytest.approx(320 + 290**2 / 120) and found.equal_lists > found.estimate


def test_chaos_bound_uses_what_one_and_two_lists_hold():
    # levels from three lists on are free: what is there does not move the bound while it lies above the line
    patterns, counts = KOSOVO
    found = chao_lower(patterns, counts)
    more = counts + 50 * (patterns.sum(axis=1) == 4)
    assert chao_lower(patterns, more).estimate - 50 == pytest.approx(found.estimate, rel=0.001)
    assert found.estimate > log_linear(patterns, counts, ()).estimate


def test_chaos_bound_lies_below_the_truth_where_records_differ():
    rng = np.random.default_rng(8)
    above = 0
    for _ in range(100):
        odds = np.exp(rng.normal(0, 1.2, 2000))[:, None] * np.array([0.3, 0.2, 0.4, 0.15])
        held = rng.random((2000, 4)) < odds / (1 + odds)
        patterns, counts = np.unique(held[held.any(axis=1)], axis=0, return_counts=True)
        above += chao_lower(patterns, counts).low > 2000
    assert above <= 6


GIRDLED = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2] + [1] * 12
LOGGED = [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2] + [1] * 14


@pytest.mark.parametrize(
    ("counts", "published"),
    [(GIRDLED, (43.893, 14.306, 30.511, 96.971)), (LOGGED, (61.403, 18.532, 43.502, 128.583))],
)
def test_chao1_matches_inext_on_spiders(counts, published):
    # Ellison et al. 2010, spiders of Harvard Forest; iNEXT's printed asymptotic estimates (Hsieh, Ma & Chao 2016)
    found = unseen_species(counts, replicates=10)
    ours = (found.estimate, found.standard_error, found.low, found.high)
    assert ours == pytest.approx(published, abs=6e-4)


def test_chao2_and_ice_are_the_formulas():
    # 10 samples; f1 = 4, f2 = 2: 8 + 0.9 · 16/4
    found = unseen_species([1, 1, 1, 1, 2, 2, 5, 7], samples=10, replicates=10)
    assert found.method == "Chao2"
    assert found.estimate == pytest.approx(8 + 0.9 * 4)


def test_ace_is_the_formula():
    # Rare: ten or fewer. S = 4 singletons + 2 doubletons + one of 5; abundant: one of 30.
    found = unseen_species([1, 1, 1, 1, 2, 2, 5, 30], replicates=10)
    covered = 1 - 4 / 13
    uneven = max(7 / covered * (2 * 2 + 20) / (13 * 12) - 1, 0)
    assert found.ace == pytest.approx(1 + 7 / covered + 4 / covered * uneven)


def test_rarefaction_matches_every_possible_smaller_record():
    from itertools import combinations

    counts = [3, 2, 1, 1]
    labels = np.repeat(range(4), counts)
    found = expected_richness(np.array(counts, dtype=float), 7, 1.0, np.arange(1.0, 8.0))
    for m in range(1, 8):
        drawn = [len({labels[i] for i in chosen}) for chosen in combinations(range(7), m)]
        assert found[m - 1] == pytest.approx(np.mean(drawn), abs=1e-12)


def test_a_group_never_seen_once_leaves_nothing_unseen():
    found = unseen_species([5, 3, 2, 0, 0], replicates=10)
    assert (found.estimate, found.low, found.high, found.n_recorded) == (3, 3, 3, 3)


def test_all_seen_once_is_warned_of():
    found = unseen_species([1, 1, 1], replicates=10)
    assert found.ace is None and found.estimate == pytest.approx(3 + 2 / 3 * 3)
    assert any("every group was seen once" in w for w in found.warnings)


@pytest.mark.parametrize(
    ("counts", "samples", "message"),
    [([], None, "no group was seen"), ([0, 0], None, "no group was seen"), ([1, -1], None, "counts is -1 for group 1"),
     ([1.5], None, "counts is 1.5"), ([3], 2, "seen in 3 of 2 samples"), ([1], 1, "samples is 1"),
     ([[1, 2]], None, "shape")],
)  # fmt: skip
def test_impossible_counts_are_refused(counts, samples, message):
    with pytest.raises(MethodError, match=message):
        unseen_species(counts, samples=samples)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=30))
def test_curves_rise_through_the_record(counts):
    found = unseen_species(counts, replicates=3)
    curve = found.curve
    assert (np.diff(curve.richness) >= -1e-9).all()
    at = curve.richness[np.isclose(curve.size, curve.observed)]
    assert at == pytest.approx(len(counts))
    assert len(counts) <= found.low <= found.estimate <= found.high
    assert (curve.low <= curve.richness).all() and (curve.richness <= curve.high).all()
    assert 0 <= found.coverage <= 1


def test_uk_bound_lies_under_the_models_that_allow_dependence():
    assert chao_lower(*UK).estimate < log_linear(*UK).estimate
