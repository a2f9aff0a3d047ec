"""The same actor by a shorter name, and "the group" after exactly one: only where it is safe, and marked as inferred.

Short forms are tied to the longer name that the same text holds: "(URN)" after "United Relief Network", "Venn" after
"Daro Venn", "the Network" after the only network. Where two could be meant, nothing is tied. "The group" and its like
are references, kept apart from mentions; pronouns are never resolved here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

SMALL = frozenset(("of", "the", "for", "and", "in", "de", "del", "la", "on"))
OPEN_BRACKET = re.compile(r"\s*\(\s*[\"“'‘]?")
OWN_VOICE = frozenset(("i", "we", "us", "me"))
FAR = 3_000
ACTORS = ("organisation", "unnamed", "other")


def link_names(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Give short forms the value and kind of the longer name they stand for.

    Parameters
    ----------
    text : str
        What was read.
    mentions : sequence of Mention
        In its order. What the record's aliases say is never changed.

    Returns
    -------
    list of Mention
        As many, in the same order; a tied one has `how` "inferred".
    """
    short = _abbreviations(text, mentions)
    kinds = _kinds(mentions)
    longer = _by_word(mentions)
    linked = []
    for m in mentions:
        if m.how in ("alias", "gazetteer") or m.kind in ("unnamed", "population"):
            linked.append(m)
            continue
        whole = short.get(m.text) or _whole(m, longer.get(m.text, ()))
        if whole is not None and whole.value != m.value:
            linked.append(replace(m, kind=whole.kind, value=whole.value, how="inferred"))
        else:
            linked.append(replace(m, kind=kinds.get(m.text, m.kind)) if m.kind == "other" else m)
    return linked


def _abbreviations(text: str, mentions: Sequence[Mention]) -> dict[str, Mention]:
    """Return what stands for what: capitals in brackets after a name whose words begin with them."""
    found: dict[str, Mention] = {}
    for whole, short in pairwise(mentions):
        if not OPEN_BRACKET.fullmatch(text[whole.end : short.start]) or not short.text.isupper():
            continue
        initials = "".join(
            word[0] for word in re.split(r"[\s'’-]+", whole.text) if word and word.lower() not in SMALL
        )
        if _subsequence(short.text.lower(), initials.lower()) or _subsequence(
            short.text.lower(), whole.text.lower()
        ):
            found[short.text] = whole
    return found


def _subsequence(short: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in short)


def _kinds(mentions: Sequence[Mention]) -> dict[str, str]:
    """Return the kind of names that stand once with a telling neighbour and once without: all but one agree."""
    seen: dict[str, set[str]] = {}
    for m in mentions:
        if m.kind in ("person", "organisation", "place"):
            seen.setdefault(m.text, set()).add(m.kind)
    return {name: next(iter(kinds)) for name, kinds in seen.items() if len(kinds) == 1}


def _by_word(mentions: Sequence[Mention]) -> dict[str, list[Mention]]:
    """Return for each word the names of several words, one mention of each, that hold it."""
    found: dict[str, dict[str, Mention]] = {}
    for m in mentions:
        words = m.text.split()
        if m.kind in ("person", "organisation") and len(words) > 1:
            for word in words:
                found.setdefault(word, {}).setdefault(m.value, m)
    return {word: list(names.values()) for word, names in found.items()}


def _whole(m: Mention, longer: Sequence[Mention]) -> Mention | None:
    """Return the only longer name before a short one that it can stand for."""
    if " " in m.text or len(m.text) < 3:
        return None
    last = {
        w.value: w for w in longer if w.end <= m.start and w.kind == "person" and w.text.split()[-1] == m.text
    }
    if len(last) == 1:
        return next(iter(last.values()))
    if m.kind == "place" or m.text.lower() in word_list("peoples"):
        return None
    within = {
        w.value: w
        for w in longer
        if w.end <= m.start and w.kind == "organisation" and m.text in w.text.split()
    }
    return next(iter(within.values())) if len(within) == 1 and not last else None


def with_full_names(statements: Sequence[Statement], mentions: Sequence[Mention]) -> list[Statement]:
    """Write speakers, and whom a statement is about, by the name that their mention stands for, where all agree.

    "We" and "I" are the one who speaks the quote in which they stand; outside quotes the text's own voice, None.
    """
    values: dict[str, set[str]] = {}
    for m in mentions:
        if m.kind in ("person", "organisation", "other"):
            values.setdefault(m.text, set()).add(m.value)
    full = {name: next(iter(known)) for name, known in values.items() if len(known) == 1}
    quotes = [s for s in statements if s.kind == "quote"]
    written = []
    for s in statements:
        speaker = s.speaker
        if speaker is not None and speaker.lower() in OWN_VOICE:
            within = [q for q in quotes if q.start <= s.start and s.end <= q.end and q is not s]
            speaker = within[0].speaker if within else None
        written.append(
            replace(s, speaker=full.get(speaker or "", speaker), about=full.get(s.about or "", s.about))
        )
    return written


def find_references(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Mention]:
    """Return "the group", "the movement" and their like, each with the one actor it can stand for.

    Safe means: exactly one organisation is named before it in the same paragraph, and no other group, named or not,
    could be meant; or the noun is a part of the name of exactly one ("the brigade" after "Desert Shield Brigade").

    Returns
    -------
    list of Mention
        With `how` "inferred" and the note "reference".
    """
    found = []
    for sentence in sentences:
        paragraph = text.rfind("\n\n", max(0, sentence.start - FAR), sentence.start) + 1
        for low, high, noun in _nouns(sentence):
            near = standing_between(mentions, max(paragraph, low - FAR), high)
            if any(low < m.end for m in near):
                continue
            before = [m for m in near if m.kind in ACTORS]
            whom = _only(noun, before)
            if whom is not None:
                found.append(
                    Mention(low, high, text[low:high], "organisation", whom, "inferred", 0.5, ("reference",))
                )
    return found


def _nouns(sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """Give "the group" and the like: an article, the noun, and nothing that tells another group."""
    nouns = word_list("references")
    for i in range(1, len(sentence.places)):
        if sentence.folded[i] not in nouns or sentence.folded[i - 1] != "the" or sentence.between(i) != " ":
            continue
        following = sentence.folded[i + 1] if i + 1 < len(sentence.places) else ""
        if following in ("of", "that", "which", "in", "from"):
            continue
        yield sentence.places[i - 1][0], sentence.places[i][1], sentence.folded[i]


def _only(noun: str, before: Sequence[Mention]) -> str | None:
    named = [m for m in before if m.kind == "organisation"]
    part = {m.value for m in named if noun in re.split(r"[\s'’-]+", f"{m.text} {m.value}".lower())}
    if len(part) == 1:
        return part.pop()
    if part or noun not in word_list("any_group"):
        return None
    others = [m for m in before if m.kind != "organisation"]
    values = {m.value for m in named}
    return values.pop() if len(values) == 1 and not others else None
