"""What is wrong with a file's rows, by stated rules: rows set aside, values emptied, each with its line."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from salience.sources.accounts import EARLIEST_REPORT, LATEST_REPORT
from salience.sources.delimited import Sheet, locate_records, read_rejects, split_record, sql_text
from salience.sources.telling import DEATHS, Telling

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that could not be taken: a whole row, or one value of it."""

    record: int
    scope: str
    column: str
    value: str | None
    reason: str
    text: str | None = None


def find_bad_rows(connection: duckdb.DuckDBPyConnection, telling: Telling) -> None:
    """Put into the temporary table `bad_row` each staged row that cannot become an account, and why."""
    rules = []
    if "native_id" in telling.told:
        rules.append(_bad_row(telling, "native_id", "native_id", "native_id IS NULL", "the row has no id"))
    if "date_from" in telling.told:
        rules += [
            _bad_row(telling, "date_from", "raw_date_from", "raw_date_from IS NULL", "the row has no date"),
            _bad_row(
                telling,
                "date_from",
                "raw_date_from",
                "raw_date_from IS NOT NULL AND date_from IS NULL",
                f"this is not a day that can be; expected {_expected_date(telling)}",
            ),
        ]
    if "speaker" in telling.told:
        rules.append(
            _bad_row(telling, "speaker", "speaker", "speaker IS NULL", "the row does not say who tells it")
        )
    if "event" in telling.told and telling.importer == "table":
        rules.append(_bad_row(telling, "event", "event_key", "event_key IS NULL", "the row names no event"))
    union = " UNION ALL ".join(rules) or "SELECT NULL::BIGINT, '', '', '' WHERE false"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE bad_row AS
            SELECT row, any_value("column") AS "column", any_value(value) AS value, any_value(reason) AS reason
            FROM ({union}) AS found(row, "column", value, reason) GROUP BY row"""
    )
    column = telling.column_of("native_id")
    connection.execute(
        f"""INSERT INTO bad_row
            WITH repeated AS (
                SELECT native_id FROM staged WHERE native_id IS NOT NULL GROUP BY native_id HAVING count(*) > 1
            ), numbered AS (
                SELECT rowid AS row, native_id, row_number() OVER (PARTITION BY native_id ORDER BY rowid) AS k
                FROM staged WHERE native_id IN (FROM repeated) AND rowid NOT IN (SELECT row FROM bad_row)
            )
            SELECT row, {sql_text(column)}, native_id, 'an earlier row of this file has the same id' FROM numbered
            WHERE k > 1"""
    )


def find_faults(connection: duckdb.DuckDBPyConnection, sheet: Sheet, telling: Telling) -> list[Fault]:
    """Return every fault of the file in the order of its records."""
    rejected = rejected_rows(connection)
    passed = [fault.record for fault in rejected]
    rows = connection.execute('SELECT row, "column", value, reason FROM bad_row ORDER BY row').fetchall()
    faults = [Fault(record_number(row, sheet, passed), "row", c, v, r) for row, c, v, r in rows]
    values = connection.execute(
        f"""SELECT row, "column", left(value, 200), reason FROM ({" UNION ALL ".join(_value_rules(telling))})
            AS found(row, "column", value, reason) WHERE row NOT IN (SELECT row FROM bad_row) ORDER BY 1, 2"""
    ).fetchall()
    faults += [Fault(record_number(row, sheet, passed), "value", c, v, r) for row, c, v, r in values]
    return sorted(faults + rejected, key=lambda f: f.record)


def rejected_rows(connection: duckdb.DuckDBPyConnection) -> list[Fault]:
    """Return the rows that could not be split into columns."""
    return [
        Fault(record, "row", column, None, reason, text)
        for record, _, column, reason, text in read_rejects(connection)
    ]


def record_faults(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, origin: int, faults: Sequence[Fault]
) -> dict[str, int]:
    """Write the faults into `set_aside`; return how often each rule applied."""
    counts: dict[str, int] = {}
    batch: list[tuple[object, ...]] = []
    for fault, line, raw in _located(sheet, faults):
        rule = f"{'row set aside' if fault.scope == 'row' else 'value emptied'}: {_rule(fault)}"
        counts[rule] = counts.get(rule, 0) + 1
        value = fault.value[:200] if fault.value else fault.value
        batch.append((origin, fault.scope, line, fault.column, value, fault.reason, raw))
        if len(batch) >= BATCH:
            _write(connection, batch)
            batch = []
    _write(connection, batch)
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _rule(fault: Fault) -> str:
    where = f"{fault.column}: " if fault.column else ""
    return where + fault.reason.split("; ", maxsplit=1)[0].split(" (", maxsplit=1)[0]


def _located(sheet: Sheet, faults: Sequence[Fault]) -> Iterator[tuple[Fault, int | None, str | None]]:
    """Give each fault its physical line and, for a row set aside, the row as JSON."""
    wanted = sorted({fault.record for fault in faults})
    places = iter(locate_records(sheet, wanted))
    record, line, text = 0, None, ""
    for fault in faults:
        while record < fault.record:
            found = next(places, None)
            if found is None:
                record, line, text = fault.record, None, ""
                break
            record, line, text = found
        if fault.scope == "value":
            yield fault, line, None
        elif fault.text is not None:
            yield fault, line, fault.text
        else:
            yield fault, line, json.dumps(split_record(sheet, text), ensure_ascii=False) if text else None


def _write(connection: duckdb.DuckDBPyConnection, batch: list[tuple[object, ...]]) -> None:
    if not batch:
        return
    import pyarrow

    names = ("origin", "scope", "line", "column", "value", "reason", "raw")
    types = (pyarrow.int64(), pyarrow.string(), pyarrow.int64(), *[pyarrow.string()] * 4)
    table = pyarrow.table(
        {
            n: pyarrow.array([r[i] for r in batch], t)
            for i, (n, t) in enumerate(zip(names, types, strict=True))
        }
    )
    connection.register("set_aside_batch", table)
    connection.execute("INSERT INTO set_aside SELECT * FROM set_aside_batch")
    connection.unregister("set_aside_batch")


def record_number(row: int, sheet: Sheet, rejected: Sequence[int]) -> int:
    """Return the record number, from 1 with the header, of the row-th record that could be split."""
    record = row + sheet.skip + 1
    passed = 0
    while (now := bisect_right(rejected, record + passed)) > passed:
        passed = now
    return record + passed


def _bad_row(telling: Telling, name: str, value: str, condition: str, reason: str) -> str:
    column = telling.column_of(name)
    return f"SELECT rowid, {sql_text(column)}, {value}, {sql_text(reason)} FROM staged WHERE {condition}"


def _expected_date(telling: Telling) -> str:
    return " or ".join(telling.date_formats) if telling.date_formats else "YYYY-MM-DD"


def _value_rules(telling: Telling) -> list[str]:
    rules = ["SELECT NULL::BIGINT, '', '', '' WHERE false"]
    for name in DEATHS:
        if name in telling.told:
            rules.append(
                _emptied(telling, name, f"{name} IS NULL AND raw_{name} IS NOT NULL", _death_reason(name))
            )
    for name, most in (("latitude", 90), ("longitude", 180)):
        if name in telling.told:
            bad = f"raw_{name} IS NOT NULL AND degrees(raw_{name}, {most}) IS NULL"
            reason = (
                f"not a {name}: expected degrees from -{most} to {most}; the event keeps its place name alone"
            )
            rules.append(_emptied(telling, name, bad, sql_text(reason)))
    if "date_to" in telling.told:
        unreadable = sql_text(f"this is not a day that can be; expected {_expected_date(telling)}")
        backwards = sql_text("the event would end before it begins; the first day stands")
        bad = "date_to IS NULL AND raw_date_to IS NOT NULL"
        reason = f"CASE WHEN a_day(raw_date_to) IS NULL THEN {unreadable} ELSE {backwards} END"
        rules.append(_emptied(telling, "date_to", bad, reason))
    if "published" in telling.told:
        bad = "published IS NULL AND raw_published IS NOT NULL"
        rules.append(_emptied(telling, "published", bad, sql_text("this is not a day that can be")))
    if telling.tellers:
        too_far = (
            f"a report dated more than {-EARLIEST_REPORT} days before the event or {LATEST_REPORT // 365} years after "
            "it cannot be; the report stands without a date"
        )
        rules.append(
            f"""SELECT row, {sql_text("dates beside " + telling.tellers.column)}, raw_published, {sql_text(too_far)}
                FROM teller WHERE published IS NULL AND raw_published IS NOT NULL"""
        )
    return rules


def _emptied(telling: Telling, name: str, condition: str, reason: str) -> str:
    column = sql_text(telling.column_of(name))
    return f"SELECT rowid, {column}, raw_{name}, {reason} FROM staged WHERE {condition}"


def _death_reason(name: str) -> str:
    """Return the SQL that says why a count of deaths was emptied."""
    bound = {
        "deaths_low": "the lowest figure is above the best one; the best one stands",
        "deaths_high": "the highest figure is below the best one; the best one stands",
    }.get(name, "contradicts the other figures")
    return f"""CASE WHEN whole_number(raw_{name}) IS NOT NULL THEN {sql_text(bound)}
                    WHEN try_cast(raw_{name} AS DOUBLE) < 0 THEN 'deaths cannot be negative; empty if unknown'
                    ELSE 'this is not a number of deaths; leave it empty if unknown' END"""
