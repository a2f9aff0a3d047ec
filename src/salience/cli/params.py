"""A question's parameters as options of the command line, made from its one Pydantic model."""

from __future__ import annotations

import difflib
import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from salience.errors import QuestionError
from salience.questions.catalogue import find_question


def describe_params(question: str) -> list[tuple[str, str]]:
    """Return each option of a question with its help, for `salience ask --help`."""
    described = []
    for name, field in find_question(question).params.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = f" [default: {_shown(default)}]" if default not in (None, (), "", {}) else ""
        described.append((_usage(name, field), (field.description or "") + shown))
    return described


def parse_params(question: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Read `--name value`, `--name=value`, `--flag` and `--no-flag` into a question's parameters.

    A parameter that holds several values is given several times, or once with commas.

    Raises
    ------
    QuestionError
        An option that the question does not have, or one without its value.
    """
    fields = find_question(question).params.model_fields
    params: dict[str, Any] = {}
    left = list(arguments)
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            raise QuestionError(f"'{word}' is not expected here; options of {question} begin with --")
        option, _, value = word[2:].partition("=")
        name = option.replace("-", "_")
        if name.startswith("no_") and name[3:] in fields and _is_flag(fields[name[3:]]):
            params[name[3:]] = False
            continue
        if name not in fields:
            near = difflib.get_close_matches(name, list(fields), n=1)
            hint = (
                f"did you mean --{near[0].replace('_', '-')}?"
                if near
                else f"see salience ask --help for {question}"
            )
            raise QuestionError(f"{question} has no option --{option}; {hint}")
        if _is_table(fields[name]):
            raise QuestionError(
                f"--{option} is a table; write it in case.toml, for salience ask --help says what it holds"
            )
        if _is_flag(fields[name]) and "=" not in word:
            params[name] = True
            continue
        if "=" not in word:
            if not left:
                raise QuestionError(f"option --{option} needs a value")
            value = left.pop(0)
        if _is_several(fields[name]):
            params[name] = [*params.get(name, []), value.strip()]
        else:
            params[name] = None if value == "none" and _may_be_none(fields[name]) else value
    return {name: _unfold(value) if isinstance(value, list) else value for name, value in params.items()}


def _unfold(values: list[str]) -> list[str]:
    """Take one value apart at its commas; several are as they were given, for labels may hold commas."""
    return [part.strip() for part in values[0].split(",") if part.strip()] if len(values) == 1 else values


def _usage(name: str, field: FieldInfo) -> str:
    option = f"--{name.replace('_', '-')}"
    if _is_table(field):
        return f"{option} (in case.toml)"
    if _is_flag(field):
        return f"{option} / --no-{name.replace('_', '-')}"
    choices = _choices(field.annotation)
    if choices:
        return f"{option} [{'|'.join(choices)}]"
    kinds = {int: "INTEGER", float: "NUMBER"}
    plain = next((kinds[t] for t in (field.annotation, *get_args(field.annotation)) if t in kinds), "TEXT")
    return f"{option} {plain}{'…' if _is_several(field) else ''}"


def _choices(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    return [choice for part in get_args(annotation) for choice in _choices(part)]


def _is_flag(field: FieldInfo) -> bool:
    return field.annotation is bool


def _is_table(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is dict


def _is_several(field: FieldInfo) -> bool:
    parts = (
        (field.annotation, *get_args(field.annotation))
        if _is_union(field.annotation)
        else (field.annotation,)
    )
    return any(get_origin(part) in (tuple, list) for part in parts)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _may_be_none(field: FieldInfo) -> bool:
    return _is_union(field.annotation) and type(None) in get_args(field.annotation)


def _shown(value: Any) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, (tuple, list)) else str(value)
