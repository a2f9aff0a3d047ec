"""`salience fetch …`: the verbs that get data from the network. No other verb does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salience.cli.running import AsJson, Debug, Quiet, app, explained, progressing, quoted

if TYPE_CHECKING:
    from salience.case import Case
    from salience.sources.fetch.ged_file import Written
    from salience.sources.fetch.ucdp_api import Fetched, GedQuery
    from salience.sources.load import Imported

Told = Callable[[str, float], None]

fetch = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Get data from the network: only this verb does, and only what it is asked for. Pages that came are kept, so "
    "that a fetch that was stopped goes on where it stood; what changes under way is fetched anew, never mixed.",
)
app.add_typer(fetch, name="fetch")


@fetch.command()
def ucdp(
    countries: Annotated[
        list[int],
        typer.Option(
            "--country",
            metavar="NUMBER",
            help="Gleditsch-Ward number of a country: Afghanistan is 700. May be repeated.",
        ),
    ],
    since: Annotated[
        datetime, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="First day.")
    ],
    case: Annotated[
        Path | None, typer.Argument(metavar="[CASE]", help="A case folder that the events are taken into.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Last day.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="GED's release, such as 25.1 (which is also the default).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the file there instead; .csv, or .csv.gz."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask for all pages anew, though they were kept.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fetch events of the UCDP Georeferenced Event Dataset; the access token is read from UCDP_ACCESS_TOKEN."""
    if case is not None and out is not None:
        raise typer.BadParameter("CASE takes the events in, --out writes a file alone: give one of them")
    with explained(debug):
        from salience.case import open_case
        from salience.sources.fetch.ged_file import file_name, write_ged_file
        from salience.sources.fetch.ucdp_api import VERSION, GedQuery

        query = GedQuery(
            tuple(dict.fromkeys(countries)), since.date(), until.date() if until else None, version or VERSION
        )
        opened = open_case(case) if case is not None else None  # a folder that is no case is told of at once
        with progressing(quiet or as_json) as progress:
            told = progress or (lambda stage, share: None)
            fetched = _fetch(query, case, fresh, told)
            written = write_ged_file(fetched, out or (case or Path()) / file_name(query))
            imported = _take_in(opened, written, told) if opened else None
        if as_json:
            typer.echo(json.dumps(_to_dict(fetched, written, imported), ensure_ascii=False))
        elif not quiet:
            _show(fetched, written, imported)


def _fetch(query: GedQuery, case: Path | None, fresh: bool, progress: Told) -> Fetched:
    from salience.sources.fetch.kept_pages import KeptPages, user_cache
    from salience.sources.fetch.ucdp_api import connect, fetch_events

    share = [0.0]

    def stage(sentence: str, done: float) -> None:
        share[0] = done
        progress(sentence, done)

    folder = case / "raw" / "fetched" if case is not None else user_cache() / "ucdp"
    with connect(lambda sentence: progress(sentence, share[0])) as connection:
        kept = KeptPages(
            folder, {"address": connection.address, "pagesize": query.page_size, **query.to_dict()}
        )
        if fresh:
            kept.start_over()
        try:
            return fetch_events(query, connection, kept, stage)
        except KeyboardInterrupt:
            typer.echo(f"{len(kept.pages):,} pages are kept; the same command goes on from there", err=True)
            raise


def _take_in(opened: Case, written: Written, progress: Told) -> Imported:
    with opened:
        return opened.add(written.file, "ucdp", None, progress)


def _to_dict(fetched: Fetched, written: Written, imported: Imported | None) -> dict[str, object]:
    return {
        "file": str(written.file),
        "about": str(written.note),
        "sha256": written.sha256,
        "version": fetched.query.version,
        "events": len(fetched.events),
        "counted_by_the_api": fetched.counted,
        "pages": len(fetched.pages),
        "requests": fetched.asked,
        "notes": list(fetched.notes),
        "imported": imported.to_dict() if imported else None,
    }


def _show(fetched: Fetched, written: Written, imported: Imported | None) -> None:
    from salience.cli.case_verbs import show_import

    came = f"{fetched.asked:,} request{'s' if fetched.asked != 1 else ''}"
    if not fetched.asked:
        days = sorted(str(page["fetched"])[:10] for page in fetched.pages)
        came = f"nothing asked: the pages were kept on {days[-1]}; --fresh asks again"
    typer.echo(
        f"UCDP GED {fetched.query.version}: {len(fetched.events):,} events on {len(fetched.pages):,} pages ({came})"
    )
    for note in fetched.notes:
        typer.echo(f"note: {note}")
    typer.echo(
        f"{written.file} holds them; {written.note.name} beside it says what was asked, and whom to cite"
    )
    if imported is not None:
        show_import(imported)
    else:
        typer.echo(f"Next: salience add CASE {quoted(written.file)}")
