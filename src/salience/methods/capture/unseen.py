"""How many groups exist that nobody named: species richness, from how often the named ones were seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.capture.curves import Curve, chao_unseen, draw_curve, sample_coverage
from salience.methods.capture.patterns import PopulationEstimate
from salience.methods.capture.profile import lognormal
from salience.methods.cells import FloatArray

# Chao & Lee 1992: groups seen at most so often are rare.
RARE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenSpecies(PopulationEstimate):
    """A lower bound of the number of groups, and what goes with it.

    Attributes
    ----------
    standard_error : float
    ace : float or None
        The coverage-based estimate (ACE, or ICE for incidence); None when every rare group was seen once.
    singletons, doubletons : int
        Groups seen once, and twice.
    coverage : float
        Estimated share of all sightings that are of named groups (Chao & Jost 2012).
    curve : Curve
        Rarefaction and extrapolation.
    """

    standard_error: float
    ace: float | None
    singletons: int
    doubletons: int
    coverage: float
    curve: Curve = field(repr=False)


def unseen_species(
    counts: npt.ArrayLike,
    *,
    samples: int | None = None,
    level: float = 0.95,
    points: int = 40,
    reach: float = 2.0,
    seed: int = 0,
    replicates: int = 200,
) -> UnseenSpecies:
    """Bound the number of groups from below: Chao1, or Chao2 from incidence.

    Chao 1984, Scandinavian Journal of Statistics 11(4); Chao 1987, Biometrics 43(4):
    S + (n − 1)/n · f1²/(2 f2), where f1 and f2 are the groups seen once and twice, and bias-corrected
    f1 (f1 − 1)/2 where none was seen twice. For incidence n is the number of samples.

    It is a lower bound. It counts groups that are rare, not groups that hide; and where labels split one group or merge
    several, it counts labels.

    Parameters
    ----------
    counts : (groups,) int
        How often each group was seen; those never seen are ignored. With `samples`, in how many of them.
    samples : int, optional
        Samples (months, outlets, reports) that incidence was counted in.
    level : float
        Of the interval, symmetric in the logarithm of the number unseen (Chao 1987).
    points, reach : int, float
        Points of the curve, and how many times the sightings it is drawn to.
    seed, replicates : int
        For the curve's bootstrap.

    Raises
    ------
    MethodError
        On counts that are not whole numbers, none seen, or above the number of samples.
    """
    seen = _check_counts(counts, samples)
    total = int(seen.sum()) if samples is None else samples
    once, twice = int((seen == 1).sum()), int((seen == 2).sum())
    unseen, variance = chao_unseen(seen, total)
    low, high, support, probability = lognormal(unseen, float(np.sqrt(variance)), len(seen), level)
    said = ["a lower bound: rare groups are counted, not groups that hide, and labels stand for groups"]
    if once == len(seen):
        said.append("every group was seen once: the bound is all that can be said, and is not exact")
    elif twice == 0 and once:
        said.append("no group was seen twice: the bias-corrected form was used, which is not exact")
    return UnseenSpecies(
        method="Chao1" if samples is None else "Chao2",
        estimate=len(seen) + unseen,
        mean=len(seen) + unseen,
        low=low,
        high=high,
        level=level,
        n_recorded=len(seen),
        warnings=tuple(said),
        support=support,
        probability=probability,
        standard_error=float(np.sqrt(variance)),
        ace=_coverage_estimate(seen, samples),
        singletons=once,
        doubletons=twice,
        coverage=sample_coverage(seen, samples),
        curve=draw_curve(seen, samples, unseen, level, points, reach, seed, replicates),
    )


def _check_counts(counts: npt.ArrayLike, samples: int | None) -> FloatArray:
    number = np.asarray(counts, dtype=np.float64)
    if number.ndim != 1:
        raise MethodError(f"counts has shape {number.shape}; expected one number a group")
    wrong = ~(np.isfinite(number) & (number >= 0) & (number == np.floor(number)))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise MethodError(f"counts is {number[at]:g} for group {at}; expected a whole number, 0 or more")
    seen = number[number > 0]
    if not len(seen):
        raise MethodError("no group was seen: nothing can be said of the unseen")
    if samples is not None:
        if samples < 2:
            raise MethodError(f"samples is {samples}; expected 2 or more")
        if seen.max() > samples:
            raise MethodError(f"a group was seen in {seen.max():g} of {samples} samples")
    return seen


def _coverage_estimate(seen: FloatArray, samples: int | None) -> float | None:
    """Return ACE (Chao & Lee 1992, Journal of the American Statistical Association 87) or ICE (Lee & Chao 1994)."""
    rare = seen[seen <= RARE]
    often = len(seen) - len(rare)
    once = float((rare == 1).sum())
    sightings = float(rare.sum())
    if sightings == 0:
        return float(len(seen))
    covered = 1.0 - once / sightings
    if covered <= 0:
        return None
    pairs = float((rare * (rare - 1)).sum())
    # For incidence, samples in which at least one rare group was seen are taken as all of them.
    scale = sightings * (sightings - 1) if samples is None else sightings**2 * (samples - 1) / samples
    uneven = max(len(rare) / covered * pairs / scale - 1.0, 0.0) if scale > 0 else 0.0
    return float(often + len(rare) / covered + once / covered * uneven)
