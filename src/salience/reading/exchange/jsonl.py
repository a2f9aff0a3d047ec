"""One text a line, with its annotations: the JSONL of doccano and of Prodigy. Both count code points.

What a person sends back is what stands: an annotation that is there was accepted.
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
    jsonl_bytes,
    load_jsonl,
    take_int,
    text_or_none,
)


def write_doccano(bundle: Bundle) -> Files:
    """Return texts with what stands in them as drafts: `{"text", "label": [[start, end, kind]], "sha256"}`."""
    rows = [
        {"text": content, "label": sorted([o.start, o.end, o.kind] for o in told), "sha256": sha}
        for sha, content, told in bundle.by_text(drafts=True)
    ]
    return Files(jsonl_bytes(rows), sum(len(row["label"]) for row in rows))


def read_doccano(path: Path) -> list[Annotation]:
    """Read doccano's JSONL, with or without relations.

    Raises
    ------
    InputError
        A line is cut off, or holds no text or no labels.
    """
    found = []
    for number, row in load_jsonl(path):
        where = f"line {number:,}"
        content = _content(row, where, path.name)
        labels = next(
            (row[name] for name in ("label", "labels", "entities") if isinstance(row.get(name), list)), None
        )
        if labels is None:
            raise InputError(
                "no list 'label' or 'entities' stands here; nothing was taken", file=path.name, line=number
            )
        for label in labels:
            start, end, kind = _doccano_label(label, where, path.name)
            found.append(_annotation(row, content, start, end, kind, where))
    return found


def _doccano_label(label: Any, where: str, file: str) -> tuple[int, int, str]:
    if isinstance(label, Mapping):
        label = [label.get("start_offset"), label.get("end_offset"), label.get("label")]
    if not isinstance(label, list) or len(label) != 3:
        raise InputError(
            f"{where}: a label is [start, end, kind]; found {label!r}. Nothing was taken.", file=file
        )
    return take_int(label[0], "start", file, where), take_int(label[1], "end", file, where), str(label[2])


def write_prodigy(bundle: Bundle) -> Files:
    """Return texts with what stands in them as drafts: `{"text", "spans": [{start, end, label}], "meta"}`."""
    rows = [
        {
            "text": content,
            "spans": [{"start": o.start, "end": o.end, "label": o.kind, "text": o.quote} for o in told],
            "meta": {"sha256": sha},
        }
        for sha, content, told in bundle.by_text(drafts=True)
    ]
    return Files(jsonl_bytes(rows), sum(len(row["spans"]) for row in rows))


def read_prodigy(path: Path) -> list[Annotation]:
    """Read Prodigy's JSONL: spans of an accepted task are accepted, of a rejected one rejected; ignored tasks are left.

    Raises
    ------
    InputError
        A line is cut off, holds no text, or an answer is not known.
    """
    states = {"accept": "accepted", "reject": "rejected", "ignore": None}
    found = []
    for number, row in load_jsonl(path):
        where = f"line {number:,}"
        content = _content(row, where, path.name)
        answer = row.get("answer", "accept")
        if answer not in states:
            raise InputError(f"the answer is {answer!r}; accept, reject or ignore is expected. Nothing was taken.",
                             file=path.name, line=number)  # fmt: skip
        state = states[answer]
        for span in row.get("spans") or []:
            if state is None:
                continue
            if not isinstance(span, Mapping):
                raise InputError("a span is an object with start, end and label; nothing was taken",
                                 file=path.name, line=number)  # fmt: skip
            start = take_int(span.get("start"), "start", path.name, where)
            end = take_int(span.get("end"), "end", path.name, where)
            found.append(
                _annotation(
                    row,
                    content,
                    start,
                    end,
                    str(span.get("label")),
                    where,
                    state,
                    text_or_none(span.get("text")),
                )
            )
    return found


def _content(row: Mapping[str, Any], where: str, file: str) -> str:
    content = row.get("text")
    if not isinstance(content, str):
        raise InputError(f"{where}: no 'text' stands here. Nothing was taken.", file=file)
    return content


def _annotation(
    row: Mapping[str, Any],
    content: str,
    start: int,
    end: int,
    kind: str,
    where: str,
    state: str = "accepted",
    quote: str | None = None,
) -> Annotation:
    meta = row.get("meta")
    sha = row.get("sha256") or (meta.get("sha256") if isinstance(meta, Mapping) else None)
    by = row.get("annotator") or row.get("_annotator_id") or row.get("username") or ""
    return Annotation(
        start,
        end,
        quote,
        kind,
        sha256=text_or_none(sha),
        content=content,
        state=state,
        by=str(by),
        where=where,
    )
