"""One value out of the database."""

from __future__ import annotations

from typing import Any

import duckdb


def scalar(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Return the first value of a query's first row, or None when there is no row.

    All rows are fetched: an unfinished result keeps the connection from reading its tables as frames.
    """
    rows = connection.execute(query).fetchall()
    return rows[0][0] if rows else None
