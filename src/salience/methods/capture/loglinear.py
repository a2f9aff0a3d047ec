"""Log-linear models of capture patterns: which pairs of lists depend on each other, and what follows for N.

Fienberg 1972, Biometrika 59(3); Cormack 1989, Biometrics 45(2). A two-list term says that being on one list changes the
odds of being on the other. That no term joins all lists is what makes those on no list estimable, and cannot be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.capture.averages import average_models
from salience.methods.capture.existence import Status, facial_set, independent_columns, judge_estimate
from salience.methods.capture.patterns import CaptureTable, PopulationEstimate, pattern_codes, read_table
from salience.methods.capture.poisson import Flags, fit_models
from salience.methods.capture.profile import profile
from salience.methods.cells import FloatArray

Term = tuple[int, int]
Criterion = Literal["aic", "bic"]

MOST_ENUMERATED = 6
_CHUNK = 2048
_KEPT = 1000
# A fit whose smallest mean or largest coefficient is beyond these may be running away; linear programming decides.
_SMALL_MEAN, _LARGE = 1e-5, 15.0


@dataclass(frozen=True, slots=True)
class LogLinearModel:
    """One model: its terms, fit and estimate.

    Attributes
    ----------
    terms : tuple of pairs of lists
    estimate, standard_error : float or None
        None where no estimate exists.
    log_likelihood, aic, bic : float
        With all parameters counted, those at minus infinity too.
    status : str
        "exists", "exists at the boundary" (some terms are minus infinity), "no finite estimate" or "not identified".
    """

    terms: tuple[Term, ...]
    estimate: float | None
    standard_error: float | None
    log_likelihood: float
    aic: float
    bic: float
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLinear(PopulationEstimate):
    """The chosen log-linear model, those it was chosen from, and their average.

    Attributes
    ----------
    model : LogLinearModel
        The chosen one.
    standard_error : float or None
    models : tuple of LogLinearModel
        The best first, at most 1,000.
    searched, without_estimate : int
        Models fitted, and those that have no estimate.
    averaged : PopulationEstimate or None
        Weighted by exp(−criterion / 2); None when a single model was asked for.
    criterion : str
    """

    model: LogLinearModel
    standard_error: float | None
    models: tuple[LogLinearModel, ...] = field(repr=False)
    searched: int
    without_estimate: int
    averaged: PopulationEstimate | None
    criterion: Criterion


def log_linear(
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    terms: Sequence[Term] | None = None,
    *,
    criterion: Criterion = "bic",
    level: float = 0.95,
    impossible: npt.ArrayLike | None = None,
) -> LogLinear:
    """Fit log-linear models with two-list terms.

    Parameters
    ----------
    patterns : (m, lists) bool
        All lists checked.
    counts : (m,) int
    terms : sequence of pairs, optional
        The two-list terms of one model; () is independence. When left out all models with two-list terms are
        fitted (1,024 with five lists, 32,768 with six); with more lists, terms are added and removed one by one.
    criterion : {"bic", "aic"}
        By which the model is chosen among those that have an estimate.
    level : float
        Coverage of the interval, by the profile likelihood (Cormack 1992, Biometrics 48(2)).
    impossible : (k, lists) bool, optional
        Patterns that cannot occur; left out of the table.

    Returns
    -------
    LogLinear
        `estimate` is None, with a warning, when the model asked for has none.

    Raises
    ------
    MethodError
        On wrong shapes or values, lists without overlap, or when no model has an estimate.
    """
    if criterion not in ("aic", "bic"):
        raise MethodError(f"criterion is {criterion!r}; expected 'aic' or 'bic'")
    table = read_table(patterns, counts, impossible, method="log_linear")
    design = _Design.of(table)
    if terms is not None:
        chosen = _model_columns(design, terms)
        found = fit_all(design, chosen[None])
    elif table.lists <= MOST_ENUMERATED:
        found = fit_all(design, _all_models(design))
    else:
        found = _search(design, criterion)
    found.sort(key=lambda model: (getattr(model, criterion), len(model.terms), model.terms))
    return _summarise(table, design, found, criterion, level, single=terms is not None)


@dataclass(frozen=True, slots=True)
class _Design:
    """Cells that can be observed, and the columns of the largest model.

    Attributes
    ----------
    matrix : (cells, 1 + lists + pairs) float
    counts : (cells,) float
    pairs : tuple of pairs of lists
    lists, recorded : int
    """

    matrix: FloatArray
    counts: FloatArray
    pairs: tuple[Term, ...]
    lists: int
    recorded: int

    @classmethod
    def of(cls, table: CaptureTable) -> _Design:
        codes = np.setdiff1d(np.arange(1, 1 << table.lists), pattern_codes(table.impossible))
        on = ((codes[:, None] >> np.arange(table.lists)) & 1).astype(np.float64)
        pairs = tuple((i, j) for i in range(table.lists) for j in range(i + 1, table.lists))
        both = np.stack([on[:, i] * on[:, j] for i, j in pairs], axis=1)
        matrix = np.concatenate([np.ones((len(codes), 1)), on, both], axis=1)
        return cls(matrix, table.cells()[codes].astype(np.float64), pairs, table.lists, table.recorded)

    @property
    def first_pair(self) -> int:
        """Position of the first two-list term."""
        return 1 + self.lists

    def terms_of(self, columns: Flags) -> tuple[Term, ...]:
        """Return the two-list terms of a model."""
        return tuple(p for p, on in zip(self.pairs, columns[self.first_pair :], strict=True) if on)


def _model_columns(design: _Design, terms: Sequence[Term]) -> Flags:
    columns = np.ones(design.matrix.shape[1], dtype=bool)
    columns[design.first_pair :] = False
    for term in terms:
        pair = tuple(sorted(int(i) for i in term))
        if pair not in design.pairs:
            raise MethodError(
                f"{tuple(term)} is no pair of lists; expected two of 0 to {design.lists - 1} that differ"
            )
        columns[design.first_pair + design.pairs.index(pair)] = True
    return columns


def _all_models(design: _Design) -> Flags:
    number = np.arange(1 << len(design.pairs))
    on = ((number[:, None] >> np.arange(len(design.pairs))) & 1).astype(bool)
    return np.concatenate([np.ones((len(on), design.first_pair), dtype=bool), on], axis=1)


def fit_all(design: _Design, columns: Flags) -> list[LogLinearModel]:
    """Fit models, (models, q) bool of the design's columns, and say of each whether its estimate exists."""
    return [
        model
        for start in range(0, len(columns), _CHUNK)
        for model in _fit_chunk(design, columns[start : start + _CHUNK])
    ]


