"""Words that set texts apart: the published example, one by hand, coverage and false discoveries in simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from salience.errors import MethodError
from salience.methods.words import benjamini_hochberg, distinctive_words, weighted_log_odds


def test_the_example_of_fightin_words_is_reproduced():
    """The two sentences and their scores stand in the README of the Python package fightin_words (prior 0.05)."""
    first = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "pig"]
    second = ["the", "lazy", "purple", "pig", "jumps", "over", "the", "lazier", "donkey"]
    words = sorted({*first, *second})
    found = weighted_log_odds([first.count(w) for w in words], [second.count(w) for w in words], 0.05)
    z = dict(zip(words, found.z, strict=True))
    for word in ("donkey", "lazier", "purple"):
        assert z[word] == pytest.approx(-0.6894227886807968, abs=1e-12)
    for word in ("brown", "fox", "quick"):
        assert z[word] == pytest.approx(0.6894227886807968, abs=1e-12)
    for word in ("jumps", "lazy", "over", "pig", "the"):
        assert z[word] == pytest.approx(0.0, abs=1e-12)


def test_log_odds_by_hand():
    # (2 + 1) / (3 + 2 - 3) against (1 + 1) / (3 + 2 - 2), as in equation 15 with a prior of 1 for each of two words
    found = weighted_log_odds([2, 1], [1, 2], 1)
    assert found.delta[0] == pytest.approx(np.log(3 / 2) - np.log(2 / 3))
    assert found.variance[0] == pytest.approx(1 / 3 + 1 / 2)
    assert found.delta[1] == pytest.approx(-found.delta[0])


def test_a_stronger_prior_shrinks():
    weak, strong = (weighted_log_odds([9, 1], [1, 9], prior).delta[0] for prior in (0.1, 100))
    assert 0 < strong < weak


WORDS = 60


def draw_texts(
    rng: np.random.Generator, texts: int, chance: np.ndarray, topic: float, length: int = 60
) -> np.ndarray:
    """Draw texts whose words depend on each other: each text has chances of its own around the common ones."""
    own = rng.dirichlet(chance * topic, size=texts)
    return np.array([rng.multinomial(length, p) for p in own])


def chances(rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.dirichlet(np.full(WORDS, 2.0)))[::-1]


def test_intervals_cover_and_those_for_independent_words_do_not():
    """Texts with topics of their own: 95 % intervals hold the population's log-odds in 92 to 98 % of cases."""
    rng = np.random.default_rng(7)
    held, held_naive, cases = 0, 0, 0
    for run in range(100):
        base = chances(rng)
        shift = np.exp(rng.normal(0, 0.3, WORDS))
        other = base * shift / (base * shift).sum()
        x = np.vstack([draw_texts(rng, 50, base, 30), draw_texts(rng, 50, other, 30)])
        side = np.repeat([1, 0], 50)
        found = distinctive_words(csr_array(x), side, prior=1e-6, draws=150, seed=run)
        truth = np.log(base / (1 - base)) - np.log(other / (1 - other))
        own = found.tested & (found.first >= 20) & (found.second >= 20)
        held += int(((found.low <= truth) & (truth <= found.high))[own].sum())
        naive = 1.96 * np.abs(found.delta / np.where(found.z_naive == 0, 1, found.z_naive))
        held_naive += int((np.abs(found.delta - truth) <= naive)[own].sum())
        cases += int(own.sum())
    assert cases > 3000
    assert 0.92 <= held / cases <= 0.98
    # What words taken as independent would give: the reason for resampling texts.
    assert held_naive / cases < 0.85


