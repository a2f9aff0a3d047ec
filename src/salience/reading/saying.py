"""Whether a word says that somebody speaks, and who: verbs of saying are often nouns, or tell nothing said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from salience.reading.clauses import Actor, actor_after, actor_before, clause_end, cue_at, cues, piece
from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement


def saying_words(sentence: Sentence) -> Iterator[int]:
    """Give the words of a sentence that are verbs of saying."""
    for i in range(len(sentence.places)):
        if cue_at(sentence, i, "saying") is not None and not is_noun(sentence, i):
            yield i


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the single words of one list of `cues.toml`."""
    return frozenset(entry[0] for entry in cues(name) if len(entry) == 1)


def is_noun(sentence: Sentence, i: int) -> bool:
    """Return whether a word that is also a verb of saying stands as a noun, or as a part of "so-called"."""
    word, before = sentence.folded[i], sentence.folded[i - 1] if i else ""
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    nouns = words_of("nouns_too")
    if before in ("so", "self") and sentence.between(i) in ("-", " ", "‑"):
        return True
    if before in words_of("determiners"):
        soft = {"that", "this", "his", "her"}
        return word in nouns or word.endswith("ing") or before not in soft
    if before in ("of", "s") and word in nouns:
        return True
    if word in ("warning", "warnings"):
        return "," not in sentence.between(i) and following not in ("that", "of")
    if word in nouns:
        named = i == 0 or following in ("of", "about", "from", "by", "on", "in", "no")
        return named or before in words_of("before_nouns")
    return False


def says_something(
    sentence: Sentence, i: int, quoted: Sequence[Statement], labels: Sequence[Statement]
) -> bool:
    """Return whether a quote, a label, "that" or a comma stands by a verb that often says nothing."""
    following = sentence.folded[i + 1 : i + 3]
    if "that" in following or (i and sentence.folded[i - 1] == "as"):
        return True
    place = sentence.places[i][1]
    if any(sentence.start <= q.start < sentence.end for q in quoted):
        return True
    if cue_at(sentence, i, "naming") is not None:
        reach = sentence.places[min(i + 9, len(sentence.places) - 1)][1]
        if any(place <= label.start < reach for label in labels):
            return True
    before = sentence.between(i)
    gap = sentence.between(i + 1) if i + 1 < len(sentence.places) else ""
    if any(mark in before for mark in ',"”’') or any(mark in gap for mark in ':"“'):
        return True
    return "responsibility" in following or _finds_a_number(sentence, i)


def _finds_a_number(sentence: Sentence, i: int) -> bool:
    """Return whether a report, or who makes reports, finds a number: "UN reports have detected 23 groups"."""
    if not any(word.isdigit() for word in sentence.folded[i + 1 : i + 4]):
        return False
    return bool(words_of("papers") & set(sentence.folded[max(0, i - 5) : i]))


def subject_of(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> Actor | None:
    """Return who says: before the verb, or after it where a comma or a quote precedes ("..., said X")."""
    beside = _up_to_comma(sentence, i, mentions)
    if beside is not None:
        return beside
    if _inverted(sentence, i):
        after = actor_after(sentence, i + 1, mentions, 3)
        if after is None and _names_follow(sentence, i):
            after = noun_after(sentence, i + 1)
        if after is not None:
            return after
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    passive = i and sentence.folded[i - 1] in ("was", "were", "is", "are", "been", "being")
    if passive and "by" in sentence.folded[i + 1 : i + 6] and sentence.folded[i] not in ("quoted", "cited"):
        return actor_after(sentence, sentence.folded.index("by", i + 1) + 1, mentions, 5)
    by = actor_after(sentence, i + 2, mentions, 5) if following == "by" else None
    return by or actor_before(sentence, i, mentions)


def _up_to_comma(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> Actor | None:
    """Return the actor that ends at the comma before a verb: "its envoy, Tahir Osmin, dismissed the word"."""
    place = sentence.places[i][0]
    for m in reversed(mentions):
        if sentence.start <= m.start and m.end <= place and m.kind != "place":
            gap = sentence.text[m.end - sentence.start : place - sentence.start]
            commas = sentence.text[: m.start - sentence.start].rstrip().endswith(",")
            return Actor(m.text, m.start, m.end) if gap.lstrip('”"’)').strip() == "," and commas else None
    return None


def _inverted(sentence: Sentence, i: int) -> bool:
    """Return whether the speaker follows the verb: it opens the sentence, or a comma or a quote stands before it."""
    if i == 0:
        return True
    if sentence.folded[i] not in words_of("inverting") or _subject_close(sentence, i):
        return False
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    if following in ("us", "him", "her", "them", "me", "it", "this", "that", "to", "by", "on", "in"):
        return False
    return any(mark in sentence.between(i) for mark in ',"”’»')


def _names_follow(sentence: Sentence, i: int) -> bool:
    """Return whether a name or an article follows: "said the driver", not "said little"."""
    following = sentence.words[i + 1] if i + 1 < len(sentence.words) else ""
    return following[:1].isupper() or following in ("the", "a", "an", "one", "another")


def _subject_close(sentence: Sentence, i: int) -> bool:
    return bool(i) and sentence.folded[i - 1] in ("he", "she", "they", "it", "i", "we", "who", "which")


def noun_after(sentence: Sentence, i: int) -> Actor | None:
    """Return the noun phrase that follows "said": up to a comma, a stop or a function word."""
    if i >= len(sentence.places):
        return None
    end = clause_end(sentence, i, 8)
    after = i
    while after < end and (sentence.folded[after] not in word_list("function") or after == i
                           or sentence.folded[after] in ("of", "the", "for", "a", "an")):  # fmt: skip
        after += 1
    while after > i and sentence.folded[after - 1] in ("of", "the", "for", "a", "an"):
        after -= 1
    first = i + 1 if sentence.folded[i] in ("the", "a", "an") else i
    if after <= first or sentence.folded[first] in word_list("function"):
        return None
    low, high = piece(sentence, first, after)
    return Actor(sentence.text[low - sentence.start : high - sentence.start], low, high)
