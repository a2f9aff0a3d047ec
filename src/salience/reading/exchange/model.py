"""What every format of exchange carries: a place in a text, what it is, and who decided so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salience.errors import InputError


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation, on its way out or in.

    Attributes
    ----------
    start, end : int
        Code points of the text.
    quote : str or None
        What stands there; None when the format does not say.
    kind : str
        A kind of mention or statement.
    sha256, content : str or None
        Which text: its hash, the text as the file holds it, or both.
    layer, value, speaker, about : str or None
        None when the format does not say.
    state : str
        A state of a decision, or "suggested".
    by, at, note, same_as
        Of the decision.
    how, confidence
        Of the suggestion.
    target : int or None
        Its row in the record.
    standing : bool
        Whether this decision is the one that stands, or nobody decided.
    change : mapping or None
        What a decision changes, where the file holds decisions rather than annotations.
    where : str
        Where in the file, for errors: "line 3".
    """

    start: int
    end: int
    quote: str | None
    kind: str
    sha256: str | None = None
    content: str | None = None
    layer: str | None = None
    value: str | None = None
    speaker: str | None = None
    about: str | None = None
    state: str = "accepted"
    by: str = ""
    at: str = ""
    note: str = ""
    same_as: str = ""
    how: str = ""
    confidence: float | None = None
    target: int | None = None
    standing: bool = True
    change: Mapping[str, Any] | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is exported: the case's name, the texts by their hash, and the annotations in the order of the texts."""

    case: str
    texts: Mapping[str, str]
    annotations: Sequence[Annotation]

    def by_text(self, *, drafts: bool = False) -> list[tuple[str, str, list[Annotation]]]:
        """Return hash, content and annotations of each text.

        Parameters
        ----------
        drafts : bool
            Each suggestion once, as it stands now, and without what was rejected: what another tool should show as
            drafts to correct.
        """
        held: dict[str, list[Annotation]] = {sha: [] for sha in self.texts}
        for one in self.annotations:
            if not drafts or (one.standing and one.state != "rejected"):
                held[str(one.sha256)].append(one)
        return [(sha, self.texts[sha], held[sha]) for sha in self.texts]


@dataclass(frozen=True, slots=True)
class Files:
    """The bytes of an exported file, and how many annotations they hold."""

    content: bytes
    written: int


def json_bytes(told: Any) -> bytes:
    """Return plain data as JSON in UTF-8, to be read by people too."""
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def jsonl_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON, one a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def load_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    InputError
        It is cut off or is no JSON, with the line.
    """
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"the file is not UTF-8 (byte {error.start:,}); nothing was taken", file=path.name
        ) from error
    except RecursionError as error:
        raise InputError(
            "its brackets are nested too deeply to be annotations; nothing was taken", file=path.name
        ) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is no whole JSON file: {error.msg}. It may be cut off; export it again. Nothing was taken.",
            file=path.name,
            line=error.lineno,
        ) from error


def load_jsonl(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a file of JSON objects, one a line, with the lines' numbers.

    Raises
    ------
    InputError
        A line is cut off or is no JSON object.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the file is not UTF-8 (byte {error.start:,}); nothing was taken", file=path.name
        ) from error
    rows = []
    # Not splitlines: a text may hold U+2028 and the like.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except RecursionError as error:
            raise InputError("brackets are nested too deeply here", file=path.name, line=number) from error
        except json.JSONDecodeError as error:
            raise InputError(
                f"this line is no whole JSON object: {error.msg}. The file may be cut off; save or export it again. "
                "Nothing was taken.",
                file=path.name,
                line=number,
            ) from error
        if not isinstance(row, dict):
            raise InputError(
                "a JSON object is expected on each line; nothing was taken", file=path.name, line=number
            )
        rows.append((number, row))
    return rows


def take_int(value: Any, what: str, file: str, where: str) -> int:
    """Return a whole number that a file gives, as a number or as digits.

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isascii() and value.strip().lstrip("-").isdigit():
        return int(value)
    raise InputError(
        f"{where}: {what} is {value!r}; a whole number is expected. Nothing was taken.", file=file
    )


def text_or_none(value: Any) -> str | None:
    """Return text that a file gives; None when it gives none."""
    return None if value is None or value == "" else str(value)
