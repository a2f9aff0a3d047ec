"""An event: what each source says of it, side by side, and what became of its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.desk import Desk
from salience.app.reading import OpenDesk, ReadRecord
from salience.case import ANSWERS
from salience.questions.answer import Answer, Cell, Column, Table
from salience.record.browsing.accounts import COMPARED, Account, find_accounts, find_event, find_spans
from salience.record.store import Record

router = APIRouter()
Id = Annotated[int, Path(ge=0, le=2**63 - 1)]
# Fields of which a page shows only those that some account fills in; days and the like are always compared.
NAMED_SHOWN, QUOTES_SHOWN = 60, 6
TOLD_OF_EVENTS = ("event", "figure")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a kept answer of `reconcile` says of an event: its address, and the rows that name it, by table."""

    key: str
    current: bool
    found: tuple[tuple[Table, tuple[tuple[Column, Cell], ...]], ...]


@router.get("/events/{event}")
def show_event(request: Request, desk: OpenDesk, record: ReadRecord, event: Id) -> Response:
    """Show every account of an event side by side."""
    row = find_event(record, event)
    if row is None:
        raise HTTPException(404)
    accounts = find_accounts(record, event)
    told = [account for account in accounts if account.told != "named"]
    # Two releases of a dataset that name the same report say so once.
    named = list({(a.source_id, a.report): a for a in reversed(accounts) if a.told == "named"}.values())[::-1]
    fields = [name for name in COMPARED if any(account.values[name] is not None for account in told)]
    return show.render(
        request,
        "event.html.j2",
        event=row,
        told=told,
        named=named[:NAMED_SHOWN],
        more_named=max(0, len(named) - NAMED_SHOWN),
        fields=fields,
        differing=[name for name in fields if any(name in account.differs for account in told)],
        quotes=_quotes(record, accounts),
        reconciled=find_reconciled(desk, record, row),
        asks="/questions/{question}" in request.app.state.paths
        or "/questions/{name}" in request.app.state.paths,
        answers="/answers/{question}/{key}" in request.app.state.paths,
    )


def find_reconciled(desk: Desk, record: Record, event: dict[str, Any]) -> Reconciled | None:
    """Return what the latest kept answer of `reconcile` says of an event; None when none is kept."""
    files = sorted((desk.folder / ANSWERS).glob("reconcile-*.json"), key=lambda file: file.stat().st_mtime)
    if not files:
        return None
    latest = files[-1]
    answer = desk.keep(
        "reconcile", lambda: _read(latest), latest.name, latest.stat().st_mtime_ns, by_decisions=False
    )
    if answer is None:
        return None
    fingerprint = desk.keep("fingerprint", record.fingerprint)
    name = str(event["native_id"] or event["id"])
    day = None if event["date_from"] is None else str(event["date_from"])
    found = []
    for table in answer.tables:
        columns = [column.name for column in table.columns]
        if columns[:2] == ["event", "day"]:
            rows = [row for row in table.rows if row[0] == name and row[1] == day]
            found += [(table, tuple(zip(table.columns[3:], row[3:], strict=True))) for row in rows]
    return Reconciled(answer.key, answer.record == fingerprint, tuple(found))


def _read(file: File) -> Answer | None:
    try:
        return Answer.from_json(file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        # An answer that cannot be read is as good as none here; the questions' own page says what is wrong with it.
        return None


def _quotes(record: Record, accounts: list[Account]) -> list[dict[str, Any]]:
    """Return what reading found in the texts of these accounts' reports that tells of events or numbers."""
    found = []
    for account in accounts:
        if account.has_text and account.report is not None:
            sha256 = record.rows("SELECT sha256 FROM report WHERE id = ?", [account.report])[0]["sha256"]
            spans = [span for span in find_spans(record, sha256) if span["kind"] in TOLD_OF_EVENTS]
            found.append({"account": account, "spans": spans[:QUOTES_SHOWN]})
    return found
