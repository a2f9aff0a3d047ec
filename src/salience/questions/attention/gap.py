"""The gap between two actors' coverage, raw and at equal casualties, and how much of it casualties explain."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from salience.errors import MethodError
from salience.methods.clusters import jackknife
from salience.methods.intervals import around
from salience.methods.margins import predictive_margins
from salience.questions.attention.cells import Cells, Flags, Floats
from salience.questions.attention.fits import SLOPE, View, ViewFit, fit_view, level_setting
from salience.questions.attention.params import AttentionParams


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its interval; the interval is missing when it could not be had."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How differently two levels of a factor are covered.

    Attributes
    ----------
    view : str
        "reference list": difference in the chance of being carried. "extra reports": ratio of sources beyond the
        first.
    first, second : str
        The levels; the gap is first against second.
    events : int
        Events of both.
    raw, equal_deaths, all_equal : Number or None
        As they are; at equal casualties; with the other terms of the model equal too.
    explained : Number or None
        Share of the raw gap that casualties explain; None when the raw gap's interval includes no gap.
    reason : str
        Why something is missing.
    """

    view: View
    first: str
    second: str
    events: int
    raw: Number | None
    equal_deaths: Number | None
    all_equal: Number | None
    explained: Number | None
    reason: str = ""


def measure_gap(
    view: View, cells: Cells, full: ViewFit, params: AttentionParams, factor: str, first: str, second: str
) -> Gap:
    """Measure the gap between two levels of a factor.

    Both measures are collapsible, so that raw and adjusted gaps can be compared: a difference of average chances,
    and a ratio of means under a log link (Greenland, Robins & Pearl 1999). Intervals come from leaving out one
    first-level area at a time and fitting everything anew, jointly for the raw and the adjusted gap.

    Parameters
    ----------
    view : {"reference list", "extra reports"}
    cells : Cells
        All covered events.
    full : ViewFit
        The view's full model.
    params : AttentionParams
    factor, first, second : str
        Which levels are compared.
    """
    known = ~np.isnan(cells.deaths) & (cells.reference if view == "reference list" else True)
    both = known & (cells.level(factor, first) | cells.level(factor, second))
    used = cells.take(both)
    gap = Gap(
        view, first, second, used.events, None, None, _all_equal(full, factor, first, second, params), None
    )
    whole = _raw_and_adjusted(view, used, params, factor, first, second)
    if isinstance(whole, str):
        return replace(gap, reason=whole)
    for level in (first, second):
        if len(np.unique(used.factors["admin1"].codes[used.level(factor, level)])) < 2:
            reason = f"all events of '{level}' lie in one first-level area, so the gap has no honest interval"
            return replace(gap, all_equal=None, reason=reason)
    spread = _jackknife(view, used, params, factor, first, second)
    if spread is None:
        return replace(
            gap, all_equal=None, reason="too few areas, or too few events outside one, for an interval"
        )
    raw, equal, explained = (
        _around(w, e, spread.freedom, params.level) for w, e in zip(whole, spread.errors, strict=True)
    )
    if raw is None:
        return replace(gap, all_equal=None, reason="the gap has no error that can be told")
    real = raw.low is not None and raw.high is not None and (raw.low > 0 or raw.high < 0)
    reason = "" if real else "the raw gap's interval includes no gap, so there is none to explain"
    if equal is None:
        # One of the two is never carried, or always, with some area left out: silence itself can be told.
        reason = "casualties cannot be told from the two, for one of them is (nearly) always or never carried"
    return replace(
        gap,
        raw=_number(view, raw.value, raw.low, raw.high),
        equal_deaths=_number(view, equal.value, equal.low, equal.high) if equal else None,
        explained=explained if real else None,
        reason=reason,
    )


def _around(value: float, error: float, freedom: float, level: float) -> Number | None:
    """Return a value with its interval; None where either is not known."""
    if not (math.isfinite(value) and math.isfinite(error)):
        return None
    found = around(value, error, freedom, level)
    return Number(float(found.value), float(found.low), float(found.high))


@dataclass(frozen=True, slots=True)
class _Spread:
    errors: tuple[float, ...]
    freedom: float


