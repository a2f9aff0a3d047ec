"""Who is the same: only where it is safe, and never silently."""

from __future__ import annotations

import pytest

from salience.reading import read


def values(text: str, aliases: dict[str, str] | None = None) -> dict[str, str]:
    return {m.text: m.value for m in read(text, aliases, language="en").mentions}


def test_an_abbreviation_in_brackets_stands_for_the_name_before_it() -> None:
    found = values("The United Relief Network (URN) left. Then the URN came back.")
    assert found["URN"] == "United Relief Network"


def test_a_last_name_stands_for_the_person_and_says_that_it_was_inferred() -> None:
    found = read("Commander Daro Venn spoke. Later Venn left.", language="en").mentions
    assert [(m.text, m.value, m.how) for m in found] == [
        ("Daro Venn", "Daro Venn", "shape"),
        ("Venn", "Daro Venn", "inferred"),
    ]


def test_a_name_that_two_could_share_is_left_alone() -> None:
    assert values("General Daro Venn met General Ilse Venn. Later Venn left.")["Venn"] == "Venn"


def test_what_an_alias_says_is_never_changed() -> None:
    assert values("Commander Daro Venn spoke. Venn left.", {"Venn": "Venn Brigade"})["Venn"] == "Venn Brigade"


def references(text: str) -> list[tuple[str, str, str]]:
    found = read(text, {"Hill Front": "Hill Front", "Lake Council": "Lake Council"}, language="en").references
    return [(m.text, m.value, m.how) for m in found]


def test_the_group_after_exactly_one_organisation_is_that_one() -> None:
    assert references("The Hill Front came to Ostra. Then the group left.") == [
        ("the group", "Hill Front", "inferred")
    ]


@pytest.mark.parametrize(
    "text",
    ["The Hill Front met the Lake Council. Then the group left.", "The Hill Front came.\n\nThen the group left.",
     "Armed gangs met the Hill Front. Then the group left.", "The Hill Front came. Then it left, and they laughed.",
     "The Hill Front came. Then the group of boys left."],
)  # fmt: skip
def test_where_another_could_be_meant_nothing_is_said(text: str) -> None:
    assert references(text) == []


def test_a_noun_of_the_name_tells_which_of_two() -> None:
    assert references("The Hill Front met the Lake Council. Then the council left.") == [
        ("the council", "Lake Council", "inferred")
    ]


def test_we_is_the_text_or_who_speaks_the_quote() -> None:
    text = 'We call for talks. "We reject talks," said the Hill Front.'
    found = [
        s for s in read(text, {"Hill Front": "Hill Front"}, language="en").statements if s.kind == "demand"
    ]
    assert [(s.detail["cue"], s.speaker) for s in found] == [("call for", None), ("reject", "Hill Front")]
