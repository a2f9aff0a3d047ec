"""Actors without a proper name: "ex-security forces", "women's movements", "unidentified gunmen", "the driver".

A noun for people who act together, for an institution, or for one person by what they do; with the words that belong
to it before it, and "of ..." after it. The nouns are in `roles.toml`, which a case can have of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from salience.reading.clauses import cue_at
from salience.reading.lexicon import Roles, load_roles, word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention

ADJECTIVE = re.compile(
    r"(?:ist|ian|ean|ese|ish|ive|ical|ial|ional|ous|ful|ary|less|based|backed|led|linked|ruled|held)$"
)
AFTER = frozenset(("of", "from", "in", "without"))
SPACES = frozenset((" ", "-", "‑", "\u00a0", "'", "’", "/", "  ", "\u00a0 "))
POSSESSED = frozenset(("women", "children", "people"))
ACTING = ("saying", "demand_for", "demand_against", "naming", "phrases")
TOLD = frozenset(("told", "tell", "tells", "telling", "to"))
PEOPLE = frozenset(("women", "men", "girls", "boys", "children"))
OURS = frozenset(("our", "my"))
MOST = 4


def find_unnamed(text: str, sentences: Sequence[Sentence], roles: Roles | None = None) -> list[Mention]:
    """Return actors that are described rather than named."""
    roles = roles or load_roles()
    longest = max((len(phrase) for phrase in roles.phrases), default=0)
    found: list[Mention] = []
    begin = _beginnings(roles)
    for sentence in sentences:
        floor = 0
        folded = [word.strip("'’") for word in sentence.folded]
        for i, word in enumerate(folded):
            if i < floor or not (word in begin or word + "'s" in begin):
                continue
            after = _phrase_end(folded, i, roles, longest) or _head_end(sentence, folded, i, roles)
            if after is None:
                continue
            first = _left(sentence, folded, i + (word == "the"), floor, roles)
            end = _right(sentence, folded, after)
            if _is_actor(sentence, folded, (first, after, end), roles):
                found.append(_mention(text, sentence, first, after, end, roles))
            floor = max(after, end)
    return found


@cache
def _beginnings(roles: Roles) -> frozenset[str]:
    return roles.openings | roles.heads | roles.institutions | roles.singles


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


def _head_end(sentence: Sentence, folded: Sequence[str], i: int, roles: Roles) -> int | None:
    """Return the word after a head noun that stands at word i and is one there."""
    word = folded[i]
    if word in roles.heads:
        return None if _is_verb(folded, i) else i + 1
    if word not in roles.institutions and word not in roles.singles:
        return None
    following = folded[i + 1] if i + 1 < len(folded) else ""
    gap = sentence.between(i + 1) if following else ""
    # "police officers", "media coverage", "General Rahimi": the first noun belongs to the next word.
    if gap in (" ", "-") and not _goes_on(sentence, i + 1):
        return None
    if sentence.words[i][0].isupper() and not (_opens(sentence, i) or ":" in gap):
        return None
    if word in roles.singles and _told_apart(sentence, folded, i, gap):
        return None
    return i + 1


def _goes_on(sentence: Sentence, k: int) -> bool:
    """Return whether word k can follow a whole noun phrase: a verb or a function word."""
    word, written = sentence.folded[k], sentence.words[k]
    if written[0].isupper() or word in word_list("things"):
        return False
    return (
        word in word_list("function")
        or word in word_list("auxiliaries")
        or word.endswith("ed")
        or any(cue_at(sentence, k, name) for name in ACTING)
    )


def _told_apart(sentence: Sentence, folded: Sequence[str], i: int, gap: str) -> bool:
    """Return whether a single person is named beside the word, or is no more than somebody's: "its envoy"."""
    if gap.startswith(",") and i + 1 < len(sentence.words) and sentence.words[i + 1][0].isupper():
        return True
    k = i
    while k > 0 and i - k < MOST and sentence.between(k) in (" ", "-"):
        k -= 1
        if folded[k] in ("a", "an", "another", *OURS):
            if k and "," in sentence.between(k) and sentence.words[k - 1][0].isupper():
                return True  # "Amna Bakhit, a lawyer in El Obeid"
            return not _acts(sentence, folded, k, i + 1)
        if folded[k] == "the":
            return False
    return True


def _opens(sentence: Sentence, i: int) -> bool:
    """Return whether a word opens a sentence, a quote or what follows a dateline."""
    return i == 0 or any(mark in sentence.between(i) for mark in '—–"“‘:')


def _is_verb(folded: Sequence[str], i: int) -> bool:
    """Return whether a word that is also a verb is one here: "he guards the bridge", "to staff the office"."""
    if folded[i] not in word_list("verbs_too"):
        return False
    before = folded[i - 1] if i else ""
    return before in ("to", "he", "she", "it", "who", "which", "that", "and")


def _left(sentence: Sentence, folded: Sequence[str], head: int, floor: int, roles: Roles) -> int:
    """Return where the words that belong to an actor begin."""
    first, left_out = head, word_list("quantities")
    while first > floor and head - first < MOST:
        word, gap = folded[first - 1], sentence.between(first)
        if gap not in SPACES:
            break
        if word == "s" and first - 2 >= floor and sentence.between(first - 1) in ("'", "’"):
            owner = sentence.words[first - 2]
            if folded[first - 2] in roles.modifiers | roles.heads | POSSESSED or owner[0].isupper():
                first -= 2
                if owner[0].isupper():
                    while (
                        first > floor
                        and sentence.words[first - 1][0].isupper()
                        and sentence.between(first) == " "
                    ):
                        first -= 1
                    break
                continue
            break
        if not _belongs(word, gap, sentence.words[first - 1], roles):
            break
        first -= 1
    if first == head and _owned_noun(sentence, folded, head, floor, roles):
        first -= 1
    while first < head and (folded[first] in left_out or folded[first] in ("s", "and", "the")):
        first += 1
    return first