def _raw_and_adjusted(
    view: View, cells: Cells, params: AttentionParams, factor: str, first: str, second: str
) -> tuple[float, float, float] | str:
    """Return the raw gap, that at equal deaths and the share explained, nan without a model; or why there is none."""
    means = [_mean(view, cells, cells.level(factor, level)) for level in (first, second)]
    if None in means:
        return "one of the two has no events with known deaths"
    a, b = (float(m) for m in means if m is not None)
    if view == "extra reports" and min(a, b) <= 0:
        return "no event of one of the two has more than one source"
    raw = a - b if view == "reference list" else float(np.log(a / b))
    fit = fit_view(view, cells, _plain(params), terms=(SLOPE, factor))
    adjusted = _contrast(fit, factor, first, second)
    if adjusted is None:
        return raw, math.nan, math.nan
    return raw, adjusted, 1 - adjusted / raw if raw else float("nan")


def _mean(view: View, cells: Cells, chosen: Flags) -> float | None:
    weight = cells.weight[chosen]
    if weight.sum() == 0:
        return None
    values = cells.carried[chosen].astype(float) if view == "reference list" else cells.n[chosen] - 1.0
    return float(np.average(values, weights=weight))


def _contrast(fit: ViewFit, factor: str, first: str, second: str) -> float | None:
    """Return first against second in a fitted model: difference of average chances, or log ratio of means."""
    if fit.fit is None:
        return None
    columns = fit.design.of_factor(factor)
    if not columns:
        return None
    if fit.view == "extra reports":
        at = [fit.fit.coefficients[columns[name]] if name in columns else 0.0 for name in (first, second)]
        return float(at[0] - at[1])
    settings = [level_setting(fit, factor, name) for name in (first, second)]
    try:
        margins = predictive_margins(fit.fit, fit.design.matrix, settings, fit.weight)
    except MethodError:
        return None
    return float(margins.values[0] - margins.values[1])


def _jackknife(
    view: View, cells: Cells, params: AttentionParams, factor: str, first: str, second: str
) -> _Spread | None:
    areas = np.unique(cells.factors["admin1"].codes)
    estimates = []
    for area in areas:
        rest = cells.take(cells.factors["admin1"].codes != area)
        found = _raw_and_adjusted(view, rest, params, factor, first, second)
        if isinstance(found, str) or not np.isfinite(found[0]):
            return None
        estimates.append(found)
    if len(estimates) < 3:
        return None
    # Each quantity by itself: where casualties cannot be told with one area left out, the raw gap still can.
    errors = [
        float(np.sqrt(jackknife(column[:, None])[0, 0])) if np.isfinite(column).all() else math.nan
        for column in np.array(estimates).T
    ]
    return _Spread(tuple(errors), float(len(estimates) - 1))


def _all_equal(full: ViewFit, factor: str, first: str, second: str, params: AttentionParams) -> Number | None:
    """Return the gap in the full model, with the delta method's interval."""
    columns = full.design.of_factor(factor)
    baseline = [name for name in full.cells.factors[factor].levels if name not in columns]
    known = all(name in columns or name in baseline for name in (first, second))
    if full.fit is None or not columns or not known:
        return None
    margins = full.margins([level_setting(full, factor, name) for name in (first, second)], params.level)
    if margins is None:
        return None
    if full.view == "reference list":
        effect = margins.difference(0, 1)
        return Number(effect.value, effect.low, effect.high)
    contrast: Floats = np.zeros(len(full.design.names), dtype=np.float64)
    for name, sign in ((first, 1.0), (second, -1.0)):
        if name in columns:
            contrast[columns[name]] += sign
    value = float(contrast @ np.nan_to_num(full.fit.coefficients))
    error = math.sqrt(max(float(contrast @ np.nan_to_num(full.fit.covariance) @ contrast), 0.0))
    interval = around(value, error, full.fit.degrees_of_freedom, params.level)
    return _number(full.view, value, float(interval.low), float(interval.high))


def _number(view: View, value: float, low: float | None = None, high: float | None = None) -> Number:
    """Give a log ratio as a ratio."""
    if view == "reference list":
        return Number(value, low, high)
    return Number(math.exp(value), *(None if x is None else math.exp(x) for x in (low, high)))


def _plain(params: AttentionParams) -> AttentionParams:
    return params.model_copy(update={"absorb": "none"})
