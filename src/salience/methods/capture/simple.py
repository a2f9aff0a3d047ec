"""Two lists, and lower bounds: what can be said with the fewest assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from salience.errors import MethodError
from salience.methods.capture.patterns import PopulationEstimate, as_distribution, midpoints, read_table
from salience.methods.capture.poisson import fit_models
from salience.methods.capture.profile import lognormal
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLists(PopulationEstimate):
    """An estimate from two lists: their sizes, and the records on both."""

    standard_error: float
    n1: int
    n2: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerBound(PopulationEstimate):
    """A lower bound of N.

    Attributes
    ----------
    standard_error : float
    equal_lists : float
        The bound were all lists equally likely to hold a record (Chao 1987); with unequal lists it may lie above N.
    """

    standard_error: float
    equal_lists: float


def lincoln_petersen(n1: int, n2: int, both: int, level: float = 0.95) -> TwoLists:
    """Estimate N from two independent lists: n1 n2 / both (Petersen 1896; Lincoln 1930).

    The standard error is of Sekar & Deming 1949; the interval is that of `chapman`.

    Raises
    ------
    MethodError
        When no record is on both, or the numbers contradict each other.
    """
    _check_lists(n1, n2, both)
    if both == 0:
        raise MethodError("no record is on both lists: n1 n2 / 0 has no value. chapman gives a warned answer")
    value = n1 * n2 / both
    return _two_lists(
        "Lincoln-Petersen", value, n1 * n2 * (n1 - both) * (n2 - both) / both**3, n1, n2, both, level
    )


def chapman(n1: int, n2: int, both: int, level: float = 0.95) -> TwoLists:
    """Estimate N from two independent lists, nearly without bias: (n1 + 1)(n2 + 1)/(both + 1) − 1 (Chapman 1951).

    Two lists cannot show whether they depend on each other; positive dependence makes the estimate too low.

    Parameters
    ----------
    n1, n2 : int
        Records on each list.
    both : int
        Records on both.
    level : float
        Coverage of the interval: the transformed logit interval, which holds for small lists too (Sadinle 2009,
        Communications in Statistics 38(9)).

    Returns
    -------
    TwoLists
        Its standard error is of Seber 1970.

    Raises
    ------
    MethodError
        When the numbers contradict each other.
    """
    _check_lists(n1, n2, both)
    value = (n1 + 1) * (n2 + 1) / (both + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - both) * (n2 - both) / ((both + 1) ** 2 * (both + 2))
    return _two_lists("Chapman", value, variance, n1, n2, both, level)


def _check_lists(n1: int, n2: int, both: int) -> None:
    for name, value in (("n1", n1), ("n2", n2), ("both", both)):
        if not (np.isfinite(value) and value >= 0 and value == int(value)):
            raise MethodError(f"{name} is {value}; expected a whole number, 0 or more")
    if both > min(n1, n2):
        raise MethodError(f"both is {both}, more than the smaller list holds ({min(n1, n2)})")
    if min(n1, n2) == 0:
        raise MethodError(f"the lists hold {n1} and {n2} records; expected at least one on each")


def _two_lists(
    method: str, value: float, variance: float, n1: int, n2: int, both: int, level: float
) -> TwoLists:
    recorded = n1 + n2 - both
    said = []
    if both == 0:
        said.append("no record is on both lists: the upper end rests on half a record")
    elif both < 7:
        # Robson & Regier 1964: with 7 on both the bias of Chapman's estimate is under 2 % with 95 % confidence
        said.append(f"only {both} records are on both lists")
    if both == min(n1, n2):
        said.append("one list lies within the other: if it copies, nothing is learnt of what is missing")
    low, high, support, probability = _logit_interval(n1, n2, both, level)
    return TwoLists(
        method=method,
        estimate=float(value),
        mean=float(value),
        low=low,
        high=high,
        level=level,
        n_recorded=recorded,
        warnings=tuple(said),
        support=support,
        probability=probability,
        standard_error=float(np.sqrt(variance)),
        n1=int(n1),
        n2=int(n2),
        both=int(both),
    )


def _logit_interval(n1: int, n2: int, both: int, level: float) -> tuple[float, float, FloatArray, FloatArray]:
    """Sadinle's interval: the number on no list, half a record added to each cell, times exp(± z s)."""
    a, b, c = both + 0.5, n1 - both + 0.5, n2 - both + 0.5
    spread = float(np.sqrt(1 / a + 1 / b + 1 / c + a / (b * c)))
    recorded = n1 + n2 - both

    def at(z: npt.ArrayLike) -> FloatArray:
        return np.maximum(recorded - 0.5 + b * c / a * np.exp(np.asarray(z) * spread), recorded)

    z = critical_value(level)
    support, probability = as_distribution(at(ndtri(midpoints())))
    return float(at(-z)), float(at(z)), support, probability


