"""The change answer in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from salience.methods.series import PlaceboRank
from salience.questions.answer import Estimate, Method, format_number
from salience.questions.change.fits import DateFound, moves
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


def say_headline(
    series: Series | None,
    dates: Sequence[DateFound],
    undated: Undated | None,
    params: ChangeParams,
    reason: str,
) -> str:
    """Say in a sentence or two whether there was a change, or that the record cannot say."""
    what = subject(params)
    if series is None:
        return f"The record cannot say whether {what} changed: {reason}."
    if dates:
        told = [_say_date(each, series, params) for each in dates[:3]]
        more = f" {len(dates) - 3} more dates are in the table." if len(dates) > 3 else ""
        return " ".join(told) + more
    return say_undated(series, undated, params)


def _say_date(each: DateFound, series: Series, params: ChangeParams) -> str:
    what, alpha = subject(params), 1.0 - params.level
    if each.rank is None:
        return f"The record cannot say whether {what} changed after {say_day(each)}: {each.reason}."
    ratio = each.ratio()
    if not each.by_placebo:
        return (
            f"The record cannot say whether {what} changed after {say_day(each)}: {len(each.rank.dates)} "
            "other dates are too few "
            f"to tell how large steps come about by themselves. Taken at face value, {_say_level(each, series)} "
            f"({say_interval(ratio, params.level)})."
        )
    rank = f"{say_rank(each.rank)} ({_say_p(each)})"
    if each.moved(alpha):
        return (
            f"After {say_day(each)} {what} {_say_move(each, series, params)} "
            f"({say_interval(ratio, params.level)}); {rank}"
            f"{_say_coverage(each, alpha, moved=True)}."
        )
    return (
        f"The record does not show that {what} changed after {say_day(each)}: {_say_level(each, series)} "
        f"({say_interval(ratio, params.level)}), and {rank}. {_say_smallest(each)}"
        f"{_say_coverage(each, alpha, moved=False)}"
    )


def say_day(each: DateFound) -> str:
    """Write a date with its name: "1 February 2021 (seizure of power)"."""
    day = f"{each.day.day} {each.day:%B} {each.day.year}"
    return f"{day} ({each.name})" if each.name else day


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


def _say_move(each: DateFound, series: Series, params: ChangeParams) -> str:
    assert each.rank is not None
    value, step, months = each.ratio()[0], series.periods.step, each.rank.before
    if value == 0:
        return "ceased"
    if not np.isfinite(value):
        return "began, for there were none before"
    way = "rose" if value > 1 else "fell"
    if series.against is None:
        return f"{way} to about {format_number(value)} times their level of the {months} {step}s before"
    if params.control:
        return f"{way} to about {format_number(value)} times, held against those with {series.against_name}"
    return f"{way} to about {format_number(value)} times, held against {series.against_name}"


def _say_level(each: DateFound, series: Series) -> str:
    assert each.rank is not None
    value = each.ratio()[0]
    if value == 0 or not np.isfinite(value):
        return "there were none on one side of the date"
    against = f", held against {series.against_name}," if series.against is not None else ""
    return (
        f"the level after it{against} is {format_number(value)} times that of the {each.rank.before} "
        f"{series.periods.step}s before"
    )


def say_rank(rank: PlaceboRank) -> str:
    """Say how many placebo dates show as large a step."""
    m = len(rank.dates)
    as_large = round(rank.p_value * (1 + m)) - 1
    if as_large == 0:
        return f"of {m} placebo dates none shows as large a step"
    verb = "shows" if as_large == 1 else "show"
    return f"of {m} placebo dates {as_large} {verb} as large a step"


def _say_p(each: DateFound) -> str:
    assert each.rank is not None
    sign = "≤" if each.rank.p_value <= each.rank.least_p + 1e-12 else "="
    several = each.adjusted > each.rank.p_value + 1e-12
    extra = f"; {each.adjusted:.2g} as one of several dates" if several else ""
    return f"p {sign} {each.rank.p_value:.2g}{extra}"


def _say_coverage(each: DateFound, alpha: float, *, moved: bool) -> str:
    sources = each.coverage.get("sources")
    depth = each.coverage.get("reports per event")
    for rank, name in ((sources, "the number of sources"), (depth, "the number of reports for each event")):
        if rank is None or not moves(rank, alpha) or not np.isfinite(rank.estimate):
            continue
        way = "rose" if rank.estimate > 0 else "fell"
        assert each.rank is not None
        if not moved:
            return f" {name[0].upper()}{name[1:]} {way}, which may hide a change."
        if (rank.estimate > 0) == (each.rank.estimate > 0):
            return f"; {name} {way} as well, so part of this may be coverage"
        return f", although {name} {way}"
    return ""


def _say_smallest(each: DateFound) -> str:
    fall, rise = each.smallest
    parts = []
    if np.isfinite(rise):
        parts.append(f"a rise to {format_number(rise)} times")
    if fall > 0:
        parts.append(f"a fall to {format_number(fall)} times")
    if not parts:
        return "No change of any size would have been shown: the series is too short or moves too much."
    return f"{' or '.join(parts).capitalize()} would have been shown in four cases of five."


def say_undated(series: Series, undated: Undated | None, params: ChangeParams) -> str:
    """Say whether anything changed at all, when, and what would have been seen."""
    what, step = subject(params), series.periods.step
    if undated is None:
        return f"The record cannot say whether {what} changed: no model of the series can be fitted."
    none = undated.found.no_change
    if none > 1.0 - params.level:
        able = (
            f" A change half-way by a factor of {format_number(undated.smallest)} would have been shown "
            "in four cases of five."
            if np.isfinite(undated.smallest)
            else " No change of any size would have been shown."
        )
        prior = format_number(float(undated.found.prior[0]), "chance")
        verb = "does not show that" if none >= 0.5 else "does not decide whether"
        return (
            f"The record {verb} {what} changed: the probability of no change is {format_number(none, 'chance')}, "
            f"{prior} to begin with.{able}"
        )
    k = max(int(np.argmax(undated.found.number[1:])) + 1, 1)
    chance = format_number(float(undated.found.number[k]), "chance")
    places = [say_place(series, undated, i, k, params.level) for i in range(1, k + 1)]
    number = {1: "once", 2: "twice"}.get(k, f"{k} times")
    shown = "; ".join(places[:3])
    return (
        f"{what[0].upper()}{what[1:]} changed: most probably {number} ({chance}), {shown}; the "
        "probability of no change is "
        f"{format_number(none, 'chance') if none >= 0.001 else 'under 0.1 %'}. Levels are per {step}."
    )


def say_place(series: Series, undated: Undated, which: int, of: int, level: float) -> str:
    """Say when a change lies and from which level to which."""
    mode, low, high = undated.found.change(which, of, level)
    starts, step = series.periods.starts, series.periods.step
    before, after = float(undated.found.level[mode - 1]), float(undated.found.level[mode])
    share = series.against is not None
    unit = "share" if share else ""
    return (
        f"in {say_period(starts[mode], step)} ({100 * level:.0f} % interval {say_period(starts[low], step)} to "
        f"{say_period(starts[high], step)}), from {format_number(before, unit)} to {format_number(after, unit)}"
    )


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
        note = f"{say_rank(each.rank)}: p = {each.rank.p_value:.3g}, corrected for several dates {each.adjusted:.3g}"
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
                       f"{say_rank(rank)}: p = {rank.p_value:.3g}")
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
