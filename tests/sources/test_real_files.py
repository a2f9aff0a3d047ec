"""UCDP GED as it really is, against an independent reading of the same files with Python's csv module."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.load import Imported, import_file

FILES = {
    # file: rows, low above best, best above high (counted independently in the test too), impossible report dates
    "ged_myanmar_1989_2023.csv.gz": 7374,
    "ged191_syria_2016_2018.csv.gz": 14522,
    "ged231_sample_1000.csv.gz": 1000,
}


@pytest.fixture(scope="module", params=FILES)
def real(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = shared_data / "ucdp" / request.param
    folder = tmp_path_factory.mktemp("real")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with Record(folder / "record.duckdb") as record:
        yield record, import_file(record, path, folder / "raw"), rows, path, folder


def offices(row: dict[str, str]) -> list[str]:
    return [name.strip() for name in row["source_office"].split(";") if name.strip()]


def test_every_row_is_kept(real: Any) -> None:
    record, imported, rows, path, _ = real
    assert isinstance(imported, Imported)
    assert (imported.read, imported.kept, imported.set_aside) == (len(rows), len(rows), 0)
    assert len(rows) == FILES[path.name]
    assert record.check() == []


def test_each_event_has_the_sources_that_its_row_names(real: Any) -> None:
    record, _, rows, _, _ = real
    found = {
        row["native_id"]: set(row["spellings"])
        for row in record.rows(
            """SELECT t.native_id, list(DISTINCT a.spelling) AS spellings FROM account t
               JOIN source_alias a ON a.id = t.alias WHERE t.told = 'named' GROUP BY 1"""
        )
    }
    expected = {row["id"]: set(offices(row)) for row in rows if offices(row)}
    assert found == expected


def test_events_hold_what_their_rows_say(real: Any) -> None:
    record, _, rows, _, _ = real
    found = {
        r["native_id"]: (r["deaths_best"], str(r["date_from"]), r["side_a"], r["side_b"], r["admin1"])
        for r in record.rows("SELECT * FROM event")
    }
    expected = {
        r["id"]: (
            int(r["best"]),
            r["date_start"][:10],
            r["side_a"].strip(),
            r["side_b"].strip(),
            r["adm_1"].strip() or None,
        )
        for r in rows
    }
    assert found == expected


def test_bounds_on_the_wrong_side_are_emptied_and_counted(real: Any) -> None:
    record, imported, rows, _, _ = real
    low = sum(int(r["low"]) > int(r["best"]) for r in rows)
    high = sum(int(r["high"]) < int(r["best"]) for r in rows)
    notes = {rule: count for rule, count in imported.notes.items() if "figure is" in rule}
    assert sorted(notes.values()) == sorted(n for n in (low, high) if n)
    assert record.rows("SELECT count(*) FILTER (deaths_low IS NULL) AS n FROM event") == [{"n": low}]
    assert record.rows("SELECT count(*) FILTER (deaths_high IS NULL) AS n FROM event") == [{"n": high}]


def test_sources_that_were_not_counted_are_unknown_and_not_minus_one(real: Any) -> None:
    record, _, rows, _, _ = real
    uncounted = sum(r["number_of_sources"] == "-1" for r in rows)
    found = record.rows(
        "SELECT count(*) FILTER (sources_stated IS NULL) AS a, count(*) FILTER (NOT sources_listed) AS b FROM event"
    )
    assert found == [{"a": uncounted, "b": uncounted}]


def test_line_numbers_are_those_of_the_file(real: Any) -> None:
    record, _, _, path, _ = real
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
        lines = stream.read().split("\n")
    faults = record.rows('SELECT line, "column", value FROM set_aside')
    assert faults
    for fault in faults:
        native_id = lines[fault["line"] - 1].split(",", 1)[0]
        assert native_id.isdigit(), fault
        if fault["column"] in {"low", "high"}:
            name = f"deaths_{fault['column']}"
            assert record.rows(f"SELECT {name} AS x FROM event WHERE native_id = ?", [native_id]) == [
                {"x": None}
            ]


def test_reports_dated_centuries_off_lose_their_date(real: Any) -> None:
    record, _, rows, _, _ = real
    assert record.rows("SELECT count(*) AS n FROM report WHERE published < DATE '1950-01-01'") == [{"n": 0}]
    wrong = sum(r["source_date"].count("1753-01-01") for r in rows)
    assert record.rows("SELECT count(*) AS n FROM set_aside WHERE value = '1753-01-01'") == [{"n": wrong}]


def test_importing_again_says_so_and_changes_nothing(real: Any) -> None:
    record, first, _, path, folder = real
    tables = ("account", "report", "link", "event", "source", "source_alias", "set_aside", "origin")
    before = [record.rows(f"SELECT count(*) AS n, bit_xor(hash(t)) AS h FROM {t} t") for t in tables]
    again = import_file(record, path, folder / "raw")
    assert again.already
    assert (again.read, again.kept, again.set_aside) == (first.read, first.kept, first.set_aside)
    assert [record.rows(f"SELECT count(*) AS n, bit_xor(hash(t)) AS h FROM {t} t") for t in tables] == before
