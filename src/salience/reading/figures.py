"""Numbers that count something: "23 active armed groups", "dozens of houses", "between 10 and 15 fighters"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from salience.reading.clauses import cue_at
from salience.reading.lexicon import load_roles, word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement

SMALL = {w: i for i, w in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])}  # fmt: skip
TENS = {
    w: 10 * i
    for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
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
PERSIAN_NUMBERS = {"صد": 100, "صدها": 200, "هزار": 1000, "هزاران": 2000, "ده‌ها": 20, "دهها": 20, "ده": 10, "یک": 1, "دو": 2, "سه": 3,
                   "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "بیست": 20, "سی": 30, "میلیون": 10**6, "ملیون": 10**6}  # fmt: skip
PERSIAN_UNIT = re.compile(r"\s+(?:(هزار|میلیون|ملیون|صد)\s+)?(?:تن|نفر|گروه|خانواده|غیرنظامی|زخمی|کشته|سرباز|جنگجو|خانه|کودک|زن|مرد|درصد|فیصد|"
                          r"کیلومتر|روز|سال|ماه|قریه|ولسوالی|ولایت|معلم|شاگرد|نیرو|جسد|مکتب|بی‌جاشده|افغانی|دالر)")  # fmt: skip
NUMBER = re.compile(r"\d{1,3}(?:[,٬ \u202f]\d{3})+(?:\.\d+)?|\d+(?:[.٫]\d+)?")
LEAST = frozenset(
    (
        "at least",
        "more than",
        "over",
        "no fewer than",
        "not less than",
        "upwards of",
        "exceeding",
        "as many as",
    )
)
MOST = frozenset(
    ("up to", "at most", "fewer than", "less than", "under", "no more than", "not more than", "as many as")
)
ABOUT = frozenset(
    ("about", "around", "some", "nearly", "almost", "approximately", "roughly", "an estimated", "estimated")
)
NOT_UNITS = frozenset(
    [
        "of",
        "and",
        "or",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "the",
        "a",
        "an",
        "as",
        "were",
        "was",
        "is",
        "are",
        "have",
        "had",
        "has",
        "who",
        "that",
        "which",
        "with",
        "from",
        "pm",
        "am",
        "gmt",
    ]
)
MONTHS = re.compile(r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
LARGE = frozenset(["people"])


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: its words, its bounds and whether it is vague."""

    first: int
    after: int
    low: float | None
    high: float | None
    value: str


def find_figures(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], dated: Sequence[tuple[int, int]]
) -> list[Statement]:
    """Return numbers with what they count; parts of dates are none.

    Parameters
    ----------
    dated : sequence of (start, end)
        Pieces of the text that are dates.
    """
    found = []
    for sentence in sentences:
        i = 0
        while i < len(sentence.places):
            number = _number_at(sentence, i)
            if number is None or _in(dated, sentence, number):
                i += 1 if number is None else max(1, number.after - i)
                continue
            statement = _statement(text, sentence, number, mentions)
            if statement is not None:
                found.append(statement)
            i = number.after
    return found


def _in(dated: Sequence[tuple[int, int]], sentence: Sentence, number: Number) -> bool:
    low, high = sentence.places[number.first][0], sentence.places[number.after - 1][1]
    return any(start < high and low < end for start, end in dated)


def _number_at(sentence: Sentence, i: int) -> Number | None:
    """Read a number or a range that begins at word i."""
    words = sentence.folded
    if words[i] == "between":
        left = _plain_number(sentence, i + 1)
        if left and left.after < len(words) and words[left.after] == "and":
            right = _plain_number(sentence, left.after + 1)
            if right:
                return Number(i, right.after, left.low, right.high, f"{left.value}-{right.value}")
        return None
    left = _plain_number(sentence, i)
    if left is None:
        return None
    joint = words[left.after] if left.after < len(words) else ""
    gap = sentence.between(left.after) if left.after < len(words) else ""
    if joint in ("to", "or") or gap.strip() in ("-", "–", "‑"):
        right = _plain_number(sentence, left.after + (joint in ("to", "or")))
        if right and left.low is not None and right.high is not None and left.low < right.high:
            return Number(i, right.after, left.low, right.high, f"{left.value}-{right.value}")
    return left


