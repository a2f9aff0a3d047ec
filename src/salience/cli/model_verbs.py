"""`salience model`: the one verb that sends texts to a model, and the two trials of it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, Quiet, app, explained, progressing

if TYPE_CHECKING:
    from salience.case import Case
    from salience.reading.model.endpoint import Endpoint
    from salience.reading.model.keeping import Tally
    from salience.reading.model.settings import ReaderSettings
    from salience.reading.model.trust import Trial

TRIED = 20


class Task(StrEnum):
    """What a model is asked for."""

    READ = "read"
    STABILITY = "stability"
    SWAP = "swap"
    REFUSED = "refused"


@app.command()
def model(
    case: CaseFolder,
    task: Annotated[
        Task,
        typer.Argument(
            help="read: texts into suggestions. stability: two readings, kinds shuffled. swap: two readings, "
            "two actors' names exchanged. refused: list what the gate refused; asks nothing."
        ),
    ],
    texts: Annotated[
        int | None, typer.Option("--texts", min=1, help=f"How many texts: all for read, {TRIED} for a trial.")
    ] = None,
    between: Annotated[
        list[str] | None,
        typer.Option(
            "--between", metavar="NAME", help="For swap, given twice: the actors that exchange names."
        ),
    ] = None,
    send_texts: Annotated[
        bool,
        typer.Option(
            "--send-texts", help="Agree that the texts leave this machine, where the endpoint is elsewhere."
        ),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Have the model of [reader] in case.toml read texts; what it says and no text holds is refused."""
    with explained(debug):
        from salience.case import open_case
        from salience.case_inputs import settle
        from salience.errors import CaseError

        with (
            open_case(case, read_only=task is Task.REFUSED) as opened,
            progressing(quiet or as_json) as progress,
        ):
            if task is Task.REFUSED:
                _show_refused(opened, as_json)
                return
            settings: ReaderSettings | None = opened.file.reader
            if settings is None:
                raise CaseError(
                    "case.toml names no model. Add a section [reader] with endpoint and model, such as\n"
                    '  [reader]\n  endpoint = "http://localhost:8080/v1"\n  model = "NAME"'
                )
            from salience.reading.model.endpoint import Endpoint

            settle(opened.record, opened.folder, opened.rules, opened.actors, progress)
            with Endpoint(settings, opened.folder / "raw" / "model", send_texts) as endpoint:
                told = progress or (lambda stage, share: None)
                if task is Task.READ:
                    from salience.reading.model.keeping import read_record_with_model

                    _announce(settings, quiet or as_json)
                    tally = read_record_with_model(opened.record, endpoint, texts, told)
                    _show(tally.to_dict(), as_json, quiet, lambda: _show_tally(tally, settings.model))
                else:
                    _announce(settings, quiet or as_json)
                    trial = _trial(opened, endpoint, task, texts or TRIED, between or [], told)
                    _show(
                        trial.to_dict(), as_json, quiet, lambda: _show_trial(trial, settings.model, endpoint)
                    )


def _trial(
    opened: Case, endpoint: Endpoint, task: Task, most: int, between: list[str], progress: Any
) -> Trial:
    from salience.errors import QuestionError, RecordError
    from salience.reading.keeping import record_aliases
    from salience.reading.model.keeping import texts_to_read
    from salience.reading.model.trust import frequent_pair, try_stability, try_swap

    if not (chosen := texts_to_read(opened.record)):
        raise RecordError("the record holds no texts; `salience add CASE FILE --as documents` takes some in")
    if task is Task.STABILITY:
        return try_stability(chosen[:most], endpoint, progress=progress)
    if between and len(between) != 2:
        raise QuestionError("--between is given twice, once for each of the two actors")
    aliases = record_aliases(opened.record)
    pair = (between[0], between[1]) if between else frequent_pair(chosen, aliases)
    return try_swap(chosen, endpoint, aliases, pair, most, progress)


def _announce(settings: ReaderSettings, quiet: bool) -> None:
    """Say where texts go before any goes; on the error stream, so that output can be piped."""
    from salience.reading.model.settings import check_address, is_loopback

    host = check_address(settings)
    if is_loopback(host):
        if not quiet:
            typer.echo(f"{host} is this machine: no text leaves it.", err=True)
    else:
        typer.echo(f"Texts are being sent to {host}, as --send-texts allows.", err=True)


def _show(told: dict[str, Any], as_json: bool, quiet: bool, show: Any) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif not quiet:
        show()


def _show_tally(tally: Tally, name: str) -> None:
    typer.echo(
        f"{name} read {tally.texts:,} texts: {tally.requests:,} requests sent, {tally.kept:,} replies kept from "
        f"before.\nSuggested: {tally.mentions:,} mentions and {tally.statements:,} statements; rules had found "
        f"{tally.agreed:,} of them at the same place."
    )
    total = sum(tally.refused.values())
    typer.echo(f"Refused: {total:,}, kept in the record's table 'refused'{':' if total else '.'}")
    for reason, count in tally.refused.items():
        typer.echo(f"  {count:,} × {reason}")
    if tally.empty:
        typer.echo(f"Of {tally.empty:,} texts no reply could be used.")
    typer.echo("Suggestions are not findings: `salience review CASE` decides.")


def _show_trial(trial: Trial, name: str, endpoint: Endpoint) -> None:
    what = (
        f"with {trial.exchanged[0]} and {trial.exchanged[1]} exchanged"
        if trial.exchanged
        else "with the kinds listed in one order and in its reverse"
    )
    typer.echo(f"{name}: {trial.texts:,} texts read twice, {what} ({endpoint.asked:,} requests sent).")
    for found in trial.agreements:
        if found.both + found.first_only + found.second_only == 0:
            typer.echo("Neither reading found anything.")
            continue
        interval = (
            f"95% interval {found.low:.0%} to {found.high:.0%}"
            if found.low is not None and found.high is not None
            else "too few texts for an interval"
        )
        typer.echo(
            f"  {found.kind}: {found.share:.0%} the same ({interval}); {found.both:,} found both times, "
            f"{found.first_only:,} only the first, {found.second_only:,} only the second"
        )
    for row in trial.changed[:10]:
        said = f": {row['says']}" if row["says"] else ""
        typer.echo(
            f"  {row['reading']}, text {row['text']}, {row['start']}–{row['end']}: {row['kind']}{said}"
        )
    if trial.exchanged and trial.changed:
        typer.echo(
            "Where the coding changes with the name, the model judges the name and not what the text says."
        )


def _show_refused(opened: Case, as_json: bool) -> None:
    from salience.reading.model.keeping import refused_rows

    rows = refused_rows(opened.record)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['text'][:12]}  {row['kind']}: {row['quote']!r}: {row['reason']}")
    typer.echo(f"{len(rows):,} refused.")
