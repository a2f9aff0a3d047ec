"""The questions that can be asked, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from salience.errors import QuestionError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from salience.questions.answer import Answer

# Imported when asked for: a question brings its methods and charts with it.
_PLACES = {
    "attention": (
        "salience.questions.attention.params:AttentionParams",
        "salience.questions.attention.ask:ask_attention",
    ),
    "change": (
        "salience.questions.change.params:ChangeParams",
        "salience.questions.change.ask:ask_change",
    ),
    "hidden": (
        "salience.questions.hidden.params:HiddenParams",
        "salience.questions.hidden.ask:ask_hidden",
    ),
    "disparity": (
        "salience.questions.disparity.params:DisparityParams",
        "salience.questions.disparity.ask:ask_disparity",
    ),
    "landscape": (
        "salience.questions.landscape.params:LandscapeParams",
        "salience.questions.landscape.ask:ask_landscape",
    ),
    "narrative": (
        "salience.questions.narrative.params:NarrativeParams",
        "salience.questions.narrative.ask:ask_narrative",
    ),
    "reconcile": (
        "salience.questions.reconcile.params:ReconcileParams",
        "salience.questions.reconcile.ask:ask_reconcile",
    ),
    "table": (
        "salience.questions.table.params:TableParams",
        "salience.questions.table.ask:ask_table",
    ),
    "options": (
        "salience.questions.options.params:OptionsParams",
        "salience.questions.options.ask:ask_options",
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its parameters, and the function that answers it."""

    name: str
    params: type[BaseModel]

    @property
    def ask(self) -> Callable[..., Answer]:
        """The function that answers it; imported on first use."""
        return cast("Callable[..., Answer]", _find(_PLACES[self.name][1]))


def question_names() -> tuple[str, ...]:
    """Return the names of the questions."""
    return tuple(_PLACES)


def find_question(name: str) -> Question:
    """Return a question by its name.

    Raises
    ------
    QuestionError
        With the names there are.
    """
    if name not in _PLACES:
        raise QuestionError(f"there is no question '{name}'; there are {', '.join(_PLACES)}")
    return Question(name, cast("type[BaseModel]", _find(_PLACES[name][0])))


def _find(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
