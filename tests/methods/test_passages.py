"""Shared passages: planted ones are all found, also with small changes; MinHash finds copies alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import MethodError
from salience.methods.near_duplicates import near_duplicates
from salience.methods.passages import find_passages


def numbers(*texts: str) -> list[np.ndarray]:
    known: dict[str, int] = {}
    return [np.array([known.setdefault(w, len(known)) for w in text.split()], np.int64) for text in texts]


def alphabet(start: int, words: int) -> str:
    return " ".join(f"w{k}" for k in range(start, start + words))


def test_a_passage_is_found_with_its_exact_edges():
    shared = alphabet(1000, 20)
    found = find_passages(numbers(f"a b c {shared} d", f"{shared} x y"))
    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])
    assert (found.first_start.tolist(), found.first_end.tolist()) == ([3], [23])
    assert (found.second_start.tolist(), found.second_end.tolist()) == ([0], [20])
    assert found.same.tolist() == [1.0]


def test_a_changed_word_and_an_added_one_do_not_break_a_passage():
    words = alphabet(0, 40).split()
    changed = words.copy()
    changed[15] = "other"
    changed.insert(28, "more")
    found = find_passages(numbers(" ".join(words), " ".join(changed)))
    assert len(found.first) == 1
    assert (found.first_start[0], found.first_end[0]) == (0, 40)
    assert found.second_end[0] == 41
    assert found.same[0] == pytest.approx(39 / 40)


def test_two_passages_of_one_pair_are_two_and_order_does_not_matter():
    one, two = alphabet(0, 15), alphabet(100, 15)
    found = find_passages(numbers(f"{one} p q r s t u {two}", f"{two} v w x y z {one}"))
    assert sorted(zip(found.first_start.tolist(), found.second_start.tolist(), strict=True)) == [
        (0, 20),
        (21, 0),
    ]


def test_eleven_words_are_short_of_a_passage_of_twelve():
    texts = numbers(f"a {alphabet(0, 11)} b", f"c {alphabet(0, 11)} d")
    assert len(find_passages(texts).first) == 0
    assert len(find_passages(texts, minimum=11).first) == 1


def test_texts_of_one_source_are_not_compared():
    same = alphabet(0, 30)
    found = find_passages(numbers(same, same, f"x {same}"), np.array([0, 0, 1]))
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 2), (1, 2)]


def test_a_formula_is_counted_and_left_out():
    formula = alphabet(0, 8)
    texts = numbers(
        *(f"{alphabet(1000 + 50 * k, 20)} {formula} {alphabet(100_000 + 50 * k, 20)}" for k in range(12))
    )
    assert find_passages(texts, common=10, minimum=8).formulas == 1
    assert len(find_passages(texts, common=10, minimum=8).first) == 0
    assert len(find_passages(texts, common=12, minimum=8).first) == 12 * 11 // 2


def test_planted_passages_are_all_found_and_minhash_finds_hardly_any():
    """300 passages of 60 words planted in texts of 400 from a skewed vocabulary; each found to within two words.

    Beside it MinHash: of the same pairs it finds none at a resemblance of 0.5, but all of 100 copies with one word
    in thirty changed.
    """
    rng = np.random.default_rng(11)
    vocabulary = np.arange(1, 5001)
    chance = 1 / vocabulary / (1 / vocabulary).sum()
    texts = [rng.choice(5000, 400, p=chance) for _ in range(600)]
    where = []
    for k in range(300):
        begin, target = rng.integers(0, 340, 2)
        texts[300 + k][target : target + 60] = texts[k][begin : begin + 60]
        where.append((int(begin), int(target)))
    found = find_passages([t.astype(np.int64) for t in texts])
    reached = {
        (a, b): (s, e, t)
        for a, b, s, e, t in zip(found.first.tolist(), found.second.tolist(), found.first_start.tolist(),
                                 found.first_end.tolist(), found.second_start.tolist(), strict=True)
    }  # fmt: skip
    for k, (begin, target) in enumerate(where):
        start, end, second = reached[k, 300 + k]
        assert start <= begin and end >= begin + 60
        assert start >= begin - 6 and end <= begin + 66
        assert second == target - (begin - start)
    assert len(found.first) == 300  # and nothing that was not planted
    written = [" ".join(map(str, t)) for t in texts]
    assert len(near_duplicates(written, threshold=0.5).first) == 0
    copies = [t.copy() for t in texts[:100]]
    for copy in copies:
        copy[rng.choice(400, 13, replace=False)] = 0
    whole = near_duplicates([*written[:100], *(" ".join(map(str, t)) for t in copies)], threshold=0.5)
    assert {(a, b) for a, b in zip(whole.first.tolist(), whole.second.tolist(), strict=True)} >= {
        (k, 100 + k) for k in range(100)
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), max_size=40), max_size=5))
def test_what_is_found_is_really_there(texts):
    """Few words make many repeats: spans lie in their texts and share as many words as is said."""
    documents = [np.array(text, np.int64) for text in texts]
    found = find_passages(documents, anchor=3, minimum=4)
    for k in range(len(found.first)):
        a = documents[found.first[k]][found.first_start[k] : found.first_end[k]]
        b = documents[found.second[k]][found.second_start[k] : found.second_end[k]]
        assert len(a) == found.first_end[k] - found.first_start[k] >= 4
        assert len(b) == found.second_end[k] - found.second_start[k]
        assert 0 < found.same[k] <= 1
        if found.same[k] == 1.0 and len(a) == len(b):
            assert np.array_equal(a, b)


def test_ugly_texts():
    none = find_passages([])
    assert len(none.first) == 0 and none.formulas == 0
    assert len(find_passages([np.empty(0, np.int64), np.array([1, 2])]).first) == 0
    # one word a hundred thousand times over, in two texts
    long = np.zeros(100_000, np.int64)
    found = find_passages([long, long[:50]])
    assert (found.first_end - found.first_start >= 12).all()
    with pytest.raises(MethodError, match="2 <= anchor <= minimum"):
        find_passages([], anchor=8, minimum=5)
    with pytest.raises(MethodError, match="one a document"):
        find_passages([long], np.array([1, 2]))
