"""How a text calls an actor: "de facto authorities", "terror group". A label belongs to whoever uses it.

It never becomes part of an actor's name; whom it means, and who says it, is found by `label_ties`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salience.reading.clauses import cue_at, cues, openings, piece
from salience.reading.label_ties import Tied, meant, speaker_of
from salience.reading.lexicon import word_list
from salience.reading.saying import words_of
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

ACTORS = ("organisation", "person", "unnamed", "other", "population")
OPENING, CLOSING = "\"“‘'«", "\"”’'»"
MOST_QUOTED = 5
WITHIN = frozenset(("of", "the", "in", "and", "a", "an", "our"))


def find_labels(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], quotes: Sequence[Statement] = ()
) -> list[Statement]:
    """Return the labels of a text, with whom they mean.

    Parameters
    ----------
    quotes : sequence of Statement
        What stands in quotation marks: a label in there is its speaker's.
    """
    named = [m for m in mentions if m.kind in ("organisation", "person") and m.how != "pattern"]
    others = [m for m in mentions if m.kind in ("organisation", "person", "place")]
    found: list[Statement] = []
    # Labels that were tied to an actor by what stands beside them; "the terror group" is then the same one.
    known: list[tuple[set[str], str]] = []
    common = {word for entry in cues("label_common") for word in entry}
    for number, sentence in enumerate(sentences):
        here = standing_between(named, sentence.start, sentence.end)
        earlier = standing_between(named, sentences[max(0, number - 1)].start, sentence.start)
        near = [m for m in standing_between(mentions, sentence.start, sentence.end) if m.kind in ACTORS]
        for first, after, how_found in _labels_in(sentence, near):
            low, high = piece(sentence, first, after)
            if any(m.start <= low and high <= m.end and m.kind != "unnamed" for m in here):
                continue
            tied = meant(text, sentence, (first, after), Tied(here, near, earlier, others, known))
            if tied.about is not None and tied.how == "pattern":
                known.insert(0, (set(sentence.folded[first:after]) - common, tied.about))
            if (
                tied.about is None
                and how_found == "head"
                and sentence.folded[after - 1] in words_of("label_adjectival")
            ):
                continue
            label = sentence.text[low - sentence.start : high - sentence.start]
            speaker = speaker_of(sentence, first, near, quotes, tied.about)
            found.append(
                Statement(low, high, label, "label", label.lower(), speaker, tied.about, tied.how,
                          {"pattern": 0.8, "inferred": 0.5}.get(tied.how, 0.4), {})
            )  # fmt: skip
    return found


def _labels_in(sentence: Sentence, near: Sequence[Mention]) -> Iterator[tuple[int, int, str]]:
    """Give where labels begin and end, and how each was found; none overlaps another."""
    opens = openings("label_heads", "label_phrases", "label_marks", "label_adjectives", "naming", "known_as")
    begin = [i for i, word in enumerate(sentence.folded) if word in opens]
    quoted = dict(_quoted_names(sentence, begin)) if any(mark in sentence.text for mark in OPENING) else {}
    past = 0
    for i in sorted({*begin, *quoted}):
        if i < past:
            continue
        found = (
            (i, quoted[i], "quoted") if i in quoted else _marked(sentence, i, near) or _phrase(sentence, i)
            or _judging(sentence, i, near) or _head(sentence, i)
        )  # fmt: skip
        if found is not None:
            yield found
            past = max(found[1], i + 1)


def _quoted_names(sentence: Sentence, begin: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give what stands in quotation marks after a verb of naming: `calls them "the boys"`."""
    for i in begin:
        after = cue_at(sentence, i, "naming") or cue_at(sentence, i, "known_as")
        if after is None:
            continue
        for j in range(after, min(after + 8, len(sentence.places))):
            gap = sentence.between(j)
            if any(mark in gap for mark in ".;:!?"):
                break
            if gap[-1:] in OPENING and gap:
                end = _closes(sentence, j)
                first = j + (sentence.folded[j] in ("the", "a", "an"))
                if end is not None and first < end:
                    yield first, end
                break


def _closes(sentence: Sentence, j: int) -> int | None:
    """Return the word after a short phrase in quotation marks that begins at word j."""
    for end in range(j + 1, min(j + 1 + MOST_QUOTED, len(sentence.places) + 1)):
        word = sentence.folded[end - 1]
        if word in word_list("function") and word not in WITHIN:
            return None
        low = sentence.places[end - 1][1] - sentence.start
        high = sentence.places[end][0] - sentence.start if end < len(sentence.places) else len(sentence.text)
        gap = sentence.text[low:high].lstrip(",.")
        if gap[:1] and gap[:1] in CLOSING:
            return end
    return None


def _marked(sentence: Sentence, i: int, near: Sequence[Mention]) -> tuple[int, int, str] | None:
    """Read "so-called": alone, for what follows is the other's own name; with "self-declared" also a common noun."""
    after = cue_at(sentence, i, "label_marks")
    if after is None or after >= len(sentence.places):
        return None
    if sentence.folded[i] != "self" or sentence.words[after][0].isupper():
        actor = sentence.words[after][0].isupper() or any(m.start == sentence.places[after][0] for m in near)
        return (i, after, "mark") if actor else None
    end = after
    while end < len(sentence.places) and end - after < 3 and sentence.between(end) == " ":
        if sentence.folded[end] in word_list("function") or sentence.words[end][0].isupper():
            break
        end += 1
    return (i, end, "mark") if end > after else (i, after, "mark")


def _phrase(sentence: Sentence, i: int) -> tuple[int, int, str] | None:
    after = cue_at(sentence, i, "label_phrases")
    return (_with_adjectives(sentence, i), after, "phrase") if after is not None else None


def _judging(sentence: Sentence, i: int, near: Sequence[Mention]) -> tuple[int, int, str] | None:
    """Read a judging adjective with what it judges: "criminal structure", or only it before a name."""
    if sentence.folded[i] not in words_of("label_adjectives") or i + 1 >= len(sentence.places):
        return None
    if sentence.between(i + 1) != " ":
        return None
    if sentence.folded[i + 1] in words_of("label_collectives") and sentence.words[i + 1][0].islower():
        return _with_adjectives(sentence, i), i + 2, "judging"
    place = sentence.places[i + 1][0]
    if sentence.words[i][0].islower() and any(
        m.start == place and m.kind in ("organisation", "person") for m in near
    ):
        return i, i + 1, "judging"
    return None


def _head(sentence: Sentence, i: int) -> tuple[int, int, str] | None:
    after = cue_at(sentence, i, "label_heads")
    if after is None:
        return None
    if sentence.folded[i] in words_of("label_adjectival") and after < len(sentence.folded):
        following = sentence.folded[after]
        if sentence.between(after) in (" ", "-") and following not in words_of("label_after"):
            return None
    return _with_adjectives(sentence, i), after, "head"


def _with_adjectives(sentence: Sentence, i: int) -> int:
    first = i
    before = words_of("label_before")
    while first > 0 and sentence.folded[first - 1] in before and sentence.between(first) in (" ", "-"):
        first -= 1
    return first
