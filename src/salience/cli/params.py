"""A question's parameters as options of the command line, made from its one Pydantic model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from salience.errors import QuestionError
from salience.questions.catalogue import find_question
from salience.questions.fields import ParamField, list_fields

_COMMA = re.compile(r"(?<!\\),")


def describe_params(question: str) -> list[tuple[str, str]]:
    """Return each option of a question with its help, for `salience ask --help`."""
    described = []
    for field in list_fields(find_question(question).params):
        shown = f" [default: {_shown(field.default)}]" if field.default not in (None, (), "", {}) else ""
        described.append((_usage(field), field.help + shown))
    return described


def parse_params(question: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Read `--name value`, `--name=value`, `--flag` and `--no-flag` into a question's parameters.

    A parameter that holds several values is given several times, or once with commas; a comma after a
    backslash belongs to a value.

    Raises
    ------
    QuestionError
        An option that the question does not have, or one without its value.
    """
    fields = {field.name: field for field in list_fields(find_question(question).params)}
    params: dict[str, Any] = {}
    left = list(arguments)
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            raise QuestionError(f"'{word}' is not expected here; options of {question} begin with --")
        option, _, value = word[2:].partition("=")
        name = option.replace("-", "_")
        if name.startswith("no_") and name[3:] in fields and fields[name[3:]].kind == "flag":
            params[name[3:]] = False
            continue
        if name not in fields:
            raise QuestionError(f"{question} has no option --{option}; {_nearest(question, name, fields)}")
        field = fields[name]
        if field.kind == "table":
            raise QuestionError(
                f"--{option} is a table; write it in case.toml, for salience ask --help says what it holds"
            )
        if field.kind == "flag" and "=" not in word:
            params[name] = True
            continue
        if "=" not in word:
            if not left:
                raise QuestionError(f"option --{option} needs a value")
            value = left.pop(0)
        if field.several:
            params[name] = [*params.get(name, []), value.strip()]
        else:
            params[name] = None if value == "none" and field.may_be_none else value
    return {name: _unfold(value) if isinstance(value, list) else value for name, value in params.items()}


def _nearest(question: str, name: str, fields: dict[str, ParamField]) -> str:
    near = difflib.get_close_matches(name, list(fields), n=1)
    if near:
        return f"did you mean --{near[0].replace('_', '-')}?"
    return f"see salience ask --help for {question}"


def _unfold(values: list[str]) -> list[str]:
    """Take one value apart at its commas; several are as they were given, and so is a comma after a backslash."""
    if len(values) > 1:
        return values
    return [part.strip().replace("\\,", ",") for part in _COMMA.split(values[0]) if part.strip()]


def _usage(field: ParamField) -> str:
    option = f"--{field.name.replace('_', '-')}"
    if field.kind == "table":
        return f"{option} (in case.toml)"
    if field.kind == "flag":
        return f"{option} / --no-{field.name.replace('_', '-')}"
    if field.choices:
        return f"{option} [{'|'.join(field.choices)}]"
    words = {"integer": "INTEGER", "number": "NUMBER"}
    return f"{option} {words.get(field.kind, 'TEXT')}{'…' if field.several else ''}"


def _shown(value: Any) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, (tuple, list)) else str(value)
