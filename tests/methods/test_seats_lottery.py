"""Apportionment against published seats, and the fairness of the lottery against its own optimality conditions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from salience.errors import MethodError
from salience.methods.apportionment import apportion, apportion_both_ways
from salience.methods.lottery import fair_lottery

# New Zealand, general election of 17 October 2020: party votes of the parties with seats, 120 seats by Sainte-Laguë.
# Electoral Commission, official results, 6 November 2020 (Labour, National, Green, ACT, Māori Party).
NEW_ZEALAND = ([1_443_545, 738_275, 226_757, 219_031, 33_630], [65, 33, 10, 10, 2])
# Netherlands, Tweede Kamer, 22 November 2023: votes of the 15 lists above the quota, 150 seats by D'Hondt. Kiesraad,
# proces-verbaal of 4 December 2023 (PVV, GL-PvdA, VVD, NSC, D66, BBB, CDA, SP, Denk, PvdD, FVD, SGP, CU, Volt, JA21).
NETHERLANDS = (
    [2_450_878, 1_643_073, 1_589_519, 1_343_287, 656_292, 485_551, 345_822, 328_225, 246_765, 235_148, 232_963,
     217_270, 212_532, 178_802, 71_345],
    [37, 25, 24, 20, 9, 7, 5, 5, 3, 3, 3, 3, 3, 2, 1],
)  # fmt: skip


def test_sainte_lague_gives_the_seats_of_new_zealand_2020():
    np.testing.assert_array_equal(apportion(NEW_ZEALAND[0], 120, "sainte-lague"), NEW_ZEALAND[1])


def test_dhondt_gives_the_seats_of_the_netherlands_2023():
    np.testing.assert_array_equal(apportion(NETHERLANDS[0], 150, "dhondt"), NETHERLANDS[1])


def test_hamilton_shows_the_alabama_paradox():
    # Balinski & Young (2001): a state can lose a seat when the house grows; 6, 6, 2 of 10 and 11.
    small, large = apportion([6, 6, 2], 10, "hamilton"), apportion([6, 6, 2], 11, "hamilton")
    np.testing.assert_array_equal(small, [4, 4, 2])
    np.testing.assert_array_equal(large, [5, 5, 1])


def test_both_ways_keeps_the_totals_and_is_a_divisor_apportionment():
    rng = np.random.default_rng(1)
    for _ in range(20):
        votes = rng.integers(1, 1000, (4, 5)).astype(float)
        rows, columns = apportion(votes.sum(axis=1), 40), apportion(votes.sum(axis=0), 40)
        given = apportion_both_ways(votes, rows, columns)
        np.testing.assert_array_equal(given.sum(axis=1), rows)
        np.testing.assert_array_equal(given.sum(axis=0), columns)
        # Balinski & Demange (1989): multipliers of rows and columns exist so that each cell is its rounded product:
        # log(n - 1/2) <= log v + r + c <= log(n + 1/2), a linear feasibility problem.
        i, j = np.indices(votes.shape).reshape(2, -1)
        design = np.zeros((20, 9))
        design[np.arange(20), i], design[np.arange(20), 4 + j] = 1.0, 1.0
        upper = np.log(given + 0.5).ravel() - np.log(votes).ravel()
        some = given.ravel() > 0
        lower = np.log(np.maximum(given - 0.5, 0.1)).ravel() - np.log(votes).ravel()
        found = linprog(
            np.zeros(9), A_ub=np.vstack([design, -design[some]]),
            b_ub=np.concatenate([upper, -lower[some]]) + 1e-9, bounds=(None, None),
        )  # fmt: skip
        assert found.status == 0


def test_both_ways_refuses_what_cannot_be():
    with pytest.raises(MethodError, match="both must be the same"):
        apportion_both_ways([[1, 2], [3, 4]], [1, 1], [1, 2])
    with pytest.raises(MethodError, match="cannot fulfil"):
        apportion_both_ways([[1, 0], [1, 0]], [1, 1], [1, 1])
    with pytest.raises(MethodError, match="votes must be"):
        apportion([0, 0], 3)


def make_pool(persons, seats, sizes, seed):
    rng = np.random.default_rng(seed)
    features, least, most = [], [], []
    for size in sizes:
        value = rng.choice(size, persons, p=rng.dirichlet(np.ones(size) * 4))
        target = rng.dirichlet(np.ones(size) * 8)
        for v in range(size):
            features.append(value == v)
            share = 0.5 * (value == v).mean() + 0.5 * target[v]
            least.append(max(0, int(np.floor(seats * share)) - 1))
            most.append(int(np.ceil(seats * share)) + 1)
    return np.array(features).T, np.array(least), np.array(most)


def divided_maximin(features, least, most, seats, floor=None):
    """The largest smallest chance when persons may be divided: an upper bound for any lottery."""
    n = len(features)
    f = features.astype(float).T
    claim = np.hstack([-np.eye(n), np.ones((n, 1))])
    rows = np.hstack([np.vstack([f, -f]), np.zeros((2 * len(f), 1))])
    found = linprog(
        np.concatenate([np.zeros(n), [-1.0]]), A_ub=np.vstack([claim, rows]),
        b_ub=np.concatenate([np.zeros(n), most, -least]), A_eq=np.concatenate([np.ones(n), [0.0]])[None, :],
        b_eq=[seats], bounds=(0, 1),
    )  # fmt: skip
    return found.x[-1]


def test_leximin_on_200_persons_with_6_categories_reaches_its_bound_and_keeps_all_quotas():
    features, least, most = make_pool(200, 30, (2, 4, 3, 5, 2, 6), seed=1)
    found = fair_lottery(features, least, most, 30)
    bound = divided_maximin(features, least, most, 30)
    assert found.bound == pytest.approx(bound, abs=1e-6)
    assert found.relaxed and found.chances.min() == pytest.approx(bound, abs=1e-6)
    assert found.probabilities.sum() == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(found.probabilities @ found.panels, found.chances, atol=1e-9)
    counts = found.panels.astype(int) @ features
    assert (found.panels.sum(axis=1) == 30).all() and (counts >= least).all() and (counts <= most).all()
    # Optimality of leximin: nobody's chance can rise while all who have no more keep theirs.
    f = features.astype(float).T
    for person in np.random.default_rng(0).choice(200, 12, replace=False):
        own = found.chances[person]
        if own > 1 - 1e-6:
            continue
        floor = np.where(found.chances <= own + 1e-6, found.chances - 1e-7, 0.0)
        best = linprog(
            -np.eye(200)[person], A_ub=np.vstack([f, -f]), b_ub=np.concatenate([most, -least]),
            A_eq=np.ones((1, 200)), b_eq=[30], bounds=list(zip(np.maximum(floor, 0.0), np.ones(200), strict=True)),
        )  # fmt: skip
        assert -best.fun <= own + 1e-4
    assert found.draw(3).sum() == 30 and (found.draw(3) == found.draw(3)).all()


def test_where_whole_panels_cannot_reach_the_bound_leximin_is_that_of_whole_panels():
    # Three persons, pairs excluded by quotas on overlapping values: divided, each could be half of a seat more. A
    # panel of one from a triangle: at most one of each pair. Only {0}, {1}, {2} exist: a third each.
    features = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]], dtype=bool)
    found = fair_lottery(features, [0, 0, 0], [1, 1, 1], 1)
    np.testing.assert_allclose(found.chances, 1 / 3, atol=1e-6)
    # Five on a ring, at most one of neighbours, exactly two seats: each in 2 of 5 panels.
    ring = np.array([[i in (v, (v + 1) % 5) for v in range(5)] for i in range(5)])
    np.testing.assert_allclose(fair_lottery(ring, [0] * 5, [1] * 5, 2).chances, 0.4, atol=1e-6)


def test_leximin_agrees_with_enumeration_of_all_panels():
    # Enumerate every panel of a small pool and solve leximin level by level over them.
    from itertools import combinations

    for seed in range(6):
        features, least, most = make_pool(11, 4, (2, 3, 2), seed)
        panels = [
            np.isin(np.arange(11), x)
            for x in combinations(range(11), 4)
            if (features[list(x)].sum(axis=0) >= least).all()
            and (features[list(x)].sum(axis=0) <= most).all()
        ]
        if not panels:
            with pytest.raises(MethodError, match="fewest to relax"):
                fair_lottery(features, least, most, 4)
            continue
        matrix = np.array(panels).T.astype(float)
        fixed = np.full(11, np.nan)
        while np.isnan(fixed).any():
            is_open = np.isnan(fixed)
            top = _level(matrix, fixed, is_open)
            for person in np.flatnonzero(is_open):
                floor = np.where(is_open, top - 1e-9, fixed - 1e-9)
                best = linprog(
                    -matrix[person], A_ub=-matrix, b_ub=-floor, A_eq=np.ones((1, len(panels))), b_eq=[1]
                )
                if -best.fun < top + 1e-6:
                    fixed[person] = top
        found = fair_lottery(features, least, most, 4)
        np.testing.assert_allclose(np.sort(found.chances), np.sort(fixed), atol=1e-5)


def _level(matrix, fixed, is_open):
    n = matrix.shape[1]
    found = linprog(
        np.concatenate([np.zeros(n), [-1.0]]), A_ub=np.hstack([-matrix, is_open[:, None].astype(float)]),
        b_ub=np.where(is_open, 0.0, -np.nan_to_num(fixed) + 1e-9), A_eq=np.concatenate([np.ones(n), [0.0]])[None, :],
        b_eq=[1.0], bounds=(0, None),
    )  # fmt: skip
    return found.x[-1]


def test_quotas_that_no_panel_keeps_are_named():
    features = np.array([[1, 0], [1, 0], [0, 1]], dtype=bool)
    with pytest.raises(MethodError, match="at least 2 of women"):
        fair_lottery(features, [0, 2], [3, 3], 2, names=["men", "women"])
    with pytest.raises(MethodError, match="4 seats by lot from a pool of 3"):
        fair_lottery(features, [0, 0], [3, 3], 4)
