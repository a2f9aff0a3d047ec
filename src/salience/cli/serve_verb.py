"""The verb that opens a case in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salience.cli.running import CaseFolder, Debug, Quiet, app, explained


@app.command()
def serve(
    case: CaseFolder,
    host: Annotated[
        str, typer.Option(metavar="H", help="Where to listen; others than this machine need a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(" /--no-browser", help="Do not open the browser.")] = True,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse whatever would change the case.")
    ] = False,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Show names of private persons; on this machine only.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Its first line is the password for --host."),
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Open the case in the browser: see the record, ask it, trace every number. Ctrl-C ends it."""
    with explained(debug):
        from salience.app import serve as serve_case

        serve_case(
            case,
            host=host,
            port=port,
            browser=browser,
            read_only=read_only,
            restricted=restricted,
            password_file=password_file,
            tell=typer.echo,
            quiet=quiet,
        )
