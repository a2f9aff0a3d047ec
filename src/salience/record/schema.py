"""The record's tables and columns, read from `schema.toml`, the one place that documents them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its DuckDB type and what it holds."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what it holds, its columns, and whether it is derived from the others."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    derived: bool

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(column.name for column in self.columns)


@cache
def load_schema() -> dict[str, Table]:
    """Return every table of the record by name, in the order of the file."""
    return {
        name: Table(
            name=name,
            doc=body["doc"],
            columns=tuple(Column(c, kind, doc) for c, (kind, doc) in body["columns"].items()),
            derived=body.get("derived", False),
        )
        for name, body in _read().items()
        if isinstance(body, dict)
    }


@cache
def schema_version() -> int:
    """Return the number that a record written by this schema carries."""
    version: int = _read()["version"]
    return version


def create_statements() -> list[str]:
    """Return the SQL that makes every table and writes its documentation into the database."""
    statements = []
    for table in load_schema().values():
        columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
        statements.append(f'CREATE TABLE IF NOT EXISTS "{table.name}" ({columns})')
        statements.append(f'COMMENT ON TABLE "{table.name}" IS {_quoted(table.doc)}')
        statements += [
            f'COMMENT ON COLUMN "{table.name}"."{c.name}" IS {_quoted(c.doc)}' for c in table.columns
        ]
    return statements


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("schema.toml").read_text(encoding="utf-8"))
