"""What may leave: counts by coarse fields, small ones kept back with what would give them away, and a log of it."""

from __future__ import annotations

import getpass
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from salience.errors import QuestionError, RecordError
from salience.methods.suppression import Suppressed, suppress
from salience.questions.setting import Setting
from salience.record.restricted import private_names
from salience.record.store import Record
from salience.report.tables import write_csv
from salience.version import __version__

Subject = Literal["events", "persons"]
LOG = "releases.jsonl"
LEAST = 2
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class ReleaseField:
    """A field that may leave: its SQL over the table, and what it says."""

    sql: str
    doc: str
    fine: bool = False


_MONTH = """CASE WHEN date_precision = 'year' THEN strftime(date_from, '%Y') || ', month not known'
            ELSE strftime(date_from, '%Y-%m') END"""
FIELDS: Mapping[Subject, Mapping[str, ReleaseField]] = {
    "events": {
        "month": ReleaseField(_MONTH, "month in which the event began"),
        "year": ReleaseField("strftime(date_from, '%Y')", "year in which it began"),
        "country": ReleaseField("country", "country"),
        "admin1": ReleaseField("admin1", "first administrative level (province, state, region)"),
        "admin2": ReleaseField("admin2", "second administrative level (district)", fine=True),
        "kind": ReleaseField("coalesce(kind_native, kind)", "kind of event, in the dataset's words"),
        "side_a": ReleaseField("side_a", "the acting or first side, by the dataset's label"),
        "side_b": ReleaseField("side_b", "the other side, by the dataset's label"),
        "dyad": ReleaseField("dyad", "the pair of sides"),
    },
    "persons": {
        "month": ReleaseField("strftime(date, '%Y-%m')", "month in which it happened to them"),
        "year": ReleaseField("strftime(date, '%Y')", "year in which it happened to them"),
        "admin1": ReleaseField("place", "the place, as population.csv names places"),
        "group": ReleaseField("group_name", "population group, as the source states it"),
        "sex": ReleaseField("sex", "sex, as written"),
        "kind": ReleaseField("kind", "what happened"),
    },
}
DEFAULT: Mapping[Subject, tuple[str, ...]] = {"events": ("admin1", "month"), "persons": ("admin1", "group")}


@dataclass(frozen=True, slots=True)
class Release:
    """What a release holds, and how it was made.

    Attributes
    ----------
    folder : Path
        Where it lies.
    cells, shown, small, protecting : int
        Counts that are not zero, totals among them; how many of them are shown, are kept back because they are small,
        and are kept back because they would give those away.
    earlier : int
        Releases of the same case before; seen together, several may tell more than each.
    fine : tuple of str
        Fields finer than the default that were asked for by name.
    """

    folder: Path
    subject: Subject
    fields: tuple[str, ...]
    k: int
    cells: int
    shown: int
    small: int
    protecting: int
    earlier: int
    fine: tuple[str, ...]


def release(
    record: Record,
    setting: Setting,
    folder: Path,
    log: Path,
    *,
    fields: Sequence[str] = (),
    subject: Subject = "events",
    k: int = 5,
) -> Release:
    """Write counts that may be shared, and note in the log what left.

    Parameters
    ----------
    record : Record
    setting : Setting
        Its period: what lies outside is not counted; what has no date is.
    folder : Path
        Made; must not exist yet.
    log : Path
        One JSON object a release, appended before the folder appears.
    fields : sequence of str
        Of `FIELDS`; the first makes rows, the others together columns, and totals of both are given. Month and admin1
        when left out.
    subject : {"events", "persons"}
        What is counted.
    k : int
        Counts from 1 to k - 1 are kept back, and as many more as it takes that none of them can be worked out.

    Raises
    ------
    QuestionError
        A field is not among those that may leave, k is below 2, or there is nothing to release.
    RecordError
        The folder exists, or cannot be written; nothing was released.
    """
    chosen = _choose(fields, subject, k)
    if folder.exists():
        raise RecordError(
            f"{folder} exists already; a release is made in a new folder, so that what left is known"
        )
    counted = _count(record, setting, subject, chosen)
    if not counted:
        raise QuestionError(f"the record holds no {subject} in the period; there is nothing to release")
    grid = _Grid(counted)
    kept = suppress(grid.counts, k)
    released = _describe(folder, subject, chosen, k, grid, kept, _earlier(log))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as place:
            part = Path(place) / "made"
            _write(part, released, grid, kept, record)
            _note(log, released, part, record)
            part.rename(folder)
    except OSError as error:
        raise RecordError(f"cannot write {folder}: {error.strerror}. Nothing was released.") from error
    return released


