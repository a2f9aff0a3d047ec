"""Latent classes: records of unequal kinds, lists independent within a kind; the full posterior of N.

Manrique-Vallier 2016, "Bayesian population size estimation using Dirichlet process mixtures", Biometrics 72(4).
With the prior 1/N, N and the class labels sum out exactly: what is left is a smooth function of the class weights
and capture chances, on which a gradient sampler moves; N is drawn afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.capture.patterns import (
    UNCHECKED,
    CaptureTable,
    PatternArray,
    PopulationEstimate,
    read_table,
)
from salience.methods.capture.sampling import Sample, sample_totals
from salience.methods.cells import FloatArray
from salience.methods.chains import ChainCheck, Mode, check_chains, find_modes, say_modes

if TYPE_CHECKING:
    from salience.methods.capture.kernels import Problem

Missing = Literal["not checked", "not in operation"]
# Vehtari et al. 2021 ask for 1.01 and 400 effective draws; beyond the second pair no interval is given.
GOOD_RHAT, GOOD_ESS, BAD_RHAT, BAD_ESS = 1.01, 400.0, 1.05, 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentClass(PopulationEstimate):
    """Posterior of N under the latent-class model.

    Attributes
    ----------
    check : ChainCheck
        R-hat and effective draws of N.
    divergences : int
        Trajectories that left the posterior.
    modes : tuple of Mode
        One, unless the posterior has several hills.
    chain_medians : (chains,) float
    classes : int
    """

    check: ChainCheck
    divergences: int
    modes: tuple[Mode, ...]
    chain_medians: tuple[float, ...]
    classes: int


def latent_class(
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    classes: int = 10,
    a: float = 0.25,
    b: float = 0.25,
    chains: int = 4,
    draws: int = 1000,
    seed: int = 0,
    *,
    level: float = 0.95,
    missing: Missing = "not checked",
    impossible: npt.ArrayLike | None = None,
) -> LatentClass:
    """Sample the posterior of N under a mixture of classes with independent lists.

    A record's class k has weight π_k and is on list j with chance λ_jk; π is a stick-breaking process cut at
    `classes`, whose concentration has a gamma(a, b) prior; λ is uniform, and p(N) ∝ 1/N.

    Parameters
    ----------
    patterns : (m, lists) bool
        nan (or -1, or masked) where a list was not checked. 2 to 12 lists.
    counts : (m,) int
        Records with each pattern.
    classes : int
        Most classes; those not needed stay empty.
    a, b : float
        Shape and rate; small values let few classes suffice.
    chains, draws : int
        Chains, each of replicas at several temperatures, and draws kept from each.
    seed : int
        The same seed gives the same draws on the same machine.
    level : float
        Coverage of the interval, between quantiles with equal tails.
    missing : {"not checked", "not in operation"}
        "not checked": whether the list holds the record is not known, and its not being known says nothing of
        whether it does. A record on no checked list is then on one of the others. "not in operation": the list
        could not have held the record, as one of another region; the population is divided alike.
    impossible : (k, lists) bool, optional
        Patterns that cannot occur.

    Returns
    -------
    LatentClass
        With `low` and `high` None, and a warning, when the chains do not agree.

    Raises
    ------
    MethodError
        On wrong shapes or values, or lists without overlap.
    """
    table = read_table(patterns, counts, impossible, method="latent_class", unchecked=True)
    problem, recorded = state_problem(
        table, np.zeros(len(table.counts), dtype=np.intp), table.counts, 1, classes, a, b, missing
    )
    sample = sample_totals(problem, recorded, chains, draws, seed)
    return summarise_draws(sample, sample.totals[:, :, 0], table.recorded, level, classes)


def state_problem(
    table: CaptureTable,
    stratum: npt.NDArray[np.intp],
    counts: npt.NDArray[np.int64],
    strata: int,
    classes: int,
    a: float,
    b: float,
    missing: Missing,
    position: npt.NDArray[np.intp] | None = None,
) -> tuple[Problem, FloatArray]:
    """Write the likelihood for the sampler.

    `stratum`, `counts` and `position` say how many records of a stratum have which of the table's patterns.
    Returns the problem, and the number recorded by stratum and by set of lists in operation (strata, sets).
    """
    from salience.methods.capture.kernels import ANY, IGNORED, Problem

    _check_settings(classes, a, b, missing)
    rows = table.patterns.copy()
    where = np.arange(len(rows)) if position is None else position
    hidden = rows == UNCHECKED
    rows[hidden] = IGNORED
    nowhere = ~(rows == 1).any(axis=1)
    if missing == "not in operation":
        if nowhere.any():
            raise MethodError(
                f"{int(table.counts[nowhere].sum()):,} records are on none of the lists in operation for them; leave "
                "them out, or say missing='not checked'"
            )
        sets, of_row = np.unique(~hidden, axis=0, return_inverse=True)
    else:
        rows[nowhere[:, None] & hidden] = ANY
        sets, of_row = np.ones((1, table.lists), dtype=bool), np.zeros(len(rows), dtype=np.intp)
    recorded = np.zeros((strata, len(sets)))
    np.add.at(recorded, (stratum, of_row.ravel()[where]), counts)
    weight = np.zeros((strata, len(rows)))
    np.add.at(weight, (stratum, where), counts)
    chance, chance_sign, chance_first = _chances_of_being_recorded(sets, table.impossible)
    number = len(chance_first) - 1
    weights = np.concatenate([-recorded, np.zeros((strata, number - len(sets))), weight], axis=1)
    first = np.concatenate([chance_first, chance_first[-1] + 1 + np.arange(len(rows))]).astype(np.intp)
    return Problem(
        np.ascontiguousarray(np.concatenate([chance, rows]).astype(np.int8)),
        np.concatenate([chance_sign, np.ones(len(rows))]),
        first,
        np.ascontiguousarray(weights),
        classes,
        float(a),
        float(b),
        strata > 1,
        _rotation(table.lists),
    ), recorded


def _rotation(lists: int) -> FloatArray:
    """Return Helmert's orthonormal matrix: the first column is the mean of all lists, the others contrasts."""
    matrix = np.zeros((lists, lists))
    matrix[:, 0] = lists**-0.5
    for m in range(1, lists):
        matrix[:m, m] = (m * (m + 1)) ** -0.5
        matrix[m, m] = -m * (m * (m + 1)) ** -0.5
    return matrix


