"""Looking for words in the texts and headlines of reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from salience.record.browsing.words import (
    Excerpt,
    cut_excerpt,
    find_places,
    match_words,
    pattern_of,
    plain_pattern,
    read_words,
)
from salience.record.store import Record

# Bytes beyond one a letter: something that is not ASCII.
FOREIGN_TEXT = "strlen(content) > characters"


@dataclass(frozen=True, slots=True)
class Hit:
    """A report in which the words stand.

    Attributes
    ----------
    report, title, source, source_id, published, language : of the report.
    excerpt : Excerpt
        Around the first place in its text; of its headline, where the record holds no text.
    places : int
        How often any of the words stand in it.
    in_text : bool
        Whether the record holds the text.
    """

    report: int
    title: str | None
    source: str
    source_id: int
    published: date | None
    language: str | None
    excerpt: Excerpt
    places: int
    in_text: bool


def search_texts(
    record: Record, q: str, start: int = 0, size: int = 20, cover: Callable[[str], str] = str
) -> tuple[int, list[Hit]]:
    """Find the reports that hold every word, in the text where there is one, else in the headline.

    Parameters
    ----------
    record : Record
        On a connection that nobody else uses meanwhile; a temporary table is made on it.
    q : str
        Words, and phrases in quotation marks (see `words.py`).
    start, size : int
        The latest reports come first; so many are skipped, so many returned.
    cover : callable
        Makes of a text one of the same length that may be shown, before an excerpt is cut from it.

    Returns
    -------
    (int, list of Hit)
        How many there are, and those of this page.
    """
    words = read_words(q)
    if not words:
        return 0, []
    in_text, text_values = _texts_query(record, words)
    in_title, title_values = match_words(words, "title")
    record.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE found_reports AS
            SELECT id, published FROM report WHERE sha256 IN ({in_text})
            UNION ALL SELECT id, published FROM report WHERE sha256 IS NULL AND title IS NOT NULL AND {in_title}""",
        [*text_values, *title_values],
    )
    total: int = record.rows("SELECT count(*) AS n FROM temp.found_reports")[0]["n"]
    rows = record.rows(
        """WITH shown AS (SELECT id FROM temp.found_reports ORDER BY published DESC NULLS LAST, id LIMIT ? OFFSET ?),
                mine AS (SELECT * FROM report WHERE id IN (SELECT id FROM shown)),
                held AS (SELECT sha256, content, language FROM text WHERE sha256 IN (SELECT sha256 FROM mine))
           SELECT r.id, r.title, r.published, coalesce(r.language, t.language) AS language, s.name AS source,
                  s.id AS source_id, t.content
           FROM mine r JOIN source s ON s.id = r.source LEFT JOIN held t ON t.sha256 = r.sha256
           ORDER BY r.published DESC NULLS LAST, r.id""",
        [size, start],
    )
    return total, [_hit(row, words, cover) for row in rows]


def _texts_query(record: Record, words: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the query for the texts that hold every word, and its values.

    Plain patterns run over all texts. Patterns that take accents and every form of a sign in run over the texts that
    have such, and these are laid aside first: else the engine tries the pattern on all texts before it leaves any out.
    """
    plain = [pattern for word in words if (pattern := plain_pattern(word)) is not None]
    letters = len(plain) == len(words) and all(c.isalpha() or c.isspace() for word in words for c in word)
    special = FOREIGN_TEXT
    if letters and record.rows(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'accented' AND NOT temporary"
    ):
        special = "sha256 IN (SELECT text FROM accented)"
    full = " AND ".join("regexp_matches(content, ?)" for _ in words)
    query = f"SELECT sha256 FROM special WHERE {full}"
    if len(plain) == len(words):
        query = f"SELECT sha256 FROM text WHERE {full} UNION {query}"
    laid_aside = f"WITH special AS MATERIALIZED (SELECT sha256, content FROM text WHERE {special})"
    return f"{laid_aside} {query}", [*(plain if len(plain) == len(words) else ()), *map(pattern_of, words)]


def _hit(row: dict[str, Any], words: tuple[str, ...], cover: Callable[[str], str]) -> Hit:
    content = row["content"] if row["content"] is not None else row["title"] or ""
    places = find_places(content, words)
    return Hit(
        row["id"], row["title"], row["source"], row["source_id"], row["published"], row["language"],
        cut_excerpt(cover(content), places), len(places), row["content"] is not None,
    )  # fmt: skip
