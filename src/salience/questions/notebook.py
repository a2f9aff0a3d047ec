"""Answers and their tables as HTML in a notebook, and a cell of a table as a person reads it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from salience.questions.answer import (
    Answer,
    Cell,
    Column,
    Estimate,
    Figure,
    Table,
    format_interval,
    format_number,
)

SYMBOLS = {"holds": "✓", "fails": "✗", "cannot be checked": "?"}
ROWS_SHOWN = 10
NUMBERS = frozenset({"integer", "number", "share", "points"})
# Notebooks bring their own look; this only sets text to the left, figures to the right, and lets wide tables scroll.
STYLE = (
    "<style>.salience th,.salience td{text-align:left;vertical-align:top;font-weight:normal;padding:.2em .8em .2em 0}"
    ".salience .n{text-align:right;white-space:nowrap}.salience div{overflow-x:auto;max-width:100%}"
    ".salience caption{text-align:left}.salience img{max-width:100%;background:#fff}</style>"
)


def show_cell(cell: Cell, column: Column) -> str:
    """Write a cell for reading: thousands separated, shares in per cent, unknown as a dash."""
    if cell is None or cell == "":
        return "–"
    if column.format == "share" and isinstance(cell, (int, float)):
        return format_number(float(cell), "share")
    if column.format == "points" and isinstance(cell, (int, float)):
        return format_number(float(cell), "difference in chance").removesuffix(" points")
    if column.format == "integer" and isinstance(cell, (int, float)):
        return f"{cell:,.0f}"
    if column.format == "number" and isinstance(cell, (int, float)):
        return format_number(float(cell))
    return str(cell)


def show_answer(answer: Answer) -> str:
    """Return an answer as HTML without scripts: headline, a figure, estimates, assumptions, warnings, folded tables."""
    parts = [f"{STYLE}<div class='salience'><p><strong>{escape(answer.headline)}</strong></p>"]
    if answer.more:
        parts.append(f"<p>{escape(answer.more)}</p>")
    if answer.figures:
        parts.append(_picture(answer.figures[0]))
        if len(answer.figures) > 1:
            others = ", ".join(
                f"<code>{escape(f.name)}</code> ({escape(f.title)})" for f in answer.figures[1:]
            )
            parts.append(
                f"<p><small>Further figures, shown by <code>answer.figure(name)</code>: {others}</small></p>"
            )
    if answer.estimates:
        parts.append(_estimates(answer.estimates))
    if answer.assumptions:
        rows = "".join(
            f"<li>{SYMBOLS[a.status]} {a.status}: {escape(a.text)} <small>{escape(a.how)}</small></li>"
            for a in answer.assumptions
        )
        parts.append(f"<p>What this rests on</p><ul>{rows}</ul>")
    if answer.warnings:
        parts.append(
            "<p>Warnings</p><ul>" + "".join(f"<li>{escape(w)}</li>" for w in answer.warnings) + "</ul>"
        )
    for table in answer.tables:
        title = f"{escape(table.title)} ({len(table.rows):,} rows)"
        parts.append(
            f"<details><summary>{title}</summary>{_table(table, ROWS_SHOWN, titled=False)}</details>"
        )
    parts.append(
        f"<p><small>{escape(answer.question)}, seed {answer.seed}, record <code>{escape(answer.record)}</code>, "
        f"salience {escape(answer.version)}</small></p></div>"
    )
    return "".join(parts)


def show_lines(answer: Answer) -> str:
    """Return an answer as text: the headline, each estimate with its interval, the warnings."""
    lines = [answer.headline, ""]
    lines += [f"  {e.label}: {format_interval(e)}, rests on {e.n:,}" for e in answer.estimates]
    lines += [f"  ! {w}" for w in answer.warnings]
    return "\n".join(lines)


def show_table(table: Table, most: int = ROWS_SHOWN) -> str:
    """Return the first rows of a table as HTML, and how many there are."""
    return f"{STYLE}<div class='salience'>{_table(table, most, titled=True)}</div>"


def _table(table: Table, most: int, *, titled: bool) -> str:
    shown = table.rows[:most]
    kinds = [" class=n" if c.format in NUMBERS else ' dir="auto"' for c in table.columns]
    head = "".join(
        f"<th scope=col{kind}>{escape(c.label)}</th>" for c, kind in zip(table.columns, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{_text(cell, c)}</td>"
            for cell, c, kind in zip(row, table.columns, kinds, strict=True)
        )
        + "</tr>"
        for row in shown
    )
    caption = f"<caption>{escape(table.title)}</caption>" if titled else ""
    cut = (
        f"{len(shown)} of {len(table.rows):,} rows; .to_records() gives all. "
        if len(shown) < len(table.rows)
        else ""
    )
    note = f"<p><small>{cut}{escape(table.note)}</small></p>" if cut or table.note else ""
    return f"<div><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"


def _estimates(estimates: Sequence[Estimate]) -> str:
    """Return the first estimates as a table, the rest folded beneath it."""
    first, rest = estimates[:ROWS_SHOWN], estimates[ROWS_SHOWN:]
    folded = f"<details><summary>{len(rest)} more estimates</summary>{_rows(rest)}</details>" if rest else ""
    return _rows(first) + folded


def _rows(estimates: Sequence[Estimate]) -> str:
    rows = "".join(
        f'<tr><th scope=row dir="auto">{escape(e.label)}</th><td>{escape(format_interval(e))}{_note(e.note)}</td>'
        f"<td class=n>{e.n:,}</td></tr>"
        for e in estimates
    )
    head = (
        "<th scope=col>estimate</th><th scope=col>value and interval</th><th scope=col class=n>rests on</th>"
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _note(note: str) -> str:
    return f"<br><small>{escape(note)}</small>" if note else ""


def _text(cell: Cell, column: Column) -> str:
    """Write a cell as HTML, the span of an excerpt marked."""
    text = escape(show_cell(cell, column))
    return text.replace("⟦", "<mark>").replace("⟧", "</mark>") if column.format == "excerpt" else text


def _picture(figure: Figure) -> str:
    """Return a figure as an image that needs no script; its drawing is white paper in dark notebooks too."""
    from salience.questions.charts import render_svg

    data = base64.b64encode(render_svg(figure).encode()).decode()
    return f'<img alt="{escape(figure.title)}. {escape(figure.description)}" src="data:image/svg+xml;base64,{data}">'
