"""Input that cannot be used is refused in words; nothing gives nan."""

import numpy as np
import pytest
from capture_tables import KOSOVO
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import MethodError
from salience.methods import capture

METHODS = [
    capture.log_linear,
    capture.decomposable,
    lambda p, n: capture.latent_class(p, n, draws=50),
    capture.chao_lower,
]
NAMES = ["log_linear", "decomposable", "latent_class", "chao_lower"]
EVERY = pytest.mark.parametrize("method", METHODS, ids=NAMES)


@EVERY
@pytest.mark.parametrize(
    ("patterns", "counts", "message"),
    [
        ([[1], [1]], [3, 4], "needs 2 lists or more; found 1. One list cannot show what it lacks"),
        ([[1, 0], [0, 1]], [3, 4], "no record is on two lists"),
        ([[1, 1, 1]], [9], "all lists hold the same records"),
        ([[1, 0], [0, 0], [1, 1]], [3, 2, 1], "row 1 has 2 records on no list"),
        ([[1, 0], [0, 1], [1, 1]], [3, -2, 1], "counts is -2 in row 1; expected a whole number"),
        ([[1, 0], [0, 1], [1, 1]], [3, 2.5, 1], "counts is 2.5 in row 1; expected a whole number"),
        ([[1, 0], [0, 1], [1, 1]], [3, np.nan, 1], "counts is nan in row 1"),
        ([[1, 0], [0, 2], [1, 1]], [3, 2, 1], "patterns is 2 in row 1, list 1; expected 1, 0 or nan"),
        ([[1, 0, 0], [1, 1, 0]], [3, 2], "list 2 holds no record; leave it out"),
        ([[1, 0], [0, 1], [1, 1]], [0, 0, 0], "no pattern has a record"),
        ([[1, 0], [0, 1]], [3, 2, 1], "counts has shape (3,); expected (2,)"),
        ([1, 0], [3, 2], "patterns has shape (2,)"),
        ([["a", "b"]], [3], "patterns holds something that is not true, false or missing"),
    ],
    ids=["one list", "no overlap", "all equal", "empty pattern", "negative", "fractional", "nan", "two",
         "list that never captures", "no records", "lengths", "shape", "text"],
)  # fmt: skip
def test_bad_tables_are_refused_in_words(method, patterns, counts, message):
    with pytest.raises(MethodError) as error:
        method(patterns, counts)
    assert message in str(error.value)


@EVERY
def test_more_than_twelve_lists_are_refused(method):
    with pytest.raises(MethodError, match=r"at most (12|6) lists; found 13"):
        method(np.eye(13) + np.eye(13, k=1) > 0, np.full(13, 3))


@pytest.mark.parametrize("method", METHODS[:2] + METHODS[3:], ids=[*NAMES[:2], NAMES[3]])
def test_methods_that_cannot_take_unchecked_lists_say_which_can(method):
    patterns = np.array([[1, 0, np.nan], [1, 1, 0], [0, 1, 1]])
    with pytest.raises(MethodError, match=r"cannot take lists that were not checked.*latent_class can"):
        method(patterns, [3, 2, 1])


def test_impossible_patterns_are_checked():
    with pytest.raises(
        MethodError, match=r"the pattern \(1, 1, 0, 0\) is said to be impossible but has records"
    ):
        capture.log_linear(*KOSOVO, (), impossible=[[1, 1, 0, 0]])
    with pytest.raises(MethodError, match="impossible has 3 lists where patterns has 4"):
        capture.log_linear(*KOSOVO, (), impossible=[[1, 1, 0]])
    with pytest.raises(MethodError, match="on no list; expected full patterns"):
        capture.log_linear(*KOSOVO, (), impossible=[[0, 0, 0, 0]])


tables = st.integers(2, 4).flatmap(
    lambda lists: st.lists(st.integers(0, 40), min_size=2**lists - 1, max_size=2**lists - 1).map(
        lambda counts: (
            np.array([[code >> j & 1 for j in range(lists)] for code in range(1, 2**lists)]),
            np.array(counts),
        )
    )
)


@settings(max_examples=60, deadline=None)
@given(table=tables)
def test_any_table_gives_numbers_in_order_or_is_refused(table):
    for method in (METHODS[0], METHODS[1], METHODS[3], lambda p, n: capture.log_linear(p, n, ())):
        try:
            found = method(*table)
        except MethodError:
            continue
        if found.estimate is None:
            assert found.low is None and found.warnings
            continue
        assert np.isfinite([found.estimate, found.mean, found.low, found.high]).all()
        assert found.n_recorded <= found.low <= found.high
        assert found.n_recorded == table[1].sum()
        assert np.isfinite(found.support).all() and found.probability.sum() == pytest.approx(1)
