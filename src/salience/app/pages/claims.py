"""Claims with their verdicts, as they were judged last."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.reading import OpenDesk
from salience.case import ANSWERS
from salience.claims.verdict import verdicts_from_json
from salience.errors import CaseError
from salience.report.claims import show_verdicts

router = APIRouter()


@router.get("/claims")
def list_claims(request: Request, desk: OpenDesk) -> Response:
    """Show every claim, its verdict, and why."""
    return show.render(request, "claims.html.j2", claims=read_verdicts(request, desk))


def read_verdicts(request: Request, desk: Desk) -> dict[str, Any]:
    """Return the kept verdicts as the shared templates show them.

    Raises
    ------
    CaseError
        The file is not as it was written.
    """
    kept = desk.folder / ANSWERS / "claims.json"
    try:
        verdicts = verdicts_from_json(kept.read_text(encoding="utf-8")) if kept.is_file() else ()
    except (OSError, json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise CaseError("answers/claims.json cannot be read; `salience judge` writes it again") from error
    shown = show_verdicts(verdicts, ()) | {"page": "/claims"}
    if "/answers/{question}/{key}" in request.app.state.paths:
        for part in (part for card in shown["cards"] for part in card["parts"]):
            if part["part"].answer:
                part["link"] = f"/answers/{part['part'].question}/{part['part'].answer}"
    return shown
