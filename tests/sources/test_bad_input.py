"""Bad input: a clear error, or the row set aside with its reason; never a silent loss."""

from __future__ import annotations

import gzip
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salience.errors import InputError, RecordError
from salience.record.store import Record, explain_failure
from salience.sources.load import Imported, import_file
from small_ged import COLUMNS, row, write_ged

Take = Callable[..., Imported]


def small(path: Path, number: int = 5, **changes: Any) -> Path:
    return write_ged(path, [row(n, **(changes if n == 2 else {})) for n in range(number)])


def faults(record: Record) -> list[tuple[Any, ...]]:
    return [
        (r["scope"], r["line"], r["column"], r["value"])
        for r in record.rows('SELECT scope, line, "column", value FROM set_aside ORDER BY line, "column"')
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: None, "no such file"),
        (lambda p: p.mkdir(), "this is a folder"),
        (lambda p: p.touch(), "the file is empty"),
        (lambda p: p.write_bytes(bytes(range(256)) * 20), "this is a binary file"),
        (lambda p: p.write_bytes(gzip.compress(b"id,best\n" * 9000)[:-40]), "cut short or damaged"),
        (lambda p: p.write_bytes(b"\x1f\x8b\x08\x00broken"), "cut short or damaged"),
        (lambda p: p.write_bytes(b"PK\x03\x04broken"), "zip file is damaged"),
        (lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600), r"old Excel file \(.xls\)"),
        (lambda p: p.write_text("\n\n"), "no column names"),
        (lambda p: p.write_text(",".join(COLUMNS) + "\n"), "no row under them"),
        (lambda p: p.write_bytes(b"id,best\n1,caf\xe9 \x81\x8d\x8f\n"), "Save it as UTF-8|needs a mapping"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(
    record: Record, tmp_path: Path, make: Callable[[Path], Any], said: str
) -> None:
    path = tmp_path / "in.csv"
    make(path)
    with pytest.raises(InputError, match=said) as error:
        import_file(record, path, tmp_path / "case" / "raw")
    assert str(error.value).startswith("in.csv")
    assert record.rows("SELECT count(*) AS n FROM origin") == [{"n": 0}]


def test_zips_without_a_table_or_with_two_say_what_they_hold(record: Record, tmp_path: Path) -> None:
    for names, said in ((["readme.pdf"], "holds readme.pdf"), (["a.csv", "b.csv"], r"holds a.csv, b.csv")):
        path = tmp_path / "in.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        with pytest.raises(InputError, match=said):
            import_file(record, path, tmp_path / "case" / "raw")


def test_a_missing_column_is_named_with_the_nearest_there_is(record: Record, tmp_path: Path) -> None:
    path = small(tmp_path / "in.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("date_start", "date_begin", 1), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"column date_start: the column is missing\. The nearest it has is 'date_"
    ):
        import_file(record, path, tmp_path / "case" / "raw", importer="ucdp")


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"date_start": "2021-02-30"}, "date_start", "2021-02-30"),
        ({"date_start": "unknown"}, "date_start", "unknown"),
        ({"date_start": "0201-01-01"}, "date_start", "0201-01-01"),
        ({"date_start": ""}, "date_start", None),
        ({"id": ""}, "id", None),
        ({"id": "1001"}, "id", "1001"),
    ],
)
def test_rows_that_cannot_be_events_are_set_aside(
    take: Take, record: Record, tmp_path: Path, changes: dict[str, Any], column: str, value: str | None
) -> None:
    done = take(small(tmp_path / "in.csv", **changes))
    assert (done.read, done.kept) == (5, 4)
    assert faults(record) == [("row", 4, column, value)]
    raw = record.rows("SELECT raw FROM set_aside")[0]["raw"]
    assert "Village 2" in raw


