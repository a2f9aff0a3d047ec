"""What pages depend on: the desk, and a record to read from for as long as one request lasts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from salience.app.desk import Desk
from salience.record.store import Record


def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


def _record(request: Request) -> Iterator[Record]:
    with _desk(request).reading() as record:
        yield record


OpenDesk = Annotated[Desk, Depends(_desk)]
ReadRecord = Annotated[Record, Depends(_record)]
