"""Documents into the record: each text kept once, each report told apart, copies linked, the unreadable set aside."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from salience.errors import InputError
from salience.record.ids import stable_id
from salience.record.search_index import index_texts
from salience.record.source_names import SourceRule, register_spellings
from salience.record.store import Record, duckdb_errors
from salience.record.texts import canonical_text, text_sha256
from salience.sources.copies import refresh_copies
from salience.sources.document_files import Document, read_documents
from salience.sources.document_map import DocumentMap, read_document_map
from salience.sources.files import Progress, hash_file
from salience.sources.load import Imported

BATCH = 500
REPORT = pa.schema(
    [("id", pa.int64()), ("origin", pa.int64()), ("source", pa.int64()), ("alias", pa.int64()),
     ("published", pa.date32()), ("title", pa.string()), ("language", pa.string()), ("url", pa.string()),
     ("sha256", pa.string())]
)  # fmt: skip
TEXT = pa.schema(
    [("sha256", pa.string()), ("content", pa.string()), ("language", pa.string()), ("characters", pa.int64()),
     ("skipped", pa.int64()), ("reading", pa.string())]
)  # fmt: skip
NOBODY = "source not stated"


def import_documents(
    record: Record,
    path: Path,
    raw_folder: Path,
    *,
    mapping: Path | None = None,
    rules: Sequence[SourceRule] = (),
    progress: Progress = lambda stage, share: None,
) -> Imported:
    """Take a file or a folder of documents into the record: all of it or nothing.

    Parameters
    ----------
    record : Record
        Open for writing.
    path : Path
        A document, a table of articles, a feed, or a folder of these.
    raw_folder : Path
        Where files are kept by content hash.
    mapping : Path, optional
        Who published them and which column holds what.
    rules : sequence of SourceRule
        The case's `sources.csv`.
    progress : callable
        Called with a stage and the share done.

    Returns
    -------
    Imported
        `read` counts documents; `set_aside` those that hold no text.

    Raises
    ------
    InputError, RecordError
        It cannot be taken; nothing was changed.
    """
    if not path.exists():
        raise InputError(f"no such file or folder: {path}", file=path.name)
    told = read_document_map(mapping)
    sha256 = hash_folder(path)
    origin = stable_id("origin", sha256, hash_file(mapping) if mapping else "")
    before = record.rows(
        "SELECT rows_read, rows_kept, rows_set_aside, summary FROM origin WHERE id = ?", [origin]
    )
    if before:
        row = before[0]
        return Imported(path.name, "documents", row["rows_read"], row["rows_kept"], row["rows_set_aside"], True, 0, 0,
                        json.loads(row["summary"]))  # fmt: skip
    progress("keeping a copy", 0.0)
    kept = _keep(path, sha256, raw_folder)
    counts = _Counts()
    try:
        _take_all(record, path, told, rules, (origin, sha256), counts, progress)
    except BaseException:
        if kept is not None:
            _discard(kept)
        raise
    return Imported(path.name, "documents", counts.read, counts.read - counts.aside, counts.aside, False,
                    counts.reports, 0, dict(counts.notes))  # fmt: skip


def _take_all(
    record: Record,
    path: Path,
    told: DocumentMap,
    rules: Sequence[SourceRule],
    origin_of: tuple[int, str],
    counts: _Counts,
    progress: Progress,
) -> None:
    """Write every document, the import itself and what is a copy of what, in one transaction."""
    origin, sha256 = origin_of
    with duckdb_errors(record.path), record.transaction() as connection:
        for batch in _batches(read_documents(path, told)):
            _insert(connection, origin, batch, told, rules, counts)
            progress(f"{counts.read:,} documents", 0.5)
        if counts.read == 0:
            raise InputError("it holds no documents", file=path.name)
        connection.execute(
            "INSERT INTO origin VALUES (?, ?, ?, 'documents', ?, ?, ?, now() AT TIME ZONE 'UTC', ?, ?, ?, ?)",
            [origin, path.name, sha256, path.stem, told.licence, told.citation, counts.read,
             counts.read - counts.aside, counts.aside, json.dumps(dict(counts.notes), ensure_ascii=False)],
        )  # fmt: skip
        progress("looking for copies", 0.9)
        refresh_copies(connection)


class _Counts:
    """What has become of the documents so far."""

    def __init__(self) -> None:
        self.read = self.aside = self.reports = 0
        self.notes: Counter[str] = Counter()


def hash_folder(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's file names and contents in order."""
    if path.is_file():
        return hash_file(path)
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
        inner = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(path).as_posix()}\n{inner}\n".encode())
    return digest.hexdigest()


