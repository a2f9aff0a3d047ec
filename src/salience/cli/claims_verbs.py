"""Verbs about claims: judge those of a case, draft those of a text."""

from __future__ import annotations

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, Quiet, app, explained, progressing


@app.command()
def judge(case: CaseFolder, as_json: AsJson = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Judge the claims of claims.toml: supported, contradicted or undecided, and why."""
    with explained(debug):
        from salience.case import open_case
        from salience.claims.verdict import verdicts_to_json

        with open_case(case) as opened, progressing(quiet or as_json) as progress:
            verdicts = opened.judge(progress)
        if as_json:
            typer.echo(verdicts_to_json(verdicts), nl=False)
        elif not quiet:
            from salience.cli.show import show_verdicts

            show_verdicts(verdicts)
