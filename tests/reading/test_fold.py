"""Folding: one spelling for what reads the same, and the way back to the text's own code points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salience.reading.fold import Folded, fold, fold_character, fold_text, fold_word, mixes_scripts

ODD = "aZ  \n\t\u00a0\u200b\u200c\u200f\u202e\u2067\ufeffيیكکئۀ۹٣5ßﬁﷺİıéÅ²½“”'`\u00adـ¨…"
UGLY = st.text(st.one_of(st.sampled_from(ODD), st.characters()))


def slow_fold(text: str) -> Folded:
    """The definition, one character at a time."""
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for piece in fold_character(character):
            if piece == " " and out and out[-1] == " ":
                continue
            out.append(piece)
            places.append(place)
    return Folded("".join(out), [*places, len(text)])


@given(UGLY)
def test_the_fast_fold_is_the_definition(text: str) -> None:
    fast, slow = fold(text), slow_fold(text)
    assert fast.text == slow.text
    assert list(fast.places) == list(slow.places)


@given(UGLY)
def test_the_way_back_never_goes_back_and_ends_at_the_end(text: str) -> None:
    folded = fold(text)
    assert len(folded.places) == len(folded.text) + 1
    assert list(folded.places) == sorted(folded.places)
    assert folded.places[-1] == len(text)
    for at, piece in enumerate(folded.text):
        assert piece in fold_character(text[folded.places[at]])


@given(UGLY)
def test_folding_a_text_and_folding_it_with_the_way_back_agree(text: str) -> None:
    assert " ".join(fold(text).text.split()) == fold_text(text)


SAME = {
    "علي": "علی", "كابل": "کابل", "مي‌رود": "میرود", "۱۴۰۲": "1402", "٢٠٢٤": "2024", "’": "'", "«": '"', "–": "-",
    "؟": "?", "ﬁre": "fire", "É": "e", "STRASSE": "straße", "طالـبان": "طالبان", "ob\u200bama": "Obama",
    "İstanbul": "istanbul", "ｆｕｌｌ": "full", "soft\u00adhyphen": "softhyphen", "`": "'",
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.items())
def test_what_reads_the_same_folds_the_same(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)
    assert fold_word(one) == fold_word(other)


def test_marks_that_make_another_word_stay() -> None:
    assert fold_text("ကို") != fold_text("က")
    assert fold_text("कि") != fold_text("कु")


def test_places_can_be_sliced_and_refuse_what_is_not_there() -> None:
    places = fold("a  ﬁ b").places
    assert places[1:4] == [1, 3, 3]
    assert places[-1] == 6
    with pytest.raises(IndexError, match="none of them"):
        places[99]


@pytest.mark.parametrize("word", ["Таliban", "ТALIBAN", "Τaliban", "Talib\u0430n", "طaliban"])
def test_a_name_of_mixed_scripts_is_flagged(word: str) -> None:
    assert mixes_scripts(word)


@pytest.mark.parametrize("word", ["Taliban", "طالبان", "Талибан", "COVID-19", "naïve", "۱۴۰۲", "القاعدة2"])
def test_a_name_of_one_script_is_not(word: str) -> None:
    assert not mixes_scripts(word)


def test_a_text_of_two_megabytes_keeps_its_places() -> None:
    folded = fold("The “group”  said é. " * 100_000)
    assert folded.places[len(folded.text)] == 21 * 100_000
