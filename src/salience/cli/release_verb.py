"""The verb that makes what may leave the machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, Quiet, app, explained


@app.command()
def release(
    case: CaseFolder,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to make; it must not exist.")],
    k: Annotated[int, typer.Option("--k", help="Counts under this are kept back.")] = 5,
    fields: Annotated[
        str, typer.Option(metavar="A,B,…", help="What to count by; admin1 and month when left out.")
    ] = "",
    of: Annotated[str, typer.Option(metavar="events|persons", help="What to count.")] = "events",
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write counts that may be shared: coarse fields alone, small counts kept back, and a log of what left."""
    with explained(debug):
        from salience.case import open_case
        from salience.errors import QuestionError
        from salience.report.release import FIELDS, LOG, release

        if of not in FIELDS:
            raise QuestionError(f"'{of}' cannot be released; expected {' or '.join(FIELDS)}")
        subject = cast("Literal['events', 'persons']", of)
        names = [part.strip() for part in fields.split(",") if part.strip()]
        with open_case(case, read_only=True) as opened:
            made = release(
                opened.record, opened.file.setting, out, case / LOG, fields=names, subject=subject, k=k
            )
        if as_json:
            typer.echo(json.dumps({**asdict(made), "folder": str(made.folder)}, ensure_ascii=False))
        elif not quiet:
            typer.echo(
                f"{made.folder} holds {made.subject} by {', '.join(made.fields)}: {made.shown:,} of {made.cells:,} "
                f"counts and totals are shown; {made.small:,} are under {made.k}, and {made.protecting:,} more would "
                f"give those away."
            )
            if made.fine:
                typer.echo(
                    f"note: finer than the default: {', '.join(made.fine)}. Look at the files before sharing."
                )
            if made.earlier:
                typer.echo(
                    f"note: {made.earlier} earlier releases of this case are in {LOG}; seen together, several may "
                    "tell more than each. Share one."
                )
            typer.echo(f"What left is noted in {case / LOG}.")
