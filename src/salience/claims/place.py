"""Where a claim stands: whether the span that it names lies in the text that it names."""

from __future__ import annotations

from salience.claims.file import Claim
from salience.record.store import Record

_LENGTH = """
    SELECT max(t.characters) AS length
    FROM report r JOIN text t USING (sha256) JOIN origin o ON o.id = r.origin
    WHERE r.title = ? OR o.file = ? OR r.id::VARCHAR = ?"""


def find_misplaced(claim: Claim, record: Record) -> str:
    """Return what is wrong with a claim's span; empty where nothing is, or the record does not hold the text."""
    if claim.span is None or not claim.report:
        return ""
    (row,) = record.rows(_LENGTH, [claim.report] * 3)
    if row["length"] is None or claim.span[1] <= row["length"]:
        return ""
    return (
        f"span {list(claim.span)} lies outside '{claim.report}', which has {row['length']:,} characters; expected "
        "start and end in code points of the text as it is kept"
    )
