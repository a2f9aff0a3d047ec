"""What is fitted: the step at each date and its rank, what covers the series, and changes without a date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods import series as methods
from salience.questions.change.levels import levels_of, sum_windows
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

FEWEST_PERIODS = 12
FEWEST_ROWS = 10
# A date needs so many periods on each side.
FEWEST_BESIDE = 3
# A step of coverage smaller than this (log ratio) is none, however even the series.
SMALL_STEP = 0.095
COVERAGE = ("sources", "reports", "reports per event")
FAMILY_NAMES: dict[methods.SeriesFamily, str] = {
    "poisson": "Poisson, periods independent",
    "quasi_poisson": "quasi-Poisson, periods independent",
    "negative_binomial": "negative binomial, periods independent",
}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model's step and, in a second fit, change of slope a year; ratios with their intervals."""

    name: str
    step: tuple[float, float, float]
    p_value: float | None
    slope: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class DateFound:
    """What was found at one date.

    Attributes
    ----------
    name, day : str, date
    first : int
        First period after it.
    split : bool
        Whether the period that holds the date is left out.
    reason : str
        Why nothing can be said; then all else is None or empty.
    rank : PlaceboRank or None
    adjusted : float
        The p-value after Holm's correction for several dates.
    fitted, counterfactual : (n,) float or None
        Mean level in the windows before and after, as counts, and after the date without the step; nan outside.
    models : tuple of ModelRow
    autocorrelation, dispersion : float
        Of the model with the step.
    smallest : (float, float)
        The smallest fall and rise, as ratios, that would have been shown; 0 and infinity when none.
    coverage : dict
        What the same model says of each coverage series; None where it cannot be fitted.
    counts, against : (int, int)
        What was counted in the windows before and after, as it stands in the record, and of what it is held against.
    kept : (int, int)
        Periods of these windows that are counted.
    seasonal : bool
        Whether the season's part of the model is taken out of the ratio; the drift is where `rank.drift` is not 0.
    """

    name: str
    day: date
    first: int = 0
    split: bool = False
    reason: str = ""
    rank: methods.PlaceboRank | None = None
    adjusted: float = 1.0
    fitted: Floats | None = None
    counterfactual: Floats | None = None
    models: tuple[ModelRow, ...] = ()
    autocorrelation: float = float("nan")
    dispersion: float = float("nan")
    smallest: tuple[float, float] = (0.0, float("inf"))
    coverage: dict[str, methods.PlaceboRank | None] = field(default_factory=dict)
    counts: tuple[int, int] = (0, 0)
    against: tuple[int, int] = (0, 0)
    kept: tuple[int, int] = (0, 0)
    seasonal: bool = False

    def ratio(self) -> tuple[float, float, float]:
        """Return the ratio with its interval: by placebo dates, or by HAC errors where those are too few."""
        assert self.rank is not None
        ends = (self.rank.low, self.rank.high)
        if not self.by_placebo:
            hac = next(row for row in self.models if row.name == "allowing for autocorrelation (HAC)")
            return hac.step
        return float(np.exp(self.rank.estimate)), float(np.exp(ends[0])), float(np.exp(ends[1]))

    @property
    def by_placebo(self) -> bool:
        """Whether there are enough placebo dates for an interval of the level."""
        assert self.rank is not None
        return self.rank.least_p <= 1.0 - self.rank.level + 1e-12

    def moved(self, alpha: float) -> bool:
        """Whether the step stands out among the placebo dates."""
        return self.rank is not None and self.adjusted <= alpha


def moves(rank: methods.PlaceboRank | None, alpha: float) -> bool:
    """Whether coverage moved: its step stands out and is more than a tenth."""
    return rank is not None and rank.p_value <= alpha and abs(rank.estimate) > SMALL_STEP


def refuse_series(series: Series | None, params: ChangeParams) -> str:
    """Return why the series says nothing of any change, or nothing."""
    if series is None:
        return "the record holds nothing with a date in the period"
    n = int(series.keep.sum())
    if n < FEWEST_PERIODS:
        periods = f"{n} {params.step}{'s' if n != 1 else ''}"
        return f"it covers {periods}, and at least {FEWEST_PERIODS} are needed"
    total = int(series.counts[series.keep].sum())
    if total == 0:
        return f"it holds no {params.count} of this kind in the period"
    if total < FEWEST_ROWS:
        return f"it holds {total} {params.count} of this kind, and at least {FEWEST_ROWS} are needed"
    if series.against is not None and not series.against[series.keep].any():
        return f"it holds no {series.against_name} to hold them against"
    return ""