def _chances_of_being_recorded(
    sets: npt.NDArray[np.bool_], impossible: PatternArray
) -> tuple[PatternArray, FloatArray, npt.NDArray[np.intp]]:
    """Return the rows, signs and first rows of the factors "is recorded" for each set of lists in operation.

    With impossible patterns their chance is taken off, and a second factor for each set, "is possible", follows.
    """
    from salience.methods.capture.kernels import ANY, IGNORED

    lists = sets.shape[1]
    recorded = np.where(sets, ANY, IGNORED).astype(np.int8)
    if not len(impossible):
        return recorded, np.ones(len(sets)), np.arange(len(sets) + 1)
    if len(sets) > 1:
        raise MethodError("impossible patterns and lists not in operation cannot be had together")
    certain = np.full((1, lists), IGNORED, dtype=np.int8)
    rows = np.concatenate([recorded, impossible, certain, impossible])
    sign = np.full(len(rows), -1.0)
    k = len(impossible)
    sign[[0, k + 1]] = 1.0
    return rows, sign, np.array([0, k + 1, 2 * k + 2])


def _check_settings(classes: int, a: float, b: float, missing: str) -> None:
    if not 1 <= classes <= 100:
        raise MethodError(f"classes is {classes}; expected 1 to 100")
    if not (a > 0 and b > 0):
        raise MethodError(f"a and b are {a:g} and {b:g}; expected more than 0")
    if missing not in ("not checked", "not in operation"):
        raise MethodError(f"missing is {missing!r}; expected 'not checked' or 'not in operation'")


def summarise_draws(
    sample: Sample, totals: FloatArray, recorded: int, level: float, classes: int
) -> LatentClass:
    """Summarise draws of N (chains, draws) with their checks and warnings."""
    check = check_chains(totals)
    modes = find_modes(totals.ravel())
    tail = (1.0 - level) / 2.0
    low, middle, high = (float(q) for q in np.quantile(totals, [tail, 0.5, 1.0 - tail]))
    broken = check.rhat > BAD_RHAT or check.ess_bulk < BAD_ESS
    medians = tuple(float(m) for m in np.median(totals, axis=1))
    return LatentClass(
        method="latent classes",
        estimate=middle,
        mean=float(totals.mean()),
        low=None if broken else low,
        high=None if broken else high,
        level=level,
        n_recorded=recorded,
        warnings=tuple(_say_warnings(check, modes, medians, broken, sample.divergences, totals.size)),
        draws=totals.ravel(),
        check=check,
        divergences=sample.divergences,
        modes=modes,
        chain_medians=medians,
        classes=classes,
    )


def _say_warnings(
    check: ChainCheck,
    modes: tuple[Mode, ...],
    medians: Sequence[float],
    broken: bool,
    divergences: int,
    draws: int,
) -> list[str]:
    said = []
    if broken:
        said.append(
            f"the chains do not agree (R-hat {check.rhat:.2f}, {check.ess_bulk:.0f} effective draws, medians "
            f"{', '.join(f'{m:,.0f}' for m in medians)}): no interval is given"
            + (
                "; how the hills below weigh against each other is not known"
                if len(modes) > 1
                else "; more draws may help"
            )
        )
    elif check.rhat > GOOD_RHAT or min(check.ess_bulk, check.ess_tail) < GOOD_ESS:
        said.append(
            f"the chains agree roughly (R-hat {check.rhat:.3f}, {check.ess_bulk:.0f} effective draws in the middle, "
            f"{check.ess_tail:.0f} in the tails): the ends of the interval are not exact"
        )
    said += say_modes(modes)
    if divergences > 0.01 * draws:
        said.append(f"{divergences:,} of {draws:,} trajectories diverged: the posterior has a narrow part")
    return said
