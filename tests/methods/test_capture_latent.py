"""Latent classes: the posterior against LCMCR and against direct simulation; strata; links; unchecked lists."""

import numpy as np
import pytest
from capture_tables import DUTCH, KOSOVO, UK

from salience.errors import MethodError
from salience.methods import capture
from salience.methods.capture.kernels import Problem, dimension, log_posterior, make_room
from salience.methods.capture.latent import state_problem
from salience.methods.capture.patterns import read_table
from salience.methods.capture.walk import make_walk, run


def problem_of(patterns, counts, strata=1, classes=4, missing="not checked", impossible=None):
    table = read_table(patterns, counts, impossible, method="test", unchecked=True)
    stratum = np.arange(len(table.counts)) % strata
    return state_problem(table, stratum, table.counts, strata, classes, 0.25, 0.25, missing)[0]


UNCHECKED = (
    np.array([[1, 0, np.nan], [1, 1, 0], [0, 1, 1], [0, np.nan, 1], [0, 0, np.nan]]),
    [9, 5, 4, 3, 2],
)


@pytest.mark.parametrize(
    "problem",
    [
        problem_of(*KOSOVO, classes=5),
        problem_of(*KOSOVO, strata=3),
        problem_of(*UNCHECKED),
        problem_of(UNCHECKED[0][:4], UNCHECKED[1][:4], missing="not in operation"),
        problem_of(KOSOVO[0][:-1], KOSOVO[1][:-1], impossible=KOSOVO[0][-1:]),
        problem_of(*KOSOVO, classes=1),
    ],
    ids=["plain", "strata", "unchecked", "not in operation", "impossible", "one class"],
)
def test_gradient_is_that_of_the_posterior(problem):
    room, size = make_room(problem), dimension(problem)
    u = np.random.default_rng(4).normal(0, 0.7, size)
    slope, spare = np.zeros(size), np.zeros(size)
    log_posterior(u, 0.6, problem, room, slope)

    def height(at):
        prior, likelihood = log_posterior(at, 0.6, problem, room, spare)
        return prior + 0.6 * likelihood

    numeric = [(height(u + 1e-5 * e) - height(u - 1e-5 * e)) / 2e-5 for e in np.eye(size)]
    np.testing.assert_allclose(slope, numeric, rtol=1e-5, atol=1e-4 * np.abs(slope).max())


def test_sampler_without_data_draws_from_the_stick_breaking_prior():
    # Three classes, no records: the weights must come out as stick breaking with alpha ~ gamma(1, 1) draws them.
    rows = np.array([[2, 2], [1, 0]], dtype=np.int8)
    none = Problem(rows, np.ones(2), np.array([0, 1, 2]), np.zeros((1, 2)), 3, 1.0, 1.0, False, np.eye(2))
    rng = np.random.default_rng(6)
    walk, room = make_walk(rng.normal(size=(1, dimension(none))), np.ones(1)), make_room(none)
    kept = np.zeros((400, 1, dimension(none)))
    run(rng, 400, 1, 3.0, 0.9, walk, none, room, kept, np.zeros((0, 1, 1)))
    weights = []
    for _ in range(8000):
        run(rng, 2, 1, 3.0, -1.0, walk, none, room, np.zeros((0, 1, 1)), np.zeros((2, 1, 1)))
        log_posterior(walk.at[0], 1.0, none, room, walk.to_slope)
        weights.append(room.weights[0].copy())
    alpha = rng.gamma(1.0, 1.0, 200_000)
    v = rng.beta(1.0, np.stack([alpha, alpha]))
    direct = np.stack([v[0], (1 - v[0]) * v[1], (1 - v[0]) * (1 - v[1])], axis=1)
    # 8,000 draws with some dependence: standard error of a mean about 0.006
    np.testing.assert_allclose(np.mean(weights, axis=0), direct.mean(axis=0), atol=0.025)
    np.testing.assert_allclose(
        np.mean(np.array(weights) > 0.5, axis=0), (direct > 0.5).mean(axis=0), atol=0.03
    )


