"""Verbs about claims: judge those of a case, draft those of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, Quiet, app, explained, progressing, quoted


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


@app.command()
def claims(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text: txt, md, html, pdf, docx.")],
    who: Annotated[str, typer.Option("--who", help="The text's author.")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write here (a new file) instead of to the terminal."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write claims.toml beside the text.")] = False,
    debug: Debug = False,
) -> None:
    """Draft claims from a text, for a person to finish: no verdict, no threshold."""
    with explained(debug):
        from salience.claims.draft import draft_claims, drafts_to_toml
        from salience.claims.file import CLAIMS_FILE
        from salience.errors import InputError
        from salience.record.texts import canonical_text
        from salience.sources.document_files import read_documents
        from salience.sources.document_map import DocumentMap

        out = file.with_name(CLAIMS_FILE) if write and out is None else out
        if not file.is_file():
            raise InputError("there is no such file", file=str(file))
        if out is not None and out.exists():
            raise InputError(
                "it is there already and was left as it is; name a new file with --out", file=str(out)
            )
        documents = [d for d in read_documents(file, DocumentMap()) if d.text]
        if len(documents) != 1:
            raise InputError(
                f"it holds {len(documents)} texts; claims are drafted from a file with one", file=file.name
            )
        drafts = draft_claims(canonical_text(documents[0].text))
        text = drafts_to_toml(drafts, file.name, who)
        if out is None:
            typer.echo(text, nl=False)
            return
        out.write_text(text, encoding="utf-8")
        typer.echo(
            f"{len(drafts)} claims are drafted in {quoted(out)}; none is judged before you finish it.",
            err=True,
        )
