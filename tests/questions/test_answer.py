"""How numbers are said, and how answers travel."""

from __future__ import annotations

import pytest

from salience.questions.answer import Estimate, answer_key, format_interval, format_number


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (10372.5, "", "10,400"),
        (1234.0, "", "1,230"),
        (123.4, "", "123"),
        (12.34, "", "12.3"),
        (1.234, "", "1.23"),
        (-0.456, "", "−0.46"),
        (0.123, "share", "12 %"),
        (0.0123, "chance", "1.2 %"),
        (-0.04, "share", "−4.0 %"),
        (-0.175, "difference in chance", "−18 points"),
        (None, "", "unknown"),
        (float("inf"), "", "∞"),
    ],
)
def test_numbers_are_said_as_a_person_would(value: float | None, unit: str, said: str) -> None:
    assert format_number(value, unit) == said


def test_an_estimate_is_said_with_its_interval_or_not_at_all() -> None:
    known = Estimate("x", "x", 1.5, 1.2, 1.9, "ratio", 10)
    assert format_interval(known) == "1.50 (95 % interval 1.20 to 1.90)"
    unknown = Estimate("x", "x", None, None, None, "ratio", 10, note="why")
    assert format_interval(unknown) == "the record cannot say"


def test_an_answers_key_follows_all_that_decides_it() -> None:
    first = answer_key("attention", {"a": 1}, 0, "r", "0.1.0")
    others = [
        answer_key("attention", {"a": 2}, 0, "r", "0.1.0"),
        answer_key("attention", {"a": 1}, 1, "r", "0.1.0"),
        answer_key("attention", {"a": 1}, 0, "s", "0.1.0"),
        answer_key("attention", {"a": 1}, 0, "r", "0.2.0"),
    ]
    assert first == answer_key("attention", {"a": 1}, 0, "r", "0.1.0")
    assert len({first, *others}) == 5
