"""ACLED, mapped tables, HXL, spreadsheets, Parquet, and encodings."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from salience.errors import InputError
from salience.record.store import Record
from salience.sources.load import Imported, import_file
from small_ged import row, write_ged

Take = Callable[..., Imported]

ACLED = """\
event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,assoc_actor_1,actor2,admin1,location,\
latitude,longitude,geo_precision,source,source_scale,notes,fatalities
TST1,2021-03-04,2021,1,Battles,Armed clash,Group A,,Military Forces of Testland,North,Town,10.5,20.5,1,\
Local Herald; World Wire,National,Notes here,4
TST2,05 March 2021,2021,2,Protests,Protest with intervention,Protesters,,,South,City,11,21,3,Local Herald,National,,0
TST3,2021-03-06,2021,1,Strategic developments,Arrests,Police,,Journalists,South,City,11,21,2,World Wire,International,,0
"""


def test_acled_exports_are_read(take: Take, record: Record, tmp_path: Path) -> None:
    path = tmp_path / "acled.csv"
    path.write_text(ACLED, encoding="utf-8")
    done = take(path)
    assert (done.importer, done.kept, done.accounts) == ("acled", 3, 7)
    found = record.rows(
        """SELECT native_id, date_from::VARCHAR AS day, date_precision, place_precision, kind, deaths_low, deaths_best,
                  sources FROM event ORDER BY native_id"""
    )
    assert [tuple(r.values()) for r in found] == [
        ("TST1", "2021-03-04", "day", "exact", "ASSAULT", None, 4, 2),
        ("TST2", "2021-03-05", "week", "admin1", "PROTEST", None, 0, 1),
        ("TST3", "2021-03-06", "day", "near", "COERCE", None, 0, 1),
    ]
    assert record.rows("SELECT name FROM source WHERE kind = 'dataset'") == [{"name": "ACLED"}]


MAP = """\
[source]
name = "Ministry"
kind = "official"
[columns]
id = "No"
date_from = "Day"
admin1 = "Province"
deaths_best = "Killed"
place_precision = "Prec"
[constants]
country = "Testland"
[codes.place_precision]
A = "exact"
[formats]
date = "%d/%m/%Y"
"""
TABLE = [
    ["No", "Day", "Province", "Killed", "Prec"],
    ["1", "31/12/2021", "North", "3", "A"],
    ["2", "31/13/2021", "South", "4", "B"],
]


def write_table(path: Path, form: str) -> Path:
    if form == "xlsx":
        return write_xlsx(path, TABLE)
    if form == "parquet":
        pq.write_table(pa.table({name: [r[i] for r in TABLE[1:]] for i, name in enumerate(TABLE[0])}), path)
        return path
    delimiter = {"csv": ",", "semicolon": ";", "tsv": "\t"}[form]
    path.write_text("\n".join(delimiter.join(r) for r in TABLE) + "\n", encoding="utf-8")
    return path


START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
OFFICE = "http://schemas.openxmlformats.org"
MAIN, RELATIONS = f"{OFFICE}/spreadsheetml/2006/main", f"{OFFICE}/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats"


def write_xlsx(path: Path, rows: list[list[str]]) -> Path:
    """Write the least that is a spreadsheet."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in r) + "</row>"
        for r in rows
    )
    sheet_type = f"{TYPE}-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{TYPE}-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}.worksheet+xml"/></Types>',
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, START + text)
    return path


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{OFFICE}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )


@pytest.mark.parametrize("form", ["csv", "semicolon", "tsv", "xlsx", "parquet"])
def test_a_mapped_table_is_read_from_any_form(take: Take, record: Record, tmp_path: Path, form: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAP, encoding="utf-8")
    done = take(write_table(tmp_path / f"t.{form}", form), importer="table", mapping=mapping)
    assert (done.read, done.kept, done.set_aside) == (2, 1, 1)
    assert record.rows(
        "SELECT date_from::VARCHAR AS d, admin1, deaths_best, place_precision, country FROM event"
    ) == [
        {
            "d": "2021-12-31",
            "admin1": "North",
            "deaths_best": 3,
            "place_precision": "exact",
            "country": "Testland",
        }
    ]
    assert record.rows("SELECT name, kind FROM source") == [{"name": "Ministry", "kind": "official"}]
    assert record.rows("SELECT line, value FROM set_aside") == [{"line": 3, "value": "31/13/2021"}]


