"""What a model suggests, kept in the record beside what rules found: for people to review, never decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from salience.errors import RecordError
from salience.reading.keeping import MENTION, STATEMENT, mention_rows, statement_rows
from salience.reading.model.endpoint import Endpoint, EndpointError
from salience.reading.model.reader import ModelReading, Refused, read_with_model, summarise
from salience.reading.spans import Reading
from salience.record.ids import stable_id
from salience.record.store import Record

REFUSED = pa.schema(
    [("id", pa.int64()), ("text", pa.string()), ("model", pa.string()), ("request", pa.string()),
     ("layer", pa.string()), ("kind", pa.string()), ("quote", pa.string()), ("reason", pa.string())]
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What a model's reading of a record came to.

    Attributes
    ----------
    texts, requests, kept : int
        Texts read; requests sent; replies that were kept from before, so that nothing was asked.
    mentions, statements : int
        Suggestions that passed the gate.
    agreed : int
        Of these, how many the rules found at the same place too.
    refused : dict
        How many items were refused, by reason.
    empty : int
        Texts of which no reply could be used.
    """

    texts: int = 0
    requests: int = 0
    kept: int = 0
    mentions: int = 0
    statements: int = 0
    agreed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    empty: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def texts_to_read(record: Record, most: int | None = None) -> list[tuple[str, str]]:
    """Return texts with their hashes, in the order of the hashes, which is no order of content."""
    rows = record.rows("SELECT sha256, content FROM text ORDER BY sha256")
    return [(row["sha256"], row["content"]) for row in rows[:most]]


