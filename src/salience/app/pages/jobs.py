"""Work under way: its progress, a way to stop it, and where what came of it is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.jobs import Job
from salience.app.reading import OpenDesk

router = APIRouter()
Number = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


@router.get("/jobs")
def list_jobs(request: Request, desk: OpenDesk) -> Response:
    """List what was asked since the server started."""
    return show.render(request, "jobs.html.j2", jobs=desk.jobs.recent())


@router.get("/jobs/{number}.json", response_class=JSONResponse)
def tell_job(request: Request, desk: OpenDesk, number: Number) -> Response:
    """Say how far a question is, for the page's script."""
    job = _find(desk, number)
    return show.send_json(request, {"state": job.state, "words": _words(job), "share": round(job.share, 3)})


@router.get("/jobs/{number}")
def show_job(request: Request, desk: OpenDesk, number: Number) -> Response:
    """Show how far a question is; once it is answered, the answer."""
    job = _find(desk, number)
    if job.state == "done":
        return RedirectResponse(job.page, status_code=303)
    return show.render(request, "job.html.j2", job=job, words=_words(job))


@router.post("/jobs/{number}/stop", response_class=RedirectResponse, status_code=303)
def stop_job(desk: OpenDesk, number: Number) -> Response:
    """Stop a question."""
    desk.jobs.stop(_find(desk, number))
    return RedirectResponse(f"/jobs/{number}", status_code=303)


def _find(desk: Desk, number: str) -> Job:
    job = desk.jobs.find(number)
    if job is None:
        raise HTTPException(404)
    return job


def _words(job: Job) -> str:
    values: dict[str, Any] = (
        {"stage": job.stage or show.phrase("jobs.starting")} if job.state == "running" else {}
    )
    return show.phrase(f"jobs.{job.state}", **values)
