"""What a model is asked for and what its reply must look like: the words of the request, the schema, the checks."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MentionKind = Literal["organisation", "person", "place", "population", "unnamed"]
StatementKind = Literal["label", "quote", "attribution", "figure", "demand", "claim", "event"]


class MarkedMention(BaseModel):
    """A mention as a model gives it: a quote, never a place."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    quote: str = Field(min_length=1, max_length=300)
    kind: MentionKind


class MarkedStatement(BaseModel):
    """A statement as a model gives it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    quote: str = Field(min_length=1, max_length=2000)
    kind: StatementKind
    speaker: str | None = Field(None, max_length=300)
    about: str | None = Field(None, max_length=300)
    value: str | None = Field(None, max_length=2000)


Marked = MarkedMention | MarkedStatement


@dataclass(frozen=True, slots=True)
class Unfit:
    """A part of a reply that does not have the form asked for."""

    layer: str
    kind: str
    quote: str
    reason: str


def write_request(text: str, order: int = 0) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Return the messages that ask for a text to be marked, and the schema of the reply.

    Parameters
    ----------
    text : str
        What is to be marked.
    order : int
        0 lists the kinds as `model.toml` does; any other number shuffles them by that seed, and its negative is the
        reverse of that order, in which every two kinds have changed places.
    """
    told = _told()
    mention, statement = dict(told["mention"]), dict(told["statement"])
    if order:
        chance = random.Random(abs(order))
        shuffled = [chance.sample(sorted(d), len(d))[:: 1 if order > 0 else -1] for d in (mention, statement)]
        mention, statement = (
            {k: d[k] for k in kinds} for d, kinds in zip((mention, statement), shuffled, strict=True)
        )
    asked = "\n".join(
        [told["task"], "", told["mentions"], *(f"- {kind}: {what}" for kind, what in mention.items()), "",
         told["statements"], *(f"- {kind}: {what}" for kind, what in statement.items())]
    )  # fmt: skip
    messages = [{"role": "system", "content": asked}, {"role": "user", "content": f"BEGIN\n{text}\nEND"}]
    return messages, _schema(list(mention), list(statement))


def read_reply(content: str, cut: bool) -> tuple[list[Marked], list[Unfit]]:
    """Return what of a reply has the form asked for, and what has not and why.

    One bad item does not spoil the others.
    """
    if not content.strip():
        return [], [Unfit("reply", "reply", "", "the reply is empty")]
    fenced = re.fullmatch(r"\s*```\w*\s*\n(.*?)\n?\s*```\s*", content, re.DOTALL)
    try:
        data = json.loads(fenced[1] if fenced else content)
    except (ValueError, RecursionError):
        why = (
            "the reply breaks off before its end; shorten characters in [reader]"
            if cut
            else "the reply is not JSON"
        )
        return [], [Unfit("reply", "reply", content[:300], why)]
    if not isinstance(data, dict) or not ({"mentions", "statements"} & set(data)):
        return [], [
            Unfit(
                "reply",
                "reply",
                content[:300],
                "the reply ignores the schema: it has no mentions, no statements",
            )
        ]
    marked: list[Marked] = []
    unfit: list[Unfit] = []
    for name, layer, model in (
        ("mentions", "mention", MarkedMention),
        ("statements", "statement", MarkedStatement),
    ):
        items = data.get(name) or []
        if not isinstance(items, list):
            unfit.append(
                Unfit("reply", "reply", str(items)[:300], f"the reply ignores the schema: {name} is no list")
            )
            continue
        for item in items:
            try:
                marked.append(model.model_validate(item))
            except ValidationError as error:
                unfit.append(_unfit(layer, item, error))
    return marked, unfit


def _unfit(layer: str, item: Any, error: ValidationError) -> Unfit:
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"]) or "the item"
    told = item if isinstance(item, dict) else {}
    return Unfit(
        layer,
        str(told.get("kind") or "unknown")[:40],
        str(told.get("quote") or item)[:300],
        f"it ignores the schema: {where}: {fault['msg'][0].lower()}{fault['msg'][1:]}",
    )


def _schema(mention: list[str], statement: list[str]) -> dict[str, Any]:
    """Return the JSON schema; kinds in the order told, every key required, as strict endpoints want."""
    text, maybe = {"type": "string"}, {"type": ["string", "null"]}

    def item(**properties: Any) -> dict[str, Any]:
        return {"type": "array", "items": _whole_object(properties)}

    lists = {
        "mentions": item(quote=text, kind={"type": "string", "enum": mention}),
        "statements": item(
            quote=text, kind={"type": "string", "enum": statement}, speaker=maybe, about=maybe, value=maybe
        ),
    }
    return _whole_object(lists)


def _whole_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@cache
def _told() -> dict[str, Any]:
    return loads(files(__package__).joinpath("model.toml").read_text(encoding="utf-8"))
