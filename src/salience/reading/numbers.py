"""Numbers as English texts write them: digits, words, ranges, and the vague ones that only bound from below."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from salience.reading.sentences import Sentence

SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# A vague word bounds a number from below and says nothing of the rest.
VAGUE = {
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2000,
    "millions": 2 * 10**6,
    "several": 3,
    "tens": 20,
}
NUMBER = re.compile(r"\d{1,3}(?:[, \u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written.

    Attributes
    ----------
    first, after : int
        Its words in the sentence.
    low, high : float or None
        Its bounds; None where there is none.
    value : str
        In digits, or the vague word.
    counts : str or None
        What it counts, where that is a part of the number: "half a century".
    """

    first: int
    after: int
    low: float | None
    high: float | None
    value: str
    counts: str | None = None


def number_at(sentence: Sentence, i: int) -> Number | None:
    """Read a number or a range that begins at word i."""
    words = sentence.folded
    if words[i] == "between":
        left = _plain(sentence, i + 1)
        if left and left.after < len(words) and words[left.after] == "and":
            right = _plain(sentence, left.after + 1)
            if right:
                return Number(i, right.after, left.low, right.high, f"{left.value}-{right.value}")
        return None
    left = _part(sentence, i) or _plain(sentence, i)
    if left is None or left.after >= len(words):
        return left
    joint, gap = words[left.after], sentence.between(left.after)
    if joint in ("to", "or") or gap.strip() in ("-", "–", "‑"):
        right = _plain(sentence, left.after + (joint in ("to", "or")))
        if right and left.low is not None and right.high is not None and left.low < right.high:
            return Number(i, right.after, left.low, right.high, f"{left.value}-{right.value}")
    return left


def begins_number(word: str) -> bool:
    """Return whether a number can begin with a word."""
    return word in _opening_words() or word[:1].isdigit()


@cache
def _opening_words() -> frozenset[str]:
    return frozenset(
        (
            "between",
            "a",
            "an",
            "dozen",
            *VAGUE,
            *SCALES,
            *_amounts("small"),
            *_amounts("tens"),
            *_amounts("parts"),
        )
    )


def written(amount: float) -> str:
    """Return a number in digits, without a point where it is whole."""
    return str(int(amount)) if amount == int(amount) else f"{amount:g}"


@cache
def figure_words(name: str) -> frozenset[str]:
    """Return one list of `figures.toml`; entries are parted by commas where there are any."""
    told = _lists()[name]
    parts = told.split(",") if "," in told else told.split()
    return frozenset(" ".join(part.split()) for part in parts)


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(files(__package__).joinpath("figures.toml").read_text(encoding="utf-8"))


@cache
def _amounts(name: str) -> dict[str, float]:
    if name in ("small", "tens"):
        step = 1 if name == "small" else 10
        start = 0 if name == "small" else 2
        return {word: float(step * n) for n, word in enumerate(_lists()[name].split(), start)}
    return {word: float(value) for word, value in (entry.split("=") for entry in figure_words(name))}


def _part(sentence: Sentence, i: int) -> Number | None:
    """Read "half a century", "half a million", "a quarter of"."""
    words = sentence.folded[i : i + 3]
    at = 1 if words[:1] in (["a"], ["one"]) else 0
    part = _amounts("parts").get(words[at]) if at < len(words) else None
    if part is None:
        return None
    rest = words[at + 1 : at + 3]
    if at == 0 and len(rest) == 2 and rest[0] in ("a", "an") and rest[1] in _amounts("spans"):
        amount = part * _amounts("spans")[rest[1]]
        counts = None if rest[1] in SCALES or rest[1] == "dozen" else rest[1]
        return Number(i, i + 3, amount, amount, written(amount), counts)
    if rest[:1] == ["of"]:
        return Number(i, i + at + 1, part, part, written(part), "share")
    return None


def _plain(sentence: Sentence, i: int) -> Number | None:
    words = sentence.folded
    if i >= len(words):
        return None
    if words[i][0].isdigit():
        return _digits(sentence, i)
    following = words[i + 1] if i + 1 < len(words) else ""
    if words[i] in ("a", "an") and following in ("dozen", "hundred", "thousand", "million"):
        low = 12 if following == "dozen" else SCALES[following]
        return Number(i, i + 2, low, low, str(low))
    if words[i] in VAGUE:
        return _vague(sentence, i)
    if words[i] == "dozen":
        return Number(i, i + 1, 12, 12, "12")
    return _spelled(sentence, i)


def _vague(sentence: Sentence, i: int) -> Number | None:
    words = sentence.folded
    after, low = i + 1, VAGUE[words[i]]
    while after + 1 < len(words) and words[after] == "of" and words[after + 1] in VAGUE:
        low, after = low * VAGUE[words[after + 1]] // 2, after + 2
    if words[i] in ("several", "tens") and after < len(words) and words[after] in SCALES:
        low, after = low * SCALES[words[after]], after + 1
    elif words[i] == "several" or (words[i] == "tens" and after == i + 1):
        return None  # "several" alone counts nothing
    return Number(i, after, low, None, words[i])


def _digits(sentence: Sentence, i: int) -> Number | None:
    """Read 23, 1,204, 3.5, 40 000, 20+ or 2 million, from the characters: stops and commas part words."""
    offset = sentence.places[i][0] - sentence.start
    if re.search(r"[\w][.,:/]$|[#:/]$", sentence.text[max(0, offset - 2) : offset]):
        return None
    match = NUMBER.match(sentence.text, offset)
    if match is None:
        return None
    rest = sentence.text[match.end() :]
    if rest[:1].isalpha() or re.match(r"[:/]\d|(?:st|nd|rd|th)\b", rest):
        return None
    after, end = i + 1, sentence.start + match.end()
    while after < len(sentence.places) and sentence.places[after][0] < end:
        after += 1
    amount = float(re.sub(r"[, \u202f]", "", match[0]))
    while after < len(sentence.folded) and sentence.folded[after] in SCALES:
        amount, after = amount * SCALES[sentence.folded[after]], after + 1
    return Number(i, after, amount, None if rest[:1] == "+" else amount, written(amount))


def _spelled(sentence: Sentence, i: int) -> Number | None:
    """Read number words: "twenty-three", "two hundred and five thousand"."""
    small, tens = _amounts("small"), _amounts("tens")
    total, part, after, words = 0.0, 0.0, i, sentence.folded
    while after < len(words):
        word = words[after]
        if word in small or word in tens:
            part += small.get(word, tens.get(word, 0.0))
        elif word == "hundred" and part:
            part *= 100
        elif word in SCALES and (part or total):
            total, part = total + max(part, 1) * SCALES[word], 0.0
        elif not (word == "and" and after > i and words[after - 1] in SCALES and after + 1 < len(words)
                  and (words[after + 1] in small or words[after + 1] in tens)):  # fmt: skip
            break
        after += 1
    if after == i:
        return None
    amount = total + part
    return Number(i, after, amount, amount, written(amount))
