"""The questions: what can be asked, a form for each, and what was answered before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.calls import as_command, as_python, save_question
from salience.app.desk import Desk
from salience.app.forms import Form, differing, make_form, read_form
from salience.app.kept import find_answer, list_kept
from salience.app.reading import OpenDesk
from salience.questions.catalogue import find_question, question_names
from salience.questions.quantities import describe_quantities

router = APIRouter()
Name = Annotated[str, Path(pattern="^[a-z]{1,20}$")]
Key = Annotated[str, Query(alias="from", pattern="^([0-9a-f]{12})?$")]


@router.get("/questions")
def list_questions(request: Request, desk: OpenDesk) -> Response:
    """List the questions and the answers that are kept."""
    asked = desk.case.file.questions
    questions = [
        {
            "name": name,
            "asks": show.phrase(f"questions.asks_{name}"),
            "needs": describe_quantities(name).needs,
            "of_case": name in asked,
        }
        for name in question_names()
    ]
    return show.render(request, "questions.html.j2", questions=questions, kept=list_kept(desk))


@router.get("/questions/{name}")
def show_form(
    request: Request, desk: OpenDesk, name: Name, key: Key = "", saved: Annotated[bool, Query()] = False
) -> Response:
    """Show a question's form, filled in as the case asks it, or as a kept answer was asked."""
    given = _given(desk, name)
    if key:
        known = find_question(name).params.model_fields
        params = {k: v for k, v in find_answer(desk, name, key).params.items() if k in known}
        given = find_question(name).params.model_validate(params)
    return _form(request, desk, make_form(name, given.model_dump(by_alias=True)), saved=saved)


async def _sent(request: Request) -> Mapping[str, Sequence[str]]:
    """Return a sent form, each field with all its values."""
    form: FormData = await request.form()
    return {name: [str(v) for v in form.getlist(name) if isinstance(v, str)] for name in form}


Sent = Annotated[Mapping[str, Sequence[str]], Depends(_sent)]


@router.post("/questions/{name}/run", response_class=RedirectResponse, status_code=303)
def run_question(request: Request, desk: OpenDesk, name: Name, sent: Sent) -> Response:
    """Ask the question in the background, or show the form again with what is wrong at its field."""
    return _take(request, desk, name, sent, "run")


@router.post("/questions/{name}/save", response_class=RedirectResponse, status_code=303)
def save_form(request: Request, desk: OpenDesk, name: Name, sent: Sent) -> Response:
    """Write the parameters into `case.toml`, so that `salience run` asks the same."""
    return _take(request, desk, name, sent, "save")


def _take(
    request: Request, desk: Desk, name: str, sent: Mapping[str, Sequence[str]], to: Literal["run", "save"]
) -> Response:
    model = _model(name)
    words = read_form(name, sent)
    given = _given(desk, name)
    # What a form cannot hold, such as options, stays as the case has it.
    held = {k: v for k, v in given.model_dump(by_alias=True).items() if k not in sent}
    seed = next(iter(sent.get("seed", ())), "0").strip() or "0"
    try:
        told = model.model_validate(held | words)
    except ValidationError as error:
        return _form(request, desk, make_form(name, held, sent, error), status=422)
    if not seed.isdigit() or len(seed) > 9:
        return _form(
            request, desk, make_form(name, held, sent), status=422, fault=show.phrase("questions.no_seed")
        )
    if to == "save":
        with desk.writing(only_decisions=True):
            save_question(desk.folder, name, differing(told, model()))
        return RedirectResponse(f"/questions/{name}?saved=true", status_code=303)
    job = desk.jobs.start(name, differing(told, given), int(seed))
    return RedirectResponse(f"/jobs/{job.number}", status_code=303)


def _form(
    request: Request, desk: Desk, form: Form, *, status: int = 200, saved: bool = False, fault: str = ""
) -> Response:
    name = form.question
    given = _given(desk, name)
    params = differing(given, _model(name)())
    plain = {k: v for k, v in params.items() if not isinstance(v, Mapping)}
    return show.render(
        request,
        "question.html.j2",
        status=status,
        form=form,
        fault=fault or form.fault,
        asks=show.phrase(f"questions.asks_{name}"),
        needs=describe_quantities(name).needs,
        saved=saved,
        kept=list_kept(desk, name),
        command=as_command(desk.folder, name, {}),
        python=as_python(desk.folder, name, {}),
        of_case=plain,
    )


def _model(name: str) -> type[BaseModel]:
    if name not in question_names():
        raise HTTPException(404)
    return find_question(name).params


def _given(desk: Desk, name: str) -> BaseModel:
    told: dict[str, Any] = desk.case.file.given(name) if name in question_names() else {}
    return _model(name).model_validate(told)
