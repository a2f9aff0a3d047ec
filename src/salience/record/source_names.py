"""Which source each spelling stands for: equal after normalising, or because the case says so. Never by guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from salience.record.ids import stable_id
from salience.record.names import normalise_name


@dataclass(frozen=True, slots=True)
class SourceRule:
    """One line of a case's `sources.csv`: a name, whom it stands for, and what is known of them."""

    name: str
    canonical: str
    kind: str | None = None
    country: str | None = None
    language: str | None = None
    speaks_for: str | None = None
    independence_group: str | None = None


DESCRIPTIONS = ("kind", "country", "language", "speaks_for", "independence_group")


def register_spellings(
    connection: duckdb.DuckDBPyConnection, spellings: Mapping[str, str | None], rules: Sequence[SourceRule]
) -> None:
    """Add spellings that the record does not know yet and settle whom each stands for.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Inside a transaction.
    spellings : mapping
        Each spelling, and the kind that the importer declares for it or None.
    rules : sequence of SourceRule
        The case's `sources.csv`.
    """
    known = {row[0] for row in connection.execute("SELECT spelling FROM source_alias").fetchall()}
    new = [(s, kind) for s, kind in spellings.items() if s not in known]
    if new:
        _append(
            connection,
            "source_alias",
            [(stable_id("alias", s), s, normalise_name(s), None, "spelling", kind) for s, kind in new],
        )
        settle_sources(connection, rules)


def settle_sources(connection: duckdb.DuckDBPyConnection, rules: Sequence[SourceRule]) -> bool:
    """Make `source` and `source_alias.source` what the spellings and the rules say; accounts and reports follow.

    Returns
    -------
    bool
        Whether anything changed; then the events' counts of sources want refreshing.
    """
    if not sources_differ(connection, rules):
        return False
    aliases, sources = _settled(connection, rules)
    connection.execute("DELETE FROM source_alias")
    connection.execute("DELETE FROM source")
    _append(connection, "source_alias", aliases)
    _append(connection, "source", sources)
    _follow(connection)
    return True


def sources_differ(connection: duckdb.DuckDBPyConnection, rules: Sequence[SourceRule]) -> bool:
    """Say whether the record's sources are other than the rules would make them."""
    aliases, sources = _settled(connection, rules)
    return (
        connection.execute("FROM source_alias ORDER BY spelling").fetchall() != aliases
        or connection.execute("FROM source ORDER BY id").fetchall() != sources
    )


def _settled(
    connection: duckdb.DuckDBPyConnection, rules: Sequence[SourceRule]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows of `source_alias` and `source` as the rules want them."""
    spelled = connection.execute(
        "SELECT id, spelling, normalised, declared_kind FROM source_alias ORDER BY spelling"
    ).fetchall()
    canonical = {normalise_name(rule.name): rule.canonical for rule in rules}
    described = _describe(rules)
    names: dict[int, str] = {}
    ruled: dict[int, str] = {}
    kinds: dict[int, str] = {}
    aliases: list[tuple[Any, ...]] = []
    for alias, spelling, normalised, declared in spelled:
        name = canonical.get(normalised)
        source = stable_id("source", normalise_name(name) if name else normalised)
        aliases.append((alias, spelling, normalised, source, "sources.csv" if name else "spelling", declared))
        if name:
            ruled[source] = name
        names[source] = min(names.get(source, spelling), spelling, key=_plainness)
        if declared:
            kinds[source] = declared
    names |= ruled
    sources = [
        _source_row(i, names[i], kinds.get(i), described.get(normalise_name(names[i]))) for i in sorted(names)
    ]
    return aliases, sources


def _describe(rules: Iterable[SourceRule]) -> dict[str, dict[str, str | None]]:
    """Collect what the rules say of each canonical source; the line about the canonical name itself wins."""
    described: dict[str, dict[str, str | None]] = defaultdict(dict)
    for rule in sorted(rules, key=lambda r: normalise_name(r.name) != normalise_name(r.canonical)):
        about = described[normalise_name(rule.canonical)]
        for field in DESCRIPTIONS:
            about[field] = about.get(field) or getattr(rule, field)
    return described


def _source_row(
    source: int, name: str, declared: str | None, about: Mapping[str, str | None] | None
) -> tuple[Any, ...]:
    told = about or {}
    return (source, name, told.get("kind") or declared, *(told.get(field) for field in DESCRIPTIONS[1:]))


def _plainness(spelling: str) -> tuple[bool, int, str]:
    """Order spellings of one name: those that are no web address first, then the longer, more readable one."""
    return ("://" in spelling or "/" in spelling, -len(spelling), spelling)


def _follow(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("account", "report", "person"):
        connection.execute(
            f"""UPDATE {table} SET source = a.source FROM source_alias a
                WHERE a.id = {table}.alias AND a.source IS DISTINCT FROM {table}.source"""
        )


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    import pyarrow as pa

    from salience.record.schema import load_schema

    columns = load_schema()[table].columns
    types = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}
    batch = pa.table({c.name: pa.array([r[i] for r in rows], types[c.type]) for i, c in enumerate(columns)})
    connection.register("appended", batch)
    try:
        connection.execute(f"INSERT INTO {table} SELECT * FROM appended")
    finally:
        connection.unregister("appended")