@pytest.mark.parametrize(
    ("changes", "expected", "kept"),
    [
        (
            {"latitude": "123"},
            [("latitude", "123")],
            {"latitude": None, "longitude": None, "place": "Village 2"},
        ),
        ({"longitude": "east"}, [("longitude", "east")], {"latitude": None, "longitude": None}),
        ({"best": "-3"}, [("best", "-3")], {"deaths_best": None, "deaths_low": 1}),
        ({"best": "n/a"}, [("best", "n/a")], {"deaths_best": None}),
        ({"best": "3.5"}, [("best", "3.5")], {"deaths_best": None}),
        ({"best": "nan"}, [("best", "nan")], {"deaths_best": None}),
        ({"best": "4.0", "low": "1", "high": "9"}, [], {"deaths_best": 4}),
        ({"low": "9"}, [("low", "9")], {"deaths_low": None, "deaths_best": 2, "deaths_high": 3}),
        ({"high": "1"}, [("high", "1")], {"deaths_low": 1, "deaths_best": 2, "deaths_high": None}),
        ({"best": ""}, [], {"deaths_best": None}),
        ({"date_end": "2020-01-01"}, [("date_end", "2020-01-01")], {"date_to": None}),
        ({"source_date": "1753-01-01"}, [("dates beside source_office", "1753-01-01")], {"reports": 1}),
        ({"source_date": "2921-01-01"}, [("dates beside source_office", "2921-01-01")], {"reports": 1}),
    ],
)
def test_impossible_values_are_emptied_and_their_rows_kept(
    take: Take,
    record: Record,
    tmp_path: Path,
    changes: dict[str, Any],
    expected: list[tuple[str, str]],
    kept: dict[str, Any],
) -> None:
    done = take(small(tmp_path / "in.csv", **changes))
    assert (done.kept, done.set_aside) == (5, 0)
    assert faults(record) == [("value", 4, column, value) for column, value in expected]
    found = record.rows("SELECT * FROM event WHERE native_id = '1002'")[0]
    assert {name: found[name] for name in kept} == kept


def test_ragged_rows_and_open_quotes_are_set_aside_with_their_lines(
    take: Take, record: Record, tmp_path: Path
) -> None:
    path = small(tmp_path / "in.csv", 8)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = "too,short"
    lines[3] = "also,short"
    lines[5] += ",one,more"
    lines[6] = lines[6].replace("Village", '"Vil"lage', 1)
    lines[8] = lines[8].replace("2021-08-08", "2021-02-31")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = take(path)
    assert (done.read, done.kept, done.set_aside) == (8, 3, 5)
    assert [line for _, line, _, _ in faults(record)] == [3, 4, 6, 7, 9]


def test_a_quote_that_is_never_closed_takes_nothing_with_it_silently(
    take: Take, record: Record, tmp_path: Path
) -> None:
    path = small(tmp_path / "in.csv", 6)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("Village", '"Village', 1).replace(",Village", ',"Village')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = take(path)
    assert done.set_aside >= 1
    reason = record.rows("SELECT reason, raw FROM set_aside WHERE scope = 'row'")[0]
    assert "quotation mark" in reason["reason"]
    assert "1002" in reason["raw"]


def test_lines_are_right_when_records_span_several(take: Take, record: Record, tmp_path: Path) -> None:
    rows = [row(n, where_coordinates=f"two\nlines {n}") for n in range(6)]
    rows[4]["best"] = "many"
    path = write_ged(tmp_path / "in.csv", rows)
    take(path)
    assert faults(record) == [("value", 10, "best", "many")]
    assert path.read_text(encoding="utf-8").split("\n")[9].startswith("1004,")


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_of_either_kind_are_read(take: Take, record: Record, tmp_path: Path, ending: str) -> None:
    path = small(tmp_path / "in.csv", best="x")
    path.write_bytes(path.read_bytes().replace(b"\n", ending.encode()))
    assert take(path).kept == 5
    assert faults(record) == [("value", 4, "best", "x")]


