"""Comparing words as people read them: one spelling for what looks or means the same, with the way back kept."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

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
# Accents, vowel points and variation marks, which a reader may leave out. The vowel signs of Burmese or Hindi are marks
# to Unicode too; without them a word is another word, so they stay.
ACCENTS = (
    (0x300, 0x36F), (0x483, 0x487), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED),
    (0x8CA, 0x8FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
)  # fmt: skip
# Raised, lowered and ringed digits are marks of notes: "Taliban²" is the Taliban, and "10²" is not 102.
NOTES = ("<super>", "<sub>", "<circle>")
MARKS = "".join(
    f"\\u{code:04x}" for code in range(0x300, 0x2000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
INSIDE = "\\u00ad\\u0640\\u061c\\u200b\\u200d-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff"
# A word begins with a letter or digit; marks that belong to it or stand unseen inside it do not end it. The
# zero-width non-joiner does: Persian writes it, a space or nothing between the same two parts.
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}]|[{INSIDE}]+(?=[^\W_]|[{MARKS}]))*")
# Scripts that put no spaces between words.
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as compared, and where each of its characters came from.

    Attributes
    ----------
    text : str
        One spelling for what looks the same, white space runs as one space.
    places : sequence of int
        For each character of `text`, the code point of the original; one more entry for the end.
    """

    text: str
    places: Sequence[int]


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
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if kind == "No":
        return "" if unicodedata.decomposition(character).startswith(NOTES) else character
    apart = unicodedata.normalize("NFKD", character)
    kept = "".join(c for c in apart if not is_accent(c))
    return "".join(LETTERS.get(c, c) for c in kept.casefold() if ord(c) not in UNSEEN)


def is_accent(character: str) -> bool:
    """Return whether a character is an accent or vowel point that comparison leaves out."""
    code = ord(character)
    return code >= 0x300 and any(low <= code <= high for low, high in ACCENTS) and not character.isalnum()


@lru_cache(maxsize=1 << 17)
def fold_word(word: str) -> str:
    """Return how a word is compared."""
    return word.lower() if word.isascii() and "`" not in word else "".join(map(fold_character, word))


class _Table(dict[int, str]):
    """Every character's folded form, filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = fold_character(chr(code))
        return folded


_FOLDED = _Table()


def fold_text(text: str) -> str:
    """Return a text as it is compared, white space runs as one space; without the way back."""
    folded = text.lower() if text.isascii() and "`" not in text else text.translate(_FOLDED)
    return " ".join(folded.split())


@lru_cache(maxsize=16)
def fold(text: str) -> Folded:
    """Return a text as it is compared, with the way back to its own code points."""
    # Nearly every character folds to one, and these change all at once; the odd ones and runs of spaces one by one.
    letters, odd = set(text), ""
    plain = text.lower() if text.isascii() else text
    for character in sorted(letters):
        folded = _FOLDED[ord(character)]
        if len(folded) != 1 or (folded == " " and not character.isspace()):
            odd += character
        elif folded != character:
            plain = plain.replace(character, folded)
    if not odd and "  " not in plain:
        return Folded(plain, range(len(text) + 1))
    parts: list[str] = []
    places = Places()
    done = length = 0
    marks = re.escape(odd)
    for run in re.finditer(rf"[ {marks}]{{2,}}" + (f"|[{marks}]" if odd else ""), plain):
        parts.append(plain[done : run.start()])
        places.begin(length, done)
        length += run.start() - done
        for place, piece in _fold_run(text, *run.span()):
            parts.append(piece)
            places.begin(length, place)
            length += 1
        done = run.end()
    parts.append(plain[done:])
    places.begin(length, done)
    places.length = length + len(text) - done + 1
    return Folded("".join(parts), places)


def _fold_run(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Fold a stretch in which characters vanish, become several, or white space follows white space."""
    space = False
    for place in range(start, end):
        for piece in _FOLDED[ord(text[place])]:
            if not (piece == " " and space):
                yield place, piece
            space = piece == " "


class Places(Sequence[int]):
    """Where each character of a folded text came from, kept as stretches in which both go on by one."""

    def __init__(self) -> None:
        self.length = 0
        self._begins: list[int] = []
        self._origins: list[int] = []

    def begin(self, folded: int, origin: int) -> None:
        """Let a stretch begin: this place of the folded text came from that place of the original."""
        if self._begins and self._begins[-1] == folded:
            self._origins[-1] = origin
        else:
            self._begins.append(folded)
            self._origins.append(origin)

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> list[int]: ...
    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self.length))]
        at = at + self.length if at < 0 else at
        if not 0 <= at < self.length:
            raise IndexError(f"there are {self.length} places; {at} is none of them")
        stretch = bisect_right(self._begins, at) - 1
        return self._origins[stretch] + at - self._begins[stretch]


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
