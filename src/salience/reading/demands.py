"""What somebody wants done or not done: "calls for elections", "rejected talks", "insists that aid must flow"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.attributions import rejects_a_claim
from salience.reading.clauses import (
    STOPS,
    Actor,
    actor_after,
    actor_before,
    cue_at,
    cues,
    holds_cue,
    openings,
    piece,
    resolve_pronoun,
)
from salience.reading.persian import persian_demands
from salience.reading.saying import words_of
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

LONGEST = 30
ENDS = ('"', "”", "»")
PLEASE = ("please", "pls")
NOT_TO = re.compile(r"^(?:\w+ ){1,2}(?:[\w'’-]+,? ){1,7}not to\b|\bto (?:stop|end|halt|refrain)\b.{0,3}ing\b")
NEGATED = frozenset(("not", "never", "no", "nobody", "t", "neither", "nor"))


def find_demands(
    sentences: Sequence[Sentence], mentions: Sequence[Mention], quotes: Sequence[Statement] = ()
) -> list[Statement]:
    """Return demands: the span is the cue with its object, `detail["cue"]` the cue's own words.

    What is denied ("does not call for", "did not oppose") is no demand; not wanting and not accepting are against.
    """
    found: list[Statement] = []
    for number, sentence in enumerate(sentences):
        previous = sentences[max(0, number - 1)].start
        near = standing_between(mentions, previous, sentence.end)
        found += persian_demands(sentence, near)
        past = 0
        begin = openings("demand_for", "demand_against")
        for i, word in enumerate(sentence.folded):
            if i < past or not (word in begin or word == "stop" or (i and sentence.folded[i - 1] in PLEASE)):
                continue
            cue = _cue(sentence, i)
            if cue is None:
                continue
            first, after, polarity = cue
            found.append(_demand(sentence, first, after, polarity, near, previous, quotes))
            modal = tuple(sentence.folded[first:after]) in cues("modal")
            past = after if modal else max(after, _object_end(sentence, after))
    return found


def _cue(sentence: Sentence, i: int) -> tuple[int, int, str] | None:
    """Return the cue that begins at word i, the word after it, and whether it is for or against."""
    for name, polarity in (("demand_against", "against"), ("demand_for", "for")):
        after = cue_at(sentence, i, name)
        if after is None or not _is_demand(sentence, i, after):
            continue
        if not NEGATED & set(sentence.folded[max(0, i - 3) : i]) or sentence.folded[i] == "not":
            return i, after, polarity
        if sentence.folded[i] in words_of("wanting") and polarity == "for":
            return i, after, "against"
        return None
    return _imperative(sentence, i)


def _imperative(sentence: Sentence, i: int) -> tuple[int, int, str] | None:
    """Read "stop calling us that" and "please send ambulances"."""
    words = sentence.folded
    if i + 1 >= len(words) or sentence.between(i + 1) != " ":
        return None
    opens = i == 0 or "," in sentence.between(i) or words[i - 1] in ("so", "please", "pls", "and", "just")
    if words[i] == "stop" and opens and words[i + 1].endswith("ing"):
        return i, i + 1, "against"
    asked = i and words[i - 1] in PLEASE and not sentence.between(i).strip()
    return (i, i + 1, "for") if asked and words[i].isalpha() and words[i] not in ("do", "don") else None


def _is_demand(sentence: Sentence, i: int, after: int) -> bool:
    words, cue = sentence.folded, tuple(sentence.folded[i:after])
    before = words[i - 1] if i else ""
    following = words[after] if after < len(words) else ""
    if cue in cues("modal"):
        return _is_modal_demand(sentence, i, after)
    passive = before in ("was", "were", "is", "are", "be", "been", "being")
    claimed = rejects_a_claim(sentence, i) or rejects_a_claim(sentence, after - 1)
    noun = before in words_of("demand_noun_before") or i == 0
    if (
        claimed
        or not (following or passive)
        or (noun and cue[1:] == () and cue[0] in words_of("demand_nouns"))
    ):
        return False
    return _wants(words, cue[0], after, before, following, passive)


def _wants(words: Sequence[str], cue: str, after: int, before: str, following: str, passive: bool) -> bool:
    """Return whether a verb's neighbours let it want something: each kind of verb needs others."""
    if cue in words_of("asking"):
        # "asked whether", "was asked to confess": no demand, or nobody's.
        return not passive and ("to" in words[after : after + 8] or following == "that")
    if cue in words_of("backing"):
        return bool(words_of("backed") & set(words[after : after + 4]))
    if cue in words_of("wanting"):
        return _wanting(words, after, following, before, passive)
    aim = before == "to" and bool({"order", "due"} & set(words[max(0, after - 4) : after]))
    return following not in ("by", "rose", "fell") and not aim


