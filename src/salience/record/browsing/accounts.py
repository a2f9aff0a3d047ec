"""One event with all its accounts, one source, one report: what stands behind a row of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from salience.record.browsing.selection import LISTED
from salience.record.events import TELLING
from salience.record.store import Record

# What accounts are compared in, in the order of a page; `told_of` says which of them belong together.
COMPARED = (
    "date_from", "date_to", "date_precision", "place", "admin1", "admin2", "country", "place_precision", "kind_native",
    "kind", "side_a", "side_b", "deaths_low", "deaths_best", "deaths_high", "deaths_a", "deaths_b", "deaths_civilians",
    "deaths_unknown", "text",
)  # fmt: skip

_TOLD = (
    "id", "source", "source_id", "speaks_for", "told", "report", "title", "published", "url", "probability", "dataset",
    "file", "citation", "licence", "is_lead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """One source's telling of an event.

    Attributes
    ----------
    id, report : int or None
        account.id, report.id
    source, source_id, kind, speaks_for : str, int, str, str
        Who tells it.
    told : str
        full, named or figures: see `account.told` in the schema.
    values : dict
        What it says, by the names of `COMPARED`; None is what it does not say.
    differs : frozenset of str
        The fields in which it says something else than the event's lead account does.
    title, published, url : of its report, where there is one.
    has_text : bool
        Whether the record holds the report's text.
    probability : float
        That it tells of this event; 1 when the dataset says so.
    dataset, file, citation, licence : str or None
        The import it came with.
    """

    id: int
    source: str
    source_id: int
    kind: str | None
    speaks_for: str | None
    told: str
    values: dict[str, Any]
    differs: frozenset[str]
    report: int | None
    title: str | None
    published: date | None
    url: str | None
    has_text: bool
    probability: float
    dataset: str | None
    file: str | None
    citation: str | None
    licence: str | None
    is_lead: bool


def find_event(record: Record, event: int) -> dict[str, Any] | None:
    """Return the row of one event; None when the record does not hold it."""
    rows = record.rows(f"SELECT {', '.join(LISTED)} FROM event WHERE id = ?", [event])
    return rows[0] if rows else None


def find_accounts(record: Record, event: int) -> list[Account]:
    """Return every account of an event: the lead first, then what tells most, then by day and source."""
    rows = record.rows(
        f"""WITH mine AS (SELECT account, probability FROM link WHERE event = ?),
                 told AS (SELECT * FROM account WHERE id IN (SELECT account FROM mine)),
                 heard AS (SELECT * FROM report WHERE id IN (SELECT report FROM told))
            SELECT a.id, s.name AS source, s.id AS source_id, s.kind AS kind_of_source, s.speaks_for, a.told,
                   {", ".join(f"a.{name}" for name in COMPARED)}, a.report, r.title, r.url, r.sha256,
                   coalesce(r.published, a.published) AS published, m.probability, o.dataset, o.file, o.citation,
                   o.licence,
                   a.id = (SELECT lead FROM event WHERE id = ?) AS is_lead
            FROM told a JOIN mine m ON m.account = a.id JOIN source s ON s.id = a.source
                 LEFT JOIN heard r ON r.id = a.report LEFT JOIN origin o ON o.id = a.origin
            ORDER BY is_lead DESC, a.told <> 'full', a.told, s.kind IS DISTINCT FROM 'dataset', published, s.name,
                     a.id""",
        [event, event],
    )
    lead = next((row for row in rows if row["is_lead"]), rows[0] if rows else {})
    return [_account(row, lead) for row in rows]


def find_source(record: Record, source: int) -> dict[str, Any] | None:
    """Return a source with its spellings and how much it tells; None when the record does not hold it."""
    rows = record.rows("SELECT * FROM source WHERE id = ?", [source])
    if not rows:
        return None
    telling = _telling(record)
    counts = record.rows(
        f"""SELECT count(*) AS events,
                   count(*) FILTER (e.sources = 1 AND t.covers AND s.kind IS DISTINCT FROM 'dataset') AS alone,
                   min(e.date_from) AS first, max(e.date_from) AS last
            FROM {telling} AS t JOIN event e ON e.id = t.event JOIN source s ON s.id = t.source
            WHERE t.source = ?""",
        [source],
    )[0]
    texts = record.rows(
        """SELECT count(*) AS reports, count(sha256) AS texts, min(published) AS first_report,
                  max(published) AS last_report FROM report WHERE source = ?""",
        [source],
    )[0]
    spellings = record.rows(
        "SELECT spelling, decided_by FROM source_alias WHERE source = ? ORDER BY spelling", [source]
    )
    return {**rows[0], **counts, **texts, "spellings": spellings}


def list_sources(record: Record) -> list[dict[str, Any]]:
    """Return every source with how many events and texts it tells, the most frequent first."""
    return record.rows(
        f"""WITH told AS (SELECT source, count(*) AS events FROM {_telling(record)} AS t GROUP BY source),
                 heard AS (SELECT source, count(*) AS reports, count(sha256) AS texts FROM report GROUP BY source)
            SELECT s.id, s.name, s.kind, s.country, s.language, s.speaks_for, s.independence_group,
                   coalesce(told.events, 0) AS events, coalesce(heard.reports, 0) AS reports,
                   coalesce(heard.texts, 0) AS texts
            FROM source s LEFT JOIN told ON told.source = s.id LEFT JOIN heard ON heard.source = s.id
            ORDER BY events DESC, texts DESC, s.name"""
    )


def list_reports(record: Record, source: int, start: int = 0, size: int = 50) -> list[dict[str, Any]]:
    """Return reports of a source, the latest first, those with a text before those without."""
    return record.rows(
        """SELECT id, title, published, language, sha256 IS NOT NULL AS has_text FROM report WHERE source = ?
           ORDER BY has_text DESC, published DESC NULLS LAST, id LIMIT ? OFFSET ?""",
        [source, size, start],
    )


def find_report(record: Record, report: int) -> dict[str, Any] | None:
    """Return a report with its source, its text where the record holds it, and the events it is cited for."""
    rows = record.rows(
        """SELECT r.id, r.title, r.published, r.language, r.url, r.sha256, r.source AS source_id, s.name AS source,
                  s.kind AS kind_of_source, t.content, t.language AS text_language, t.characters, t.skipped, o.file,
                  o.citation, o.licence
           FROM (SELECT * FROM report WHERE id = ?) r JOIN source s ON s.id = r.source
                LEFT JOIN text t ON t.sha256 = r.sha256 LEFT JOIN origin o ON o.id = r.origin""",
        [report],
    )
    if not rows:
        return None
    events = record.rows(
        f"""SELECT {", ".join(LISTED)} FROM event WHERE id IN (
                SELECT event FROM link WHERE account IN (SELECT id FROM account WHERE report = ?))
            ORDER BY date_from, id LIMIT 50""",
        [report],
    )
    copies = record.rows(
        """SELECT c.copy_of AS id, c.similarity, r.title, s.name AS source, 'of' AS way FROM copy c
               JOIN report r ON r.id = c.copy_of JOIN source s ON s.id = r.source WHERE c.report = ? UNION ALL
           SELECT c.report, c.similarity, r.title, s.name, 'by' FROM copy c
               JOIN report r ON r.id = c.report JOIN source s ON s.id = r.source WHERE c.copy_of = ?
           ORDER BY way DESC, source, id LIMIT 50""",
        [report, report],
    )
    return {**rows[0], "events": events, "copies": copies}


def find_spans(record: Record, sha256: str) -> list[dict[str, Any]]:
    """Return what reading found in a text, in order: mentions and statements with their spans."""
    return record.rows(
        """SELECT id, 'mention' AS layer, start, "end", quote, kind, value, NULL AS speaker, NULL AS about, how,
                  confidence
           FROM mention WHERE text = ? UNION ALL
           SELECT id, 'statement', start, "end", quote, kind, value, speaker, about, how, confidence
           FROM statement WHERE text = ? ORDER BY start, "end" DESC, layer, id""",
        [sha256, sha256],
    )


def list_citations(record: Record) -> list[dict[str, Any]]:
    """Return how to cite each import that tells of events, and its licence: to go along with whatever leaves."""
    return record.rows(
        """SELECT dataset, file, citation, licence, strftime(imported_at, '%Y-%m-%d') AS imported, rows_kept
           FROM origin WHERE id IN (SELECT DISTINCT origin FROM account) ORDER BY dataset, file"""
    )


def _telling(record: Record) -> str:
    there = record.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'telling' AND NOT temporary")
    return "telling" if there else f"({TELLING})"


def _account(row: dict[str, Any], lead: dict[str, Any]) -> Account:
    values = {name: row[name] for name in COMPARED}
    differs = frozenset(
        name for name, value in values.items()
        if value is not None and lead[name] is not None and not _same(value, lead[name])
    )  # fmt: skip
    told = {name: row[name] for name in _TOLD}
    return Account(
        **told, kind=row["kind_of_source"], values=values, differs=differs, has_text=row["sha256"] is not None
    )


def _same(first: Any, second: Any) -> bool:
    """Return whether two say the same; case and spaces in words are no difference."""
    if isinstance(first, str) and isinstance(second, str):
        return first.casefold().split() == second.casefold().split()
    return bool(first == second)
