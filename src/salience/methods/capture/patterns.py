"""Counts of capture patterns: which lists hold a record, checked before any method sees them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import weighted_quantiles

PatternArray = npt.NDArray[np.int8]
CountArray = npt.NDArray[np.int64]

MOST_LISTS = 12
UNCHECKED = -1
# Cumulative chances at which an approximate distribution of N is tabulated.
_QUANTILES = 2001


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationEstimate:
    """How many there are, those on no list included.

    Attributes
    ----------
    method : str
        "decomposable graphs".
    estimate : float or None
        The posterior median where there is a posterior, else the maximum of the likelihood; None where no
        estimate exists.
    mean : float or None
        The posterior mean; for other methods the estimate.
    low, high : float or None
        The interval; None where there is none to be trusted.
    level : float
        Its coverage.
    n_recorded : int
        Records on at least one list.
    warnings : tuple of str
        What to know before the number is used.
    draws : (d,) float or None
        Draws of N from the posterior.
    support, probability : (s,) float or None
        In place of draws: values of N and their probability (of a confidence distribution where the
        method has no posterior: its quantiles are the ends of the intervals at all levels).
    """

    method: str
    estimate: float | None
    mean: float | None
    low: float | None
    high: float | None
    level: float
    n_recorded: int
    warnings: tuple[str, ...] = ()
    draws: FloatArray | None = field(default=None, repr=False)
    support: FloatArray | None = field(default=None, repr=False)
    probability: FloatArray | None = field(default=None, repr=False)

    @property
    def unrecorded(self) -> float | None:
        """How many are on no list."""
        return None if self.estimate is None else self.estimate - self.n_recorded

    def quantiles(self, at: npt.ArrayLike) -> FloatArray | None:
        """Return quantiles of N; None when the method gave no distribution."""
        chances = np.asarray(at, dtype=np.float64)
        if self.draws is not None:
            return np.asarray(np.quantile(self.draws, chances))
        if self.support is not None and self.probability is not None:
            return weighted_quantiles(self.support, self.probability, chances)
        return None


@dataclass(frozen=True, slots=True)
class CaptureTable:
    """Checked counts of capture patterns.

    Attributes
    ----------
    patterns : (m, lists) int8
        1 on the list, 0 not on it, -1 not checked. Each pattern once; those without records left out.
    counts : (m,) int64
        Records with the pattern, all positive.
    impossible : (k, lists) int8
        Patterns that cannot occur: structural zeros.
    """

    patterns: PatternArray
    counts: CountArray
    impossible: PatternArray

    @property
    def lists(self) -> int:
        """Number of lists."""
        return int(self.patterns.shape[1])

    @property
    def recorded(self) -> int:
        """Number of records."""
        return int(self.counts.sum())

    @property
    def unchecked(self) -> bool:
        """Whether some list was not checked for some record."""
        return bool((self.patterns == UNCHECKED).any())

    def cells(self) -> CountArray:
        """Return the counts of all 2^lists patterns; list j is bit j of the position."""
        return np.bincount(pattern_codes(self.patterns), self.counts, 1 << self.lists).astype(np.int64)


def read_table(
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    impossible: npt.ArrayLike | None = None,
    *,
    method: str,
    least_lists: int = 2,
    most_lists: int = MOST_LISTS,
    unchecked: bool = False,
    overlap: bool = True,
) -> CaptureTable:
    """Check counts of capture patterns and put equal patterns together.

    Parameters
    ----------
    patterns : (m, lists) bool
        Which lists hold the records. In a float array nan means that the list was not checked, or not in
        operation; so do masked entries and, among integers, -1.
    counts : (m,) int
        Records with the pattern; 0 or more.
    impossible : (k, lists) bool, optional
        Patterns that cannot occur.
    method : str
        Named in errors.
    least_lists, most_lists : int
        Lists that the method can take.
    unchecked : bool
        Whether the method can take lists that were not checked.
    overlap : bool
        Whether the method needs records that are on two lists, and some that are not on all.

    Raises
    ------
    MethodError
        Says the row and what was expected.
    """
    found = clean_patterns(patterns)
    number = _read_counts(counts, len(found))
    lists = found.shape[1]
    if lists < least_lists:
        raise MethodError(
            f"{method} needs {least_lists} lists or more; found {lists}. One list cannot show what it lacks"
            if lists == 1
            else f"{method} needs {least_lists} lists or more; found {lists}"
        )
    if lists > most_lists:
        raise MethodError(
            f"{method} takes at most {most_lists} lists; found {lists}. Leave out the smallest, or put together "
            "lists that draw on each other"
        )
    _refuse_empty_patterns(found, number)
    kept = number > 0
    if not kept.any():
        raise MethodError("no pattern has a record: all counts are 0")
    cannot = np.zeros((0, lists), dtype=np.int8)
    if impossible is not None:
        cannot = clean_patterns(impossible)
        _check_impossible(cannot, found[kept])
    distinct, position = np.unique(found[kept], axis=0, return_inverse=True)
    table = CaptureTable(
        distinct, np.bincount(position.ravel(), number[kept]).astype(np.int64), np.unique(cannot, axis=0)
    )
    if table.unchecked and not unchecked:
        raise MethodError(
            f"{method} cannot take lists that were not checked for some records; latent_class can. Or keep only the "
            "lists that were checked for all"
        )
    _refuse_lists_without_contrast(table, overlap)
    return table


def clean_patterns(patterns: npt.ArrayLike) -> PatternArray:
    """Return patterns as 1, 0 and -1 (not checked), a row each.

    Raises
    ------
    MethodError
        On another shape, or entries that are neither true, false nor missing.
    """
    if isinstance(patterns, np.ma.MaskedArray):
        patterns = np.ma.filled(patterns.astype(np.float64), np.nan)
    try:
        raw = np.asarray(patterns, dtype=np.float64)
    except (TypeError, ValueError):
        raise MethodError("patterns holds something that is not true, false or missing (nan)") from None
    if raw.ndim != 2:
        raise MethodError(f"patterns has shape {raw.shape}; expected one row a pattern and one column a list")
    raw = np.where(np.isnan(raw), UNCHECKED, raw)
    wrong = ~np.isin(raw, (UNCHECKED, 0, 1))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise MethodError(
            f"patterns is {raw[row, column]:g} in row {row}, list {column}; expected 1, 0 or nan"
        )
    return raw.astype(np.int8)


def _read_counts(counts: npt.ArrayLike, rows: int) -> CountArray:
    number = np.asarray(counts, dtype=np.float64)
    if number.shape != (rows,):
        raise MethodError(f"counts has shape {number.shape}; expected ({rows},), one for each pattern")
    wrong = ~(np.isfinite(number) & (number >= 0) & (number == np.floor(number)))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MethodError(f"counts is {number[row]:g} in row {row}; expected a whole number, 0 or more")
    return number.astype(np.int64)


def _refuse_empty_patterns(patterns: PatternArray, counts: CountArray) -> None:
    empty = (patterns == 0).all(axis=1) & (counts > 0)
    unknown = (patterns == UNCHECKED).all(axis=1) & (counts > 0)
    if empty.any():
        row = int(np.flatnonzero(empty)[0])
        raise MethodError(
            f"row {row} has {counts[row]:,} records on no list: what no list holds is what is to be estimated. Leave "
            "the row out, or name the list that these records came from"
        )
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise MethodError(
            f"row {row} has {counts[row]:,} records for which no list was checked; leave them out"
        )


def _check_impossible(impossible: PatternArray, patterns: PatternArray) -> None:
    if impossible.shape[1:] != patterns.shape[1:]:
        raise MethodError(
            f"impossible has {impossible.shape[1]} lists where patterns has {patterns.shape[1]}"
        )
    if (impossible == UNCHECKED).any() or not impossible.any(axis=1).all():
        raise MethodError(
            "impossible holds a pattern with missing entries, or on no list; expected full patterns"
        )
    both = {tuple(row) for row in impossible.tolist()} & {tuple(row) for row in patterns.tolist()}
    if both:
        raise MethodError(f"the pattern {sorted(both)[0]} is said to be impossible but has records")


def _refuse_lists_without_contrast(table: CaptureTable, overlap: bool) -> None:
    on = table.patterns == 1
    empty = np.flatnonzero(~on.any(axis=0))
    if len(empty):
        raise MethodError(f"list {int(empty[0])} holds no record; leave it out")
    if not overlap:
        return
    if on.sum(axis=1).max() < 2:
        raise MethodError(
            "no record is on two lists: without overlap nothing shows how many are on none. Put lists together "
            "otherwise, or look whether records were matched at all"
        )
    if len(on) == 1 and on.all():
        raise MethodError(
            "all lists hold the same records: lists that copy one another carry no information on what is missing"
        )


def pattern_codes(patterns: PatternArray) -> npt.NDArray[np.int64]:
    """Return the position of each pattern among all: list j is bit j."""
    return patterns.astype(np.int64) @ (1 << np.arange(patterns.shape[1], dtype=np.int64))


def as_distribution(quantile_of: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a support and equal probabilities from quantiles at `midpoints()`."""
    return quantile_of, np.full(len(quantile_of), 1.0 / len(quantile_of))


def midpoints() -> FloatArray:
    """Return the chances at which a confidence distribution is tabulated."""
    return (np.arange(_QUANTILES) + 0.5) / _QUANTILES
