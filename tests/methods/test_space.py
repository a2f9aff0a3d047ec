"""Actors in a space of issues: hand-solved numbers, published power indices, invariances, refusals."""

from __future__ import annotations

from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import MethodError
from salience.methods import space

NAN = np.nan
# The exact values are fractions of small whole numbers; what is left is rounding.
EXACT = 1e-12


def test_weight_of_an_issue_by_hand():
    found = space.weigh([[0, 50, 100, NAN]], [[1, 1, 2, 9]])
    # shares 1/4, 1/4, 1/2: mean 62.5; half of the weight lies below 50 and 100 alike; variance 1718.75
    assert found.mean[0] == pytest.approx(62.5, abs=EXACT)
    assert found.median[0] == pytest.approx(75.0, abs=EXACT)
    assert found.spread[0] == pytest.approx(1718.75**0.5, abs=EXACT)
    assert found.contested[0] == pytest.approx(1718.75**0.5 / 50, abs=EXACT)


def test_contestedness_runs_from_agreement_to_half_at_each_end():
    assert space.weigh([[30, 30, 30]], [[1, 2, 3]]).contested[0] == 0.0
    assert space.weigh([[0, 100, 0]], [[1, 2, 1]]).contested[0] == pytest.approx(1.0, abs=EXACT)


def test_polarisation_is_that_of_esteban_and_ray():
    # equal masses at 0, 50, 100 and alpha 1: K/9 (50 + 100/3 + 50) with K = 4/100
    assert space.polarise([[0, 50, 100]], [[1, 1, 1]])[0] == pytest.approx(0.04 / 9 * 400 / 3, abs=EXACT)
    for alpha in (0.5, 1.0, 1.6):
        assert space.polarise([[0, 0, 100, 100]], [[1, 1, 1, 1]], alpha=alpha)[0] == pytest.approx(
            1.0, abs=EXACT
        )
    # their axiom 1: two small masses on one side that unite in their middle make more of it
    apart = space.polarise([[0, 60, 70]], [[4, 1, 1]])[0]
    united = space.polarise([[0, 65, 65]], [[4, 1, 1]])[0]
    assert united > apart
    # actors one point apart are one camp under a tolerance, and two without
    assert space.polarise([[0, 1, 99, 100]], [[1, 1, 1, 1]], 15)[0] > 0.9
    assert space.polarise([[0, 1, 99, 100]], [[1, 1, 1, 1]], 0)[0] < 0.6


def test_fullest_window_by_hand():
    found = space.fullest_window([[0, 10, 40, 50, 60, NAN]], [[1, 1, 1, 1, 1, 50]], 10)
    assert found.share[0] == pytest.approx(0.6, abs=EXACT)
    assert found.inside.tolist() == [[False, False, True, True, True, False]]
    assert found.centre[0] == 50
    # ends count as inside, whatever rounding makes of them; of two as full the lower is taken
    assert space.fullest_window([[0.1, 0.3, 70, 70.2]], [[1, 1, 1, 1]], 0.1).inside.tolist() == [
        [True, True, False, False]
    ]


def test_distances_by_hand_and_over_shared_issues_only():
    x = np.array([[[0.0, 0.0, NAN], [30.0, 40.0, 5.0], [NAN, NAN, 90.0]]])
    apart = space.distances(x)[0]
    assert apart[0, 1] == pytest.approx(((900 + 1600) / 2) ** 0.5, abs=EXACT)
    assert apart[1, 2] == pytest.approx(85, abs=EXACT)
    assert np.isnan(apart[0, 2])
    care = np.array([[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    # nobody cares about the second issue, and the first alone parts them; of the third only the issue itself is left
    assert space.distances(x, care)[0, 0, 1] == pytest.approx(30, abs=1e-6)
    assert space.distances(x, care)[0, 1, 2] == pytest.approx(85, abs=1e-6)
    known = np.isfinite(apart)
    assert len(set(space.connected(known).tolist())) == 1
    assert len(set(space.connected(np.eye(3, dtype=bool)).tolist())) == 3


def plane(seed: int = 0, actors: int = 9) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(actors, 2)) * [30, 12]


def between(x: np.ndarray) -> np.ndarray:
    return np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))


def test_map_of_a_plane_is_that_plane():
    x = plane()
    found = space.map_actors(np.repeat(between(x)[None], 3, axis=0))
    assert found.stress.max() < 1e-5
    assert np.abs(between(found.reference) - between(x)).max() < 1e-3  # where the steps of majorisation stop
    assert np.abs(found.draws - found.reference).max() < 1e-3
    assert found.kept.sum() == pytest.approx(1.0, abs=EXACT)
    assert found.kept[0] > found.kept[1]


