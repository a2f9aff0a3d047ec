"""Words looked for in texts: taken apart, found again at their places, and what stands around them cut out.

How they are compared, `record/folding.py` says, for the database and for Python alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from salience.record.folding import fold_with_places, fold_words

MOST_WORDS = 8
_SPOKEN = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text around what was looked for.

    Attributes
    ----------
    pieces : tuple of (str, bool)
        Text, and whether it is what was looked for.
    start : int
        The code point of the text at which the first match stands; −1 when none does.
    """

    pieces: tuple[tuple[str, bool], ...]
    start: int


def read_words(q: str) -> tuple[str, ...]:
    """Take what was typed apart: words, and what stands in quotation marks as one.

    Parameters
    ----------
    q : str
        `taliban "provincial council"`; the first eight are used.
    """
    text = unicodedata.normalize("NFC", q)
    found = [" ".join(next(g for g in m.groups() if g).split()) for m in _SPOKEN.finditer(text)]
    return tuple(dict.fromkeys(word for word in found if fold_words(word)))[:MOST_WORDS]


def find_places(content: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where any of the words stand, in order and not overlapping; of those at one place, the longest."""
    folded, places = fold_with_places(content)
    found: list[tuple[int, int]] = []
    for word in {fold_words(word) for word in words} - {""}:
        start = folded.find(word)
        while start >= 0:
            found.append((start, start + len(word)))
            start = folded.find(word, start + len(word))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    # A mark that belongs to the last letter, as a vowel point, is within.
    return [
        (places[start], places[end - 1] + 1 + _marks_after(content, places[end - 1] + 1))
        for start, end in kept
    ]


def cut_excerpt(content: str, places: list[tuple[int, int]], around: int = 140) -> Excerpt:
    """Cut the piece of a text around the first of these places.

    Parameters
    ----------
    content : str
    places : list of (int, int)
        Code points, in order.
    around : int
        So many characters before and after, to the next space.
    """
    first = places[0] if places else (0, 0)
    start, end = _to_space(content, first[0] - around, -1), _to_space(content, first[1] + around, 1)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    here = start
    for begin, stop in places:
        if begin >= here and stop <= end:
            pieces += [(content[here:begin], False), (content[begin:stop], True)]
            here = stop
    pieces += [(content[here:end], False)] + ([(" …", False)] if end < len(content) else [])
    return Excerpt(tuple((text, marked) for text, marked in pieces if text), places[0][0] if places else -1)


def _to_space(content: str, place: int, step: int) -> int:
    """Return the nearest place, within twenty characters outward, at which no word is cut."""
    place = max(0, min(len(content), place))
    for _ in range(20):
        if place in (0, len(content)) or content[place - (step < 0)].isspace():
            break
        place += step
    return place


def _marks_after(content: str, place: int) -> int:
    end = place
    while end < len(content) and unicodedata.category(content[end])[0] == "M":
        end += 1
    return end - place
