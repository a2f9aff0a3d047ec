"""The verb that writes the landscape as a network for other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from salience.cli.running import CaseFolder, Debug, Quiet, app, explained, progressing


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def landscape(
    context: typer.Context,
    case: CaseFolder,
    graphml: Annotated[Path | None, typer.Option(metavar="FILE", help="Write GraphML there.")] = None,
    gexf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write GEXF (Gephi) there.")] = None,
    seed: Annotated[int, typer.Option(help="For what is drawn by chance.")] = 0,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the actors of the landscape and what lies between them as a network.

    All options of `salience ask CASE landscape` may follow.
    """
    with explained(debug):
        from salience.case import open_case
        from salience.cli.params import parse_params
        from salience.errors import QuestionError
        from salience.report.network import write_gexf, write_graphml

        if graphml is None and gexf is None:
            raise QuestionError("name a file to write: --graphml FILE, --gexf FILE, or both")
        params = parse_params("landscape", context.args)
        with (
            open_case(case, read_only=not os.access(case, os.W_OK)) as opened,
            progressing(quiet) as progress,
        ):
            answer = opened.ask("landscape", seed=seed, progress=progress, **params)
        for path, write in ((graphml, write_graphml), (gexf, write_gexf)):
            if path is not None:
                write(path, answer)
                if not quiet:
                    typer.echo(f"{path} is written")
