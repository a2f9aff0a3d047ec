"""Stable ids: the same thing named the same way has the same id in every record.

An id is 63 bits of the MD5 of the parts that name the row, joined by a separator that text does
not hold. MD5 serves as a hash here, not for security. Among ten million rows of one table the chance of any
two sharing an id is about 5e-6; `Record.check` looks for it.
"""

from __future__ import annotations

import hashlib

SEPARATOR = "\x1f"


def stable_id(*parts: object) -> int:
    """Return the id of what these parts name.

    Parameters
    ----------
    *parts : object
        Written with `str`; None counts as the empty text.

    Returns
    -------
    int
        Between 0 and 2**63 - 1, the same as `sql_id` gives in the database.
    """
    text = SEPARATOR.join("" if part is None else str(part) for part in parts)
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def sql_id(*expressions: str) -> str:
    """Return the DuckDB expression that computes `stable_id` of these expressions."""
    parts = ", ".join(f"coalesce(({e})::VARCHAR, '')" for e in expressions)
    return f"(md5_number_lower(concat_ws('{SEPARATOR}', {parts})) >> 1)::BIGINT"
