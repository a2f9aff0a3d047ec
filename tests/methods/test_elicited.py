"""Draws of low, best and high against the distributions' closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.elicited import draw_elicited


def test_pert_and_triangular_have_their_means_and_ends():
    low, best, high = [0.0, 10.0, 5.0], [20.0, 10.0, 5.0], [100.0, 50.0, 5.0]
    pert = draw_elicited(low, best, high, 4096)
    three = draw_elicited(low, best, high, 4096, shape="triangular")
    # PERT: (low + 4 best + high) / 6; triangular: (low + best + high) / 3.
    np.testing.assert_allclose(pert.mean(axis=0), [30.0, 100 / 6, 5.0], rtol=2e-3)
    np.testing.assert_allclose(three.mean(axis=0), [40.0, 70 / 3, 5.0], rtol=2e-3)
    for draws in (pert, three):
        assert (draws >= low).all() and (draws <= high).all()


def test_draws_are_the_same_for_the_same_seed_and_begin_alike():
    one = draw_elicited([0.0] * 3, [1.0] * 3, [4.0] * 3, 100, seed=3)
    np.testing.assert_array_equal(one, draw_elicited([0.0] * 3, [1.0] * 3, [4.0] * 3, 100, seed=3))
    np.testing.assert_array_equal(one, draw_elicited([0.0] * 3, [1.0] * 3, [4.0] * 3, 120, seed=3)[:100])
    assert not np.array_equal(one, draw_elicited([0.0] * 3, [1.0] * 3, [4.0] * 3, 100, seed=4))


def test_groups_move_together_and_others_do_not():
    draws = draw_elicited([0.0] * 3, [5.0] * 3, [10.0] * 3, 4096, groups=[1, 1, -1], correlation=0.8)
    found = np.corrcoef(draws.T)
    assert 0.7 < found[0, 1] < 0.85 and abs(found[0, 2]) < 0.05
    np.testing.assert_allclose(draws.mean(axis=0), 5.0, rtol=0.02)


def test_missing_stays_missing_and_wrong_ends_are_refused():
    assert np.isnan(draw_elicited([np.nan], [np.nan], [np.nan], 4)).all()
    for wrong in [
        ([2.0], [1.0], [3.0], 5, {}),
        ([0.0], [1.0], [2.0], 0, {}),
        ([0.0], [1.0], [2.0], 5, {"correlation": 2}),
    ]:
        *arrays, draws, options = wrong
        with pytest.raises(MethodError):
            draw_elicited(*arrays, draws, **options)
