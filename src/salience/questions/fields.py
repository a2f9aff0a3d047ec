"""What a parameter of a question holds: read off its one Pydantic model, for the command line and for forms alike."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Kind = Literal["flag", "choice", "integer", "number", "date", "text", "table"]
_PLAIN: dict[Any, Kind] = {bool: "flag", int: "integer", float: "number", date: "date", str: "text"}


@dataclass(frozen=True, slots=True)
class ParamField:
    """One parameter, in the terms of whoever asks for its value.

    Attributes
    ----------
    name : str
        As the model has it: "most_lists".
    kind : str
        "table" for what only `case.toml` can hold.
    several : bool
        It holds a list of values.
    choices : tuple of str
        The values it can have; empty where any will do.
    may_be_none : bool
        It can be left open.
    default : object
        What it is when nothing is said.
    help : str
        What it means.
    least, most : float or None
        Inclusive or exclusive bounds, as far as the model has them.
    """

    name: str
    kind: Kind
    several: bool
    choices: tuple[str, ...]
    may_be_none: bool
    default: Any
    help: str
    least: float | None = None
    most: float | None = None


def list_fields(model: type[BaseModel]) -> tuple[ParamField, ...]:
    """Return the parameters of a question in the order of its model."""
    return tuple(describe_field(name, field) for name, field in model.model_fields.items())


def describe_field(name: str, field: FieldInfo) -> ParamField:
    """Read what a field of a model holds off its annotation and constraints."""
    parts = _parts(field.annotation)
    holders = [part for part in parts if get_origin(part) in (tuple, list)]
    inner = [p for holder in holders for arg in get_args(holder) if arg is not Ellipsis for p in _parts(arg)]
    kinds = [p for p in (inner or parts) if p is not type(None)]
    choices = tuple(str(choice) for p in kinds if get_origin(p) is Literal for choice in get_args(p))
    plain: Kind = next((_PLAIN[p] for p in kinds if p in _PLAIN), "text")
    table = any(get_origin(part) is dict for part in parts)
    kind: Kind = "table" if table else "choice" if choices else plain
    least, most = _bounds(field.metadata)
    return ParamField(
        name,
        kind,
        bool(holders),
        choices,
        type(None) in parts,
        field.get_default(call_default_factory=True),
        field.description or "",
        least,
        most,
    )


def _parts(annotation: Any) -> list[Any]:
    """Return what a union is made of, or the annotation itself; what it is annotated with falls off."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [part for arg in get_args(annotation) for part in _parts(arg)]
    return [annotation]


def _bounds(metadata: Sequence[Any]) -> tuple[float | None, float | None]:
    least = most = None
    for each in metadata:
        for name in ("ge", "gt"):
            least = getattr(each, name, least)
        for name in ("le", "lt"):
            most = getattr(each, name, most)
    return least, most
