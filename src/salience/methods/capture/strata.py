"""Latent classes by stratum: the kinds of record are common, how often each occurs is each stratum's own.

Class weights of a stratum are drawn on the log scale around common ones, with a spread that the data decide: strata
with few records lean on the others, strata with many speak for themselves. All strata and their total come from one
posterior, so the total's interval is not the sum of the ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.capture.latent import LatentClass, Missing, state_problem, summarise_draws
from salience.methods.capture.patterns import CaptureTable, PopulationEstimate, clean_patterns, read_table
from salience.methods.capture.sampling import Sample, sample_totals

# Below this a stratum's estimate rests on the others.
FEW = 20
MOST_STRATA = 1000


@dataclass(frozen=True, slots=True)
class Stratified:
    """Estimates by stratum, and of all together.

    Attributes
    ----------
    codes : (strata,) array
        The caller's codes, sorted.
    strata : tuple of PopulationEstimate
        One for each code; a stratum without records has no estimate.
    total : LatentClass
        Of all strata that have records.
    """

    codes: npt.NDArray[Any]
    strata: tuple[PopulationEstimate, ...]
    total: LatentClass
    warnings: tuple[str, ...] = field(default=())


def stratified(
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    strata: npt.ArrayLike,
    classes: int = 10,
    a: float = 0.25,
    b: float = 0.25,
    chains: int = 4,
    draws: int = 1000,
    seed: int = 0,
    *,
    level: float = 0.95,
    missing: Missing = "not checked",
) -> Stratified:
    """Estimate N by stratum with partial pooling, and the total.

    In stratum s class k has weight ∝ π_k exp(σ ε_sk) with ε standard normal and σ half-normal with scale 1; π and
    the capture chances λ are common and have the priors of `latent_class`; p(N_s) ∝ 1/N_s.

    Parameters
    ----------
    patterns : (m, lists) bool
        nan where a list was not checked.
    counts : (m,) int
    strata : (m,) codes
        The stratum that a row's records belong to; a stratum whose counts are all 0 is kept without an estimate.
    classes, a, b, chains, draws, seed, level, missing
        As in `latent_class`.

    Returns
    -------
    Stratified

    Raises
    ------
    MethodError
        As `latent_class`; also on more than 1,000 strata.
    """
    codes, stratum = np.unique(np.asarray(strata), return_inverse=True)
    stratum = stratum.ravel()
    raw = np.asarray(counts, dtype=np.float64)
    if stratum.shape != raw.shape:
        raise MethodError(f"strata has shape {stratum.shape}; expected {raw.shape}, one for each row")
    if len(codes) > MOST_STRATA:
        raise MethodError(f"there are {len(codes):,} strata; expected at most {MOST_STRATA:,}")
    table = read_table(patterns, counts, method="stratified", unchecked=True)
    sizes = np.bincount(stratum, raw, len(codes))
    used = np.flatnonzero(sizes > 0)
    if len(used) < 2:
        raise MethodError(
            f"{len(used)} of {len(codes)} strata has records; with one stratum use latent_class"
        )
    rows = raw > 0
    position = _find_rows(table, patterns, rows)
    own = np.searchsorted(used, stratum[rows])
    problem, recorded = state_problem(
        table, own, raw[rows].astype(np.int64), len(used), classes, a, b, missing, position
    )
    sample = sample_totals(problem, recorded, chains, draws, seed)
    total = summarise_draws(sample, sample.totals.sum(axis=2), table.recorded, level, classes)
    found = {int(s): _summarise_stratum(sample, k, int(sizes[s]), level) for k, s in enumerate(used)}
    estimates = tuple(found.get(s) or _without_records(level) for s in range(len(codes)))
    empty = len(codes) - len(used)
    said = (
        (f"{empty} strata have no record: whether anything happened there cannot be told",) if empty else ()
    )
    return Stratified(codes, estimates, total, (*said, *total.warnings))


def _find_rows(
    table: CaptureTable, patterns: npt.ArrayLike, rows: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp]:
    """Return the position in the table of each row's pattern."""
    order = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(table.patterns))}
    return np.array([order[row.tobytes()] for row in np.ascontiguousarray(clean_patterns(patterns)[rows])])


def _summarise_stratum(sample: Sample, k: int, recorded: int, level: float) -> PopulationEstimate:
    totals = sample.totals[:, :, k]
    one = summarise_draws(Sample(totals[:, :, None], 0), totals, recorded, level, 1)
    few = (
        (f"only {recorded} records: the estimate rests on how the lists work in the other strata",)
        if recorded < FEW
        else ()
    )
    return PopulationEstimate(
        method="latent classes, pooled",
        estimate=one.estimate,
        mean=one.mean,
        low=one.low,
        high=one.high,
        level=level,
        n_recorded=recorded,
        warnings=(*few, *(w for w in one.warnings if "hills" not in w)),
        draws=one.draws,
    )


def _without_records(level: float) -> PopulationEstimate:
    return PopulationEstimate(
        method="latent classes, pooled",
        estimate=None,
        mean=None,
        low=None,
        high=None,
        level=level,
        n_recorded=0,
        warnings=("no record: whether anything happened here cannot be told",),
    )
