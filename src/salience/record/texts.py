"""Texts as they are kept: one canonical form, so that a span means the same wherever the text is opened."""

from __future__ import annotations

import hashlib
import unicodedata

import duckdb


def canonical_text(raw: str) -> str:
    """Return the form in which a text is kept: Unicode NFC, line ends as newlines, and nothing else changed."""
    return unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a kept text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept_text(connection: duckdb.DuckDBPyConnection, sha256: str) -> str | None:
    """Return a kept text by its hash; None when the record does not hold it."""
    rows = connection.execute("SELECT content FROM text WHERE sha256 = ?", [sha256]).fetchall()
    return rows[0][0] if rows else None
