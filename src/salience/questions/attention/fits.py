"""The models of attention, fitted on cells: reference list, extra reports, zero-truncated counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from salience.errors import MethodError
from salience.methods.binary import BinaryFit, fit_logit
from salience.methods.counts import CountFit, fit_poisson, fit_zero_truncated
from salience.methods.margins import Margins, predictive_margins
from salience.questions.attention.cells import UNKNOWN, Cells, Floats, Ints
from salience.questions.attention.params import AttentionParams

View = Literal["reference list", "extra reports", "truncated Poisson", "truncated negative binomial"]
VIEWS: tuple[View, ...] = (
    "reference list",
    "extra reports",
    "truncated Poisson",
    "truncated negative binomial",
)
AT_DEATHS = (0, 1, 5, 10, 25, 50)
SLOPE = "log(1 + deaths)"
# A level told of fewer events than this says nothing of its own and is put with the baseline.
LEAST_EVENTS = 10
ROUNDS = 12

AnyFit = CountFit | BinaryFit


@dataclass(frozen=True, slots=True)
class Design:
    """A design matrix with a name for each column: "constant", the slope, and "factor: level" for the others."""

    matrix: Floats
    names: tuple[str, ...]

    def column(self, name: str) -> int | None:
        """Return where a column stands, or None."""
        return self.names.index(name) if name in self.names else None

    def of_factor(self, factor: str) -> dict[str, int]:
        """Return the columns of a factor by level; its baseline has none."""
        start = f"{factor}: "
        return {name.removeprefix(start): i for i, name in enumerate(self.names) if name.startswith(start)}


@dataclass(frozen=True, slots=True)
class ViewFit:
    """One view's model, fitted.

    Attributes
    ----------
    view : str
    fit : CountFit or BinaryFit, or None
        None when there is no estimate; `reason` says why.
    design : Design
        Of the rows that were fitted: cells alike in all that the model uses are one row.
    weight : (rows,) float
        Events in each row.
    groups : (rows,) int or None
        Fixed effects, where some were absorbed.
    outcome : (rows,) float
        Mean outcome of each row's events; a whole number in the truncated views.
    cells : Cells
        The cells that the fit rests on.
    row : (cells,) int
        The row that each cell went into.
    reason : str
    left_out : tuple of str
        Columns that were dropped, and why.
    """

    view: View
    fit: AnyFit | None
    design: Design
    weight: Floats
    groups: Ints | None
    outcome: Floats
    cells: Cells
    row: Ints
    reason: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def linear_predictor(self) -> Floats:
        """The fit's linear predictor for each cell; nan where its row was dropped."""
        if self.fit is None:
            return np.full(len(self.cells.n), np.nan)
        return np.asarray(self.fit.linear_predictor[self.row], dtype=np.float64)

    @property
    def slope(self) -> tuple[float, float, float, float] | None:
        """Slope on log(1 + deaths): value, standard error, low, high at 95 %; None without an estimate."""
        position = self.design.column(SLOPE)
        if self.fit is None or position is None:
            return None
        low, high = self.fit.interval()[position]
        return (
            float(self.fit.coefficients[position]),
            float(self.fit.standard_errors[position]),
            float(low),
            float(high),
        )

    def margins(self, settings: Sequence[dict[int, float]], level: float) -> Margins | None:
        """Return average predictions under settings of columns: chances, or sources per event."""
        if self.fit is None:
            return None
        try:
            return predictive_margins(
                self.fit,
                self.design.matrix,
                settings,
                self.weight,
                self.groups,
                shift=1.0 if self.view == "extra reports" else 0.0,
                level=level,
            )
        except MethodError:
            return None


@dataclass(frozen=True, slots=True)
class Areas:
    """First-level areas with events, by which standard errors are clustered.

    Attributes
    ----------
    number : int
        Events whose area is not stated count as one.
    unstated : bool
        Whether there are such events.
    largest : float
        The largest share of the events that one of them holds.
    """

    number: int
    unstated: bool
    largest: float

    def in_words(self) -> str:
        """Write them: "17 areas (events without a stated area count as one)"."""
        said = f"{self.number} area{'s' if self.number != 1 else ''}"
        return said + (" (events without a stated area count as one)" if self.unstated else "")


def areas_of(cells: Cells) -> Areas:
    """Count the areas in the one way that all of the answer uses."""
    factor = cells.factors["admin1"]
    events = np.bincount(factor.codes, cells.weight, minlength=len(factor.levels))
    there = [name for name, n in zip(factor.levels, events, strict=True) if n > 0]
    return Areas(len(there), UNKNOWN in there, float(events.max(initial=0.0) / max(events.sum(), 1.0)))