def _plain_number(sentence: Sentence, i: int) -> Number | None:
    words = sentence.folded
    if i >= len(words):
        return None
    if words[i][0].isdigit():
        return _digits(sentence, i)
    if (
        words[i] in ("a", "an")
        and i + 1 < len(words)
        and words[i + 1] in ("dozen", "hundred", "thousand", "million")
    ):
        low = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}[words[i + 1]]
        return Number(i, i + 2, low, low, str(low))
    if words[i] in VAGUE:
        after, low = i + 1, VAGUE[words[i]]
        while after + 1 < len(words) and words[after] == "of" and words[after + 1] in VAGUE:
            low, after = low * VAGUE[words[after + 1]] // 2, after + 2
        if words[i] in ("several", "tens") and after < len(words) and words[after] in SCALES:
            low, after = low * SCALES[words[after]], after + 1
        return Number(i, after, low, None, words[i])
    if words[i] == "dozen":
        return Number(i, i + 1, 12, 12, "12")
    if sentence.words[i] in PERSIAN_NUMBERS:
        amount = PERSIAN_NUMBERS[sentence.words[i]]
        return Number(i, i + 1, amount, amount, str(amount))
    return _spelled(sentence, i)


def _digits(sentence: Sentence, i: int) -> Number | None:
    """Read 23, 1,204, 3.5, 40 000 or 2 million, from the characters: stops and commas part words."""
    offset = sentence.places[i][0] - sentence.start
    before = sentence.text[max(0, offset - 2) : offset]
    if re.search(r"[\w][.,:/]$|[#:/]$", before):
        return None
    match = NUMBER.match(sentence.text, offset)
    if match is None or (
        match.end() < len(sentence.text)
        and (
            sentence.text[match.end()].isalpha()
            or re.match(r"[:/]\d|(?:st|nd|rd|th)\b", sentence.text[match.end() :])
        )
    ):
        return None
    end = sentence.start + match.end()
    after = i + 1
    while after < len(sentence.places) and sentence.places[after][0] < end:
        after += 1
    plain = re.sub(r"[,٬ \u202f]", "", match[0]).replace("٫", ".")
    amount = float(plain)
    while after < len(sentence.folded) and sentence.folded[after] in SCALES:
        amount, after = amount * SCALES[sentence.folded[after]], after + 1
    if after < len(sentence.words) and sentence.words[after] in ("هزار", "میلیون", "ملیون"):
        amount, after = amount * PERSIAN_NUMBERS[sentence.words[after]], after + 1
    return Number(i, after, amount, amount, _write(amount))


def _spelled(sentence: Sentence, i: int) -> Number | None:
    """Read number words: "twenty-three", "two hundred and five thousand"."""
    total, part, after, words = 0, 0, i, sentence.folded
    while after < len(words):
        word = words[after]
        if word in SMALL or word in TENS:
            part += SMALL.get(word, TENS.get(word, 0))
        elif word == "hundred" and part:
            part *= 100
        elif word in SCALES and (part or total):
            total, part = total + max(part, 1) * SCALES[word], 0
        elif not (word == "and" and after > i and words[after - 1] in SCALES and after + 1 < len(words)
                  and (words[after + 1] in SMALL or words[after + 1] in TENS)):  # fmt: skip
            break
        after += 1
    if after == i:
        return None
    amount = total + part
    return Number(i, after, amount, amount, str(amount))


