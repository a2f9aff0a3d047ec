"""Label Studio's JSON of tasks. Its places count UTF-16 code units, so that they shift after an emoji; we convert.

Some versions of Label Studio write code points instead (its issues 1008 and 1347). The quote that stands with each
region decides: all regions of a task are read one way, then the other, and refused when neither gives the quotes.
"""

from __future__ import annotations

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
from salience.reading.offsets import Utf16Offsets


def write_studio(bundle: Bundle) -> Files:
    """Return one task a text, with what stands in it as predictions to correct."""
    tasks, written = [], 0
    for sha, content, told in bundle.by_text(drafts=True):
        offsets = Utf16Offsets(content)
        regions = [
            {
                "id": f"{one.layer}-{one.target}", "from_name": "label", "to_name": "text", "type": "labels",
                "value": {"start": offsets.units(one.start), "end": offsets.units(one.end), "text": one.quote,
                          "labels": [one.kind]},
                "score": one.confidence,
            }
            for one in told
        ]  # fmt: skip
        written += len(regions)
        tasks.append({"data": {"text": content, "sha256": sha},
                      "predictions": [{"model_version": "salience", "result": regions}]})  # fmt: skip
    return Files(json_bytes(tasks), written)


def read_studio(path: Path) -> list[Annotation]:
    """Read the annotations of exported tasks; predictions and cancelled annotations are left.

    Raises
    ------
    InputError
        It is cut off, a task holds no text, or a region does not hold the text it says.
    """
    tasks = load_json(path)
    found = []
    for number, task in enumerate(tasks if isinstance(tasks, list) else [tasks], start=1):
        where = f"task {task.get('id', number) if isinstance(task, Mapping) else number}"
        data = task.get("data") if isinstance(task, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
            raise InputError(f"{where}: no data.text stands here; export as JSON, not JSON-MIN. Nothing was taken.",
                             file=path.name)  # fmt: skip
        for made in task.get("annotations") or task.get("completions") or []:
            if not (isinstance(made, Mapping) and made.get("was_cancelled")):
                try:
                    found += _regions(made, data, where, path.name)
                except (AttributeError, KeyError, TypeError) as error:
                    raise InputError(f"{where}: a region is not as Label Studio writes it. Nothing was taken.",
                                     file=path.name) from error  # fmt: skip
    return found


def _regions(made: Mapping[str, Any], data: Mapping[str, Any], where: str, file: str) -> list[Annotation]:
    content = str(data["text"])
    values = [
        region["value"] | {"region": region.get("id", number)}
        for number, region in enumerate(made.get("result") or [], start=1)
        if region.get("type") == "labels"
    ]
    places = [
        (take_int(v.get("start"), "start", file, where), take_int(v.get("end"), "end", file, where))
        for v in values
    ]
    offsets = Utf16Offsets(content)
    units = [(offsets.point(start), offsets.point(end)) for start, end in places]
    quotes = [text_or_none(v.get("text")) for v in values]
    if _all_hold(content, units, quotes) and (not offsets.differs or all(q is not None for q in quotes)):
        read: list[tuple[int | None, int | None]] = units
    elif _all_hold(content, places, quotes) and all(q is not None for q in quotes):
        read = list(places)
    else:
        raise InputError(_explain(content, values, units, quotes, where), file=file)
    return [
        Annotation(
            start or 0, end or 0, content[start:end], str((value.get("labels") or [""])[0]),
            sha256=text_or_none(data.get("sha256")), content=content, by=_person(made.get("completed_by")),
            at=str(made.get("updated_at") or made.get("created_at") or ""), where=f"{where}, region {value['region']}",
        )
        for value, (start, end) in zip(values, read, strict=True)
    ]  # fmt: skip


def _all_hold(content: str, places: Any, quotes: list[str | None]) -> bool:
    return all(_holds(content, start, end, quote) for (start, end), quote in zip(places, quotes, strict=True))


def _holds(content: str, start: int | None, end: int | None, quote: str | None) -> bool:
    if start is None or end is None or not 0 <= start < end <= len(content):
        return False
    # Label Studio writes line ends within a region as backslash and n.
    return quote is None or content[start:end] in (quote, quote.replace("\\n", "\n"))


def _explain(content: str, values: Any, units: Any, quotes: list[str | None], where: str) -> str:
    for value, (start, end), quote in zip(values, units, quotes, strict=True):
        if quote is None:
            continue
        if not _holds(content, start, end, quote):
            stands = "nothing" if start is None or end is None else repr(content[start:end][:80])
            return (
                f"{where}, region {value['region']}: it says that {quote[:80]!r} stands at {value.get('start')}–"
                f"{value.get('end')} (UTF-16 code units), where the text has {stands}. Was the text changed after it "
                "was exported? Nothing was taken."
            )
    return (
        f"{where}: regions do not say which words they hold, and the text has signs that count twice, such as emoji. "
        "Export with the regions' text (saveTextResult). Nothing was taken."
    )


def _person(told: Any) -> str:
    if isinstance(told, Mapping):
        return str(told.get("email") or told.get("username") or told.get("id") or "")
    return f"Label Studio user {told}" if isinstance(told, int) else str(told or "")