def fit_views(cells: Cells, params: AttentionParams) -> dict[View, ViewFit]:
    """Fit every view's model, one after the other: each uses all cores in its products already."""
    return {view: fit_view(view, cells, params) for view in VIEWS}


def fit_view(
    view: View, cells: Cells, params: AttentionParams, *, terms: Sequence[str] | None = None
) -> ViewFit:
    """Fit one view's model; events without known deaths are left out.

    Parameters
    ----------
    view : str
        "reference list": chance that an event of the reference list was carried by the other classes (logit).
        "extra reports": sources beyond the first (Poisson pseudo-likelihood). The truncated views: sources
        given that there was one.
    cells : Cells
    params : AttentionParams
    terms : sequence of str, optional
        What enters beside the constant; `model_terms(params)` when None.
    """
    known = ~np.isnan(cells.deaths)
    used = cells.take(known & cells.reference if view == "reference list" else known)
    chosen = terms if terms is not None else model_terms(params)
    if used.events == 0:
        empty = Design(np.zeros((0, 0)), ())
        nothing = np.zeros(0)
        reason = "there are no such events with known deaths"
        return ViewFit(view, None, empty, nothing, None, nothing, used, np.zeros(0, dtype=np.int64), reason)
    return _fit_stable(view, used, chosen, params)


def model_terms(params: AttentionParams) -> tuple[str, ...]:
    """Return the terms of the full model."""
    time = params.time if params.time != "none" and params.absorb != "month" else None
    return tuple(t for t in (SLOPE, "actor", "kind", "precision", "place", time) if t)


def build_design(cells: Cells, terms: Sequence[str]) -> Design:
    """Make the design matrix: each factor's commonest level is its baseline, rare levels join it."""
    columns: list[Floats] = [np.ones(len(cells.n))]
    names = ["constant"]
    for term in terms:
        if term == SLOPE:
            columns.append(np.log1p(cells.deaths))
            names.append(SLOPE)
            continue
        factor = cells.factors[term]
        events = np.bincount(factor.codes, cells.weight, minlength=len(factor.levels))
        for code in np.argsort(-events, kind="stable")[1:]:
            if events[code] >= LEAST_EVENTS:
                columns.append((factor.codes == code).astype(np.float64))
                names.append(f"{term}: {factor.levels[code]}")
    return _independent(Design(np.column_stack(columns), tuple(names)), cells.weight)


def deaths_settings(view: ViewFit) -> list[dict[int, float]]:
    """Return the settings of the slope's column at 0, 1, 5, 10, 25 and 50 deaths."""
    position = view.design.column(SLOPE)
    return [] if position is None else [{position: float(np.log1p(deaths))} for deaths in AT_DEATHS]


def level_setting(view: ViewFit, factor: str, level: str) -> dict[int, float]:
    """Return the setting that puts every event at a factor's level."""
    return {i: float(name == level) for name, i in view.design.of_factor(factor).items()}


def _fit_stable(view: View, cells: Cells, terms: Sequence[str], params: AttentionParams) -> ViewFit:
    """Fit; where the maximum does not exist because of a column, leave the column and its rows out, and fit again."""
    rows, outcome, row = _merge(view, cells, terms, params)
    design = build_design(rows, terms)
    groups = rows.factors[params.absorb].codes if params.absorb != "none" else None
    left_out: list[str] = []
    for _ in range(ROUNDS):
        if groups is not None:
            design = _within_groups(view, design, outcome, rows.weight, groups)
        found = ViewFit(
            view, None, design, rows.weight, groups, outcome, cells, row, left_out=tuple(left_out)
        )
        try:
            fit = _FITS[view](outcome, design.matrix, rows.weight, groups, _clusters(rows))
        except MethodError as error:
            return replace(found, reason=str(error))
        if fit.converged:
            return replace(found, fit=fit)
        columns = [i for i in fit.separated if i > 0 and design.names[i] != SLOPE]
        if not columns:
            return replace(found, reason=fit.message)
        left_out += [f"{design.names[i]} (every event of it has the same outcome)" for i in columns]
        stay = ~(design.matrix[:, columns] != 0).any(axis=1)
        kept = [i for i in range(len(design.names)) if i not in columns]
        cells, row = cells.take(stay[row]), (np.cumsum(stay) - 1)[row[stay[row]]]
        rows, outcome = rows.take(stay), outcome[stay]
        groups = groups[stay] if groups is not None else None
        design = Design(design.matrix[stay][:, kept], tuple(design.names[i] for i in kept))
        design = _independent(design, rows.weight)
    return replace(found, reason="no estimate exists after leaving columns out")