def test_map_of_a_plane_survives_missing_distances():
    x = plane(1)
    apart = between(x)
    for a, b in ((0, 1), (2, 7), (3, 8), (4, 5)):
        apart[a, b] = apart[b, a] = NAN
    found = space.map_actors(apart[None])
    assert found.stress[0] < 1e-3
    assert np.abs(between(found.reference) - between(x)).max() < 0.5  # points of a scale of about 100


def test_stress_of_four_actors_equally_far_apart():
    # A square with side a and diagonal a sqrt 2 is the best of four equal distances d = 1: raw stress
    # 4 (a - 1)^2 + 2 (a sqrt 2 - 1)^2 is least at a = (4 + 2 sqrt 2)/8, and stress-1 is the root of that over 8 a^2.
    a = (4 + 2 * 2**0.5) / 8
    expected = ((4 * (a - 1) ** 2 + 2 * (a * 2**0.5 - 1) ** 2) / (8 * a**2)) ** 0.5
    found = space.map_actors((1.0 - np.eye(4))[None])
    assert found.stress[0] == pytest.approx(expected, abs=1e-4)


@given(angle=st.floats(0, 6.28), mirror=st.booleans(), dx=st.floats(-50, 50), dy=st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_alignment_undoes_turning_mirroring_and_moving(angle, mirror, dx, dy):
    x = plane(2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (x @ turn) * ([-1, 1] if mirror else [1, 1]) + [dx, dy]
    aligned = space.align(moved[None], x)[0]
    assert np.abs(aligned - x).max() < 1e-9
    # it never changes a distance, also towards another reference
    other = space.align(moved[None], plane(3))[0]
    assert np.abs(between(other) - between(x)).max() < 1e-9


def test_axes_mean_the_issues_that_go_with_them():
    x = plane(4)
    positions = np.stack([2 * x[:, 0] + 5, -x[:, 1], np.full(9, 7.0)], axis=1)[None]
    found = space.correlate_axes(x[None], positions)[0]
    assert found[0, 0] == pytest.approx(1.0, abs=1e-9)
    assert found[1, 1] == pytest.approx(-1.0, abs=1e-9)
    assert np.isnan(found[2]).all()  # all want the same: it says nothing of any axis


def test_groups_that_stand_apart_hold_together():
    rng = np.random.default_rng(0)
    x = np.array([[0, 0]] * 4 + [[80, 0]] * 3) + rng.normal(0, 4, (40, 7, 2))
    found = space.group_actors(np.array([between(each) for each in x]))
    assert found.labels.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert found.within.min() == 1.0
    assert found.beyond.max() == 0.0
    assert (found.number == 2).all()
    assert found.silhouette.min() > 0.7


def test_groups_of_noise_are_weak_and_do_not_hold():
    rng = np.random.default_rng(1)
    x = rng.normal(0, 10, (60, 12, 6))
    found = space.group_actors(np.array([between(each) for each in x]))
    assert np.median(found.silhouette) < 0.25
    assert np.nanmean(found.within) < 0.8


def test_silhouette_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    from salience.methods.space.groups import _silhouette

    x = plane(5, 14)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3])
    expected = metrics.silhouette_score(between(x), labels, metric="precomputed")
    assert _silhouette(between(x), labels) == pytest.approx(expected, abs=1e-9)


def test_power_in_the_council_of_the_eec_of_1958():
    # Germany, France, Italy 4, Belgium, Netherlands 2, Luxembourg 1; 12 of 17. Felsenthal & Machover 1998, The
    # Measurement of Voting Power, chapter 5: Shapley-Shubik 14/60, 9/60 and 0; Banzhaf 10/42, 6/42 and 0.
    found = space.power_indices([4, 4, 4, 2, 2, 1], 12)
    assert found.shapley * 60 == pytest.approx([14, 14, 14, 9, 9, 0], abs=1e-9)
    assert found.banzhaf * 42 == pytest.approx([10, 10, 10, 6, 6, 0], abs=1e-9)
    assert found.swing * 32 == pytest.approx([10, 10, 10, 6, 6, 0], abs=1e-9)


