"""Near-duplicates: every pair above the threshold is found, with its exact similarity, and nothing else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import MethodError
from salience.methods.near_duplicates import (
    band_keys,
    candidate_pairs,
    group_copies,
    near_duplicates,
    resemblance,
)

WORDS = [f"w{n}" for n in range(400)]


def brute_force(texts: list[str], threshold: float) -> dict[tuple[int, int], float]:
    """Return all pairs by Broder's definition: Jaccard similarity of the sets of word triples."""
    sets = []
    for text in texts:
        words = text.lower().split()
        sets.append({tuple(words[k : k + 3]) for k in range(max(1, len(words) - 2))})
    alike = {
        (i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j])
        for i, j in itertools.combinations(range(len(texts)), 2)
    }
    return {pair: value for pair, value in alike.items() if value >= threshold}


def wire(seed: int, copies: int) -> list[str]:
    """Return texts of 60 words, each with copies in which one word was changed."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(40):
        words = list(rng.choice(WORDS, 60))
        texts.append(" ".join(words))
        for _ in range(copies):
            changed = list(words)
            changed[int(rng.integers(60))] = f"x{rng.integers(1000)}"
            texts.append(" ".join(changed))
    return texts


def test_pairs_and_similarities_are_those_of_comparing_every_text_with_every_other() -> None:
    texts = wire(1, 1)
    found = near_duplicates(texts, threshold=0.8)
    told = dict(
        zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.similarity, strict=True)
    )
    expected = brute_force(texts, 0.8)
    assert told.keys() == expected.keys()
    assert all(told[pair] == pytest.approx(expected[pair], abs=1e-12) for pair in expected)


def test_banding_finds_a_pair_as_often_as_the_formula_says() -> None:
    # Leskovec, Rajaraman & Ullman 2020, 3.4.2: 1 - (1 - s^r)^b, here with s near 0.5, r = 3, b = 16: 0.88.
    rng = np.random.default_rng(3)
    texts = []
    for _ in range(400):
        words = list(rng.choice(WORDS, 92, replace=False))
        other = words[:62] + [f"y{rng.integers(10**6)}" for _ in range(30)]
        texts += [" ".join(words), " ".join(other)]  # 60 of 120 triples are shared
    assert resemblance(texts[0], texts[1]) == pytest.approx(0.5)
    found = near_duplicates(texts, threshold=0.4)
    share = len(found.first) / 400
    expected = 1 - (1 - 0.5**3) ** 16
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 400)


def test_case_and_spaces_do_not_count_and_equal_texts_are_pairs() -> None:
    found = near_duplicates(["One two three four.", "one  TWO three\nfour.", "Other words stand here."])
    assert (found.first.tolist(), found.second.tolist(), found.similarity.tolist()) == ([0], [1], [1.0])


def test_a_group_of_many_copies_is_one_group_and_not_a_square_of_pairs() -> None:
    texts = ["the same headline of the same wire"] * 5_000 + ["something else that happened there"]
    found = near_duplicates(texts)
    assert len(found.first) == 4_999
    assert len(set(group_copies(len(texts), found))) == 2


def test_blocks_give_the_same_candidates_as_all_texts_at_once() -> None:
    texts = wire(5, 2)
    blocks = [band_keys(texts[begin : begin + 7]) for begin in range(0, len(texts), 7)]
    assert np.array_equal(candidate_pairs(np.concatenate(blocks, axis=1)), candidate_pairs(band_keys(texts)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_texts_give_pairs_in_order_that_reach_the_threshold(texts: list[str]) -> None:
    found = near_duplicates(texts, threshold=0.7)
    assert (found.first < found.second).all()
    for i, j, alike in zip(found.first, found.second, found.similarity, strict=True):
        assert alike >= 0.7
        assert resemblance(texts[i], texts[j]) == pytest.approx(alike)
    equal = {(i, j) for i, j in itertools.combinations(range(len(texts)), 2)
             if " ".join(texts[i].lower().split()) == " ".join(texts[j].lower().split())}  # fmt: skip
    labels = group_copies(len(texts), found)
    assert all(labels[i] == labels[j] for i, j in equal)


def test_no_texts_give_no_pairs_and_a_bad_threshold_is_refused() -> None:
    assert len(near_duplicates([]).first) == 0
    assert candidate_pairs(band_keys([])).shape == (0, 2)
    with pytest.raises(MethodError, match="threshold"):
        near_duplicates(["a"], threshold=0)
