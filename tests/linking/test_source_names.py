"""Suggestions of names that may be one source."""

from __future__ import annotations

from salience.linking.source_names import suggest_sources


def pairs(names: list[str], events: list[int] | None = None) -> dict[str, tuple[str, str]]:
    found = suggest_sources(names, events or list(range(len(names), 0, -1)))
    return {s.name: (s.canonical, s.reason) for s in found}


def test_initials_suggest_the_name_they_stand_for() -> None:
    assert pairs(["Human Rights Watch", "HRW"]) == {"HRW": ("Human Rights Watch", "initials")}


def test_the_rarer_name_is_suggested_to_be_the_commoner_one() -> None:
    assert pairs(["HRW", "Human Rights Watch"], [52, 33]) == {"Human Rights Watch": ("HRW", "initials")}


def test_general_words_do_not_tell_outlets_apart() -> None:
    assert pairs(["Reuters News", "Reuters"])["Reuters"] == ("Reuters News", "one holds the other")


def test_a_misspelt_name_is_suggested_by_its_letters() -> None:
    assert pairs(["The Irrawaddy", "The Irrawady"])["The Irrawady"] == ("The Irrawaddy", "spelling")


def test_letters_are_compared_by_code_point_in_any_script() -> None:
    assert "خبرگزاری باختار" in pairs(["خبرگزاری باختر", "خبرگزاری باختار"])


def test_short_names_that_differ_by_a_letter_are_left_alone() -> None:
    assert pairs(["BBC", "ABC", "CNN", "NNN"]) == {}


def test_names_of_general_words_alone_are_not_one_source() -> None:
    assert pairs(["News Agency", "The Daily Times"]) == {}


def test_nothing_is_suggested_of_nothing() -> None:
    assert suggest_sources([], []) == []
