"""Actors without a proper name: "ex-security forces", "women's movements", "unidentified gunmen".

A noun for people who act together, with the words that belong to it before it, and "of ..." after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.lexicon import Roles, load_roles, word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention

ADJECTIVE = re.compile(
    r"(?:ist|ian|ean|ese|ish|ive|ical|ial|ional|ous|ful|ary|less|based|backed|led|linked|ruled|held)$"
)
AFTER = frozenset(("of", "from", "in"))
# Numbers and quantities before an actor belong to a figure, not to the actor.
LEFT_OUT = frozenset(
    [
        "some",
        "many",
        "most",
        "several",
        "few",
        "all",
        "both",
        "other",
        "various",
        "numerous",
        "different",
        "such",
        "more",
        "these",
        "those",
    ]
)
MOST = 4
# A group called by nothing but these is a label for somebody already named.
EVALUATING = frozenset(
    [
        "terror",
        "terrorist",
        "extremist",
        "criminal",
        "rebel",
        "insurgent",
        "militant",
        "prominent",
        "great",
        "small",
        "large",
    ]
)


def find_unnamed(text: str, sentences: Sequence[Sentence], roles: Roles | None = None) -> list[Mention]:
    """Return actors that are described rather than named."""
    roles = roles or load_roles()
    longest = max((len(phrase) for phrase in roles.phrases), default=0)
    found: list[Mention] = []
    for sentence in sentences:
        i, floor = 0, 0
        folded = [_plain(word) for word in sentence.folded]
        while i < len(folded):
            after = _phrase_end(folded, i, roles, longest)
            if after is None and folded[i] in roles.heads and not _is_verb(sentence, folded, i):
                after = i + 1
            if after is None:
                i += 1
                continue
            first = _left(sentence, folded, i + (folded[i] == "the"), floor, roles)
            end = _right(sentence, folded, after)
            mention = _mention(text, sentence, first, end, folded[after - 1], roles, after)
            if mention is not None:
                found.append(mention)
            i = floor = max(after, end)
    return found


def _plain(word: str) -> str:
    return word.strip("'’")


def _phrase_end(folded: Sequence[str], i: int, roles: Roles, longest: int) -> int | None:
    # One more than the longest phrase: "women's" is two words here.
    for size in range(min(longest + 1, len(folded) - i), 1, -1):
        if tuple(_possessives(folded[i : i + size])) in roles.phrases:
            return i + size
    return None


def _possessives(words: Sequence[str]) -> list[str]:
    """Write "women", "s" as phrases are written: "women's"."""
    joined: list[str] = []
    for word in words:
        if word == "s" and joined:
            joined[-1] += "'s"
        else:
            joined.append(word)
    return joined


def _is_verb(sentence: Sentence, folded: Sequence[str], i: int) -> bool:
    """Return whether a word that is also a verb is one here: "he guards the bridge", "to staff the office"."""
    if folded[i] not in ("guards", "patrols", "staff", "powers", "units", "monitors", "experts", "states"):
        return False
    before = folded[i - 1] if i else ""
    return before in ("to", "he", "she", "it", "who", "which", "that", "and")


def _left(sentence: Sentence, folded: Sequence[str], head: int, floor: int, roles: Roles) -> int:
    """Return where the words that belong to an actor begin."""
    first = head
    while first > floor and head - first < MOST:
        word, gap = folded[first - 1], sentence.between(first)
        if gap not in (" ", "-", "‑", "\u00a0", "'", "’", "/", "  ", "\u00a0 "):
            break
        if word == "s" and first - 2 >= floor and sentence.between(first - 1) in ("'", "’"):
            if folded[first - 2] in roles.modifiers | roles.heads | frozenset(
                ("women", "children", "people")
            ):
                first -= 2
                continue
            break
        if not _belongs(word, gap, sentence.words[first - 1], roles):
            break
        first -= 1
    while first < head and (folded[first] in LEFT_OUT or folded[first] in ("s", "and", "the")):
        first += 1
    return first


def _belongs(word: str, gap: str, written: str, roles: Roles) -> bool:
    if word in LEFT_OUT:
        return False
    if word in roles.modifiers or word in word_list("peoples"):
        return True
    if gap in ("-", "‑") and word not in word_list("function"):
        return True
    if word in word_list("function") or word.isdigit():
        return False
    return bool(ADJECTIVE.search(word)) and not written[0].isupper()


def _right(sentence: Sentence, folded: Sequence[str], after: int) -> int:
    """Take in "of Afghanistan" or "from the north": one name or noun after "of"."""
    if after >= len(folded) - 1 or folded[after] not in AFTER or sentence.between(after) != " ":
        return after
    at = after + 1
    if folded[at] == "the" and at + 1 < len(folded):
        at += 1
    if not sentence.words[at][0].isupper() or folded[after] != "of":
        return after
    end = at + 1
    while end < len(folded) and sentence.words[end][0].isupper() and sentence.between(end) in (" ", "-"):
        end += 1
    return end


def _mention(
    text: str, sentence: Sentence, first: int, end: int, head: str, roles: Roles, after: int
) -> Mention | None:
    # A bare noun in the plural is an actor; a bare collective ("group", "forces", "people") says too little.
    if end - first == 1 and head in roles.vague:
        return None
    if (
        end - first > 1
        and head in roles.vague
        and set(sentence.folded[first : after - 1]) <= EVALUATING
        and head == "group"
    ):
        return None
    start, stop = sentence.places[first][0], sentence.places[end - 1][1]
    of_people = head in roles.populations and (after - first == 1 or _of_people(sentence, first, after))
    kind = "population" if of_people else "unnamed"
    piece = text[start:stop]
    return Mention(start, stop, piece, kind, piece.lower(), "pattern", 0.6)


def _of_people(sentence: Sentence, first: int, after: int) -> bool:
    """Return whether an actor is told apart by who people are: "Hazara women"."""
    return any(word.lower() in word_list("peoples") for word in sentence.words[first : after - 1])
