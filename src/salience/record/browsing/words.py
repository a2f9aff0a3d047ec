"""Words looked for in texts: without case and accents, Arabic letters that are written two ways taken as one.

The same pattern is used by the database, which finds the texts, and by Python, which finds the places in them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

MOST_WORDS = 8
# Letters that are one letter in different keyboards and traditions.
_SAME = (
    "يىی",
    "كکڪ",
    "ةهه",
    "اأإآٱ",
    "وؤ",
    "0٠۰",
    "1١۱",
    "2٢۲",
    "3٣۳",
    "4٤۴",
    "5٥۵",
    "6٦۶",
    "7٧۷",
    "8٨۸",
    "9٩۹",
    "'’‘ʼ",
    "-‐‑–",
)
_SPOKEN = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')
# What may stand within an Arabic word without changing it: short vowels, the stretching line, the joiner marks.
_BETWEEN = "[\u064b-\u0655\u0670\u0640\u200c\u200d]*"


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
    return tuple(dict.fromkeys(word for word in found if word))[:MOST_WORDS]


def pattern_of(word: str) -> str:
    """Return the regular expression of a word or phrase, which RE2 and Python read alike."""
    parts: list[str] = []
    for letter in unicodedata.normalize("NFC", word):
        if letter.isspace():
            if parts and parts[-1] != r"\s+":
                parts.append(r"\s+")
            continue
        arabic = "\u0600" <= letter <= "\u06ff"
        if not (arabic and re.fullmatch(_BETWEEN, letter)):
            parts.append(_letter(letter) + (_BETWEEN if arabic else ""))
    return "(?i)" + "".join(parts)


def plain_pattern(word: str) -> str | None:
    """Return the pattern of a word of ASCII letters, as they stand; None for others."""
    if not word.isascii():
        # A word with accents finds the same without them.
        word = "".join(_bare(letter) if letter.isalpha() else letter for letter in word)
    if not word.isascii():
        return None
    return "(?i)" + r"\s+".join(re.escape(part) for part in word.split())


def match_words(words: tuple[str, ...], column: str) -> tuple[str, list[str]]:
    """Return the condition that every word stands in a column, and its values.

    A pattern of plain letters is found five times as fast as one that takes accents in, so the second is tried only
    where the column holds more than ASCII.
    """
    foreign = f"strlen({column}) > length({column})"
    parts, values = [], []
    for word in words:
        pattern, plain = pattern_of(word), plain_pattern(word)
        if plain is None:
            parts.append(f"({foreign} AND regexp_matches({column}, ?))")
            values.append(pattern)
        else:
            parts.append(f"(regexp_matches({column}, ?) OR ({foreign} AND regexp_matches({column}, ?)))")
            values += [plain, pattern]
    return " AND ".join(parts), values


def find_places(content: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where any of the words stand, in order and not overlapping."""
    if not words:
        return []
    joined = "|".join(pattern_of(word)[4:] for word in sorted(words, key=len, reverse=True))
    return [m.span() for m in re.finditer("(?i)" + joined, content) if m.end() > m.start()]


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


def _letter(letter: str) -> str:
    same = _variants().get(_bare(letter))
    if same is None:
        return re.escape(letter) if not letter.isalnum() else letter
    return "[" + "".join(re.escape(each) for each in same) + "]"


def _bare(letter: str) -> str:
    """Return a letter without its accents, small, one of those that are the same."""
    for letters in _SAME:
        if letter in letters:
            return letters[0]
    plain = unicodedata.normalize("NFD", letter.casefold())
    return plain[0] if plain else letter


@cache
def _variants() -> dict[str, tuple[str, ...]]:
    """Return the letters that stand for each bare letter, where there are several beside capitals."""
    found: dict[str, set[str]] = {}
    for code in (*range(0x41, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000)):
        letter = chr(code)
        # Capitals are the pattern's own matter, but for those that fold to something else.
        if letter.isalpha() and len(letter.casefold()) == 1 and letter == letter.casefold():
            found.setdefault(_bare(letter), set()).add(letter)
    for letters in _SAME:
        found.setdefault(letters[0], set()).update(letters)
    return {bare: tuple(sorted(all_)) for bare, all_ in found.items() if len(all_) > 1}