def read_record_with_model(
    record: Record,
    endpoint: Endpoint,
    most: int | None = None,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Tally:
    """Have a model read a record's texts; each text is kept when it is done.

    Parameters
    ----------
    record : Record
        Open for writing.
    endpoint : Endpoint
        Whom to ask.
    most : int, optional
        Read no more texts than this.
    progress : callable
        Called with a stage and the share done.

    Raises
    ------
    EndpointError
        The endpoint stopped answering; the texts read before stay read.
    """
    texts = texts_to_read(record, most)
    if not texts:
        raise RecordError("the record holds no texts; `salience add CASE FILE --as documents` takes some in")
    tally = Tally()
    refused: list[Refused] = []
    shares = reviewed_shares(record)
    for done, (sha, content) in enumerate(texts):
        progress(f"asking the model ({done:,} of {len(texts):,} texts)", done / len(texts))
        try:
            reading = read_with_model(content, endpoint)
        except EndpointError as error:
            raise EndpointError(f"{error} ({done:,} of {len(texts):,} texts are read.)") from error
        with record.transaction() as connection:
            tally.agreed += keep_model_reading(connection, sha, reading, endpoint.settings.model, shares)
        tally.texts += 1
        tally.mentions += len(reading.mentions)
        tally.statements += len(reading.statements)
        tally.empty += not reading.of_form() and not (reading.mentions or reading.statements)
        refused += reading.refused
    tally.requests, tally.kept, tally.refused = endpoint.asked, endpoint.from_kept, summarise(refused)
    return tally


def keep_model_reading(
    connection: duckdb.DuckDBPyConnection,
    sha: str,
    reading: ModelReading,
    model: str,
    shares: dict[tuple[str, str], float],
) -> int:
    """Put a model's reading of a text in place of an earlier one; return how much of it rules had found too.

    What rules found stays theirs, with a note that the model found it too; `keeping` honours that note when rules
    change, so that neither reading erases the other.
    """
    forget_model(connection, sha)
    plain = Reading("", sha, "und", reading.mentions, reading.statements)
    agreed = 0
    for table, rows, schema in (
        ("mention", list(mention_rows(sha, plain)), MENTION),
        ("statement", list(statement_rows(sha, plain)), STATEMENT),
    ):
        for row in rows:
            row["confidence"] = round(shares.get((table, row["kind"]), row["confidence"]), 3)
        connection.register("rows_read", pa.Table.from_pylist(rows, schema=schema))
        try:
            agreed += _mark_agreement(connection, table)
            connection.execute(
                f"INSERT INTO {table} SELECT * FROM rows_read WHERE id NOT IN (SELECT id FROM {table})"
            )
        finally:
            connection.unregister("rows_read")
    connection.register(
        "rows_refused", pa.Table.from_pylist(_refused_rows(sha, reading.refused, model), schema=REFUSED)
    )
    try:
        connection.execute("INSERT INTO refused SELECT * FROM rows_refused")
    finally:
        connection.unregister("rows_refused")
    return agreed


def forget_model(connection: duckdb.DuckDBPyConnection, sha: str) -> None:
    """Take out what a model suggested for a text; what rules or people found stays."""
    for table in ("mention", "statement"):
        connection.execute(f"DELETE FROM {table} WHERE text = ? AND how = 'model'", [sha])
    connection.execute(
        """UPDATE mention SET notes = nullif(regexp_replace(notes, '(, )?model: \\w+', ''), '')
           WHERE text = ? AND notes LIKE '%model: %'""",
        [sha],
    )
    connection.execute(
        """UPDATE statement SET detail = json_merge_patch(detail::JSON, '{"also": null}'::JSON)::VARCHAR
           WHERE text = ? AND detail LIKE '%"also":%'""",
        [sha],
    )
    connection.execute("DELETE FROM refused WHERE text = ?", [sha])


def _mark_agreement(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Note on rows of rules or people that the model found the same; return how many they are."""
    told = (
        "notes = concat_ws(', ', m.notes, 'model: ' || r.kind)"
        if table == "mention"
        else """detail = json_merge_patch(coalesce(m.detail, '{}')::JSON, '{"also": "model"}'::JSON)::VARCHAR"""
    )
    rows = connection.execute(
        f"UPDATE {table} AS m SET {told} FROM rows_read r WHERE m.id = r.id AND m.how <> 'model' RETURNING m.id"
    ).fetchall()
    return len(rows)


def reviewed_shares(record: Record) -> dict[tuple[str, str], float]:
    """Return how often people accepted what a model suggested, by table and kind, drawn to one half where few decided.

    (accepted + 1) / (decided + 2), Laplace's rule; of each suggestion the last decision counts.
    """
    rows = record.rows(
        """WITH last AS (SELECT target, arg_max(state, number) AS state FROM decision GROUP BY target),
                told AS (SELECT 'mention' AS layer, id, kind FROM mention WHERE how = 'model'
                         UNION ALL SELECT 'statement', id, kind FROM statement WHERE how = 'model')
           SELECT t.layer, t.kind, count(*) AS n, count(*) FILTER (l.state = 'accepted') AS good
           FROM told t JOIN last l ON l.target = t.id WHERE l.state IN ('accepted', 'rejected', 'edited')
           GROUP BY ALL ORDER BY ALL"""
    )
    return {(row["layer"], row["kind"]): (row["good"] + 1) / (row["n"] + 2) for row in rows}


def _refused_rows(sha: str, refused: Sequence[Refused], model: str) -> list[dict[str, Any]]:
    seen: Counter[int] = Counter()
    rows = []
    for item in refused:
        number = stable_id(
            "refused", sha, model, item.request, item.layer, item.kind, item.quote, item.reason
        )
        seen[number] += 1
        if seen[number] == 1:
            rows.append({"id": number, "text": sha, "model": model, "request": item.request, "layer": item.layer,
                         "kind": item.kind, "quote": item.quote[:300], "reason": item.reason})  # fmt: skip
    return rows


def refused_rows(record: Record) -> list[dict[str, Any]]:
    """Return everything refused, in the order of texts and reasons."""
    return record.rows("FROM refused ORDER BY text, layer, kind, quote, reason")