# R package LCMCR 0.4.14 with K = 10, a = b = 0.25; ends of 95 % intervals known to a few hundred.
def test_kosovo_matches_lcmcr():
    found = capture.latent_class(*KOSOVO)
    assert found.estimate == pytest.approx(10_400, rel=0.02)
    assert (found.low, found.high) == pytest.approx((9_000, 13_500), rel=0.05)
    assert found.check.rhat < 1.02 and found.check.ess_bulk > 400
    assert found.low < 10_356 < found.high  # the published estimate (Ball et al. 2002)


def test_uk_matches_lcmcr():
    found = capture.latent_class(*UK)
    assert found.estimate == pytest.approx(21_000, rel=0.08)
    assert found.low < 21_000 < found.high


def test_dutch_chains_do_not_agree_and_no_interval_is_given():
    # LCMCR's chain never leaves the hill near 50,000; scouts also find the one near 140,000.
    found = capture.latent_class(*DUTCH, draws=500)
    assert found.low is None and found.high is None
    at = sorted(mode.at for mode in found.modes)
    assert len(at) == 2
    assert at == pytest.approx([49_000, 141_000], rel=0.15)
    assert any("chains do not agree" in w for w in found.warnings)


def test_same_seed_same_draws():
    quick = {"draws": 30, "chains": 2, "classes": 4}
    first, again = (capture.latent_class(*KOSOVO, seed=3, **quick) for _ in range(2))
    assert np.array_equal(first.draws, again.draws)
    assert not np.array_equal(first.draws, capture.latent_class(*KOSOVO, seed=4, **quick).draws)


def test_one_class_is_independence():
    found = capture.latent_class(*KOSOVO, classes=1)
    plain = capture.log_linear(*KOSOVO, ())
    assert found.estimate == pytest.approx(plain.estimate, rel=0.005)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=0.01)


def simulate_independent(total, seed, chances=(0.4, 0.3, 0.25, 0.2)):
    held = np.random.default_rng(seed).random((total, len(chances))) < chances
    return np.unique(held[held.any(axis=1)], axis=0, return_counts=True)


def test_cost_does_not_grow_with_the_number_recorded():
    for size in (10, 100_000):
        patterns, counts = simulate_independent(1000, 0)
        found = capture.latent_class(patterns, counts * size, draws=50, chains=2, classes=4)
        assert np.isfinite(found.draws).all()
        assert found.n_recorded == counts.sum() * size


def test_lists_not_checked_at_random_cost_little():
    patterns, counts = simulate_independent(4000, 1)
    rng = np.random.default_rng(2)
    held = np.repeat(patterns, counts, axis=0).astype(float)
    gone = rng.random(held.shape) < 0.15
    # a list is looked through for some records only, whatever it would have shown
    held[gone] = np.nan
    held = held[~np.isnan(held).all(axis=1)]
    blank = np.nan_to_num(held, nan=-1.0)
    rows, number = np.unique(blank, axis=0, return_counts=True)
    found = capture.latent_class(np.where(rows < 0, np.nan, rows), number)
    assert found.low < 4000 < found.high
    # records found only on a list that was not checked for them are still counted
    assert found.n_recorded == number.sum() > number[(rows > 0).any(axis=1)].sum()


def test_lists_not_in_operation_divide_the_population():
    # The fourth list covers one half of the country only.
    (p1, n1), (p2, n2) = simulate_independent(3000, 3), simulate_independent(3000, 4, (0.4, 0.3, 0.25))
    p2 = np.column_stack([p2, np.full(len(p2), np.nan)])
    found = capture.latent_class(
        np.concatenate([p1, p2]), np.concatenate([n1, n2]), missing="not in operation"
    )
    assert found.low < 6000 < found.high
    with pytest.raises(MethodError, match="on none of the lists in operation"):
        capture.latent_class(
            [[1, 1, np.nan], [0, 0, np.nan], [0, 1, 1]], [5, 2, 4], missing="not in operation"
        )


