"""Verbs on a case: make one, take files in, ask, look, check; and simulate one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from salience.cli.running import (
    FAILED,
    AsJson,
    CaseFolder,
    Data,
    Debug,
    Quiet,
    app,
    explained,
    progressing,
    quoted,
)

if TYPE_CHECKING:
    from salience.sources.load import Imported


@app.command()
def new(case: CaseFolder, debug: Debug = False) -> None:
    """Make a case folder with a case.toml and a sources.csv to fill in."""
    with explained(debug):
        from salience.case import new_case

        folder = new_case(case)
        typer.echo(f"{folder} is ready. Fill in case.toml, then: salience add {quoted(folder)} FILE")


@app.command()
def add(
    case: CaseFolder,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files to take in.")],
    importer: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="ucdp|acled|table|documents|negotiation|persons|population",
            help="What reads them; else recognised.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.toml", help="The mapping of a table's columns.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Take files into the record. A file is taken whole or not at all."""
    with explained(debug):
        from salience.case import open_case

        done: list[Imported] = []
        try:
            with open_case(case) as opened:
                for file in files:
                    with progressing(quiet or as_json) as progress:
                        done.append(opened.add(file, importer, mapping, progress))
                    if not quiet and not as_json:
                        show_import(done[-1])
        finally:
            if as_json and done:
                typer.echo(json.dumps([one.to_dict() for one in done], ensure_ascii=False))


@app.command()
def run(
    case: CaseFolder,
    data: Data = None,
    interactive: Annotated[
        bool,
        typer.Option("--interactive", help="Charts that answer to the pointer; report.html grows by 0.9 MB."),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Do the main job: take in the inputs, ask the questions, write the answers and report.html."""
    with explained(debug):
        from salience.case import open_case

        with open_case(case, data=data) as opened, progressing(quiet or as_json) as progress:
            done = opened.run(progress, interactive=interactive)
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "imports": [one.to_dict() for one in done.imports],
                        "answers": [{"question": a.question, "headline": a.headline} for a in done.answers],
                        "claims": [{"id": v.id, "verdict": v.verdict} for v in done.verdicts],
                        "report": str(done.report),
                        "warnings": list(done.warnings),
                    },
                    ensure_ascii=False,
                )
            )
        elif not quiet:
            for one in done.imports:
                show_import(one)
            if done.verdicts:
                from salience.cli.show import tally_verdicts

                typer.echo(f"\n{tally_verdicts(done.verdicts)}")
            for answer in done.answers:
                typer.echo(f"\n{answer.question}: {answer.headline}")
            for warning in done.warnings:
                typer.echo(f"note: {warning}")
            typer.echo(f"\nThe report is {done.report.resolve()}")


class AskCommand(TyperCommand):
    """`ask`, whose help lists the parameters of every question as their models give them."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write one section of options a question."""
        from salience.cli.params import describe_params
        from salience.questions.catalogue import question_names

        for name in question_names():
            with formatter.section(f"Options of {name}"):
                formatter.write_dl(describe_params(name))


@app.command(cls=AskCommand, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ask(
    context: typer.Context,
    case: CaseFolder,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="attention")],
    as_json: AsJson = False,
    seed: Annotated[int, typer.Option(help="For what is drawn by chance.")] = 0,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Ask one question of the record; its parameters are options after its name."""
    with explained(debug):
        from salience.case import open_case
        from salience.cli.params import parse_params

        params = parse_params(question, context.args)
        # A case on a read-only medium can be asked; its answers are then not kept.
        with (
            open_case(case, read_only=not os.access(case, os.W_OK)) as opened,
            progressing(quiet or as_json) as progress,
        ):
            answer = opened.ask(question, seed=seed, progress=progress, **params)
        if as_json:
            typer.echo(answer.to_json(), nl=False)
        elif not quiet:
            from salience.cli.show import show_answer

            show_answer(answer)


@app.command()
def sources(case: CaseFolder, as_json: AsJson = False, debug: Debug = False) -> None:
    """List who speaks, and which names may be one source. Only sources.csv makes them one."""
    with explained(debug):
        from salience.case import open_case

        with open_case(case, read_only=True) as opened:
            rows, suggestions = opened.source_rows(), opened.suggestions()
        if as_json:
            pairs = [
                {
                    "name": s.name,
                    "canonical": s.canonical,
                    "score": s.score,
                    "reason": s.reason,
                    "events": s.events,
                }
                for s in suggestions
            ]
            typer.echo(json.dumps({"sources": rows, "suggestions": pairs}, ensure_ascii=False))
        else:
            from salience.cli.show import show_sources

            show_sources(rows, suggestions)


@app.command("set-aside")
def set_aside(case: CaseFolder, as_json: AsJson = False, debug: Debug = False) -> None:
    """List rows that could not be taken and values that were emptied, with line and reason."""
    with explained(debug):
        from salience.case import open_case

        with open_case(case, read_only=True) as opened:
            rows = opened.set_aside_rows()
        if as_json:
            typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        else:
            from salience.cli.show import show_set_aside

            show_set_aside(rows)


@app.command()
def check(case: CaseFolder, as_json: AsJson = False, debug: Debug = False) -> None:
    """Check the case file, the record and the kept files; exit 1 when something is wrong."""
    with explained(debug):
        from salience.case import open_case

        with open_case(case, read_only=True) as opened:
            problems, notes = opened.check(), opened.warnings()
        if as_json:
            typer.echo(json.dumps({"problems": problems, "notes": notes}, ensure_ascii=False))
        else:
            for problem in problems:
                typer.echo(f"wrong: {problem}")
            for note in notes:
                typer.echo(f"note: {note}")
            if not problems:
                typer.echo("The case file, sources.csv, the record and the kept files agree.")
        if problems:
            raise typer.Exit(FAILED)


@app.command()
def world(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the case.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier world in DIR.")] = False,
    scene: Annotated[
        str | None,
        typer.Option(help="A conflict with an essay whose claims are known to hold or not: takeover."),
    ] = None,
    kept: Annotated[
        float, typer.Option(help="Share of a scene's rows that is written, to thin the data.")
    ] = 1.0,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Simulate a conflict in an invented country, as a case folder with the truth beside it."""
    with explained(debug):
        from salience.worlds import World, write_case, write_scene

        if scene is None:
            write_case(folder, World(), seed, overwrite=overwrite)
        else:
            write_scene(folder, scene, seed, kept=kept, overwrite=overwrite)
        if not quiet:
            typer.echo(f"{folder} holds an invented conflict; its truth is in {folder / 'truth'}.")
            typer.echo(f"Next: salience run {quoted(folder)}")


def show_import(one: Imported) -> None:
    """Print what became of a file."""
    if one.already:
        typer.echo(f"{one.file}: imported before; nothing was changed ({one.kept:,} rows kept then)")
        return
    what, became = "rows", f"{one.accounts:,} accounts of {one.events:,} events"
    if one.importer == "documents":
        what, became = "documents", f"{one.accounts:,} reports"
    if one.importer == "persons":
        became = f"{one.accounts:,} persons"
    if one.importer == "population":
        became = f"{one.accounts:,} shares"
    typer.echo(
        f"{one.file} ({one.importer}): {one.read:,} {what} read, {one.kept:,} kept, "
        f"{one.set_aside:,} set aside; {became}"
    )
    for rule, count in one.notes.items():
        typer.echo(f"  {count:,} × {rule}")
