"""The record on disk: one DuckDB file, read as Narwhals frames, written in whole transactions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import narwhals as nw

from salience.errors import RecordError
from salience.record.decisions import check_log
from salience.record.events import fill_telling
from salience.record.schema import create_statements, load_schema, schema_version
from salience.record.search_index import index_events, index_texts
from salience.record.shown import frame_of, show_line, show_overview
from salience.record.sql import scalar

# Tables with rows of the case's own files (origin 0) beside those of imports.
OWN_TABLES = ("stakeholder", "issue", "position", "relation", "attribute", "weight", "seat", "place")


class Record:
    """What is known of a conflict and who said so.

    Parameters
    ----------
    path : Path
        The `record.duckdb` file; made when missing, unless `read_only`.
    read_only : bool
        Open for reading alone: several processes may do so at once, none may write meanwhile.

    Raises
    ------
    RecordError
        When the file is in use, cannot be written, is no record, or was made by a later schema.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.connection = _connect(path, read_only)
        try:
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def table(self, name: str) -> nw.LazyFrame[Any]:
        """Return one table of the record as a lazy frame.

        Raises
        ------
        RecordError
            When the record has no table of that name.
        """
        require_table(name)
        return frame_of(self.connection.table(name))

    @property
    def origin(self) -> nw.LazyFrame[Any]:
        """The imports, one row each."""
        return self.table("origin")

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries; for small results."""
        cursor = self.connection.execute(query, parameters or [])
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Do all of the block or nothing of it, whatever ends it."""
        if self.read_only:
            raise RecordError(f"{self.path.name} is open for reading only")
        self.connection.execute("BEGIN")
        try:
            with duckdb_errors(self.path):
                yield self.connection
                self.connection.execute("COMMIT")
        except BaseException:
            with _ignoring_duckdb():
                self.connection.execute("ROLLBACK")
            raise

    def sharing(self, *, read_only: bool = True) -> Record:
        """Return the same record on a connection of its own, for another thread; closing it closes only that.

        Parameters
        ----------
        read_only : bool
            Refuse transactions on it, even where the file is open for writing.
        """
        shared = object.__new__(Record)
        shared.path = self.path
        shared.read_only = read_only or self.read_only
        shared.connection = self.connection.cursor()
        configure(shared.connection)
        return shared

    def fingerprint(self) -> str:
        """Return a hash of what the record holds: imports, what names stand for, readings, decisions, own tables."""
        parts = (
            self.connection.execute("SELECT id::VARCHAR FROM origin ORDER BY 1").fetchall()
            + self.connection.execute(
                """SELECT concat_ws('|', a.id, s.id, s.name, s.kind, s.country, s.language, s.speaks_for,
                                s.independence_group)
               FROM source_alias a JOIN source s ON s.id = a.source ORDER BY 1"""
            ).fetchall()
        )
        readings = self.connection.execute(
            """SELECT DISTINCT coalesce(reading, '') FROM text UNION ALL
               SELECT coalesce(max_by(hash, number), '') FROM decision ORDER BY 1"""
        ).fetchall()
        suggested = self.connection.execute(
            """SELECT concat_ws('|', 'model', count(*), bit_xor(hash(id, start, "end", kind, value)))
               FROM (SELECT id, start, "end", kind, value FROM mention WHERE how = 'model' OR notes LIKE '%model: %'
                     UNION ALL SELECT id, start, "end", kind, value FROM statement
                     WHERE how = 'model' OR detail LIKE '%"also":%')
               HAVING count(*) > 0"""
        ).fetchall()
        # What `salience learn` grades: questions may leave out what it doubts.
        suggested += self.connection.execute(
            """SELECT concat_ws('|', 'graded', bit_xor(hash(id, confidence)))
               FROM (SELECT id, confidence FROM mention UNION ALL SELECT id, confidence FROM statement)
               HAVING count(*) > 0"""
        ).fetchall()
        # What a person writes in the case's own tables has no origin whose hash would tell of a change.
        own = self.connection.execute(
            " UNION ALL ".join(f"SELECT '{t}' || r::VARCHAR FROM {t} r WHERE origin = 0" for t in OWN_TABLES)
            + " ORDER BY 1"
        ).fetchall()
        text = "\n".join([str(schema_version()), *(row[0] for row in parts + readings + suggested + own)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def export(self, folder: Path | None = None) -> list[Path]:
        """Write every table as Parquet, one file each, for any engine to read.

        Parameters
        ----------
        folder : Path, optional
            Made when missing, `record/` beside the file when left out; files of the same names are replaced once all
            are written.

        Returns
        -------
        list of Path
            The files written.
        """
        folder = folder or self.path.with_suffix("")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = []
            for name in load_schema():
                part = folder / f".{name}.parquet.part"
                with duckdb_errors(self.path):
                    target = str(part).replace("'", "''")
                    self.connection.execute(
                        f"COPY (FROM \"{name}\") TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
                    )
                written.append((part, folder / f"{name}.parquet"))
            for part, final in written:
                part.replace(final)
        except OSError as error:
            raise RecordError(f"cannot write to {folder}: {error.strerror}") from error
        return [final for _, final in written]

    def check(self) -> list[str]:
        """Return what is wrong with the record, in plain sentences; empty when all is well."""
        return [
            message.format(count=count)
            for query, message in CHECKS
            if (count := scalar(self.connection, query))
        ] + check_log(self)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self.connection.close()

    def __repr__(self) -> str:
        """Say which file it is and what it holds."""
        return show_line(self)

    def _repr_html_(self) -> str:
        return show_overview(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        with duckdb_errors(self.path):
            configure(self.connection)
            known = (
                "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version' AND NOT temporary"
            )
            if scalar(self.connection, known):
                self._require_version()
                self._add_new_tables()
            elif self.read_only:
                raise RecordError(f"{self.path.name} holds no record yet; `salience run` makes one")
            else:
                with self.transaction() as connection:
                    for statement in create_statements():
                        connection.execute(statement)
                    connection.execute("CREATE TABLE schema_version (version INTEGER)")
                    connection.execute("INSERT INTO schema_version VALUES (?)", [schema_version()])

    def _add_new_tables(self) -> None:
        """Add the tables that the schema gained without changing those there were."""
        here = {
            row[0] for row in self.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        }
        if not self.read_only and not here.issuperset(load_schema()):
            with self.transaction() as connection:
                for statement in create_statements():
                    connection.execute(statement)
                if "telling" not in here:
                    fill_telling(connection)
                if "headline_words" not in here:
                    index_events(connection)
                    index_texts(connection)

    def _require_version(self) -> None:
        found = scalar(self.connection, "SELECT version FROM schema_version")
        if found != schema_version():
            raise RecordError(
                f"{self.path.name} was made by version {found} of the record and this program reads version "
                f"{schema_version()}. Move the file away and run the case again: it is rebuilt from raw files."
            )


class ParquetRecord:
    """An exported record: the same frames, read from a folder of Parquet files.

    Parameters
    ----------
    folder : Path
        What `Record.export` wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        if not (folder / "origin.parquet").is_file():
            raise RecordError(f"{folder} holds no exported record (no origin.parquet)")
        self.connection = duckdb.connect()
        configure(self.connection)

    def table(self, name: str) -> nw.LazyFrame[Any]:
        """Return one table as a lazy frame."""
        require_table(name)
        return frame_of(self.connection.read_parquet(str(self.path / f"{name}.parquet")))

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()


CHECKS = [
    ("SELECT count(*) - count(DISTINCT id) FROM account", "{count} accounts share an id with another"),
    ("SELECT count(*) - count(DISTINCT id) FROM event", "{count} events share an id with another"),
    (
        "SELECT count(*) FROM account a ANTI JOIN source s ON s.id = a.source",
        "{count} accounts name a source that the record does not hold",
    ),
    (
        "SELECT count(*) FROM account a ANTI JOIN link l ON l.account = a.id",
        "{count} accounts tell of no event",
    ),
    (
        "SELECT count(*) FROM origin WHERE rows_read <> rows_kept + rows_set_aside",
        "{count} imports do not add up: read is not kept + set aside",
    ),
    (
        """SELECT count(*) FROM (
             SELECT o.id FROM origin o LEFT JOIN set_aside s ON s.origin = o.id AND s.scope = 'row'
             GROUP BY o.id, o.rows_set_aside HAVING count(s.origin) <> o.rows_set_aside)""",
        "{count} imports count other rows set aside than are kept in set_aside",
    ),
]


def configure(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep the engine's own progress bar off the standard output.

    Where it is off already it is left alone: in a notebook without ipywidgets the engine refuses to be asked.
    """
    if scalar(connection, "SELECT current_setting('enable_progress_bar')"):
        connection.execute("SET enable_progress_bar = false")


def require_table(name: str) -> None:
    """Raise RecordError, with the names there are, unless the record has this table."""
    if name not in load_schema():
        raise RecordError(f"the record has no table '{name}'; it has {', '.join(load_schema())}")


@contextmanager
def duckdb_errors(path: Path) -> Iterator[None]:
    """Say in plain words what DuckDB found wrong with the file or the disk."""
    try:
        yield
    except (
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.FatalException,
        duckdb.ConnectionException,
        OSError,
    ) as error:
        raise RecordError(explain_failure(path, str(error))) from error


def explain_failure(path: Path, text: str) -> str:
    """Turn a database engine's message into a sentence for the person whose file it is."""
    if "No space left" in text or "ENOSPC" in text:
        return f"the disk that holds {path.parent} is full. Nothing was changed; free some space and repeat."
    if "Conflicting lock" in text or "Could not set lock" in text:
        holder = re.search(r"PID (\d+)", text)
        who = f" (process {holder.group(1)})" if holder else ""
        return f"{path.name} is in use by another program{who}. Wait until it ends, then repeat; nothing was changed."
    if "different configuration" in text:
        return f"{path.name} is open already in this program, and not in the same way. Close it, then repeat."
    if "Permission denied" in text or "Read-only file system" in text or "read-only" in text:
        return f"cannot write {path}: the folder or the file is read-only. Copy the case to a folder of your own."
    if "not a valid DuckDB database" in text:
        return f"{path} is not a record: it is no DuckDB file. Move it away and run the case again."
    return f"{path.name}: {text.splitlines()[0] if text else 'unknown failure of the store'}"


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    if read_only and not path.is_file():
        raise RecordError(f"{path} does not exist yet; `salience run` makes it")
    with duckdb_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(path), read_only=read_only)


@contextmanager
def _ignoring_duckdb() -> Iterator[None]:
    """Roll back where possible; a failed rollback must not hide what went wrong first."""
    try:
        yield
    except duckdb.Error:
        return
