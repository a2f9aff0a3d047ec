"""Changes without a date: whether anything changed at all, when, and what would have been seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods import series as methods
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Undated:
    """Changes without a date.

    Attributes
    ----------
    found : ChangePoints
        With the dispersion over the long run.
    independent : ChangePoints
        As if periods were independent Poisson counts.
    smallest : float
        The smallest ratio of levels that would have been shown.
    exposure : (n,) float
    """

    found: methods.ChangePoints
    independent: methods.ChangePoints
    smallest: float
    exposure: Floats


def find_changes(series: Series, params: ChangeParams, seed: int) -> Undated | None:
    """Look for changes at all dates; None where the series cannot carry it.

    Where two series are compared, the exposure of the first is the sum of both: what changes is its share.
    """
    exposure = series.periods.days / np.median(series.periods.days)
    if series.against is not None:
        exposure = series.counts + series.against
    exposure = np.where(series.keep, exposure, 0.0)
    counts = np.where(series.keep, series.counts, 0.0)
    try:
        dispersion = methods.long_run_dispersion(counts, exposure)
        settings = {"most": params.most_changes, "shortest": 2, "draws": params.draws, "seed": seed}
        found = methods.change_points(counts, exposure, dispersion=dispersion, **settings, level=params.level)  # type: ignore[arg-type]
        independent = methods.change_points(counts, exposure, **settings, level=params.level)  # type: ignore[arg-type]
        smallest = methods.smallest_undated_change(counts, exposure, dispersion=dispersion, seed=seed)
    except MethodError:
        return None
    return Undated(found, independent, smallest, exposure)
