"""The landscape: the map of actors, who wants what by whose account, and what would follow from other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import landscape as views
from salience.app import show
from salience.app.desk import Desk
from salience.app.kept import Latest, find_latest
from salience.app.reading import OpenDesk, ReadRecord
from salience.errors import QuestionError
from salience.questions.landscape.edit import KINDS, Kind, Triple, read_stated
from salience.questions.landscape.inputs import ENDS, Landscape
from salience.report.page import show_answer

router = APIRouter()
FIRST_FIGURES = ("map", "consensus")
Row = Annotated[int | None, Query(ge=-(2**63), lt=2**63)]
Point = Annotated[float | None, Query(ge=0, le=100)]
Part = Annotated[float | None, Query(ge=0, le=1)]
Able = Annotated[float | None, Query(ge=0, le=1e12)]


@router.get("/landscape")
def show_landscape(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    actor: Row = None,
    issue: Row = None,
    position_low: Point = None,
    position_best: Point = None,
    position_high: Point = None,
    salience_low: Part = None,
    salience_best: Part = None,
    salience_high: Part = None,
    capability_low: Able = None,
    capability_best: Able = None,
    capability_high: Able = None,
) -> Response:
    """Show the landscape; with numbers for one actor on one issue, what would follow from them."""
    land = views.read_land(desk, record)
    latest = find_latest(desk, "landscape")
    if not land.actors or not land.issues:
        return show.render(request, "landscape.html.j2", empty=True, latest=latest)
    on = views.place_of(land.issues, issue)
    if on is None:
        raise HTTPException(404)
    who = views.first_stated(land, on) if actor is None else views.place_of(land.actors, actor)
    if who is None:
        raise HTTPException(404)
    numbers = (
        position_low, position_best, position_high, salience_low, salience_best, salience_high, capability_low,
        capability_best, capability_high,
    )  # fmt: skip
    given = _read(land, who, on, numbers)
    return show.render(
        request,
        "landscape.html.j2",
        status=422 if _fault(given) else 200,
        empty=False,
        latest=latest,
        figures=_figures(desk, latest),
        asked=views.as_records(latest.answer.find_table("ask_next"), views.MOST_ASKED)
        if latest and any(t.name == "ask_next" for t in latest.answer.tables)
        else [],
        land=land,
        who=who,
        on=on,
        actors=views.list_actors(land),
        positions=views.list_positions(record, land, on),
        relations=views.list_relations(record, land),
        **_trial(desk, land, who, on, given),
    )


def _read(land: Landscape, actor: int, issue: int, numbers: tuple[float | None, ...]) -> dict[Kind, Triple]:
    """Return what is tried, kind by kind; an end that is left out is as stated, and what is as stated is no trial."""
    stated = read_stated(land, actor, issue)
    found: dict[Kind, Triple] = {}
    for k, kind in enumerate(KINDS):
        own = numbers[k * len(ENDS) : (k + 1) * len(ENDS)]
        low, best, high = (n if n is not None else s for n, s in zip(own, stated.triples[kind], strict=True))
        # Forms write six digits.
        same = np.allclose((low, best, high), stated.triples[kind], rtol=1e-5, atol=1e-6)
        if any(n is not None for n in own) and not (same and stated.known):
            found[kind] = (low, best, high)
    return found


def _fault(given: Mapping[Kind, Triple]) -> str:
    """Return the first kind whose ends are out of order."""
    return next((kind for kind, (low, best, high) in given.items() if not low <= best <= high), "")


def _trial(desk: Desk, land: Landscape, who: int, on: int, given: dict[Kind, Triple]) -> dict[str, Any]:
    stated = read_stated(land, who, on)
    fault = _fault(given)
    used = {} if fault else given
    try:
        trial, pairs = views.run_trial(desk, land, who, on, used)
    except QuestionError as error:
        raise HTTPException(400, str(error)) from error
    return {
        "stated": stated,
        "sliders": views.list_sliders(land, stated, given),
        "fault": fault,
        "tried": bool(used),
        "trial": trial,
        "pairs": pairs,
        "hinges": views.list_hinges(trial, land.issue_names[on]),
    }


def _figures(desk: Desk, latest: Latest | None) -> list[dict[str, Any]]:
    """Return the kept answer's first figures; the others are in the answer in full."""
    if latest is None:
        return []
    shown = desk.keep(
        "shown",
        lambda: show_answer(latest.answer, iter(range(1, 1000)), address=latest.page),
        "landscape",
        latest.key,
        by_decisions=False,
    )
    figures = {each["figure"].name: each for each in shown["figures"]}
    return [figures[name] for name in FIRST_FIGURES if name in figures]
