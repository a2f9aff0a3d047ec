"""The verb that learns from review."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, app, explained

if TYPE_CHECKING:
    from salience.reading.learning.review import Learnt


@app.command()
def learn(
    case: CaseFolder,
    dry: Annotated[bool, typer.Option("--dry", help="Measure only; change no confidence.")] = False,
    seed: Annotated[int, typer.Option(help="For the folds of the cross-validation.")] = 0,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Learn from what was reviewed, say how well, and re-score what is still open. Only people decide."""
    with explained(debug):
        from salience.case import open_case
        from salience.reading.learning.review import learn_from_review

        with open_case(case, read_only=dry) as opened:
            learnt = learn_from_review(opened.record, seed=seed, keep=not dry)
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in learnt], ensure_ascii=False))
            return
        for one in learnt:
            show_learnt(one, dry)


def show_learnt(one: Learnt, dry: bool) -> None:
    """Print what was learnt of one layer, with its measured errors."""
    typer.echo(
        f"{one.layer}s: learnt from {one.reviewed:,} reviewed rows, {one.rejected:,} of them rejected; "
        "measured on rows of texts that were left out while learning"
    )
    for kind, measured in sorted(one.measured.items(), key=lambda item: -item[1].rows):
        typer.echo(
            f"  {kind}: precision {measured.precision:.2f}, recall {measured.recall:.2f} ({measured.rows:,} rows)"
        )
    typer.echo(f"  unsure about {one.abstained:.0%} of them, and says nothing there")
    done = "would get" if dry else "got"
    typer.echo(
        f"  {one.rescored:,} open suggestions {done} a new confidence; {one.unsure:,} stay as they were, as the "
        "model is unsure or never saw their kind. A new reading sets all back: learn again after it."
    )
