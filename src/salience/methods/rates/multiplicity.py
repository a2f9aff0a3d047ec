"""Many comparisons at once: Holm for what is tested, Benjamini & Hochberg for what is screened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Return p-values adjusted so that all are safe together (Holm 1979, Scand. J. Stat. 6: 65).

    Parameters
    ----------
    p_values : (tests,) float
        Between 0 and 1; they may depend on each other in any way.

    Returns
    -------
    ndarray, shape (tests,)
        The chance of one false alarm or more among all tests is at most a, if those below a are believed.
    """
    p = _require(p_values)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _back(np.minimum(stepped, 1.0), order)


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """Return p-values adjusted so that of those believed few are false (Benjamini & Hochberg 1995, JRSS B 57: 289).

    Parameters
    ----------
    p_values : (screens,) float
        Between 0 and 1; independent, or positively dependent.

    Returns
    -------
    ndarray, shape (screens,)
        Of those below a, on average at most the share a are false alarms.
    """
    p = _require(p_values)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _back(np.minimum(stepped, 1.0), order)


def _require(p_values: npt.ArrayLike) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1:
        raise MethodError(f"p-values have shape {p.shape}; expected one dimension")
    wrong = ~((p >= 0) & (p <= 1))
    if wrong.any():
        raise MethodError(f"a p-value is {p[wrong][0]:g}; expected 0 to 1")
    return p


def _back(values: FloatArray, order: npt.NDArray[np.intp]) -> FloatArray:
    """Put sorted values where they came from."""
    placed = np.empty_like(values)
    placed[order] = values
    return placed