def test_a_field_of_fifty_megabytes_is_set_aside_in_bounded_memory(
    take: Take, record: Record, tmp_path: Path
) -> None:
    path = small(tmp_path / "in.csv", source_headline="x" * 50_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = take(path)
    assert (done.kept, done.set_aside) == (4, 1)
    assert "longer than" in record.rows("SELECT reason FROM set_aside")[0]["reason"]
    assert record.rows("SELECT max(length(raw)) AS n FROM set_aside")[0]["n"] <= 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_200_000


def test_markup_and_formulas_are_kept_as_they_are(take: Take, record: Record, tmp_path: Path) -> None:
    hostile = '=HYPERLINK("http://x")<script>alert(1)</script>'
    take(small(tmp_path / "in.csv", source_headline=hostile))
    assert record.rows("SELECT count(*) AS n FROM report WHERE title = ?", [hostile]) == [{"n": 1}]


def test_duplicates_keep_the_first_row(take: Take, record: Record, tmp_path: Path) -> None:
    rows = [row(n) for n in range(4)] + [row(1, best=99, high=99), row(1)]
    done = take(write_ged(tmp_path / "in.csv", rows))
    assert (done.read, done.kept, done.set_aside) == (6, 4, 2)
    assert record.rows("SELECT deaths_best AS n FROM event WHERE native_id = '1001'") == [{"n": 1}]


@pytest.mark.parametrize("name", ["two words.csv", "پرونده.csv", 'it\'s "x".csv', "100%.csv"])
def test_files_may_have_any_name(take: Take, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a folder's فارسی"
    folder.mkdir()
    assert take(small(folder / name)).file == name


def test_header_names_may_be_padded_doubled_or_in_capitals(take: Take, tmp_path: Path) -> None:
    path = small(tmp_path / "in.csv")
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    head = head.upper().replace("ADM_1", " adm_1 ").replace("CONFLICT_NAME", "Country")
    path.write_text(head + "\n" + rest, encoding="utf-8")
    assert take(path).kept == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("No space left on device", "disk .* is full. Nothing was changed"),
        (
            "IO Error: Could not set lock: Conflicting lock is held in python (PID 42)",
            r"in use .* \(process 42\)",
        ),
        ("Permission denied", "read-only"),
        ("The file is not a valid DuckDB database file!", "not a record"),
    ],
)
def test_failures_of_the_store_are_told_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        raise RecordError(explain_failure(tmp_path / "record.duckdb", text))


def test_a_full_disk_stops_the_import_and_changes_nothing(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("salience.sources.files._keep", full)
    with pytest.raises(RecordError, match=r"is full\. Nothing was changed"):
        import_file(record, small(tmp_path / "in.csv"), tmp_path / "case" / "raw")
    monkeypatch.undo()

    def full_store(*_: Any, **__: Any) -> None:
        raise duckdb.IOException("Could not write file: No space left on device")

    monkeypatch.setattr("salience.sources.load.refresh_events", full_store)
    with pytest.raises(RecordError, match=r"is full\. Nothing was changed"):
        import_file(record, tmp_path / "in.csv", tmp_path / "case" / "raw")
    assert record.rows("SELECT count(*) AS n FROM account") == [{"n": 0}]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "case").write_text("a file where the folder should be")
    with pytest.raises(RecordError):
        Record(tmp_path / "case" / "record.duckdb")


def test_a_file_that_is_no_record_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    path.write_bytes(b"my thesis" * 1000)
    with pytest.raises(RecordError, match="is not a record"):
        Record(path)
    assert path.read_bytes() == b"my thesis" * 1000


def test_a_record_of_another_schema_is_refused(tmp_path: Path) -> None:
    with Record(tmp_path / "record.duckdb") as record:
        record.connection.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(RecordError, match="made by version 99"):
        Record(tmp_path / "record.duckdb")


DIRT = st.one_of(
    st.sampled_from(
        ["", "-1", "n/a", "999", "2021-13-01", "1e9", '"', '""', "a;b", "a,b", "x\ny", " ", "NULL", "1.4"]
    ),
    st.text(max_size=12).filter(lambda t: "\x00" not in t and "\r" not in t),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dirt=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(COLUMNS), DIRT), max_size=12),
    ragged=st.sets(st.integers(1, 11), max_size=3),
)
def test_whatever_stands_in_the_cells_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory, dirt: list[tuple[int, str, str]], ragged: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("dirty")
    rows = [row(n) for n in range(12)]
    for number, column, value in dirt:
        rows[number][column] = value
    path = write_ged(folder / "in.csv", rows)
    if not any("\n" in value for _, _, value in dirt):
        lines = path.read_text(encoding="utf-8").split("\n")
        for number in ragged:
            lines[number] = lines[number].rsplit(",", 2)[0] if '"' not in lines[number] else lines[number]
        path.write_text("\n".join(lines), encoding="utf-8")
    with Record(folder / "record.duckdb") as record:
        done = import_file(record, path, folder / "raw", importer="ucdp")
        assert done.read == 12
        assert done.read == done.kept + done.set_aside
        assert record.check() == []
        aside = record.rows("SELECT line, reason, raw FROM set_aside WHERE scope = 'row'")
        assert all(r["reason"] and r["raw"] for r in aside)
