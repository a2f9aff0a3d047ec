"""Names of private persons are found in every form in which texts have them, and nothing else is masked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salience.case import open_case
from salience.record.decisions import Decision, add_decisions
from salience.record.restricted import Names, plain_words, private_names, withhold
from small_texts import write_texts_case

NAMES = Names(
    ["Daro Venn", "Anna-Maria O'Neil", "دارو ون‌زاده", "ဒေါ်အောင်", "Rose", "Ali Khan"],
    public=["Imran Khan", "Council of Daro Valley"],
    others=["Rivers Council"],
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Daro Venn told reporters.", "███ told reporters."),
        ("Later Venn added; DARO VENN again", "Later ███ added; ███ again"),
        ("said Anna-Maria O'Neil’s brother", "said ███’s brother"),
        ("⟦Daro⟧ Venn said", "⟦███⟧ ███ said"),
        ("the words of Daro Ve…", "the words of ███…"),
        ("…ro Venn, a farmer", "…███, a farmer"),
        ("ودارو ون‌زاده گفت", "███ گفت"),
        ("ဟိုမှာ ဒေါ်အောင်က ပြောသည်", "ဟိုမှာ ███က ပြောသည်"),
        ("Rose said that prices rose", "███ said that prices rose"),
        ("Imran Khan met Ali Khan", "Imran Khan met ███"),
        ("The Council of Daro Valley met", "The Council of Daro Valley met"),
        ("the Rivers Council and the river", "the Rivers Council and the river"),
        ("12 soldiers near Dray", "12 soldiers near Dray"),
    ],
)
def test_a_private_name_is_masked_in_each_of_its_forms(text: str, masked: str) -> None:
    assert NAMES.mask(text) == masked
    assert NAMES.found_in(text) == (text != masked)


def test_masked_texts_are_all_alike_however_long_the_name() -> None:
    assert NAMES.mask("by Daro Venn") == NAMES.mask("by Anna-Maria O'Neil") == "by ███"


@given(st.text(alphabet="Daro Vennالون⟦⟧…x\n'-", max_size=60))
def test_covering_keeps_every_place_of_a_text(text: str) -> None:
    covered = NAMES.cover(text)
    assert len(covered) == len(text)
    assert all(new in (old, "█") for old, new in zip(text, covered, strict=True))
    assert not NAMES.found_in(covered)


def test_a_name_over_two_lines_of_a_title_is_masked_in_both() -> None:
    assert NAMES.mask_all(["Most quoted: Daro", "Venn and others"]) == ["Most quoted: ███", "███ and others"]
    told = {"title": "Daro Venn", "n": 3, "rows": [["Daro Venn", 1, None]]}
    assert NAMES.mask_all(told) == {"title": "███", "n": 3, "rows": [["███", 1, None]]}


def test_without_private_names_nothing_is_touched() -> None:
    assert not Names(public=["Imran Khan"])
    assert Names().mask("Daro Venn") == "Daro Venn"


def test_the_record_knows_whom_its_texts_name(tmp_path: Path) -> None:
    folder = write_texts_case(tmp_path / "case")
    with open_case(folder) as case:
        names = private_names(case.record)
        assert names.mask("Daro Venn of the Hill Front, the Taliban and the Varenian Army") == (
            "███ of the Hill Front, the Taliban and the Varenian Army"
        )


def test_a_word_that_texts_write_small_is_no_name_on_its_own(tmp_path: Path) -> None:
    told = "The clerk Daro Baker told us. A baker told us too."
    with open_case(write_texts_case(tmp_path / "case", [("Delta Wire", "2024-03-05", told)])) as case:
        assert "baker" in plain_words(case.record)
        names = private_names(case.record)
    assert names.mask(told) == "The clerk ███ told us. A baker told us too."
    assert names.mask("Baker Street") == "Baker Street"


def test_a_name_in_aliases_csv_is_public(tmp_path: Path) -> None:
    actors = "label,actor,kind\nDaro Venn,Daro Venn,person\n"
    with open_case(write_texts_case(tmp_path / "case", actors=actors)) as case:
        assert not private_names(case.record)


@pytest.mark.parametrize(
    ("decision", "masked"),
    [("accepted", True), ("rejected", False), ("edited", False), ("unsure", True)],
)
def test_what_people_decide_about_a_name_counts(tmp_path: Path, decision: str, masked: bool) -> None:
    with open_case(write_texts_case(tmp_path / "case")) as case:
        person = case.record.rows("SELECT id FROM mention WHERE kind = 'person'")[0]["id"]
        change = {"kind": "organisation"} if decision == "edited" else {}
        add_decisions(case.record, [Decision(person, "mention", decision, "tester", change)])
        assert private_names(case.record).found_in("Daro Venn") is masked


def test_columns_that_identify_one_person_are_withheld() -> None:
    row = {
        "id": 1,
        "native_id": "row 7",
        "date": "2021-01-01",
        "age": "33",
        "incident": "raid 4",
        "place": "North",
    }
    assert withhold("person", [row]) == [
        {"id": 1, "native_id": None, "date": None, "age": None, "incident": None, "place": "North"}
    ]
    assert withhold("event", [row]) == [row]
