"""The files that the record is made from: what was taken, what was set aside, and a form to take one in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from salience.app import show
from salience.app.guard import LARGEST_UPLOAD
from salience.app.jobs import Job, Tell
from salience.app.reading import OpenDesk, ReadRecord
from salience.app.uploads import TAKEN, is_taken, received
from salience.record.restricted import withhold
from salience.record.store import Record

router = APIRouter()
ROWS = 50
KINDS = ("ucdp", "acled", "table", "documents", "persons", "population", "negotiation")
Kind = Literal["", "ucdp", "acled", "table", "documents", "persons", "population", "negotiation"]


@router.get("/files")
def show_files(
    request: Request, record: ReadRecord, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
) -> Response:
    """Show the files, and one page of what was set aside."""
    return _show(request, record, page=page)


@router.post("/files", response_class=RedirectResponse, status_code=303)
def add_file(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Kind, Form()] = "",
    mapping: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Take a file in, in the background."""
    name, map_name = file.filename or "", (mapping.filename or "") if mapping else ""
    fault = ""
    if not name:
        fault = show.phrase("files.no_file")
    elif not is_taken(name):
        fault = show.phrase("files.wrong_type", endings=", ".join(TAKEN))
    elif map_name and not map_name.lower().endswith(".toml"):
        fault = show.phrase("files.wrong_mapping")
    if fault:
        return _show(request, record, fault=fault, status=422)
    sent = [(name, file.file)] + ([(map_name, mapping.file)] if mapping and map_name else [])
    # The request's own copy of the file ends with the request; the job holds its own.
    with ExitStack() as stack:
        paths = stack.enter_context(received(sent))
        kept = stack.pop_all()

    def take_in(job: Job, tell: Tell) -> str:
        with kept, desk.writing(wait=3600) as case:
            job._interrupt = case.record.connection.interrupt
            case.add(paths[0], kind or None, paths[1] if len(paths) > 1 else None, tell)
        return "/files"

    job = desk.jobs.run("add", paths[0].name, take_in)
    return RedirectResponse(f"/jobs/{job.number}", status_code=303)


def _show(request: Request, record: Record, *, page: int = 1, fault: str = "", status: int = 200) -> Response:
    count = record.rows("SELECT count(*) AS n FROM set_aside")[0]["n"]
    imports = record.rows(
        """SELECT file, importer, dataset, rows_read, rows_kept, rows_set_aside, licence, citation,
                  strftime(imported_at, '%Y-%m-%d') AS imported FROM origin ORDER BY imported_at, file"""
    )
    aside: list[dict[str, Any]] = withhold(
        "set_aside",
        record.rows(
            """SELECT o.file, s.line, s."column", s.value, s.reason, s.raw FROM set_aside s
               JOIN origin o ON o.id = s.origin ORDER BY o.file, s.line, s."column" LIMIT ? OFFSET ?""",
            [ROWS, (page - 1) * ROWS],
        ),
    )
    first = (page - 1) * ROWS + 1
    return show.render(
        request,
        "files.html.j2",
        status=status,
        imports=imports,
        aside=aside,
        count=count,
        page=page,
        first=first,
        last=first + len(aside) - 1,
        kinds=KINDS,
        endings=",".join(TAKEN),
        most=f"{LARGEST_UPLOAD >> 20} MB",
        fault=fault,
    )
