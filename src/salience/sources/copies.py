"""Which reports carry the same text, word for word or nearly so, as wire copies do."""

from __future__ import annotations

import duckdb

FEWEST_WORDS = 12
NEARLY = 0.8


def refresh_copies(connection: duckdb.DuckDBPyConnection) -> None:
    """Link every report to the earliest one of the same text.

    Texts of fewer than twelve words are compared word for word alone: short phrases are alike by chance.
    """
    from salience.methods.near_duplicates import group_copies, near_duplicates

    texts = connection.execute("SELECT sha256, content FROM text ORDER BY sha256").fetchall()
    long = [(sha, content) for sha, content in texts if len(content.split()) >= FEWEST_WORDS]
    pairs = near_duplicates([content for _, content in long], threshold=NEARLY)
    labels = group_copies(len(long), pairs)
    groups = {sha: int(label) for (sha, _), label in zip(long, labels, strict=True)}
    nearest: dict[str, float] = {}
    for i, j, same in zip(pairs.first, pairs.second, pairs.similarity, strict=True):
        for k in (int(i), int(j)):
            nearest[long[k][0]] = max(nearest.get(long[k][0], 0.0), float(same))
    reports = connection.execute(
        "SELECT id, sha256 FROM report WHERE sha256 IS NOT NULL ORDER BY published NULLS LAST, id"
    ).fetchall()
    earliest: dict[object, tuple[int, str]] = {}
    links = []
    for report, sha in reports:
        group = groups.get(sha, sha)
        first = earliest.setdefault(group, (report, sha))
        if first[0] != report:
            links.append((report, first[0], 1.0 if first[1] == sha else nearest.get(sha, NEARLY)))
    connection.execute("DELETE FROM copy")
    if links:
        connection.executemany("INSERT INTO copy VALUES (?, ?, ?)", links)
