"""Looking for words in the texts and headlines of reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from salience.record.browsing.words import Excerpt, cut_excerpt, find_places, read_words
from salience.record.folding import fold_words
from salience.record.search_index import words_of
from salience.record.store import Record


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
    sought = [fold_words(word) for word in words]
    there = " AND ".join("contains(words, ?)" for _ in words)
    texts, titles = (words_of(record.connection, table) for table in ("text_words", "headline_words"))
    record.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE found_reports AS
            SELECT id, published FROM report
            WHERE sha256 IN (SELECT sha256 FROM {texts} AS t WHERE {there})
               OR (sha256 IS NULL AND id IN (SELECT id FROM {titles} AS h WHERE {there}))""",
        [*sought, *sought],
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


def _hit(row: dict[str, Any], words: tuple[str, ...], cover: Callable[[str], str]) -> Hit:
    content = row["content"] if row["content"] is not None else row["title"] or ""
    places = find_places(content, words)
    return Hit(
        row["id"], row["title"], row["source"], row["source_id"], row["published"], row["language"],
        cut_excerpt(cover(content), places), len(places), row["content"] is not None,
    )  # fmt: skip
