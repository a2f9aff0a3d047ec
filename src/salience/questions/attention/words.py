"""What the attention models found, as estimates, tables, a headline and warnings that an analyst can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from salience.methods.counts import CountFit
from salience.methods.margins import Margins
from salience.questions.answer import (
    SHARES,
    Cell,
    Column,
    Estimate,
    Method,
    Table,
    format_number,
    is_undecided,
    say_share,
)
from salience.questions.attention.cells import Cells
from salience.questions.attention.fits import AT_DEATHS, SLOPE, View, ViewFit, areas_of
from salience.questions.attention.gap import Gap, Number
from salience.questions.attention.params import AttentionParams
from salience.questions.attention.tables import Dependence
from salience.questions.charts import without_common_start
from salience.questions.frames import Tables, in_period
from salience.questions.setting import Setting

SHORT = {
    "reference list": "carried",
    "extra reports": "sources",
    "truncated Poisson": "truncated_poisson",
    "truncated negative binomial": "truncated_nb",
}
TAIL_ONLY = "tail only, mean not identified: the dispersion runs to its boundary"

METHODS = (
    Method("Shares with intervals", "Wilson (1927), J. Am. Stat. Assoc. 22: 209-212"),
    Method("Logit and average predictions", "Graubard & Korn (1999), Biometrics 55: 652-659"),
    Method("Poisson pseudo-likelihood", "Santos Silva & Tenreyro (2006), Rev. Econ. Stat. 88: 641-658"),
    Method(
        "Zero-truncated counts", "Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed., ch. 4"
    ),
    Method(
        "Standard errors by leaving out one area at a time",
        "MacKinnon, Nielsen & Webb (2023), J. Econometrics 232: 272-299",
    ),
    Method("Gaps by collapsible measures", "Greenland, Robins & Pearl (1999), Stat. Sci. 14: 29-46"),
    Method("Randomised quantile residuals", "Dunn & Smyth (1996), J. Comput. Graph. Stat. 5: 236-244"),
)


def estimate_margins(fit: ViewFit, margins: Margins | None, level: float) -> list[Estimate]:
    """Return expected coverage at 0, 1, 5, 10, 25 and 50 deaths."""
    chance = fit.view == "reference list"
    unit = "chance" if chance else "sources per event"
    boundary = isinstance(fit.fit, CountFit) and fit.fit.boundary
    note = "" if margins is not None else (TAIL_ONLY if boundary else fit.reason or "no estimate")
    found = []
    for i, deaths in enumerate(AT_DEATHS):
        what = f"with {deaths} deaths" if deaths != 1 else "with 1 death"
        label = f"Chance that a recorded event {what} is carried" if chance else f"Sources of an event {what}"
        value, low, high = (
            (float(margins.values[i]), float(margins.low[i]), float(margins.high[i]))
            if margins
            else (None, None, None)
        )
        name = f"{SHORT[fit.view]}_at_{deaths}"
        found.append(Estimate(name, label, value, low, high, unit, fit.cells.events, level, fit.view, note))
    return found


def estimate_slope(fit: ViewFit, level: float) -> Estimate:
    """Return the slope on log(1 + deaths)."""
    name = f"slope_{SHORT[fit.view]}"
    label = "Slope on log(1 + deaths)" + (" (log odds)" if fit.view == "reference list" else "")
    position = fit.design.column(SLOPE)
    if fit.fit is None or position is None:
        reason = fit.reason or "deaths do not vary"
        return Estimate(name, label, None, None, None, "slope", fit.cells.events, level, fit.view, reason)
    low, high = fit.fit.interval(level)[position]
    areas = areas_of(fit.cells).in_words()
    how = "by leaving out one at a time" if fit.fit.covariance_kind == "CRV3" else "clustered by them"
    note = f"its events lie in {areas}; interval {how}" if fit.fit.clusters else "not clustered: one area"
    if isinstance(fit.fit, CountFit) and fit.fit.boundary:
        note = TAIL_ONLY
    value = float(fit.fit.coefficients[position])
    return Estimate(
        name, label, value, float(low), float(high), "slope", fit.cells.events, level, fit.view, note
    )


def estimate_gap(name: str, gap: Gap, level: float) -> list[Estimate]:
    """Return a gap raw, at equal casualties, all else equal, and the share that casualties explain."""
    chance = gap.view == "reference list"
    unit = "difference in chance" if chance else "ratio"
    what = "Difference in the chance of being carried" if chance else "Ratio of extra reports"
    pair = f"{gap.first} against {gap.second}"
    stem = f"gap_{name}_{SHORT[gap.view]}"
    parts: tuple[tuple[str, str, Number | None, str], ...] = (
        ("raw", f"{what}, {pair}, as it is", gap.raw, unit),
        ("equal_deaths", f"{what}, {pair}, at equal deaths", gap.equal_deaths, unit),
        ("all_equal", f"{what}, {pair}, all else equal too", gap.all_equal, unit),
        ("explained", f"Share of that gap that casualties explain ({pair})", gap.explained, "share"),
    )
    found = []
    for part, label, number, own in parts:
        value, low, high = (number.value, number.low, number.high) if number else (None, None, None)
        note = (gap.reason or "the model gives no estimate of it") if number is None or low is None else ""
        if part == "explained" and number is not None:
            note = note or _say_outside(number)
        found.append(
            Estimate(f"{stem}_{part}", label, value, low, high, own, gap.events, level, gap.view, note)
        )
    return found


def _say_outside(number: Number) -> str:
    """Say what a share of a gap above 100 % or below 0 would mean, where its interval goes there."""
    low, high = (number.value if x is None else x for x in (number.low, number.high))
    said = ["above 100 % the gap at equal deaths is turned round"] * (high > 1)
    said += ["below 0 it is wider than as it is"] * (low < 0)
    return "; ".join(said)


def estimate_dependence(dependence: Dependence, level: float) -> list[Estimate]:
    """Return how far the record hangs on one source."""
    value, low, high = dependence.single
    single = Estimate(
        "single_source", "Share of events known from one source alone", value, low, high, "share",
        dependence.events, level, "one source",
        f"most often {dependence.top}, alone with {format_number(dependence.top_of_all, 'share')} of all events",
    )  # fmt: skip
    return [single]


def say_headline(estimates: Sequence[Estimate], gaps: Mapping[str, Sequence[Gap]]) -> tuple[str, str]:
    """Put the best identified view that there is into one sentence; then the gap, and the dependence on one source."""
    by_name = {e.name: e for e in estimates}
    carried, sources = by_name.get("carried_at_10"), by_name.get("sources_at_10")
    single = f"{_words(by_name['single_source'])} of the events are known from one source alone."
    if carried is not None and carried.value is not None:
        first = (
            "Of the events that local sources or NGOs recorded, one with 10 deaths was carried by others with "
            f"{say_share('chance', carried.value, carried.low, carried.high, carried.level)}, one without deaths "
            f"{_briefly(by_name['carried_at_0'])}."
        )
    elif sources is not None and sources.value is not None:
        first = (
            f"A recorded event with 10 deaths is told by about {_words(sources)} sources, one without by "
            f"{_briefly(by_name['sources_at_0'])}."
        )
    else:
        first, single = single, ""
    said = []
    for gap in gaps.get("actors", ()):
        if gap.explained is not None and 0 <= gap.explained.value <= 1 and gap.view == "extra reports":
            outside = _say_outside(gap.explained)
            said.append(
                f"Casualties explain about {_number(gap.explained, 'share')} of the gap in extra reports between "
                f"{' and '.join(without_common_start(gap.first, gap.second))}{f' ({outside})' if outside else ''}."
            )
    return first, " ".join(filter(None, [*said, single]))


def tabulate_coefficients(fits: Sequence[ViewFit]) -> Table:
    """Put the coefficients of all views into one table."""
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        if fit.fit is None:
            rows.append((fit.view, "no estimate", None, None, None, None, fit.reason))
            continue
        intervals = fit.fit.interval()
        for i, name in enumerate(fit.design.names):
            value, error = float(fit.fit.coefficients[i]), float(fit.fit.standard_errors[i])
            if np.isfinite(value):
                rows.append(
                    (fit.view, name, value, error, float(intervals[i, 0]), float(intervals[i, 1]), "")
                )
        if (
            isinstance(fit.fit, CountFit)
            and fit.fit.dispersion is not None
            and np.isfinite(fit.fit.dispersion)
        ):
            note = TAIL_ONLY if fit.fit.boundary else "variance = mean + mean² ÷ theta"
            rows.append((fit.view, "theta", float(fit.fit.dispersion), None, None, None, note))
    columns = (
        Column("view", "view"),
        Column("term", "term"),
        Column("value", "coefficient", "number"),
        Column("error", "standard error", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("note", "note"),
    )
    note = (
        "Reference list: log odds of being carried. Others: log of the mean. A factor's commonest level is its "
        "baseline, and levels with fewer than ten events are part of it. Intervals of 95 %: t with areas − 1 degrees."
    )
    return Table("coefficients", "The models' coefficients", columns, tuple(rows), note)


def tabulate_gaps(gaps: Mapping[str, Sequence[Gap]]) -> Table:
    """Put all gaps into one table."""
    rows: list[tuple[Cell, ...]] = []
    for gap in [g for found in gaps.values() for g in found]:
        for what, number in (
            ("as it is", gap.raw),
            ("at equal deaths", gap.equal_deaths),
            ("all else equal too", gap.all_equal),
            ("share explained by casualties", gap.explained),
        ):
            values = (number.value, number.low, number.high) if number else (None, None, None)
            why = gap.reason if number is None else ""
            rows.append((gap.view, gap.first, gap.second, gap.events, what, *values, why))
    columns = (
        Column("view", "view"),
        Column("first", "first"),
        Column("second", "against"),
        Column("events", "events", "integer"),
        Column("what", "gap"),
        Column("value", "value", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("reason", "why there is none"),
    )
    note = (
        "Reference list: difference in the chance of being carried. Extra reports: ratio of the mean number of sources "
        "beyond the first. Intervals by leaving out one area at a time."
    )
    return Table("gap", "Gaps in coverage", columns, tuple(rows), note)


def warn(
    record: Tables, params: AttentionParams, setting: Setting, cells: Cells, fits: Mapping[View, ViewFit]
) -> tuple[str, ...]:
    """Say what was left out, and what the numbers do not mean."""
    found = [
        "All of this is about recorded events. What no source told of is not in it, and its number must not be "
        "derived from these models.",
    ]
    uncounted = _uncounted(record, setting)
    if uncounted:
        found.append(
            f"{uncounted:,} events in the period are left out: the dataset does not list who told of them."
        )
    unknown = float(cells.weight[np.isnan(cells.deaths)].sum())
    if unknown:
        found.append(
            f"{unknown:,.0f} events without a known {params.deaths} figure of deaths are left out of the models."
        )
    reference = fits["reference list"]
    if reference.fit is None:
        found.append(
            f"The reference-list view cannot be asked: {reference.reason or 'no estimate'}. It needs kinds and "
            "countries of the sources in sources.csv, and sources of both groups."
        )
    for view, fit in fits.items():
        if isinstance(fit.fit, CountFit) and fit.fit.boundary:
            found.append(f"{view[0].upper()}{view[1:]}: {TAIL_ONLY}.")
        elif fit.fit is None and view != "reference list":
            found.append(f"{view[0].upper()}{view[1:]}: {fit.reason or 'no estimate'}.")
        if fit.left_out:
            found.append(f"{view[0].upper()}{view[1:]}: left out of the model: {'; '.join(fit.left_out)}.")
    if params.deaths != "best":
        found.append(f"Deaths are the dataset's {params.deaths} figures.")
    return tuple(found)


def _uncounted(record: Tables, setting: Setting) -> int:
    events = in_period(record, setting).filter(~(nw.col("sources_listed") & (nw.col("sources") >= 1)))
    counted: Any = events.select(nw.len().alias("events")).collect("pyarrow").to_native()
    return int(counted.column("events")[0].as_py())


def _words(estimate: Estimate) -> str:
    return _number(Number(estimate.value or 0.0, estimate.low, estimate.high), estimate.unit, estimate.level)


def _briefly(estimate: Estimate) -> str:
    """Give the value and its interval, whose level the sentence has said."""
    if estimate.unit in SHARES and is_undecided(estimate.low, estimate.high):
        return (
            f"with one of {format_number(estimate.low, 'share')} to {format_number(estimate.high, 'share')}"
        )
    ends = (format_number(x, estimate.unit) for x in (estimate.value, estimate.low, estimate.high))
    return "{} ({} to {})".format(*ends)


def _number(number: Number, unit: str, level: float = 0.95) -> str:
    value = format_number(number.value, unit)
    if number.low is None or number.high is None:
        return value
    low, high = format_number(number.low, unit), format_number(number.high, unit)
    return f"{value} ({100 * level:.0f} % interval {low} to {high})"
