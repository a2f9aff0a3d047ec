"""What is looked for is found whatever the keyboard, by the database and by Python alike, and the index follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browsable import write_browsable
from salience.case import open_case
from salience.reading.fold import LETTERS
from salience.record.browsing.filters import Filter
from salience.record.browsing.selection import Selection
from salience.record.browsing.texts import search_texts
from salience.record.browsing.words import find_places
from salience.record.folding import fold_with_places, fold_words, sql_folded_text
from salience.record.ids import SEPARATOR
from salience.record.search_index import WORDS
from salience.record.store import Record
from small_ged import row, write_ged
from small_texts import write_texts_case

BURMESE = "မြန်မာ Café Herāt"


Fold = Callable[[list[str]], list[str]]


@pytest.fixture(scope="module")
def by_database() -> Iterator[Fold]:
    """Return what folds texts in the database."""
    with duckdb.connect() as connection:
        query = f"SELECT {sql_folded_text('t')} FROM (SELECT unnest(?) AS t)"
        yield lambda texts: [told for (told,) in connection.execute(query, [texts]).fetchall()]


def test_the_database_and_python_fold_every_letter_alike(by_database: Fold) -> None:
    # The Basic Multilingual Plane; beyond it, the two know of different versions of Unicode.
    letters = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000]
    # A text that holds a letter of a script with vowel signs is folded in another way.
    for texts in (letters, [letter + "က" for letter in letters[:0x3000]]):
        assert by_database(texts) == [fold_with_places(text)[0] for text in texts]


@given(
    st.text(
        st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\0"), max_size=60
    )
)
@settings(max_examples=80, deadline=None)
def test_a_text_is_folded_alike_and_every_place_leads_back(by_database: Fold, text: str) -> None:
    folded, places = fold_with_places(text)
    assert by_database([text]) == [folded]
    assert len(places) == len(folded) + 1
    assert list(places) == sorted(places)
    # How a letter is folded depends on whether a letter of a script with vowel signs is about.
    near = "က" if re.search("[\u0900-\u109f\u1780-\u17ff]", text) else ""
    alone = [fold_with_places(text[place] + near)[0].removesuffix(near) for place in places[:-1]]
    assert all(letter == " " or letter in one for letter, one in zip(folded, alone, strict=True))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("رئیس", "رئیس جمهور"), ("رييس", "رئیس جمهور"), ("مسئول", "مسؤول مسئول"), ("كابل", "کابُل"),
        ("ghazni", "Ghaznī"),
        ("herat", BURMESE), ("café", BURMESE), ("မြန်မာ", BURMESE), ("istanbul", "İSTANBUL"), ("O'Neil", "O’Neil"),
        ("۱۲", "12 killed"), ("می‌رود", "میرود"), ("two words", "two \n  words"), ("елка", "Ёлка"),
    ],
)  # fmt: skip
def test_words_are_found_whatever_the_keyboard(by_database: Fold, word: str, text: str) -> None:
    assert fold_words(word) in by_database([text])[0]
    assert find_places(text, (word,))


def test_a_vowel_sign_is_no_accent() -> None:
    # Without its signs the word for Myanmar would be found in every word of the same consonants.
    assert fold_words("မြန်မာ") != fold_words("မနမ")
    assert not find_places("မနမ", ("မြန်မာ",))


def test_letters_that_reading_takes_for_one_are_one_here() -> None:
    # Letters of one code point; the backtick is left as it is, for it stands in no name.
    same = {letter: plain for letter, plain in LETTERS.items() if letter not in "`"}
    assert {letter: fold_words(letter) for letter in same} == {
        letter: fold_words(p) for letter, p in same.items()
    }


def test_the_index_follows_imports_and_holds_each_event_once(tmp_path: Path) -> None:
    folder = write_browsable(tmp_path / "case")
    with open_case(folder) as case:
        more = [row(n, where_coordinates=f"Neuburg {n}") for n in range(20, 30)]
        case.add(write_ged(folder / "third.csv", more), "ucdp")
        assert Selection(case.record, Filter(q="neuburg")).summarise().events == 10
        for table, query in WORDS.items():
            assert _held(case.record, f"FROM {table}") == _held(case.record, query), table


def _held(record: Record, query: str) -> list[tuple[Any, ...]]:
    """Return rows in an order of their own; the pieces of words have none."""
    rows = record.connection.execute(query).fetchall()
    return sorted((*map(str, row[:-1]), *sorted(row[-1].split(SEPARATOR))) for row in rows)


def test_a_record_made_before_is_searched_while_read_only_and_indexed_when_written(tmp_path: Path) -> None:
    file = write_browsable(tmp_path / "case") / "record.duckdb"
    with Record(file) as record:
        found = Selection(record, Filter(q="village")).summarise()
        for table in WORDS:
            record.connection.execute(f"DROP TABLE {table}")
    with Record(file, read_only=True) as record:
        assert Selection(record, Filter(q="village")).summarise() == found
    with Record(file) as record:
        assert Selection(record, Filter(q="village")).summarise() == found
        assert record.rows("SELECT count(*) AS n FROM event_words")[0]["n"] == 160


def test_texts_and_headlines_are_found_folded(tmp_path: Path) -> None:
    with open_case(write_texts_case(tmp_path / "case"), read_only=True) as case:
        held = {r["sha256"]: r["words"] for r in case.record.rows("FROM text_words")}
        texts = {r["sha256"]: r["content"] for r in case.record.rows("SELECT sha256, content FROM text")}
        assert held == {sha: fold_with_places(content)[0] for sha, content in texts.items()}
        total, hits = search_texts(case.record, '"نيروهاي"')
        assert (total, hits[0].places > 0) == (1, True)


def test_folding_adds_no_letter_to_plain_english() -> None:
    assert fold_with_places("Plain, 12 Words.") == ("plain, 12 words.", range(17))
