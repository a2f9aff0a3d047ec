"""Whom a label means, and who uses it: by what stands beside it, or inferred and said to be so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from salience.reading.clauses import actor_after, actor_before, cue_at, holds_cue, piece
from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

NEAR = 250
QUOTE_MARKS = "\"“‘'«"
AHEAD = re.compile(r"\s*(?:,?\s*(?:of|in|called|named|known as))?\s*(?:the\s+)?(?:so-called\s+)?[\"“‘']?")
BEHIND = re.compile(
    r"(?:'s|’s)?\s*,?\s*(?:\(\w+\)\s*,?\s*)?"
    r"(?:(?:is|are|was|were|as|were called|those|these|a|an|the)\s*){0,3}[\"“‘']?"
)
RELATIVE = re.compile(r"(?:\s*\(\w+\))?\s*,?\s*(?:which|who|whom|that)\b[^,;.]{0,60}")


@dataclass(frozen=True, slots=True)
class Tied:
    """What is known around a label.

    Attributes
    ----------
    here, earlier : sequence of Mention
        Named organisations and persons of the sentence, and of the one before.
    near : sequence of Mention
        All actors of the sentence.
    others : sequence of Mention
        All names of the text.
    known : sequence of (words, actor)
        Labels tied to an actor before.
    """

    here: Sequence[Mention]
    near: Sequence[Mention]
    earlier: Sequence[Mention]
    others: Sequence[Mention]
    known: Sequence[tuple[set[str], str]]


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a label means: nobody when `about` is None; `how` is "pattern" or "inferred"."""

    about: str | None
    how: str = "pattern"


def meant(text: str, sentence: Sentence, label: tuple[int, int], around: Tied) -> Meant:
    """Return whom a label means: beside it, in the same clause, or inferred from what the text speaks of."""
    first, after = label
    low, high = piece(sentence, first, after)
    if sentence.folded[first] in ("so", "self") and after < len(sentence.places):
        following = next((m for m in around.near if m.start == sentence.places[after][0]), None)
        if following is not None:
            return Meant(following.value)
    beside = _beside(sentence, low, high, around) or _object_of_naming(sentence, first, low, around)
    if beside is not None:
        return Meant(beside)
    if first == 0 or sentence.folded[first - 1] not in ("the", "this", "that", "these", "those"):
        return Meant(None)
    if first > 1 and sentence.between(first - 1)[-1:] in QUOTE_MARKS and sentence.between(first - 1):
        return Meant(None)  # calls them "the boys"
    words = set(sentence.folded[first:after])
    for told, about in around.known:
        if words & told:
            return Meant(about, "inferred")
    before = [*around.earlier, *(m for m in around.here if m.end <= low)]
    before = [m for m in before if m.kind == "organisation" and not _speaks_or_hears(text, sentence, m)]
    nearest = _nearest(text, low, before, around.others)
    return Meant(nearest, "inferred") if nearest else Meant(None)


def _beside(sentence: Sentence, low: int, high: int, around: Tied) -> str | None:
    """Return the actor whose name touches the label, but for an article, "of" or "is"."""
    for m in around.here:
        if m.start >= high and AHEAD.fullmatch(
            sentence.text[high - sentence.start : m.start - sentence.start]
        ):
            return m.value
        if m.end <= low and BEHIND.fullmatch(sentence.text[m.end - sentence.start : low - sentence.start]):
            return m.value
    return None