def _fit_chunk(design: _Design, columns: Flags) -> list[LogLinearModel]:
    """Fit side by side; what may not exist is looked at one by one.

    A term whose two lists share no record is minus infinity: the cells that hold both are left out, and so is the
    term. A converged fit with positive means has the data's sufficient statistics, so it certifies existence.
    """
    both = design.matrix[:, design.first_pair :]
    apart = (design.counts @ both) == 0
    drop = columns.copy()
    drop[:, design.first_pair :] &= ~apart
    lost = columns & ~drop
    active = ~((lost[:, design.first_pair :].astype(np.float64) @ both.T) > 0)
    squares = np.einsum("ci,cj->cij", design.matrix, design.matrix).reshape(len(design.matrix), -1)
    q = columns.shape[1]
    gram = (active.astype(np.float64) @ squares).reshape(-1, q, q) * (drop[:, :, None] & drop[:, None, :])
    gram[:, np.arange(q), np.arange(q)] += ~drop
    full = np.linalg.eigvalsh(gram)[:, 0] > 1e-9
    fits = fit_models(
        design.matrix, np.broadcast_to(design.counts, active.shape), drop, active & full[:, None]
    )
    smallest = np.where(active, fits.means, np.inf).min(axis=1)
    sound = (
        full & fits.converged & (smallest > _SMALL_MEAN) & (np.abs(fits.coefficients).max(axis=1) < _LARGE)
    )
    missing = np.exp(np.where(sound, fits.coefficients[:, 0], 0.0))
    error = np.sqrt(missing + missing**2 * fits.inverse[:, 0, 0])
    return [
        _state(
            design,
            columns[i],
            float(missing[i]),
            float(error[i]),
            float(fits.log_likelihood[i]),
            "exists at the boundary" if lost[i].any() else "exists",
        )
        if sound[i]
        else fit_on_face(design, columns[i])[0]
        for i in range(len(columns))
    ]


def fit_on_face(design: _Design, columns: Flags) -> tuple[LogLinearModel, Flags, Flags]:
    """Fit one model on its facial set; return also the cells and independent columns that it was fitted on."""
    matrix = design.matrix[:, columns]
    face = facial_set(matrix, design.counts)
    status = judge_estimate(matrix, face)
    kept = np.zeros(len(columns), dtype=bool)
    kept[np.flatnonzero(columns)[independent_columns(matrix[face])]] = True
    fits = fit_models(design.matrix, design.counts[None], kept[None], face[None])
    if status in ("not identified", "no finite estimate"):
        return (
            _state(design, columns, None, None, float(fits.log_likelihood[0]), status),
            face,
            kept,
        )
    missing = float(np.exp(fits.coefficients[0, 0]))
    error = float(np.sqrt(missing + missing**2 * fits.inverse[0, 0, 0]))
    return (
        _state(design, columns, missing, error, float(fits.log_likelihood[0]), status),
        face,
        kept,
    )


