"""Events as a sentence tells them: who did what to whom, when and where, with a PLOVER event type.

Everything comes from one sentence. A sentence may tell of an event nobody did, or of one that did not happen
("denied attacking"): the latter are left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from salience.reading.clauses import STOPS
from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, TextEvent

# The rarer and the graver first: "troops shot dead protesters" is an assault before it is a protest.
ORDER = ("ASSAULT", "FIGHT", "COERCE", "PROTEST", "SANCTION", "MOBILIZE", "THREATEN", "REJECT", "DEMAND", "ACCUSE",
         "CONCEDE", "AID", "AGREE", "COOPERATE", "SUPPORT", "CONSULT")  # fmt: skip
FRIENDLY = frozenset(["AID", "CONSULT", "COOPERATE", "SUPPORT", "CONCEDE"])
HOSTILE = frozenset(["SANCTION", "PROTEST", "COERCE", "ASSAULT", "FIGHT", "MOBILIZE"])
INTENDED = frozenset(
    ["will", "would", "willing", "decided", "plans", "planning", "prepared", "ready", "shall"]
)
PASSIVE = frozenset(["was", "were", "been", "being", "is", "are", "be"])
STANDING = frozenset(["willing", "ready", "prepared", "committed", "expected"])
UNREAL = frozenset(
    ["not", "never", "no", "deny", "denied", "denies", "without", "could", "if", "unless", "might"]
)
REPORTED = re.compile(r",[^,]{0,60}\b(?:said|says|reported|announced|told)\b[^,]*$")
# Beyond this many words nobody is taken to be acted on; chosen on half of the PLOVER records.
FARTHEST = 10


@cache
def _listed() -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    """Return each type with its words and phrases, and whether the first word is a stem."""
    told = tomllib.loads(files(__package__).joinpath("plover.toml").read_text(encoding="utf-8"))
    found = []
    for kind in ORDER:
        for entry in told[kind].split(","):
            # Words are parted as a text's words are: "sit-in" is two.
            words = tuple(word for word in re.split(r"[\s-]+", entry.strip().lower()) if word)
            if words:
                stem = words[0].endswith("*")
                found.append((kind, (words[0].rstrip("*"), *words[1:]), stem))
    return tuple(found)


@cache
def _by_first_letters() -> dict[str, tuple[tuple[str, tuple[str, ...], bool], ...]]:
    """Return what is listed by its first two letters, so that most words are told apart at once."""
    table: dict[str, list[tuple[str, tuple[str, ...], bool]]] = {}
    for entry in _listed():
        table.setdefault(entry[1][0][:2], []).append(entry)
    return {letters: tuple(entries) for letters, entries in table.items()}


@lru_cache(maxsize=1 << 16)
def _begun_by(word: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the types and phrases that a word may begin, the longest phrase first."""
    begun = [
        (kind, phrase)
        for kind, phrase, stem in _by_first_letters().get(word[:2], ())
        if word == phrase[0] or (stem and word.startswith(phrase[0]))
    ]
    return tuple(sorted(begun, key=lambda each: -len(each[1])))


def find_events(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], dates: Sequence[object] = ()
) -> list[TextEvent]:
    """Return one event a sentence at most: what its main actor does, as far as words tell."""
    found = []
    for sentence in sentences:
        here = [m for m in mentions if sentence.start <= m.start < sentence.end]
        trigger = find_trigger(sentence, here)
        if trigger is None:
            continue
        kind, first, after = trigger
        places = [m for m in here if m.kind == "place" and _in_place(text, m)]
        actors = sorted(
            [*(m for m in here if m not in places), *_peoples(sentence, here)], key=lambda m: m.start
        )
        actor, target = find_roles(sentence, first, after, actors)
        if target is None and actor is not None:
            # "deployed troops in Iraq": where something is done to a country, it is done to the country.
            target = next((m.text for m in places if m.start >= sentence.places[first][0]), None)
        if actor is None and target is None:
            continue
        whens = (getattr(d, "text", None) for d in dates
                 if sentence.start <= getattr(d, "start", -1) < sentence.end)  # fmt: skip
        found.append(
            TextEvent(sentence.start, sentence.end, sentence.text, kind, " ".join(sentence.words[first:after]),
                      actor, target, next(whens, None), places[0].text if places else None, "pattern", 0.4)
        )  # fmt: skip
    return found


def _peoples(sentence: Sentence, here: Sequence[Mention]) -> list[Mention]:
    """Return peoples named by an adjective alone, as in "Palestinian homes": whom it happens to, or who does it."""
    known, found = word_list("peoples"), []
    for (start, end), word in zip(sentence.places, sentence.words, strict=True):
        if word.lower() in known and word[0].isupper() and not any(m.start <= start < m.end for m in here):
            found.append(Mention(start, end, word, "population", word, "pattern", 0.3))
    return found


