"""`salience …`: every verb is one call of the library. Each module holds verbs of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from salience.cli import (
    case_verbs,
    claims_verbs,
    fetch_verbs,
    landscape_verbs,
    learning_verbs,
    lottery_verbs,
    model_verbs,
    options_verbs,
    reading_verbs,
    release_verb,
    serve_verb,
)
from salience.cli.running import app
from salience.version import __version__

__all__ = [
    "app",
    "case_verbs",
    "claims_verbs",
    "fetch_verbs",
    "landscape_verbs",
    "learning_verbs",
    "lottery_verbs",
    "main",
    "model_verbs",
    "options_verbs",
    "reading_verbs",
    "release_verb",
    "serve_verb",
]


@app.callback(invoke_without_command=True)
def _salience(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    if version:
        typer.echo(f"salience {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    app(args=list(arguments) if arguments is not None else None, prog_name="salience")
