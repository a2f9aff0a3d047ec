"""The review queue: suggestions to decide, who decided what, and source names that may be one source."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.reading import OpenDesk, ReadRecord
from salience.app.reviewing import (
    VIEWS,
    Place,
    Sent,
    count_decisions,
    decide,
    decision_page,
    find_done,
    offered_names,
    read_queue,
    take_back,
)
from salience.app.source_list import add_line, header_of, line_for
from salience.case import RECORD_FILE
from salience.linking.source_names import Suggestion
from salience.reading.review import MENTION_KINDS, STATEMENT_KINDS
from salience.record.decisions import check_log
from salience.record.store import Record
from salience.record.undo import undo_last

router = APIRouter()
DECISIONS_A_PAGE = 50
PAIRS_A_PAGE = 20
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Name = Annotated[str, Form(max_length=2_000)]


class Asked(Place):
    """The queue's address; `done` is the decision that was just made, to be told."""

    done: int | None = Field(None, ge=0, le=10**15)


@router.get("/review")
def show_queue(
    request: Request, desk: OpenDesk, record: ReadRecord, place: Annotated[Asked, Query()]
) -> Response:
    """Show suggestions, the most doubtful first."""
    return _queue(request, desk, record, place, done=place.done)


@router.post("/review")
def take_decision(request: Request, desk: OpenDesk, sent: Annotated[Sent, Form()]) -> Response:
    """Take a decision in, and go on to the next suggestion."""
    fault = "no_name" if not sent.by.strip() else ""
    fault = fault or ("no_same" if sent.decide == "same-as" and not sent.same_as.strip() else "")
    if fault:
        with desk.reading() as record:
            return _queue(request, desk, record, sent, fault=fault, at=sent.id, status=422)
    with desk.writing(only_decisions=True) as case:
        try:
            number = decide(case.record, sent)
        except LookupError as error:
            raise HTTPException(404) from error
    return RedirectResponse(_address(sent, number, sent.next), status_code=303)


@router.post("/review/undo")
def undo(desk: OpenDesk, place: Annotated[Place, Form()]) -> Response:
    """Take back the last decision of this person."""
    number = target = 0
    if place.by.strip():
        with desk.writing(only_decisions=True) as case:
            number = take_back(case.record, place.by)
            if number and (row := find_done(case.record, number)):
                target = row["target"]
    return RedirectResponse(_address(place, number, target), status_code=303)


@router.get("/review/decisions")
def list_decisions(request: Request, desk: OpenDesk, record: ReadRecord, page: Page = 1) -> Response:
    """Show who decided what and when, and whether the chain is whole."""
    count = count_decisions(record)
    # Before a record was made there is no place where decisions would be kept.
    problems = check_log(record) if (desk.folder / RECORD_FILE).is_file() else []
    pages = max(1, -(-count // DECISIONS_A_PAGE))
    page = min(page, pages)
    last = count - (page - 1) * DECISIONS_A_PAGE
    return show.render(
        request,
        "review_decisions.html.j2",
        decisions=decision_page(record, before=last, most=DECISIONS_A_PAGE),
        problems=problems,
        count=count,
        page=page,
        pages=pages,
    )


@router.get("/review/sources")
def list_pairs(
    request: Request, desk: OpenDesk, page: Page = 1, done: Annotated[bool, Query()] = False
) -> Response:
    """Show pairs of source names that may be one source."""
    pairs = _pairs(desk)
    pages = max(1, -(-len(pairs) // PAIRS_A_PAGE))
    page = min(page, pages)
    header = header_of(desk.folder)
    shown = [
        {"pair": pair, "line": line_for(pair.name, pair.canonical, header)}
        for pair in pairs[(page - 1) * PAIRS_A_PAGE : page * PAIRS_A_PAGE]
    ]
    return show.render(
        request,
        "review_sources.html.j2",
        pairs=shown,
        header=",".join(header),
        count=len(pairs),
        page=page,
        pages=pages,
        done=done,
    )


@router.post("/review/sources")
def join_sources(
    desk: OpenDesk, name: Name, canonical: Name, page: Annotated[int, Form(ge=1)] = 1
) -> Response:
    """Write the line that makes two names one source, and let the record follow it."""
    if not any((pair.name, pair.canonical) == (name, canonical) for pair in _pairs(desk)):
        raise HTTPException(404)
    with desk.writing() as case:
        add_line(case.folder, name, canonical)
    desk.settle()
    return RedirectResponse(f"/review/sources?page={min(page, 1_000_000)}&done=1", status_code=303)


def _queue(
    request: Request,
    desk: Desk,
    record: Record,
    place: Place,
    *,
    done: int | None = None,
    fault: str = "",
    at: int = 0,
    status: int = 200,
) -> Response:
    queue = read_queue(desk, record, place)
    return show.render(
        request,
        "review.html.j2",
        status=status,
        queue=queue,
        place=place,
        views={view: _query(place, show=view, page=1) for view in VIEWS},
        pages={n: _query(place, page=n) for n in (queue.page - 1, queue.page + 1) if 1 <= n <= queue.pages},
        kinds={"mention": MENTION_KINDS, "statement": STATEMENT_KINDS},
        names=offered_names(desk, record) if queue.items and not desk.read_only else [],
        told=find_done(record, done) if done else None,
        nothing=done == 0,
        undoable=bool(place.by.strip()) and not desk.read_only and undo_last(record, place.by) is not None,
        fault=fault,
        at=str(at),
        pairs=len(_pairs(desk)),
    )


def _pairs(desk: Desk) -> list[Suggestion]:
    def find() -> list[Suggestion]:
        with desk.asking() as case:
            return case.suggestions()

    return desk.keep("source pairs", find, by_decisions=False)


def _query(place: Place, **changed: Any) -> str:
    told = {name: getattr(place, name) for name in Place.model_fields} | changed
    usual = {name: field.default for name, field in Place.model_fields.items()}
    return urlencode({name: value for name, value in told.items() if value != usual[name]})


def _address(place: Place, number: int, at: int) -> str:
    query = "&".join(part for part in (_query(place), f"done={number}") if part)
    return f"/review?{query}" + (f"#i{at}" if at else "#queue")
