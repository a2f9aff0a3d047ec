"""The change answer in a sentence that can be said aloud, and the sentences that follow it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.questions.answer import format_number
from salience.questions.change.fits import DateFound, moves
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series
from salience.questions.change.undated import Undated
from salience.questions.change.words import (
    say_day,
    say_interval,
    say_period,
    say_rank,
    say_removed,
    say_window,
    subject,
)

# With fewer counted on one side, how many times over is hardly known: 4 may stand for 1.1 or for 10 (Garwood 1936).
FEW = 5


def say_headline(
    series: Series | None,
    dates: Sequence[DateFound],
    undated: Undated | None,
    params: ChangeParams,
    reason: str,
) -> tuple[str, str]:
    """Say whether there was a change, or that the record cannot say; and what follows that sentence.

    Of several dates the first that moved leads; the others follow.
    """
    what = subject(params)
    if series is None:
        return f"The record cannot say whether {what} changed: {reason}.", ""
    if not dates:
        return say_undated(series, undated, params)
    alpha = 1.0 - params.level
    order = sorted(range(len(dates)), key=lambda i: (not dates[i].moved(alpha), i))[:3]
    told = [_say_date(dates[i], series, params) for i in order]
    rest = [told[0][1], *(" ".join(filter(None, each)) for each in told[1:])]
    if len(dates) > 3:
        rest.append(f"{len(dates) - 3} more dates are in the table.")
    return told[0][0], " ".join(filter(None, rest))


def _say_date(each: DateFound, series: Series, params: ChangeParams) -> tuple[str, str]:
    what, alpha = subject(params), 1.0 - params.level
    if each.rank is None:
        return f"The record cannot say whether {what} changed after {say_day(each)}: {each.reason}.", ""
    if not each.by_placebo:
        return (
            f"The record cannot say whether {what} changed after {say_day(each)}: {len(each.rank.dates)} "
            "other dates are too few to tell how large steps come about by themselves.",
            f"There were {_say_both(each, series)}. Taken at face value, a model with trend and season makes that "
            f"{_say_times(each, params)}.",
        )
    rank = say_rank(each.rank)
    proof = f"{rank[0].upper()}{rank[1:]} ({_say_p(each)})."
    coverage = _say_coverage(each, alpha)
    if not each.moved(alpha):
        return (
            f"The record does not show that {what} changed after {say_day(each)}: {_say_both(each, series)}"
            f"{_say_size(each, series, params)}.",
            " ".join(filter(None, [proof, _say_smallest(each), coverage])),
        )
    first = (
        f"After {say_day(each)} {what} {_say_way(each)} {_say_counts(each, series)}"
        f"{_say_size(each, series, params)}{'; part of this may be coverage' if _same_way(each, alpha) else ''}."
    )
    return first, " ".join(filter(None, [proof, coverage]))


def _say_way(each: DateFound) -> str:
    """Say which way the counts went, as they stand in the record."""
    before, after = (count / max(kept, 1) for count, kept in zip(each.counts, each.kept, strict=True))
    if each.against != (0, 0):
        return "moved against the others:"
    if before == 0:
        return "began:"
    if after == 0:
        return "ceased:"
    if (after > before) == (each.ratio()[0] > 1) and after != before:
        return "rose" if after > before else "fell"
    return "went"


def _say_counts(each: DateFound, series: Series) -> str:
    if each.against != (0, 0) or 0 in each.counts:
        return _say_both(each, series)
    step = series.periods.step
    (before, after), (wide, late) = each.counts, each.kept
    return (
        f"from {before:,} in {say_window(wide, step)} before to {after:,} in {say_window(late, step)} after"
    )


def _say_both(each: DateFound, series: Series) -> str:
    """Give what was counted before and after, and beside it what that is held against."""
    step = series.periods.step
    beside = [
        f" (beside {n:,} {series.against_name})" if series.against is not None else "" for n in each.against
    ]
    told = [f"{n:,}" if n else "none" for n in each.counts]
    return (
        f"{told[0]}{beside[0]} in {say_window(each.kept[0], step)} before, "
        f"{told[1]}{beside[1]} in {say_window(each.kept[1], step)} after"
    )


def _say_size(each: DateFound, series: Series, params: ChangeParams) -> str:
    """Say how many times over, and what is taken out of that; where counts are few, that it is hardly known."""
    value = each.ratio()[0]
    if value == 0 or not np.isfinite(value):
        return ""
    gone = say_removed(each)
    if min(each.counts) < FEW:
        ends = say_interval(each.ratio(), params.level) + (f" with {gone}" if gone else "")
        return f", too few to say how many times over ({ends})"
    joint = "; " if series.against is not None else ": " if each.moved(1.0 - params.level) else ", "
    removed = f" with {gone}" if gone else ""
    held = "held against these, " if series.against is not None else ""
    equal = " in equal time" if each.kept[0] != each.kept[1] else ""
    return f"{joint}{held}{_say_times(each, params, f'{equal}{removed}')}"


def _say_times(each: DateFound, params: ChangeParams, removed: str = "") -> str:
    ratio = each.ratio()
    return f"about {format_number(ratio[0])} times{removed} ({say_interval(ratio, params.level)})"


def _say_p(each: DateFound) -> str:
    assert each.rank is not None
    sign = "≤" if each.rank.p_value <= each.rank.least_p + 1e-12 else "="
    several = each.adjusted > each.rank.p_value + 1e-12
    extra = f"; {each.adjusted:.2g} as one of several dates" if several else ""
    return f"p {sign} {each.rank.p_value:.2g}{extra}"


def _moved_coverage(each: DateFound, alpha: float) -> tuple[str, bool] | None:
    """Return what of coverage moved, and whether it rose."""
    for key, name in (
        ("sources", "the number of sources"),
        ("reports per event", "the number of reports for each event"),
    ):
        rank = each.coverage.get(key)
        if rank is not None and moves(rank, alpha) and np.isfinite(rank.estimate):
            return name, rank.estimate > 0
    return None


def _same_way(each: DateFound, alpha: float) -> bool:
    """Whether coverage moved the way of the counts."""
    moved = _moved_coverage(each, alpha)
    assert each.rank is not None
    return moved is not None and moved[1] == (each.rank.estimate > 0)


def _say_coverage(each: DateFound, alpha: float) -> str:
    moved = _moved_coverage(each, alpha)
    if moved is None:
        return ""
    name, way = f"{moved[0][0].upper()}{moved[0][1:]}", "rose" if moved[1] else "fell"
    if not each.moved(alpha):
        return f"{name} {way}, which may hide a change."
    return f"{name} {way} as well." if _same_way(each, alpha) else f"{name} {way} meanwhile."


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


def say_undated(series: Series, undated: Undated | None, params: ChangeParams) -> tuple[str, str]:
    """Say whether anything changed at all, when, and what would have been seen."""
    what = subject(params)
    if undated is None:
        return f"The record cannot say whether {what} changed: no model of the series can be fitted.", ""
    none = undated.found.no_change
    if none > 1.0 - params.level:
        able = (
            f"A change half-way by a factor of {format_number(undated.smallest)} would have been shown "
            "in four cases of five."
            if np.isfinite(undated.smallest)
            else "No change of any size would have been shown."
        )
        prior = format_number(float(undated.found.prior[0]), "chance")
        verb = "does not show that" if none >= 0.5 else "does not decide whether"
        return (
            f"The record {verb} {what} changed: the probability of no change is {format_number(none, 'chance')}, "
            f"{prior} to begin with.",
            able,
        )
    k = max(int(np.argmax(undated.found.number[1:])) + 1, 1)
    chance = format_number(float(undated.found.number[k]), "chance")
    starts, step = series.periods.starts, series.periods.step
    shown = range(1, min(k, 3) + 1)
    when = [say_period(starts[undated.found.change(i, k, params.level)[0]], step) for i in shown]
    number = {1: "once", 2: "twice"}.get(k, f"{k} times")
    begin = "" if k <= 3 else ", the first three"
    return (
        f"{what[0].upper()}{what[1:]} changed: most probably {number} ({chance}){begin} in {', '.join(when)}; the "
        f"probability of no change is {format_number(none, 'chance') if none >= 0.001 else 'under 0.1 %'}.",
        " ".join(_say_place(series, undated, i, k, params) for i in shown),
    )


def _say_place(series: Series, undated: Undated, which: int, of: int, params: ChangeParams) -> str:
    """Say when a change lies and from which level to which."""
    mode, low, high = undated.found.change(which, of, params.level)
    starts, step = series.periods.starts, series.periods.step
    before, after = float(undated.found.level[mode - 1]), float(undated.found.level[mode])
    share = series.against is not None
    unit, name = ("share", "of the two") if share else ("", f"a {step}")
    return (
        f"In {say_period(starts[mode], step)} ({100 * params.level:.0f} % interval {say_period(starts[low], step)} to "
        f"{say_period(starts[high], step)}) from {format_number(before, unit)} to {format_number(after, unit)} {name}."
    )
