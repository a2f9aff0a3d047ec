"""The matcher: every alias a text holds, in any script, dated, and the same as a naive search finds."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salience.reading import Alias, Matcher, Mention
from salience.reading.sentences import split_sentences

KABUL = (
    Alias("Government of Afghanistan", "Islamic Republic", valid_to=date(2021, 8, 15)),
    Alias("Government of Afghanistan", "Taliban", valid_from=date(2021, 8, 16)),
)


def find(text: str, aliases: object, day: date | None = None) -> list[Mention]:
    matcher = aliases if isinstance(aliases, Matcher) else Matcher(aliases)  # type: ignore[arg-type]
    return matcher.find(text, split_sentences(text), day)


@pytest.mark.parametrize(
    ("day", "value", "notes"),
    [
        (date(2019, 5, 1), "Islamic Republic", ()),
        (date(2021, 8, 15), "Islamic Republic", ()),
        (date(2021, 8, 16), "Taliban", ()),
        (date(2024, 1, 1), "Taliban", ()),
        (None, "Government of Afghanistan", ("ambiguous",)),
    ],
)
def test_a_dated_name_stands_for_whom_it_stood_on_that_day(
    day: date | None, value: str, notes: tuple[str, ...]
) -> None:
    (mention,) = find("The Government of Afghanistan said so.", KABUL, day)
    assert (mention.text, mention.value, mention.notes) == ("Government of Afghanistan", value, notes)


def test_outside_its_dates_a_name_is_not_found() -> None:
    limited = [
        Alias("Northern Alliance", "United Front", valid_from=date(1996, 9, 1), valid_to=date(2001, 12, 31))
    ]
    assert find("The Northern Alliance met.", limited, date(2020, 1, 1)) == []
    assert len(find("The Northern Alliance met.", limited, date(2000, 1, 1))) == 1


@pytest.mark.parametrize(
    ("label", "text", "held"),
    [
        ("طالبان", "گروه طالبان گفت", "طالبان"),
        ("جبهه مقاومت ملی", "جبهه مقاومت ملي گفت", "جبهه مقاومت ملي"),
        ("كابل", "در کابل", "کابل"),
        ("می‌نا", "گروه مینا آمد", "مینا"),
        ("می‌نا", "گروه می‌نا آمد", "می‌نا"),
        ("Taliban", "The TALIBAN met", "TALIBAN"),
        ("Taliban", "The \u2067Tali\u200bban\u2069 met", "Tali\u200bban"),
        ("Al-Qaida", "of al‑Qaida there", "al‑Qaida"),
        ("ISIL (Da'esh)", "with ISIL (Da’esh) there", None),
        ("Wilāyat", "in Wilayat there", "Wilayat"),
    ],
)
def test_keyboards_case_and_marks_do_not_hide_a_name(label: str, text: str, held: str | None) -> None:
    assert [m.text for m in find(text, [label])] == ([held] if held else [])


def test_short_capitals_are_not_common_words() -> None:
    assert find("They told us of it.", ["US"]) == []
    assert len(find("The US left.", ["US"])) == 1
    assert len(find("THE US LEFT.", ["US"])) == 1


def test_the_longest_name_wins() -> None:
    found = find(
        "The Islamic State Khorasan Province met.", ["Islamic State", "Islamic State Khorasan Province"]
    )
    assert [m.text for m in found] == ["Islamic State Khorasan Province"]


def test_a_spoofed_name_is_flagged_where_it_is_found() -> None:
    spoofed = "Taliba\u043d"  # the last letter is Cyrillic
    (mention,) = find(f"The {spoofed} met.", [spoofed])
    assert "mixed scripts" in mention.notes
    assert find(f"The {spoofed} met.", ["Taliban"]) == []


syllables = st.sampled_from(["ba", "ka", "lo", "طال", "بان"])
names = st.lists(st.lists(syllables, min_size=1, max_size=2).map("".join), min_size=1, max_size=3).map(
    " ".join
)


def naive(text: str, labels: set[str]) -> list[tuple[int, int]]:
    """Every label at every word, the longest first, left to right."""
    words = text.split(" ")
    places, found, i = [sum(len(w) + 1 for w in words[:k]) for k in range(len(words))], [], 0
    while i < len(words):
        lengths = [n for n in range(len(words) - i, 0, -1) if " ".join(words[i : i + n]) in labels]
        if lengths:
            end = i + lengths[0]
            found.append((places[i], places[end - 1] + len(words[end - 1])))
            i = end
        else:
            i += 1
    return found


@given(st.sets(names, min_size=1, max_size=12), st.lists(names, min_size=1, max_size=12).map(" ".join))
def test_the_matcher_finds_what_a_naive_search_finds(labels: set[str], text: str) -> None:
    assert [(m.start, m.end) for m in find(text, sorted(labels))] == naive(text, labels)


def test_twenty_thousand_names_cost_little_more_than_twenty() -> None:
    text = " ".join(f"word{n % 977} Name{n % 4999} said." for n in range(6000))
    sentences = split_sentences(text)
    tokens = sum(len(s.words) + len(s.folded) for s in sentences) / 2  # folded once, outside the timing

    def seconds(count: int) -> float:
        matcher = Matcher([Alias(f"Name{n} of Somewhere{n}", f"A{n}") for n in range(count)])
        began = time.process_time()
        matcher.find(text, sentences)
        return time.process_time() - began

    # The aim is 150,000 a second, measured by benchmarks/reading_grounding.py; the bound is loose, as machines differ.
    assert tokens / max(seconds(20_000), 1e-6) > 50_000
