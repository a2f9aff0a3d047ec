"""A question's form says what its model says, and what is sent back becomes the same parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from salience.app.forms import FormField, differing, make_form, name_faults, read_form
from salience.questions.catalogue import find_question, question_names


def sent(fields: tuple[FormField, ...]) -> dict[str, list[str]]:
    """Return what a browser would send of a form that nobody touched."""
    back = {}
    for each in fields:
        if each.control == "lines":
            back[each.name] = ["\r\n".join(each.values)]
        elif each.control == "checks":
            back[each.name] = ["", *each.values]
        elif each.control != "table":
            back[each.name] = list(each.values) or [""]
    return back


@pytest.mark.parametrize("question", question_names())
def test_an_untouched_form_gives_what_the_question_has(question: str) -> None:
    model = find_question(question).params
    told = model.model_validate(read_form(question, sent(make_form(question).fields)))
    assert differing(told, model()) == {}


@pytest.mark.parametrize("question", question_names())
def test_each_field_has_its_help_and_a_control(question: str) -> None:
    for field in make_form(question).fields:
        assert field.field.help
        assert field.control in {
            "table",
            "lines",
            "checks",
            "choice",
            "integer",
            "number",
            "date",
            "text",
        }


LABELS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and text)


@given(st.lists(LABELS, max_size=4), st.booleans(), st.floats(0.51, 0.99).map(lambda x: float(f"{x:g}")))
def test_what_was_given_comes_back(labels: list[str], season: bool, level: float) -> None:
    model = find_question("change").params
    before = model.model_validate({"actor": labels, "trend": season, "level": level})
    form = make_form("change", before.model_dump())
    assert model.model_validate(read_form("change", sent(form.fields))) == before


def fault_of(question: str, words: dict[str, list[str]]) -> ValidationError:
    model = find_question(question).params
    with pytest.raises(ValidationError) as caught:
        model.model_validate(read_form(question, words))
    return caught.value


def test_a_fault_stands_at_its_field_and_what_was_typed_stays() -> None:
    words = {"level": ["2"], "actors_shown": ["six"], "time": ["year"]}
    error = fault_of("attention", words)
    form = make_form("attention", sent=words, error=error)
    by_name: dict[str, Any] = {field.name: field for field in form.fields}
    assert by_name["level"].fault == "Expected less than 1."
    assert "integer" in by_name["actors_shown"].fault
    assert by_name["level"].values == ("2",)
    assert by_name["time"].fault == ""
    assert form.wrong and form.fault == ""


def test_a_fault_between_fields_stands_over_the_form() -> None:
    error = fault_of("attention", {"compare": ["Army\r\nArmy"]})
    assert name_faults(error) == {"": "Compare takes two different labels; found Army, Army."}
    assert make_form("attention", sent={}, error=error).fault.startswith("Compare takes two")
