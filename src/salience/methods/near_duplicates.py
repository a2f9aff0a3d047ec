"""Texts that are nearly the same: MinHash over word shingles, banded, each pair then checked exactly.

Broder (1997), On the resemblance and containment of documents; Leskovec, Rajaraman & Ullman (2020), Mining of Massive
Datasets, 3rd ed., section 3.4 (banding).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError

BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Pairs of texts that are nearly the same.

    Attributes
    ----------
    first, second : (pairs,) int
        Numbers of the texts, first < second.
    similarity : (pairs,) float
        Jaccard similarity of their sets of shingles, computed exactly.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]


def near_duplicates(
    texts: Sequence[str],
    *,
    threshold: float = 0.8,
    shingle: int = 3,
    bands: int = 16,
    rows: int = 3,
    seed: int = 0,
) -> NearDuplicates:
    """Find pairs of texts whose sets of word shingles resemble each other.

    Parameters
    ----------
    texts : sequence of str
        Compared in lower case, words split at white space.
    threshold : float
        Least Jaccard similarity of a pair.
    shingle : int
        Words in a shingle; shorter texts are one shingle.
    bands, rows : int
        A pair of similarity s is looked at with probability 1 - (1 - s**rows)**bands: 0.9999 at 0.8 as it is.
    seed : int
        Of the hash functions.

    Returns
    -------
    NearDuplicates
        Within a large group of alike texts each is paired with the group's first alone, so that the work does not
        grow with the square of the group.

    Raises
    ------
    MethodError
        The threshold is not between 0 and 1.
    """
    if not 0 < threshold <= 1:
        raise MethodError(f"the threshold must be above 0 and at most 1; found {threshold}")
    unique: dict[str, int] = {}
    number = np.array([unique.setdefault(_plain(t), len(unique)) for t in texts], np.int64)
    distinct = list(unique)
    keys = [
        band_keys(distinct[begin : begin + BLOCK], shingle=shingle, bands=bands, rows=rows, seed=seed)
        for begin in range(0, len(distinct), BLOCK)
    ]
    pairs = candidate_pairs(np.concatenate(keys, axis=1)) if keys else np.empty((0, 2), np.int64)
    checked = _check(distinct, pairs, threshold, shingle)
    return _with_equal(number, *checked)


def band_keys(
    texts: Sequence[str], *, shingle: int = 3, bands: int = 16, rows: int = 3, seed: int = 0
) -> npt.NDArray[np.uint64]:
    """Return what `candidate_pairs` compares, so that texts can be handed in by blocks and forgotten.

    Parameters
    ----------
    texts, shingle, bands, rows, seed
        As in `near_duplicates`; the same four numbers for every block.

    Returns
    -------
    (bands, texts) uint64
        Blocks are joined along the second axis.
    """
    rng = np.random.default_rng(seed)
    factors = rng.integers(1, 1 << 61, bands * rows, dtype=np.uint64) | np.uint64(1)
    keys = np.zeros((bands, len(texts)), np.uint64)
    if not len(texts):
        return keys
    hashes, starts = _shingle_hashes([_plain(text) for text in texts], shingle)
    for band in range(bands):
        for factor in factors[band * rows : (band + 1) * rows]:
            scrambled = hashes * factor
            scrambled ^= scrambled >> np.uint64(31)
            scrambled *= np.uint64(0xBF58476D1CE4E5B9)
            least = np.minimum.reduceat(scrambled, starts[:-1])
            keys[band] = (keys[band] ^ least) * np.uint64(0x94D049BB133111EB)
    return keys


def candidate_pairs(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the pairs of texts, (pairs, 2) int with first < second, that agree in all hashes of some band."""
    found = [_equal_neighbours(key) for key in keys]
    pairs = np.concatenate(found) if found else np.empty((0, 2), np.int64)
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def resemblance(a: str, b: str, shingle: int = 3) -> float:
    """Return the Jaccard similarity of two texts' sets of word shingles."""
    left, right = _shingles(_plain(a), shingle), _shingles(_plain(b), shingle)
    same = len(left & right)
    return same / (len(left) + len(right) - same)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def group_copies(n: int, pairs: NearDuplicates) -> npt.NDArray[np.int64]:
    """Return a group number for each of n texts: texts linked by pairs, directly or through others, share one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if n == 0:
        return np.empty(0, np.int64)
    graph = coo_array((np.ones(len(pairs.first), np.int8), (pairs.first, pairs.second)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


@lru_cache(maxsize=1 << 20)
def _word_hash(word: str) -> int:
    import zlib

    data = word.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) | (zlib.adler32(data[::-1]) << 32)


def _shingle_hashes(
    texts: Sequence[str], shingle: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the hashes of all shingles of all texts in a row, and where each text's begin."""
    split = [text.split() or [""] for text in texts]
    lengths = np.array([len(words) for words in split], np.int64)
    hashes = np.array([_word_hash(word) for words in split for word in words], np.uint64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    mixed = np.zeros_like(hashes)
    for k in range(shingle):
        shifted = np.zeros_like(hashes)
        shifted[: len(hashes) - k] = hashes[k:] if k else hashes
        # A text shorter than a shingle mixes in nothing of the next one.
        inside = np.arange(len(hashes)) + k < np.repeat(starts[1:], lengths)
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + np.where(inside, shifted, np.uint64(0))
    counts = np.maximum(lengths - shingle + 1, 1)
    keep = np.arange(len(hashes)) - np.repeat(starts[:-1], lengths) < np.repeat(counts, lengths)
    mixed ^= mixed >> np.uint64(29)
    return mixed[keep], np.concatenate([[0], np.cumsum(counts)])


def _equal_neighbours(key: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return for each run of equal keys its first member paired with each other one, and neighbours with each other."""
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    if not same.any():
        return np.empty((0, 2), np.int64)
    run = np.concatenate([[0], np.cumsum(~same)])
    first = order[np.searchsorted(run, run)]
    later = np.flatnonzero(same) + 1
    to_first = np.column_stack([first[later], order[later]])
    to_next = np.column_stack([order[later - 1], order[later]])
    pairs = np.concatenate([to_first, to_next])
    return np.sort(pairs, axis=1).astype(np.int64)


def _check(
    texts: Sequence[str], pairs: npt.NDArray[np.int64], threshold: float, shingle: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    kept, similarity = [], []
    cache: dict[int, frozenset[tuple[str, ...]]] = {}
    for i, j in pairs:
        if len(cache) > 20_000:
            cache.clear()
        a, b = (cache.setdefault(int(k), _shingles(texts[k], shingle)) for k in (i, j))
        same = len(a & b)
        jaccard = same / (len(a) + len(b) - same)
        if jaccard >= threshold:
            kept.append((i, j))
            similarity.append(jaccard)
    return np.array(kept, np.int64).reshape(-1, 2), np.array(similarity)


def _shingles(text: str, shingle: int) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(tuple(words[k : k + shingle]) for k in range(max(1, len(words) - shingle + 1)))


def _with_equal(
    number: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64], similarity: npt.NDArray[np.float64]
) -> NearDuplicates:
    """Write pairs of distinct texts as pairs of the given ones, and add those that are equal."""
    order = np.argsort(number, kind="stable")
    sorted_number = number[order]
    first_of = order[np.searchsorted(sorted_number, np.arange(number.max() + 1 if len(number) else 0))]
    repeats = (
        np.flatnonzero(first_of[number] != np.arange(len(number))) if len(number) else np.empty(0, np.int64)
    )
    first = np.concatenate(
        [
            first_of[pairs[:, 0]] if len(pairs) else np.empty(0, np.int64),
            first_of[number[repeats]] if len(repeats) else repeats,
        ]
    )
    second = np.concatenate([first_of[pairs[:, 1]] if len(pairs) else np.empty(0, np.int64), repeats])
    low, high = np.minimum(first, second), np.maximum(first, second)
    value = np.concatenate([similarity, np.ones(len(repeats))])
    rank = np.lexsort((high, low))
    return NearDuplicates(low[rank].astype(np.int64), high[rank].astype(np.int64), value[rank])
