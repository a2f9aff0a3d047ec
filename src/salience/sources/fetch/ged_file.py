"""Fetched events as a GED file that the importer takes, with a note beside it: what was asked, when, from whom."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from salience.sources.fetch.connection import FetchError
from salience.sources.fetch.ucdp_api import Event, Fetched, GedQuery
from salience.sources.ucdp import CITATION, DATASET

GED_COLUMNS = files("salience.sources").joinpath("ged_columns.txt").read_text(encoding="utf-8").split()
MIDNIGHT = "T00:00:00"
LICENCE = "CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Written:
    """The file, the note beside it, and the file's SHA-256."""

    file: Path
    note: Path
    sha256: str


def file_name(query: GedQuery) -> str:
    """Return the name that says what is in the file: `ucdp_ged_25.1_700_from_2021-08-15.csv.gz`."""
    countries = "-".join(str(number) for number in query.countries)
    until = f"_to_{query.until}" if query.until else ""
    return f"ucdp_ged_{query.version}_{countries}_from_{query.since}{until}.csv.gz"


def write_ged_file(fetched: Fetched, path: Path) -> Written:
    """Write events in GED's columns and order, compressed when the name ends in `.gz`, and the note.

    The same events give the same bytes, whatever the day: a file that was taken into a record before is recognised.

    Raises
    ------
    FetchError
        The file cannot be written; what was there before stays.
    """
    body = _csv(fetched.events).encode("utf-8", "replace")
    if path.suffix.lower() == ".gz":
        body = gzip.compress(body, 6, mtime=0)
    sha256 = hashlib.sha256(body).hexdigest()
    note = path.with_name(f"{path.name}.about.json")
    told = json.dumps(_about(fetched, path.name, sha256), indent=1, ensure_ascii=False) + "\n"
    parts = [(file.with_name(f".{file.name}.{os.getpid()}.part"), file) for file in (path, note)]
    try:
        for (part, _), content in zip(parts, (body, told.encode("utf-8")), strict=True):
            part.write_bytes(content)
        for part, file in parts:
            part.replace(file)
    except OSError as error:
        raise FetchError(f"{path} cannot be written: {error.strerror}. The pages are kept.") from error
    finally:
        for part, _ in parts:
            part.unlink(missing_ok=True)
    return Written(path, note, sha256)


def _csv(events: tuple[Event, ...]) -> str:
    given = dict.fromkeys(name for event in events for name in event)
    columns = [*(name for name in GED_COLUMNS if name in given), *(n for n in given if n not in GED_COLUMNS)]
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(event.get(name)) for name in columns] for event in events)
    return sink.getvalue()


def _cell(value: Any) -> str:
    """Write a value as GED's files do: nothing for null, TRUE and FALSE, days without midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).removesuffix(MIDNIGHT)


def _about(fetched: Fetched, name: str, sha256: str) -> dict[str, Any]:
    days = sorted(str(event["date_start"])[:10] for event in fetched.events)
    return {
        "file": name,
        "sha256": sha256,
        "dataset": DATASET,
        "version": fetched.query.version,
        "address": fetched.address,
        "query": fetched.query.to_dict(),
        "events": len(fetched.events),
        "counted_by_the_api": fetched.counted,
        "first_day": days[0],
        "last_day": days[-1],
        "notes": list(fetched.notes),
        "licence": LICENCE,
        "citation": f"{CITATION}, GED version {fetched.query.version}",
        "pages": list(fetched.pages),
    }
