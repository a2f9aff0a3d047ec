"""What is wrong with what a person wrote, in one sentence: which key, what was found, what was expected."""

from __future__ import annotations

import difflib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def explain_fault(error: ValidationError, model: type[BaseModel]) -> str:
    """Say in one sentence which key is wrong, what was found, and what was expected."""
    fault = worst_fault(error)
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = _keys_beside(model, fault["loc"])
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else f" Known are: {', '.join(known)}." if known else ""
        return f"key {key}: this key is not known.{hint}"
    if fault["type"] == "missing":
        return f"key {key}: it is missing"
    found = fault["input"]
    shown = f"; found {found!r}" if isinstance(found, (str, int, float, bool)) else ""
    message = fault["msg"].removeprefix("Value error, ")
    return f"key {key}: {message[0].lower() + message[1:]}{shown}" if key else f"{message}"


def worst_fault(error: ValidationError) -> Any:
    """Return the fault that says most: a misspelt key shows twice, as unknown and as missing."""
    return min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")


def _keys_beside(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model knows where an unknown one was found."""
    fields = model.model_fields
    for part in location[:-1]:
        if isinstance(part, int) or part not in fields:
            continue
        candidates = [fields[part].annotation, *get_args(fields[part].annotation)]
        inner = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        if inner is None:
            return []
        fields = inner.model_fields
    return [field.alias or name for name, field in fields.items()]
