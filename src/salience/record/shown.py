"""What a notebook shows of the record and of its frames: an overview, and the first rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, cast

import duckdb
import narwhals as nw

from salience.record.schema import load_schema

if TYPE_CHECKING:
    from salience.record.store import Record

ROWS_SHOWN = 10
# A cell longer than this is cut; the frame itself holds all of it.
LONGEST_CELL = 80
STYLE = (
    "<style>.salience-rows{overflow-x:auto;max-width:100%}.salience-rows th,.salience-rows td"
    "{text-align:left;vertical-align:top;padding:.2em .8em .2em 0}.salience-rows .n{text-align:right}"
    ".salience-rows .one td{white-space:nowrap}</style>"
)
# What the one-line form of a record counts.
COUNTED = ("event", "account", "report", "source", "statement")


class RecordFrame(nw.LazyFrame[Any]):
    """A Narwhals lazy frame that shows its first rows in a notebook; what is made from it is one too."""

    def __repr__(self) -> str:
        """Name the columns and say how to bring the rows here."""
        names = ", ".join(self.collect_schema().names())
        return f"Narwhals LazyFrame of the record: {names}\n.head(10).collect() brings the first rows here"

    def _repr_html_(self) -> str:
        rows = self.head(ROWS_SHOWN).collect().rows()
        head = "".join(
            f"<th scope=col>{escape(name)}<br><small>{escape(str(kind))}</small></th>"
            for name, kind in self.collect_schema().items()
        )
        body = "".join(
            "<tr>" + "".join(f'<td dir="auto">{_show(cell)}</td>' for cell in row) + "</tr>" for row in rows
        )
        note = "no rows" if not rows else "all rows" if len(rows) < ROWS_SHOWN else f"first {len(rows)} rows"
        return (
            f"{STYLE}<div class=salience-rows><table><thead><tr>{head}</tr></thead><tbody class=one>{body}</tbody>"
            "</table></div>"
            f"<p><small>{note}; – is unknown. <code>.collect()</code> brings all rows of the lazy frame.</small></p>"
        )


def frame_of(relation: Any) -> RecordFrame:
    """Return a relation of DuckDB as a frame of the record."""
    frame = nw.from_native(relation)
    # Narwhals makes derived frames of the class of the frame they come from, and has no other way to say which.
    frame.__class__ = RecordFrame
    return cast("RecordFrame", frame)


def count_rows(record: Record) -> dict[str, int]:
    """Return how many rows each table holds."""
    query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in load_schema())
    return dict(record.connection.execute(query).fetchall())


def show_line(record: Record) -> str:
    """Return the record in one line: its file and what it holds most of."""
    try:
        counts = count_rows(record)
    except duckdb.Error:
        return f"Record({record.path.name!r}, closed)"
    held = ", ".join(
        f"{counts[name]:,} {name}{'s' * (counts[name] != 1)}" for name in COUNTED if counts[name]
    )
    return f"Record({record.path.name!r}): {held or 'empty'}"


def show_overview(record: Record) -> str:
    """Return an HTML table of the tables that hold something, with what a row of each is; others by name."""
    try:
        counts = count_rows(record)
    except duckdb.Error:
        return f"<p>{escape(show_line(record))}</p>"
    rows = "".join(
        f"<tr><th scope=row><code>{name}</code></th><td class=n>{counts[name]:,}</td><td>{escape(table.doc)}</td></tr>"
        for name, table in load_schema().items()
        if counts[name]
    )
    empty = ", ".join(f"<code>{name}</code>" for name in load_schema() if not counts[name])
    return (
        f"<p><strong>{escape(show_line(record))}</strong></p>"
        f"{STYLE}<div class=salience-rows><table><thead><tr><th scope=col>table</th><th scope=col class=n>rows</th>"
        f"<th scope=col>what a row is</th></tr></thead><tbody>{rows}</tbody></table></div>"
        + (f"<p><small>Empty: {empty}.</small></p>" if empty else "")
        + '<p><small><code>record.table("event")</code> gives a table as a lazy frame.</small></p>'
    )


def _show(cell: object) -> str:
    if cell is None:
        return "–"
    text = str(cell)
    return escape(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…")
