"""What stands beside a cue: who speaks before it, whom it concerns after it, and where its clause ends."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention

PRONOUNS = frozenset(["he", "she", "they", "it", "we", "i", "who", "which"])
STOPS = re.compile(r"[;:.!?؟،]|,(?=\s)|\s[-–—]\s|[—]")
MOST_WORDS = 14
NEGATIONS = frozenset(
    ("don't", "dont", "didn't", "doesn't", "n't", "t", "don", "didn", "doesn", "cannot", "could", "neither")
)
CHAIN = re.compile(
    r"(?:'s|’s)?(?:, (?:the |a |an )(?:\w+ ){0,3})? ?(?:of|for|from|in|at|by|with) (?:the |a |an )?"
    r"(?:(?!who|which|that|and|but|while)\w+ ){0,2}"
    r"|(?:'s|’s) (?:\w+ ){0,2}|(?:'s|’s)? (?:(?!who|which|that|and|but|while|told|said)\w+ )?"
)
ASIDE = re.compile(
    r"(?:\s*\(\w+\))?,\s(?:who|which|whose|whom|that|speaking|citing|quoting)\b[^,.;]*,\s(?:[\w'’]+\s){0,3}$"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody beside a cue.

    Attributes
    ----------
    text : str
        In the text's words.
    start, end : int
        Where.
    how : str
        "beside", "pronoun" (nobody has said for whom it stands) or "inferred" (a pronoun with one candidate).
    """

    text: str
    start: int
    end: int
    how: str = "beside"


@cache
def cues(name: str) -> tuple[tuple[str, ...], ...]:
    """Return one list of `cues.toml` as tuples of words, the longest first."""
    told = tomllib.loads(files(__package__).joinpath("cues.toml").read_text(encoding="utf-8"))[name]
    parts = told.split(",") if "," in told else told.split()
    split = {tuple(word for word in re.split(r"[\s'’-]+", part.lower().strip()) if word) for part in parts}
    return tuple(sorted((entry for entry in split if entry), key=lambda entry: (-len(entry), entry)))