def chao_lower(patterns: npt.ArrayLike, counts: npt.ArrayLike, *, level: float = 0.95) -> LowerBound:
    """Bound N from below where records differ in how likely they are to be listed, and lists in how much they hold.

    If the odds of record i on list j are θ_i b_j, the expected count of a pattern with k lists is ∏ b times the
    k-th moment of a positive measure, and Cauchy and Schwarz give m_0 ≥ m_1²/m_2: a log-linear model with main effects
    and a free level for every number of lists from three on bounds those on none (Rivest & Baillargeon 2007, Biometrics
    63(3), model Mth Chao). Levels below the line are set to it, as there. With two lists it is Lincoln-Petersen.

    Parameters
    ----------
    patterns : (m, lists) bool
        All lists checked.
    counts : (m,) int
    level : float
        Of the interval of the bound itself, symmetric in the logarithm of the number on no list: N lies above `low`
        with a chance of at least (1 + level)/2, and nothing is said of how far.

    Raises
    ------
    MethodError
        On wrong shapes or values, or lists without overlap.
    """
    table = read_table(patterns, counts, method="chao_lower")
    lists = table.lists
    codes = np.arange(1, 1 << lists)
    on = ((codes[:, None] >> np.arange(lists)) & 1).astype(np.float64)
    number = on.sum(axis=1).astype(int)
    found = table.cells()[1:].astype(np.float64)
    levels = [k for k in range(3, lists + 1) if found[number == k].sum() > 0]
    while True:
        design = np.column_stack([np.ones(len(codes)), on, *(number == k for k in levels)]).astype(np.float64)
        q = design.shape[1]
        fits = fit_models(
            design, found[None], np.ones((1, q), dtype=bool), np.ones((1, len(codes)), dtype=bool)
        )
        below = [k for k, eta in zip(levels, fits.coefficients[0, 1 + lists :], strict=True) if eta < 0]
        if not below:
            break
        levels = [k for k in levels if k not in below]
    missing = float(np.exp(fits.coefficients[0, 0]))
    error = float(np.sqrt(missing + missing**2 * fits.inverse[0, 0, 0]))
    low, high, support, probability = lognormal(missing, error, table.recorded, level)
    return LowerBound(
        method="Chao's lower bound",
        estimate=table.recorded + missing,
        mean=table.recorded + missing,
        low=low,
        high=high,
        level=level,
        n_recorded=table.recorded,
        warnings=("a lower bound: there may be any number more",),
        support=support,
        probability=probability,
        standard_error=error,
        equal_lists=_equal_lists(number, found, lists),
    )


def _equal_lists(number: npt.NDArray[np.intp], found: FloatArray, lists: int) -> float:
    """Chao's bound with equal lists, n + (t − 1)/t · f1²/(2 f2); bias-corrected where f2 = 0 (Chao 1989)."""
    once, twice = float(found[number == 1].sum()), float(found[number == 2].sum())
    share = (lists - 1) / lists
    more = once**2 / (2 * twice) if twice > 0 else once * (once - 1) / 2
    return float(found.sum()) + share * more
