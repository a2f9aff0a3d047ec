"""What is shown, to take along: the same filter, the same order, whole."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from salience.app import show
from salience.app.looking import AskedFor, find_faults
from salience.app.reading import OpenDesk, ReadRecord
from salience.app.taking import (
    XLSX_MOST,
    cite_lines,
    count_taken,
    send_file,
    write_csv,
    write_geojson,
    write_xlsx,
)

router = APIRouter()
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


@router.get("/download/events.{ending}", response_class=StreamingResponse)
def take_events(
    request: Request, desk: OpenDesk, asked: AskedFor, ending: Literal["csv", "xlsx", "geojson"]
) -> Response:
    """Send all events that the address asks for."""
    faults = find_faults(desk, asked)
    if faults:
        return show.say(request, 422, " ".join(faults.values()))
    if ending == "xlsx":
        count = count_taken(desk, asked.filter)
        if count > XLSX_MOST:
            return show.say(
                request, 422, show.phrase("downloads.too_many", count=f"{count:,}", most=f"{XLSX_MOST:,}")
            )
        content = send_file(write_xlsx(desk, asked.filter, asked.sort))
    else:
        content = (write_csv if ending == "csv" else write_geojson)(desk, asked.filter, asked.sort)
    return StreamingResponse(
        content,
        media_type=TYPES[ending],
        headers={"content-disposition": f'attachment; filename="events.{ending}"'},
    )


@router.get("/download/citations.txt", response_class=PlainTextResponse)
def take_citations(desk: OpenDesk, record: ReadRecord) -> Response:
    """Send how to cite each import and under which licence it is."""
    heading, *lines = cite_lines(desk, record)
    told = [
        "\n".join(f"{name}: {cell}" for name, cell in zip(heading, line, strict=True) if cell)
        for line in lines
    ]
    return PlainTextResponse("\n\n".join(told) + "\n")
