"""What somebody wants done or not done: "calls for elections", "rejected talks", "insists that aid must flow"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.clauses import actor_before, clause_end, cue_at, cues, holds_cue, piece, resolve_pronoun
from salience.reading.persian import persian_demands
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement

MODAL = frozenset(cues("modal"))
# "called on the phone", "asked whether", "wanted by the police", "demand rose", "in order to".
NOUN_BEFORE = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "their",
        "his",
        "her",
        "our",
        "no",
        "any",
        "of",
        "in",
        "on",
        "more",
        "high",
        "public",
    ]
)
ASKING = frozenset(["asked", "ask", "asks"])
WANTING = frozenset(["want", "wants", "wanted", "seek", "seeks", "sought", "require", "requires", "required", "invite", "invites", "invited", "decline", "declined", "recommend", "recommended", "refuse", "refused", "refuses"])  # fmt: skip
OPINION = frozenset(["should", "must", "ought"])


def find_demands(sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Statement]:
    """Return demands: the span is the cue with its object, `detail["cue"]` the cue's own words."""
    found = []
    for number, sentence in enumerate(sentences):
        previous = sentences[max(0, number - 1)].start
        near = [m for m in mentions if previous <= m.start < sentence.end]
        found += persian_demands(sentence, near)
        i = 0
        while i < len(sentence.places):
            for name, polarity in (("demand_against", "against"), ("demand_for", "for")):
                after = cue_at(sentence, i, name)
                if after is not None and _is_demand(sentence, i, after):
                    found.append(_demand(sentence, i, after, polarity, near, previous))
                    i = (
                        max(after, _object_end(sentence, after))
                        if tuple(sentence.folded[i:after]) not in MODAL
                        else after
                    )
                    break
            else:
                i += 1
    return found


def _is_demand(sentence: Sentence, i: int, after: int) -> bool:
    words, cue = sentence.folded, tuple(sentence.folded[i:after])
    before = words[i - 1] if i else ""
    following = words[after] if after < len(words) else ""
    if cue in MODAL:
        return _is_modal_demand(sentence, i, after)
    if not following and before not in ("was", "were", "is", "are"):
        return False
    if before in NOUN_BEFORE and cue[0] in (
        "demand",
        "demands",
        "request",
        "requests",
        "veto",
        "advocate",
        "boycott",
        "decline",
        "appeal",
    ):
        return False
    if (
        cue[0] in ("requested", "demanded", "rejected", "proposed", "required", "wanted")
        and before in NOUN_BEFORE
    ):
        return False
    if cue[0] in ASKING and len(cue) == 1:
        return "to" in words[after : after + 8] or following == "that"
    if cue[0] in WANTING:
        return _wanting(words, after, following, before)
    if cue[:1] == ("demand",) and i == 0:
        return False
    return following not in ("by", "rose", "fell") and not (
        before == "to" and cue[0] in ("demand", "request") and i > 1 and words[i - 2] in ("order", "due")
    )


def _wanting(words: Sequence[str], after: int, following: str, before: str) -> bool:
    if before in ("is", "was", "are", "were", "be", "been") and "by" in words[after : after + 3]:
        return False
    return "to" in words[after : after + 6] or following in (
        "a",
        "an",
        "the",
        "any",
        "all",
        "that",
        "its",
        "their",
    )


def _is_modal_demand(sentence: Sentence, i: int, after: int) -> bool:
    """A "should" or "must" is a demand where it tells somebody else what to do or have done."""
    words = sentence.folded
    before = words[i - 1] if i else ""
    following = words[after] if after < len(words) else ""
    if (
        before in ("i", "we", "he", "she", "it", "they", "you", "who", "what", "why", "how", "and", "or")
        and words[i] not in OPINION
    ):
        return False
    if words[i] in ("have", "has", "need", "needs"):
        return False  # a state of affairs far more often than a demand
    return following not in ("have", "not", "")


def _demand(
    sentence: Sentence, i: int, after: int, polarity: str, mentions: Sequence[Mention], previous: int
) -> Statement:
    end = _object_end(sentence, after)
    low, high = piece(sentence, i, max(after, end))
    text = sentence.text[low - sentence.start : high - sentence.start]
    wanted = _object(sentence, after, end)
    cue = _text(sentence, i, after)
    modal = tuple(sentence.folded[i:after]) in MODAL
    who = None
    if not modal:
        who = resolve_pronoun(actor_before(sentence, i, mentions), sentence, mentions, previous)
    negated = bool(set(sentence.folded[max(0, i - 3) : i]) & {"not", "never", "no", "nobody", "t"})
    if negated:
        polarity = "for" if polarity == "against" else "against"
    detail = {"cue": cue, "polarity": polarity, "cue_start": low, "cue_end": sentence.places[after - 1][1]}
    if modal:
        detail["addressed"] = _addressed(sentence, i, mentions)
    hedge = holds_cue(sentence.text, "hedges")
    if hedge:
        detail["hedge"] = hedge
    how = who.how if who is not None and who.how != "beside" else "pattern"
    return Statement(low, high, text, "demand", wanted or text, who.text if who else None, wanted or None, how,
                     0.5 if modal else 0.75, detail)  # fmt: skip


def _text(sentence: Sentence, first: int, after: int) -> str:
    low, high = piece(sentence, first, after)
    return sentence.text[low - sentence.start : high - sentence.start]


def _object_end(sentence: Sentence, after: int) -> int:
    """Return where the object ends: at the clause's end, or before what only comments on it."""
    if after >= len(sentence.places):
        return after
    end = clause_end(sentence, after, 30)
    for k in range(after + 1, end):
        if sentence.folded[k] in (
            "while",
            "because",
            "after",
            "although",
            "saying",
            "adding",
            "citing",
            "warning",
            "which",
            "who",
            "but",
        ):
            return k
    return end


def _object(sentence: Sentence, after: int, end: int) -> str:
    if after >= end:
        return ""
    return re.sub(r"^(?:that|to)\s+", "", _text(sentence, after, end)).strip(' .,"“”')


def _addressed(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> str:
    who = actor_before(sentence, i, mentions)
    return who.text if who else ""
