"""Krippendorff's alpha: published values, missing codes, its interval, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.agreement import nominal_alpha

NONE = np.nan
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: 4 observers, 12 units, 7 values missing.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]
# The same paper, section B: 2 observers, 12 articles, 5 categories (a to e), no value missing.
TWO_OBSERVERS = [
    [1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1],
    [2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4],
]


def test_alpha_of_four_observers_is_the_published_one() -> None:
    found = nominal_alpha(FOUR_OBSERVERS)
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert (found.units, found.values, found.coders) == (11, 40, 4)


def test_alpha_of_two_observers_is_the_published_one() -> None:
    # 0.692 in section B.
    assert nominal_alpha(TWO_OBSERVERS).alpha == pytest.approx(0.692, abs=5e-4)


def test_alpha_is_the_coincidence_matrix_worked_out_by_hand() -> None:
    # Three units ab, aa, bb: o_ab = 1 each way of 6; n_a = n_b = 3; D_o = 2/6, D_e = 2·3·3/(6·5).
    assert nominal_alpha([[0, 0, 1], [1, 0, 1]]).alpha == pytest.approx(1 - (2 / 6) / (18 / 30), abs=1e-12)


def test_agreement_is_one_and_chance_is_none() -> None:
    same = np.tile(np.arange(40) % 3, (3, 1))
    assert nominal_alpha(same).alpha == 1
    rng = np.random.default_rng(1)
    chance = nominal_alpha(rng.integers(0, 3, (2, 20_000)), draws=20)
    # The standard error of alpha is about 0.005 with so many units.
    assert chance.alpha == pytest.approx(0, abs=0.025)


def test_names_of_categories_and_order_of_coders_do_not_matter() -> None:
    table = np.array(FOUR_OBSERVERS)
    assert nominal_alpha(table[::-1] * 7 - 3).alpha == pytest.approx(nominal_alpha(table).alpha, abs=1e-12)


def test_a_unit_of_one_code_says_nothing() -> None:
    table = np.array(FOUR_OBSERVERS)
    lone = np.full((4, 1), NONE)
    lone[2] = 9
    assert nominal_alpha(np.hstack([table, lone])).alpha == nominal_alpha(table).alpha


def test_all_alike_has_no_alpha() -> None:
    found = nominal_alpha(np.ones((2, 5)))
    assert np.isnan([found.alpha, found.low, found.high]).all()


def test_the_interval_holds_the_alpha_of_the_population() -> None:
    # Two coders who each err in 1 of 10 of two equally frequent categories agree in .82 of units: alpha = .64.
    rng, inside, trials = np.random.default_rng(7), 0, 200
    for trial in range(trials):
        truth = rng.integers(0, 2, 100)
        codes = np.where(rng.random((2, 100)) < 0.1, 1 - truth, truth)
        found = nominal_alpha(codes, draws=300, seed=trial)
        inside += found.low <= 0.64 <= found.high
    # Nominally .95; the percentile interval is known to be a little short. Three standard errors below .93 are .876.
    assert inside / trials >= 0.876


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = nominal_alpha(FOUR_OBSERVERS, seed=3), nominal_alpha(FOUR_OBSERVERS, seed=3)
    assert first == second
    assert first.low < first.alpha < first.high or first.high == 1


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([1, 2, 3], "coders by units"),
        ([[1, NONE], [NONE, 2]], "units in common"),
        ([[1, np.inf], [1, 2]], "numbers of categories"),
    ],
)
def test_bad_codes_are_refused(codes: list[object], said: str) -> None:
    with pytest.raises(MethodError, match=said):
        nominal_alpha(codes)


def test_an_impossible_level_is_refused() -> None:
    with pytest.raises(MethodError, match="level"):
        nominal_alpha(FOUR_OBSERVERS, level=1.5)
