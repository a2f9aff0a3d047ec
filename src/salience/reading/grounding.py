"""Placing a quote in a text: exactly, else as people read it, else not at all. Never nearly.

A machine or a person may hand in a quote; what counts is whether the text says it. There is no similarity threshold:
"32 groups" is nearly "23 groups", and "denied" is nearly "did not deny".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from salience.reading.borders import guard_words, is_whole
from salience.reading.fold import Folded, fold, fold_text, is_accent
from salience.reading.spans import Span

EDGES = " \t\n\r\"'“”‘’«»…"
STOPS = ".,;: "
ARAB = re.compile("[\u0600-\u06ff]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


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
        In code points of `text`. Whole words and numbers only: "art" is not found in "part", nor "3" in "23", "3.5",
        "3-5", "3 million" or "twenty-three".
    """
    return _search(quote, text)[0]


def place(quote: str, text: str, *, said: bool = False) -> Grounded:
    """Return where a text holds a quote, how it was found, or why not.

    Parameters
    ----------
    quote, text : str
        As in `ground`.
    said : bool
        The quote is to stand for what the text says, not only for a name in it. Then a place where a negation stands
        just outside the quote ("did not [deny it]") does not count.
    """
    if not quote.strip() or not text:
        return Grounded((), "refused", "the quote is empty" if not quote.strip() else "the text is empty")
    spans, how = _search(quote, text)
    if spans and said:
        kept = [span for span in spans if not _negation_left_out(span, text)]
        if not kept:
            word = _negation_left_out(spans[0], text)
            return Grounded(
                (), "refused", f"it leaves out '{word}', which stands beside it and turns it round"
            )
        spans = kept
    if spans:
        return Grounded(tuple(spans), how)
    return Grounded((), "refused", _why_not(quote, text))


def _search(quote: str, text: str) -> tuple[list[Span], str]:
    """Return the places, and whether they were found exactly or folded."""
    if not quote.strip() or not text:
        return [], "refused"
    spans = [
        Span(start, start + len(quote), quote)
        for start in _occurrences(quote, text)
        if is_whole(text, start, start + len(quote))
    ]
    if spans:
        return spans, "exact"
    sought, folded = fold_text(quote).strip(EDGES), fold(text)
    for words in dict.fromkeys((sought, sought.strip(EDGES + STOPS))):
        if spans := _folded_places(words, folded, text):
            return spans, "folded"
    # Persian and Pashto write one word with a joiner, with a space, or in one piece.
    if sought and ARAB.search(sought):
        spans = _folded_places(sought.strip(EDGES + STOPS).replace(" ", ""), _closed_up(text), text)
    return spans, "folded"


def _folded_places(sought: str, folded: Folded, text: str) -> list[Span]:
    if not any(character.isalnum() for character in sought):
        return []
    spans: list[Span] = []
    for at in _occurrences(sought, folded.text):
        start, end = folded.places[at], folded.places[at + len(sought) - 1] + 1
        # A character that folds to several (ﬁ, ß) is taken whole, and so are the accents of the last letter.
        while end < len(text) and is_accent(text[end]):
            end += 1
        if is_whole(text, start, end) and not (spans and spans[-1].start == start):
            spans.append(Span(start, end, text[start:end]))
    return spans


@lru_cache(maxsize=16)
def _closed_up(text: str) -> Folded:
    folded = fold(text)
    kept = [i for i, character in enumerate(folded.text) if character != " "]
    return Folded("".join(folded.text[i] for i in kept), [*(folded.places[i] for i in kept), len(text)])


def _occurrences(sought: str, text: str) -> Iterator[int]:
    at = text.find(sought)
    while at >= 0:
        yield at
        at = text.find(sought, at + 1)


def _negation_left_out(span: Span, text: str) -> str:
    """Return the negation that stands just before or after a piece and is not part of it; empty when none does."""
    before = _clause_words(text[max(0, span.start - 60) : span.start], last=True)
    for word in reversed(before[-4:]):
        if _negates(word):
            return word
        if fold_text(word) not in guard_words()["fillers"]:
            break
    after = _clause_words(text[span.end : span.end + 30], last=False)
    return after[0] if after and fold_text(after[0]) in guard_words()["afterwards"] else ""


def _negates(word: str) -> bool:
    folded = fold_text(word)
    return folded in guard_words()["negations"] or folded.endswith("n't")


def _clause_words(piece: str, *, last: bool) -> Sequence[str]:
    parts = re.split(r"[.!?;:,،؛؟۔\n()\[\]\"“”«»]+(?=\s|$)|[\"“«(]", piece)
    return re.findall(r"[^\s]+", parts[-1 if last else 0])


def _why_not(quote: str, text: str) -> str:
    """Say why a quote was not found: part of a word, another number, an invented tail, or nothing of it."""
    sought, folded = fold_text(quote).strip(EDGES), fold(text).text
    if not any(character.isalnum() for character in sought):
        return "the quote holds no letters or digits"
    if sought in folded:
        return "the text holds it only as part of a longer word or number"
    unknown = set(NUMBER.findall(sought)) - _numbers(text)
    if unknown:
        return f"the text holds no number {min(unknown, key=sought.index)}"
    if "..." in sought:
        return "it leaves words out; a quote is unbroken"
    told = _shared_beginning(sought, folded)
    return (
        f"the text holds it only up to '…{' '.join(told[-3:])}'; what follows is not there"
        if len(told) >= 3
        else "the text does not hold it"
    )


@lru_cache(maxsize=16)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(NUMBER.findall(fold(text).text))


def _shared_beginning(sought: str, folded: str) -> list[str]:
    """Return the words with which a quote begins as the text goes, as far as it does."""
    shared = 0
    for at in _occurrences(" ".join(sought.split(" ")[:3]), folded):
        pairs = zip(sought, folded[at : at + len(sought)], strict=False)
        shared = max(shared, next((i for i, (a, b) in enumerate(pairs) if a != b), len(folded) - at))
    whole = sought[:shared] if sought[shared : shared + 1] == " " else sought[:shared].rpartition(" ")[0]
    return whole.split()
