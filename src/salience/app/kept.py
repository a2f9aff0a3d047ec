"""Answers that are kept in a case, and the rows of the record behind their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException

from salience.app.desk import Desk
from salience.case import ANSWERS
from salience.claims.behind import evidence_behind
from salience.questions.answer import Answer, Evidence
from salience.questions.catalogue import question_names
from salience.record.conditions import check_condition
from salience.record.schema import load_schema
from salience.record.store import Record

MOST_LISTED = 30
# Columns that say nothing to a reader: ids of other rows.
_IDS = ("id", "lead", "origin", "line", "alias", "report", "sha256")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer, as lists show it."""

    question: str
    key: str
    headline: str
    asked: datetime
    changed: str


def find_answer(desk: Desk, question: str, key: str) -> Answer:
    """Return a kept answer.

    Raises
    ------
    HTTPException
        404, when it is not kept.
    """
    if question not in question_names():
        raise HTTPException(404)
    answer = desk.keep("answer", lambda: desk.case.kept(question, key), question, key, by_decisions=False)
    if answer is None:
        raise HTTPException(404)
    return answer


def list_kept(desk: Desk, question: str = "") -> list[Kept]:
    """Return the kept answers, the latest first."""
    files = sorted(
        ((path.stat().st_mtime, path) for path in (desk.folder / ANSWERS).glob(f"{question or '*'}-*.json")),
        reverse=True,
    )
    kept = []
    for stamp, path in files[:MOST_LISTED]:
        name, _, key = path.stem.rpartition("-")
        if name in question_names():
            answer = find_answer(desk, name, key)
            given = desk.case.file.given(name)
            kept.append(
                Kept(
                    name, key, answer.headline, datetime.fromtimestamp(stamp, UTC).replace(microsecond=0),
                    say_changed(answer, given),
                )
            )  # fmt: skip
    return kept


@dataclass(frozen=True, slots=True)
class Latest:
    """The kept answer that a page shows.

    Attributes
    ----------
    answer : Answer
    key : str
        It is at /answers/QUESTION/KEY.
    stale : bool
        Whether the record, or what the case asks, is another by now.
    """

    answer: Answer
    key: str
    stale: bool

    @property
    def page(self) -> str:
        """Where it is shown in full."""
        return f"/answers/{self.answer.question}/{self.key}"


def find_latest(desk: Desk, question: str) -> Latest | None:
    """Return the answer to a question as the case asks it, else the latest kept one; None when there is none."""
    kept = list_kept(desk, question)
    if not kept:
        return None
    chosen = next((each for each in kept if not each.changed), kept[0])
    answer = find_answer(desk, question, chosen.key)
    with desk.reading() as record:
        now = desk.keep("fingerprint", record.fingerprint)
    return Latest(answer, chosen.key, bool(chosen.changed) or answer.record != now)


def say_changed(answer: Answer, given: dict[str, Any]) -> str:
    """Return in which parameters an answer was asked otherwise than the case asks: "count = victims; level = 0.9"."""
    from salience.case_file import check_params

    usual = check_params(answer.question, given, answer.question).model_dump(mode="json", by_alias=True)
    changed = {name: value for name, value in answer.params.items() if name in usual and value != usual[name]}
    return "; ".join(f"{name} = {_plain(value)}" for name, value in changed.items())


def rows_behind(
    record: Record, evidence: Evidence, page: int, most: int
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return one page of the rows that a body of evidence names: columns that hold something, and rows.

    Parameters
    ----------
    record : Record
    evidence : Evidence
        Of a kept answer.
    page : int
        From 1.
    most : int
        Rows a page.

    Raises
    ------
    RecordError
        Its condition is not one that answers write.
    """
    if evidence.condition:
        where = check_condition(evidence.table, evidence.condition)
    else:
        where = f"id IN ({', '.join(str(int(i)) for i in evidence.ids)})" if evidence.ids else "FALSE"
    table = load_schema()[evidence.table]
    order = "date_from, id" if "date_from" in table.column_names else "1"
    rows = record.rows(
        f'SELECT * FROM "{table.name}" WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?',
        [most, (page - 1) * most],
    )
    shown = [
        name for name in table.column_names
        if name not in _IDS and any(row[name] is not None for row in rows)
    ]  # fmt: skip
    return shown, rows


def evidence_of(answer: Answer, estimate: str) -> list[int]:
    """Return which bodies of evidence an estimate rests on, by their place in the answer."""
    behind = evidence_behind(answer, estimate)
    return [k for k, evidence in enumerate(answer.evidence) if evidence in behind]


def _plain(value: Any) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, (list, tuple)) else str(value)
