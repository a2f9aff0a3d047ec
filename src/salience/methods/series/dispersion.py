"""How much more counts vary than independent ones would: between neighbours, and over the long run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.methods.cells import check_vector
from salience.methods.series.segments import check_exposure, single_change


def local_dispersion(counts: npt.ArrayLike, exposure: npt.ArrayLike | None = None) -> float:
    """Return the dispersion of counts about a slowly moving level, at least 1.

    Squares of differences between neighbours over what they would be for Poisson counts (von Neumann 1941, Ann. Math.
    Stat. 12): a few changes of level leave it alone, where the variance about one mean would count them as noise.
    """
    y = check_vector(counts, "counts")
    e = check_exposure(y, exposure)
    y, e = y[e > 0], e[e > 0]
    if len(y) < 3:
        return 1.0
    gap = y[1:] / e[1:] - y[:-1] / e[:-1]
    expected = (y[1:] + y[:-1]) / (e[1:] + e[:-1]) * (1.0 / e[1:] + 1.0 / e[:-1])
    total = float(expected.sum())
    return max(1.0, float((gap**2).sum()) / total) if total > 0 else 1.0


def long_run_dispersion(counts: npt.ArrayLike, exposure: npt.ArrayLike | None = None) -> float:
    """Return the dispersion of counts that hang together from period to period, at least 1.

    Variance of Pearson's residuals about the best single change, times (1 + ρ) / (1 − ρ) with ρ their first
    autocorrelation, corrected for its bias by (1 + 3 ρ) / n (Kendall 1954, Biometrika 41): the variance of a sum of
    autoregressive terms over that of independent Poisson counts. One change is taken out first, for it would be
    counted as persistence; further ones are, which errs on the side of seeing too few changes.
    """
    y = check_vector(counts, "counts")
    e = check_exposure(y, exposure)
    y, e = y[e > 0], e[e > 0]
    n = len(y)
    if n < 8:
        return 1.0
    best = single_change(y, e)
    mu = e * np.where(np.arange(n) >= best.first, best.after, best.before)
    residual = (y - mu) / np.sqrt(np.maximum(mu, 0.2))
    square = float(residual @ residual)
    if square <= 0:
        return 1.0
    rho = float(residual[1:] @ residual[:-1]) / square
    rho = min(max(rho + (1.0 + 3.0 * rho) / n, 0.0), 0.95)
    return max(1.0, square / (n - 2) * (1.0 + rho) / (1.0 - rho))
