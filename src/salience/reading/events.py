"""Events as a sentence tells them: who did what to whom, when and where, with a PLOVER event type.

Everything comes from one sentence. A sentence may tell of an event nobody did, or of one that did not happen
("denied attacking"): the latter are left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from salience.reading.clauses import STOPS
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, TextEvent

# The rarer and the graver first: "troops shot dead protesters" is an assault before it is a protest.
ORDER = ("ASSAULT", "FIGHT", "COERCE", "PROTEST", "SANCTION", "MOBILIZE", "THREATEN", "REJECT", "DEMAND", "ACCUSE",
         "CONCEDE", "AID", "AGREE", "COOPERATE", "SUPPORT", "CONSULT")  # fmt: skip
PASSIVE = frozenset(["was", "were", "been", "being", "is", "are", "be"])
UNREAL = frozenset(
    ["not", "never", "no", "deny", "denied", "denies", "without", "would", "could", "if", "unless", "might"]
)


@cache
def _triggers() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return for each first word's first four letters the types and phrases that begin with it."""
    told = tomllib.loads(files(__package__).joinpath("plover.toml").read_text(encoding="utf-8"))
    table: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for kind in ORDER:
        for entry in re.split(r",|\n", told[kind]):
            # Entries with a comma around them are phrases; a run of single words without is one entry each.
            words = entry.split()
            phrases = [tuple(words)] if _is_phrase(words, told[kind], entry) else [(w,) for w in words]
            for phrase in phrases:
                if phrase:
                    table.setdefault(phrase[0][:3], []).append((kind, phrase))
    return table


def _is_phrase(words: Sequence[str], whole: str, entry: str) -> bool:
    return 1 < len(words) <= 4 and f"{entry}," in whole


def find_events(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], dates: Sequence[object] = ()
) -> list[TextEvent]:
    """Return one event a sentence at most: the gravest its words tell of."""
    found = []
    for sentence in sentences:
        trigger = find_trigger(sentence)
        if trigger is None:
            continue
        kind, first, after = trigger
        here = [m for m in mentions if sentence.start <= m.start < sentence.end]
        actors = [m for m in here if m.kind != "place"]
        places = [m.text for m in here if m.kind == "place" and _in_place(text, m)]
        actor, target = find_roles(sentence, first, after, actors)
        if actor is None and target is None:
            continue
        when = next(
            (
                getattr(d, "text", None)
                for d in dates
                if sentence.start <= getattr(d, "start", -1) < sentence.end
            ),
            None,
        )
        found.append(
            TextEvent(sentence.start, sentence.end, sentence.text, kind, " ".join(sentence.words[first:after]),
                      actor, target, when, places[0] if places else None, "pattern", 0.4)
        )  # fmt: skip
    return found


def find_trigger(sentence: Sentence) -> tuple[str, int, int] | None:
    """Return the type and the words of the event a sentence tells of; None when it tells of none."""
    best: tuple[int, str, int, int] | None = None
    table = _triggers()
    for i, word in enumerate(sentence.folded):
        for kind, phrase in table.get(word[:3], ()):
            if not _matches(sentence.folded, i, phrase):
                continue
            if UNREAL & set(sentence.folded[max(0, i - 3) : i]) and kind not in ("REJECT", "THREATEN"):
                continue
            rank = (ORDER.index(kind), kind, i, i + len(phrase))
            if best is None or rank[0] < best[0]:
                best = rank
    return best[1:] if best else None


def _matches(folded: Sequence[str], i: int, phrase: Sequence[str]) -> bool:
    if i + len(phrase) > len(folded):
        return False
    if len(phrase) == 1:
        word = phrase[0]
        return folded[i] == word or (len(word) >= 5 and folded[i].startswith(word))
    return all(folded[i + k].startswith(word) for k, word in enumerate(phrase))


def find_roles(
    sentence: Sentence, first: int, after: int, actors: Sequence[Mention]
) -> tuple[str | None, str | None]:
    """Return who acts and who is acted on, around the event's words; exchanged where they are passive."""
    low, high = sentence.places[first][0], sentence.places[after - 1][1]
    before = [m for m in actors if m.end <= low]
    behind = [m for m in actors if m.start >= high]
    passive = first > 0 and bool(PASSIVE & set(sentence.folded[max(0, first - 2) : first]))
    left = _subject(sentence, before, low)
    if passive:
        by = next((k for k in range(after, len(sentence.folded)) if sentence.folded[k] == "by"), None)
        doer = next((m for m in behind if by is not None and m.start >= sentence.places[by][0]), None)
        return (doer.text if doer else None), (left.text if left else None)
    right = behind[0] if behind else None
    return (left.text if left else None), (right.text if right else None)


def _subject(sentence: Sentence, before: Sequence[Mention], low: int) -> Mention | None:
    """Return the first actor of the clause in which the event's words stand."""
    near = [
        m for m in before
        if not re.search(r"[;:]|\bthat\b", sentence.text[m.end - sentence.start : low - sentence.start])
    ]  # fmt: skip
    return near[0] if near else (before[-1] if before else None)


def _in_place(text: str, m: Mention) -> bool:
    return bool(
        re.search(
            r"\b(?:in|at|near|outside|from|around|across)\s+(?:the\s+)?(?:\w+\s+)?$",
            text[max(0, m.start - 30) : m.start],
        )
    ) or not STOPS.search(text[m.start : m.end])
