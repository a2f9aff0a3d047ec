"""The report: one HTML file that opens offline and prints; without scripts unless its charts are interactive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as version_of
from importlib.resources import files
from pathlib import Path
from typing import Any

from salience.claims.verdict import Verdict
from salience.errors import RecordError
from salience.questions.answer import Answer, Estimate, Figure, Table, format_interval, format_number
from salience.questions.notebook import show_cell
from salience.questions.setting import Setting
from salience.record.store import Record
from salience.report.claims import claims_on, kept_as, show_chance, show_verdicts
from salience.report.figures import draw_map, draw_months, draw_svg
from salience.report.holdings import Holdings, describe_holdings
from salience.report.interactive import make_live, place_live
from salience.report.tables import write_csv
from salience.version import __version__

ROWS_SHOWN = 15
SOURCES_SHOWN = 20
SYMBOLS = {"holds": "✓", "fails": "✗", "cannot be checked": "?"}
LIBRARIES = ("duckdb", "narwhals", "numpy", "scipy", "altair", "vl-convert-python")


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What the report says of the case itself."""

    name: str
    summary: str
    setting: Setting
    warnings: tuple[str, ...] = ()


def write_report(
    path: Path,
    head: CaseHead,
    record: Record,
    answers: Sequence[Answer],
    verdicts: Sequence[Verdict] = (),
    extra: Sequence[Answer] = (),
    *,
    interactive: bool = False,
) -> Path:
    """Write the report of a case, and its full table of sources under `answers/record/`.

    Parameters
    ----------
    path : Path
        Replaced whole or not at all.
    head : CaseHead
        Name, summary, setting and what a person should look at.
    record : Record
        What the first part describes.
    answers : sequence of Answer
        In the order in which they are shown.
    verdicts : sequence of Verdict
        What the record says to claims; they come first.
    extra : sequence of Answer
        Answers that only claims asked for; shown last, folded.
    interactive : bool
        Whether charts answer to the pointer, for which the file holds Vega (0.9 MB).

    Raises
    ------
    RecordError
        The file cannot be written.
    """
    holdings = describe_holdings(record, head.setting)
    _write_sources(path.parent / "answers" / "record" / "sources.csv", holdings)
    text = render_page(head, holdings, answers, verdicts, extra, interactive=interactive)
    try:
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror}") from error
    return path


def render_page(
    head: CaseHead,
    holdings: Holdings,
    answers: Sequence[Answer],
    verdicts: Sequence[Verdict] = (),
    extra: Sequence[Answer] = (),
    *,
    interactive: bool = False,
) -> str:
    """Return the page as HTML; the same input gives the same text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read_template), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "cell": show_cell,
        "excerpt": mark_span,
        "interval": format_interval,
        "number": format_number,
        "chance": show_chance,
    }
    numbers = iter(range(1, 1000))
    drawn = [f for f in (draw_map(holdings, head.setting), draw_months(holdings)) if f is not None]
    pictures = [_picture(f, next(numbers)) for f in drawn]
    asked = [show_answer(answer, numbers) for answer in answers]
    live = None
    if interactive:
        every = [*pictures, *(p for a in asked for p in a["figures"])]
        for p in every:
            p["svg"] += place_live(p["figure"], p["number"])
        live = make_live({p["number"]: p["figure"] for p in every})
    return environment.get_template("report.html.j2").render(
        head=head,
        style=_read_template("report.css"),
        holdings=holdings,
        figures=pictures,
        answers=asked,
        live=live,
        claims=show_verdicts(verdicts, answers, extra),
        extra=[
            show_answer(each, numbers, kept_as(each), figures=False) | {"claims": claims_on(each, verdicts)}
            for each in extra
        ],
        sources_shown=SOURCES_SHOWN,
        symbols=SYMBOLS,
        version=__version__,
        libraries=[(name, version_of(name)) for name in LIBRARIES],
    )


def show_answer(
    answer: Answer, numbers: Iterator[int], anchor: str = "", *, figures: bool = True, address: str = ""
) -> dict[str, Any]:
    """Return an answer as `answer_in_full` of parts.html.j2 shows it.

    Parameters
    ----------
    answer : Answer
    numbers : iterator of int
        Numbers of the page's figures, for their ids.
    anchor : str
        What its parts' ids begin with, and the folder of its tables under `answers/`; its question when left out.
    figures : bool
        Show its figures too.
    address : str
        Where a server has the answer: its numbers then link to the rows behind them, its tables to whole files, and
        its figures know where their specifications are.
    """
    anchor = anchor or answer.question
    return {
        "question": answer.question,
        "anchor": anchor,
        "address": address,
        "answer": answer,
        "views": _by_view(answer.estimates),
        "figures": [_picture(figure, next(numbers), address) for figure in answer.figures] if figures else [],
        "tables": [_table(table, answer, anchor, address) for table in answer.tables],
        "params": _flat(answer.params),
    }


def _by_view(estimates: Sequence[Estimate]) -> list[tuple[str, list[Estimate]]]:
    views: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        views.setdefault(estimate.view or "estimates", []).append(estimate)
    return list(views.items())


def _picture(figure: Figure, number: int, address: str = "") -> dict[str, Any]:
    spec = f"{address}/figures/{figure.name}.json" if address else ""
    return {"figure": figure, "number": number, "svg": draw_svg(figure, number), "spec": spec}


def _table(table: Table, answer: Answer, anchor: str, address: str = "") -> dict[str, Any]:
    rows = table.rows[:ROWS_SHOWN]
    if any(column.format == "anchor" for column in table.columns):
        pointed = _pointed(answer)
        rows = tuple(row for row in table.rows if str(row[0]) in pointed)
    return {
        "table": table,
        "rows": rows,
        "cut": len(table.rows) > len(rows),
        "file": f"answers/{anchor}/{table.name}.csv",
        "address": f"{address}/tables/{table.name}.csv" if address else "",
    }


def _pointed(answer: Answer) -> set[str]:
    """Return the numbers of excerpts that the shown rows of other tables point to."""
    return {
        number
        for table in answer.tables
        for k, column in enumerate(table.columns)
        if column.format == "anchors"
        for row in table.rows[:ROWS_SHOWN]
        for number in str(row[k] or "").split()
    }


def mark_span(text: str) -> Any:
    """Write an excerpt with its span marked; everything else is escaped."""
    from markupsafe import Markup, escape

    before, _, rest = text.partition("⟦")
    span, _, after = rest.rpartition("⟧")
    return escape(before) + Markup("<mark>") + escape(span) + Markup("</mark>") + escape(after)


def _flat(params: Mapping[str, Any], start: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, Mapping):
            flat += _flat(value, f"{start}{name}.")
        else:
            shown = ", ".join(str(v) for v in value) if isinstance(value, (list, tuple)) else str(value)
            flat.append((start + name, shown if value is not None else "–"))
    return flat


def _write_sources(path: Path, holdings: Holdings) -> None:
    names = ("name", "kind", "country", "events", "share", "only", "first", "last")
    write_csv(path, names, [[row[name] for name in names] for row in holdings.sources])


def _read_template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