def test_power_in_the_security_council():
    # 5 permanent members with a veto and 10 others; 9 votes with all permanent ones (weights 7 and 1, quota 39).
    # Shapley-Shubik 421/2145 = 0.1963 and 4/2145 = 0.001865; Banzhaf 848/5080 = 0.1669 and 84/5080 = 0.01654.
    found = space.power_indices([7] * 5 + [1] * 10, 39)
    assert found.shapley == pytest.approx([421 / 2145] * 5 + [4 / 2145] * 10, abs=1e-10)
    assert found.banzhaf == pytest.approx([848 / 5080] * 5 + [84 / 5080] * 10, abs=1e-10)


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=8).filter(lambda w: sum(w) > 0), st.floats(0.05, 1.0)
)
@settings(max_examples=60, deadline=None)
def test_power_is_what_going_through_all_coalitions_gives(weights, part):
    quota = max(1, round(part * sum(weights)))
    n = len(weights)
    shapley, swings = np.zeros(n), np.zeros(n)
    for coalition in range(1 << n):
        inside = [i for i in range(n) if coalition >> i & 1]
        held = sum(weights[i] for i in inside)
        for i in set(range(n)) - set(inside):
            if held < quota <= held + weights[i]:
                swings[i] += 1
                shapley[i] += factorial(len(inside)) * factorial(n - len(inside) - 1) / factorial(n)
    found = space.power_indices(weights, quota)
    assert found.shapley == pytest.approx(shapley, abs=1e-10)
    assert found.swing == pytest.approx(swings / 2 ** (n - 1), abs=1e-12)
    assert found.shapley.sum() == pytest.approx(1.0, abs=1e-10)


def test_power_of_sixty_actors_keeps_its_digits():
    found = space.power_indices(np.ones(60), 31)
    assert found.shapley == pytest.approx(np.full(60, 1 / 60), abs=1e-12)
    assert found.swing == pytest.approx(np.full(60, comb(59, 30) / 2**59), abs=1e-12)
    uneven = space.power_indices(np.arange(1.0, 61.0), 1500)
    assert uneven.shapley.sum() == pytest.approx(1.0, abs=1e-10)
    assert (np.diff(uneven.shapley) > -1e-12).all()


def test_power_with_weights_that_are_not_whole():
    # Rounded to 1 in 2000 of the sum; half of 0.5, 0.3, 0.2 is a tie that needs a second actor.
    found = space.power_indices(np.array([0.5, 0.3, 0.2]) * np.pi, 0.5 * np.pi * (1 + 1e-6))
    assert found.shapley == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-10)


def test_blocking_and_the_median_by_hand():
    assert space.can_block([[50, 30, 20]], 0.8).tolist() == [[True, True, False]]
    assert space.can_block([[50, 30, 20, 0]], 1.0).tolist() == [[True, True, True, False]]
    assert space.holds_median([[0, 10, 40, 50]], [[1, 1, 1, 1]]).tolist() == [[False, True, True, False]]
    assert space.holds_median([[0, 10, 40, NAN]], [[1, 1, 3, 9]]).tolist() == [[False, False, True, False]]


def test_what_an_answer_would_move_by_hand():
    # Two actors of weight 1 at 0, one of weight 2 at 0 or 100: the mean is 0 or 50, the median 0 or 50 (half of the
    # weight on either side of the gap), and all agree or no place holds four fifths.
    mean, median, consensus = space.learn([[0.0, 0.0, NAN]], [[1.0, 1.0, 2.0]], 2, [0.0, 100.0], 10, 0.8)
    assert (mean, median, consensus) == pytest.approx((25.0, 25.0, 0.5), abs=EXACT)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: space.weigh([[1.0, 2.0]], [[0.0, 0.0]]), "all weights are 0"),
        (lambda: space.weigh([[1.0, 2.0]], [[1.0, -1.0]]), "below 0"),
        (lambda: space.weigh([[1.0, 2.0]], [[1.0]]), "alike for both"),
        (lambda: space.polarise([[1.0, 2.0]], [[1.0, 1.0]], alpha=2.0), "alpha is 2"),
        (lambda: space.map_actors(np.zeros((1, 2, 2))), "three actors or more"),
        (lambda: space.map_actors(np.full((1, 4, 4), NAN)), "connected"),
        (lambda: space.group_actors(np.zeros((1, 2, 2))), "three or more"),
        (lambda: space.power_indices([1, -1], 1), "weights of 0 or more"),
        (lambda: space.power_indices([1, 1], 3), "quota 3"),
        (lambda: space.power_indices([1, 1], 0), "quota 0"),
        (lambda: space.distances(np.zeros((2, 2))), "expected \\(draws, actors, issues\\)"),
    ],
)
def test_bad_input_is_refused_in_plain_words(call, words):
    with pytest.raises(MethodError, match=words):
        call()


def test_actors_on_one_spot_make_a_map_without_nan():
    found = space.map_actors(np.zeros((2, 5, 5)))
    assert np.isfinite(found.draws).all()
    assert np.isfinite(found.stress).all()
