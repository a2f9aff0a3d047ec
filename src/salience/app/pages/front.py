"""The front page: the case, what its record holds and from whom, and what needs a person's decision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.reading import OpenDesk, ReadRecord
from salience.questions.answer import Figure
from salience.record.store import Record
from salience.report.figures import draw_map, draw_months, draw_svg
from salience.report.holdings import Holdings, describe_holdings

router = APIRouter()
SOURCES_SHOWN = 8


@router.get("/")
def show_front(request: Request, desk: OpenDesk, record: ReadRecord) -> Response:
    """Show the case at a glance."""
    holdings = hold(desk, record)
    return show.render(
        request,
        "front.html.j2",
        case=desk.case.file,
        holdings=holdings,
        pictures=desk.keep("pictures", lambda: _draw(draw_figures(desk, holdings))),
        sources_shown=SOURCES_SHOWN,
        empty=not holdings.counts["events"] and not holdings.texts["texts"],
    )


@router.get("/figures/{name}.json", response_class=JSONResponse)
def send_figure(
    request: Request, desk: OpenDesk, record: ReadRecord, name: Annotated[str, Path(pattern="^(map|months)$")]
) -> Response:
    """Send the specification of a figure of the record, for the browser to draw."""
    for figure in draw_figures(desk, hold(desk, record)):
        if figure.name == name:
            return show.send_json(request, figure.spec)
    raise HTTPException(404)


def hold(desk: Desk, record: Record) -> Holdings:
    """Return what the record holds, worked out once for each state of it."""
    return desk.keep("holdings", lambda: describe_holdings(record, desk.case.file.setting))


def draw_figures(desk: Desk, holdings: Holdings) -> list[Figure]:
    """Return the figures of the record that there are."""
    drawn = (draw_map(holdings, desk.case.file.setting), draw_months(holdings))
    return [figure for figure in drawn if figure is not None]


def _draw(figures: list[Figure]) -> list[dict[str, Any]]:
    return [
        {
            "figure": figure,
            "number": number,
            "svg": draw_svg(figure, number),
            "spec": f"/figures/{figure.name}.json",
        }
        for number, figure in enumerate(figures, start=1)
    ]