def test_impossible_patterns_are_allowed_for():
    # Lists 1 and 2 cannot share a record: one takes the dead, the other those who live.
    rng = np.random.default_rng(5)
    sort = rng.random(5000) < 0.5
    held = rng.random((5000, 3)) < np.where(sort[:, None], [0.5, 0.0, 0.4], [0.0, 0.5, 0.4])
    patterns, counts = np.unique(held[held.any(axis=1)], axis=0, return_counts=True)
    found = capture.latent_class(patterns, counts, impossible=[[1, 1, 0], [1, 1, 1]])
    assert np.isfinite(found.draws).all() and found.estimate > found.n_recorded


def test_strata_lean_on_each_other_and_the_total_is_not_the_sum_of_ends():
    sizes = [600, 400, 300, 30, 3]
    parts = [simulate_independent(n, 10 + i) for i, n in enumerate(sizes)]
    patterns = np.concatenate([p for p, _ in parts] + [np.ones((1, 4), bool)])
    counts = np.concatenate([n for _, n in parts] + [[0]])
    strata = np.concatenate([np.full(len(p), i) for i, (p, _) in enumerate(parts)] + [[5]])
    found = capture.stratified(patterns, counts, strata)
    assert found.total.low < sum(sizes) < found.total.high
    for each, truth in zip(found.strata[:4], sizes, strict=False):
        assert each.low <= truth <= each.high
    few, empty = found.strata[4], found.strata[5]
    assert few.n_recorded <= 3 and any("rests on how the lists work" in w for w in few.warnings)
    assert empty.estimate is None and "no record" in empty.warnings[0]
    ends = sum(each.high for each in found.strata[:5])
    assert found.total.high < ends


def test_one_stratum_is_refused():
    with pytest.raises(MethodError, match="with one stratum use latent_class"):
        capture.stratified(*KOSOVO, np.zeros(len(KOSOVO[1])))
    with pytest.raises(MethodError, match=r"strata has shape \(3,\)"):
        capture.stratified(*KOSOVO, np.zeros(3))


def test_uncertain_links_widen_the_interval():
    rng = np.random.default_rng(7)
    patterns, counts = simulate_independent(2000, 20)

    def miss(share):
        """Return the table when a share of the matches was missed: one record becomes one on each list."""
        found = dict(zip(map(tuple, patterns.tolist()), counts.tolist(), strict=True))
        for pattern in list(found):
            if sum(pattern) > 1:
                missed = round(found[pattern] * share)
                found[pattern] -= missed
                for j in np.flatnonzero(pattern):
                    found[tuple(np.eye(4, dtype=bool)[j].tolist())] += missed
        return np.array(list(found)), np.array(list(found.values()))

    tables = [miss(share) for share in rng.uniform(0.0, 0.2, 12)]
    whole = capture.combine_links(tables, capture.decomposable)
    one = capture.decomposable(*tables[0])
    assert whole.high - whole.low > 1.3 * (one.high - one.low)
    assert 0.3 < whole.from_links < 1.0
    assert len(whole.parts) == 12
    same = capture.combine_links([tables[0]] * 3, capture.decomposable)
    assert same.from_links == pytest.approx(0, abs=1e-9)
    assert (same.low, same.high) == pytest.approx((one.low, one.high), rel=0.002)
    with pytest.raises(MethodError, match="1 capture table; expected 2 or more"):
        capture.combine_links(tables[:1], capture.decomposable)
    with pytest.raises(MethodError, match="capture table 1: no record is on two lists"):
        capture.combine_links([tables[0], ([[1, 0], [0, 1]], [3, 3])], capture.decomposable)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"classes": 0}, "classes is 0"), ({"a": 0}, "a and b are 0 and 0.25"), ({"chains": 1}, "chains is 1"),
     ({"missing": "absent"}, "missing is 'absent'")],
)  # fmt: skip
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(MethodError, match=message):
        capture.latent_class(*KOSOVO, **options)