def _owned_noun(sentence: Sentence, folded: Sequence[str], head: int, floor: int, roles: Roles) -> bool:
    """Return whether a noun before an institution belongs to it: "the education ministry", "a district official"."""
    if (
        folded[head] not in roles.institutions | roles.singles
        or head - 2 < floor
        or sentence.between(head) != " "
    ):
        return False
    word = folded[head - 1]
    if (
        word in word_list("function")
        or word in word_list("quantities")
        or not sentence.words[head - 1].islower()
    ):
        return False
    return folded[head - 2] in ("the", "a", "an") and not word.endswith(("ed", "ly"))


def _belongs(word: str, gap: str, written: str, roles: Roles) -> bool:
    if word in word_list("quantities"):
        return False
    if word in roles.modifiers or word in word_list("peoples"):
        return True
    if word in word_list("function") or word.isdigit():
        return False
    if gap in ("-", "‑"):
        return True
    if written.isupper() and written.isalpha() and len(written) > 1:
        return True  # "the UN mission"
    return not written[0].isupper() and (
        bool(ADJECTIVE.search(word)) or word in roles.institutions or word in roles.singles
    )


def _right(sentence: Sentence, folded: Sequence[str], after: int) -> int:
    """Take in "of Afghanistan", "in uniform", and of people the second of a pair: "women and girls"."""
    if (
        folded[after - 1] in PEOPLE
        and folded[after : after + 1] == ["and"]
        and set(folded[after + 1 : after + 2]) <= PEOPLE
    ):
        return min(after + 2, len(folded))
    if after >= len(folded) - 1 or folded[after] not in AFTER or sentence.between(after) != " ":
        return after
    at = after + 1
    if folded[at] in ("the", "a", "an") and at + 1 < len(folded):
        at += 1
    if folded[after] == "of" and (sentence.words[at][0].isupper() or sentence.words[at].isdigit()):
        end = at + 1
        while end < len(folded) and sentence.words[end][0].isupper() and sentence.between(end) in (" ", "-"):
            end += 1
        return end
    if folded[after] in ("in", "without"):
        # What people wear tells who they are; where they happen to be does not.
        for end in range(at + 1, min(at + 3, len(folded) + 1)):
            if folded[end - 1] in word_list("worn") and all(
                sentence.between(k) == " " for k in range(after, end)
            ):
                return end
    return after


def _is_actor(sentence: Sentence, folded: Sequence[str], place: tuple[int, int, int], roles: Roles) -> bool:
    """Return whether a description is somebody who acts or is spoken to, rather than a word or a count."""
    first, after, end = place
    head, bare, before = folded[after - 1], end - first == 1, folded[first - 1] if first else ""
    merely_told = end == after and head in ("reporters", "journalists") and before in TOLD
    any_at_all = (
        head in roles.institutions and after - 1 == first and before in ("a", "an", "one", "no", "any", "as")
    )
    if merely_told or any_at_all:
        return False
    if head in roles.vague and not set(folded[first : after - 1]) - word_list("evaluating"):
        return head != "group" and (not bare or before in OURS or _acts(sentence, folded, first, end))
    if not bare or head in roles.institutions or head in roles.singles:
        return True
    if _of_number(folded, first):
        return _acts(sentence, folded, first, end)
    # "the women" are those spoken of before.
    return head not in roles.populations or before not in ("the", "these", "those")


def _of_number(folded: Sequence[str], first: int) -> bool:
    """Return whether a noun is merely counted: "twelve families", "dozens of houses"."""
    if not first:
        return False
    before = folded[first - 1]
    if before == "of" and first > 1:
        return folded[first - 2] in word_list("counts")
    if before == "and" and first > 2:
        return folded[first - 2] in ("women", "men", "boys", "girls") and _of_number(folded, first - 2)
    return before[0].isdigit() or before in word_list("counts")


def _acts(sentence: Sentence, folded: Sequence[str], first: int, end: int) -> bool:
    """Return whether an actor says or wants something, or is spoken to."""
    k = end
    while k < len(folded) and k - end < 3 and folded[k] in word_list("auxiliaries"):
        k += 1
    if k < len(folded) and sentence.between(k) == " " and any(cue_at(sentence, k, name) for name in ACTING):
        return True
    return _follows(folded, first, "told_to")


def _follows(folded: Sequence[str], first: int, name: str) -> bool:
    """Return whether a word of a list stands before an actor, an article or number between them or not."""
    k = first - 1
    while k >= 0 and (
        folded[k] in ("the", "a", "an", "its", "their", "other", "some", "two", "both") or folded[k].isdigit()
    ):
        k -= 1
    return k >= 0 and folded[k] in word_list(name)


def _mention(text: str, sentence: Sentence, first: int, after: int, end: int, roles: Roles) -> Mention:
    start, stop = sentence.places[first][0], sentence.places[end - 1][1]
    head = sentence.folded[after - 1]
    among = any(word.lower() in word_list("peoples") for word in sentence.words[first : after - 1])
    if sentence.folded[end - 1] in PEOPLE:
        after = end
    bare = sentence.folded[first] in PEOPLE or after - first == 1 or head == "population"
    people = end == after and (
        (head in roles.populations and (bare or among)) or (among and head in word_list("people_nouns"))
    )
    piece = text[start:stop]
    return Mention(start, stop, piece, "population" if people else "unnamed", piece.lower(), "pattern", 0.6)