def _write(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else str(amount)


def _statement(
    text: str, sentence: Sentence, number: Number, mentions: Sequence[Mention]
) -> Statement | None:
    first, low, high, bound = _bounds(sentence, number)
    after, unit = _unit(sentence, number.after, mentions)
    if unit is None:
        return None
    if number.value in ("1", "one") or (number.value == "several" and not _known(unit)):
        if not (number.first and _known(unit)) or sentence.folded[number.first] == "one":
            return None
    start, end = sentence.places[first][0], sentence.places[after - 1][1]
    if text[end : end + 1] == "%":
        end += 1
    detail = {"low": low, "high": high, "unit": unit, "bound": bound}
    return Statement(start, end, text[start:end], "figure", number.value, _speaker(sentence, number.first, mentions),
                     unit, "pattern", 0.8 if _known(unit) else 0.6, detail)  # fmt: skip


def _bounds(sentence: Sentence, number: Number) -> tuple[int, float | None, float | None, str]:
    """Return where the figure begins with "at least" and the like, and what that makes of its bounds."""
    for size in (3, 2, 1):
        first = number.first - size
        words = " ".join(sentence.folded[max(0, first) : number.first])
        if first >= 0 and words in LEAST | MOST | ABOUT:
            if words in LEAST and words not in MOST:
                return first, number.low, None, "at least"
            if words in MOST:
                return first, None, number.high, "at most"
            return first, number.low, number.high, "about"
    return number.first, number.low, number.high, "at least" if number.high is None else "exactly"


def _unit(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> tuple[int, str | None]:
    """Return the noun phrase that is counted, and where it ends."""
    words = sentence.folded
    before = sentence.text[sentence.places[i - 1][1] - sentence.start :][:1] if i else ""
    if before == "%":
        return i, "percent"
    money = sentence.text[: sentence.places[i - 1][0] - sentence.start][-1:]
    if money in "$€£" and money:
        return i, {"$": "dollars", "€": "euros", "£": "pounds"}[money]
    if i >= len(words) or sentence.between(i) not in (" ", "-", "\u00a0", "‑", "  ", "\u200c"):
        return i, None
    match = PERSIAN_UNIT.match(sentence.text, sentence.places[i - 1][1] - sentence.start)
    if match:
        after = sentence.index_at(sentence.start + match.end() - 1) + 1
        return after, match[0].strip()
    at = (
        i
        + (words[i] == "of")
        + (words[i : i + 1] == ["of"] and words[i + 1 : i + 2] in (["the"], ["its"], ["their"]))
    )
    after = at
    roles = load_roles()
    while after < len(words) and after - at < 6:
        word = words[after]
        if after > at and STOP_GAPS.search(sentence.between(after)):
            break
        if word in NOT_UNITS or (word in word_list("function") and word not in ("other", "more", "its")):
            break
        if MONTHS.match(word) and word in word_list("months"):
            return i, None
        after += 1
        plural = word.endswith("s") and not word.endswith("ss") and word not in ("s", "others")
        if (word in roles.heads or word in IRREGULAR or (plural and after - at >= 1)) and not _goes_on(
            sentence, after, roles
        ):
            break
    counted = words[at:after]
    if not counted or not any(w in IRREGULAR or w in roles.heads or w.endswith("s") for w in counted):
        return (after, counted[-1]) if counted and counted[-1] in IRREGULAR else (i, None)
    while counted and counted[0] in ("more", "other", "its", "additional"):
        counted = counted[1:]
    return (after, " ".join(counted)) if counted else (i, None)


STOP_GAPS = re.compile(r"[,;:.!?()\"“”]")
IRREGULAR = frozenset(["people", "men", "women", "children", "percent", "police", "dead", "wounded", "injured", "killed", "personnel", "cattle", "livestock", "per", "kilometres", "km", "kilometers", "families", "soldiers", "homes", "staff", "tons", "tonnes", "hectares", "others", "missing", "detained", "arrested"])  # fmt: skip


def _goes_on(sentence: Sentence, after: int, roles: object) -> bool:
    """Return whether the next word still belongs: "civil society members", "army posts"."""
    if after >= len(sentence.folded) or sentence.between(after) != " ":
        return False
    word = sentence.folded[after]
    heads = load_roles().heads
    previous = sentence.folded[after - 1]
    del roles
    return (
        previous in ("police", "army", "opposition", "resistance", "security", "government") and word in heads
    )


def _known(unit: str) -> bool:
    head = unit.rsplit(maxsplit=1)[-1]
    return head in load_roles().heads or head in IRREGULAR


def _speaker(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> str | None:
    """Return who gives the figure, where a verb of saying precedes or follows it in the sentence."""
    from salience.reading.clauses import actor_before

    for k in [*range(i - 1, -1, -1), *range(i + 1, len(sentence.places))]:
        if cue_at(sentence, k, "saying") is not None:
            who = actor_before(sentence, k, mentions)
            return who.text if who else None
    return None