@cache
def _by_first(name: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for entry in cues(name):
        table.setdefault(entry[0], []).append(entry)
    return {first: tuple(entries) for first, entries in table.items()}


@cache
def openings(*names: str) -> frozenset[str]:
    """Return the words with which the entries of some lists of `cues.toml` begin."""
    return frozenset(entry[0] for name in names for entry in cues(name))


def cue_at(sentence: Sentence, i: int, name: str) -> int | None:
    """Return the word after a cue of a list that begins at word i; None when none does."""
    entries = _by_first(name).get(sentence.folded[i])
    if entries is None:
        return None
    for entry in entries:
        after = i + len(entry)
        if len(entry) == 1 or (tuple(sentence.folded[i:after]) == entry and not any(
            STOPS.search(sentence.between(k)) for k in range(i + 1, after)
        )):  # fmt: skip
            return after
    return None


def holds_cue(text: str, name: str) -> str | None:
    """Return the first cue of a list that a piece of text holds; None when it holds none."""
    folded = [w for w in re.split(r"[^\w]+", text.lower()) if w]
    table = _by_first(name)
    for i, word in enumerate(folded):
        for entry in table.get(word, ()):
            if tuple(folded[i : i + len(entry)]) == entry:
                return " ".join(entry)
    return None


def actor_before(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> Actor | None:
    """Return who stands as subject before word i: the nearest actor that no other verb's clause cuts off."""
    place, last = sentence.places[i][0], _before_auxiliaries(sentence, i)
    if last >= 0 and sentence.folded[last] in PRONOUNS - {"who", "which"}:
        low, high = sentence.places[last]
        return Actor(sentence.words[last], low, high, "pronoun")
    near = [m for m in mentions if sentence.start <= m.start and m.end <= place and m.kind != "place"]
    near = [m for m in near if not _adjective(m) and not any(
        m is not o and o.start <= m.start and m.end <= o.end for o in near)]  # fmt: skip
    near = [m for m in near if sentence.index_at(m.start) >= i - MOST_WORDS]
    # "X, who speaks for Y, said": what stands between the commas only tells of X.
    aside = ASIDE.search(sentence.text[: place - sentence.start])
    if aside and any(m.end <= sentence.start + aside.start() for m in near):
        near = [m for m in near if m.end <= sentence.start + aside.start()]
    if not near:
        return _phrase_before(sentence, i)
    # "the leader of X said": the subject begins where the chain of "of", "'s" and titles begins.
    best = near[-1]
    for m in reversed(near[:-1]):
        if not CHAIN.fullmatch(sentence.text[m.end - sentence.start : best.start - sentence.start]):
            break
        best = m
    return Actor(best.text, best.start, best.end)


def _before_auxiliaries(sentence: Sentence, i: int) -> int:
    """Return the word before "did not", "has also" and the like that stand before word i."""
    last = i - 1
    while last >= 0 and (
        sentence.folded[last] in word_list("auxiliaries") or sentence.folded[last] in NEGATIONS
    ):
        last -= 1
    return last


def _adjective(m: Mention) -> bool:
    """Return whether a people's name stands as an adjective: "Afghan", not "Afghans" or "women"."""
    return (
        m.kind == "population"
        and m.text.lower() in word_list("peoples")
        and not m.text.endswith(("s", "ese"))
    )


def _phrase_before(sentence: Sentence, i: int) -> Actor | None:
    """Return a noun phrase that ends before a verb: from the last article or capital on."""
    skip = {
        "has",
        "have",
        "had",
        "also",
        "then",
        "later",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "repeatedly",
        "again",
    }
    last = i - 1
    while last >= 0 and (sentence.folded[last] in skip or sentence.folded[last].endswith("ly")):
        last -= 1
    if last < 0:
        return None
    first = last
    while first > 0 and last - first < 6:
        word = sentence.folded[first - 1]
        if STOPS.search(sentence.between(first)):
            break
        if word in ("the", "a", "an", "its", "their", "his", "her"):
            first -= 1
            break
        if word in word_list("function") and word not in ("of", "for", "s"):
            break
        first -= 1
    while first <= last and sentence.folded[first] in word_list("function"):
        first += 1
    if first > last:
        return None
    low, high = sentence.places[first][0], sentence.places[last][1]
    return Actor(sentence.text[low - sentence.start : high - sentence.start], low, high)


def actor_after(sentence: Sentence, i: int, mentions: Sequence[Mention], within: int = 6) -> Actor | None:
    """Return the first actor that begins within a few words from word i on."""
    if i >= len(sentence.places):
        return None
    place = sentence.places[i][0]
    for m in mentions:
        if m.start >= place and m.end <= sentence.end and m.kind != "place":
            if sentence.index_at(m.start) - i >= within:
                return None
            return Actor(m.text, m.start, m.end)
    return None


def clause_end(sentence: Sentence, i: int, most: int = 40) -> int:
    """Return the word after the last one of the clause that begins at word i."""
    for k in range(i + 1, min(len(sentence.places), i + most)):
        if STOPS.search(sentence.between(k)) and k - i >= 2:
            return k
    return min(len(sentence.places), i + most)


def piece(sentence: Sentence, first: int, after: int) -> tuple[int, int]:
    """Return where a run of words begins and ends in the text."""
    return sentence.places[first][0], sentence.places[after - 1][1]


def resolve_pronoun(
    actor: Actor | None, sentence: Sentence, mentions: Sequence[Mention], before: int
) -> Actor | None:
    """Replace "he", "she" or "they" where exactly one candidate stands in this sentence or the one before."""
    if actor is None or actor.how != "pronoun" or actor.text.lower() in ("i", "we"):
        return actor
    wanted = ("person",) if actor.text.lower() in ("he", "she") else ("organisation", "unnamed")
    near = {m.value for m in mentions if before <= m.start < actor.start and m.kind in wanted}
    if len(near) != 1:
        return actor
    return Actor(near.pop(), actor.start, actor.end, "inferred")
