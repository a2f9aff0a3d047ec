"""Numbers that count something: "23 active armed groups", "dozens of houses", "between 10 and 15 fighters"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from salience.reading.clauses import actor_before, cue_at
from salience.reading.lexicon import load_roles, word_list
from salience.reading.numbers import Number, begins_number, figure_words, number_at
from salience.reading.persian_figures import persian_figures
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}
SPACES = frozenset((" ", "-", "\u00a0", "‑", "  ", "+ "))
LONGEST_DATE = 120
STOP_GAPS = re.compile(r"[,;:.!?()\"“”]")


def find_figures(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], dated: Sequence[tuple[int, int]]
) -> list[Statement]:
    """Return numbers with what they count; parts of dates and of names are none.

    Parameters
    ----------
    dated : sequence of (start, end)
        Pieces of the text that are dates, in its order.
    """
    found: list[Statement] = []
    for sentence in sentences:
        past, counted = 0, ""
        names = standing_between(mentions, sentence.start, sentence.end)
        near = [(m.start, m.end) for m in names if m.kind not in ("unnamed", "population")]
        first = bisect_right(dated, (sentence.start - LONGEST_DATE, 0))
        near += dated[first : bisect_right(dated, (sentence.end, 0))]
        for i, word in enumerate(sentence.folded):
            number = number_at(sentence, i) if i >= past and begins_number(word) else None
            if number is None:
                continue
            past = number.after
            if _in(near, sentence, number):
                continue
            statement = _statement(text, sentence, number, names, counted)
            if statement is not None:
                found.append(statement)
                counted = statement.about or ""
    found += persian_figures(sentences, mentions, dated)
    return found


def _in(taken: Sequence[tuple[int, int]], sentence: Sentence, number: Number) -> bool:
    low, high = sentence.places[number.first][0], sentence.places[number.after - 1][1]
    return any(start < high and low < end for start, end in taken)


def _statement(
    text: str, sentence: Sentence, number: Number, mentions: Sequence[Mention], counted: str
) -> Statement | None:
    first, low, high, bound = _bounds(sentence, number)
    after, unit = (number.after, number.counts) if number.counts else _unit(sentence, number.after)
    if unit is None and counted and _counts_again(sentence, number):
        after, unit = number.after, counted
    if unit is None or (number.value in ("1", "one") and not _counts_one(sentence, number, unit)):
        return None
    start, end = sentence.places[first][0], sentence.places[after - 1][1]
    end += text[end : end + 1] in ("%", "+")
    detail = {"low": low, "high": high, "unit": unit, "bound": bound}
    return Statement(start, end, text[start:end], "figure", number.value, _speaker(sentence, number.first, mentions),
                     unit, "pattern", 0.8 if _known(unit) else 0.6, detail)  # fmt: skip


def _counts_one(sentence: Sentence, number: Number, unit: str) -> bool:
    """Return whether a one counts: "killed 1 soldier", not "one of them" and not "one day"."""
    return bool(number.first) and _known(unit) and sentence.folded[number.first] != "one"


def _counts_again(sentence: Sentence, number: Number) -> bool:
    """Return whether a bare number counts what an earlier one did: "put the figure at 112", "not seventeen"."""
    before = sentence.folded[max(0, number.first - 4) : number.first]
    if before[-1:] in (["at"], ["to"]) and figure_words("tallies") & set(before):
        return True
    following = sentence.folded[number.after : number.after + 2]
    return before[-1:] == ["not"] or following in (["from", "each"], ["of", "them"])


def _bounds(sentence: Sentence, number: Number) -> tuple[int, float | None, float | None, str]:
    """Return where the figure begins with "at least" and the like, and what that makes of its bounds."""
    least, most, about = (figure_words(name) for name in ("at_least", "at_most", "about"))
    for size in (3, 2, 1):
        first = number.first - size
        words = " ".join(sentence.folded[max(0, first) : number.first])
        if first < 0 or words not in least | most | about:
            continue
        if words in least:
            return first, number.low, None, "at least"
        return (
            (first, None, number.high, "at most")
            if words in most
            else (first, number.low, number.high, "about")
        )
    return number.first, number.low, number.high, "at least" if number.high is None else "exactly"


def _unit(sentence: Sentence, i: int) -> tuple[int, str | None]:
    """Return the word after the noun phrase that is counted, and the phrase."""
    words = sentence.folded
    last = sentence.places[i - 1]
    if sentence.text[last[1] - sentence.start :][:1] == "%":
        return i, "percent"
    money = sentence.text[: last[0] - sentence.start][-1:]
    if money in MONEY:
        return i, MONEY[money]
    if i >= len(words) or sentence.between(i) not in SPACES:
        return i, None
    at = i + (words[i] == "of")
    at += at > i and words[at : at + 1] in (["the"], ["its"], ["their"])
    after = _phrase_end(sentence, at)
    counted = words[at:after]
    while counted and counted[0] in ("more", "other", "its", "additional"):
        counted = counted[1:]
    if not any(_countable(word) for word in counted):
        return i, None
    return after, " ".join(counted)


def _countable(word: str) -> bool:
    return (
        word in figure_words("irregular")
        or word in load_roles().heads
        or word in word_list("peoples")
        or word.endswith("s")
    )


def _phrase_end(sentence: Sentence, at: int) -> int:
    """Return the word after a noun phrase in the plural that begins at word `at`."""
    words, after = sentence.folded, at
    heads, function = load_roles().heads, word_list("function")
    while after < len(words) and after - at < 6:
        word = words[after]
        if after > at and STOP_GAPS.search(sentence.between(after)):
            break
        if word in figure_words("not_units") or (word in function and word not in ("other", "more", "its")):
            break
        if word in word_list("months"):
            return at
        after += 1
        if word in word_list("peoples") and not _counts_people(words[after : after + 1]):
            break
        plural = word.endswith("s") and not word.endswith("ss") and word not in ("s", "others")
        if (word in heads or word in figure_words("irregular") or plural) and not _goes_on(sentence, after):
            break
    return after


def _counts_people(following: Sequence[str]) -> bool:
    """Return whether a noun for people follows a people's name: "400 Hazara families", not "400 Rohingya fled"."""
    people = load_roles().heads | word_list("people_nouns") | figure_words("irregular")
    return any(word in people for word in following)


def _goes_on(sentence: Sentence, after: int) -> bool:
    """Return whether the next word still belongs: "civil society members", "army posts"."""
    if after >= len(sentence.folded) or sentence.between(after) != " ":
        return False
    institutions = ("police", "army", "opposition", "resistance", "security", "government")
    return sentence.folded[after - 1] in institutions and sentence.folded[after] in load_roles().heads


def _known(unit: str) -> bool:
    head = unit.rsplit(maxsplit=1)[-1]
    return head in load_roles().heads or head in figure_words("irregular")


def _speaker(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> str | None:
    """Return who gives the figure, where a verb of saying precedes or follows it in the sentence."""
    for k in [*range(i - 1, -1, -1), *range(i + 1, len(sentence.places))]:
        if cue_at(sentence, k, "saying") is not None:
            who = actor_before(sentence, k, mentions)
            return who.text if who else None
    return None
