"""What an outcome hinges on: Sobol indices of groups of inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Shares of the outcome's variance.

    Attributes
    ----------
    first, total : (groups, outputs) float
        What goes when the group alone were known; what stays when all but the group were known. nan where the
        output does not vary.
    first_low, first_high, total_low, total_high : (groups, outputs) float
        Intervals by resampling the base points.
    variance : (outputs,) float
    runs : int
        How often the model was evaluated.
    level : float
    """

    first: FloatArray
    first_low: FloatArray
    first_high: FloatArray
    total: FloatArray
    total_low: FloatArray
    total_high: FloatArray
    variance: FloatArray
    runs: int
    level: float


def sobol_indices(
    evaluate: Callable[[FloatArray], FloatArray],
    groups: npt.ArrayLike,
    *,
    base: int = 1024,
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 200,
    transform: Callable[[FloatArray], FloatArray] | None = None,
) -> SobolIndices:
    """Estimate first-order and total indices of groups of inputs.

    Two scrambled Sobol samples A and B, and for each group g A with the columns of g from B (Saltelli et al. 2010,
    Computer Physics Communications 181: 259-270, table 2, after Jansen 1999):

        first  1 − mean (f(B) − f(AB))² / 2V,    total  mean (f(A) − f(AB))² / 2V.

    Parameters
    ----------
    evaluate : callable
        (runs, inputs) points of the unit cube to (runs,) or (runs, outputs).
    groups : (inputs,) int
        The group of each input, 0, 1, …
    base : int
        Base points, a power of 2; the model is evaluated (groups + 2) × base times.
    seed : int
    level : float
        Of the intervals.
    resamples : int
    transform : callable, optional
        Takes each input of the unit cube by itself to its own scale: (runs, inputs) to the same. It is called on the
        base points alone, so that it may be slow; `evaluate` is then given values on that scale.

    Returns
    -------
    SobolIndices

    Raises
    ------
    MethodError
        No inputs, groups that are not numbered 0, 1, …, or a base that is no power of 2.
    """
    from scipy.stats import qmc

    of = np.asarray(groups, dtype=np.int64).ravel()
    if not len(of) or set(of.tolist()) != set(range(int(of.max()) + 1)):
        raise MethodError("groups must be numbered 0, 1, … with none left out, one number an input")
    if base < 8 or base & (base - 1):
        raise MethodError(f"base is {base}; expected a power of 2, at least 8")
    number = int(of.max()) + 1
    rng = np.random.default_rng(seed)
    both = qmc.Sobol(2 * len(of), scramble=True, rng=rng).random(base)
    both = np.clip(both, 1e-12, 1.0 - 1e-12)
    a, b = both[:, : len(of)], both[:, len(of) :]
    if transform is not None:
        a, b = transform(a), transform(b)
    at_a, at_b = _columns(evaluate(a)), _columns(evaluate(b))
    first_terms, total_terms = (np.empty((number, *at_a.shape)) for _ in range(2))
    for g in range(number):
        mixed = _columns(evaluate(np.where(of == g, b, a)))
        first_terms[g], total_terms[g] = 0.5 * (at_b - mixed) ** 2, 0.5 * (at_a - mixed) ** 2
    pool = np.stack([at_a, at_b])
    mean = pool.mean(axis=(0, 1))
    squares = ((pool - mean) ** 2).mean(axis=0)
    drawn = rng.integers(0, base, (resamples, base))
    counts = np.stack([np.bincount(row, minlength=base) for row in drawn]) / base
    scale = np.maximum(np.abs(mean), 1.0) ** 2
    alive = squares.mean(axis=0) > 1e-18 * scale
    variance = np.where(alive, squares.mean(axis=0), np.nan)
    again = np.where(alive, counts @ squares, np.nan)
    first, total = 1.0 - first_terms.mean(axis=1) / variance, total_terms.mean(axis=1) / variance
    first_again = 1.0 - np.einsum("rn,gno->rgo", counts, first_terms) / again[:, None]
    total_again = np.einsum("rn,gno->rgo", counts, total_terms) / again[:, None]
    tail = (1.0 - level) / 2.0
    ends = [np.quantile(x, q, axis=0) for x in (first_again, total_again) for q in (tail, 1.0 - tail)]
    return SobolIndices(
        first, ends[0], ends[1], total, ends[2], ends[3], np.nan_to_num(variance), (number + 2) * base, level
    )


def _columns(values: npt.ArrayLike) -> FloatArray:
    found = np.asarray(values, dtype=np.float64)
    return found[:, None] if found.ndim == 1 else found
