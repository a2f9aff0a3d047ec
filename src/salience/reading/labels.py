"""How a text calls an actor: "de facto authorities", "terror group". A label belongs to whoever uses it.

It never becomes part of an actor's name, and whom it means is said together with how that was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.clauses import actor_before, cue_at, holds_cue, piece
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement

ACTORS = ("organisation", "person", "unnamed", "other", "population")
BEFORE = frozenset(["brutal", "bloody", "repressive", "oppressive", "illegal", "illegitimate", "foreign", "armed", "islamist", "separatist", "militant", "extremist", "terrorist", "terror", "fascist", "communist", "puppet", "military", "ruling", "new", "former", "old", "self-appointed", "usurping", "oppressor"])  # fmt: skip
ADJECTIVAL = frozenset(
    [
        "extremist",
        "insurgent",
        "rebel",
        "militant",
        "separatist",
        "islamist",
        "jihadist",
        "terrorist",
        "puppet",
        "bandit",
        "criminal",
    ]
)


# Words of a label that tell nothing of whom it means.
COMMON = frozenset(
    ["group", "groups", "the", "of", "new", "former", "government", "authorities", "armed", "military"]
)
NEAR = 250


def find_labels(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Statement]:
    """Return the labels of a text, with whom they mean."""
    named = [m for m in mentions if m.kind in ("organisation", "person") and m.how != "pattern"]
    others = [m for m in mentions if m.kind in ("organisation", "person", "place")]
    found: list[Statement] = []
    # Labels that were tied to an actor by what stands beside them; "the terror group" is then the same one.
    known: list[tuple[set[str], str]] = []
    for number, sentence in enumerate(sentences):
        here = [m for m in named if sentence.start <= m.start < sentence.end]
        earlier = [m for m in named if sentences[max(0, number - 1)].start <= m.start < sentence.start]
        near = [m for m in mentions if sentence.start <= m.start < sentence.end and m.kind in ACTORS]
        for first, after in _labels_in(sentence):
            low, high = piece(sentence, first, after)
            if any(
                m.start <= low and high <= m.end and m.kind != "unnamed" and m.how == "alias" for m in here
            ):
                continue
            about, how = _about(text, sentence, first, after, here, earlier, others, known)
            if about is not None and how == "pattern":
                known.insert(0, (set(sentence.folded[first:after]) - COMMON, about))
            if about is None and sentence.folded[after - 1] in ADJECTIVAL:
                continue
            speaker = _speaker(sentence, first, near)
            label = sentence.text[low - sentence.start : high - sentence.start]
            found.append(
                Statement(low, high, label, "label", label.lower(), speaker, about, how,
                          {"pattern": 0.8, "inferred": 0.5}.get(how, 0.4), {})
            )  # fmt: skip
    return found


def _labels_in(sentence: Sentence) -> list[tuple[int, int]]:
    """Return where labels begin and end: whole phrases first, then judging nouns with their adjectives."""
    found, i = [], 0
    while i < len(sentence.places):
        after = cue_at(sentence, i, "label_phrases")
        if after is None and cue_at(sentence, i, "label_heads") is not None:
            after = i + 1
            # "terrorist attacks", "rebel fighters": the adjective of something else.
            if sentence.folded[i] in ADJECTIVAL and _modifies(sentence, i):
                i += 1
                continue
        marked = cue_at(sentence, i, "label_marks")
        if (
            after is None
            and marked is not None
            and i + 2 < len(sentence.places)
            and sentence.words[marked][0].isupper()
        ):
            i = marked
            continue
        if after is None:
            i += 1
            continue
        first = i
        while first > 0 and sentence.folded[first - 1] in BEFORE and sentence.between(first) in (" ", "-"):
            first -= 1
        if first > 1 and sentence.folded[first - 2 : first] in (
            ["so", "called"],
            ["self", "proclaimed"],
            ["self", "styled"],
        ):
            first -= 2
        found.append((first, after))
        i = after
    return found


def _modifies(sentence: Sentence, i: int) -> bool:
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    return bool(following) and sentence.between(i + 1) in (" ", "-") and following not in _AFTER_NOUN


_AFTER_NOUN = frozenset(["who", "which", "that", "in", "of", "and", "or", "from", "to", "is", "are", "was", "were", "has", "have", "had", "by", "with", "for", "on", "at", "as", "said", "say", "killed", "attacked", "group", "groups", "organization", "organisation"])  # fmt: skip


def _about(
    text: str,
    sentence: Sentence,
    first: int,
    after: int,
    here: Sequence[Mention],
    earlier: Sequence[Mention],
    others: Sequence[Mention],
    known: Sequence[tuple[set[str], str]],
) -> tuple[str | None, str]:
    """Return whom a label means: beside it, in the same clause, or inferred from what the text speaks of."""
    low, high = piece(sentence, first, after)
    for m in here:
        ahead = sentence.text[high - sentence.start : m.start - sentence.start]
        if m.start >= high and re.fullmatch(
            r"\s*(?:,?\s*(?:of|in|called|named|known as))?\s*(?:the\s+)?[\"“‘']?", ahead
        ):
            return m.value, "pattern"
        behind = sentence.text[m.end - sentence.start : low - sentence.start]
        if m.end <= low and (
            re.fullmatch(
                r"(?:'s|’s)?\s*,?\s*(?:\(\w+\)\s*,?\s*)?(?:(?:is|are|was|were|as|were called|a|an|the)\s*){0,3}[\"“‘']?",
                behind,
            )
        ):
            return m.value, "pattern"
    naming = [i for i in range(max(0, first - 8), first) if cue_at(sentence, i, "naming") is not None]
    if naming:
        between = [m for m in here if sentence.places[naming[-1]][1] <= m.start and m.end <= low]
        if between:
            return between[-1].value, "pattern"
    definite = first > 0 and sentence.folded[first - 1] in ("the", "this", "that", "these", "those")
    if not definite:
        return None, "pattern"
    label = set(sentence.folded[first:after])
    for told, about in known:
        if label & told:
            return about, "inferred"
    return _nearest(text, low, [*earlier, *(m for m in here if m.end <= low)], others)


def _nearest(
    text: str, low: int, before: Sequence[Mention], others: Sequence[Mention]
) -> tuple[str | None, str]:
    """Return the only actor named in this sentence or the one before, where nothing else is named since.

    "The Taliban ... In Myanmar, the junta": a place named in between may have changed the subject.
    """
    if not before or len({m.value for m in before}) != 1 or low - before[-1].end > NEAR:
        return None, "pattern"
    last = before[-1]
    if (
        any(last.end <= m.start < low and m.value != last.value for m in others)
        or "\n\n" in text[last.end : low]
    ):
        return None, "pattern"
    return last.value, "inferred"


def _speaker(sentence: Sentence, first: int, near: Sequence[Mention]) -> str | None:
    """Return who uses the label, where the sentence reports somebody's words; else it is the text's own."""
    for i in range(first - 1, max(-1, first - 14), -1):
        if cue_at(sentence, i, "naming") is not None or cue_at(sentence, i, "saying") is not None:
            who = actor_before(sentence, i, near)
            return who.text if who else None
    if holds_cue(sentence.text, "phrases") and "according" in sentence.folded:
        at = sentence.folded.index("according")
        near_after = [m for m in near if m.start > sentence.places[at][0]]
        return near_after[0].text if near_after else None
    return None
