"""Decomposable graphs against the R package dga and against brute force."""

from itertools import combinations

import numpy as np
import pytest
from capture_tables import ARTIFICIAL, DUTCH, KOSOVO, UK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, logsumexp

from salience.errors import MethodError
from salience.methods.capture import decomposable
from salience.methods.capture.graphs import graph_terms


# R package dga 2.0.1, bma.cr, with the prior cut where it is said; computed once with R.
@pytest.mark.parametrize(
    ("table", "delta", "cut", "mean", "median", "low", "high"),
    [
        (KOSOVO, 2**-4, 35_200, 12_749, 12_595, 9_827, 16_544),
        (UK, 2**-5, 32_928, 21_097, 22_912, 10_382, 32_574),
        (DUTCH, 2**-5, 98_808, 48_054.6, 47_907, 40_846, 55_529),
        (ARTIFICIAL, 2**-3, 768, 285.1, 264, None, None),
    ],
    ids=["kosovo", "uk", "netherlands", "artificial"],
)
def test_decomposable_matches_dga(table, delta, cut, mean, median, low, high):
    found = decomposable(*table, delta, cut)
    # the references are printed to whole numbers, or to one decimal
    assert found.mean == pytest.approx(mean, abs=0.06 if mean % 1 else 0.51)
    assert found.estimate == median
    if low is not None:
        assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(("lists", "graphs"), [(2, 2), (3, 8), (4, 61), (5, 822), (6, 18_154)])
def test_every_decomposable_graph_is_there(lists, graphs):
    # number of labelled chordal graphs, OEIS A058862
    assert len(graph_terms(lists)[0]) == graphs


def test_a_graph_of_two_cliques_is_the_product_over_the_separator():
    signed, edges = graph_terms(3)
    # pairs in order 01, 02, 12; joined are 0-1 and 1-2
    row = signed[list(edges).index(0b101)]
    assert row[0b011] == 1 and row[0b110] == 1 and row[0b010] == -1 and np.abs(row).sum() == 3


def brute_force(patterns, counts, delta, cut):
    """Evaluate the posterior at every integer for three lists, clique by clique, from the published formula."""
    cells = np.zeros((2, 2, 2))
    for row, n in zip(patterns, counts, strict=True):
        cells[tuple(row.astype(int))] += n
    missing = np.arange(cut + 1.0)
    total = missing + cells.sum()

    def term(axes):
        if not axes:
            return np.zeros(len(missing))
        others = tuple(a for a in range(3) if a not in axes)
        margin = cells.sum(axis=others).ravel()
        prior = delta * 2 ** len(others)
        value = (gammaln(margin[1:] + prior) - gammaln(prior)).sum() - gammaln(prior)
        return value + gammaln(margin[0] + missing + prior) + gammaln(8 * delta) - gammaln(8 * delta + total)

    models = []
    for k in range(4):
        for edges in combinations([(0, 1), (0, 2), (1, 2)], k):
            if k == 3:
                models.append(term((0, 1, 2)))
            elif k == 2:
                shared = ({*edges[0]} & {*edges[1]}).pop()
                models.append(term(edges[0]) + term(edges[1]) - term((shared,)))
            elif k == 1:
                alone = ({0, 1, 2} - {*edges[0]}).pop()
                models.append(term(edges[0]) + term((alone,)))
            else:
                models.append(term((0,)) + term((1,)) + term((2,)))
    common = gammaln(total + 1) - gammaln(missing + 1) - np.log(total)
    heights = logsumexp(np.array(models), axis=0) + common
    return total, np.exp(heights - logsumexp(heights))


@pytest.mark.parametrize("cut", [700, 40_000])
def test_interpolated_posterior_is_the_one_at_every_integer(cut):
    patterns, counts = (
        np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]),
        [400, 300, 150, 80, 20],
    )
    total, probability = brute_force(patterns, counts, 0.125, cut)
    found = decomposable(patterns, counts, 0.125, cut)
    expected = probability[np.isin(total, found.support)]
    # the spline's error, relative to the highest point
    np.testing.assert_allclose(found.probability, expected, atol=1e-8 * expected.max(), rtol=1e-6)
    assert probability[~np.isin(total, found.support)].sum() < 1e-12


def test_grid_is_widened_until_its_end_holds_next_to_nothing():
    found = decomposable(*DUTCH)
    assert found.last_probability < 1e-6
    assert found.max_missing > 98_808


def test_cutting_the_dutch_prior_hides_a_second_hill():
    # With missing cut at 12 times the recorded, as dga's users do, the second hill is not seen at all.
    cut, wide = decomposable(*DUTCH, max_missing=98_808), decomposable(*DUTCH)
    assert len(cut.modes) == 1 and len(wide.modes) == 2
    assert wide.high > 150_000 > cut.high
    assert any("2 hills" in w for w in wide.warnings)


def test_posterior_that_runs_into_the_end_is_said_so():
    found = decomposable(*UK, max_missing=20_000)
    assert any("runs into the end of its grid at 22,744" in w for w in found.warnings)


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(4)))
def test_order_of_lists_does_not_matter(order):
    patterns, counts = KOSOVO
    found, turned = decomposable(patterns, counts), decomposable(patterns[:, order], counts)
    assert (found.estimate, found.low, found.high) == (turned.estimate, turned.low, turned.high)
    assert np.array(turned.edge_probability) == pytest.approx(
        np.array(found.edge_probability)[np.ix_(order, order)], abs=1e-9
    )


def test_ten_million_records_take_no_grid_of_ten_million_points():
    # expected counts of three independent lists, each with a chance of a half, of 16 million
    patterns = np.array([[code >> j & 1 for j in range(3)] for code in range(1, 8)])
    found = decomposable(patterns, np.full(7, 2_000_000))
    assert len(found.support) <= 1_000_001
    assert found.low < 16_000_000 < found.high
    assert found.high - found.low < 20_000


def test_complete_graph_leaves_the_answer_to_the_prior_and_that_is_said():
    # 2,500 times Kosovo's counts: every dependence is beyond doubt, and nothing is left to tell of the missing
    patterns, counts = KOSOVO
    assert any("the answer is the prior's" in w for w in decomposable(patterns, counts * 2500).warnings)
    assert not any("the prior's" in w for w in decomposable(patterns, counts).warnings)


def test_more_than_six_lists_are_refused():
    with pytest.raises(MethodError, match="at most 6 lists; found 7"):
        decomposable(np.eye(7) + np.eye(7, k=1) > 0, np.full(7, 3))


def test_a_wrong_prior_is_refused():
    with pytest.raises(MethodError, match="delta is 0; expected more than 0"):
        decomposable(*KOSOVO, 0)
    with pytest.raises(MethodError, match="max_missing is 0"):
        decomposable(*KOSOVO, None, 0)
