"""The options of a case as cards: what each edits, where it leads, what it costs, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from salience.app import landscape as views
from salience.app import show
from salience.app.kept import find_latest
from salience.app.reading import OpenDesk, ReadRecord
from salience.questions.answer import Answer, Cell
from salience.questions.landscape.inputs import Landscape
from salience.questions.options.levers import list_edits, named_actors
from salience.questions.options.params import Option

router = APIRouter()
AS_NOW = "as now"
Row = dict[str, Cell]


@router.get("/options")
def show_options(request: Request, desk: OpenDesk, record: ReadRecord) -> Response:
    """Show the case's options, with what the kept answer says of each."""
    land = views.read_land(desk, record)
    latest = find_latest(desk, "options")
    answer = latest.answer if latest else None
    options = desk.case.file.option
    rows = {name: _rows(answer, name) for name in ("forecast", "options", "regret", "gainers", "discovery")}
    return show.render(
        request,
        "options.html.j2",
        latest=latest,
        land=land,
        example=land.names[:2],
        forecasts=rows["forecast"],
        as_now=next((row for row in rows["regret"] if row["option"] == AS_NOW), None),
        cards=[_card(name, option, rows, answer, land) for name, option in options.items()],
        reach=_reach(rows["options"]),
        gone=sorted({str(row["option"]) for row in rows["options"]} - set(options)),
    )


def _rows(answer: Answer | None, name: str) -> list[Row]:
    found = [table for table in answer.tables if table.name == name] if answer else []
    return found[0].to_records() if found else []


def _card(
    name: str, option: Option, rows: Mapping[str, list[Row]], answer: Answer | None, land: Landscape
) -> dict[str, Any]:
    own = {table: [row for row in each if row.get("option") == name] for table, each in rows.items()}
    # Of one that leaves nothing to forecast the answer has a row without an issue, and says why.
    refused = [str(row["edits"]) for row in own["options"] if row["issue"] is None]
    return {
        "name": name,
        "summary": option.summary,
        "edits": list_edits(option),
        "moves": [row for row in own["options"] if row["issue"] is not None],
        "refused": refused[0].partition("No outcome: ")[2] if refused else "",
        "price": next(iter(own["regret"]), None),
        "gain": [row for row in own["gainers"] if row["word"] == "gains"],
        "lose": [row for row in own["gainers"] if row["word"] == "loses"],
        "unless": next((row["words"] for row in own["discovery"]), ""),
        "state": _state(name, option, answer),
        "actors": _touched(option, land),
    }


def _state(name: str, option: Option, answer: Answer | None) -> str:
    """Return whether the kept answer is about this option as it stands in the case: "", "changed" or "new"."""
    if answer is None:
        return "new"
    asked = answer.params.get("option") or {}
    if name not in asked:
        return "new"
    now = json.loads(option.model_dump_json(by_alias=True))
    return "" if json.loads(json.dumps(asked[name], default=list)) == now else "changed"


def _touched(option: Option, land: Landscape) -> list[dict[str, Any]]:
    """Return the actors that an option edits with what is stated of them, and how many positions have a source."""
    at = {name: k for k, name in enumerate(land.names)}
    stated = {str(actor["name"]): actor for actor in views.list_actors(land)}
    return [
        {**stated[name], "sourced": int(land.sourced[at[name]].sum())}
        for name in named_actors(option)
        if name in at
    ]


def _reach(rows: list[Row]) -> float:
    """Return the end of the scale on which moves are drawn, the same for all cards."""
    cells = [row[end] for row in rows for end in ("low", "high")]
    ends = [abs(cell) for cell in cells if isinstance(cell, (int, float))]
    return next((step for step in (5.0, 10.0, 20.0, 50.0) if max(ends, default=0.0) <= step), 100.0)
