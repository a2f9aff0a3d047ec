"""Answers and lists as text on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from salience.claims.verdict import SYMBOLS as SYMBOLS_OF_VERDICTS
from salience.claims.verdict import Verdict
from salience.claims.words import say_chance
from salience.linking.source_names import Suggestion
from salience.questions.answer import Answer, format_interval

SYMBOLS = {"holds": "✓", "fails": "✗", "cannot be checked": "?"}


def show_answer(answer: Answer) -> None:
    """Print the headline, the estimates with their intervals, the assumptions and the warnings."""
    console = Console(soft_wrap=False)
    console.print(f"\n[bold]{escape(answer.headline)}[/bold]\n")
    if answer.more:
        console.print(f"{escape(answer.more)}\n")
    views: dict[str, Table] = {}
    for estimate in answer.estimates:
        if estimate.view not in views:
            views[estimate.view] = _table(
                (estimate.view or "Estimates").replace("_", " "), ("", "value and interval", "rests on")
            )
        note = f"\n[dim]{escape(estimate.note)}[/dim]" if estimate.note else ""
        views[estimate.view].add_row(
            escape(estimate.label) + note, escape(format_interval(estimate)), f"{estimate.n:,}"
        )
    for table in views.values():
        console.print(table)
    console.print("\n[bold]What this rests on[/bold]")
    for assumption in answer.assumptions:
        console.print(
            f" {SYMBOLS[assumption.status]} {escape(assumption.text)} [dim]({escape(assumption.how)})[/dim]"
        )
    for warning in answer.warnings:
        console.print(f" ! {escape(warning)}")


def tally_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Return how many claims came out how: "claims: 3 supported, 1 contradicted, 8 undecided"."""
    counts = [(word, sum(v.verdict == word for v in verdicts)) for word in SYMBOLS_OF_VERDICTS]
    return "claims: " + ", ".join(f"{count} {word}" for word, count in counts if count)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print each claim with its verdict, the estimate behind it, and what would decide it."""
    console = Console()
    for verdict in verdicts:
        chance = (
            ""
            if verdict.low is None
            else f" [dim](probability {say_chance(verdict.low, verdict.high)})[/dim]"
        )
        console.print(f"\n[bold]{verdict.symbol} {verdict.verdict}[/bold]{chance}  {escape(verdict.text)}")
        if verdict.unfinished:
            console.print(f"    [dim]still to be filled in: {', '.join(verdict.unfinished)}[/dim]")
        for part in verdict.parts:
            mark = f"{part.joins} " if part.joins else ""
            if len(verdict.parts) > 1:
                console.print(f"  {SYMBOLS_OF_VERDICTS[part.verdict]} {mark}{escape(part.text)}")
            if part.sentence:
                console.print(f"    {escape(part.sentence)}")
            if part.reason:
                console.print(f"    Undecided: {part.reason}. {escape(part.why)}")
                console.print(f"    To decide it: {escape(part.decide)}")
    if not verdicts:
        console.print("This case has no claims.toml; `salience claims TEXT` drafts one from a text.")


def show_sources(rows: Sequence[dict[str, Any]], suggestions: Sequence[Suggestion]) -> None:
    """Print who speaks, and which names may be one source."""
    console = Console()
    table = _table(f"{len(rows):,} sources", ("source", "kind", "country", "events", "spellings"))
    for row in rows:
        others = [s for s in row["spellings"] if s != row["name"]]
        table.add_row(
            escape(row["name"]),
            row["kind"] or "–",
            escape(row["country"] or "–"),
            f"{row['events']:,}",
            escape(", ".join(others)),
        )
    console.print(table)
    if suggestions:
        table = _table(
            "May be one source: to make it so, add a line to sources.csv",
            ("name", "events", "may be", "events", "score", "why"),
        )
        for s in suggestions:
            table.add_row(
                escape(s.name),
                f"{s.events:,}",
                escape(s.canonical),
                f"{s.canonical_events:,}",
                f"{s.score:.0f}",
                s.reason,
            )
        console.print(table)


def show_set_aside(rows: Sequence[dict[str, Any]]) -> None:
    """Print what could not be taken."""
    console = Console()
    if not rows:
        console.print("Nothing was set aside and no value was emptied.")
        return
    whole = sum(row["scope"] == "row" for row in rows)
    table = _table(
        f"{whole:,} rows set aside, {len(rows) - whole:,} values emptied (rows kept)",
        ("file", "line", "what", "column", "found", "why"),
    )
    for row in rows:
        line = f"{row['line']:,}" if row["line"] is not None else "–"
        what = "row set aside" if row["scope"] == "row" else "value emptied"
        table.add_row(
            escape(row["file"]),
            line,
            what,
            row["column"] or "",
            escape(str(row["value"] or "")),
            row["reason"],
        )
    console.print(table)


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in {"events", "line", "score", "rests on"} else "left",
            overflow="fold",
        )
    return table
