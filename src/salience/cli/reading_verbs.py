"""Verbs on what was read in texts: review it, exchange it with other tools, see how far people agree."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salience.cli.running import AsJson, CaseFolder, Debug, Quiet, app, explained, quoted

if TYPE_CHECKING:
    from salience.case import Case

PAGE = "review.html"
ROUND = """A usual round: `salience review CASE --by NAME` writes review.html; open it in a browser, decide with the
keyboard, save; then `salience review CASE --take FILE`. After that `salience ask CASE narrative --rows accepted` uses
accepted rows only. docs/review.md tells of the keys and the formats."""

Ids = list[str] | None
Listed = Annotated[bool, typer.Option("--list", help="Print suggestions, the most doubtful first.")]
Accept = Annotated[Ids, typer.Option("--accept", metavar="ID", help="This is right. May be repeated.")]
Reject = Annotated[Ids, typer.Option("--reject", metavar="ID", help="This is wrong. May be repeated.")]
Unsure = Annotated[Ids, typer.Option("--unsure", metavar="ID", help="You cannot tell. May be repeated.")]
Undo = Annotated[
    Ids, typer.Option("--undo", metavar="ID", help="Take your last decision back. May be repeated.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides; kept with each decision.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; kept with each decision.")]
Take = Annotated[
    Path | None,
    typer.Option(
        "--take", metavar="FILE", help="Take in what the page saved, or annotations of another tool."
    ),
]
Complete = Annotated[
    bool, typer.Option("--complete", help="With --take: what FILE leaves out of its texts is rejected.")
]
Export = Annotated[
    Path | None,
    typer.Option(
        "--export",
        metavar="FILE",
        help="Write suggestions and decisions: .jsonld (W3C), .csv (spreadsheet), .jsonl (doccano), "
        ".json (Label Studio), .zip (INCEpTION).",
    ),
]
Form = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="w3c, csv, doccano, prodigy, label-studio or uima, where ending or contents do not say.",
    ),
]
Agreement = Annotated[
    bool, typer.Option("--agreement", help="How far people agree: Krippendorff's alpha with its interval.")
]
Kind = Annotated[
    Ids, typer.Option("--kind", metavar="KIND", help="Only this, such as label or place. May be repeated.")
]
State = Annotated[
    Ids,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only suggested, accepted, edited, rejected, unsure or same-as. May be repeated.",
    ),
]
Most = Annotated[
    int, typer.Option("--most", min=1, help="No more suggestions than this on the page or list.")
]


@app.command(epilog=ROUND)
def review(
    case: CaseFolder,
    listed: Listed = False,
    accept: Accept = None,
    reject: Reject = None,
    unsure: Unsure = None,
    undo: Undo = None,
    by: By = "",
    note: Note = "",
    take: Take = None,
    complete: Complete = False,
    export: Export = None,
    form: Form = None,
    agreement: Agreement = False,
    kind: Kind = None,
    state: State = None,
    most: Most = 1_000,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Decide what of the reading is right: write a page for it, or take decisions in.

    Without options, review.html is written into the case folder. Each decision is kept with who made it and when;
    taking one back adds a decision, and nothing is ever deleted.
    """
    chosen = {"accepted": accept, "rejected": reject, "unsure": unsure, "undo": undo}
    decided = {what: ids for what, ids in chosen.items() if ids}
    _require_one_job(listed, bool(decided), take is not None, export is not None, agreement)
    if complete and take is None:
        raise typer.BadParameter("--complete says something of a file; give it with --take FILE")
    only = (kind or [], state or [])
    with explained(debug):
        from salience.case import open_case

        with open_case(case, read_only=not (decided or take)) as opened:
            if decided:
                told, lines = _decide(opened, decided, by, note)
            elif take:
                told, lines = _take(opened, take, by, form, complete)
            elif export:
                told, lines = _export(opened, export, form, only)
            elif agreement:
                told, lines = _agree(opened)
            elif listed:
                told, lines = _list(opened, only, most)
            else:
                told, lines = _write_page(opened, only, most, by)
        if as_json:
            typer.echo(json.dumps(told, ensure_ascii=False))
        elif not quiet:
            for line in lines:
                typer.echo(line)


Told = tuple[dict[str, Any], list[str]]


def _require_one_job(*asked: bool) -> None:
    if sum(asked) > 1:
        raise typer.BadParameter(
            "choose one of: deciding (--accept, --reject, --unsure, --undo), --take, --export, --agreement, --list"
        )


def _decide(case: Case, decided: Mapping[str, Sequence[str]], by: str, note: str) -> Told:
    from salience.reading.review import decide_all

    added = decide_all(case.record, decided, by, note)
    return {"decisions": added}, [f"{added:,} decisions of {by} were added; --undo ID takes one back"]


def _take(case: Case, path: Path, by: str, form: str | None, complete: bool) -> Told:
    from salience.reading.taking import take_file

    done = take_file(case.record, path, by, case=case.file.name, form=form, complete=complete)
    lines = [
        f"{path.name} ({done.form}): {done.annotations:,} annotations of {', '.join(done.people)}; "
        f"{done.decisions:,} decisions added, {done.known:,} were known"
    ]
    if done.new_spans:
        lines.append(f"  {done.new_spans:,} places were marked by hand that no suggestion covers")
    if done.left_out:
        lines.append(f"  {done.left_out:,} suggestions were left out of the file and are rejected")
    told = {name: getattr(done, name) for name in done.__slots__}
    return told | {"file": path.name, "people": list(done.people)}, lines


def _export(case: Case, path: Path, form: str | None, only: tuple[Sequence[str], Sequence[str]]) -> Told:
    from salience.reading.exchange import export_annotations

    name, texts, written = export_annotations(
        case.record, path, form, case=case.file.name, kinds=only[0], states=only[1]
    )
    told = {"file": str(path), "format": name, "texts": texts, "annotations": written}
    lines = [
        f"{path} ({name}): {written:,} annotations of {texts:,} texts",
        "It holds whole texts: give it only to people who may read them.",
    ]
    return told, lines


def _agree(case: Case) -> Told:
    from salience.cli.show_review import agreement_lines
    from salience.reading.agreeing import measure_agreement

    measured = measure_agreement(case.record)
    told = [
        {"about": one.about, "asked": one.asked}
        | (
            {}
            if one.found is None
            else {name: _number(getattr(one.found, name)) for name in one.found.__slots__}
        )
        for one in measured
    ]
    return {"agreement": told}, agreement_lines(measured)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _list(case: Case, only: tuple[Sequence[str], Sequence[str]], most: int) -> Told:
    from salience.cli.show_review import item_lines
    from salience.reading.review import find_items
    from salience.report.review_page import page_items

    items = find_items(case.record, kinds=only[0], states=only[1], most=most)
    rows = page_items(case.record, items)
    return {"suggestions": rows}, item_lines(rows)


def _write_page(case: Case, only: tuple[Sequence[str], Sequence[str]], most: int, by: str) -> Told:
    from salience.cli.show_review import progress_lines
    from salience.reading.review import count_progress
    from salience.report.review_page import write_review

    progress = count_progress(case.record)
    path = case.folder / PAGE
    shown = write_review(path, case.record, case.file.name, by, kinds=only[0], states=only[1], most=most)
    lines = progress_lines(progress)
    lines += [
        "",
        f"{path.resolve()} shows {shown:,} suggestions, the most doubtful first. Open it, decide, save; then:",
    ]
    lines.append(f"  salience review {quoted(case.folder)} --take FILE")
    told = {"page": str(path), "shown": shown} | {
        name: getattr(progress, name) for name in progress.__slots__
    }
    return told, lines
