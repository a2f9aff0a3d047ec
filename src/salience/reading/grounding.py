"""Placing a quote in a text: exactly, else as people read it, else not at all. Never nearly.

A machine or a person may hand in a quote; what counts is whether the text says it. There is no similarity threshold:
"32 groups" is nearly "23 groups", and "denied" is nearly "did not deny".
"""

from __future__ import annotations

from dataclasses import dataclass

from salience.reading.fold import SPACELESS, fold, fold_text
from salience.reading.spans import Span

EDGES = " \t\n\r\"'“”‘’«»…"


@dataclass(frozen=True, slots=True)
class Grounded:
    """Where a quote stands.

    Attributes
    ----------
    spans : tuple of Span
        Every occurrence, in the order of the text; empty when there is none.
    how : str
        "exact", "folded" (other case, spacing, quotation marks, keyboard letters or digits) or "refused".
    reason : str
        Why it was refused; empty otherwise.
    """

    spans: tuple[Span, ...]
    how: str
    reason: str = ""


def ground(quote: str, text: str) -> list[Span]:
    """Return every place where a text holds a quote; an empty list when it holds it nowhere.

    Parameters
    ----------
    quote : str
        Words said to stand in the text.
    text : str
        The text.

    Returns
    -------
    list of Span
        In code points of `text`. Whole words only: "art" is not found in "part", nor "3" in "23" or "3.5".
    """
    return list(place(quote, text).spans)


def place(quote: str, text: str) -> Grounded:
    """Return where a text holds a quote, how it was found, or why not (see `ground`)."""
    if not quote or not text:
        return Grounded((), "refused", "the quote is empty" if not quote else "the text is empty")
    spans = tuple(Span(s, s + len(quote), quote) for s in _occurrences(quote, text))
    if spans:
        return Grounded(spans, "exact")
    sought = fold_text(quote).strip(EDGES)
    if not sought:
        return Grounded((), "refused", "the quote holds no letters or digits")
    folded = fold(text)
    found: list[Span] = []
    for start in _occurrences(sought, folded.text):
        first, last = folded.places[start], _end(folded.places, start + len(sought))
        found.append(Span(first, last, text[first:last]))
    if found:
        return Grounded(tuple(found), "folded")
    return Grounded((), "refused", _why_not(sought, folded.text))


def _end(places: list[int], end: int) -> int:
    """Return the original's end: one after the last character matched, not the next one's place."""
    last = places[end - 1]
    # A character that folds to several (ﬁ, ß) is taken whole; marks unseen after the match are left out.
    return last + 1


def _occurrences(sought: str, text: str) -> list[int]:
    starts, at = [], text.find(sought)
    while at >= 0:
        if _whole(text, at, at + len(sought)):
            starts.append(at)
        at = text.find(sought, at + 1)
    return starts


def _whole(text: str, start: int, end: int) -> bool:
    """Return whether a match begins and ends where words do, and cuts no number in two."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, border: int) -> bool:
    if border <= 0 or border >= len(text):
        return False
    before, after = text[border - 1], text[border]
    if before.isalnum() and after.isalnum():
        return not (SPACELESS.match(before) and SPACELESS.match(after))
    if after.isdigit() and before in ".,٫٬" and border > 1 and text[border - 2].isdigit():
        return True
    return before.isdigit() and after in ".,٫٬" and border + 1 < len(text) and text[border + 1].isdigit()


def _why_not(sought: str, text: str) -> str:
    """Say how far the text follows the quote: an invented tail reads differently from an invented quote."""
    low, high = 0, len(sought)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sought[:middle] in text else (low, middle - 1)
    shared = sought[:low].rsplit(" ", 1)[0] if low < len(sought) else sought
    if len(shared.split()) >= 3:
        return f"the text holds it only up to '…{' '.join(shared.split()[-3:])}'; what follows is not there"
    return "the text does not hold it"
