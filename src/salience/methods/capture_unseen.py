"""How many groups or outlets exist that nobody named: lower bounds from how often the named ones were seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from salience.errors import MethodError
from salience.methods.capture_curves import GroupCounts, RichnessCurve, richness_curve
from salience.methods.capture_patterns import PopulationEstimate, as_distribution, midpoints
from salience.methods.cells import FloatArray
from salience.methods.intervals import critical_value

# Groups seen more often than this tell nothing of those never seen: the cut-off of Chao & Lee 1992.
_RARE = 10
_LOW_COVERAGE = 0.5
# Colwell et al. 2012 and Chao et al. 2014 trust the extrapolation of richness up to two or three times the sample.
_FURTHEST = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenSpecies(PopulationEstimate):
    """A lower bound of the number of groups, those that nobody named included.

    Attributes
    ----------
    standard_error : float
        Of the estimate. Where the estimate is the number named, that of the number named.
    ace, ace_standard_error : float or None
        The estimate by coverage of rare groups: ACE of Chao & Lee 1992 for events, ICE of Lee & Chao 1994 in the
        form of Chao & Chiu 2016 for samples. None where all rare groups were seen once, and where no error exists.
    singletons, doubletons : int
        Groups seen once, and twice.
    coverage : float
        Share of all sightings, past and to come, that are of groups already named (Chao & Jost 2012).
    curve : RichnessCurve
        Groups that smaller and larger samples would name.
    """

    standard_error: float
    ace: float | None
    ace_standard_error: float | None
    singletons: int
    doubletons: int
    coverage: float
    curve: RichnessCurve


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
    """Estimate the least number of groups there are, from how often the named ones were seen.

    The estimate is a lower bound: groups seen once or twice say how many as rare as they were missed, and nothing
    says how many are rarer still. A group that hides on purpose, or that no source would ever name, is not
    counted. Nor can labels be put right: a group named in two ways counts as two, mostly rare, and raises the
    estimate; two groups under one label lower it. Events are taken as independent sightings; where one report
    names a group many times, count the reports or months instead and pass `samples`.

    Parameters
    ----------
    counts : (groups,) int
        Events in which each group was seen. With `samples`: in how many samples (months, reports, outlets) it was
        seen. Zeros are left out.
    samples : int, optional
        Number of samples, those without a group included.
    level : float
        Coverage of the intervals.
    points : int
        Points of the curve at most.
    reach : float
        How far the curve goes, in sizes of the sample.
    seed, replicates : int
        Of the bootstrap for the curve's interval.

    Returns
    -------
    UnseenSpecies
        Its estimate is Chao1 (Chao 1984), with samples Chao2 (Chao 1987): with f1 groups seen once and f2 twice,
        named + (n − 1) / n · f1² / (2 f2), and with f1 (f1 − 1) / 2 for the last term where f2 = 0. Variance and
        log-transformed interval are those of Chao 1987. Where the estimate is the number named, the interval
        takes each count for the mean of a Poisson law (Colwell, EstimateS user's guide, appendix B).

    Raises
    ------
    MethodError
        On counts that are not whole, negative or above the number of samples, and where there is but one sighting
        or one sample.
    """
    groups = _read_groups(counts, samples)
    _check_settings(points, reach, replicates)
    critical_value(level)
    kind = "Chao2" if groups.incidence else "Chao1"
    quantile, error = _chao(groups)
    ace, ace_error = _rare_coverage(groups)
    low, high = quantile(np.array([0.5 - level / 2, 0.5 + level / 2]))
    support, probability = as_distribution(quantile(midpoints()))
    estimate = groups.named + groups.unseen
    return UnseenSpecies(
        method=f"{kind}, a lower bound",
        estimate=estimate,
        mean=estimate,
        low=float(low),
        high=float(high),
        level=level,
        n_recorded=groups.named,
        warnings=tuple(_warnings(groups, reach, ace)),
        support=support,
        probability=probability,
        standard_error=error,
        ace=ace,
        ace_standard_error=ace_error,
        singletons=groups.singletons,
        doubletons=groups.doubletons,
        coverage=groups.coverage,
        curve=richness_curve(
            groups, level=level, points=points, reach=reach, seed=seed, replicates=replicates
        ),
    )


def _read_groups(counts: npt.ArrayLike, samples: int | None) -> GroupCounts:
    try:
        number = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        raise MethodError("counts holds something that is not a number") from None
    if number.ndim != 1:
        raise MethodError(
            f"counts has shape {number.shape}; expected one dimension, one number for each group"
        )
    wrong = ~(np.isfinite(number) & (number >= 0) & (number == np.floor(number)))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise MethodError(f"counts is {number[row]:g} for group {row}; expected a whole number, 0 or more")
    seen = number[number > 0].astype(np.int64)
    if len(seen) == 0:
        raise MethodError(
            "no group was seen: counts is empty or all 0. Nothing can be said of those not seen"
        )
    total = int(seen.sum())
    if samples is None:
        if total < 2:
            raise MethodError(
                "counts holds one sighting; expected two or more. One shows nothing of what is missed"
            )
        return GroupCounts(seen, total, total, incidence=False)
    if samples != int(samples) or samples < 2:
        raise MethodError(
            f"samples is {samples}; expected a whole number, 2 or more. Split time or sources finer"
        )
    if number.max() > samples:
        row = int(number.argmax())
        raise MethodError(
            f"counts is {number[row]:g} for group {row}, of {samples} samples; expected in how many samples it was "
            "seen. Leave samples out if counts are events"
        )
    return GroupCounts(seen, int(samples), total, incidence=True)


def _check_settings(points: int, reach: float, replicates: int) -> None:
    if points < 2:
        raise MethodError(f"points is {points}; expected 2 or more")
    if not (np.isfinite(reach) and reach >= 1):
        raise MethodError(f"reach is {reach:g}; expected 1, the sample itself, or more")
    if replicates < 2:
        raise MethodError(f"replicates is {replicates}; expected 2 or more, better 200")


def _chao(groups: GroupCounts) -> tuple[Callable[[FloatArray], FloatArray], float]:
    """Return the quantiles of Chao's confidence distribution and the standard error."""
    named, unseen = groups.named, groups.unseen
    if unseen == 0:
        return _complete(groups)
    once, twice, part = groups.singletons, groups.doubletons, (groups.size - 1) / groups.size
    if twice:
        ratio = once / twice
        variance = twice * (part * ratio**2 / 2 + part**2 * (ratio**3 + ratio**4 / 4))
    else:
        variance = (
            part * once * (once - 1) / 2
            + part**2 * once * (2 * once - 1) ** 2 / 4
            - part**2 * once**4 / (4 * (named + unseen))
        )
    spread = np.sqrt(np.log1p(variance / unseen**2))

    def quantile(at: FloatArray) -> FloatArray:
        return np.asarray(named + unseen * np.exp(spread * ndtri(at)))

    return quantile, float(np.sqrt(variance))


def _complete(groups: GroupCounts) -> tuple[Callable[[FloatArray], FloatArray], float]:
    """Where none or a single group was seen once: what another sample as large might have missed."""
    missed = np.exp(-groups.counts.astype(np.float64))
    # Given the sum of the counts, so never negative; published programs divide by the samples, which can be.
    variance = float((missed - missed**2).sum() - (groups.counts @ missed) ** 2 / groups.total)
    error = float(np.sqrt(max(variance, 0.0)))
    kept = 1.0 - float(missed.mean())

    def quantile(at: FloatArray) -> FloatArray:
        return np.maximum(groups.named, (groups.named + error * ndtri(at)) / kept)

    return quantile, error


def _rare_coverage(groups: GroupCounts) -> tuple[float | None, float | None]:
    """Return ACE or ICE and its standard error, by the delta method over the frequencies of rare groups."""
    if groups.singletons == 0:
        return float(groups.named), _complete(groups)[1]
    rare = groups.counts[groups.counts <= _RARE]
    if rare.max() == 1:
        return None, None
    frequency = np.bincount(rare, minlength=_RARE + 1)[1:].astype(np.float64)
    common = groups.named - len(rare)
    size = groups.size if groups.incidence else None
    estimate = common + _rare_estimate(frequency, size).real
    # Derivatives by complex steps: exact, where differences of quotients of counts would not be.
    steps = np.eye(_RARE) * 1e-30j
    slope = np.array([_rare_estimate(frequency + step, size).imag / 1e-30 for step in steps])
    variance = slope**2 @ frequency + common - (slope @ frequency + common) ** 2 / estimate
    return float(estimate), float(np.sqrt(variance)) if variance > 0 else None


def _rare_estimate(frequency: npt.NDArray[np.inexact], samples: int | None) -> complex:
    """Return the number of rare groups from how many were seen 1, 2, … times (Chao & Chiu 2016, 7b and 12b)."""
    seen = np.arange(1, _RARE + 1)
    groups, sightings, once = frequency.sum(), seen @ frequency, frequency[0]
    left, scale = once / sightings, 1.0
    if samples is not None:
        scale = samples / (samples - 1)
        ahead = (samples - 1) * once
        if frequency[1].real > 0:
            left = left * ahead / (ahead + 2 * frequency[1])
        else:
            left = left * (ahead - samples + 1) / (ahead - samples + 3)
    covered = 1 - left
    spread = scale * groups / covered * (seen * (seen - 1)) @ frequency / (sightings * (sightings - 1)) - 1
    return complex(groups / covered + (once / covered * spread if spread.real > 0 else 0.0))


def _warnings(groups: GroupCounts, reach: float, ace: float | None) -> list[str]:
    found = []
    once, twice = groups.singletons, groups.doubletons
    if once == groups.named:
        found.append(
            "every group was seen once: such counts bound the number from below and say nothing of how many there are"
        )
    elif once > 1 and twice == 0:
        found.append(
            "no group was seen exactly twice: the estimate rests on the bias-corrected form and is a bound only"
        )
    if groups.unseen == 0:
        found.append(
            f"{'no' if once == 0 else 'one'} group was seen only once, so nothing points to groups not named; rarer or "
            "hidden ones may exist all the same"
        )
    if groups.named == 1:
        found.append("one group was seen: how often groups differ cannot be learnt from it")
    if groups.unseen > 0 and groups.coverage < _LOW_COVERAGE:
        found.append(
            f"groups named so far cover {groups.coverage:.0%} of sightings: the sample is thin, the bound far off"
        )
    if ace is None:
        found.append(
            f"no rare group was seen twice to {_RARE} times: an estimate by their coverage does not exist"
        )
    if reach > _FURTHEST:
        found.append(
            f"the curve beyond {_FURTHEST:g} times the sample is extrapolation that is not to be trusted"
        )
    return found
