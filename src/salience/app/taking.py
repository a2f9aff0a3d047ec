"""Events as files to take along: CSV, XLSX and GeoJSON, a row at a time, with how to cite them in each."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from salience.app import show
from salience.app.desk import Desk
from salience.record.browsing.accounts import list_citations
from salience.record.browsing.filters import Filter
from salience.record.browsing.selection import Selection, Sort
from salience.record.store import Record
from salience.report.tables import guard_cell
from salience.version import __version__

# Columns of a file and where they come from; ids are text, for spreadsheets and JavaScript round them.
COLUMNS = {
    "id": "id::VARCHAR",
    "native_id": "native_id",
    "date_from": "date_from::VARCHAR",
    "date_to": "date_to::VARCHAR",
    "date_precision": "date_precision",
    "place": "place",
    "admin1": "admin1",
    "admin2": "admin2",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
    "place_precision": "place_precision",
    "kind": "kind",
    "kind_native": "kind_native",
    "side_a": "side_a",
    "side_b": "side_b",
    "deaths_low": "deaths_low",
    "deaths_best": "deaths_best",
    "deaths_high": "deaths_high",
    "deaths_civilians": "deaths_civilians",
    "accounts": "accounts",
    "reports": "reports",
    "sources": "CASE WHEN sources_listed THEN sources END",
    "told_by": "",
    "dataset": "",
    "licence": "",
    "citation": "",
}
BATCH, XLSX_MOST = 10_000, 200_000
# What a cell of a spreadsheet can hold.
LONGEST_CELL = 32_000
Row = list[Any]


def count_taken(desk: Desk, chosen: Filter) -> int:
    """Return how many events a file would hold."""
    with desk.reading() as record:
        return Selection(record, chosen).summarise().events


def write_csv(desk: Desk, chosen: Filter, sort: Sort) -> Iterator[bytes]:
    """Give the bytes of a CSV file, with a mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield b"\xef\xbb\xbf"
    for rows in _batches(desk, chosen, sort):
        writer.writerows([guard_cell(cell) for cell in row] for row in rows)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def write_geojson(desk: Desk, chosen: Filter, sort: Sort) -> Iterator[bytes]:
    """Give the bytes of a GeoJSON file (RFC 7946); events without coordinates have no geometry.

    How to cite it stands once, as a member `citations` of the collection, not in every feature.
    """
    with desk.reading() as record:
        cited = [desk.names.mask_all(one) for one in list_citations(record)]
    head = json.dumps({"citations": cited, "made_by": _maker(), "case": desk.names.mask(desk.case.file.name)},
                      ensure_ascii=False)  # fmt: skip
    yield f'{{"type": "FeatureCollection", {head[1:-1]}, "features": ['.encode()
    before = "\n"
    names = list(COLUMNS)
    for rows in _batches(desk, chosen, sort):
        lines = [_feature(dict(zip(names, row, strict=True))) for row in rows]
        yield (before + ",\n".join(lines)).encode()
        before = ",\n"
    yield b"\n]}\n"


def write_xlsx(desk: Desk, chosen: Filter, sort: Sort) -> IO[bytes]:
    """Return an XLSX file, written row by row to a file that is gone when closed: events, and how to cite them."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with tempfile.TemporaryDirectory(prefix="salience-") as folder:
        workbook = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "tmpdir": folder,
            },
        )
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet(show.phrase("downloads.events"))
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, list(COLUMNS), bold)
        line = 1
        for rows in _batches(desk, chosen, sort):
            for row in rows:
                _write_row(sheet, line, row)
                line += 1
        cited = workbook.add_worksheet(show.phrase("downloads.citations"))
        cited.set_column(0, 4, 30)
        with desk.reading() as record:
            lines = cite_lines(desk, record)
        for number, told in enumerate(lines):
            _write_row(cited, number, told, bold if number == 0 else None)
        workbook.close()
    file.seek(0)
    return file


def send_file(file: IO[bytes]) -> Iterator[bytes]:
    """Give a file's bytes, and close it at the end or when nobody listens any more."""
    with file:
        while block := file.read(1 << 16):
            yield block


def cite_lines(desk: Desk, record: Record) -> list[Row]:
    """Return how to cite each import, a heading before them."""
    heading = [
        show.phrase(f"downloads.{name}") for name in ("dataset", "file", "licence", "citation", "imported")
    ]
    unknown = show.phrase("downloads.not_stated")
    told = [
        [one["dataset"], one["file"], one["licence"] or unknown, one["citation"] or unknown, one["imported"]]
        for one in list_citations(record)
    ]
    made = [[show.phrase("downloads.made"), _maker(), "", "", ""]]
    return [heading, *([desk.names.mask_all(cell) for cell in line] for line in told), *made]


def _batches(desk: Desk, chosen: Filter, sort: Sort) -> Iterator[list[Row]]:
    """Give the selected events in batches, on a connection that lives as long as they are asked for."""
    names = desk.names
    with desk.reading() as record:
        selection = Selection(record, chosen)
        origins = {
            row.pop("id"): row for row in record.rows("SELECT id, dataset, licence, citation FROM origin")
        }
        speakers = {
            row["id"]: row["name"]
            for row in record.rows("SELECT id, name FROM source WHERE kind IS DISTINCT FROM 'dataset'")
        }
        own = [expression for expression in COLUMNS.values() if expression]
        query, values = selection.query(", ".join([*own, "id", "lead"]), sort)
        cursor = record.connection.execute(query, values)
        with desk.reading() as beside:
            while rows := cursor.fetchmany(BATCH):
                told = selection.tellers_of(beside, [row[-2] for row in rows])
                origin = selection.origins_of(beside, [row[-1] for row in rows])
                batch = []
                for row in rows:
                    by = "; ".join(sorted(speakers[s] for s in told.get(row[-2], ()) if s in speakers))
                    it = origins.get(origin.get(row[-1], 0), {})
                    whole = [*row[:-2], by, it.get("dataset"), it.get("licence"), it.get("citation")]
                    batch.append([names.mask(cell) if isinstance(cell, str) else cell for cell in whole])
                yield batch


def _feature(row: dict[str, Any]) -> str:
    longitude, latitude = row.pop("longitude"), row.pop("latitude")
    row.pop("citation")
    placed = longitude is not None and latitude is not None
    geometry = {"type": "Point", "coordinates": [longitude, latitude]} if placed else None
    properties = {name: value for name, value in row.items() if name != "id"}
    return json.dumps({"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties},
                      ensure_ascii=False)  # fmt: skip


def _write_row(sheet: Any, line: int, row: Row, how: Any = None) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            # Text stays text: no formula, no link, whatever it begins with.
            sheet.write_string(line, column, cell[:LONGEST_CELL], how)
        elif cell is not None:
            sheet.write_number(line, column, cell, how)


def _maker() -> str:
    return f"salience {__version__}"