def test_false_discoveries_are_held_where_nothing_differs():
    """Both sides drawn alike, words dependent within texts: hardly a run of 60 finds a word, as q = 5 % promises."""
    rng = np.random.default_rng(3)
    any_found = any_naive = 0
    for run in range(60):
        x = draw_texts(rng, 80, chances(rng), 20)
        found = distinctive_words(csr_array(x), np.repeat([1, 0], 40), draws=150, seed=run)
        any_found += bool((found.q[found.tested] <= 0.05).any())
        p = 2 * (1 - _normal(np.abs(found.z_naive[found.tested])))
        any_naive += bool((benjamini_hochberg(p) <= 0.05).any())
    # Under the null the chance of any discovery is 5 %: 60 runs give 8 or more with a chance of 1 %.
    assert any_found <= 8
    assert any_naive >= 40


def _normal(z: np.ndarray) -> np.ndarray:
    from scipy.stats import norm

    return norm.cdf(z)


def test_planted_words_are_found():
    rng = np.random.default_rng(5)
    base = chances(rng)
    other = base.copy()
    other[[10, 20]] *= 5
    x = np.vstack([draw_texts(rng, 80, base, 40), draw_texts(rng, 80, other / other.sum(), 40)])
    found = distinctive_words(csr_array(x), np.repeat([0, 1], 80), draws=200, seed=1)
    clear = set(np.flatnonzero((found.q <= 0.05) & (found.delta > 0)))
    assert {10, 20} <= clear
    assert len(clear) <= 4


def test_texts_of_one_speaker_move_together():
    """One speaker's habit, repeated in many texts, is no difference between the sides."""
    rng = np.random.default_rng(2)
    x = rng.poisson(3.0, (60, 8))
    x[:20, 0] += 12  # twenty texts of one speaker of the first side
    side, speaker = np.repeat([1, 0], 30), np.concatenate([np.zeros(20), np.arange(1, 41)])
    alone = distinctive_words(csr_array(x), side, draws=300, seed=0)
    together = distinctive_words(csr_array(x), side, cluster=speaker, draws=300, seed=0)
    assert alone.q[0] <= 0.05
    assert together.q[0] > 0.05
    assert together.high[0] - together.low[0] > alone.high[0] - alone.low[0]


def test_same_seed_same_numbers():
    x = csr_array(np.random.default_rng(0).poisson(1.0, (20, 5)))
    a, b = (distinctive_words(x, np.repeat([1, 0], 10), draws=60, seed=4) for _ in range(2))
    assert np.array_equal(a.low, b.low) and np.array_equal(a.q, b.q, equal_nan=True)


def test_benjamini_hochberg_by_hand():
    # sorted p: .01 .02 .03 .5 -> .04 .04 .04 .5
    assert benjamini_hochberg([0.03, 0.5, 0.01, 0.02]) == pytest.approx([0.04, 0.5, 0.04, 0.04])
    assert len(benjamini_hochberg([])) == 0


@pytest.mark.parametrize(
    ("first", "second", "prior", "said"),
    [
        ([1, 2], [1], 0.1, "two arrays of one length"),
        ([1, -2], [1, 1], 0.1, "must not be negative"),
        ([1, 2], [1, 1], 0.0, "above 0"),
    ],
)
def test_ugly_counts_are_refused(first, second, prior, said):
    with pytest.raises(MethodError, match=said):
        weighted_log_odds(first, second, prior)


def test_ugly_texts_are_refused_or_left_untested():
    with pytest.raises(MethodError, match="two documents or more"):
        distinctive_words(csr_array(np.ones((3, 2))), [1, 0, 0])
    with pytest.raises(MethodError, match="one a document"):
        distinctive_words(csr_array(np.ones((3, 2))), [1, 0])
    with pytest.raises(MethodError, match="two documents or more"):
        distinctive_words(csr_array(np.ones((4, 2))), [1, 1, 1, 1])
    # a word that nobody uses, one that all use alike, and empty texts
    x = np.zeros((12, 3))
    x[:, 1] = 1
    found = distinctive_words(csr_array(x), np.repeat([1, 0], 6), draws=50)
    assert not found.tested.any()
    assert np.isnan(found.q).all()
    assert np.isfinite(found.delta).all()