class _Grid:
    """Counts by the first field (rows) and the others together (columns)."""

    def __init__(self, counted: Mapping[tuple[str, ...], tuple[int, int | None]]) -> None:
        self.rows = sorted({cell[:1] for cell in counted})
        self.columns = sorted({cell[1:] for cell in counted})
        row, column = ({v: n for n, v in enumerate(values)} for values in (self.rows, self.columns))
        self.cells = {(row[c[:1]], column[c[1:]]): deaths for c, (_, deaths) in counted.items()}
        self.counts = np.zeros((len(self.rows), len(self.columns)), dtype=np.int64)
        for cell, (count, _) in counted.items():
            self.counts[row[cell[:1]], column[cell[1:]]] = count


def _choose(fields: Sequence[str], subject: Subject, k: int) -> tuple[str, ...]:
    allowed = FIELDS[subject]
    chosen = tuple(dict.fromkeys(fields)) or DEFAULT[subject]
    for name in chosen:
        if name not in allowed:
            raise QuestionError(
                f"the field '{name}' is not among those that may leave for {subject}: {', '.join(allowed)}. Exact "
                "places, days, texts and names of persons are not released."
            )
    if k < LEAST:
        raise QuestionError(f"k is {k}; expected {LEAST} or more: below that nothing would be kept back")
    return chosen


def _count(
    record: Record, setting: Setting, subject: Subject, fields: Sequence[str]
) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """Count where the data lie; names of private persons become blocks, and cells that then are one are added up."""
    names = ", ".join(f"{FIELDS[subject][name].sql} AS f{n}" for n, name in enumerate(fields))
    what, day = "count(*) AS n, sum(deaths_best) AS deaths FROM event", "date_from"
    if subject == "persons":
        what, day = "sum(count) AS n, NULL AS deaths FROM person", "date"
    limits = [(setting.period.start, ">="), (setting.period.end, "<=")]
    asked: list[Any] = [limit for limit, _ in limits if limit is not None]
    conditions = [f"({day} {sign} ? OR {day} IS NULL)" for limit, sign in limits if limit is not None]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"SELECT {names}, {what} {where} GROUP BY ALL HAVING n > 0"
    masked = private_names(record)
    counted: dict[tuple[str, ...], tuple[int, int | None]] = {}
    for row in record.rows(query, asked):
        cell = tuple(masked.mask(str(row[f"f{n}"])) if row[f"f{n}"] else UNKNOWN for n in range(len(fields)))
        before, deaths = counted.get(cell, (0, None))
        known = [d for d in (deaths, row["deaths"]) if d is not None]
        counted[cell] = (before + int(row["n"]), int(sum(known)) if known else None)
    return counted


def _describe(
    folder: Path,
    subject: Subject,
    fields: tuple[str, ...],
    k: int,
    grid: _Grid,
    kept: Suppressed,
    earlier: int,
) -> Release:
    held = [
        (grid.counts, kept.cells),
        (grid.counts.sum(axis=1), kept.row_totals),
        (grid.counts.sum(axis=0), kept.column_totals),
        (grid.counts.sum(), np.asarray(kept.whole)),
    ]
    cells = sum(int((counts > 0).sum()) for counts, _ in held)
    hidden = sum(int(flags.sum()) for _, flags in held)
    fine = tuple(name for name in fields if FIELDS[subject][name].fine)
    return Release(
        folder, subject, fields, k, cells, cells - hidden, kept.small, hidden - kept.small, earlier, fine
    )


