"""The words of dates (`dates.toml`) as tables and as pieces of patterns, and the text as the patterns see it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

CALENDARS = ("gregorian", "solar hijri", "lunar hijri")

# One letter for one letter, so that places in the text stay what they are.
_FROM = "يىېۍئكګةۀہأإٱؤİ" + "٠١٢٣٤٥٦٧٨٩" + "۰۱۲۳۴۵۶۷۸۹"
_LETTERS = str.maketrans(_FROM, "ییییی" + "کگههه" + "اااو" + "I" + "0123456789" * 2)
# Joiners, marks of direction and vowel signs stand inside dates and say nothing.
_MARKS = re.compile("[\u00ad\u0640\u064b-\u065f\u0670\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
ARABIC = re.compile("[\u0600-\u06ff]")

GAP = r"(?:[^\S\n]{1,3}|[^\S\n]{0,3}\n[^\S\n]{0,9})"


@dataclass(frozen=True, slots=True)
class Seen:
    """A text without marks of direction, in plain letters, and where each piece of it stood.

    Attributes
    ----------
    cased, lower : str
        The text the patterns see, as written and in small letters; both have the same places.
    breaks, shifts : list of int
        From `breaks[i]` on, places in the given text are `shifts[i]` further.
    """

    cased: str
    lower: str
    breaks: list[int] = field(default_factory=lambda: [0])
    shifts: list[int] = field(default_factory=lambda: [0])

    def place(self, at: int) -> int:
        """Return where in the given text the character at a place stood."""
        return at + self.shifts[bisect_right(self.breaks, at) - 1]


def seen(text: str) -> Seen:
    """Return a text as the patterns see it."""
    if text.isascii():
        return Seen(text, text.lower())
    plain = text.translate(_LETTERS)
    if _MARKS.search(plain) is None:
        return Seen(plain, plain.lower())
    parts, breaks, shifts, last, gone = [], [0], [0], 0, 0
    for mark in _MARKS.finditer(plain):
        parts.append(plain[last : mark.start()])
        gone += mark.end() - mark.start()
        last = mark.end()
        breaks.append(last - gone)
        shifts.append(gone)
    parts.append(plain[last:])
    cased = "".join(parts)
    return Seen(cased, cased.lower(), breaks, shifts)


def plain(word: str) -> str:
    """Return a word of the tables as the patterns see texts."""
    return seen(word).lower


def one_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first."""
    ordered = sorted({plain(word) for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", GAP) for word in ordered) + ")"


def branching(words: Iterable[str]) -> str:
    """Return a pattern of any of these words that looks at each letter once, for searching long texts."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in plain(word):
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: dict[str, Any]) -> str:
    ways = []
    for letter, rest in sorted(node.items()):
        if letter:
            ways.append((r"\s" if letter == " " else re.escape(letter)) + _branches(rest))
    if not ways:
        return ""
    ends = "" in node
    return ways[0] if len(ways) == 1 and not ends else f"(?:{'|'.join(ways)}){'?' if ends else ''}"


@cache
def table() -> dict[str, Any]:
    """Return `dates.toml`."""
    read: dict[str, Any] = tomllib.loads(
        files(__package__).joinpath("dates.toml").read_text(encoding="utf-8")
    )
    return read


def both(entry: dict[str, Any]) -> Iterable[str]:
    """Return the words of both scripts of a table of lists or of values."""
    for script in ("latin", "arabic"):
        for words in entry.get(script, ()):
            yield from [words] if isinstance(words, str) else words


@cache
def months() -> dict[str, tuple[str, int]]:
    """Return calendar and number of each month's name."""
    return {
        plain(word): (calendar, number)
        for calendar in reversed(CALENDARS)
        for lists in (table()["months"][calendar][script] for script in ("latin", "arabic"))
        for number, words in enumerate(lists, 1)
        for word in words
    }


@cache
def month_words(script: str, *calendars: str) -> str:
    """Return a pattern of the names of months of these calendars in one script."""
    lists = (table()["months"][calendar][script] for calendar in calendars or CALENDARS)
    return one_of(word for names in lists for words in names for word in words)


@cache
def numbered(*path: str) -> dict[str, int]:
    """Return words with the number of their list, counted from 0."""
    found = table()
    for step in path:
        found = found[step]
    return {plain(word): at for at, words in enumerate(found) for word in words}


@cache
def valued(*path: str) -> dict[str, Any]:
    """Return words with their values."""
    found = table()
    for step in path:
        found = found[step]
    return {plain(word): value for word, value in found.items()}


@cache
def parts() -> dict[str, dict[str, Any]]:
    """Return the part of a period ("early", "first half") that each word means."""
    return {plain(word): part for part in table()["parts"].values() for word in part["words"]}


def key(written: str) -> str:
    """Return what was written with single spaces, as the tables have it."""
    return " ".join(written.split())
