"""How numbers are said, and how answers travel."""

from __future__ import annotations

import pytest

from salience.questions.answer import Answer, Estimate, answer_key, format_interval, format_number, say_share


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


def test_a_share_whose_interval_covers_nearly_everything_is_not_decided() -> None:
    wide = Estimate("x", "x", 0.6, 0.001, 1.0, "share", 5)
    assert format_interval(wide) == "the record cannot decide (95 % interval 0.1 % to 100 %)"
    assert say_share("share", 0.6, 0.001, 1.0, 0.95) == (
        "a share that the record cannot decide (95 % interval 0.1 % to 100 %)"
    )
    # 0.05 to 0.94 leaves out more than a tenth, which is little and not nothing; a ratio has no such range
    assert format_interval(Estimate("x", "x", 0.6, 0.05, 0.94, "chance", 5)).startswith("60 % (95 %")
    assert format_interval(Estimate("x", "x", 0.6, 0.01, 1.0, "ratio", 5)).startswith("0.60 (95 %")
    assert (
        say_share("chance", 0.59, 0.52, 0.65, 0.95) == "a chance of about 59 % (95 % interval 52 % to 65 %)"
    )


def test_a_notebook_shows_what_follows_the_headline_and_what_numbers_rest_on() -> None:
    level = Estimate("level_change", "level", 1.5, 1.2, 1.9, "ratio", 10)
    answer = Answer(
        "change", "It rose.", (level,), (), (), (), (), (), (), {}, 0, "r", "v",
        more="But <little> is known.",
    )  # fmt: skip
    shown = answer._repr_html_()
    assert "<strong>It rose.</strong>" in shown and "<p>But &lt;little&gt; is known.</p>" in shown
    assert "rests on</th>" in shown and "Events" not in shown
    assert Answer.from_json(answer.to_json()) == answer


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