def find_trigger(sentence: Sentence, actors: Sequence[Mention] = ()) -> tuple[str, int, int] | None:
    """Return the type and the words of the event a sentence tells of; None when it tells of none.

    The first listed words outside a name decide: "threatened to attack" is a threat, "refused to meet" a refusal. What
    is only meant to be done is an agreement where it is friendly and a threat where it is not (CAMEO's 03 and 13).
    """
    names = [(m.start, m.end) for m in actors]
    found = [
        t for t in triggers(sentence)
        if not _within(sentence.places[t[1]], names)
        and (t[0] in ("REJECT", "THREATEN") or not _unreal(sentence, t[1]))
    ]  # fmt: skip
    if not found:
        return None
    end = _reporting(sentence)
    told = [t for t in found if sentence.places[t[1]][0] < end] or found
    kind, first, after = told[0]
    if INTENDED & set(sentence.folded[max(0, first - 3) : first]):
        kind = "AGREE" if kind in FRIENDLY else ("THREATEN" if kind in HOSTILE else kind)
    return kind, first, after


def _within(place: tuple[int, int], names: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in names)


def triggers(sentence: Sentence) -> list[tuple[str, int, int]]:
    """Return every listed word or phrase of a sentence with its type, in the order of the sentence."""
    folded = sentence.folded
    return [
        (kind, i, i + len(phrase))
        for i, word in enumerate(folded)
        for kind, phrase in _begun_by(word)
        if len(phrase) == 1
        or (i + len(phrase) <= len(folded) and all(folded[i + k].startswith(w) for k, w in enumerate(phrase)))
    ]


def gravest_listed(sentence: Sentence) -> str | None:
    """Return the gravest type of all listed words: what a list of verbs alone would say."""
    return min((kind for kind, _, _ in triggers(sentence)), key=ORDER.index, default=None)


def _unreal(sentence: Sentence, i: int) -> bool:
    return bool(UNREAL & set(sentence.folded[max(0, i - 3) : i]))


def _reporting(sentence: Sentence) -> int:
    """Return where a closing "..., officials said Thursday" begins."""
    match = REPORTED.search(sentence.text)
    return sentence.start + match.start() if match else sentence.end


def find_roles(
    sentence: Sentence, first: int, after: int, actors: Sequence[Mention]
) -> tuple[str | None, str | None]:
    """Return who acts and who is acted on, around the event's words; exchanged where they are passive."""
    low, high, end = sentence.places[first][0], sentence.places[after - 1][1], _reporting(sentence)
    before = [m for m in actors if m.end <= low]
    behind = [m for m in actors if m.start >= high and m.start < end]
    passive = _is_passive(sentence, first)
    left = _subject(sentence, before, low)
    if passive:
        by = next((k for k in range(first, len(sentence.folded)) if sentence.folded[k] == "by"), None)
        doer = next((m for m in behind if by is not None and m.start >= sentence.places[by][0]), None)
        return _named(sentence, doer, actors), _named(sentence, left, actors)
    right = _object(sentence, behind, after)
    if sentence.folded[first] == "must" and right is not left:
        # "Russia said that Sudan must return it": who speaks demands, who must is asked.
        spoke = next((m for m in before if m is not left), None)
        return _named(sentence, spoke, actors), _named(sentence, left, actors)
    return _named(sentence, left, actors), _named(sentence, right, actors)


def _is_passive(sentence: Sentence, first: int) -> bool:
    """Return whether a participle stands after "was" or "been"; "is demanding" and "is willing" are no passives."""
    word = sentence.folded[first]
    if (
        word.endswith("ing")
        or word in STANDING
        or not PASSIVE & set(sentence.folded[max(0, first - 2) : first])
    ):
        return False
    return word.endswith(("ed", "en", "n", "t", "ght")) or word in ("shot", "held", "put", "beaten")


def _object(sentence: Sentence, behind: Sequence[Mention], after: int) -> Mention | None:
    """Return who is acted on: the first behind the event's words, unless far from them."""
    return next((m for m in behind if sentence.index_at(m.start) - after < FARTHEST), None)


def _named(sentence: Sentence, actor: Mention | None, actors: Sequence[Mention]) -> str | None:
    """Return an actor in the text's words, with those that "and" joins to it."""
    if actor is None:
        return None
    end = actor.end
    for m in actors:
        between = sentence.text[end - sentence.start : m.start - sentence.start]
        if m.start >= end and re.fullmatch(r"\s*(?:,|,? and|,? or)\s+(?:the\s+)?", between):
            end = m.end
    return sentence.text[actor.start - sentence.start : end - sentence.start]


def _subject(sentence: Sentence, before: Sequence[Mention], low: int) -> Mention | None:
    """Return the first actor of the clause in which the event's words stand."""
    near = [
        m for m in before
        if not re.search(r"[;:]|\bthat\b", sentence.text[m.end - sentence.start : low - sentence.start])
    ]  # fmt: skip
    return near[0] if near else (before[-1] if before else None)


def _in_place(text: str, m: Mention) -> bool:
    before = text[max(0, m.start - 30) : m.start]
    if re.search(r"\b(?:in|at|near|outside|around|across)\s+(?:the\s+)?(?:\w+\s+)?$", before):
        return True
    return m.kind == "place" and bool(STOPS.search(m.text))
