"""Comparing words as people read them: one spelling for what looks or means the same, with the way back kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters that one keyboard writes and another does not; the right-hand side is what comparison uses.
LETTERS = {
    "ي": "ی", "ى": "ی", "ۍ": "ی", "ې": "ی", "ئ": "ی", "ك": "ک", "ګ": "گ", "ڼ": "ن", "ة": "ه", "ۀ": "ه", "ە": "ه",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "،": ",", "؛": ";", "؟": "?", "۔": ".", "٬": ",", "٫": ".",
    "ı": "i", "ł": "l", "ø": "o", "đ": "d",
}  # fmt: skip
# Written for the eye or the line-breaking, never heard: zero-width marks, direction marks, tatweel, soft hyphen.
UNSEEN = dict.fromkeys(
    [0x00AD, 0x0640, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)],
    "",
)
MARKS = "".join(
    f"\\u{code:04x}" for code in range(0x300, 0x2000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
INSIDE = "\\u00ad\\u0640\\u061c\\u200b\\u200d-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff"
# A word begins with a letter or digit; marks that belong to it or stand unseen inside it do not end it. The
# zero-width non-joiner does: Persian writes it, a space or nothing between the same two parts.
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}{INSIDE}])*")
# Scripts that put no spaces between words.
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as compared, and where each of its characters came from.

    Attributes
    ----------
    text : str
        One spelling for what looks the same, white space runs as one space.
    places : list of int
        For each character of `text`, the code point of the original; one more entry for the end.
    """

    text: str
    places: list[int]


@lru_cache(maxsize=4096)
def fold_character(character: str) -> str:
    """Return how one character is compared: without case, accent, width or keyboard."""
    if ord(character) in UNSEEN:
        return ""
    plain = LETTERS.get(character)
    if plain is not None:
        return plain
    if character.isspace():
        return " "
    digit = unicodedata.digit(character, None) if character.isdigit() else None
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", character)
    kept = "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Me"))
    return "".join(LETTERS.get(c, c) for c in kept.casefold())


@lru_cache(maxsize=1 << 17)
def fold_word(word: str) -> str:
    """Return how a word is compared."""
    return word.lower() if word.isascii() else "".join(map(fold_character, word))


class _Table(dict[int, str]):
    """Every character's folded form, filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = fold_character(chr(code))
        return folded


_FOLDED = _Table()


def fold_text(text: str) -> str:
    """Return a text as it is compared, white space runs as one space; without the way back."""
    folded = text.lower() if text.isascii() else text.translate(_FOLDED)
    return " ".join(folded.split())


@lru_cache(maxsize=64)
def fold(text: str) -> Folded:
    """Return a text as it is compared, with the way back to its own code points."""
    if text.isascii() and "  " not in text and not re.search(r"[\t\n\r\f\v\x1c-\x1f`]", text):
        return Folded(text.lower(), list(range(len(text) + 1)))
    out: list[str] = []
    places: list[int] = []
    space = False
    for place, character in enumerate(text):
        for piece in fold_character(character):
            if piece == " " and space:
                continue
            space = piece == " "
            out.append(piece)
            places.append(place)
    places.append(len(text))
    return Folded("".join(out), places)


def words(text: str) -> list[tuple[int, int]]:
    """Return where each word of a text begins and ends."""
    return [match.span() for match in WORD.finditer(text)]


def script_of(character: str) -> str | None:
    """Return the script a letter belongs to, as far as mixing scripts may deceive; None for no letter."""
    code = ord(character)
    if not character.isalpha():
        return None
    for low, high, name in SCRIPTS:
        if low <= code <= high:
            return name
    return "Zyyy"


SCRIPTS = (
    (0x41, 0x24F, "Latn"), (0x1E00, 0x1EFF, "Latn"), (0x370, 0x3FF, "Grek"), (0x400, 0x52F, "Cyrl"),
    (0x530, 0x58F, "Armn"), (0x590, 0x5FF, "Hebr"), (0x600, 0x6FF, "Arab"), (0x750, 0x77F, "Arab"),
    (0x8A0, 0x8FF, "Arab"), (0xFB50, 0xFDFF, "Arab"), (0xFE70, 0xFEFC, "Arab"), (0x900, 0x97F, "Deva"),
    (0x1000, 0x109F, "Mymr"), (0x1200, 0x137F, "Ethi"), (0x3400, 0x9FFF, "Hani"), (0xAC00, 0xD7AF, "Hang"),
)  # fmt: skip


def mixes_scripts(word: str) -> bool:
    """Return whether a single word is written with letters of several scripts, as spoofed names are."""
    if word.isascii():
        return False
    return len({script_of(c) for c in word} - {None, "Zyyy"}) > 1
