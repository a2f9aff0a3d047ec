"""Answers: as in the report, with the rows behind every number, and two side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from salience.app import show
from salience.app.calls import as_command, as_python
from salience.app.desk import Desk
from salience.app.kept import evidence_of, find_answer, list_kept, rows_behind, say_changed
from salience.app.reading import OpenDesk, ReadRecord
from salience.questions.answer import Answer
from salience.report.page import show_answer
from salience.report.tables import guard_cell

router = APIRouter()
ROWS_A_PAGE = 50
Name = Annotated[str, Path(pattern="^[a-z]{1,20}$")]
Key = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
Both = Annotated[str, Query(pattern="^[a-z]{1,20}/[0-9a-f]{12}$")]
Part = Annotated[str, Path(pattern=r"^[\w:. -]{1,200}$")]


@router.get("/answers/{question}/{key}.json", response_class=JSONResponse)
def send_answer(request: Request, desk: OpenDesk, question: Name, key: Key) -> Response:
    """Send an answer as JSON."""
    return show.send_json(request, find_answer(desk, question, key).to_dict())


@router.get("/answers/{question}/{key}")
def show_kept(request: Request, desk: OpenDesk, question: Name, key: Key) -> Response:
    """Show a kept answer in full."""
    answer = find_answer(desk, question, key)
    address = f"/answers/{question}/{key}"
    shown = desk.keep(
        "shown",
        lambda: show_answer(answer, iter(range(1, 1000)), address=address),
        question,
        key,
        by_decisions=False,
    )
    params = _changed(desk, answer)
    return show.render(
        request,
        "answer.html.j2",
        a=shown,
        key=key,
        changed=say_changed(answer, desk.case.file.given(question)),
        command=as_command(desk.folder, question, params, answer.seed),
        python=as_python(desk.folder, question, params, answer.seed),
        others=[each for each in list_kept(desk, question) if each.key != key],
    )


@router.get("/answers/{question}/{key}/figures/{name}.json", response_class=JSONResponse)
def send_figure(request: Request, desk: OpenDesk, question: Name, key: Key, name: Part) -> Response:
    """Send a figure's specification, for the browser to draw."""
    for figure in find_answer(desk, question, key).figures:
        if figure.name == name:
            return show.send_json(request, figure.spec)
    raise HTTPException(404)


@router.get("/answers/{question}/{key}/tables/{name}.csv", response_class=PlainTextResponse)
def send_table(desk: OpenDesk, question: Name, key: Key, name: Part) -> Response:
    """Send a table whole, as CSV that a spreadsheet opens without running anything in it."""
    for table in find_answer(desk, question, key).tables:
        if table.name == name:
            rows = ([c.name for c in table.columns], *table.rows)
            return StreamingResponse(
                _csv(desk, rows),
                media_type="text/csv; charset=utf-8",
                headers={"content-disposition": f'attachment; filename="{question}-{name}.csv"'},
            )
    raise HTTPException(404)


@router.get("/answers/{question}/{key}/rows")
def show_rows(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    question: Name,
    key: Key,
    estimate: Annotated[str, Query(max_length=300)] = "",
    evidence: Annotated[int, Query(ge=0, le=999)] = 0,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show the rows of the record behind an estimate, a body of evidence at a time."""
    answer = find_answer(desk, question, key)
    places = evidence_of(answer, estimate) if estimate else list(range(len(answer.evidence)))
    chosen = evidence if evidence in places else places[0] if places else None
    number = next((e for e in answer.estimates if e.name == estimate), None)
    names: list[str] = []
    rows: list[dict[str, Any]] = []
    if chosen is not None:
        names, rows = rows_behind(record, answer.evidence[chosen], page, ROWS_A_PAGE)
    return show.render(
        request,
        "rows.html.j2",
        answer=answer,
        key=key,
        estimate=number,
        bodies=[(k, answer.evidence[k]) for k in places],
        chosen=chosen,
        names=names,
        rows=rows,
        page=page,
        pages=-(-answer.evidence[chosen].n // ROWS_A_PAGE) if chosen is not None else 0,
        linked=answer.evidence[chosen].table if chosen is not None else "",
    )


@router.get("/compare")
def compare(request: Request, desk: OpenDesk, left: Both, right: Both) -> Response:
    """Show two answers side by side: what was asked otherwise, and each estimate of both."""
    pair = [find_answer(desk, *each.split("/")) for each in (left, right)]
    if pair[0].question != pair[1].question:
        raise HTTPException(404)
    by_name = [{estimate.name: estimate for estimate in answer.estimates} for answer in pair]
    names = list(dict.fromkeys((*by_name[0], *by_name[1])))
    rows = [
        {"label": (by_name[0].get(name) or by_name[1][name]).label, "pair": [e.get(name) for e in by_name]}
        for name in names
    ]
    flat = [_flat(answer) for answer in pair]
    differ = [
        (name, [str(each.get(name, "–")) for each in flat])
        for name in dict.fromkeys((*flat[0], *flat[1]))
        if flat[0].get(name) != flat[1].get(name)
    ]
    return show.render(request, "compare.html.j2", pair=pair, keys=[left, right], rows=rows, differ=differ)


def _flat(answer: Answer) -> dict[str, Any]:
    told = {name: value for name, value in answer.params.items() if name != "setting"}
    return told | {"seed": answer.seed, "record": answer.record, "version": answer.version}


def _changed(desk: Desk, answer: Answer) -> dict[str, Any]:
    """Return the parameters in which an answer was asked otherwise than the case asks now."""
    from salience.case_file import check_params

    usual = check_params(answer.question, desk.case.file.given(answer.question), answer.question)
    plain = usual.model_dump(mode="json", by_alias=True)
    return {name: v for name, v in answer.params.items() if name in plain and v != plain[name]}


def _csv(desk: Desk, rows: Any) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        cells = [desk.names.mask(cell) if isinstance(cell, str) else cell for cell in row]
        writer.writerow([guard_cell(cell) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
