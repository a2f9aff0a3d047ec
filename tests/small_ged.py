"""A small GED file for tests of the case, the command line and the report."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

COLUMNS = [
    "id",
    "type_of_violence",
    "conflict_name",
    "dyad_name",
    "side_a",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "where_prec",
    "where_coordinates",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "country",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
]
OFFICES = ("Local Herald", "World Wire", "Rights Group", "صدای مردم")
PROVINCES = ("North", "South", "East", "Capital")


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row; event `number` has `number % 7` deaths and more outlets the more deaths."""
    deaths = number % 7
    told = 1 + (deaths > 2) + (deaths > 4 and number % 3 > 0) + (number % 11 == 0)
    offices = [OFFICES[(number + i) % 4] for i in range(told)]
    day = f"2021-{1 + number % 12:02d}-{1 + number % 28:02d}"
    base = {
        "id": 1000 + number,
        "type_of_violence": 1 + number % 2 * 2,
        "conflict_name": "Testland: Government",
        "dyad_name": f"Government of Testland - Group {number % 3}",
        "side_a": "Government of Testland",
        "side_b": f"Group {number % 3}",
        "number_of_sources": told,
        "source_article": "",
        "source_office": ";".join(offices),
        "source_date": ";".join([day] * told),
        "source_headline": ";".join(f"Report {i} of event {number}" for i in range(told)),
        "where_prec": 1 + number % 5,
        "where_coordinates": f"Village {number % 40}",
        "adm_1": PROVINCES[number % 4],
        "adm_2": "",
        "latitude": 10 + number % 4 + (number % 40) / 50,
        "longitude": 20 + number % 4 + (number % 30) / 50,
        "country": "Testland",
        "event_clarity": 1,
        "date_prec": 1,
        "date_start": day,
        "date_end": day,
        "deaths_a": 0,
        "deaths_b": deaths,
        "deaths_civilians": 0,
        "deaths_unknown": 0,
        "best": deaths,
        "high": deaths + 1,
        "low": max(deaths - 1, 0),
    }
    return base | changes


def write_ged(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as a GED CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


CASE = """\
name = "Testland"
summary = "A case for tests."

[period]
start = 2021-01-01
end = 2021-12-31

[area]
countries = ["Testland"]

[capital]
name = "Capital City"
latitude = 13.0
longitude = 23.0
radius_km = 30

[[inputs]]
file = "ged.csv"
as = "ucdp"

[questions.attention]
"""
SOURCES = """\
name,canonical,kind,country,language,speaks_for,independence_group
Local Herald,Local Herald,outlet,Testland,,,
World Wire,World Wire,agency,Elsewhere,,,
Rights Group,Rights Group,ngo,Testland,,,
صدای مردم,صدای مردم,outlet,Testland,,,
"""


def write_case(folder: Path, events: int = 240, **changes: Any) -> Path:
    """Write a whole case folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
    write_ged(folder / "ged.csv", [row(n, **changes) for n in range(events)])
    return folder
