"""Words that set a group apart, passages that groups share, and who used them first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from salience.errors import MethodError
from salience.methods.leads import Leads, lead_lag
from salience.methods.passages import Passages, find_passages
from salience.methods.words import DistinctiveWords, distinctive_words
from salience.questions.narrative_labels import ordered_groups
from salience.questions.narrative_params import NarrativeParams
from salience.questions.narrative_texts import REST, Naming, Text

WORD = re.compile(r"[^\W\d_][\w’'\u200c-]*", re.UNICODE)
# Of the commonest words one says nothing about content; the list is short on purpose.
PLAIN = frozenset(["the", "of", "and", "to", "in", "a", "that", "is", "for", "on", "it", "as", "by", "with", "be", "are", "this", "from", "at", "or", "an", "its", "we", "i", "our", "not", "has", "have", "was", "were", "which", "but", "their", "they", "these", "those", "also", "will", "would"])  # fmt: skip
MOST_PASSAGES = 2000


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
    """

    name: str
    words: tuple[str, ...]
    found: DistinctiveWords
    texts: int
    others: int

    def strongest(self, most: int, threshold: float = 0.05) -> list[int]:
        """Return the words that it uses more, clear of chance, the strongest first."""
        q = np.where(np.isnan(self.found.q), 1.0, self.found.q)
        keep = [int(k) for k in np.argsort(-self.found.z) if q[k] <= threshold and self.found.delta[k] > 0]
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
    """Compare each group with the others, and the texts since the split with those before; same sources together."""
    if len(texts) < 2 * params.fewest_texts:
        return []
    matrix, words = _term_counts(texts, contents, params.fewest_texts)
    if not words:
        return []
    sources = np.unique([t.source for t in texts], return_inverse=True)[1]
    found = []
    bodies: list[tuple[str, Any]] = [
        (g, np.array([t.group == g for t in texts])) for g in ordered_groups(texts) if g != REST
    ]
    if split is not None:
        bodies.insert(0, (f"since {split}", np.array([t.day is not None and t.day >= split for t in texts])))
    for name, inside in bodies:
        if min(inside.sum(), (~inside).sum()) < params.fewest_texts:
            continue
        # Whether a source's texts hang together decides who is drawn together; a single source is drawn by text.
        cluster = sources if len(set(sources[inside])) >= 10 and len(set(sources[~inside])) >= 10 else None
        try:
            apart = distinctive_words(
                matrix, inside.astype(int), cluster=cluster, prior=params.prior, fewest=params.fewest_texts,
                draws=params.draws, level=params.level, seed=seed,
            )  # fmt: skip
        except MethodError:
            continue
        found.append(Apart(name, words, apart, int(inside.sum()), int((~inside).sum())))
    return found


def _term_counts(
    texts: Sequence[Text], contents: Mapping[str, str], fewest: int
) -> tuple[Any, tuple[str, ...]]:
    """Return how often each text uses each word that stands in enough texts."""
    from scipy.sparse import csr_array

    counted = [Counter(w for w in tokens(contents[t.sha256]) if w not in PLAIN) for t in texts]
    stands_in = Counter(word for each in counted for word in each)
    words = tuple(sorted(w for w, n in stands_in.items() if n >= fewest))
    number = {word: k for k, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, each in enumerate(counted):
        for word, count in each.items():
            if word in number:
                rows.append(row)
                columns.append(number[word])
                values.append(count)
    return csr_array((values, (rows, columns)), shape=(len(texts), len(words)), dtype=np.float64), words


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, without digits."""
    return [match[0].lower().replace("’", "'") for match in WORD.finditer(text)]


def shared_passages(
    texts: Sequence[Text], contents: Mapping[str, str], params: NarrativeParams
) -> tuple[list[Repeat], int]:
    """Return passages that texts of different sources share, the longest first, and how many formulas were left out."""
    number: dict[str, int] = {}
    documents, places = [], []
    for text in texts:
        found = [
            (m.start(), m.end(), m[0].lower().replace("’", "'")) for m in WORD.finditer(contents[text.sha256])
        ]
        documents.append(np.array([number.setdefault(w, len(number)) for _, _, w in found], np.int64))
        places.append(found)
    sources = np.unique([t.source for t in texts], return_inverse=True)[1]
    shared = find_passages(documents, sources, minimum=params.passage, common=params.common)
    repeats = [_repeat(texts, places, shared, k) for k in range(len(shared.first))]
    repeats.sort(key=lambda r: (-r.words, r.earlier.report, r.later.report, r.later_span))
    return repeats[:MOST_PASSAGES], shared.formulas


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


def repeated_share(
    texts: Sequence[Text], contents: Mapping[str, str], repeats: Sequence[Repeat], party: set[str]
) -> list[tuple[str, int, int, int, float]]:
    """Return for each group: texts, words, words that repeat a party's earlier statement, and their share."""
    covered: dict[int, set[int]] = defaultdict(set)
    for repeat in repeats:
        if repeat.earlier.source in party and repeat.later.source not in party:
            covered[repeat.later.report].update(range(*repeat.later_span))
    rows = []
    for group in ordered_groups(texts):
        own = [t for t in texts if t.group == group and t.source not in party]
        if not own:
            continue
        length = sum(len(contents[t.sha256]) for t in own)
        repeated = sum(len(covered[t.report]) for t in own)
        rows.append((group, len(own), length, repeated, repeated / max(length, 1)))
    return rows


def first_uses(
    texts: Sequence[Text],
    namings: Sequence[Naming],
    repeats: Sequence[Repeat],
    params: NarrativeParams,
    seed: int,
) -> tuple[list[str], Leads]:
    """Compare when groups first used the labels and passages that they share."""
    groups = [g for g in ordered_groups(texts) if g != REST]
    number = {g: k for k, g in enumerate(groups)}
    by_text: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_text[text.sha256].append(text)
    uses: list[tuple[int, int, int]] = []
    items: dict[object, int] = {}
    for naming in namings:
        item = items.setdefault(("label", naming.actor, naming.label), len(items))
        uses += [
            (number[t.group], item, t.day.toordinal())
            for t in by_text[naming.sha256]
            if t.day and t.group in number
        ]
    for repeat in repeats:
        item = items.setdefault(("passage", repeat.earlier.report, repeat.earlier_span), len(items))
        for text in (repeat.earlier, repeat.later):
            if text.day and text.group in number:
                uses.append((number[text.group], item, text.day.toordinal()))
    columns = (
        [np.array(column, np.int64) for column in zip(*uses, strict=True)]
        if uses
        else [np.empty(0, np.int64)] * 3
    )
    return groups, lead_lag(
        *columns, fewest=params.fewest_texts, draws=max(params.draws, 1000), level=params.level, seed=seed
    )
