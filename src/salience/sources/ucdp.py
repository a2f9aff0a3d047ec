"""UCDP Georeferenced Event Dataset (GED): stable and candidate releases, versions 17 to 26.

Each row is one event: an account by UCDP itself and one by every outlet it lists. The codebook (Högbladh 2023)
gives the columns; real files vary in which they have and how they write dates and sources.
"""

from __future__ import annotations

from salience.sources.delimited import Sheet, sql_name, sql_text
from salience.sources.telling import Tellers, Telling, Told, code_lists, coded, constant, plain

DATASET = "UCDP GED"
CITATION = (
    "Sundberg, Ralph, and Erik Melander (2013). Introducing the UCDP Georeferenced Event Dataset. "
    "Journal of Peace Research 50(4): 523-532. Uppsala Conflict Data Program, https://ucdp.uu.se"
)
REQUIRED = ("id", "type_of_violence", "side_a", "side_b", "date_start")


def describe_ucdp(sheet: Sheet) -> Telling:
    """Say how a GED file tells of events.

    Raises
    ------
    InputError
        A column that every GED release has is missing.
    """
    sheet.require([*REQUIRED, sheet.find("best", "best_est") or "best"])
    codes = code_lists()["ucdp"]
    told = {
        "native_id": plain(sheet.find("id") or "id"),
        "kind": constant("ASSAULT"),
        "kind_native": coded("type_of_violence", codes["kind_native"]),
    }
    for name, columns in PLAIN.items():
        if column := sheet.find(*columns):
            told[name] = plain(column)
    if column := sheet.find("where_prec"):
        told["place_precision"] = coded(column, codes["place_precision"])
    if column := sheet.find("date_prec"):
        told["date_precision"] = coded(column, codes["date_precision"])
    if column := sheet.find("event_clarity"):
        told["summary_event"] = Told(
            column, f"CASE trim({sql_name(column)}) WHEN '2' THEN 'true' WHEN '1' THEN 'false' END"
        )
    if column := sheet.find("number_of_sources"):
        # -1 is the codebook's "not counted", a fact and not an error.
        told["sources_stated"] = Told(column, f"nullif(nullif(trim({sql_name(column)}), ''), '-1')")
    tellers, listed = _tellers(sheet)
    return Telling(
        importer="ucdp",
        dataset=DATASET,
        told=told,
        speaker=DATASET,
        speaker_kind="dataset",
        tellers=tellers,
        sources_listed=listed,
        licence="CC BY 4.0",
        citation=CITATION,
    )


PLAIN = {
    "date_from": ("date_start",),
    "date_to": ("date_end",),
    "place": ("where_coordinates", "where_description"),
    "admin1": ("adm_1",),
    "admin2": ("adm_2",),
    "country": ("country",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "side_a": ("side_a",),
    "side_b": ("side_b",),
    "dyad": ("dyad_name",),
    "deaths_low": ("low", "low_est"),
    "deaths_best": ("best", "best_est"),
    "deaths_high": ("high", "high_est"),
    "deaths_a": ("deaths_a",),
    "deaths_b": ("deaths_b",),
    "deaths_civilians": ("deaths_civilians",),
    "deaths_unknown": ("deaths_unknown",),
    "text": ("where_description",),
}

# An entry of source_article reads `"Office,2020-04-22,Headline"`; offices and headlines may hold commas,
# semicolons and stray quotation marks, so the date between them is what an entry is known by.
ENTRY = r"^\"*(.*?),\s*(\d{4}-\d{2}-\d{2})[ T0-9:.]*,(.*?)\"*$"


def _tellers(sheet: Sheet) -> tuple[Tellers | None, str]:
    """Give the lists of outlets, dates and headlines, and the condition under which a row lists them."""
    article, office = sheet.find("source_article"), sheet.find("source_office")
    date, headline = sheet.find("source_date"), sheet.find("source_headline")
    if office is None and article is None:
        return None, "false"
    counted = _counted(sheet)
    entries = _entries(article, counted) if article else "[]::VARCHAR[]"
    parsed = f"[x for x in {entries} if regexp_matches(x, {sql_text(ENTRY)})]"
    from_article = {
        group: f"[regexp_extract(x, {sql_text(ENTRY)}, {group}) for x in {parsed}]" for group in (1, 2, 3)
    }
    if office is None:
        return Tellers(article or "", from_article[1], from_article[2], from_article[3]), counted
    offices = f"string_split({sql_name(office)}, ';')"
    dates = f"string_split({sql_name(date)}, ';')" if date else "[]::VARCHAR[]"
    titles = f"string_split({sql_name(headline)}, ';')" if headline else "[]::VARCHAR[]"
    # A headline may hold the separator; then only the quoted entries of source_article say where it ends.
    exact = (
        f"CASE WHEN len({titles}) = len({offices}) THEN {titles} "
        f"WHEN len({parsed}) = len({offices}) THEN {from_article[3]} END"
    )
    has_office = f"nullif(trim({sql_name(office)}), '') IS NOT NULL"
    return (
        Tellers(
            office,
            f"CASE WHEN {has_office} THEN {offices} ELSE {from_article[1]} END",
            f"CASE WHEN {has_office} THEN {dates} ELSE {from_article[2]} END",
            f"CASE WHEN {has_office} THEN {exact} ELSE {from_article[3]} END",
        ),
        counted,
    )


def _entries(article: str, counted: str) -> str:
    """Split the cell where one quoted entry ends and the next begins.

    Rows whose sources were not counted cite them as free text ("AI, Human rights violations, 1992-06-16"), from
    which no outlet can be told; only quoted entries are taken from those.
    """
    text = f"trim(coalesce({sql_name(article)}, ''))"
    split = f"string_split_regex({text}, '\"\\s*;\\s*\"')"
    return f"CASE WHEN {counted} OR starts_with({text}, '\"') THEN {split} ELSE [] END"


def _counted(sheet: Sheet) -> str:
    column = sheet.find("number_of_sources")
    return f"coalesce(trim({sql_name(column)}) <> '-1', true)" if column else "true"
