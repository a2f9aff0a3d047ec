"""Which source names may be one source: suggested with a score and a reason, never merged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from rapidfuzz import fuzz, process

# Words that name what an outlet is rather than which; alone they say nothing of identity.
GENERIC = frozenset(files(__package__).joinpath("generic_words.txt").read_text(encoding="utf-8").split())
LEAST_SCORE = 80.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two source names that may be one source.

    Attributes
    ----------
    name, canonical : str
        The rarer name, and the commoner one it may stand for.
    score : float
        0 to 100; a rank for reading, not a probability.
    reason : str
        What they share: "initials", "one holds the other", "spelling".
    events, canonical_events : int
        In how many events each is named.
    """

    name: str
    canonical: str
    score: float
    reason: str
    events: int
    canonical_events: int


def suggest_sources(
    names: Sequence[str], events: Sequence[int], least: float = LEAST_SCORE
) -> list[Suggestion]:
    """Suggest pairs of names that may be one source, the most likely first.

    Three signs are looked at: one name is the initials of the other (HRW, Human Rights Watch); one is the other
    with general words added (Reuters, Reuters News); the letters nearly agree (The Irrawady, The Irrawaddy),
    measured on code points by twice the longest common subsequence over the sum of lengths (Indel similarity).

    Parameters
    ----------
    names : sequence of str
        Distinct names of sources.
    events : sequence of int
        Events that each is named in.
    least : float
        Scores below are left out.

    Returns
    -------
    list of Suggestion
        Each name at most once as the rarer one, with its best match.
    """
    order = sorted(range(len(names)), key=lambda i: (-events[i], names[i]))
    best: dict[int, Suggestion] = {}
    by_initials: dict[str, list[int]] = {}
    by_words: dict[frozenset[str], list[int]] = {}
    for i in order:
        words = _words(names[i])
        by_words.setdefault(frozenset(words) - GENERIC, []).append(i)
        for initials in _initials(words):
            by_initials.setdefault(initials, []).append(i)
    rank = {i: position for position, i in enumerate(order)}
    for i in order:
        short = _letters(names[i])
        for j in by_initials.get(short, []):
            _offer(best, rank, names, events, i, j, 90.0, "initials")
    for group in by_words.values():
        for j in group[1:]:
            if frozenset(_words(names[j])) - GENERIC:
                _offer(best, rank, names, events, j, group[0], 95.0, "one holds the other")
    for i, j, score in _similar(names, order, least):
        _offer(best, rank, names, events, i, j, score, "spelling")
    return sorted(best.values(), key=lambda s: (-s.score, -s.events, s.name))


def _similar(names: Sequence[str], order: Sequence[int], least: float) -> list[tuple[int, int, float]]:
    """Compare every pair's letters, in blocks of rows so that memory stays small."""
    letters = [_letters(names[i]) for i in order]
    found = []
    for start in range(0, len(order), 500):
        scores = process.cdist(letters[start : start + 500], letters, scorer=fuzz.ratio, score_cutoff=least)
        for row, column in zip(*np.nonzero(scores), strict=True):
            i, j = start + int(row), int(column)
            # Short names differ by a letter and are others: CNN and NNN, BBC and ABC.
            if j < i and min(len(letters[i]), len(letters[j])) >= 6:
                found.append((order[i], order[j], float(scores[row, column])))
    return found


def _offer(
    best: dict[int, Suggestion],
    rank: dict[int, int],
    names: Sequence[str],
    events: Sequence[int],
    i: int,
    j: int,
    score: float,
    reason: str,
) -> None:
    if i == j:
        return
    rare, common = (i, j) if rank[i] > rank[j] else (j, i)
    if rare not in best or score > best[rare].score:
        best[rare] = Suggestion(
            names[rare], names[common], round(score, 1), reason, events[rare], events[common]
        )


def _words(name: str) -> list[str]:
    bare = re.sub(r"^[a-z]+://(www\.)?", "", unicodedata.normalize("NFKC", name).casefold())
    return re.findall(r"\w+", bare)


def _letters(name: str) -> str:
    return "".join(_words(name))


def _initials(words: Sequence[str]) -> set[str]:
    """Return the initials of a name of three words or more, with and without its small words."""
    large = [w for w in words if w not in {"the", "of", "for", "and", "in", "on", "a", "an"}]
    return {"".join(w[0] for w in chosen) for chosen in (words, large) if len(chosen) >= 3}
