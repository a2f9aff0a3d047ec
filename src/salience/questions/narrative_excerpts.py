"""The pieces of text that an answer points to, cut to what matters, each with its exact place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw

from salience.questions.answer import Cell, Column, Table
from salience.questions.frames import Tables
from salience.questions.narrative_texts import Text
from salience.questions.narrative_words import Repeat

AROUND = 110
LONGEST = 400


class Excerpts:
    """Collects excerpts and gives each a number to point to."""

    def __init__(self, texts: Sequence[Text], contents: Mapping[str, str]) -> None:
        self.contents = contents
        self.by_text: dict[str, Text] = {}
        for text in texts:
            self.by_text.setdefault(text.sha256, text)
        self.rows: list[tuple[Cell, ...]] = []
        self._numbers: dict[tuple[str, int, int], int] = {}

    def point(self, sha256: str, start: int, end: int, what: str) -> int:
        """Return the number of an excerpt around a span."""
        key = (sha256, start, end)
        if key in self._numbers:
            return self._numbers[key]
        number = self._numbers[key] = len(self._numbers) + 1
        text, content = self.by_text[sha256], self.contents[sha256]
        low, high = max(0, start - AROUND), min(len(content), end + AROUND)
        before = ("…" if low else "") + content[low:start]
        span = content[start:end]
        after = content[end:high] + ("…" if high < len(content) else "")
        if len(span) > LONGEST:
            span = span[: LONGEST // 2] + " […] " + span[-LONGEST // 2 :]
        day = str(text.day) if text.day else None
        place = f"{sha256[:12]}:{start}–{end}"
        self.rows.append(
            (number, text.source, day, what, " ".join(f"{before}⟦{span}⟧{after}".split()), place)
        )
        return number

    def pointers(self, spans: Iterable[tuple[str, int, int]], what: str) -> str:
        """Return the numbers of several excerpts, as a table's cell shows them."""
        return " ".join(str(self.point(*span, what)) for span in spans)

    def repeat(self, repeat: Repeat) -> str:
        """Return the two numbers of a shared passage, the earlier first."""
        sides = ((repeat.earlier, repeat.earlier_span), (repeat.later, repeat.later_span))
        return " ".join(str(self.point(t.sha256, *span, "passage")) for t, span in sides)

    def table(self) -> Table:
        """Return all excerpts, by their numbers."""
        return Table(
            "excerpts",
            "The places in the texts behind the tables",
            (
                Column("number", "no.", "anchor"),
                Column("source", "source"),
                Column("published", "published", "date"),
                Column("what", "read as"),
                Column("excerpt", "in the text", "excerpt"),
                Column("place", "text and characters"),
            ),
            tuple(self.rows),
            "Each is cut to the piece that matters. The last column names the kept text (the beginning of its SHA-256) and the "
            "characters, counted from 0; the record holds it whole.",
        )


def spans_of(record: Tables, ids: Iterable[int]) -> dict[int, tuple[str, int, int]]:
    """Return where mentions and statements stand, by their ids."""
    wanted = sorted(set(ids))
    found: dict[int, tuple[str, int, int]] = {}
    if not wanted:
        return found
    for table in ("mention", "statement"):
        frame: nw.LazyFrame[Any] = (
            record.table(table).filter(nw.col("id").is_in(wanted)).select("id", "text", "start", "end")
        )
        for row in frame.collect().to_arrow().to_pylist():
            found[row["id"]] = (row["text"], row["start"], row["end"])
    return found