def _merge(
    view: View, cells: Cells, terms: Sequence[str], params: AttentionParams
) -> tuple[Cells, Floats, Ints]:
    """Make one row of all cells that the model cannot tell apart; a sum is enough of their outcomes.

    The truncated models keep numbers of sources apart, for the negative binomial needs more than their sum. With one
    area alone nothing is merged, for then standard errors come from the scatter of single events.
    """
    outcome = _outcome(view, cells)
    if _clusters(cells) is None:
        return cells, outcome, np.arange(len(outcome))
    _, deaths = np.unique(cells.deaths, return_inverse=True)
    used = [t for t in terms if t != SLOPE] + [
        "admin1",
        *([params.absorb] if params.absorb != "none" else []),
    ]
    key = deaths.astype(np.int64)
    for factor in (cells.factors[name] for name in dict.fromkeys(used)):
        key = key * len(factor.levels) + factor.codes
    if view.startswith("truncated"):
        key = key * (int(cells.n.max()) + 1) + cells.n
    _, first, row = np.unique(key, return_index=True, return_inverse=True)
    weight = np.bincount(row, cells.weight).astype(np.float64)
    merged = replace(cells.take(first.astype(np.int64)), weight=weight)
    total = np.bincount(row, cells.weight * outcome).astype(np.float64)
    mean: Floats = np.divide(total, weight, dtype=np.float64)
    return merged, mean, row.astype(np.int64)


def _outcome(view: View, cells: Cells) -> Floats:
    if view == "reference list":
        return cells.carried.astype(np.float64)
    return cells.n.astype(np.float64) - (1.0 if view == "extra reports" else 0.0)


def _clusters(cells: Cells) -> Ints | None:
    """Return the first-level areas by which standard errors are clustered; None when there is one alone."""
    codes = cells.factors["admin1"].codes
    return codes if len(np.unique(codes)) > 1 else None


def _independent(design: Design, weight: Floats) -> Design:
    """Leave out columns that the ones before them already say (a year with one kind of event alone).

    Gauss-Jordan sweeps of the weighted cross-products: what is left of a column's square after the columns before it.
    """
    cross = design.matrix.T @ (design.matrix * weight[:, None])
    whole = np.diagonal(cross).copy()
    kept: list[int] = []
    for i in range(len(cross)):
        if cross[i, i] <= 1e-10 * max(whole[i], 1e-300):
            continue
        kept.append(i)
        pivot = cross[i] / cross[i, i]
        cross = cross - np.outer(cross[:, i], pivot)
    return Design(design.matrix[:, kept], tuple(design.names[i] for i in kept))


def _within_groups(view: View, design: Design, outcome: Floats, weight: Floats, groups: Ints) -> Design:
    """Leave out columns that do not vary within any group whose outcome varies: the group effects absorb them."""
    size = np.bincount(groups, weight)
    lowest = 1 if view.startswith("truncated") else 0
    above = np.bincount(groups, weight * (outcome > lowest))
    informs = (above > 0) & ((above < size) if view == "reference list" else True)
    rows = informs[groups]
    if not rows.any():
        return design
    w, g, x = weight[rows], groups[rows], design.matrix[rows]
    total = np.maximum(np.bincount(g, w, minlength=len(size)), 1e-300)
    means = np.column_stack([np.bincount(g, w * column, minlength=len(size)) / total for column in x.T])
    varying = Design(x - means[g], design.names)
    varying.matrix[:, 0] = 1.0
    kept = set(_independent(varying, w).names)
    chosen = [i for i, name in enumerate(design.names) if name in kept]
    return Design(design.matrix[:, chosen], tuple(design.names[i] for i in chosen))


def _logit(y: Floats, x: Floats, w: Floats, groups: Ints | None, clusters: Ints | None) -> AnyFit:
    return fit_logit(y * w, x, None, groups, trials=w, clusters=clusters)


def _extra(y: Floats, x: Floats, w: Floats, groups: Ints | None, clusters: Ints | None) -> AnyFit:
    return fit_poisson(y, x, w, groups, clusters=clusters)


def _truncated(y: Floats, x: Floats, w: Floats, groups: Ints | None, clusters: Ints | None) -> AnyFit:
    return fit_zero_truncated(np.round(y), x, w, "poisson", groups, clusters=clusters)


def _overdispersed(y: Floats, x: Floats, w: Floats, groups: Ints | None, clusters: Ints | None) -> AnyFit:
    return fit_zero_truncated(np.round(y), x, w, "negative_binomial", groups, clusters=clusters)


_FITS: dict[View, Callable[[Floats, Floats, Floats, Ints | None, Ints | None], AnyFit]] = {
    "reference list": _logit,
    "extra reports": _extra,
    "truncated Poisson": _truncated,
    "truncated negative binomial": _overdispersed,
}
