"""W3C Web Annotation Data Model (2017) as JSON-LD: the form in which annotations are exchanged without loss.

A target names our text by its hash and the place twice: by a TextPositionSelector (4.2.5) and a TextQuoteSelector
(4.2.4) with 32 characters before and after. What the model has no words for stands under our own prefix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salience.errors import InputError
from salience.reading.exchange.model import (
    Annotation,
    Bundle,
    Files,
    json_bytes,
    load_json,
    take_int,
    text_or_none,
)
from salience.reading.spans import span_of

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"salience": "urn:salience:"}]
HASH = "urn:sha256:"


def write_w3c(bundle: Bundle) -> Files:
    """Return every annotation, once for everybody who decided about it."""
    items = [
        _annotation(one, place, content)
        for _, content, told in bundle.by_text()
        for place, one in enumerate(told)
    ]
    collection = {
        "@context": CONTEXT,
        "type": "AnnotationCollection",
        "label": bundle.case,
        "total": len(items),
        "first": {"type": "AnnotationPage", "startIndex": 0, "items": items},
    }
    return Files(json_bytes(collection), len(items))


def _annotation(one: Annotation, place: int, content: str) -> dict[str, Any]:
    purposes = (("classifying", one.kind), ("identifying", one.value), ("commenting", one.note or None))
    told: dict[str, Any] = {
        "id": f"urn:salience:{one.layer}:{one.target}:{place}",
        "type": "Annotation",
        "motivation": "classifying",
        "body": [{"type": "TextualBody", "purpose": p, "value": v} for p, v in purposes if v is not None],
        "target": {
            "source": f"{HASH}{one.sha256}",
            "selector": span_of(content, one.start, one.end).selectors(content),
        },
        "salience:layer": one.layer,
        "salience:state": one.state,
    }
    if one.by:
        told |= {"creator": {"type": "Person", "name": one.by}, "created": one.at}
    else:
        told["generator"] = {"type": "Software", "name": "salience"}
    own = {"speaker": one.speaker, "about": one.about, "sameAs": one.same_as or None, "how": one.how or None,
           "confidence": one.confidence}  # fmt: skip
    return told | {f"salience:{name}": value for name, value in own.items() if value is not None}


def read_w3c(path: Path) -> list[Annotation]:
    """Read a collection, a page, a list of annotations or a single one.

    Raises
    ------
    InputError
        It is cut off, or an annotation lacks its text, its place or its kind.
    """
    told = load_json(path)
    items = _items(told)
    total = told.get("total") if isinstance(told, Mapping) else None
    if isinstance(total, int) and total != len(items):
        raise InputError(
            f"the collection says that it holds {total:,} annotations and there are {len(items):,}. The file is not "
            "whole; export it again. Nothing was taken.",
            file=path.name,
        )
    found = [_read(one, f"annotation {place}", path.name) for place, one in enumerate(items, start=1)]
    return [one for one in found if one.state != "suggested"]


def _items(told: Any) -> list[Any]:
    if isinstance(told, list):
        return told
    if not isinstance(told, Mapping):
        return []
    if "first" in told and isinstance(told["first"], Mapping):
        return list(told["first"].get("items", []))
    return list(told["items"]) if "items" in told else [told]


def _read(one: Any, where: str, file: str) -> Annotation:
    if not isinstance(one, Mapping) or not isinstance(one.get("target"), Mapping):
        raise InputError(f"{where}: an annotation with a target is expected. Nothing was taken.", file=file)
    target = one["target"]
    selectors = {s.get("type"): s for s in _list(target.get("selector")) if isinstance(s, Mapping)}
    position, quote = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
    source = str(target.get("source", ""))
    if position is None or quote is None or not source.startswith(HASH):
        raise InputError(
            f"{where}: its target needs a source ({HASH}…), a TextPositionSelector and a TextQuoteSelector. "
            "Nothing was taken.",
            file=file,
        )
    bodies: dict[Any, str] = {}
    for body in _list(one.get("body")):
        if isinstance(body, Mapping) and isinstance(body.get("value"), str):
            bodies.setdefault(body.get("purpose", "classifying"), body["value"])
    if "classifying" not in bodies:
        raise InputError(
            f"{where}: no body says its kind (purpose classifying). Nothing was taken.", file=file
        )
    creator = one.get("creator")
    by = creator.get("name", "") if isinstance(creator, Mapping) else creator
    told_state = one.get("salience:state") or ("accepted" if by else "suggested")
    return Annotation(
        start=take_int(position.get("start"), "start", file, where),
        end=take_int(position.get("end"), "end", file, where),
        quote=str(quote.get("exact", "")), kind=bodies["classifying"], sha256=source.removeprefix(HASH),
        layer=text_or_none(one.get("salience:layer")), value=bodies.get("identifying"),
        speaker=one.get("salience:speaker"), about=one.get("salience:about"), state=str(told_state), by=str(by or ""),
        at=str(one.get("created") or ""), note=bodies.get("commenting", ""),
        same_as=str(one.get("salience:sameAs") or ""), target=_own_id(one.get("id")), where=where,
    )  # fmt: skip


def _own_id(told: Any) -> int | None:
    """Return the row that an id of ours names; None for ids that other programs gave."""
    match = re.match(r"urn:salience:\w+:(\d{1,19}):", str(told), re.ASCII)
    return int(match[1]) if match else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
