"""The record: events on a map, a time line and a table that filter each other; all of it stands in the address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.looking import FACET_SHOWN, Asked, AskedFor, find_faults, list_chips, list_choices
from salience.app.reading import OpenDesk, ReadRecord
from salience.app.record_map import cell_size, draw_map
from salience.app.timeline import draw_timelines
from salience.record.browsing.filters import Filter
from salience.record.browsing.selection import Count, Selection, find_areas, find_cells
from salience.record.store import Record

router = APIRouter()
PATH, ROWS = "/record", 50
FACETS = ("kind", "actor", "source", "place")


@router.get(PATH)
def show_record(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    asked: AskedFor,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show the events that the address asks for."""
    faults = find_faults(desk, asked)
    words: dict[str, Any] = {"asked": asked, "faults": faults, "chips": list_chips(asked, PATH), "path": PATH}
    if faults:
        return show.render(request, "record.html.j2", status=422, **words, found=None, empty=False)
    selection = Selection(record, asked.filter)
    found = count_all(desk, selection)
    total = found["summary"].events
    pages = max(1, -(-total // ROWS))
    if page > pages:
        return RedirectResponse(asked.address(PATH, page=pages if pages > 1 else 0), status_code=303)
    everything = desk.keep("events", lambda: _count_events(record), by_decisions=False)
    choices = {name: list_choices(asked, PATH, name, found[name]) for name in FACETS}
    areas, cells, degrees = _grid(desk, record)
    return show.render(
        request,
        "record.html.j2",
        **words,
        found=found["summary"],
        everything=everything,
        empty=not everything,
        choices=choices,
        shown=FACET_SHOWN,
        map=draw_map(areas, cells, degrees, choices["place"]),
        lines=draw_timelines(found["days"], asked, PATH),
        events=selection.page(asked.sort, (page - 1) * ROWS, ROWS, total),
        page=page,
        pages=pages,
        first=(page - 1) * ROWS + 1,
        ways=_ways(asked, page),
    )


def count_all(desk: Desk, selection: Selection) -> dict[str, Any]:
    """Return all counts of a page; those of the whole record are worked out once for each state of it."""

    def count() -> dict[str, Any]:
        counts: dict[str, list[Count]] = {name: selection.count_by(name) for name in FACETS}  # type: ignore[arg-type]
        return {**counts, "summary": selection.summarise(), "days": selection.count_days()}

    if selection.filter == Filter():
        return desk.keep("record counts", count, by_decisions=False)
    return count()


def _grid(desk: Desk, record: Record) -> tuple[Any, Any, float]:
    def find() -> tuple[Any, Any, float]:
        areas = find_areas(record)
        degrees = cell_size(areas)
        return areas, find_cells(record, degrees), degrees

    return desk.keep("grid", find, by_decisions=False)


def _count_events(record: Record) -> int:
    count: int = record.rows("SELECT count(*) AS n FROM event")[0]["n"]
    return count


def _ways(asked: Asked, page: int) -> dict[str, Any]:
    """Return the addresses around this page."""
    return {
        "earlier": asked.address(PATH, page=page - 1 if page > 2 else 0) if page > 1 else "",
        "later": asked.address(PATH, page=page + 1),
        "hidden": [pair for pair in asked.filter.pairs() if pair[0] in ("actor", "kind", "source", "place")],
        **{kind: asked.address(f"/download/events.{kind}") for kind in ("csv", "xlsx", "geojson")},
    }