def _wanting(words: Sequence[str], after: int, following: str, before: str, passive: bool) -> bool:
    if passive:
        return False
    if before in ("i", "we") and following not in ("", "what", "nothing"):
        return True
    return (
        "to" in words[after : after + 6]
        or following in words_of("determiners")
        or following in ("all", "that")
    )


def _is_modal_demand(sentence: Sentence, i: int, after: int) -> bool:
    """Return whether "should" or "must" tells somebody else what to do or have done."""
    words = sentence.folded
    before = words[i - 1] if i else ""
    following = words[after] if after < len(words) else ""
    if words[i] in ("have", "has", "need", "needs"):
        return False  # a state of affairs far more often than a demand
    if before in words_of("nobody_else") and words[i] not in ("should", "must", "ought", "it"):
        return False
    return following not in ("have", "not", "")


def _demand(
    sentence: Sentence,
    i: int,
    after: int,
    polarity: str,
    mentions: Sequence[Mention],
    previous: int,
    quotes: Sequence[Statement],
) -> Statement:
    end = _object_end(sentence, after)
    low, high = piece(sentence, i, max(after, end))
    text = sentence.text[low - sentence.start : high - sentence.start]
    wanted = _object(sentence, after, end)
    if polarity == "for" and NOT_TO.search(text[:120]):
        polarity = "against"
    modal = tuple(sentence.folded[i:after]) in cues("modal")
    plain = modal or sentence.folded[i] == "stop" or (i and sentence.folded[i - 1] in PLEASE)
    if sentence.folded[after : after + 1] == ["from"]:  # "demands from the people"
        who = actor_after(sentence, after + 1, mentions, 4)
    else:
        who = (
            None if plain else resolve_pronoun(_subject(sentence, i, mentions), sentence, mentions, previous)
        )
    speaker = who.text if who else next((q.speaker for q in quotes if q.start <= low and high <= q.end), None)
    detail = {"cue": _text(sentence, i, after), "polarity": polarity, "cue_start": low,
              "cue_end": sentence.places[after - 1][1]}  # fmt: skip
    if modal:
        detail["addressed"] = _addressed(sentence, i, mentions)
    hedge = holds_cue(sentence.text, "hedges")
    if hedge:
        detail["hedge"] = hedge
    how = who.how if who is not None and who.how != "beside" else "pattern"
    return Statement(low, high, text, "demand", wanted or text, speaker, wanted or None, how, 0.5 if modal else 0.75,
                     detail)  # fmt: skip


def _subject(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> Actor | None:
    """Return who wants it: of a chain "X demands a, supports b and opposes c" the one before its first verb."""
    first = i
    for k in range(i - 1, -1, -1):
        if any(mark in sentence.between(k + 1) for mark in ';:.!?"“”'):
            break
        chained = any(cue_at(sentence, k, name) is not None for name in ("demand_for", "demand_against"))
        if chained and _joins(sentence, i):
            first = k
    return actor_before(sentence, first, mentions)


def _joins(sentence: Sentence, i: int) -> bool:
    """Return whether a verb has no subject of its own: it follows a comma or "and"."""
    before = sentence.folded[i - 1] if i else ""
    if before in ("not", "will", "does", "do", "also", "then"):
        return _joins(sentence, i - 1)
    return before in ("and", "or", "but", "nor") or "," in sentence.between(i)


def _text(sentence: Sentence, first: int, after: int) -> str:
    low, high = piece(sentence, first, after)
    return sentence.text[low - sentence.start : high - sentence.start]


def _object_end(sentence: Sentence, after: int) -> int:
    """Return where the object ends: at the clause's end, before the next demand, or before what only comments on it."""
    last = min(len(sentence.places), after + LONGEST)
    comments = words_of("demand_comments")
    for k in range(after + 1, last):
        gap = sentence.between(k)
        if STOPS.search(gap) or gap[:1] in ENDS or gap[:2] == ',"' or sentence.folded[k] in comments:
            return k
        if sentence.folded[k] in ("and", "or") and any(
            cue_at(sentence, j, name) is not None
            for j in range(k + 1, min(k + 4, last))
            for name in ("demand_for", "demand_against")
            if j == k + 1 or sentence.folded[j - 1] in ("not", "will", "does", "do", "also")
        ):
            return k
    return max(last, after)


def _object(sentence: Sentence, after: int, end: int) -> str:
    if after >= min(end, len(sentence.places)):
        return ""
    return re.sub(r"^(?:that|to)\s+", "", _text(sentence, after, end)).strip(' .,"“”')


def _addressed(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> str:
    who = actor_before(sentence, i, mentions)
    return who.text if who else ""