def _state(
    design: _Design,
    columns: Flags,
    missing: float | None,
    error: float | None,
    log_likelihood: float,
    status: Status,
) -> LogLinearModel:
    parameters = int(columns.sum())
    return LogLinearModel(
        terms=design.terms_of(columns),
        estimate=None if missing is None else design.recorded + missing,
        standard_error=error,
        log_likelihood=log_likelihood,
        aic=-2.0 * log_likelihood + 2.0 * parameters,
        bic=-2.0 * log_likelihood + float(np.log(design.recorded)) * parameters,
        status=status,
    )


def _search(design: _Design, criterion: Criterion) -> list[LogLinearModel]:
    """Add or remove one term at a time from independence, as long as the criterion of some neighbour is lower."""
    here = _model_columns(design, ())
    known = {here.tobytes(): fit_all(design, here[None])[0]}
    best = known[here.tobytes()]
    while True:
        near = np.repeat(here[None], len(design.pairs), axis=0)
        step = design.first_pair + np.arange(len(design.pairs))
        near[np.arange(len(near)), step] ^= True
        fresh = np.array([row for row in near if row.tobytes() not in known])
        if len(fresh):
            known.update(zip((row.tobytes() for row in fresh), fit_all(design, fresh), strict=True))
        usable = [row for row in near if known[row.tobytes()].estimate is not None]
        if not usable:
            break
        lowest = min(usable, key=lambda row: getattr(known[row.tobytes()], criterion))
        candidate = known[lowest.tobytes()]
        if best.estimate is not None and getattr(candidate, criterion) >= getattr(best, criterion) - 1e-9:
            break
        here, best = lowest, candidate
    return list(known.values())


def _summarise(
    table: CaptureTable,
    design: _Design,
    found: list[LogLinearModel],
    criterion: Criterion,
    level: float,
    *,
    single: bool,
) -> LogLinear:
    usable = [model for model in found if model.estimate is not None]
    without = len(found) - len(usable)
    if not usable and not single:
        raise MethodError(
            f"none of {len(found):,} log-linear models has an estimate: the lists overlap too little. Put lists "
            "together, or use methods that state a prior"
        )
    said = []
    if table.lists > MOST_ENUMERATED and not single:
        said.append(f"with {table.lists} lists models were searched step by step, not all fitted")
    model = usable[0] if usable else found[0]
    low, high = None, None
    support, probability = None, None
    if model.estimate is None:
        said.append(_say_missing(model))
    else:
        passed = found.index(model)
        if passed:
            said.append(
                f"{passed} models with a lower {criterion.upper()} have no estimate and were passed over"
            )
        low, high, support, probability = _interval(design, model, level)
        if model.status == "exists at the boundary":
            said.append("some terms of the model are minus infinity: lists that share no record")
    return LogLinear(
        method="log-linear",
        estimate=model.estimate,
        mean=model.estimate,
        low=low,
        high=high,
        level=level,
        n_recorded=table.recorded,
        warnings=tuple(said),
        support=support,
        probability=probability,
        model=model,
        standard_error=model.standard_error,
        models=tuple(found[:_KEPT]),
        searched=len(found),
        without_estimate=without,
        averaged=None if single else average_models(usable, criterion, level, table.recorded),
        criterion=criterion,
    )


def _say_missing(model: LogLinearModel) -> str:
    why = (
        "its terms cannot be told apart from the number on no list"
        if model.status == "not identified"
        else "the likelihood rises for ever as that number grows or falls"
    )
    return f"with these terms no estimate of those on no list exists: {why}"


def _interval(
    design: _Design, model: LogLinearModel, level: float
) -> tuple[float, float, FloatArray, FloatArray]:
    """Profile the chosen model's likelihood."""
    _, face, kept = fit_on_face(design, _model_columns(design, model.terms))
    unrecorded = np.zeros((1, design.matrix.shape[1]))
    unrecorded[0, 0] = 1.0
    matrix = np.concatenate([unrecorded, design.matrix[face]])
    start = float(model.estimate or 0.0) - design.recorded
    return profile(matrix[:, kept], design.counts[face], start, level)
