"""Seating: published examples, brute force on small profiles, and that weights are people, not organisations."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.seats.audit import (
    find_violations,
    find_witnesses,
    received_seats,
    repair_list,
    unrepresented,
)
from salience.methods.seats.limits import make_limits, no_limits, smallest_conflict, unit
from salience.methods.seats.proposal import approval_score, price_limits, proportional_approval
from salience.methods.seats.rules import equal_shares, sequential_phragmen

# Lackner & Skowron (2023), Multi-Winner Voting with Approval Preferences, Example 2.1: candidates a to g.
A, B, C, D, E, F, G = range(7)


def ballots(candidates: int, *groups: tuple[float, tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    approvals = np.zeros((len(groups), candidates), dtype=bool)
    for row, (_, members) in zip(approvals, groups, strict=True):
        row[list(members)] = True
    return np.array([w for w, _ in groups], dtype=float), approvals


def subsets(items):
    return chain.from_iterable(combinations(items, r) for r in range(1, len(items) + 1))


def brute_force(approvals: np.ndarray, chosen: np.ndarray, weights: np.ndarray) -> tuple[bool, bool, bool]:
    """JR, EJR+ and PJR+ by their definitions: every group, every candidate, every level."""
    voters = len(approvals)
    k, total = int(chosen.sum()), weights.sum()
    fails = [False, False, False]
    for group in subsets(range(voters)):
        rows = approvals[list(group)]
        weight = weights[list(group)].sum()
        if not (rows.all(axis=0) & ~chosen).any():
            continue
        has = (rows & chosen).sum(axis=1)
        together = int((rows.any(axis=0) & chosen).sum())
        for level in range(1, k + 1):
            if weight * k >= level * total - 1e-9:
                fails[0] |= level == 1 and together == 0
                fails[1] |= bool((has < level).all())
                fails[2] |= together < level
    return tuple(fails)


def test_verifiers_agree_with_brute_force_on_2000_profiles():
    rng = np.random.default_rng(11)
    seen = np.zeros(3, dtype=int)
    checked = 0
    while checked < 2000:
        voters, candidates = rng.integers(2, 7), rng.integers(2, 7)
        approvals = rng.random((voters, candidates)) < rng.choice([0.3, 0.5, 0.7])
        if not approvals.any():
            continue
        # Whole numbers, so that weights meet thresholds exactly now and then.
        weights = rng.integers(1, 4, voters).astype(float)
        chosen = np.zeros(candidates, dtype=bool)
        chosen[rng.permutation(candidates)[: rng.integers(1, candidates + 1)]] = True
        found = find_violations(weights, approvals, chosen)
        expected = brute_force(approvals, chosen, weights)
        assert (found.jr, found.ejr_plus, found.pjr_plus) == expected
        witnesses = {w.axiom for w in find_witnesses(weights, approvals, chosen)}
        assert witnesses == {n for n, f in zip(("JR", "EJR+", "PJR+"), expected, strict=True) if f}
        seen += expected
        checked += 1
    assert (seen > 50).all() and (seen < 1900).all()


def test_every_witness_is_a_group_that_shows_what_it_says():
    rng = np.random.default_rng(3)
    number = 0
    for _ in range(200):
        approvals = rng.random((9, 8)) < 0.4
        weights = rng.random(9) + 0.1
        weights /= weights.sum()
        chosen = np.zeros(8, dtype=bool)
        chosen[rng.permutation(8)[:4]] = True
        for w in find_witnesses(weights, approvals, chosen):
            number += 1
            assert approvals[w.group, w.candidate].all() and not chosen[w.candidate]
            assert weights[w.group].sum() == pytest.approx(w.weight, abs=1e-12)
            assert w.weight * 4 >= w.worth - 1e-9
            has = approvals[w.group][:, chosen]
            assert w.seats == (has.sum(axis=1).max() if w.axiom == "EJR+" else has.any(axis=0).sum())
            assert w.seats < w.worth
    assert number > 100


def test_splitting_one_of_three_equal_blocs_in_four_does_not_raise_its_seats():
    # Three blocs of a third each, three candidates of each bloc's own.
    own = [tuple(range(9 * b, 9 * b + 9)) for b in range(3)]
    whole = ballots(27, *((1 / 3, own[b]) for b in range(3)))
    split = ballots(27, *((1 / 12, own[0]) for _ in range(4)), (1 / 3, own[1]), (1 / 3, own[2]))
    one_each = np.ones(6), split[1]
    for rule in (equal_shares, sequential_phragmen, proportional_approval):
        seats = [sum(c < 9 for c in rule(w, a, 9).lists[0]) for w, a in (whole, split, one_each)]
        assert seats[:2] == [3, 3], rule.__name__
        # One organisation, one vote: from 3 to 7 of 9, for a seat and a half each is one for the two other blocs.
        assert seats[2] == 7, rule.__name__


@pytest.mark.parametrize("rule", [equal_shares, sequential_phragmen, proportional_approval])
def test_weights_are_clones(rule):
    rng = np.random.default_rng(2)
    for _ in range(40):
        approvals = rng.random((5, 6)) < 0.45
        counts = rng.integers(1, 5, 5)
        if not approvals.any():
            continue
        weighted = rule(counts, approvals, 3, most=200)
        cloned = rule(np.ones(counts.sum()), np.repeat(approvals, counts, axis=0), 3, most=200)
        assert set(weighted.lists) == set(cloned.lists)


def test_running_examples_of_lackner_and_skowron():
    weights, approvals = ballots(
        7, (3, (A, B)), (3, (A, C)), (2, (A, D)), (1, (B, C, F)), (1, (E,)), (1, (F,)), (1, (G,))
    )
    # PAV by enumeration of all 35 lists: the definition itself (Thiele 1895), no reading of the code.
    scores = {
        x: sum(
            w * sum(1 / r for r in range(1, int(row[list(x)].sum()) + 1))
            for w, row in zip(weights, approvals, strict=True)
        )
        for x in combinations(range(7), 4)
    }
    top = max(scores.values())
    best = proportional_approval(weights, approvals, 4, most=50)
    assert set(best.lists) == {x for x, s in scores.items() if s > top - 1e-9} and best.complete
    assert best.score * weights.sum() == pytest.approx(top, abs=1e-9)
    # The lists that the book gives: PAV abcf (Example 2.3), Phragmén abcd (2.9), equal shares abcd (2.11).
    assert best.lists == ((A, B, C, F),)
    assert sequential_phragmen(weights, approvals, 4, most=50).lists == ((A, B, C, D),)
    assert equal_shares(weights, approvals, 4, most=50).lists == ((A, B, C, D),)


def test_equal_shares_and_phragmen_differ_as_in_the_books_example_2_12():
    weights, approvals = ballots(4, (3, (C, D)), (2, (A, B)), (2, (A, C)), (1, (B, D)))
    assert equal_shares(weights, approvals, 3, most=50).lists == ((A, C, D),)
    assert sequential_phragmen(weights, approvals, 3, most=50).lists == ((B, C, D),)


def test_phragmen_and_thiele_of_1894_on_phragmens_own_example():
    # Phragmén (1899), as retold by Janson (2016, arXiv:1611.08826, Example 3.1): 1034 ABC, 519 PQR, 90 ABQ, 47 APQ,
    # three seats. Phragmén's rule elects A, P... in the order A, Q, B; with Thiele's optimisation ABQ.
    a, b, c, p, q, r = range(6)
    weights, approvals = ballots(6, (1034, (a, b, c)), (519, (p, q, r)), (90, (a, b, q)), (47, (a, p, q)))
    assert sequential_phragmen(weights, approvals, 3).lists == (tuple(sorted((a, b, q))),)
    assert proportional_approval(weights, approvals, 3).lists == (tuple(sorted((a, b, q))),)


def test_equal_shares_satisfies_ejr_plus_and_phragmen_pjr_plus():
    # Theorems of Brill & Peters (2023).
    rng = np.random.default_rng(8)
    for _ in range(100):
        approvals = rng.random((12, 10)) < 0.35
        weights = rng.random(12) + 0.05
        assert not find_violations(weights, approvals, equal_shares(weights, approvals, 5).lists[0]).ejr_plus
        assert not find_violations(
            weights, approvals, sequential_phragmen(weights, approvals, 5).lists[0]
        ).pjr_plus


def test_limits_are_kept_by_all_rules_and_pav_finds_the_best_of_those_that_keep_them():
    rng = np.random.default_rng(4)
    for _ in range(25):
        approvals = rng.random((8, 9)) < 0.4
        approvals[0] = True
        weights = rng.random(8) + 0.1
        share = rng.random(9)
        limits = make_limits(
            9,
            [
                ("share", share - 0.45, 0.0),
                ("veto", -unit(9, 0, 1), -1.0),
                ("must", unit(9, 2), 1.0),
                ("region", unit(9, 3, 4, 5), 2.0),
            ],
        )
        lists = [np.isin(np.arange(9), x) for x in combinations(range(9), 4)]
        kept = [x for x in lists if limits.kept(x).all()]
        if not kept:
            with pytest.raises(MethodError, match="the fewest to give up"):
                equal_shares(weights, approvals, 4, limits)
            continue
        for rule in (equal_shares, sequential_phragmen, proportional_approval):
            for found in rule(weights, approvals, 4, limits, most=5).lists:
                assert limits.kept(np.isin(np.arange(9), found)).all()
        best = max(approval_score(weights, approvals, np.flatnonzero(x)) for x in kept)
        assert proportional_approval(weights, approvals, 4, limits).score == pytest.approx(best, abs=1e-9)


def test_the_smallest_conflict_is_smallest():
    limits = make_limits(
        5,
        [
            ("a and b apart", -unit(5, 0, 1), -1),
            ("a", unit(5, 0), 1),
            ("b", unit(5, 1), 1),
            ("no a", -unit(5, 0), 0),
        ],
    )
    conflict = smallest_conflict(limits, 2)
    # Without "a", b alone can sit: one limit less is enough, and none is not.
    assert [limits.names[i] for i in conflict] == ["a"]
    assert smallest_conflict(limits.without(1), 2) == ()


def test_a_veto_has_its_price():
    weights, approvals = ballots(3, (0.4, (0,)), (0.35, (1,)), (0.25, (2,)))
    limits = make_limits(3, [("first refuses second", -unit(3, 0, 1), -1.0), ("idle", unit(3, 0, 1, 2), 1.0)])
    veto, idle = price_limits(weights, approvals, 2, limits)
    assert veto.represented == pytest.approx(0.75 - 0.65) and veto.groups == 0
    assert (veto.joins, veto.leaves) == ((1,), (2,))
    assert idle.score == pytest.approx(0.0) and idle.joins == ()


def test_repair_names_the_fewest_additions():
    weights, approvals = ballots(5, (0.4, (0, 1)), (0.3, (2,)), (0.3, (3,)))
    found = repair_list(weights, approvals, [0, 1], "JR")
    # At a table of 2 a seat is worth 50 %, so nobody is short of JR; at EJR+ neither.
    assert found.added == ((),)
    found = repair_list(weights, approvals, [0, 1, 4], "EJR+")
    # At 3 a seat is worth a third; 30 % is not. At 4 it is worth a quarter.
    assert found.added == ((),)
    weights, approvals = ballots(5, (0.2, (0, 1)), (0.4, (2,)), (0.4, (3,)))
    found = repair_list(weights, approvals, [0, 1, 4], "EJR+")
    assert found.added == ((2, 3),) and found.exact
    assert repair_list(weights, approvals, [0, 1, 4], "EJR+", allowed=[0, 0, 1, 0, 0]) is None


def test_seats_received_sum_to_the_seats_that_somebody_approves():
    weights, approvals = ballots(4, (0.5, (0, 1)), (0.25, (1,)), (0.25, ()))
    np.testing.assert_allclose(received_seats(weights, approvals, [0, 1, 3]), [1 + 2 / 3, 1 / 3, 0.0])
    assert unrepresented(weights, approvals, [0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w, a: equal_shares(w, a, 0), "0 seats; a table has one seat or more"),
        (lambda w, a: equal_shares(w, a, 4), "more seats than actors"),
        (lambda w, a: equal_shares(w, np.zeros_like(a), 2), "nobody approves anything"),
        (lambda w, a: equal_shares(-w, a, 2), "weights must be 0 or more"),
        (lambda w, a: equal_shares(w * np.nan, a, 2), "weights must be"),
        (lambda w, a: equal_shares(w[:1], a, 2), "shape"),
        (lambda w, a: find_witnesses(w, a, [9]), "candidate that there is not"),
        (lambda w, a: find_witnesses(w, a, []), "the list is empty"),
        (lambda w, a: find_witnesses(w, a * 2, [0]), "neither true nor false"),
        (lambda w, a: proportional_approval(w, a, 9), "more seats than actors"),
        (lambda w, a: make_limits(3, [("x", [1.0], 0)]), "one finite number"),
        (
            lambda w, a: proportional_approval(
                w, a, 2, make_limits(3, [("in", unit(3, 0), 1), ("out", -unit(3, 0), 0)])
            ),
            "the fewest to give up: (in|out)",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call, message):
    weights, approvals = np.array([1.0, 2.0]), np.array([[1, 0, 1], [0, 1, 0]])
    with pytest.raises(MethodError, match=message):
        call(weights, approvals)


def test_no_limits_allow_everything():
    assert smallest_conflict(no_limits(3), 2) == ()
