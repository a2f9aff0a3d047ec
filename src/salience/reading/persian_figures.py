"""Numbers that count something in Persian, Dari and Pashto: "دست‌کم ۱۴ غیرنظامی", "بین ۵ تا ۸ جنگجو", "ده‌ها مرد مسلح".

The word after the number is what is counted. "یک" is an article more often than a number and is left alone, as are
numbers of documents and what stands in a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from salience.reading.persian import LETTER, any_of, entries
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
WORD = r"[^\W\d_][\w\u200c]*"


def persian_figures(
    sentences: Sequence[Sentence], mentions: Sequence[Mention], dated: Sequence[tuple[int, int]]
) -> Iterator[Statement]:
    """Give figures with their bounds and what they count."""
    for sentence in sentences:
        if not LETTER.search(sentence.text):
            continue
        for match in _figure().finditer(sentence.text):
            low, high = sentence.start + match.start(), sentence.start + match.end()
            if any(start < high and low < end for start, end in dated):
                continue
            least, most, bound = _bounds(match)
            detail = {"low": least, "high": most, "unit": match["unit"], "bound": bound}
            inside = [
                m
                for m in standing_between(mentions, sentence.start, high)
                if m.start <= low and high <= m.end and m.kind != "unnamed"
            ]
            if not inside:
                piece = match[0]
                yield Statement(
                    low,
                    high,
                    piece,
                    "figure",
                    _written(least, most),
                    None,
                    match["unit"],
                    "pattern",
                    0.6,
                    detail,
                )


def _bounds(match: re.Match[str]) -> tuple[float | None, float | None, str]:
    if match["vague"]:
        return _vague(match["vague"]), None, "at least"
    first = _number(match["first"])
    if match["second"]:
        return first, _number(match["second"]), "exactly"
    hedge = " ".join((match["hedge"] or "").replace("\u200c", " ").split())
    kinds = {" ".join(entry.replace("\u200c", " ").split()): name
             for name in ("at_least", "at_most", "about") for entry in entries(name)}  # fmt: skip
    kind = kinds.get(hedge, "exactly")
    if kind == "at_least":
        return first, None, "at least"
    if kind == "at_most":
        return None, first, "at most"
    return first, first, kind


def _number(written: str) -> float:
    """Return a number of digits, of words, or of both: "۲۳", "دو هزار", "۳ میلیون"."""
    total, part = 0.0, 0.0
    for word in written.replace("\u200c", " ").split():
        digits = re.sub(r"[٬,]", "", word.translate(DIGITS)).replace("٫", ".")
        if re.fullmatch(r"[\d.]+", digits):
            part += float(digits)
        elif word in _scales():
            total, part = total + max(part, 1.0) * _scales()[word], 0.0
        elif word != "و":
            part += _small().get(word, 0.0)
    return total + part


def _written(low: float | None, high: float | None) -> str:
    ends = [f"{value:g}" for value in (low, high) if value is not None]
    return "-".join(dict.fromkeys(ends))


def _vague(word: str) -> float:
    return _pairs("vague_numbers")[re.sub("[\u200c ]", "", word)]


@cache
def _pairs(name: str) -> dict[str, float]:
    return {
        re.sub("[\u200c ]", "", key): float(value)
        for key, value in (entry.split("=") for entry in entries(name))
    }


def _small() -> dict[str, float]:
    return _pairs("number_words")


def _scales() -> dict[str, float]:
    return _pairs("scales")


@cache
def _figure() -> re.Pattern[str]:
    small, scales = (
        "|".join(sorted(_small(), key=len, reverse=True)),
        "|".join(sorted(_scales(), key=len, reverse=True)),
    )
    vague = "|".join(
        sorted(
            (entry.split("=")[0].replace("\u200c", "[\u200c ]?") for entry in entries("vague_numbers")),
            key=len,
            reverse=True,
        )
    )
    digits = r"[\d۰-۹٠-٩]+(?:[٬,٫.][\d۰-۹٠-٩]+)*"
    number = rf"(?:(?:{digits}|{small})(?:\s+(?:{scales}))?|(?:{scales}))(?:\s+و\s+(?:{digits}|{small}))*"
    hedges = any_of("at_least", "at_most", "about")
    return re.compile(
        rf"(?<![\w\u200c:/])(?<!شماره )(?<!شمارهٔ )(?<!شمارۀ )(?<!گڼه )(?<!ماده )(?<!مادهٔ )(?:(?P<hedge>{hedges})\s+)?"
        rf"(?:(?P<vague>{vague})|(?:بین\s+)?(?P<first>{number})(?:\s*(?:تا|الی|او|[-–])\s*(?P<second>{number}))?)"
        rf"\s+(?P<unit>(?!(?:{any_of('not_units')}|{any_of('months')})(?![\w\u200c])){WORD}(?:\s+(?:{any_of('unit_modifiers')}))?)(?![\w\u200c])"
    )
