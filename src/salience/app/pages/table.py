"""The table: seat actors and unseat them, and see at once whom the list leaves out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import seats as views
from salience.app import show
from salience.app.kept import find_latest
from salience.app.reading import OpenDesk, ReadRecord
from salience.errors import NothingToAskError, QuestionError

router = APIRouter()
MOST_SEATS = 500


@router.get("/table")
def show_table(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    number: Annotated[int, Query(alias="list", ge=1, le=1000)] = 1,
    seat: Annotated[list[int] | None, Query(max_length=MOST_SEATS)] = None,
    chosen: Annotated[bool, Query()] = False,
) -> Response:
    """Show who sits on a list or was seated by hand, whom that leaves out, and the list beside it.

    `list` counts the lists of seats.csv from 1; `chosen` says that `seat` is the whole list, however short.
    """
    latest = find_latest(desk, "table")
    try:
        room = views.read_room(desk, record)
    except (NothingToAskError, QuestionError) as error:
        nothing = isinstance(error, NothingToAskError)
        return show.render(request, "table.html.j2", why=str(error), nothing=nothing, latest=latest)
    lists = list(room.seating.lists.items())
    if number > max(len(lists), 1):
        raise HTTPException(404)
    invited = lists[number - 1] if lists else None
    own = chosen or bool(seat)
    members = views.find_members(room.seating, seat or []) if own else invited[1] if invited else ()
    changed = invited is None or set(members) != set(invited[1])
    beside = desk.keep(
        "judged list", lambda: views.judge_list(room, *invited), number, by_decisions=False
    ) if invited else None  # fmt: skip
    tried = views.judge_list(room, views.TRIED, members) if changed or beside is None else beside
    terms = views.read_terms(record, invited[0]) if invited else {}
    answer = latest.answer if latest else None
    return show.render(
        request,
        "table.html.j2",
        why="",
        latest=latest,
        room=room,
        lists=[name for name, _ in lists],
        number=number,
        tried=tried,
        beside=beside if changed else None,
        candidates=views.list_candidates(room, tried, beside, answer, terms),
        constituencies=views.list_constituencies(room, tried, beside if changed else None),
        proposals=views.list_proposals(room.seating, answer),
    )
