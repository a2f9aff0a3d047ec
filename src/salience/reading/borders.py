"""Whether a piece cut out of a text ends where words and numbers do."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from tomllib import loads

from salience.reading.fold import SPACELESS, WORD, fold_character, fold_text, fold_word

# Between two digits these join them to one number, range or date.
JOINT = r"[.,٫٬:/⁄‐‑–—−-]"
BETWEEN_DIGITS = re.compile(rf"\d{JOINT}\Z")
DIGITS_BETWEEN = re.compile(rf"{JOINT}\d")
# Thousands set apart by a space or an apostrophe.
GROUP_BEFORE = re.compile(r"(?<!\d)\d{1,3}[ \u00a0\u2009\u202f'’]\Z")
GROUP_AFTER = re.compile(r"[ \u00a0\u2009\u202f'’]\d{3}(?!\d)")
LAST_DIGITS = re.compile(r"\d+\Z")
GAP = re.compile(r"[\s‐‑-]+")


def is_whole(text: str, start: int, end: int) -> bool:
    """Return whether a piece of a text begins and ends where words do, and cuts no number in two."""
    return not (
        _joined(text, start)
        or _joined(text, end)
        or _part_of_number(text, start)
        or _goes_on_as_number(text, start, end)
    )


def _joined(text: str, border: int) -> bool:
    """Return whether one word runs over a border."""
    left, right = _seen(text, border - 1, -1), _seen(text, border, 1)
    if left is None or right is None:
        return False
    before, after = text[left], text[right]
    if unicodedata.category(after)[0] == "M" and before.isalpha():
        return True
    if before.isalnum() and after.isalnum():
        return not (SPACELESS.match(before) and SPACELESS.match(after))
    # "can" is not what "can't" says.
    return after in "'’" and before.isalpha() and text[right + 1 : right + 2].lower() == "t" and not (
        text[right + 2 : right + 3].isalnum()
    )  # fmt: skip


def _seen(text: str, at: int, step: int) -> int | None:
    """Return the next character that a reader sees; a non-joiner is where parts of a word meet, and ends the search."""
    while 0 <= at < len(text):
        if fold_character(text[at]) or text[at] == "\u200c":
            return at
        at += step
    return None


def _part_of_number(text: str, start: int) -> bool:
    """Return whether a piece begins within a number: "3.5", "3-5", "1 200", "twenty-three"."""
    if start < 2:
        return False
    if text[start].isdigit():
        if BETWEEN_DIGITS.search(text, start - 2, start):
            return True
        head = text[start : start + 4]
        grouped = head[:3].isdigit() and not head[3:].isdigit()
        return grouped and bool(GROUP_BEFORE.search(text[max(0, start - 5) : start]))
    if text[start - 1] not in "-‐‑ ":
        return False
    first = WORD.match(text, start)
    if first is None or fold_word(first[0]) not in guard_words()["units"]:
        return False
    before = WORD.findall(text[max(0, start - 12) : start - 1])
    return bool(before) and fold_word(before[-1]) in guard_words()["tens"]


def _goes_on_as_number(text: str, start: int, end: int) -> bool:
    """Return whether a piece ends within a number: "3" of "3.5", of "3-5", of "3 200" or of "3 million"."""
    if end >= len(text) or not text[end - 1].isalnum():
        return False
    if text[end - 1].isdigit():
        digits = LAST_DIGITS.search(text[max(start, end - 4) : end])
        grouped = digits is not None and len(digits[0]) <= 3 and GROUP_AFTER.match(text, end)
        if grouped or DIGITS_BETWEEN.match(text, end):
            return True
    gap = GAP.match(text, end)
    following = WORD.match(text, gap.end()) if gap else None
    after, guard = fold_word(following[0]) if following else "", guard_words()
    if after not in guard["scales"] and after not in guard["units"]:
        return False
    own = fold_word((WORD.findall(text[max(start, end - 16) : end]) or [""])[-1])
    return own in guard["tens"] if after in guard["units"] else own.isdigit() or own in guard["before_scale"]


@cache
def guard_words() -> dict[str, frozenset[str]]:
    """Return the words of `grounding.toml`, as folded."""
    told = loads(files(__package__).joinpath("grounding.toml").read_text(encoding="utf-8"))
    return {name: frozenset(fold_text(entry).split()) for name, entry in told.items()}
