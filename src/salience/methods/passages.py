"""Passages that two texts share: every run of eight equal words is an anchor, extended both ways.

A hash of whole texts (MinHash) finds the same article; of a 60-word passage inside another it finds hardly any.
Anchors find all that hold eight equal words in a row. The scheme is that of seed and extend (Altschul et al. 1990,
J. Mol. Biol. 215, 403-410), with words for letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError

Ints = npt.NDArray[np.int64]
RESUME = 3  # equal words after a gap that show the passage goes on


@dataclass(frozen=True, slots=True)
class Passages:
    """Shared passages, each once.

    Attributes
    ----------
    first, second : (passages,) int
        Numbers of the two texts, first < second.
    first_start, first_end, second_start, second_end : (passages,) int
        Places in words; the end is the word after the last.
    same : (passages,) float
        Share of the first text's words of the passage that are equal.
    formulas : int
        Runs of `anchor` words that stand in too many texts to mean anything, and were left out.
    """

    first: Ints
    second: Ints
    first_start: Ints
    first_end: Ints
    second_start: Ints
    second_end: Ints
    same: npt.NDArray[np.float64]
    formulas: int


def find_passages(
    documents: Sequence[Ints],
    group: Ints | None = None,
    *,
    anchor: int = 8,
    gap: int = 2,
    minimum: int = 12,
    common: int = 40,
) -> Passages:
    """Find passages that texts of different groups share.

    Parameters
    ----------
    documents : sequence of (words,) int
        Each text as numbers of its words.
    group : (documents,) int, optional
        Texts of one group, such as one source, are not compared with each other.
    anchor : int
        Words in a row that must be equal.
    gap : int
        Words that may differ in a row, when three equal ones follow.
    minimum : int
        Shortest passage, in words.
    common : int
        An anchor in more texts than this is a formula and is left out.

    Returns
    -------
    Passages
        Sorted by texts, then by place.

    Raises
    ------
    MethodError
        The anchor is shorter than 2, the minimum shorter than the anchor, or the groups are not one a document.
    """
    if anchor < 2 or minimum < anchor:
        raise MethodError(
            f"an anchor of {anchor} and a minimum of {minimum} words: 2 <= anchor <= minimum is expected"
        )
    groups = np.arange(len(documents)) if group is None else np.asarray(group, np.int64)
    if groups.shape != (len(documents),):
        raise MethodError(
            f"{len(documents)} documents and groups of shape {groups.shape}: one a document is expected"
        )
    words = np.concatenate([*documents, np.empty(0, np.int64)]).astype(np.int64)
    lengths = np.array([len(d) for d in documents], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    owner = np.repeat(np.arange(len(documents)), lengths)
    left, right, formulas = _anchor_pairs(words, owner, starts, groups, anchor, common)
    return _extend_all(words, owner, starts, left, right, (anchor, gap, minimum), formulas)


def _anchor_pairs(
    words: Ints, owner: Ints, starts: Ints, groups: Ints, anchor: int, common: int
) -> tuple[Ints, Ints, int]:
    """Return pairs of places where the same run of words begins in texts of different groups."""
    size = len(words) - anchor + 1
    if size <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), 0
    factor, mixed = np.uint64(0x9E3779B97F4A7C15), np.zeros(size, np.uint64)
    for k in range(anchor):
        mixed = (mixed + words[k : k + size].astype(np.uint64) + np.uint64(1)) * factor
        mixed ^= mixed >> np.uint64(32)
    within = np.flatnonzero(owner[:size] == owner[anchor - 1 : anchor - 1 + size])
    order = within[np.argsort(mixed[within], kind="stable")]
    key = mixed[order]
    edges = np.concatenate([[0], np.flatnonzero(key[1:] != key[:-1]) + 1, [len(key)]])
    sizes = np.diff(edges)
    lefts, rights, formulas = [], [], 0
    for size_of in np.unique(sizes[sizes > 1]):
        runs = edges[:-1][sizes == size_of]
        places = order[runs[:, None] + np.arange(size_of)]
        texts = np.array([len(np.unique(row)) for row in owner[places]]) if size_of > common else None
        if texts is not None:
            formulas += int((texts > common).sum())
            places = places[texts <= common]
        a, b = np.triu_indices(min(int(size_of), 4 * common), 1)
        lefts.append(places[:, a].ravel())
        rights.append(places[:, b].ravel())
    if not lefts:
        return np.empty(0, np.int64), np.empty(0, np.int64), formulas
    left, right = np.concatenate(lefts), np.concatenate(rights)
    other = (owner[left] != owner[right]) & (groups[owner[left]] != groups[owner[right]])
    left, right = left[other], right[other]
    low, high = np.minimum(left, right), np.maximum(left, right)
    equal = np.ones(len(low), bool)
    for k in range(anchor):  # a hash may lie; the words do not
        equal &= words[low + k] == words[high + k]
    return low[equal], high[equal], formulas


def _extend_all(
    words: Ints, owner: Ints, starts: Ints, left: Ints, right: Ints, how: tuple[int, int, int], formulas: int
) -> Passages:
    """Extend each run of anchors on one diagonal once."""
    anchor, gap, minimum = how
    order = np.lexsort((left, right - left, owner[right], owner[left]))
    left, right = left[order], right[order]
    rows: list[tuple[int, int, int, int, int, int, float]] = []
    covered: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
    plain = words.tolist()
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        pair = (int(owner[a]), int(owner[b]))
        done = covered.setdefault(pair, [])
        if any(s <= a and a + anchor <= e and t <= b and b + anchor <= f for s, e, t, f in done):
            continue
        low = (int(starts[pair[0]]), int(starts[pair[1]]))
        high = (int(starts[pair[0] + 1]), int(starts[pair[1] + 1]))
        a1, b1, same1 = _go(plain, a + anchor, b + anchor, high[0], high[1], 1, gap)
        a0, b0, same0 = _go(plain, a - 1, b - 1, low[0] - 1, low[1] - 1, -1, gap)
        begin, stop = a0 + 1, a1
        done.append((begin, stop, b0 + 1, b1))
        length = stop - begin
        if length >= minimum:
            rows.append(
                (
                    *pair,
                    begin - low[0],
                    stop - low[0],
                    b0 + 1 - low[1],
                    b1 - low[1],
                    (anchor + same0 + same1) / length,
                )
            )
    rows.sort()
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    a, b, a_start, a_end, b_start, b_end = (np.array(column, np.int64) for column in columns[:6])
    return Passages(a, b, a_start, a_end, b_start, b_end, np.array(columns[6], np.float64), formulas)


def _go(
    words: list[int], a: int, b: int, end_a: int, end_b: int, step: int, gap: int
) -> tuple[int, int, int]:
    """Walk from an anchor's edge while words are equal, over short gaps; return where it stops and what was equal."""
    same = 0
    while a != end_a and b != end_b:
        if words[a] == words[b]:
            a, b, same = a + step, b + step, same + 1
            continue
        jump = _over_gap(words, a, b, end_a, end_b, step, gap)
        if jump is None:
            break
        a, b = a + jump[0] * step, b + jump[1] * step
    return a, b, same


def _over_gap(
    words: list[int], a: int, b: int, end_a: int, end_b: int, step: int, gap: int
) -> tuple[int, int] | None:
    """Return how many words to skip on each side so that three equal ones follow; the fewest first."""
    for total in range(1, 2 * gap + 1):
        for skip in range(max(0, total - gap), min(gap, total) + 1):
            x, y = a + skip * step, b + (total - skip) * step
            room = min((end_a - x) * step, (end_b - y) * step)
            if room >= RESUME and all(words[x + k * step] == words[y + k * step] for k in range(RESUME)):
                return skip, total - skip
    return None
