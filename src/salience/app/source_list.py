"""A line for `sources.csv` that makes two names one source: shown, or added to the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from salience.case_file import SOURCE_COLUMNS, SOURCES_FILE, read_sources
from salience.errors import CaseError, InputError
from salience.record.names import normalise_name
from salience.record.source_names import SourceRule


def line_for(name: str, canonical: str, header: Sequence[str] = SOURCE_COLUMNS) -> str:
    """Return the line that says whom a name stands for, without its end."""
    cells = {"name": name, "canonical": canonical}
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cells.get(column.strip(), "") for column in header])
    return out.getvalue()


def header_of(folder: Path) -> list[str]:
    """Return the columns of a case's `sources.csv`, those of an empty one where it has none."""
    text = _read(folder / SOURCES_FILE)
    return next(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")), list(SOURCE_COLUMNS))


def add_line(folder: Path, name: str, canonical: str) -> str:
    """Add the line to the case's `sources.csv`; the rest of the file stays as it is, to the letter.

    Returns
    -------
    str
        The line.

    Raises
    ------
    InputError
        The file says something else of one of the names.
    CaseError
        The file cannot be written. In both cases nothing was changed.
    """
    path = folder / SOURCES_FILE
    before = _read(path)
    _require_free(read_sources(folder), name, canonical)
    header = header_of(folder)
    if "canonical" not in [column.strip() for column in header]:
        raise InputError(
            "it has no column canonical, so it cannot say whom a name stands for; add one. Nothing was changed.",
            file=SOURCES_FILE,
            line=1,
        )
    end = "\r\n" if "\r\n" in before else "\n"
    text = before or ",".join(SOURCE_COLUMNS) + end
    if not text.endswith("\n"):
        text += end
    line = line_for(name, canonical, header)
    _put(path, text + line + end)
    return line


def _require_free(rules: Sequence[SourceRule], name: str, canonical: str) -> None:
    """Refuse a chain: a name that others stand for, or one that stands for another, needs a person's own hand."""
    rare, common = normalise_name(name), normalise_name(canonical)
    for rule in rules:
        itself, other = normalise_name(rule.name), normalise_name(rule.canonical)
        if rare in (itself, other) or (itself == common and other != common):
            raise InputError(
                f"it has a line already that says '{rule.name}' stands for '{rule.canonical}'; change it by hand. "
                "Nothing was changed.",
                file=SOURCES_FILE,
            )


def _read(path: Path) -> str:
    """Return the file with its line ends as they are; empty where there is none."""
    try:
        return path.read_bytes().decode("utf-8") if path.is_file() else ""
    except UnicodeDecodeError as error:
        raise InputError("this is not a file in UTF-8; nothing was changed", file=SOURCES_FILE) from error
    except OSError as error:
        raise CaseError(f"{SOURCES_FILE} cannot be read: {error.strerror}") from error


def _put(path: Path, text: str) -> None:
    """Replace the file whole, once what it would say was read without a fault."""
    raw = text.encode("utf-8")
    try:
        with TemporaryDirectory() as trial:
            (Path(trial) / SOURCES_FILE).write_bytes(raw)
            read_sources(Path(trial))
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(raw)
        part.replace(path)
    except OSError as error:
        raise CaseError(f"{SOURCES_FILE} cannot be written: {error.strerror}; nothing was changed") from error
