"""Reports with their texts, the sources that publish them, and a search for words in them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from salience.app import show
from salience.app.reading import OpenDesk, ReadRecord
from salience.record.browsing.accounts import find_report, find_source, find_spans, list_reports, list_sources
from salience.record.browsing.texts import Hit, search_texts
from salience.record.browsing.words import find_places, read_words

router = APIRouter()
Id = Annotated[int, Path(ge=0, le=2**63 - 1)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
# Where, what for, and the span that it is.
Mark = tuple[int, int, str, dict[str, Any]]
Kind = Literal[
    "organisation", "person", "place", "population", "unnamed", "other", "label", "quote", "attribution", "figure",
    "demand", "claim", "event",
]  # fmt: skip
# Names and numbers, which are short; whole sentences only when they are asked for.
SHOWN_AT_FIRST = ("organisation", "person", "place", "population", "unnamed", "label", "figure")
HITS, REPORTS, PART, LONGEST = 20, 50, 60_000, 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: what it is marked for, and the spans that begin with it."""

    text: str
    marks: tuple[str, ...]
    spans: tuple[dict[str, Any], ...]


@router.get("/reports/{report}")
def show_report(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    report: Id,
    q: Annotated[str, Query(max_length=1000)] = "",
    start: Annotated[int, Query(ge=0, le=2**31)] = 0,
    end: Annotated[int, Query(ge=0, le=2**31)] = 0,
    mark: Annotated[Kind | Literal[""], Query()] = "",
    part: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Show a report's text: with a span, with words that were looked for, or with all that reading found in it."""
    row = find_report(record, report)
    if row is None:
        raise HTTPException(404)
    content = row["content"] or ""
    words = () if len(q) > LONGEST or desk.names.found_in(q) else read_words(q)
    spans = find_spans(record, row["sha256"]) if content else []
    marked: list[Mark]
    if end > start:
        marked = [(start, min(end, len(content)), "sought", {})]
    elif words:
        marked = [(*place, "sought", {}) for place in find_places(content, words)]
    else:
        shown = (mark,) if mark else SHOWN_AT_FIRST
        marked = [(span["start"], span["end"], span["kind"], span) for span in spans if span["kind"] in shown]
    first = min((mark[0] for mark in marked), default=0) if end > start or words else 0
    parts = max(1, -(-len(content) // PART))
    here = min(part or 1 + first // PART, parts)
    begin, stop = (here - 1) * PART, min(here * PART, len(content))
    return show.render(
        request,
        "report_text.html.j2",
        report=row,
        pieces=cut_pieces(desk.names.cover(content), marked, begin, stop),
        spans=[span for span in spans if begin <= span["start"] < stop] if not words and end <= start else [],
        kinds=[
            (kind, sum(span["kind"] == kind for span in spans)) for kind in sorted({s["kind"] for s in spans})
        ],
        shown_at_first=SHOWN_AT_FIRST,
        mark=mark,
        sought=len(marked) if words else 0,
        q=q if words else "",
        part=here,
        parts=parts,
    )


@router.get("/sources")
def show_sources(request: Request, desk: OpenDesk, record: ReadRecord) -> Response:
    """List who speaks in the record."""
    sources = desk.keep("source list", lambda: list_sources(record), by_decisions=False)
    return show.render(request, "sources.html.j2", sources=sources)


@router.get("/sources/{source}")
def show_source(request: Request, record: ReadRecord, source: Id, page: Page = 1) -> Response:
    """Show one source: who it is, how it is spelled, what it tells, its reports."""
    row = find_source(record, source)
    if row is None:
        raise HTTPException(404)
    reports = list_reports(record, source, (page - 1) * REPORTS, REPORTS)
    return show.render(
        request,
        "source.html.j2",
        source=row,
        reports=reports,
        page=page,
        pages=max(1, -(-row["reports"] // REPORTS)),
        first=(page - 1) * REPORTS + 1,
    )


@router.get("/search")
def search(
    request: Request,
    desk: OpenDesk,
    record: ReadRecord,
    q: Annotated[str, Query(max_length=1000)] = "",
    page: Page = 1,
) -> Response:
    """Find words in reports."""
    fault = ""
    if len(q) > LONGEST:
        fault = show.phrase("record.fault_long", found=q[:60])
    elif desk.names.found_in(q):
        fault = show.phrase("record.fault_private")
    total, hits = 0, list[Hit]()
    if q.strip() and not fault:
        total, hits = search_texts(record, q, (page - 1) * HITS, HITS, desk.names.cover)
    counts = record.rows(
        "SELECT (SELECT count(*) FROM text) AS texts, (SELECT count(*) FROM report WHERE sha256 IS NULL) AS titles"
    )[0]
    return show.render(
        request,
        "search.html.j2",
        status=422 if fault else 200,
        q=q,
        fault=fault,
        total=total,
        hits=hits,
        counts=counts,
        page=page,
        pages=max(1, -(-total // HITS)),
        first=(page - 1) * HITS + 1,
    )


def cut_pieces(content: str, marked: list[Mark], begin: int, stop: int) -> list[Piece]:
    """Cut a part of a text where marks begin and end; marks may overlap.

    Parameters
    ----------
    content : str
        As it may be shown.
    marked : list of (start, end, what for, span)
        Places in it.
    begin, stop : int
        The part.
    """
    inside = [
        (max(start, begin), min(end, stop), what, span)
        for start, end, what, span in marked
        if start < stop and end > begin and end > start
    ]
    cuts = sorted({begin, stop, *(mark[0] for mark in inside), *(mark[1] for mark in inside)})
    starting: dict[int, list[Mark]] = {}
    for mark in inside:
        starting.setdefault(mark[0], []).append(mark)
    pieces: list[Piece] = []
    open_: list[Mark] = []
    for first, last in pairwise(cuts):
        begun = starting.get(first, [])
        open_ = [mark for mark in open_ if mark[1] > first] + begun
        pieces.append(
            Piece(
                content[first:last],
                tuple(dict.fromkeys(mark[2] for mark in open_)),
                tuple(mark[3] for mark in begun if mark[3]),
            )
        )
    return pieces
