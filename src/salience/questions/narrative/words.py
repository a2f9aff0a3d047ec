"""Words that set a group apart, passages that groups share, and who used them first."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.passages import Passages, find_passages
from salience.methods.words import DistinctiveWords, distinctive_words
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.texts import MOST_ALIKE, REST, Text, clusters_of, ordered_groups

WORD = re.compile(r"[^\W\d_][\w’'\u200c-]*", re.UNICODE)
THRESHOLD = 0.05


@dataclass(frozen=True, slots=True)
class Apart:
    """Words that set one body of texts apart.

    Attributes
    ----------
    name : str
        Of the body: a group, or "since" a day.
    words : tuple of str
    found : DistinctiveWords
    texts, others : int
        Texts in it and beside it.
    users : mapping of int to tuple of int
        For each word that stands out, the numbers of some texts of the body that hold it.
    """

    name: str
    words: tuple[str, ...]
    found: DistinctiveWords
    texts: int
    others: int
    users: Mapping[int, tuple[int, ...]]

    def strongest(self, most: int) -> list[int]:
        """Return the words that it uses more, clear of chance, the strongest first."""
        return strongest_words(self.found, most)


def strongest_words(found: DistinctiveWords, most: int) -> list[int]:
    """Return the numbers of the words that the first side uses more, clear of chance, the strongest first."""
    q = np.where(np.isnan(found.q), 1.0, found.q)
    keep = [int(k) for k in np.argsort(-found.z, kind="stable") if q[k] <= THRESHOLD and found.delta[k] > 0]
    return keep[:most]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A passage of one text that stands in an earlier one of another source."""

    earlier: Text
    later: Text
    earlier_span: tuple[int, int]
    later_span: tuple[int, int]
    words: int
    same: float


def words_apart(
    texts: Sequence[Text], contents: Mapping[str, str], params: NarrativeParams, split: date | None, seed: int
) -> list[Apart]:
    """Compare the texts since the split with those before, and each group with the others; same sources together."""
    if len(texts) < 2 * params.fewest_texts:
        return []
    matrix, words = _term_counts(texts, contents, params.fewest_texts)
    if not words:
        return []
    bodies = [(g, np.array([t.group == g for t in texts])) for g in ordered_groups(texts) if g != REST]
    if split is not None:
        late = np.array([t.day is not None and t.day >= split for t in texts])
        bodies.insert(0, (f"since {split}", late))
    found = []
    for name, inside in bodies:
        if min(inside.sum(), (~inside).sum()) < params.fewest_texts:
            continue
        try:
            apart = distinctive_words(
                matrix, inside.astype(int), cluster=_clusters(texts, inside), prior=params.prior,
                fewest=params.fewest_texts, draws=params.draws, level=params.level, seed=seed,
            )  # fmt: skip
        except MethodError:  # all texts of a side hang together: there is nothing to compare with chance
            continue
        users = {k: _users(matrix, inside, k) for k in strongest_words(apart, params.words_shown)}
        found.append(Apart(name, words, apart, int(inside.sum()), int((~inside).sum()), users))
    return found


def _clusters(texts: Sequence[Text], inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return what hangs together: sources where both sides have enough of them, else days of a source."""
    sides = [
        {t.source for t, here in zip(texts, inside, strict=True) if here == side} for side in (True, False)
    ]
    if min(map(len, sides)) >= MOST_ALIKE:
        keys = clusters_of(texts)
    else:
        keys = [(t.source, t.day) if t.day else t.report for t in texts]
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _users(matrix: Any, inside: npt.NDArray[np.bool_], word: int, most: int = 2) -> tuple[int, ...]:
    rows = np.flatnonzero(np.asarray(matrix[:, [word]].todense()).ravel() * inside)
    return tuple(int(rows[k]) for k in sorted({0, len(rows) - 1}))[:most]


def _term_counts(
    texts: Sequence[Text], contents: Mapping[str, str], fewest: int
) -> tuple[Any, tuple[str, ...]]:
    """Return how often each text uses each word that stands in enough texts."""
    from scipy import sparse

    plain = plain_words()
    counted = [Counter(w for w in tokens(contents[t.sha256]) if w not in plain) for t in texts]
    stands_in = Counter(word for each in counted for word in each)
    words = tuple(sorted(w for w, n in stands_in.items() if n >= fewest))
    number = {word: k for k, word in enumerate(words)}
    cells = [
        (row, number[word], count)
        for row, each in enumerate(counted)
        for word, count in each.items()
        if word in number
    ]
    table = np.array(cells, np.int64).reshape(-1, 3)
    place: Any = (table[:, 2].astype(float), (table[:, 0], table[:, 1]))
    size: Any = (len(texts), len(words))
    return sparse.csr_array(place, shape=size), words


@cache
def plain_words() -> frozenset[str]:
    """Return words that say nothing of content, of all languages that the data file knows."""
    text = files(__package__).joinpath("plain_words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(text).values() for word in words)


def place_of(word: str, text: str) -> tuple[int, int] | None:
    """Return where a word of `tokens` first stands in a text."""
    return next((match.span() for match in WORD.finditer(text) if _plain(match[0]) == word), None)


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, without digits."""
    return [_plain(match[0]) for match in WORD.finditer(text)]


def shared_passages(
    texts: Sequence[Text], contents: Mapping[str, str], params: NarrativeParams
) -> tuple[list[Repeat], int]:
    """Return passages that texts of different sources share, the longest first, and how many formulas are left out."""
    number: dict[str, int] = {}
    documents, places = [], []
    for text in texts:
        found = [(m.start(), m.end(), _plain(m[0])) for m in WORD.finditer(contents[text.sha256])]
        documents.append(np.array([number.setdefault(w, len(number)) for _, _, w in found], np.int64))
        places.append(found)
    sources = np.unique([t.source for t in texts], return_inverse=True)[1]
    shared = find_passages(documents, sources, minimum=params.passage, common=params.common)
    repeats = [_repeat(texts, places, shared, k) for k in range(len(shared.first))]
    repeats.sort(key=lambda r: (-r.words, r.earlier.report, r.later.report, r.later_span))
    return repeats, shared.formulas


def _repeat(
    texts: Sequence[Text], places: Sequence[Sequence[tuple[int, int, str]]], shared: Passages, k: int
) -> Repeat:
    a, b = int(shared.first[k]), int(shared.second[k])
    first = (places[a][shared.first_start[k]][0], places[a][shared.first_end[k] - 1][1])
    second = (places[b][shared.second_start[k]][0], places[b][shared.second_end[k] - 1][1])
    length, same = int(shared.first_end[k] - shared.first_start[k]), float(shared.same[k])
    if (texts[a].day or date.max) <= (texts[b].day or date.max):
        return Repeat(texts[a], texts[b], first, second, length, same)
    return Repeat(texts[b], texts[a], second, first, length, same)