def design_of(series: Series, params: ChangeParams) -> Floats:
    """Return the design without the step: level, trend, season."""
    years = len(series.periods) / series.periods.per_year
    return methods.baseline_design(
        len(series.periods),
        trend=params.trend,
        year_share=series.periods.year_share,
        harmonics=params.season if years >= 2 else 0,
    )


def offset_of(series: Series) -> Floats:
    """Return the log of the days covered, as multiples of a usual period's; 0 where two series are compared."""
    if series.against is not None:
        return np.zeros(len(series.periods))
    days = series.periods.days
    return np.log(np.maximum(days, 0.5) / np.median(days))


def fit_dates(series: Series, params: ChangeParams, seed: int, progress: Progress) -> list[DateFound]:
    """Rank the step at each date; several p-values are corrected by Holm (1979, Scand. J. Stat. 6)."""
    cuts = [(name, day, *series.periods.cut(day)) for name, day in params.dates()]
    firsts = [first for _, _, first, _ in cuts]
    found = []
    for i, (name, day, first, split) in enumerate(cuts):
        progress(f"the step at {day}", 0.15 + 0.45 * i / len(cuts))
        others = tuple(f for f in firsts if f != first)
        reason = _refuse_date(series, day, first, split)
        if reason:
            found.append(DateFound(name, day, first, split, reason))
            continue
        try:
            found.append(_fit_date(series, params, name, day, first, split, others, seed))
        except MethodError as error:
            few = f"too few {series.periods.step}s hold anything to compare ({error})"
            found.append(DateFound(name, day, first, split, few if "periods" in str(error) else str(error)))
    return _holm(found)


def _refuse_date(series: Series, day: date, first: int, split: bool) -> str:
    periods, step = series.periods, series.periods.step
    if not periods.first <= day <= periods.last:
        return f"the series runs from {periods.first} to {periods.last}, and {day} lies outside"
    before = int(series.keep[: first - split].sum())
    after = int(series.keep[first:].sum())
    if min(before, after) < FEWEST_BESIDE:
        number, side = (before, "before") if before < after else (after, "after")
        whole = f"{number} whole {step}{'s' if number != 1 else ''}"
        return f"the series has {whole} {side} {day}; {FEWEST_BESIDE} are needed"
    held = series.counts + (series.against if series.against is not None else 0)
    if not held[series.keep].any():
        return "nothing was counted"
    return ""


def window_of(series: Series, params: ChangeParams) -> int:
    """Return the periods before and after a date that are compared."""
    return params.window or methods.usual_window(len(series.periods), round(series.periods.per_year))


def _fit_date(
    series: Series,
    params: ChangeParams,
    name: str,
    day: date,
    first: int,
    split: bool,
    others: tuple[int, ...],
    seed: int,
) -> DateFound:
    X, offset = design_of(series, params), offset_of(series)
    keep = series.keep.copy()
    if split:
        keep[first - 1] = False
    stepped = np.column_stack([X, methods.step_after(len(X), first)])
    model = methods.interrupted(
        series.counts, stepped, offset, params.family, against=series.against, keep=keep
    )
    common = Common(
        series.keep, split, window_of(series, params), params.trend, others, params.level,
        _season(series, params, X, model),
    )  # fmt: skip
    rank = common.rank(series.counts, first, offset, series.against)
    fall, rise = common.smallest(series.counts, first, offset, series.against, rank.estimate, seed)
    levels = levels_of(series, rank, offset + common.season, keep, split)
    return DateFound(
        name=name,
        day=day,
        first=first,
        split=split,
        rank=rank,
        adjusted=rank.p_value,
        fitted=levels[0],
        counterfactual=levels[1],
        models=_models(series, params, stepped, offset, keep, first, model),
        autocorrelation=model.autocorrelation,
        dispersion=model.dispersion,
        smallest=(float(np.exp(fall)), float(np.exp(rise))),
        coverage=_fit_coverage(series, common, first),
        counts=sum_windows(series.counts, rank, keep, split),
        against=sum_windows(series.against, rank, keep, split) if series.against is not None else (0, 0),
        kept=sum_windows(np.ones(len(keep)), rank, keep, split),
        seasonal=bool(common.season.any()),
    )


@dataclass(frozen=True, slots=True)
class Common:
    """What the ranks of the series and of its coverage share."""

    keep: npt.NDArray[np.bool_]
    split: bool
    window: int
    drift: bool
    others: tuple[int, ...]
    level: float
    season: Floats

    def rank(self, counts: Floats, first: int, offset: Floats, against: Floats | None) -> methods.PlaceboRank:
        """Rank the step at a date."""
        return methods.placebo_rank(
            counts, first, offset + self.season, against=against, keep=self.keep, split=self.split,
            window=self.window, drift=self.drift, exclude=self.others, level=self.level,
        )  # fmt: skip

    def smallest(
        self,
        counts: Floats,
        first: int,
        offset: Floats,
        against: Floats | None,
        estimate: float,
        seed: int,
    ) -> tuple[float, float]:
        """Return the smallest changes that would have been shown."""
        return methods.smallest_change(
            counts, first, offset + self.season, against=against, keep=self.keep, split=self.split,
            window=self.window, drift=self.drift, exclude=self.others, level=self.level, estimate=estimate, seed=seed,
        )  # fmt: skip


