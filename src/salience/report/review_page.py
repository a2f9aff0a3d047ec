"""The review page: one HTML file that works offline, from the keyboard, in any direction of writing.

It runs a script of our own and nothing else: its content security policy names that script by its hash and allows no
host. What a person decides is saved by the browser as a file, which `salience review CASE --take FILE` takes in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from salience.errors import RecordError
from salience.reading.exchange.page import FORM
from salience.reading.review import MENTION_KINDS, STATEMENT_KINDS, Item, find_items
from salience.record.store import Record
from salience.version import __version__

AROUND = 260
NAMES = 3_000
RTL = {"R", "AL"}


def write_review(
    path: Path,
    record: Record,
    case: str,
    by: str = "",
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    most: int = 1_000,
) -> int:
    """Write the review page of a case; return how many suggestions it shows.

    Parameters
    ----------
    path : Path
        Replaced whole or not at all.
    record : Record
    case : str
        The case's name; decisions saved by the page can only be taken into a case of this name.
    by : str
        Who will decide; can be changed on the page.
    kinds, states : sequence of str
        Only these.
    most : int
        No more than so many, the most doubtful first.

    Raises
    ------
    RecordError
        The file cannot be written.
    """
    items = find_items(record, kinds=kinds, states=states, most=most)
    text = render_review(case, page_items(record, items), known_names(record), by)
    try:
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror}") from error
    return len(items)


def render_review(case: str, items: Sequence[Mapping[str, Any]], names: Sequence[str], by: str = "") -> str:
    """Return the page as HTML; the same input gives the same text."""
    import jinja2

    script = _read("review.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    data = {"form": FORM, "case": case, "by": by, "items": items, "names": list(names), "mentionKinds": MENTION_KINDS,
            "statementKinds": STATEMENT_KINDS}  # fmt: skip
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("review.html.j2").render(
        case=case,
        style=_read("review.css"),
        script=script,
        digest=digest,
        data=_embed(data),
        version=__version__,
    )


def page_items(
    record: Record, items: Sequence[Item], cover: Callable[[str], str] = str
) -> list[dict[str, Any]]:
    """Return suggestions as the page shows them: each in its context, with who published the text and when.

    Parameters
    ----------
    record : Record
    items : sequence of Item
    cover : callable
        Gives a text of the same length, in which what must not be shown is covered.
    """
    held = sorted({item.text for item in items})
    contents = {
        row["sha256"]: cover(row["content"])
        for row in record.rows("SELECT sha256, content FROM text WHERE sha256 IN (SELECT unnest(?))", [held])
    }
    reports = {
        row["sha256"]: row
        for row in record.rows(
            """SELECT r.sha256, arg_min(s.name, (r.published, r.id)) AS source,
                      arg_min(r.title, (r.published, r.id)) AS title, min(r.published)::VARCHAR AS published
               FROM report r JOIN source s ON s.id = r.source WHERE r.sha256 IN (SELECT unnest(?)) GROUP BY r.sha256""",
            [held],
        )
    }
    return [_shown(item, contents[item.text], reports.get(item.text, {})) for item in items]


def known_names(record: Record) -> list[str]:
    """Return names that a suggestion may be the same as: the record's actors, then the names most often mentioned."""
    rows = record.rows(
        """SELECT name FROM (SELECT name, 1 AS rank, 0 AS n FROM actor UNION ALL
                             SELECT value, 2, -count(*) FROM mention GROUP BY value)
           WHERE name IS NOT NULL GROUP BY name ORDER BY min(rank), min(n), name LIMIT ?""",
        [NAMES],
    )
    return [row["name"] for row in rows]


def is_rtl(text: str) -> bool:
    """Return whether most letters of a text are written from right to left."""
    signs = [unicodedata.bidirectional(sign) for sign in text]
    return sum(sign in RTL for sign in signs) > sum(sign == "L" for sign in signs)


def _shown(item: Item, content: str, report: Mapping[str, Any]) -> dict[str, Any]:
    first, last = _context(content, item.start, item.end)
    context = content[first:last]
    return {
        # JavaScript would round an id of 63 bits.
        "id": str(item.id), "layer": item.layer, "text": item.text, "start": item.start, "end": item.end,
        "quote": content[item.start : item.end], "kind": item.kind, "value": item.value,
        "speaker": item.speaker, "about": item.about, "how": item.how, "confidence": round(item.confidence, 2),
        "notes": item.notes, "state": item.state,
        "by": item.by, "note": item.note, "change": dict(item.change), "outdated": item.outdated,
        "before": ("… " if first else "") + content[first : item.start],
        "after": content[item.end : last] + (" …" if last < len(content) else ""),
        "rtl": is_rtl(context), "source": report.get("source"), "title": report.get("title"),
        "published": report.get("published"),
    }  # fmt: skip


def _context(content: str, start: int, end: int) -> tuple[int, int]:
    """Return where the shown context begins and ends: between words, where there are any."""
    first, last = max(0, start - AROUND), min(len(content), end + AROUND)
    while first and first < start and not content[first - 1].isspace():
        first += 1
    while last < len(content) and last > end and not content[last].isspace():
        last -= 1
    return first, last


def _embed(data: Mapping[str, Any]) -> Any:
    """Return data as JSON that cannot end the element it stands in."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, code)
    return Markup(text)


def _read(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
