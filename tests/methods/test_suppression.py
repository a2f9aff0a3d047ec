"""Small counts cannot be worked out from what is shown: audited by linear programs, which the method does not use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from released import find_ranges
from salience.errors import MethodError
from salience.methods.suppression import Suppressed, suppress


def audit(counts: np.ndarray, smallest: int, kept: Suppressed) -> None:
    """Assert that each small count and total is kept back and may, for all that is shown, be `smallest`."""
    shown = np.where(kept.cells, np.nan, counts.astype(float))
    rows = np.where(kept.row_totals, np.nan, counts.sum(axis=1).astype(float))
    columns = np.where(kept.column_totals, np.nan, counts.sum(axis=0).astype(float))
    whole = np.nan if kept.whole else float(counts.sum())
    ranges = find_ranges(shown, rows, columns, whole)
    full = np.block(
        [[counts, counts.sum(axis=1)[:, None]], [counts.sum(axis=0)[None, :], np.array([[counts.sum()]])]]
    )
    small = [(int(i), int(j)) for i, j in zip(*np.nonzero((full > 0) & (full < smallest)), strict=True)]
    assert len(small) == kept.small
    for place in small:
        low, high = ranges[place]
        assert low - 1e-7 <= full[place] and high >= smallest - 1e-7, (place, low, high)


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.int64,
        st.tuples(st.integers(1, 5), st.integers(1, 6)),
        elements=st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 60)),
    ),
    st.integers(2, 8),
)
def test_no_small_count_or_total_can_be_worked_out(counts: np.ndarray, smallest: int) -> None:
    audit(counts, smallest, suppress(counts, smallest))


def test_a_small_count_takes_a_rectangle_with_it() -> None:
    # 3 may be 5 if 10 falls to 8, 12 to 10 and 14 rises to 16: those three are the cheapest other corners.
    kept = suppress([[3, 10, 90], [12, 14, 90], [90, 90, 90]], 5)
    np.testing.assert_array_equal(kept.cells, [[1, 1, 0], [1, 1, 0], [0, 0, 0]])
    assert not kept.row_totals.any() and not kept.column_totals.any() and not kept.whole
    assert kept.small == 1


def test_two_in_every_line_are_not_enough() -> None:
    """A count that alone joins two groups of others is given away though no line keeps back one count only.

    Rows and columns of the first block sum up to known totals, so the joining count is their difference.
    """
    counts = np.array([[20, 20, 3, 50], [20, 20, 50, 50], [50, 50, 20, 20], [50, 50, 20, 20]])
    hidden = np.zeros((4, 4), dtype=bool)
    hidden[:2, :2] = hidden[2:, 2:] = hidden[0, 2] = True
    assert (hidden.sum(axis=0) != 1).all() and (hidden.sum(axis=1) != 1).all()
    shown = np.where(hidden, np.nan, counts.astype(float))
    worked_out = find_ranges(shown, counts.sum(axis=1) * 1.0, counts.sum(axis=0) * 1.0, float(counts.sum()))
    assert worked_out[0, 2] == pytest.approx((3, 3))
    audit(counts, 5, suppress(counts, 5))


def test_two_ones_that_sum_to_two_need_more() -> None:
    # Both are known not to be zero, so that a shown rest of 2 would give both away.
    counts = np.array([[1, 1, 40], [1, 1, 40], [30, 30, 30]])
    kept = suppress(counts, 5)
    audit(counts, 5, kept)
    assert kept.cells[:2, :2].all() and kept.cells.sum() > 4


def test_one_row_and_one_count_are_kept_with_their_totals() -> None:
    row = suppress([[3, 40, 50]], 5)
    audit(np.array([[3, 40, 50]]), 5, row)
    one = suppress([[3]], 5)
    assert (
        one.cells.all() and one.row_totals.all() and one.column_totals.all() and one.whole and one.small == 4
    )


def test_nothing_small_nothing_kept_back() -> None:
    for counts, smallest in (([[5, 0], [9, 30]], 5), ([[3, 1], [0, 2]], 1), (np.zeros((2, 3), int), 5)):
        kept = suppress(counts, smallest)
        assert not (kept.cells.any() or kept.row_totals.any() or kept.column_totals.any() or kept.whole)


@pytest.mark.parametrize(
    ("counts", "smallest", "message"),
    [
        ([1, 2], 5, "table"),
        ([[1.5]], 5, "whole numbers"),
        ([[-1]], 5, "not negative"),
        ([[1]], 0, "smallest is 0"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(counts: list, smallest: int, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        suppress(counts, smallest)
