"""Which reports carry the same text, word for word or nearly so, as wire copies do.

Texts pass through in blocks and are forgotten: what stays of each are its hash and sixteen numbers, so that a hundred
thousand documents take no more memory than a few.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

FEWEST_WORDS = 12
# Two sources that say "No comment" copy nobody. Of equal headlines by unlike sources in UCDP GED (Myanmar, Syria, and a
# sample of the world) 5 of 8 pairs of one word ("#Mali") were over three days apart, and none of 28 of three words or
# more. Five words leave a margin over that. Scripts without spaces between words are measured in characters.
SHORTEST_WORDS, SHORTEST_CHARACTERS = 5, 40
NEARLY = 0.8
BLOCK, PAIRS = 4_000, 4_000


def refresh_copies(connection: duckdb.DuckDBPyConnection) -> None:
    """Link every report to the earliest one of the same text.

    Texts of fewer than twelve words are compared word for word alone: short phrases are alike by chance. Texts of
    fewer than five words and forty characters are no copies, however equal.
    """
    from salience.methods.near_duplicates import NearDuplicates, candidate_pairs, group_copies

    hashes, keys = _signatures(connection)
    first, second, alike = _checked(connection, hashes, candidate_pairs(keys))
    labels = group_copies(len(hashes), NearDuplicates(first, second, alike))
    groups = {sha: int(label) for sha, label in zip(hashes, labels, strict=True)}
    nearest: dict[str, float] = {}
    for i, j, same in zip(first, second, alike, strict=True):
        for k in (int(i), int(j)):
            nearest[hashes[k]] = max(nearest.get(hashes[k], 0.0), float(same))
    links = list(_links(connection, groups, nearest))
    connection.execute("DELETE FROM copy")
    if links:
        columns = list(zip(*links, strict=True))
        rows = pa.table({"report": columns[0], "original": columns[1], "similarity": columns[2]})
        connection.register("copies_found", rows)
        connection.execute("INSERT INTO copy SELECT * FROM copies_found")
        connection.unregister("copies_found")


def _signatures(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], npt.NDArray[np.uint64]]:
    """Return the hashes of all texts long enough to compare, and their band keys, block by block."""
    from salience.methods.near_duplicates import band_keys

    hashes: list[str] = []
    keys: list[npt.NDArray[np.uint64]] = [np.zeros((16, 0), np.uint64)]
    found = connection.execute("SELECT sha256, content FROM text ORDER BY sha256")
    while block := found.fetchmany(BLOCK):
        long = [
            (sha, content) for sha, content in block if len(content.split(None, FEWEST_WORDS)) >= FEWEST_WORDS
        ]
        hashes += [sha for sha, _ in long]
        keys.append(band_keys([content for _, content in long]))
    return hashes, np.concatenate(keys, axis=1)


def _checked(
    connection: duckdb.DuckDBPyConnection, hashes: list[str], pairs: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the pairs that resemble each other as much as is asked, with how much."""
    from salience.methods.near_duplicates import resemblance

    kept: list[tuple[int, int, float]] = []
    for begin in range(0, len(pairs), PAIRS):
        block = pairs[begin : begin + PAIRS]
        texts = _texts(connection, [hashes[k] for k in np.unique(block)])
        for i, j in block.tolist():
            same = resemblance(texts[hashes[i]], texts[hashes[j]])
            if same >= NEARLY:
                kept.append((i, j, same))
    table = np.array(kept, np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _texts(connection: duckdb.DuckDBPyConnection, hashes: list[str]) -> dict[str, str]:
    connection.register("wanted", pa.table({"sha256": hashes}))
    try:
        found = connection.execute(
            "SELECT sha256, content FROM text SEMI JOIN wanted USING (sha256)"
        ).fetchall()
    finally:
        connection.unregister("wanted")
    return dict(found)


def _links(
    connection: duckdb.DuckDBPyConnection, groups: dict[str, int], nearest: dict[str, float]
) -> Iterator[tuple[int, int, float]]:
    """Give each later report of a group with the earliest one, and how alike they are."""
    reports = connection.execute(
        f"""SELECT r.id, r.sha256 FROM report r JOIN text t ON t.sha256 = r.sha256
            WHERE length(t.content) >= {SHORTEST_CHARACTERS}
               OR len(string_split_regex(trim(t.content), '\\s+')) >= {SHORTEST_WORDS}
            ORDER BY r.published NULLS LAST, r.id"""
    ).fetchall()
    earliest: dict[object, tuple[int, str]] = {}
    for report, sha in reports:
        first = earliest.setdefault(groups.get(sha, sha), (report, sha))
        if first[0] != report:
            yield report, first[0], 1.0 if first[1] == sha else nearest.get(sha, NEARLY)
