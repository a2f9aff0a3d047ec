"""ACLED export CSV: one row an event, its sources in one cell separated by semicolons."""

from __future__ import annotations

from salience.sources.delimited import Sheet, sql_name, sql_text
from salience.sources.telling import Tellers, Telling, Told, code_lists, coded, plain

DATASET = "ACLED"
CITATION = (
    "Raleigh, Clionadh, Roudabeh Kishi, and Andrew Linke (2023). Political instability patterns are obscured by "
    "conflict dataset scope conditions, sources, and coding choices. Humanities and Social Sciences "
    "Communications 10: 74. ACLED, https://acleddata.com"
)
REQUIRED = ("event_id_cnty", "event_date", "event_type", "actor1", "fatalities")
PLAIN = {
    "native_id": ("event_id_cnty",),
    "date_from": ("event_date",),
    "place": ("location",),
    "admin1": ("admin1",),
    "admin2": ("admin2",),
    "country": ("country",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "side_a": ("actor1",),
    "side_b": ("actor2",),
    "deaths_best": ("fatalities",),
    "text": ("notes",),
}


def describe_acled(sheet: Sheet) -> Telling:
    """Say how an ACLED export tells of events.

    ACLED gives one count of fatalities and no interval; low and high stay missing. Its terms of use restrict
    redistribution, so its notes stay inside the case.

    Raises
    ------
    InputError
        A column that every export has is missing.
    """
    sheet.require(REQUIRED)
    codes = code_lists()["acled"]
    told = {name: plain(column) for name, columns in PLAIN.items() if (column := sheet.find(*columns))}
    told["kind"] = _kind(sheet, codes)
    sub_event = sheet.find("sub_event_type") or "event_type"
    told["kind_native"] = plain(sub_event)
    if column := sheet.find("time_precision"):
        told["date_precision"] = coded(column, codes["date_precision"])
    if column := sheet.find("geo_precision"):
        told["place_precision"] = coded(column, codes["place_precision"])
    told["dyad"] = Told("actor1", _dyad(sheet))
    source = sheet.find("source")
    return Telling(
        importer="acled",
        dataset=DATASET,
        told=told,
        speaker=DATASET,
        speaker_kind="dataset",
        tellers=Tellers(source, f"string_split({sql_name(source)}, ';')", "[]::VARCHAR[]", "[]::VARCHAR[]")
        if source
        else None,
        sources_listed="true" if source else "false",
        date_formats=("%Y-%m-%d", "%d %B %Y", "%d-%B-%Y", "%Y-%m-%d %H:%M:%S"),
        licence="ACLED terms of use: not for redistribution",
        citation=CITATION,
    )


def _kind(sheet: Sheet, codes: dict[str, dict[str, str]]) -> Told:
    event = sheet.find("event_type") or "event_type"
    by_event = coded(event, codes["kind"]).sql
    sub = sheet.find("sub_event_type")
    return Told(
        event, f"coalesce({coded(sub, codes['kind_by_sub_event']).sql}, {by_event})" if sub else by_event
    )


def _dyad(sheet: Sheet) -> str:
    first = plain(sheet.find("actor1") or "actor1").sql
    second = sheet.find("actor2")
    return f"concat_ws({sql_text(' - ')}, {first}, {plain(second).sql})" if second else first