def _object_of_naming(sentence: Sentence, first: int, low: int, around: Tied) -> str | None:
    """Return whom a verb of naming calls so: its object, who calls itself so, or the head of "which they call"."""
    naming = [i for i in range(max(0, first - 8), first) if cue_at(sentence, i, "naming") is not None]
    if not naming:
        return None
    cue = naming[-1]
    place, end = sentence.places[cue]
    between = [m for m in around.near if end <= m.start and m.end <= low]
    if between:
        return between[-1].value
    reflexive = {"itself", "themselves", "himself", "herself", "ourselves"} & set(sentence.folded[cue:first])
    for m in reversed([m for m in around.near if m.end <= place]):
        gap = sentence.text[m.end - sentence.start : place - sentence.start]
        if RELATIVE.fullmatch(gap) and not reflexive and "them" not in sentence.folded[cue:first]:
            return _same_as(sentence, m, around)
    if reflexive:
        who = actor_before(sentence, cue, around.near)
        return next(
            (_same_as(sentence, m, around) for m in around.near if who and m.start == who.start), None
        )
    return None


def _same_as(sentence: Sentence, m: Mention, around: Tied) -> str:
    """Return who a description beside a name is: "the Wards Army, an armed group that ..."."""
    for named in reversed(around.here):
        gap = sentence.text[named.end - sentence.start : m.start - sentence.start]
        if m.kind == "unnamed" and named.end <= m.start and "," in gap and BEHIND.fullmatch(gap):
            return named.value
    return m.value


def _speaks_or_hears(text: str, sentence: Sentence, m: Mention) -> bool:
    """Return whether a name is who speaks of the label or is spoken to: then it is hardly the one meant."""
    before = re.split(r"[^\w]+", text[max(0, m.start - 30) : m.start].lower())
    if word_list("told_to") & (set(before[-3:]) - {"the", "by", "on", "upon", "to"}):
        return True
    if not sentence.start <= m.start < sentence.end:
        return False
    last = sentence.index_at(m.end - 1)
    return any(
        cue_at(sentence, k, name) is not None
        for k in range(last + 1, min(last + 4, len(sentence.places)))
        for name in ("saying", "demand_for", "demand_against", "naming")
        if "," not in sentence.between(k)
    )


def _nearest(text: str, low: int, before: Sequence[Mention], others: Sequence[Mention]) -> str | None:
    """Return the only actor named in this sentence or the one before, where nothing else is named since.

    "The Taliban ... In Myanmar, the junta": a place named in between may have changed the subject.
    """
    if not before or len({m.value for m in before}) != 1 or low - before[-1].end > NEAR:
        return None
    last = before[-1]
    named_since = any(m.value != last.value for m in standing_between(others, last.end, low))
    return None if named_since or "\n\n" in text[last.end : low] else last.value


def speaker_of(
    sentence: Sentence, first: int, near: Sequence[Mention], quotes: Sequence[Statement], about: str | None
) -> str | None:
    """Return who uses the label; None where it is the text's own word.

    A label in a quote is its speaker's, one after a verb of naming or saying its subject's. Nobody is taken to judge
    themselves in indirect speech: there the word is the text's own.
    """
    place = sentence.places[first][0]
    for i in range(first - 1, max(-1, first - 9), -1):
        if cue_at(sentence, i, "naming") is not None:
            who = actor_before(sentence, i, near)
            return who.text if who and who.how != "pronoun" else None
        after = cue_at(sentence, i, "known_as")
        if after is not None:
            who = actor_after(sentence, after, near, 4)
            return who.text if who and who.end <= place else None
    for quote in quotes:
        if quote.start <= place < quote.end:
            return quote.speaker
    reported = _reported(sentence, first, near)
    values = {m.text: m.value for m in near}
    return None if reported is None or values.get(reported, reported) == about else reported


def _reported(sentence: Sentence, first: int, near: Sequence[Mention]) -> str | None:
    """Return who says the sentence in which a label stands, where it is reported speech."""
    for i in range(first - 1, max(-1, first - 14), -1):
        if cue_at(sentence, i, "saying") is not None:
            who = actor_before(sentence, i, near)
            return who.text if who and who.how != "pronoun" else None
    if holds_cue(sentence.text, "phrases") and "according" in sentence.folded:
        at = sentence.places[sentence.folded.index("according")][0]
        return next((m.text for m in near if m.start > at), None)
    return None
