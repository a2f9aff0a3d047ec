"""The store: ids, schema, source names, export."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import RecordError
from salience.record.events import refresh_events
from salience.record.ids import sql_id, stable_id
from salience.record.names import normalise_name
from salience.record.schema import load_schema
from salience.record.source_names import SourceRule, settle_sources, sources_differ
from salience.record.store import ParquetRecord, Record
from salience.sources.load import import_file
from small_ged import row, write_ged

CONNECTION = duckdb.connect()
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)))


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.one_of(st.none(), TEXT, st.integers(-(2**40), 2**40)), min_size=1, max_size=4))
def test_ids_are_the_same_in_python_and_in_the_database(parts: list[str | int | None]) -> None:
    query = f"SELECT {sql_id(*['?'] * len(parts))}"
    found = CONNECTION.execute(query, parts).fetchall()[0][0]
    assert found == stable_id(*parts)
    assert 0 <= found < 2**63


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record(tmp_path / "record.duckdb")
    import_file(made, write_ged(tmp_path / "ged.csv", [row(n) for n in range(60)]), tmp_path / "raw")
    return made


def test_every_column_is_documented_in_the_database_itself(record: Record) -> None:
    found = {
        (r["t"], r["c"]): r["comment"]
        for r in record.rows(
            "SELECT table_name AS t, column_name AS c, comment FROM duckdb_columns() WHERE NOT internal"
        )
    }
    for table in load_schema().values():
        for column in table.columns:
            assert found[table.name, column.name] == column.doc
            assert len(column.doc) > 5
        assert tuple(record.table(table.name).collect_schema().names()) == table.column_names
    record.close()


def test_the_same_file_gives_the_same_ids_in_another_record(record: Record, tmp_path: Path) -> None:
    with Record(tmp_path / "other.duckdb") as other:
        import_file(other, tmp_path / "ged.csv", tmp_path / "raw")
        for table in ("event", "account", "report", "source", "origin"):
            ids = f"SELECT id FROM {table} ORDER BY id"
            assert record.rows(ids) == other.rows(ids)
        assert record.fingerprint() == other.fingerprint()
    record.close()


def test_export_is_read_alike_by_every_engine(record: Record, tmp_path: Path) -> None:
    record.export(tmp_path / "out")
    exported = ParquetRecord(tmp_path / "out")
    for name in load_schema():
        rows = record.rows(f"SELECT * FROM {name}")
        path = tmp_path / "out" / f"{name}.parquet"
        assert pq.read_table(path).num_rows == len(rows)
        assert polars.read_parquet(path).rows() == [tuple(r.values()) for r in rows]
        frame = exported.table(name).collect("pyarrow").to_native()
        assert frame.to_pylist() == rows == record.table(name).collect("pyarrow").to_native().to_pylist()
    assert len(record.export(tmp_path / "out")) == len(load_schema())
    exported.close()
    assert {p.parent for p in record.export()} == {tmp_path / "record"}
    record.close()


def test_an_export_into_what_cannot_be_written_says_so(record: Record, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="cannot write to"):
        record.export(tmp_path / "file" / "inside")
    with pytest.raises(RecordError, match="no exported record"):
        ParquetRecord(tmp_path)
    record.close()


def test_a_table_that_is_not_there_is_named_with_those_that_are(record: Record) -> None:
    with pytest.raises(RecordError, match="no table 'events'; it has origin, set_aside"):
        record.table("events")
    record.close()


def test_rules_make_one_source_of_two_and_leaving_them_undoes_it(record: Record) -> None:
    before = record.rows("SELECT sum(sources)::INT AS n FROM event"), record.fingerprint()
    rules = [
        SourceRule("local-herald", "Herald", "outlet", "Testland"),
        SourceRule("World Wire", "Herald"),
    ]
    with record.transaction() as connection:
        assert settle_sources(connection, rules)
        refresh_events(connection)
    assert not sources_differ(record.connection, rules)
    assert record.rows("SELECT kind, country FROM source WHERE name = 'Herald'") == [
        {"kind": "outlet", "country": "Testland"}
    ]
    assert record.rows("SELECT sum(sources)::INT AS n FROM event")[0]["n"] < before[0][0]["n"]
    assert record.check() == []
    assert record.fingerprint() != before[1]
    with record.transaction() as connection:
        assert settle_sources(connection, [])
        refresh_events(connection)
    assert (record.rows("SELECT sum(sources)::INT AS n FROM event"), record.fingerprint()) == before
    record.close()


@pytest.mark.parametrize(
    "names",
    [
        ("Airwars", "Air Wars", "airwars.org", "http://www.airwars.org/news"),
        ("SyriaLiveuaMap", "Syria Liveuamap", "http://syria.liveuamap.com", "syria.liveuamap.com/"),
        ("BBC", "B.B.C.", "bbc", " BBC "),
        ("Ministry of Defence", "Ministry of Defence."),
        ("صدای مردم", "صدای  مردم"),
    ],
)
def test_names_that_are_one_after_normalising(names: tuple[str, ...]) -> None:
    assert len({normalise_name(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HRW", "Human Rights Watch"),
        ("Reuters", "Reuters News"),
        ("The Irrawaddy", "Irrawaddy"),
        ("syria.liveuamap", "Syria"),
        ("Málaga Hoy", "Malaga Hoy"),
        ("AFP", "AP"),
    ],
)
def test_names_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


@given(TEXT)
def test_every_name_keeps_something(name: str) -> None:
    assert normalise_name(name) or not name.strip()
    assert normalise_name(name.upper()) == normalise_name(name.upper())
