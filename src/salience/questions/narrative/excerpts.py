"""The pieces of text that an answer points to, cut to what matters, each with its exact place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salience.questions.answer import Cell, Column, Table
from salience.questions.narrative.labels import Use
from salience.questions.narrative.texts import Text
from salience.questions.narrative.words import Repeat

AROUND = 110
LONGEST = 400
Span = tuple[int, int]


class Excerpts:
    """Collects excerpts and gives each a number to point to.

    Parameters
    ----------
    contents : mapping of str to str
        The kept texts by their hash.
    """

    def __init__(self, contents: Mapping[str, str]) -> None:
        self.contents = contents
        self.rows: list[tuple[Cell, ...]] = []
        self._numbers: dict[tuple[int, int, int], int] = {}

    def point(self, text: Text, span: Span, what: str) -> int:
        """Return the number of an excerpt around a span of a report's text."""
        key = (text.report, *span)
        if key in self._numbers:
            return self._numbers[key]
        number = self._numbers[key] = len(self._numbers) + 1
        day = str(text.day) if text.day else None
        place = f"{text.sha256[:12]}:{span[0]}–{span[1]}"
        self.rows.append((number, text.source, day, what, self.show(text, span), place))
        return number

    def show(self, text: Text, span: Span, around: int = AROUND) -> str:
        """Return a span marked by ⟦ and ⟧ in what stands around it; a long one is cut in its middle."""
        content = self.contents[text.sha256]
        start, end = span
        low, high = max(0, start - around), min(len(content), end + around)
        # A bracket of the text itself must not pass for a mark.
        before, inside, after = (_bare(content[a:b]) for a, b in ((low, start), (start, end), (end, high)))
        if len(inside) > LONGEST:
            inside = inside[: LONGEST // 2] + " […] " + inside[-LONGEST // 2 :]
        shown = f"{'…' if low else ''}{before}⟦{inside}⟧{after}{'…' if high < len(content) else ''}"
        return " ".join(shown.split())

    def uses(self, uses: Iterable[Use], what: str) -> str:
        """Return the numbers of several uses, as a table's cell shows them."""
        return " ".join(str(self.point(text, (n.start, n.end), what)) for n, text in uses)

    def repeat(self, repeat: Repeat) -> str:
        """Return the two numbers of a shared passage, the earlier first."""
        sides = ((repeat.earlier, repeat.earlier_span), (repeat.later, repeat.later_span))
        return " ".join(str(self.point(text, span, "shared passage")) for text, span in sides)

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
            "Each is cut to the piece that matters. The last column names the kept text (the beginning of "
            "its SHA-256) and the "
            "characters, counted from 0; the record holds it whole.",
        )


def _bare(text: str) -> str:
    return text.replace("⟦", "[").replace("⟧", "]")
