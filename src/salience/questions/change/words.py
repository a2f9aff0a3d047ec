"""The change answer in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from salience.methods.series import PlaceboRank
from salience.questions.answer import Estimate, Method, format_number
from salience.questions.change.fits import DateFound
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series
from salience.questions.change.undated import Undated

METHODS = (
    Method("Interrupted time series", "Bernal, Cummins & Gasparrini 2017, Int. J. Epidemiol. 46: 348-355"),
    Method(
        "Rank among placebo dates, interval by taking steps out",
        "after Abadie, Diamond & Hainmueller 2010, JASA 105: 493-505; score of Rao 1948",
    ),
    Method("Errors that allow for autocorrelation", "Newey & West 1987, Econometrica 55: 703-708"),
    Method("Change points without a date", "Fearnhead 2006, Statistics and Computing 16: 203-213"),
    Method("Several dates", "Holm 1979, Scand. J. Stat. 6: 65-70"),
)
NAMES = {
    "sources": "sources that told of anything",
    "reports": "reports of anything",
    "reports per event": "reports for each event",
}

# What coverage is held against, so that more events or other events are no change of it.
BESIDE = {
    "sources": "held against how many would tell of as many events; ",
    "reports": "",
    "reports per event": "held against what the same mix of events is told of; ",
}


def subject(params: ChangeParams) -> str:
    """Say what is counted: "events by A and B in North"."""
    who = " and ".join(params.actor)
    joint = {"a": "by", "b": "against", "either": "with"}[params.side]
    what: str = params.count
    if what in {"deaths", "civilian deaths"}:
        what = f"{what} in events"
    if what in {"statements", "material responses"}:
        joint = "by"
    if what == "mentions":
        joint = "of"
    kind = f" ({', '.join(params.kind)})" if params.kind else ""
    place = f" in {', '.join(params.place)}" if params.place else ""
    return what + kind + (f" {joint} {who}" if who else "") + place


def say_day(each: DateFound) -> str:
    """Write a date with its name: "1 February 2021 (seizure of power)"."""
    day = f"{each.day.day} {each.day:%B} {each.day.year}"
    return f"{day} ({each.name})" if each.name else day


def say_removed(each: DateFound) -> str:
    """Say what the ratio is without, or nothing: "season and usual drift taken out"."""
    assert each.rank is not None
    gone = ["season"] * each.seasonal + ["usual drift"] * (abs(each.rank.drift) > 1e-9)
    return f"{' and '.join(gone)} taken out" if gone else ""


def say_window(periods: int, step: str) -> str:
    """Write the length of a window: "the 12 months"."""
    return f"the {periods} {step}s" if periods != 1 else f"the {step}"


def say_interval(ratio: tuple[float, float, float], level: float) -> str:
    """Write the interval of a ratio; ends that were not found are said to be open."""
    low, high = ratio[1], ratio[2]
    name = f"{100 * level:.0f} % interval"
    if low <= 0 and not np.isfinite(high):
        return f"{name} open on both sides"
    if low <= 0:
        return f"{name} up to {format_number(high)}"
    if not np.isfinite(high):
        return f"{name} from {format_number(low)}, with no upper end"
    return f"{name} {format_number(low)} to {format_number(high)}"


def say_rank(rank: PlaceboRank) -> str:
    """Say how many placebo dates show as large a step."""
    m = len(rank.dates)
    as_large = round(rank.p_value * (1 + m)) - 1
    if as_large == 0:
        return f"of {m} placebo dates none shows as large a step"
    verb = "shows" if as_large == 1 else "show"
    return f"of {m} placebo dates {as_large} {verb} as large a step"


def say_period(start: date, step: str) -> str:
    """Write a month, or the Monday of a week."""
    return (
        f"{start:%B} {start.year}" if step == "month" else f"the week of {start.day} {start:%B} {start.year}"
    )


def estimate_all(
    series: Series | None, dates: Sequence[DateFound], undated: Undated | None, params: ChangeParams
) -> tuple[Estimate, ...]:
    """Return the numbers that claims and programs refer to; those of a second date end in _2."""
    if series is None:
        return ()
    found: list[Estimate] = []
    n, level = series.rows, params.level
    unit = "ratio"
    for i, each in enumerate(dates):
        end = "" if i == 0 else f"_{i + 1}"
        view = f"after {each.day}"
        label = f"Level after {say_day(each)} over that before"
        if each.rank is None:
            found.append(
                Estimate(f"level_change{end}", label, None, None, None, unit, n, level, view, each.reason)
            )
            continue
        step = series.periods.step
        note = (
            f"{each.counts[0]:,} in {say_window(each.kept[0], step)} before, {each.counts[1]:,} in "
            f"{say_window(each.kept[1], step)} after; the ratio has {say_removed(each) or 'nothing taken out'}; "
            f"{say_rank(each.rank)}: p = {each.rank.p_value:.3g}, corrected for several dates {each.adjusted:.3g}"
        )
        if not each.by_placebo:
            note = (
                f"too few placebo dates ({len(each.rank.dates)}): interval by HAC errors, which are too small"
            )
        found.append(_ratio(f"level_change{end}", label, each.ratio(), n, level, view, note))
        hac = next((row.step for row in each.models if row.name.startswith("allowing")), None)
        if hac is not None and all(np.isfinite(hac)):
            text = "from a model of the whole series with trend, season and a step; HAC errors, which are too small"
            found.append(
                _ratio(
                    f"model_level_change{end}",
                    "The same, by a model of the whole series",
                    hac,
                    n,
                    level,
                    view,
                    text,
                )
            )
        slope = next((row.slope for row in each.models if row.slope is not None), None)
        if slope is not None and all(np.isfinite(slope)):
            text = "from a model with a step and a change of slope; HAC errors, which are too small"
            found.append(
                _ratio(f"slope_change{end}", f"Growth a year after {say_day(each)} over that before", slope, n, level,
                       view, text)
            )  # fmt: skip
        for name, rank in each.coverage.items():
            if rank is None:
                continue
            ends = tuple(float(np.exp(x)) for x in (rank.estimate, rank.low, rank.high))
            found.append(
                _ratio(f"{name.replace(' ', '_')}_change{end}", f"{NAMES[name].capitalize()}: level after over before",
                       (ends[0], ends[1], ends[2]), n, level, f"coverage {view}",
                       f"{BESIDE[name]}{say_rank(rank)}: p = {rank.p_value:.3g}")
            )  # fmt: skip
    if undated is not None:
        low, high = (_with_prior(undated.found.no_change, prior) for prior in (0.2, 0.8))
        found.append(
            Estimate("no_change", "Probability that nothing changed at any date", undated.found.no_change, low, high,
                     "chance", n, level, "changes without a date",
                     "starting from a chance of 50 %; the interval starts from 20 % and from 80 %")
        )  # fmt: skip
    return tuple(found)


def _ratio(
    name: str, label: str, ratio: tuple[float, float, float], n: int, level: float, view: str, note: str
) -> Estimate:
    """Return a ratio; ends that were not found are None and said so."""
    value, low, high = ratio
    if not np.isfinite(value):
        return Estimate(name, label, None, None, None, "ratio", n, level, view,
                        f"none before the date: the ratio has no upper end, {low:.3g} at least; {note}")  # fmt: skip
    if not np.isfinite(high):
        note = f"the interval begins at {low:.3g} and has no upper end; {note}"
        return Estimate(name, label, value, None, None, "ratio", n, level, view, note)
    return Estimate(name, label, value, low, high, "ratio", n, level, view, note)


def _with_prior(no_change: float, prior: float) -> float:
    """Return the probability had the prior been this instead of ½."""
    odds = (1.0 - no_change) / max(no_change, 1e-300) * (1.0 - prior) / prior
    return 1.0 / (1.0 + odds)
