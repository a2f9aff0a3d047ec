"""A question's parameters as a form, and a sent form as parameters; made from its one Pydantic model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from salience.questions.catalogue import find_question
from salience.questions.fields import ParamField, list_fields


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form.

    Attributes
    ----------
    field : ParamField
        What it holds.
    values : tuple of str
        What stands in it, as a person would type it.
    usual : str
        What it is when left alone.
    fault : str
        What is wrong with it; empty where nothing is.
    """

    field: ParamField
    values: tuple[str, ...]
    usual: str
    fault: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return self.field.name

    @property
    def label(self) -> str:
        """Its name for reading."""
        return self.field.name.replace("_", " ").capitalize()

    @property
    def control(self) -> str:
        """Which control shows it: table, checks, choice, lines, integer, number, date or text."""
        if self.field.kind in ("table", "date", "integer", "number"):
            return "lines" if self.field.several else self.field.kind
        if self.field.kind == "choice":
            return "checks" if self.field.several else "choice"
        if self.field.kind == "flag":
            return "choice"
        return "lines" if self.field.several else "text"

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be chosen."""
        return ("yes", "no") if self.field.kind == "flag" else self.field.choices


@dataclass(frozen=True, slots=True)
class Form:
    """A question's form: its fields, and what is wrong with all of them together."""

    question: str
    fields: tuple[FormField, ...]
    fault: str = ""

    @property
    def wrong(self) -> bool:
        """Whether anything is to be put right."""
        return bool(self.fault) or any(field.fault for field in self.fields)


def make_form(
    question: str,
    given: Mapping[str, Any] | None = None,
    sent: Mapping[str, Sequence[str]] | None = None,
    error: ValidationError | None = None,
) -> Form:
    """Return a question's form.

    Parameters
    ----------
    question : str
        Its name.
    given : mapping, optional
        Parameters that it is filled with; what is left out stands as the question has it.
    sent : mapping, optional
        A form that came back: its words are shown again, right or wrong.
    error : ValidationError, optional
        What the model said to it; each fault stands at its field.

    Raises
    ------
    QuestionError
        There is no such question.
    """
    faults = name_faults(error) if error else {}
    fields = []
    for field in list_fields(find_question(question).params):
        value = (given or {}).get(field.name, field.default)
        values = tuple(sent.get(field.name, ())) if sent is not None else _typed(value)
        fields.append(FormField(field, values, ", ".join(_typed(field.default)), faults.pop(field.name, "")))
    return Form(question, tuple(fields), " ".join(faults.values()))


def read_form(question: str, sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what a sent form says, in words that the question's model takes.

    Parameters
    ----------
    question : str
        Its name.
    sent : mapping
        For each field the values sent, one or several. Fields that are not the question's are passed over.

    Returns
    -------
    dict
        Not checked yet: the model does that.
    """
    return {
        field.name: _meant(field, [word.strip() for word in sent[field.name]])
        for field in list_fields(find_question(question).params)
        if field.kind != "table" and field.name in sent
    }


def name_faults(error: ValidationError) -> dict[str, str]:
    """Return what is wrong by field; the key "" holds what concerns several."""
    faults: dict[str, str] = {}
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else ""
        message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        plain = "expected " + message if not fault["msg"].startswith("Value error") else message
        sentence = plain[0].upper() + plain[1:] + "."
        faults[name] = f"{faults[name]} {sentence}" if name in faults else sentence
    return faults


def differing(told: BaseModel, base: BaseModel) -> dict[str, Any]:
    """Return the parameters in which one set differs from another, in plain values."""
    plain, usual = told.model_dump(mode="json"), base.model_dump(mode="json")
    return {name: value for name, value in plain.items() if value != usual[name]}


def _meant(field: ParamField, words: Sequence[str]) -> Any:
    if field.kind == "choice" and field.several:
        return [word for word in words if word]
    if field.several:
        return [line.strip() for word in words for line in word.splitlines() if line.strip()]
    word = words[-1] if words else ""
    if field.kind == "flag":
        return {"yes": True, "no": False}.get(word, word)
    if not word and field.may_be_none:
        return None
    return field.default if not word and field.kind != "text" else word


def _typed(value: Any) -> tuple[str, ...]:
    """Write a value as a person would type it."""
    if value is None or isinstance(value, Mapping):
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(word for each in value for word in _typed(each))
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, float):
        return (f"{value:g}",)
    return (value.isoformat() if isinstance(value, date) else str(value),) if value != "" else ()
