"""Facts told by category: who is most likely right when raters differ, and how often each errs.

Dawid & Skene 1979, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied Statistics
28(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from salience.errors import MethodError
from salience.methods.cells import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Raters:
    """What the ratings say.

    Attributes
    ----------
    prevalence, prevalence_low, prevalence_high : (categories,) float
        Share of items truly of each category, with its interval.
    confusion : (raters, categories, categories) float
        Chance that a rater says the second category of an item that is of the first; nan where a rater rated
        none that may be of it.
    accuracy, accuracy_low, accuracy_high : (raters,) float
        Chance that a rater is right on an item drawn from the prevalence, with its interval.
    probability : (items, categories) float
        Of each item's category.
    log_likelihood : float
    iterations : int
    converged : bool
    level : float
    """

    prevalence: FloatArray
    prevalence_low: FloatArray
    prevalence_high: FloatArray
    confusion: FloatArray
    accuracy: FloatArray
    accuracy_low: FloatArray
    accuracy_high: FloatArray
    probability: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool
    level: float


def dawid_skene(
    item: npt.ArrayLike,
    rater: npt.ArrayLike,
    rating: npt.ArrayLike,
    *,
    resamples: int = 200,
    iterations: int = 2000,
    tolerance: float = 1e-10,
    seed: int = 0,
    level: float = 0.95,
) -> Raters:
    """Estimate each item's category and each rater's errors by the EM algorithm.

    Parameters
    ----------
    item, rater, rating : (n,) int
        From 0 on. A rater may rate an item more than once.
    resamples : int
        Samples of items drawn anew with replacement, for the intervals; 0 for none (they are nan).
    iterations, tolerance : int, float
        EM ends when the log-likelihood gains less than this share of itself.
    seed, level
        Of the resampling.

    Raises
    ------
    MethodError
        On arrays of other shapes, fewer than two raters or categories, or no rating.

    Notes
    -----
    EM begins with each item's shares of ratings, so that categories keep their names; it presumes that more raters
    are right than wrong. The log-likelihood leaves out multinomial coefficients.
    """
    counts = _count(item, rater, rating)
    items = len(counts)
    shares = counts.sum(axis=1)
    start = shares / shares.sum(axis=1, keepdims=True)
    weight = np.ones(items)
    found = _climb(counts, start, weight, iterations, tolerance)
    rng = np.random.default_rng(seed)
    again = []
    for _ in range(resamples):
        drawn = np.bincount(rng.integers(0, items, items), minlength=items).astype(np.float64)
        again.append(_climb(counts, found.probability, drawn, min(iterations, 200), 1e-7))
    tails = [(1 - level) / 2, (1 + level) / 2]
    width = counts.shape[2]
    nothing = np.full((2, width), np.nan), np.full((2, counts.shape[1]), np.nan)
    prevalence = np.quantile([a.prevalence for a in again], tails, axis=0) if again else nothing[0]
    accuracy = np.nanquantile([a.accuracy() for a in again], tails, axis=0) if again else nothing[1]
    return Raters(
        found.prevalence, prevalence[0], prevalence[1], found.confusion, found.accuracy(), accuracy[0], accuracy[1],
        found.probability, found.log_likelihood, found.iterations, found.converged, level,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fit:
    prevalence: FloatArray
    confusion: FloatArray
    probability: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool

    def accuracy(self) -> FloatArray:
        right = np.diagonal(self.confusion, axis1=1, axis2=2)
        known = np.isfinite(right)
        weight = np.where(known, self.prevalence, 0.0)
        return np.asarray((np.where(known, right, 0.0) * weight).sum(axis=1) / weight.sum(axis=1))


def _count(item: npt.ArrayLike, rater: npt.ArrayLike, rating: npt.ArrayLike) -> FloatArray:
    """Return how often each rater gave each item each category: (items, raters, categories)."""
    columns: list[IntArray] = []
    for name, values in (("item", item), ("rater", rater), ("rating", rating)):
        found = np.asarray(values)
        if found.ndim != 1 or not len(found) or found.dtype.kind not in "iu" or (found < 0).any():
            raise MethodError(f"{name} must be a row of whole numbers from 0 on, and not empty")
        columns.append(found.astype(np.intp))
    if len({len(c) for c in columns}) > 1:
        raise MethodError("item, rater and rating must be of one length")
    shape = tuple(int(c.max()) + 1 for c in columns)
    if shape[1] < 2 or shape[2] < 2:
        raise MethodError(
            f"there are {shape[1]} raters and {shape[2]} categories; expected two or more of each"
        )
    counts = np.zeros(shape)
    np.add.at(counts, tuple(columns), 1.0)
    if (counts.sum(axis=(1, 2)) == 0).any():
        raise MethodError(f"item {int(np.flatnonzero(counts.sum(axis=(1, 2)) == 0)[0])} has no rating")
    return counts


def _climb(counts: FloatArray, start: FloatArray, weight: FloatArray, most: int, tolerance: float) -> _Fit:
    """Run EM from the items' probabilities (equations 2.3 to 2.5); items count by weight."""
    probability, before = start, -np.inf
    for step in range(1, most + 1):
        weighted = probability * weight[:, None]
        prevalence = weighted.sum(axis=0) / weight.sum()
        said = np.einsum("ij,ikl->kjl", weighted, counts)
        total = said.sum(axis=2, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            confusion = said / total
            logs = np.log(np.where(total > 0, confusion, 1.0))
            prior = np.log(prevalence)
        # 0 · log 0 is 0: what a rater never says cannot speak against a category where it was not said.
        safe = np.where(np.isneginf(logs), -1e300, logs)
        joint = prior + np.einsum("ikl,kjl->ij", counts, safe)
        each = logsumexp(joint, axis=1)
        probability = np.exp(joint - each[:, None])
        now = float(weight @ each)
        if now - before <= tolerance * abs(now):
            return _Fit(prevalence, confusion, probability, now, step, True)
        before = now
    return _Fit(prevalence, confusion, probability, now, most, False)
