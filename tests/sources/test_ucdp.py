"""UCDP GED's variants: columns, dates, lists of sources, and source_article with broken quoting."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salience.record.store import Record
from salience.sources.load import Imported
from small_ged import COLUMNS, row, write_ged

Take = Callable[..., Imported]


def named(record: Record) -> list[tuple[str, str | None, str | None]]:
    return [
        (r["spelling"], r["day"], r["title"])
        for r in record.rows(
            """SELECT a.spelling, p.published::VARCHAR AS day, p.title
               FROM account t JOIN source_alias a ON a.id = t.alias
                    JOIN report p ON p.id = t.report
               WHERE t.told = 'named' ORDER BY a.spelling, p.title"""
        )
    ]


def write_columns(path: Path, renamed: dict[str, str | None], rows: list[dict[str, Any]]) -> Path:
    """Write a GED file whose columns are renamed, or left out where the new name is None."""
    import csv

    names = [c for c in COLUMNS if renamed.get(c, c) is not None]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([renamed.get(c, c) for c in names])
        writer.writerows([[r[c] for c in names] for r in rows])
    return path


@pytest.mark.parametrize(
    "renamed",
    [
        {"conflict_name": "conflict_new_id", "dyad_name": None},
        {"conflict_name": "conflict_dset_id", "where_coordinates": None},
        {"best": "best_est", "low": "low_est", "high": "high_est"},
        {c: c.upper() for c in COLUMNS},
        {"event_clarity": None, "date_prec": None, "where_prec": None, "number_of_sources": None},
        {"source_article": None, "source_headline": None, "source_date": None},
    ],
)
def test_releases_with_other_columns_are_read(
    take: Take, record: Record, tmp_path: Path, renamed: dict[str, str | None]
) -> None:
    done = take(write_columns(tmp_path / "ged.csv", renamed, [row(n) for n in range(30)]))
    assert (done.importer, done.kept) == ("ucdp", 30)
    assert record.rows("SELECT sum(deaths_best)::INT AS n FROM event") == [
        {"n": sum(n % 7 for n in range(30))}
    ]
    assert record.rows("SELECT bool_and(sources_listed) AS x FROM event") == [{"x": True}]


def test_dates_with_a_time_are_days(take: Take, record: Record, tmp_path: Path) -> None:
    rows = [row(1, date_start="2021-02-03 00:00:00.000", date_end="2021-02-04T00:00:00")]
    take(write_ged(tmp_path / "ged.csv", rows))
    assert record.rows("SELECT date_from::VARCHAR AS a, date_to::VARCHAR AS b FROM event") == [
        {"a": "2021-02-03", "b": "2021-02-04"}
    ]


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_packed_files_are_read(take: Take, tmp_path: Path, kind: str) -> None:
    plain = write_ged(tmp_path / "ged.csv", [row(n) for n in range(9)])
    packed = tmp_path / f"ged.csv.{kind}"
    if kind == "gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(plain, "inside/ged.csv")
            archive.writestr("readme.txt", "hello")
    assert take(packed).kept == 9


def test_an_outlet_named_twice_is_two_reports_and_one_source(
    take: Take, record: Record, tmp_path: Path
) -> None:
    rows = [row(1, source_office="Wire;Wire", source_date="2021-02-02;2021-02-03", source_headline="One;Two")]
    take(write_ged(tmp_path / "ged.csv", rows))
    assert named(record) == [("Wire", "2021-02-02", "One"), ("Wire", "2021-02-03", "Two")]
    assert record.rows("SELECT accounts, reports, sources FROM event") == [
        {"accounts": 3, "reports": 2, "sources": 1}
    ]


def test_one_document_behind_two_events_is_one_report(take: Take, record: Record, tmp_path: Path) -> None:
    same = {"source_office": "Wire", "source_date": "2021-02-10", "source_headline": "A bad day"}
    take(write_ged(tmp_path / "ged.csv", [row(1, **same), row(13, **same)]))
    assert record.rows("SELECT count(*) AS n FROM report") == [{"n": 1}]
    assert record.rows("SELECT count(*) AS n FROM account WHERE told = 'named'") == [{"n": 2}]


def test_a_semicolon_in_a_headline_is_settled_by_source_article(
    take: Take, record: Record, tmp_path: Path
) -> None:
    article = '"Wire,2021-02-02,Ten die; more hurt";"Herald,2021-02-03,Attack"'
    rows = [
        row(1, source_office="Wire;Herald", source_date="2021-02-02;2021-02-03",
            source_headline="Ten die; more hurt;Attack", source_article=article)
    ]  # fmt: skip
    take(write_ged(tmp_path / "ged.csv", rows))
    assert named(record) == [("Herald", "2021-02-03", "Attack"), ("Wire", "2021-02-02", "Ten die; more hurt")]


def test_without_source_office_the_entries_of_source_article_are_taken_apart(
    take: Take, record: Record, tmp_path: Path
) -> None:
    article = (
        '"Ministry of Education, Science and Technology,2021-02-02,Schools shut";'
        '"Wire,2021-02-03,Commander "Saif Alkadry" killed; two hurt"'
    )
    rows = [row(1, source_article=article)]
    left_out: dict[str, str | None] = {"source_office": None, "source_date": None, "source_headline": None}
    take(write_columns(tmp_path / "ged.csv", left_out, rows))
    assert named(record) == [
        ("Ministry of Education, Science and Technology", "2021-02-02", "Schools shut"),
        ("Wire", "2021-02-03", 'Commander "Saif Alkadry" killed; two hurt'),
    ]


def test_sources_cited_as_free_text_name_no_outlet(take: Take, record: Record, tmp_path: Path) -> None:
    rows = [row(1, number_of_sources=-1, source_office="", source_date="", source_headline="",
                source_article="AI, Human rights violations, 1992-06-16")]  # fmt: skip
    take(write_ged(tmp_path / "ged.csv", rows))
    assert named(record) == []
    assert record.rows("SELECT sources, sources_listed, sources_stated FROM event") == [
        {"sources": 0, "sources_listed": False, "sources_stated": None}
    ]


def test_two_releases_meet_in_one_event(take: Take, record: Record, tmp_path: Path) -> None:
    take(
        write_ged(
            tmp_path / "old.csv", [row(1, best=3, low=3, high=3, source_office="Wire", source_headline="A")]
        )
    )
    take(
        write_ged(
            tmp_path / "new.csv", [row(1, best=5, low=5, high=5, source_office="Herald", source_headline="B")]
        )
    )
    found = record.rows("SELECT deaths_best, sources, accounts, deaths_told_min, deaths_told_max FROM event")
    assert found == [
        {"deaths_best": 5, "sources": 2, "accounts": 4, "deaths_told_min": 3, "deaths_told_max": 5}
    ]


def test_codes_become_the_records_words(take: Take, record: Record, tmp_path: Path) -> None:
    take(
        write_ged(
            tmp_path / "ged.csv", [row(1, where_prec=5, date_prec=4, event_clarity=2, type_of_violence=2)]
        )
    )
    assert record.rows(
        "SELECT place_precision, date_precision, summary_event, kind, kind_native FROM event"
    ) == [
        {
            "place_precision": "area",
            "date_precision": "month",
            "summary_event": True,
            "kind": "ASSAULT",
            "kind_native": "non-state conflict",
        }
    ]