def test_accounts_of_another_datasets_events_join_them(take: Take, record: Record, tmp_path: Path) -> None:
    take(write_ged(tmp_path / "ged.csv", [row(n) for n in range(5)]))
    mapping, table = tmp_path / "m.toml", tmp_path / "official.csv"
    mapping.write_text(
        '[dataset]\nevents_of = "UCDP GED"\n[source]\nname = "Ministry"\nkind = "official"\n'
        '[columns]\nid = "no"\nevent = "ged"\ndate_from = "day"\ndeaths_best = "killed"\n',
        encoding="utf-8",
    )
    table.write_text("no,ged,day,killed\nc1,1003,2021-04-04,1\nc2,7777,2021-04-05,2\n", encoding="utf-8")
    take(table, mapping=mapping)
    assert record.rows("SELECT count(*) AS n FROM event") == [{"n": 6}]
    event = record.rows(
        "SELECT deaths_best, deaths_told_min, lead, sources FROM event WHERE native_id = '1003'"
    )[0]
    assert (event["deaths_best"], event["deaths_told_min"]) == (3, 1)
    assert (
        event["sources"]
        == record.rows("SELECT sources FROM event WHERE native_id = '1001'")[0]["sources"] + 2
    )


def test_rows_that_name_their_speaker_are_accounts_of_shared_events(
    take: Take, record: Record, tmp_path: Path
) -> None:
    mapping, table = tmp_path / "m.toml", tmp_path / "list.csv"
    mapping.write_text(
        '[columns]\nid = "n"\nevent = "incident"\nsource = "who"\ndate_from = "day"\ndeaths_best = "dead"\n'
        'date_precision = "p"\ntitle = "headline"\n',
        encoding="utf-8",
    )
    table.write_text(
        "n,incident,who,day,dead,p,headline\n1,A,Herald,2021-01-01,4,week,H1\n2,A,Wire,2021-01-02,6,day,H2\n"
        "3,A,,2021-01-02,6,day,H3\n",
        encoding="utf-8",
    )
    done = take(table, mapping=mapping)
    assert (done.kept, done.set_aside) == (2, 1)
    found = record.rows(
        "SELECT deaths_best, date_from::VARCHAR AS d, sources, sources_listed, reports FROM event"
    )
    assert found == [
        {"deaths_best": 6, "d": "2021-01-02", "sources": 2, "sources_listed": True, "reports": 2}
    ]


def test_a_row_of_hxl_tags_is_a_mapping(take: Take, record: Record, tmp_path: Path) -> None:
    path = tmp_path / "hxl.csv"
    path.write_text(
        "Ref,When,Where,Dead,Lat,Lon\n#meta+id,#date+occurred,#adm1+name,#affected+killed,#geo+lat,#geo+lon\n"
        "a,2021-01-01,North,2,10,20\nb,someday,South,3,11,21\nc,2021-01-03,short\n",
        encoding="utf-8",
    )
    done = take(path)
    assert (done.importer, done.read, done.kept) == ("table", 3, 1)
    assert record.rows("SELECT line FROM set_aside ORDER BY line") == [{"line": 4}, {"line": 5}]
    assert record.rows("SELECT native_id, admin1, deaths_best, latitude FROM event") == [
        {"native_id": "a", "admin1": "North", "deaths_best": 2, "latitude": 10.0}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[columns]\nid = "No"\n', "no column is mapped to 'date_from'"),
        ('[columns]\nday = "Day"\n', "'day' is nothing that the record holds"),
        (
            '[columns]\ndate_from = "Date"\n',
            "column Date: the column is missing. The nearest it has is 'Day'",
        ),
        ('[colums]\nid = "No"\n', "key colums"),
        ("[columns", "this is not TOML"),
        ('[dataset]\nevents_of = "X"\n[columns]\nid = "No"\n', "'event' must name the column"),
    ],
)
def test_a_faulty_mapping_says_what_is_wrong(record: Record, tmp_path: Path, text: str, said: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        import_file(record, write_table(tmp_path / "t.csv", "csv"), tmp_path / "raw", mapping=mapping)


def test_a_table_without_mapping_or_tags_asks_for_one(record: Record, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"needs a mapping .*The columns are: No, Day"):
        import_file(record, write_table(tmp_path / "t.csv", "csv"), tmp_path / "raw")


NAMES = {"cp1252": "Jürgen Málaga", "cp1256": "خبرگزاری باختر گزارش داد که"}


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Jürgen فارسی"),
        ("utf-8-sig", "Jürgen فارسی"),
        ("utf-16", "Jürgen فارسی"),
        ("utf-16-le", "Jürgen Málaga"),
        ("utf-16-be", "Jürgen Málaga"),
        ("cp1252", NAMES["cp1252"]),
        ("cp1256", NAMES["cp1256"]),
    ],
)
def test_encodings_are_recognised(
    take: Take, record: Record, tmp_path: Path, encoding: str, name: str
) -> None:
    if encoding == "cp1256":
        name = name.replace("گ", "ك").replace("ی", "ي")
    rows = [row(n, side_b=name, source_headline=f"{name} {n}", source_office="Wire") for n in range(12)]
    path = write_ged(tmp_path / "in.csv", rows)
    text = path.read_text(encoding="utf-8")
    if encoding.startswith("cp"):
        text = text.replace("صدای مردم", "x")
    path.write_bytes(text.encode(encoding))
    assert take(path).kept == 12
    assert record.rows("SELECT DISTINCT side_b AS x FROM event") == [{"x": name}]
