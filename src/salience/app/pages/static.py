"""The files that pages link to, under names that change with their content."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import static_files

router = APIRouter()


@router.get(
    "/static/{name}",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in static_files.TYPES.values()}}},
)
def send_static(
    request: Request, name: Annotated[str, Path(pattern=r"^[a-z0-9_.-]+$", max_length=80)]
) -> Response:
    """Send a static file; the browser may keep it for good."""
    found = static_files.find(name)
    if found is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    tag = f'"{name}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={**headers, "ETag": tag})
    headers["ETag"] = tag
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return Response(found.body, media_type=found.media_type, headers=headers)
