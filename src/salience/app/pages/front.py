"""The front page: the case, what its record holds and from whom, and what needs a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.pages.claims import read_verdicts
from salience.app.reading import OpenDesk, ReadRecord
from salience.questions.answer import Figure
from salience.reading.review import count_progress
from salience.record.store import Record
from salience.report.figures import draw_map, draw_months, draw_svg
from salience.report.holdings import Holdings, describe_holdings

router = APIRouter()
SOURCES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Task:
    """What waits for a person: a key of [front] in strings.toml, how many, and the page for it."""

    words: str
    count: int
    page: str


@router.get("/")
def show_front(request: Request, desk: OpenDesk, record: ReadRecord) -> Response:
    """Show the case at a glance."""
    holdings = hold(desk, record)
    claims = read_verdicts(request, desk)
    return show.render(
        request,
        "front.html.j2",
        case=desk.case.file,
        claims=claims,
        tasks=[*find_tasks(desk, record, holdings), *_unfinished(claims)],
        warnings=find_warnings(desk),
        holdings=holdings,
        pictures=draw_pictures(desk, holdings),
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
    """Return what the record holds, worked out once for each state of its events."""
    return desk.keep(
        "holdings", lambda: describe_holdings(record, desk.case.file.setting), by_decisions=False
    )


def draw_figures(desk: Desk, holdings: Holdings) -> list[Figure]:
    """Return the figures of the record that there are."""

    def draw() -> list[Figure]:
        drawn = (draw_map(holdings, desk.case.file.setting), draw_months(holdings))
        return [figure for figure in drawn if figure is not None]

    return desk.keep("figures", draw, by_decisions=False)


def draw_pictures(desk: Desk, holdings: Holdings) -> list[dict[str, Any]]:
    """Return those figures drawn, each with the address of its specification."""

    def draw() -> list[dict[str, Any]]:
        return [
            {"figure": f, "number": n, "svg": draw_svg(f, n), "spec": f"/figures/{f.name}.json"}
            for n, f in enumerate(draw_figures(desk, holdings), start=1)
        ]

    return desk.keep("pictures", draw, by_decisions=False)


def find_tasks(desk: Desk, record: Record, holdings: Holdings) -> list[Task]:
    """Return how much of each kind waits for a person; kinds of which nothing waits are left out."""
    waiting = desk.keep("progress", lambda: _count_suggestions(record))
    pairs = desk.keep("pairs", lambda: _count_pairs(desk), by_decisions=False)
    aside = sum(one["rows_set_aside"] for one in holdings.imports)
    every = [
        *(Task(f"task_{state}", waiting[state], "/review") for state in ("suggested", "unsure", "outdated")),
        Task("task_sources", pairs, "/review"),
        Task("task_aside", aside, "/files"),
    ]
    return [task for task in every if task.count]


def find_warnings(desk: Desk) -> list[str]:
    """Return what whoever keeps the case should look at."""

    def find() -> list[str]:
        with desk.asking() as case:
            return case.warnings()

    return desk.keep("warnings", find)


def warm(desk: Desk) -> None:
    """Work out what the front page shows, so that the first visit need not wait for it."""
    with desk.reading() as record:
        holdings = hold(desk, record)
        draw_pictures(desk, holdings)
        find_tasks(desk, record, holdings)
        find_warnings(desk)


def _unfinished(claims: dict[str, Any]) -> list[Task]:
    count = sum(bool(card["verdict"].unfinished) for card in claims["cards"])
    return [Task("task_claims", count, "/claims")] if count else []


def _count_suggestions(record: Record) -> dict[str, int]:
    progress = count_progress(record)
    states = {state: sum(row[state] for row in progress.kinds) for state in ("suggested", "unsure")}
    return {**states, "outdated": progress.outdated}


def _count_pairs(desk: Desk) -> int:
    with desk.asking() as case:
        return len(case.suggestions())
