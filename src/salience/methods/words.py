"""Words that set one body of texts apart from another: log-odds with an informative Dirichlet prior.

Monroe, Colaresi & Quinn (2008), Fightin' Words, Political Analysis 16(4), 372-403, equations 15, 16, 19, 20 and 22.
Their variance takes words for independent draws. Within a text they are not, so intervals and tests resample texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from salience.errors import MethodError

Floats = npt.NDArray[np.float64]
BLOCK = 200_000_000  # bytes of a block of resamples
POOLED = 60  # words of about the same frequency whose resampled z are looked at together


@dataclass(frozen=True, slots=True)
class LogOdds:
    """Log-odds ratios of words between two bodies of texts.

    Attributes
    ----------
    delta : (words,) float
        Positive where the first uses the word more (eq. 15).
    variance : (words,) float
        Approximate, for words drawn independently (eq. 20).
    z : (words,) float
        delta over its standard error (eq. 22).
    """

    delta: Floats
    variance: Floats
    z: Floats


def weighted_log_odds(first: npt.ArrayLike, second: npt.ArrayLike, prior: npt.ArrayLike) -> LogOdds:
    """Return log-odds ratios of words with a Dirichlet prior.

    Parameters
    ----------
    first, second : (words,) array of counts
    prior : (words,) array or float
        Prior counts of each word; one number serves for all.

    Raises
    ------
    MethodError
        Shapes differ, a count is negative, or a prior is not above 0.
    """
    y, x = np.asarray(first, float), np.asarray(second, float)
    a = np.broadcast_to(np.asarray(prior, float), y.shape)
    if y.shape != x.shape or y.ndim != 1:
        raise MethodError(f"counts of shapes {y.shape} and {x.shape}: two arrays of one length are expected")
    if (y < 0).any() or (x < 0).any() or (a <= 0).any():
        raise MethodError("counts must not be negative and priors must be above 0")
    delta = _delta(y[None], x[None], a)[0]
    variance = 1 / (y + a) + 1 / (x + a)
    return LogOdds(delta, variance, delta / np.sqrt(variance))


def _delta(y: Floats, x: Floats, a: Floats) -> Floats:
    """Return the log-odds ratio for each row of counts."""
    total = a.sum()
    ny, nx = y.sum(axis=1, keepdims=True) + total, x.sum(axis=1, keepdims=True) + total
    out: Floats = np.log((y + a) / (ny - y - a)) - np.log((x + a) / (nx - x - a))
    return out


@dataclass(frozen=True, slots=True)
class DistinctiveWords:
    """Which words set the first side apart from the second, as far as the texts can tell.

    Attributes
    ----------
    delta : (words,) float
        Log-odds ratio.
    low, high : (words,) float
        Interval by resampling texts.
    z : (words,) float
        delta over its standard error when texts change sides at random.
    z_naive : (words,) float
        The same if words were independent.
    q : (words,) float
        Benjamini-Hochberg adjusted p-value; nan for words that were not tested. p is the share of z, over words that
        stand in about as many texts, that are as large when texts change sides at random: for words in few texts a
        normal tail is far too thin.
    first, second : (words,) float
        Counts.
    tested : (words,) bool
        Words in enough texts.
    level : float
    """

    delta: Floats
    low: Floats
    high: Floats
    z: Floats
    z_naive: Floats
    q: Floats
    first: Floats
    second: Floats
    tested: npt.NDArray[np.bool_]
    level: float


def distinctive_words(
    counts: Any,
    side: npt.ArrayLike,
    *,
    cluster: npt.ArrayLike | None = None,
    prior: float = 500.0,
    fewest: int = 5,
    draws: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> DistinctiveWords:
    """Compare two sides' words, taking texts (or clusters of them) and not words as independent.

    Parameters
    ----------
    counts : (documents, words) sparse array
    side : (documents,) int
        1 for the first side, 0 for the second.
    cluster : (documents,) int, optional
        Documents of one cluster, such as one speaker's, are resampled together; each alone when left out.
    prior : float
        Prior weight in words, shared out as all documents use the words (informative, section 3.4.2 of the paper).
    fewest : int
        A word in fewer documents is not tested.
    draws : int
        Resamples.
    level, seed
        Coverage of the intervals; of the resamples.

    Raises
    ------
    MethodError
        A side holds no document, or fewer than two clusters.
    """
    from scipy.sparse import csr_array

    matrix = csr_array(counts, dtype=np.float64)
    sides = np.asarray(side, np.int64)
    unit = (
        np.arange(matrix.shape[0])
        if cluster is None
        else np.unique(np.asarray(cluster), return_inverse=True)[1]
    )
    if sides.shape != (matrix.shape[0],) or unit.shape != sides.shape:
        raise MethodError(f"{matrix.shape[0]} documents, {sides.shape} sides: one a document is expected")
    halves = [_by_cluster(matrix[sides == s], unit[sides == s]) for s in (1, 0)]
    if min(half.shape[0] for half in halves) < 2:
        raise MethodError("each side needs two documents or more, of different clusters")
    y, x = (np.asarray(half.sum(axis=0)).ravel() for half in halves)
    a = prior * (y + x + 1e-9) / (y + x + 1e-9).sum()
    found = weighted_log_odds(y, x, a)
    spread = _resample(halves, a, draws, seed)
    stands_in = np.asarray((matrix > 0).sum(axis=0)).ravel()
    tested = (stands_in >= fewest) & (spread > 0)
    z, p = _exchange(halves, a, found.delta, np.where(tested, stands_in, 0), draws, seed)
    q = np.full(len(z), np.nan)
    q[tested] = benjamini_hochberg(p[tested])
    half = float(norm.ppf(0.5 + level / 2)) * spread
    return DistinctiveWords(
        found.delta, found.delta - half, found.delta + half, z, found.z, q, y, x, tested, level
    )


def _by_cluster(matrix: Any, unit: npt.NDArray[np.int64]) -> Any:
    """Add up the documents of each cluster."""
    from scipy.sparse import csr_array

    _, number = np.unique(unit, return_inverse=True)
    rows = int(number.max()) + 1 if len(number) else 0
    gather = csr_array((np.ones(len(number)), (number, np.arange(len(number)))), shape=(rows, len(number)))
    return csr_array(gather @ matrix)


def _resample(halves: list[Any], a: Floats, draws: int, seed: int) -> Floats:
    """Return the standard error of each word's log-odds ratio over resamples of clusters on both sides."""
    rng = np.random.default_rng(seed)
    words = halves[0].shape[1]
    block = max(1, min(draws, BLOCK // (8 * max(words, 1) * 4)))
    total, squares, done = np.zeros(words), np.zeros(words), 0
    while done < draws:
        size = min(block, draws - done)
        sums = []
        for half in halves:
            m = half.shape[0]
            # m / (m - 1) widens the spread that a resample of few clusters gives (Efron & Tibshirani 1993, 5.3).
            weights = rng.multinomial(m, np.full(m, 1 / m), size=size).astype(float)
            sums.append(np.asarray((half.T @ weights.T).T))
        delta = _delta(sums[0], sums[1], a)
        total, squares, done = total + delta.sum(axis=0), squares + (delta**2).sum(axis=0), done + size
    least = min(half.shape[0] for half in halves)
    variance = np.maximum(squares / draws - (total / draws) ** 2, 0) * least / (least - 1)
    spread: Floats = np.sqrt(variance)
    return spread


def _exchange(
    halves: list[Any], a: Floats, delta: Floats, stands_in: npt.NDArray[Any], draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Return z and p of each tested word against clusters that change sides at random."""
    from scipy.sparse import vstack

    rng = np.random.default_rng([seed, 1])
    tested = np.flatnonzero(stands_in)
    z, p = np.zeros(len(delta)), np.ones(len(delta))
    if len(tested) == 0:
        return z, p
    units, m = vstack(halves).tocsr(), halves[0].shape[0]
    moved = np.empty((draws, len(tested)), np.float32)
    block = max(1, min(draws, BLOCK // (8 * len(delta) * 4)))
    whole = (
        np.asarray(units.sum(axis=0))[None]
        if units.ndim == 1
        else np.asarray(units.sum(axis=0)).reshape(1, -1)
    )
    for begin in range(0, draws, block):
        size = min(block, draws - begin)
        weights = np.zeros((size, units.shape[0]))
        np.put_along_axis(
            weights, rng.permuted(np.tile(np.arange(units.shape[0]), (size, 1)), axis=1)[:, :m], 1.0, axis=1
        )
        y = np.asarray((units.T @ weights.T).T)
        moved[begin : begin + size] = _delta(y, whole - y, a)[:, tested]
    middle, error = moved.mean(axis=0), moved.std(axis=0)
    error = np.where(error > 0, error, np.inf)
    moved = np.abs((moved - middle) / error)
    z[tested] = (delta[tested] - middle) / error
    for members in np.array_split(
        np.argsort(stands_in[tested], kind="stable"), max(1, len(tested) // POOLED)
    ):
        pool = np.sort(moved[:, members], axis=None)
        above = len(pool) - np.searchsorted(pool, np.abs(z[tested[members]]) - 1e-9)
        p[tested[members]] = (1 + above) / (1 + len(pool))
    return z, p


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Return p-values adjusted for the false-discovery rate (Benjamini & Hochberg 1995, JRSS B 57, 289-300)."""
    values = np.asarray(p, float)
    n = len(values)
    if n == 0:
        return values
    order = np.argsort(values)[::-1]
    ranked = values[order] * n / np.arange(n, 0, -1)
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(np.minimum.accumulate(ranked), 1)
    return adjusted
