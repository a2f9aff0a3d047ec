"""Scenario discovery on boxes that were planted."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.prim import find_box


def test_a_planted_box_is_found_with_its_walls_and_no_others():
    x = np.random.default_rng(0).random((4000, 10))
    holds = (x[:, 2] > 0.6) & (x[:, 7] < 0.4)
    box = find_box(x, holds, density=1.0)
    assert box.walls == [2, 7]
    # A peel of 5 % of what is left places a wall to within 0.03.
    assert box.low[2] == pytest.approx(0.6, abs=0.03) and box.high[7] == pytest.approx(0.4, abs=0.03)
    assert box.density > 0.97 and box.coverage > 0.9
    assert box.mass == pytest.approx(holds.mean(), abs=0.03)
    np.testing.assert_array_equal(box.holds(x), (x[:, 2] >= box.low[2]) & (x[:, 7] <= box.high[7]))


def test_a_noisy_box_is_found_and_chance_builds_no_walls():
    rng = np.random.default_rng(1)
    x = rng.random((2000, 6))
    holds = rng.random(2000) < np.where(x[:, 0] > 0.7, 0.95, 0.05)
    box = find_box(x, holds)
    assert box.walls == [0] and box.low[0] == pytest.approx(0.7, abs=0.05)
    assert box.chance[0] < 0.001 and (box.chance[1:] == 1.0).all()


def test_values_that_are_alike_are_peeled_together():
    rng = np.random.default_rng(2)
    x = np.stack([rng.integers(0, 2, 1000).astype(float), rng.random(1000)], axis=1)
    box = find_box(x, x[:, 0] == 1.0)
    assert box.walls == [0] and box.density == 1.0 and box.coverage == 1.0


@pytest.mark.parametrize(
    ("x", "y"), [(np.zeros((3, 1)), [0, 0, 0]), (np.zeros((3, 1)), [1, 0]), (np.full((2, 1), np.nan), [1, 0])]
)
def test_wrong_input_is_refused(x, y):
    with pytest.raises(MethodError):
        find_box(x, y)
