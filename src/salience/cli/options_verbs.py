"""`salience backtest`: how far off the bargaining models were on issues whose outcome is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salience.cli.running import AsJson, Debug, app, explained

if TYPE_CHECKING:
    from salience.methods.scores import Score
    from salience.questions.backtest import Backtest


@app.command()
def backtest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Resolved issues, as CSV.")],
    as_json: AsJson = False,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    debug: Debug = False,
) -> None:
    """Score the bargaining models on issues whose outcome is known.

    Columns: proposal, issue, actor, position, salience, reference_point, outcome, and capability if it is known.
    """
    with explained(debug):
        from salience.questions.backtest import backtest_file

        found = backtest_file(file, seed=seed)
        if as_json:
            typer.echo(json.dumps(found.to_dict(), ensure_ascii=False))
        else:
            show_backtest(found)


def show_backtest(found: Backtest) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    from salience.questions.options.tables import CAUTION

    # Narrower than this the table's numbers would be cut.
    console = Console(highlight=False, width=max(Console().width, 136))
    console.print(
        f"{found.issues} issues of {found.proposals} proposals; {found.two_poles} with two poles, of which "
        f"{found.between_poles} ended between them.\n"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("model", "what", "off by", "CRPS", "skill", "80 % held", "width", "side of 50", "issues")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("model", "what") else "right", no_wrap=True)
    for each in found.models:
        name = each.model + (" ←" if each.model == found.headline else "")
        table.add_row(
            name, each.kind, _span(each.mae, 1), _span(each.crps, 1),
            "" if each.skill is None else _percent(each.skill), _share(each.coverage_80),
            "" if each.width_80 is None else f"{each.width_80:.0f}", _share(each.side), str(each.n),
        )  # fmt: skip
    console.print(table)
    console.print(
        "\n← headline: the compromise mean, unless another model is nearer beyond chance. Off by: mean "
        "absolute error of the "
        "outcome,\npoints of 100. CRPS: of the forecast made with the errors on all other proposals; skill: "
        "better than past "
        "outcomes alone\n(climatology). Brackets: 80 % intervals, proposals drawn anew. A single point has "
        "its error as CRPS."
    )
    if found.brier is not None:
        console.print(
            f"Chance of a pole, on {found.brier.n} two-pole issues that ended at one: Brier {found.brier.value:.3f} "
            f"({found.brier.low:.3f} to {found.brier.high:.3f}); 0.250 is a coin."
        )
    if found.inputs_alone_80 is not None:
        console.print(
            "Intervals of the compromise mean from uncertain inputs alone (each off by 10 % at most), said "
            "to hold 80 %, held "
            f"{_share(found.inputs_alone_80)}: they are no forecast."
        )
    for text in found.left_out:
        console.print(f"left out: {text}", markup=False)
    console.print(CAUTION)


def _span(score: Score | None, digits: int) -> str:
    if score is None:
        return ""
    return f"{score.value:.{digits}f} ({score.low:.{digits}f}–{score.high:.{digits}f})"


def _share(score: Score | None) -> str:
    return (
        "" if score is None else f"{100 * score.value:.0f} % ({100 * score.low:.0f}–{100 * score.high:.0f})"
    )


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %".replace("-", "−")
