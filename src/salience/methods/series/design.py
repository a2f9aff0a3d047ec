"""The design of an interrupted time series: level, trend, season, the step and the change of slope."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray


def baseline_design(
    periods: int, *, trend: bool = True, year_share: npt.ArrayLike | None = None, harmonics: int = 0
) -> FloatArray:
    """Return a constant, a linear trend and a yearly wave.

    Parameters
    ----------
    periods : int
    trend : bool
        A column from −½ to ½ over the series.
    year_share : (periods,) float, optional
        Where in the year each period lies, 0 to 1; needed for harmonics.
    harmonics : int
        Pairs of sine and cosine, of one to so many cycles a year.

    Returns
    -------
    (periods, 1 + trend + 2 harmonics) float

    Raises
    ------
    MethodError
        With fewer than two periods, or harmonics without `year_share`.
    """
    if periods < 2:
        raise MethodError(f"the series has {periods} period; expected two or more")
    columns = [np.ones(periods)]
    if trend:
        columns.append(np.arange(periods) / (periods - 1.0) - 0.5)
    if harmonics:
        if year_share is None:
            raise MethodError("harmonics need year_share, where in the year each period lies")
        angle = 2.0 * np.pi * np.asarray(year_share, dtype=np.float64)
        for k in range(1, harmonics + 1):
            columns += [np.sin(k * angle), np.cos(k * angle)]
    return np.column_stack(columns)


def step_after(periods: int, first: int) -> FloatArray:
    """Return 0 before period `first` and 1 from it on.

    Raises
    ------
    MethodError
        When nothing lies before it, or nothing from it on.
    """
    if not 0 < first < periods:
        raise MethodError(
            f"the change is at period {first} of {periods}; expected periods on both sides of it"
        )
    return (np.arange(periods) >= first).astype(np.float64)


def slope_after(periods: int, first: int, per_year: float) -> FloatArray:
    """Return 0 before period `first`, and from it on the years since: the change of slope a year."""
    return np.maximum(np.arange(periods) - first, 0.0) / per_year


def step_design(
    periods: int,
    first: int,
    *,
    trend: bool = True,
    slope: bool = False,
    year_share: npt.ArrayLike | None = None,
    harmonics: int = 0,
    per_year: float = 12.0,
) -> FloatArray:
    """Return the baseline with a step at `first` as the last column; with `slope`, as the last but one."""
    columns = [
        baseline_design(periods, trend=trend, year_share=year_share, harmonics=harmonics),
        step_after(periods, first),
    ]
    if slope:
        columns.append(slope_after(periods, first, per_year))
    return np.column_stack(columns)