def _write(part: Path, made: Release, grid: _Grid, kept: Suppressed, record: Record) -> None:
    events = made.subject == "events"
    told = f"{made.subject}"
    rows = []
    for (i, j), deaths in sorted(grid.cells.items()):
        hidden = bool(kept.cells[i, j])
        count = None if hidden else int(grid.counts[i, j])
        measure = [None if hidden else deaths] if events else []
        rows.append([*grid.rows[i], *grid.columns[j], count, *measure, "kept back" if hidden else "shown"])
    names = [*made.fields, told, *(["deaths_best"] if events else []), "state"]
    write_csv(part / f"{made.subject}.csv", names, rows)
    blank = [""] * len(made.fields)
    totals = [[*blank, _or_none(int(grid.counts.sum()), kept.whole)]]
    totals += [
        [*row, *blank[1:], _or_none(int(n), bool(hidden))]
        for row, n, hidden in zip(grid.rows, grid.counts.sum(axis=1), kept.row_totals, strict=True)
    ]
    if len(made.fields) > 1:
        totals += [
            ["", *column, _or_none(int(n), bool(hidden))]
            for column, n, hidden in zip(
                grid.columns, grid.counts.sum(axis=0), kept.column_totals, strict=True
            )
        ]
    write_csv(
        part / "totals.csv",
        [*made.fields, told, "state"],
        [[*row, "shown" if row[-1] is not None else "kept back"] for row in totals],
    )
    (part / "README.txt").write_text(_explain(made, record), encoding="utf-8")


def _or_none(count: int, hidden: bool) -> int | None:
    return None if hidden else count


def _explain(made: Release, record: Record) -> str:
    described = "\n".join(f"  {name}: {FIELDS[made.subject][name].doc}" for name in made.fields)
    deaths = (
        "  deaths_best: the sum of the best figures of deaths, of the events that have one\n"
        if made.subject == "events"
        else ""
    )
    rows = record.rows(
        "SELECT DISTINCT citation, licence FROM origin WHERE citation IS NOT NULL ORDER BY 1, 2"
    )
    cited = "\n".join(
        f"  {row['citation']}" + (f" Licence: {row['licence']}." if row["licence"] else "") for row in rows
    )
    return f"""Counts of {made.subject}, released with salience {__version__}.

{made.subject}.csv has a row for each combination of fields in which something was counted:
{described}
  {made.subject}: how many
{deaths}  state: shown, or kept back

totals.csv has the total of all, of each {made.fields[0]} and of each combination of the other fields; an empty field
stands for all of its values.

Counts under {made.k} are kept back, and as many others as it takes that none of them can be worked out from the rest:
for each of them what is shown allows {made.k} or more. That a row is kept back does not say that it is small.
Combinations that are not listed were counted as none. "{UNKNOWN}" stands where the record does not say.

These numbers describe a record, somebody's accounts of what happened, and not all that happened.

Sources of the data:
{cited or "  not stated"}
"""


def _earlier(log: Path) -> int:
    return sum(1 for line in log.read_text(encoding="utf-8").splitlines() if line) if log.is_file() else 0


def _note(log: Path, made: Release, part: Path, record: Record) -> None:
    """Append what is about to leave; a release that is not noted is not made."""
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(part.iterdir())}
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": getpass.getuser(),
        **{name: value for name, value in asdict(made).items() if name not in {"earlier", "folder"}},
        "folder": str(made.folder),
        "files": files,
        "record": record.fingerprint(),
        "version": __version__,
    }
    with log.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
