"""Sentences and words, by rules: enough for patterns, in any script, with exact places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from salience.reading.fold import WORD, fold_word

# Written with a full stop that ends no sentence.
SHORT = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "lt",
        "col",
        "maj",
        "capt",
        "sgt",
        "cpl",
        "adm",
        "brig",
        "sen",
        "rep",
        "gov",
        "pres",
        "hon",
        "rev",
        "st",
        "sr",
        "jr",
        "no",
        "nos",
        "vs",
        "etc",
        "eg",
        "ie",
        "al",
        "dept",
        "est",
        "fig",
        "inc",
        "ltd",
        "co",
        "corp",
        "vol",
        "pp",
        "art",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mt",
        "ft",
    ]
)
END = re.compile(r"([.!?…؟۔।။。！？]+)([\"'”’»)\]]*)(\s+|$)|\n\s*\n|\n(?=\s*[-•*–]\s)")
OPENS = re.compile(r"[\"'“‘«(\[]*\s*[^\W_]")


@dataclass(frozen=True)
class Sentence:
    """A sentence, its words and where they stand.

    Attributes
    ----------
    start, end : int
        Its place in the text.
    text : str
        The sentence itself.
    places : sequence of (int, int)
        Where each word begins and ends, in the text.
    """

    start: int
    end: int
    text: str
    places: Sequence[tuple[int, int]]

    @cached_property
    def words(self) -> list[str]:
        """The words as written."""
        return [self.text[s - self.start : e - self.start] for s, e in self.places]

    @cached_property
    def folded(self) -> list[str]:
        """The words as compared."""
        return [fold_word(word) for word in self.words]

    def between(self, i: int) -> str:
        """Return what stands between word i - 1 and word i; what precedes the first word for 0."""
        left = self.places[i - 1][1] if i else self.start
        right = self.places[i][0] if i < len(self.places) else self.end
        return self.text[left - self.start : right - self.start]

    def index_at(self, place: int) -> int:
        """Return the number of the word that begins at or before a place; -1 when none does."""
        return bisect_right(self.places, place, key=lambda span: span[0]) - 1


def split_sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text; one that never ends is cut at 2,000 characters."""
    borders = []
    start = 0
    for match in END.finditer(text):
        if _ends(text, match):
            borders.append((start, match.end()))
            start = match.end()
    borders.append((start, len(text)))
    found = []
    for low, high in borders:
        found += [_sentence(text, a, b) for a, b in _cut(text, low, high)]
    return [sentence for sentence in found if sentence.places]


def _ends(text: str, match: re.Match[str]) -> bool:
    marks = match[1]
    if marks is None:
        return True
    if marks[0] != "." or match.end() == len(text):
        return True
    before = re.search(r"([^\W_]+)$", text[max(0, match.start() - 20) : match.start()])
    word = before[1] if before else ""
    if len(word) == 1 and word.isalpha() and word.isupper():
        return False  # an initial: "J. Smith"
    if word.lower() in SHORT and not (word.isdigit()):
        return False
    following = OPENS.match(text, match.end())
    if following is None:
        return True
    first = following[0][-1]
    # "6.30 p.m. on Monday": what goes on in lower case after an abbreviation with inner stops goes on.
    inner = text[max(0, match.start() - 3) : match.start()]
    return not (first.islower() and "." in inner)


def _cut(text: str, start: int, end: int, longest: int = 2000) -> list[tuple[int, int]]:
    pieces = []
    while end - start > longest:
        space = text.rfind(" ", start, start + longest)
        at = space if space > start else start + longest
        pieces.append((start, at))
        start = at
    return [*pieces, (start, end)]


def _sentence(text: str, start: int, end: int) -> Sentence:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    places = [match.span() for match in WORD.finditer(text, start, end)]
    return Sentence(start, end, text[start:end], places)
