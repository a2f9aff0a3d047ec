"""What quantities.toml says of each question's estimates is true of its answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salience import questions
from salience.errors import QuestionError
from salience.questions.catalogue import question_names
from salience.questions.quantities import describe_quantities
from small_landscape import FOUR, ask, record_landscape


def test_every_question_says_what_its_quantities_are() -> None:
    for question in question_names():
        asked = describe_quantities(question)
        assert asked.quantities and asked.needs and asked.data


def test_a_question_that_is_not_there_is_refused() -> None:
    with pytest.raises(QuestionError, match="there are attention"):
        describe_quantities("weather")


def test_the_estimates_of_a_landscape_are_declared(tmp_path: Path) -> None:
    answer = ask(record_landscape(tmp_path / "case", FOUR))
    asked = describe_quantities("landscape")
    assert all(asked.find(estimate.name) for estimate in answer.estimates)
    chance = asked.find("consensus_chance:Peace")
    assert chance is not None and chance.chance
    assert asked.find("consensus:Peace") != chance


@pytest.mark.parametrize("question", question_names())
def test_what_is_decisive_is_an_assumption_that_the_question_states(question: str) -> None:
    """Each beginning stands in the question's own code, broken over lines or not."""
    folder = Path(questions.__file__).parent / question
    code = " ".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    plain = re.sub(r'"\s+f?"', "", code)
    for quantity in describe_quantities(question).quantities:
        for start in (*quantity.decisive, *filter(None, [quantity.unsure])):
            assert start in plain, (quantity.name, start)


@pytest.mark.parametrize("question", question_names())
def test_rivals_are_quantities_of_the_same_question(question: str) -> None:
    asked = describe_quantities(question)
    for quantity in asked.quantities:
        for rival in quantity.rivals_of(quantity.name.replace("*", "x")):
            assert asked.find(rival) is not None, (quantity.name, rival)


def test_rivals_are_named_after_what_the_pattern_stands_for() -> None:
    asked = describe_quantities("attention")
    found = asked.find("gap_actors_carried_explained")
    assert found is not None and found.mediated
    assert found.rivals_of("gap_actors_carried_explained") == ("gap_actors_sources_explained",)


@pytest.mark.parametrize(
    ("question", "name", "unit", "scale"),
    [
        ("disparity", "rate_ratio", "ratio", "log"),
        ("disparity", "rate_ratio_same_places", "ratio", "log"),
        ("hidden", "recorded_share", "share", "logit"),
        ("hidden", "total", "events", "log"),
        ("attention", "gap_actors_carried_explained", "share", "linear"),
        ("attention", "carried_at_5", "chance", "logit"),
        ("options", "outcome_peace", "points of 100", "linear"),
    ],
)
def test_scales(question: str, name: str, unit: str, scale: str) -> None:
    found = describe_quantities(question).find(name)
    assert found is not None
    assert found.scale_for(unit) == scale
