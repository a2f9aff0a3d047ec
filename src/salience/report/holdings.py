"""What the record holds and from whom, as the report's first part shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salience.questions.setting import Setting
from salience.record.store import Record

# Importers of events; what others read (texts, persons) has no events with ids.
EVENT_TABLES = ("ucdp", "acled", "table")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Small tables of what a record holds.

    Attributes
    ----------
    imports : list of dict
        The files: name, importer, whose event ids they use, rows, licence, citation.
    rules : list of (str, int)
        How many rows were set aside and values emptied, by rule.
    counts : dict
        Events, accounts, reports, sources, first and last day, deaths.
    sources : list of dict
        Who speaks, the most frequent first.
    months, cells, areas : list of dict
        Events by month, by cell of the map, by first-level area.
    figures : list of dict
        Numbers that stand for no event, as a year's total: they count in nothing else here.
    texts : dict
        Texts of the period, their sources, copies, characters read and skipped, suggestions and decisions.
    """

    imports: list[dict[str, Any]]
    rules: list[tuple[str, int]]
    counts: dict[str, Any]
    sources: list[dict[str, Any]]
    months: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    degrees: float
    figures: list[dict[str, Any]]
    texts: dict[str, Any]

    @property
    def citations(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """What is to be cited, each once, with the files that come from it."""
        files: dict[str, list[dict[str, Any]]] = {}
        for row in self.imports:
            if row["citation"]:
                files.setdefault(row["citation"], []).append(row)
        return list(files.items())


def describe_holdings(record: Record, setting: Setting) -> Holdings:
    """Summarise the record within the case's period."""
    within = _within(setting)
    imports = record.rows(
        """SELECT file, importer, dataset, rows_read, rows_kept, rows_set_aside, licence, citation,
                  strftime(imported_at, '%Y-%m-%d') AS imported, summary
           FROM origin ORDER BY file, id"""
    )
    rules: dict[str, int] = {}
    for row in imports:
        row["event_ids_of"] = _event_ids_of(row)
        for rule, count in json.loads(row.pop("summary") or "{}").items():
            rules[rule] = rules.get(rule, 0) + count
    counts = record.rows(
        f"""SELECT count(*) AS events, sum(accounts)::BIGINT AS accounts, min(date_from)::VARCHAR AS first,
                   max(date_from)::VARCHAR AS last, sum(deaths_low)::BIGINT AS low, sum(deaths_best)::BIGINT AS best,
                   sum(deaths_high)::BIGINT AS high, count(*) FILTER (deaths_best IS NULL) AS deaths_unknown,
                   count(*) FILTER (latitude IS NULL) AS unplaced,
                   count(*) FILTER (sources_listed AND sources > 0) AS listed
            FROM event WHERE {within}"""
    )[0]
    degrees = _cell_size(record, within)
    return Holdings(
        imports=imports,
        rules=sorted(rules.items(), key=lambda item: -item[1]),
        counts=counts,
        sources=_sources(record, within),
        months=record.rows(
            f"""SELECT strftime(date_trunc('month', date_from), '%Y-%m-%d') AS month, count(*) AS events,
                       coalesce(kind_native, kind, 'not stated') AS kind,
                       avg(sources) FILTER (sources_listed AND sources > 0) AS sources,
                       count(*) FILTER (sources_listed AND sources > 0) AS listed
                FROM event WHERE {within} GROUP BY ALL ORDER BY month, kind"""
        ),
        cells=record.rows(
            f"""SELECT round((floor(longitude / {degrees}) + 0.5) * {degrees}, 4) AS longitude,
                       round((floor(latitude / {degrees}) + 0.5) * {degrees}, 4) AS latitude, count(*) AS events
                FROM event WHERE {within} AND latitude IS NOT NULL GROUP BY ALL ORDER BY events DESC, 1, 2"""
        ),
        areas=record.rows(
            f"""SELECT admin1 AS name, avg(longitude) AS longitude, avg(latitude) AS latitude, count(*) AS events
                FROM event WHERE {within} AND admin1 IS NOT NULL AND latitude IS NOT NULL
                GROUP BY admin1 ORDER BY events DESC, name LIMIT 24"""
        ),
        degrees=degrees,
        figures=_figures(record, setting),
        texts=_texts(record, setting),
    )


def _event_ids_of(row: dict[str, Any]) -> str:
    """Say whose event ids a file uses: a dataset's, its own, or none, for it does not tell of events."""
    if row["importer"] not in EVENT_TABLES:
        return ""
    return "its own" if row["dataset"] == Path(str(row["file"])).stem else str(row["dataset"])


def _figures(record: Record, setting: Setting) -> list[dict[str, Any]]:
    """Return the numbers that stand for no event; those gathered on events of a dataset are for `reconcile`."""
    return record.rows(
        f"""SELECT a.date_from::VARCHAR AS first, a.date_to::VARCHAR AS last,
                   coalesce(a.text, a.place, a.country) AS what,
                   s.name AS source, a.deaths_low AS low, a.deaths_best AS best, a.deaths_high AS high
            FROM account a JOIN source s ON s.id = a.source
            WHERE a.told = 'figures' AND a.id IN (SELECT lead FROM event) AND {_days(setting)}
              AND a.date_precision IN ('year', 'month')
            ORDER BY a.date_from, what, source"""
    )


def _texts(record: Record, setting: Setting) -> dict[str, Any]:
    period = _days(setting).replace("date_from", "published")
    return record.rows(
        f"""WITH mine AS (SELECT r.id, r.source, r.sha256 FROM report r JOIN text USING (sha256) WHERE {period}),
                 kept AS (SELECT * FROM text WHERE sha256 IN (SELECT sha256 FROM mine))
            SELECT (SELECT count(*) FROM mine) AS texts, (SELECT count(DISTINCT source) FROM mine) AS sources,
                   (SELECT count(*) FROM copy WHERE report IN (SELECT id FROM mine)) AS copies,
                   (SELECT sum(characters)::BIGINT FROM kept) AS characters,
                   (SELECT sum(skipped)::BIGINT FROM kept) AS skipped,
                   (SELECT count(*) FROM mention WHERE text IN (SELECT sha256 FROM mine))
                   + (SELECT count(*) FROM statement WHERE text IN (SELECT sha256 FROM mine)) AS suggested,
                   (SELECT count(DISTINCT target) FROM decision) AS decided"""
    )[0]


def _within(setting: Setting) -> str:
    """Return the condition for events of the period, without those that only figures tell of."""
    return f"{_days(setting)} AND lead NOT IN (SELECT id FROM account WHERE told = 'figures')"


def _days(setting: Setting) -> str:
    parts = ["true"]
    if setting.period.start:
        parts.append(f"date_from >= DATE '{setting.period.start}'")
    if setting.period.end:
        parts.append(f"date_from <= DATE '{setting.period.end}'")
    return " AND ".join(parts)


def _cell_size(record: Record, within: str) -> float:
    """Return a cell size, in degrees, of about a fortieth of the area's extent, and no finer than a quarter."""
    row = record.rows(
        f"""SELECT quantile_cont(latitude, 0.995) - quantile_cont(latitude, 0.005) AS height,
                   quantile_cont(longitude, 0.995) - quantile_cont(longitude, 0.005) AS width
            FROM event WHERE {within} AND latitude IS NOT NULL"""
    )[0]
    extent = max(row["height"] or 0.0, row["width"] or 0.0)
    return next((size for size in (0.25, 0.5, 1.0, 2.0) if extent / size <= 45), 5.0)


def _sources(record: Record, within: str) -> list[dict[str, Any]]:
    return record.rows(
        f"""WITH told AS (
                SELECT DISTINCT l.event, t.source FROM account t JOIN link l ON l.account = t.id
                JOIN source s ON s.id = t.source WHERE s.kind IS DISTINCT FROM 'dataset' AND t.told <> 'figures'
            ), within AS (SELECT id, sources, sources_listed, date_from FROM event WHERE {within})
            SELECT s.name, s.kind, s.country, count(*) AS events,
                   count(*)::DOUBLE / (SELECT count(*) FROM within WHERE sources_listed AND sources > 0) AS share,
                   count(*) FILTER (w.sources = 1) AS only,
                   min(w.date_from)::VARCHAR AS first, max(w.date_from)::VARCHAR AS last
            FROM told JOIN within w ON w.id = told.event JOIN source s ON s.id = told.source
            GROUP BY ALL ORDER BY events DESC, s.name"""
    )
