"""Words as they are compared when somebody looks for them: without case and accents, one letter for several keyboards'.

Said twice and held together by a test: as an expression of the database, which folds what is kept to be searched, and
in Python, which folds what is looked for and finds its places in a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# What is compared, and what may be written for it.
_LETTERS = {
    "ی": "يىۍېئ", "ک": "كڪ", "گ": "ګ", "ن": "ڼ", "ه": "ةۀەہ", "ا": "أإآٱ", "و": "ؤ",
    "'": "‘’‚‛ʼ´′", '"': "“”„‟«»″", "-": "‐‑‒–—―−", ",": "،٬", ";": "؛", "?": "؟", ".": "۔٫",
    "i": "ı", "l": "ł", "o": "ø", "d": "đ", "σ": "ς", " ": "\n\u00a0",
    **{str(k): "٠١٢٣٤٥٦٧٨٩"[k] + "۰۱۲۳۴۵۶۷۸۹"[k] for k in range(10)},
}  # fmt: skip
# What stands in a text unseen, and is left out: soft hyphen, tatweel, zero-width and direction marks.
_UNSEEN = "\u00ad\u0640\u061c\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
_WRITTEN = "".join(_LETTERS.values())
_COMPARED = "".join(letter * len(written) for letter, written in _LETTERS.items())
# Scripts whose vowel signs are marks to Unicode: without them a word is another word, so in a text that holds one,
# only letters before this code lose their marks.
_VOWEL_SIGNS = "[\u0900-\u109f\u1780-\u17ff]"
_HAS_VOWEL_SIGNS = re.compile(_VOWEL_SIGNS)
_WITH_VOWEL_SIGNS = 0x700
_TABLE = {ord(w): c for w, c in zip(_WRITTEN, _COMPARED, strict=True)} | dict.fromkeys(map(ord, _UNSEEN), "")


def sql_folded(expression: str) -> str:
    """Return the DuckDB expression for a text as it is compared; null stays null, white space runs stay too."""
    letters = f"{_quoted(_WRITTEN + _UNSEEN)}, {_quoted(_COMPARED)}"
    accented, plain = _accented()
    marked = f"{_quoted(_WRITTEN + accented + _UNSEEN)}, {_quoted(_COMPARED + plain)}"
    return f"""(CASE WHEN {expression} IS NULL THEN NULL
        WHEN strlen({expression}) = length({expression}) THEN replace(lower({expression}), '\n', ' ')
        WHEN regexp_matches({expression}, '{_VOWEL_SIGNS}') THEN translate(lower({expression}), {marked})
        ELSE translate(lower(strip_accents({expression})), {letters}) END)"""


def sql_folded_text(expression: str) -> str:
    """Return the same for a text of many lines: white space runs are one space, as in what is looked for."""
    return f"regexp_replace({sql_folded(expression)}, ' +', ' ', 'g')"


def fold_words(text: str) -> str:
    """Return what is looked for as it is compared."""
    return fold_with_places(text)[0].strip()


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return a text as it is compared, and where in the text each of its characters stands; one more for the end."""
    if text.isascii():
        folded = text.lower().replace("\n", " ")
        if "  " not in folded:
            return folded, range(len(text) + 1)
        pieces = list(folded)
    else:
        fold = _fold_marked if _HAS_VOWEL_SIGNS.search(text) else _fold_letter
        pieces = [fold(letter) for letter in text]
    kept: list[str] = []
    places: list[int] = []
    for place, piece in enumerate(pieces):
        if piece and not (piece == " " and kept and kept[-1] == " "):
            kept.append(piece)
            places += [place] * len(piece)
    return "".join(kept), [*places, len(text)]


@lru_cache(maxsize=8192)
def _fold_letter(letter: str) -> str:
    """Fold one letter without its marks."""
    bare = "".join(c for c in unicodedata.normalize("NFD", letter) if unicodedata.category(c)[0] != "M")
    return _small(unicodedata.normalize("NFC", bare))


@lru_cache(maxsize=8192)
def _fold_marked(letter: str) -> str:
    """Fold one letter of a text whose vowel signs are marks."""
    small = letter.lower() if len(letter.lower()) == 1 else letter
    return _fold_letter(small) if ord(small) < _WITH_VOWEL_SIGNS else _small(small)


def _small(letters: str) -> str:
    # A letter whose small form is two stays, as in the database.
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in letters).translate(_TABLE)


@lru_cache(maxsize=1)
def _accented() -> tuple[str, str]:
    """Return small letters with marks and what is compared for them, then the marks, which are left out."""
    folded = {
        c: _fold_letter(c) for c in map(chr, range(0xC0, _WITH_VOWEL_SIGNS)) if c not in _WRITTEN + _UNSEEN
    }
    plain = {c: f for c, f in folded.items() if len(f) == 1 and f != c}
    marks = "".join(c for c, f in folded.items() if not f)
    return "".join(plain) + marks, "".join(plain.values())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
