"""The grounding gate: what a text says is found wherever it stands, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salience.reading import ground
from salience.reading.fold import fold, fold_character
from salience.reading.grounding import place

TEXT = (
    "UN reports speak of 23 active armed groups. The ministry did not deny it; the army has not yet been "
    "recognised.\nTwenty-three schools, 3.5 million people, 20-30 men and 1 200 houses. They can't return. "
    "The Taliban² said: “We   keep our word.” The group will not withdraw. The Taliban denied it."
)


def found(quote: str, text: str = TEXT, said: bool = False) -> list[str]:
    return [span.text for span in place(quote, text, said=said).spans]


def test_every_occurrence_is_found_with_its_place() -> None:
    spans = ground("The Taliban", "The Taliban met. Then the Taliban left. The Taliban denied it.")
    assert [(s.start, s.text) for s in spans] == [(0, "The Taliban"), (40, "The Taliban")]
    assert len(ground("the taliban", "The Taliban met. Then The Taliban left.")) == 2


@pytest.mark.parametrize(
    "quote",
    [
        "32 active armed groups",  # another number
        "2 active armed groups",  # part of a number
        "denied the attack",
        "did not denied",
        "UN reports speak of 23 active armed groups and of terror",  # an invented tail
        "The Taliban are a terrorist group",  # an invented sentence
        "art",
        "Tal",
        "three schools",  # of twenty-three
        "3",
        "3.5",  # of 3.5 million
        "5 million people",
        "20",
        "30 men",
        "200 houses",
        "can",  # of can't
        "UN reports ... armed groups",
        "Taliban2",
        "",
        "  ",
        "“…”",
    ],
)
def test_what_the_text_does_not_say_is_refused_with_a_reason(quote: str) -> None:
    assert ground(quote, TEXT) == []
    refused = place(quote, TEXT)
    assert refused.how == "refused"
    assert refused.reason


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("23 active armed groups", "23 active armed groups"),
        ("23 ACTIVE  armed\ngroups", "23 active armed groups"),
        ("Taliban said", "Taliban² said"),
        ('"We keep our word."', "We   keep our word.”"),
        ("3.5 million people", "3.5 million people"),
        ("1 200 houses", "1 200 houses"),
        ("the taliban denied it,", "The Taliban denied it"),
    ],
)
def test_what_a_reader_would_call_the_same_words_is_found(quote: str, text: str) -> None:
    assert [t.strip('”“"') for t in found(quote)] == [text.strip('”“"')]


def test_a_negation_left_outside_a_statement_is_refused() -> None:
    for quote in ("deny it", "recognised", "The group will", "withdraw"):
        assert found(quote)
        assert found(quote, said=True) == []
        assert "turns it round" in place(quote, TEXT, said=True).reason
    assert found("did not deny it", said=True) == ["did not deny it"]
    assert found("return", "They didn't return.", said=True) == []
    assert found("بازگشتند", "آنها هرگز بازگشتند", said=True) == []
    # Of two places, the one that is not turned round counts.
    assert [s.start for s in place("left", "They had not left. They left.", said=True).spans] == [24]


def test_a_negation_of_another_sentence_does_not_matter() -> None:
    assert found("They left", "He did not. They left.", said=True) == ["They left"]


@pytest.mark.parametrize(
    ("quote", "text", "reason"),
    [
        ("32 groups", "23 groups", "no number 32"),
        ("the group said it would go home soon", "the group said it would stay", "up to '…said it would'"),
        ("art", "party", "part of a longer word"),
        ("a ... c", "a b c", "leaves words out"),
        ("x y", "a b c", "does not hold it"),
    ],
)
def test_the_reason_says_what_is_wrong(quote: str, text: str, reason: str) -> None:
    assert reason in place(quote, text).reason


@pytest.mark.parametrize(
    ("quote", "text", "held"),
    [
        ("می‌شود", "او می شود گفت", "می شود"),  # joiner against space
        ("می شود", "او میشود گفت", "میشود"),  # space against one piece
        ("كتابهای", "کتاب‌های او", "کتاب‌های"),  # Arabic kaf, joiner
        ("علي", "علی آمد", "علی"),  # Arabic ye
        ("23 نفر", "۲۳ نفر کشته شدند", "۲۳ نفر"),  # digits
        ("۲۳ نفر", "23 نفر کشته شدند", "23 نفر"),
        ("محمد", "مُحَمَّدٌ قال", "مُحَمَّدٌ"),  # vowel points
        ("طالبان", "\u202bطالبان\u202c", "طالبان"),  # direction marks
        ("جبهه", "جبهـــه", "جبهـــه"),  # tatweel
        ("Straße", "STRASSE 5", "STRASSE"),
        ("strasse", "Straße 5", "Straße"),
        ("office", "the oﬃce", "oﬃce"),
        ("resume", "the résumé", "résumé"),
    ],
)
def test_keyboards_joiners_and_marks_do_not_matter(quote: str, text: str, held: str) -> None:
    assert found(quote, text) == [held]


def test_numbers_of_other_digits_are_still_other_numbers() -> None:
    assert ground("32", "۲۳ نفر") == []
    assert ground("۲", "۲۳ نفر") == []
    assert ground("۳", "۲٫۳ میلیون") == []
    assert ground("10", "10²") != []
    assert ground("102", "10²") == []
    assert ground("2", "2½") == []


def test_vowel_signs_that_make_another_word_are_not_ignored() -> None:
    # Burmese ka, ki and ku: one consonant, three words.
    assert ground("ကိ", "ကု") == []
    assert ground("က", "ကု") == []


words = st.lists(
    st.text(st.sampled_from("abzAZ 09.,-'\u200c\u200fيیكکéß“”\n²"), min_size=1, max_size=8),
    min_size=1,
    max_size=12,
).map(" ".join)


@given(words, st.data())
def test_a_piece_between_spaces_is_always_found_where_it_stands(text: str, data: st.DataObject) -> None:
    borders = [0, *(i for i, c in enumerate(text) if c in " \n"), len(text)]
    low, high = sorted(data.draw(st.tuples(st.sampled_from(borders), st.sampled_from(borders))))
    quote = text[low:high].strip()
    start = text.find(quote, low)
    spans = ground(quote, text)
    assert all(text[s.start : s.end] == s.text for s in spans)
    # Numbers may go on over a space ("1 200"), and what comes is then only part of one.
    if any(c.isalpha() and fold_character(c) for c in quote) and not any(c.isdigit() for c in text):
        assert any(s.start <= start + 2 and start + len(quote) - 4 <= s.end for s in spans)


@given(words, st.text(st.sampled_from("abz019 -.'"), min_size=1, max_size=6))
def test_whatever_is_found_reads_as_the_quote(text: str, quote: str) -> None:
    def plain(told: str) -> str:
        return "".join(c for c in fold(told).text if c.isalnum())

    for span in ground(quote, text):
        assert plain(span.text) == plain(quote)