def _season(series: Series, params: ChangeParams, X: Floats, model: methods.Interrupted) -> Floats:
    """Return the season's part of the model, where the windows do not hold whole years in which it cancels."""
    whole = window_of(series, params) % series.periods.per_year < 1
    first = 1 + params.trend
    if whole or series.against is not None or not model.converged or X.shape[1] == first:
        return np.zeros(len(X))
    return np.asarray(X[:, first:] @ model.coefficients[first : X.shape[1]])


def _models(
    series: Series,
    params: ChangeParams,
    stepped: Floats,
    offset: Floats,
    keep: npt.NDArray[np.bool_],
    first: int,
    model: methods.Interrupted,
) -> tuple[ModelRow, ...]:
    """Return what each model says of the step, and of a change of slope where it is let in too."""
    sloped = np.column_stack([stepped, methods.slope_after(len(stepped), first, series.periods.per_year)])
    rows = []
    families: list[methods.SeriesFamily] = list(FAMILY_NAMES) if series.against is None else ["quasi_poisson"]
    for family in families:
        try:
            one = methods.interrupted(
                series.counts, stepped, offset, family, against=series.against, keep=keep
            )
            rows.append(_row(FAMILY_NAMES[family], one, params.level, hac=False))
        except MethodError:
            continue
    rows.append(_row("allowing for autocorrelation (HAC)", model, params.level, hac=True))
    sides = series.counts[:first].sum(), series.counts[first:].sum()
    if min(sides) < FEWEST_ROWS:
        return tuple(rows)  # hardly anything on one side: it has no slope
    try:
        two = methods.interrupted(
            series.counts, sloped, offset, params.family, against=series.against, keep=keep
        )
        changed = _row("with a change of slope too (HAC)", two, params.level, hac=True, at=-2)
        ends = np.exp(two.interval(params.level, hac=True)[-1])
        slope = (float(np.exp(two.coefficients[-1])), float(ends[0]), float(ends[1]))
        rows.append(replace(changed, slope=slope))
    except MethodError:
        pass
    return tuple(rows)


def _row(name: str, model: methods.Interrupted, level: float, *, hac: bool, at: int = -1) -> ModelRow:
    from scipy.special import ndtr

    error = float((model.hac_errors if hac else model.standard_errors)[at])
    value = float(model.coefficients[at])
    low, high = model.interval(level, hac=hac)[at]
    p = 2.0 * float(ndtr(-abs(value) / error)) if np.isfinite(error) and error > 0 else None
    return ModelRow(name, (float(np.exp(value)), float(np.exp(low)), float(np.exp(high))), p, None)


def _fit_coverage(series: Series, common: Common, first: int) -> dict[str, methods.PlaceboRank | None]:
    """Put the same question to what covers the series."""
    if series.coverage is None:
        return {}
    n = len(series.counts)
    days = np.log(np.maximum(series.periods.days, 0.5) / np.median(series.periods.days))
    events, expected = series.coverage.events, series.coverage.expected
    asked = {
        "sources": (
            series.coverage.sources,
            np.log(np.maximum(expected, 1e-9)),
            series.keep & (expected > 0),
        ),
        "reports": (series.coverage.reports, days, series.keep),
    }
    if events.any():
        asked["reports per event"] = (
            series.coverage.reports, np.log(np.maximum(events, 1.0)), series.keep & (events > 0),
        )  # fmt: skip
    found: dict[str, methods.PlaceboRank | None] = {}
    for name, (counts, offset, keep) in asked.items():
        try:
            found[name] = replace(common, keep=keep, season=np.zeros(n)).rank(counts, first, offset, None)
        except MethodError:
            found[name] = None
    return found


def _holm(found: Sequence[DateFound]) -> list[DateFound]:
    ranked = sorted((f for f in found if f.rank is not None), key=lambda f: f.adjusted)
    adjusted: dict[date, float] = {}
    largest = 0.0
    for i, each in enumerate(ranked):
        largest = max(largest, min(1.0, (len(ranked) - i) * each.adjusted))
        adjusted[each.day] = largest
    return [replace(each, adjusted=adjusted.get(each.day, 1.0)) for each in found]