def _keep(path: Path, sha256: str, raw_folder: Path) -> Path | None:
    """Keep the bytes under their hash, a folder as a folder; return where, or None when they were kept before."""
    raw_folder.mkdir(parents=True, exist_ok=True)
    target = raw_folder / (sha256 + ("" if path.is_dir() else path.suffix.lower()))
    if target.exists():
        return None
    part = raw_folder / f".{sha256}.part"
    if path.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(path, part, ignore=shutil.ignore_patterns(".*"))
    else:
        shutil.copyfile(path, part)
    part.replace(target)
    return target


def _discard(kept: Path) -> None:
    if kept.is_dir():
        shutil.rmtree(kept)
    else:
        kept.unlink(missing_ok=True)


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert(
    connection: duckdb.DuckDBPyConnection,
    origin: int,
    batch: Sequence[Document],
    told: DocumentMap,
    rules: Sequence[SourceRule],
    counts: _Counts,
) -> None:
    kept = [document for document in batch if document.problem is None]
    aside = [document for document in batch if document.problem is not None]
    counts.read += len(batch)
    counts.aside += len(aside)
    for document in aside:
        counts.notes[f"document set aside: {document.problem}"] += 1
    if aside:
        rows = [
            (origin, "row", d.line, None, (d.native_id or "")[:200], d.problem, d.raw[:20000]) for d in aside
        ]
        connection.executemany("INSERT INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    if not kept:
        return
    names: dict[str, str | None] = {document.source or NOBODY: told.kind for document in kept}
    register_spellings(connection, names, rules)
    sources = dict(connection.execute("SELECT spelling, source FROM source_alias").fetchall())
    reports, texts = [], []
    for document in kept:
        text = canonical_text(document.text)
        sha256 = text_sha256(text)
        name = document.source or NOBODY
        # One source's same text is one report, however often it is handed in.
        reports.append(
            {"id": stable_id("document", name, sha256), "origin": origin, "source": sources[name],
             "alias": stable_id("alias", name), "published": document.published, "title": document.title,
             "language": document.language, "url": document.url, "sha256": sha256}
        )  # fmt: skip
        texts.append({"sha256": sha256, "content": text, "language": document.language, "characters": len(text),
                      "skipped": document.skipped, "reading": None})  # fmt: skip
        if document.skipped:
            counts.notes["documents of which something was skipped (menus, scripts, controls)"] += 1
        if document.published is None:
            counts.notes["documents without a date"] += 1
    added = _append(connection, "report", reports, "id", REPORT)
    counts.reports += added
    if added < len(reports):
        counts.notes["documents that repeat one of the same source word for word"] += len(reports) - added
    _append(connection, "text", texts, "sha256", TEXT)
    index_texts(connection)


def _append(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[dict[str, Any]],
    key: str,
    schema: pa.Schema,
) -> int:
    """Add the rows whose key the table does not hold yet; return how many."""
    first = {row[key]: row for row in reversed(rows)}
    connection.register("incoming", pa.Table.from_pylist(list(first.values()), schema=schema))
    try:
        done = connection.execute(
            f"INSERT INTO {table} SELECT * FROM incoming WHERE {key} NOT IN (SELECT {key} FROM {table})"
        ).fetchall()
    finally:
        connection.unregister("incoming")
    return int(done[0][0])
