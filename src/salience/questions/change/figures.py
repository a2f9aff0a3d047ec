"""The charts of the change answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.questions.answer import Figure, format_number
from salience.questions.change.fits import DateFound
from salience.questions.change.headline import FEW
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series
from salience.questions.change.undated import Undated
from salience.questions.change.words import say_day, say_period, say_rank, say_removed, subject
from salience.questions.charts import BLUE, FAINT, INK, ORANGE, VERMILION, WIDTH, chart_of, finish_chart

COUNTED, FITTED, WITHOUT = "counted", "level before and after", "level had there been no step"


def chart_series(series: Series, each: DateFound, number: int, params: ChangeParams) -> Figure | None:
    """Draw the series, what the model expects, and what it would have expected without the step."""
    import altair as alt

    if each.fitted is None or each.rank is None:
        return None
    if series.against is not None:
        return _chart_share(series, each, number, params)
    starts = [str(s) for s in series.periods.starts]
    rows: list[dict[str, Any]] = []
    for i in np.flatnonzero(series.keep):
        rows.append({"start": starts[i], "what": COUNTED, "value": float(series.counts[i]), "side": "all"})
        side = "before" if i < each.first else "after"
        if np.isfinite(each.fitted[i]):
            rows.append({"start": starts[i], "what": FITTED, "value": float(each.fitted[i]), "side": side})
        if each.counterfactual is not None and np.isfinite(each.counterfactual[i]):
            rows.append(
                {"start": starts[i], "what": WITHOUT, "value": float(each.counterfactual[i]), "side": side}
            )
    x = alt.X("start:T", title=None)
    colour = alt.Color(
        "what:N", title=None, scale=alt.Scale(domain=[COUNTED, FITTED, WITHOUT], range=[BLUE, INK, VERMILION])
    )
    y = alt.Y("value:Q", title=f"{params.count} a {params.step}", scale=alt.Scale(zero=True))
    base = chart_of(rows)
    counted = base.transform_filter(f"datum.what === '{COUNTED}'")
    layers = [
        counted.mark_line(strokeWidth=1, opacity=0.5).encode(x=x, y=y, color=colour),
        counted.mark_point(filled=True, size=22, opacity=1).encode(x=x, y=y, color=colour),
        base.transform_filter(f"datum.what !== '{COUNTED}'").mark_line(strokeWidth=2.5).encode(
            x=x, y=y, color=colour, detail="side:N",
            strokeDash=alt.condition(f"datum.what === '{WITHOUT}'", alt.value([6, 4]), alt.value([1, 0]))),
    ]  # fmt: skip
    band = _band(series, each)
    if band:
        layers.insert(
            0,
            chart_of(band)
            .mark_area(color=VERMILION, opacity=0.18)
            .encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        )
    layers.append(_rule(each))
    text = (
        f"Points: {params.count} counted; solid: their mean level in the windows before and after "
        f"{each.day}, by days covered and season; "
        f"dashed: the level after it had there been no step, shaded its {100 * params.level:.0f} % "
        "interval; grey: the date."
    )
    return finish_chart(
        alt.layer(*layers),
        f"series_{number + 1}",
        _series_title(series, each, params),
        text,
        "series",
        height=260,
    )


def _series_title(series: Series, each: DateFound, params: ChangeParams) -> str:
    ratio, low, high = each.ratio()
    what = subject(params)
    what = what[0].upper() + what[1:]
    if ratio == 0 or not np.isfinite(ratio):
        return f"{what}: none {'after' if ratio == 0 else 'before'} {say_day(each)}"
    top = format_number(high) if np.isfinite(high) else "no upper end"
    held = f", held against {series.against_name}" if series.against is not None else ""
    removed = f", {gone}" if each.by_placebo and (gone := say_removed(each)) else ""
    level = f"{format_number(ratio)} times the level before"
    if min(each.counts) < FEW:
        level = f"{each.counts[0]:,} before, {each.counts[1]:,} after"
    return (
        f"{what} after {say_day(each)}: {level}{held}{removed} "
        f"({100 * params.level:.0f} % interval {format_number(low)} to {top})"
    )


def _band(series: Series, each: DateFound) -> list[dict[str, Any]]:
    """Return the interval of what would have been expected; it is as wide as the step's."""
    _, low, high = each.ratio()
    if each.fitted is None or low <= 0 or not np.isfinite(high):
        return []
    return [
        {
            "start": str(series.periods.starts[i]),
            "low": float(each.fitted[i] / high),
            "high": float(each.fitted[i] / low),
        }
        for i in np.flatnonzero(series.keep)
        if i >= each.first and np.isfinite(each.fitted[i])
    ]


def _rule(each: DateFound) -> Any:
    rule: Any = chart_of([{"start": str(each.day)}])
    return rule.mark_rule(color=FAINT, strokeWidth=1.5).encode(x="start:T")


def _chart_share(series: Series, each: DateFound, number: int, params: ChangeParams) -> Figure:
    """Draw the share of one series in two; periods with few of either are faint."""
    import altair as alt

    assert series.against is not None and each.fitted is not None
    total = series.counts + series.against
    rows = [
        {
            "start": str(series.periods.starts[i]),
            "share": float(series.counts[i] / total[i]),
            "expected": float(each.fitted[i] / total[i]) if np.isfinite(each.fitted[i]) else None,
            "n": int(total[i]),
            "side": "before" if i < each.first - each.split else "after",
        }
        for i in np.flatnonzero(series.keep & (total > 0))
        if not (each.split and i == each.first - 1)
    ]
    base = chart_of(rows)
    x = alt.X("start:T", title=None)
    y = alt.Y(
        "share:Q", title=f"share of {params.count}", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
    )
    dots = base.mark_point(filled=True, color=BLUE, opacity=0.8).encode(
        x=x, y=y, size=alt.Size("n:Q", title="of so many", scale=alt.Scale(range=[15, 160]))
    )
    line = base.mark_line(color=INK, strokeWidth=2.5).encode(x=x, y="expected:Q", detail="side:N")
    text = (
        f"Points: share of {subject(params)} in those and {series.against_name}; line: its level in the "
        "windows before and after "
        f"{each.day}; grey: the date."
    )
    title = _series_title(series, each, params)
    drawn = dots + line + _rule(each)
    return finish_chart(drawn, f"series_{number + 1}", title, text, "series", height=260)


def chart_placebo(series: Series, each: DateFound, number: int, params: ChangeParams) -> Figure | None:
    """Draw the steps at all dates, and where the date stands among them."""
    import altair as alt

    if each.rank is None:
        return None
    starts, own = series.periods.starts, "the date asked for"
    rows = [
        {"start": str(starts[at]), "score": float(score), "what": "other dates"}
        for at, score in zip(each.rank.dates, each.rank.placebo, strict=True)
    ] + [{"start": str(starts[each.first]), "score": each.rank.statistic, "what": own}]
    colour = alt.Color(
        "what:N", title=None, scale=alt.Scale(domain=["other dates", own], range=[BLUE, VERMILION])
    )
    size = abs(each.rank.statistic)
    base = chart_of(rows)
    x = alt.X("start:T", title="date of the step")
    y = alt.Y("score:Q", title="size of the step (standard deviations)")
    stems = base.mark_rule(opacity=0.6).encode(x=x, y=alt.Y("zero:Q"), y2="score:Q", color=colour)
    stems = stems.transform_calculate(zero="0")
    dots = base.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=colour)
    lines = chart_of([{"at": size}, {"at": -size}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(y="at:Q")
    title = say_rank(each.rank)
    text = (
        "Each stem is the step at one date: the level in the window after it over that before. The red "
        f"one is {each.day}; "
        "dashed: its size, either way. Dates close to it hold a part of its step and are kept, so that a "
        "slow wave cannot pass "
        "for a step."
    )
    return finish_chart(
        lines + stems + dots,
        f"placebo_{number + 1}",
        title[0].upper() + title[1:],
        text,
        "placebo",
        height=220,
    )


def chart_coverage(series: Series, dates: Sequence[DateFound], params: ChangeParams) -> Figure | None:
    """Draw sources and reports beside the series."""
    import altair as alt

    if series.coverage is None:
        return None
    parts = [
        (subject(params), series.counts, BLUE),
        ("sources that told of anything", series.coverage.sources, ORANGE),
    ]
    if series.coverage.events.any():
        depth = series.coverage.reports / np.maximum(series.coverage.events, 1.0)
        parts.append(("reports for each event", depth, ORANGE))
    else:
        parts.append(("reports", series.coverage.reports, ORANGE))
    panels = []
    for name, values, colour in parts:
        rows = [
            {"start": str(series.periods.starts[i]), "value": float(values[i])}
            for i in np.flatnonzero(series.keep)
        ]
        line = chart_of(rows).mark_line(color=colour, strokeWidth=1.8)
        encoded = line.encode(x=alt.X("start:T", title=None), y=alt.Y("value:Q", title=None))
        marks = [_rule(each) for each in dates if series.periods.first <= each.day <= series.periods.last]
        head = alt.TitleParams(text=name, anchor="start", fontSize=13, fontWeight="normal", color=INK)
        panels.append(alt.layer(encoded, *marks).properties(width=WIDTH, height=95, title=head))
    text = (
        f"From above: {', '.join(name for name, _, _ in parts)}, by {params.step}. Grey: the dates asked "
        "about. Where the lower "
        "ones jump with the uppermost, a change may be one of coverage."
    )
    title = "What was counted, and how much was told of the conflict at all"
    return finish_chart(alt.vconcat(*panels, spacing=12), "coverage", title, text, "series")


def chart_changes(series: Series, undated: Undated | None, params: ChangeParams) -> Figure | None:
    """Draw the level with its interval, and below how likely a change is at each period."""
    import altair as alt

    if undated is None:
        return None
    found, share = undated.found, series.against is not None
    scale = undated.exposure
    rows = [
        {
            "start": str(series.periods.starts[i]),
            "value": float(series.counts[i] / scale[i]),
            "level": float(found.level[i]),
            "low": float(found.low[i]),
            "high": float(found.high[i]),
            "chance": float(found.location[i]),
        }
        for i in range(len(series.periods))
        if scale[i] > 0
    ]
    base = chart_of(rows)
    x = alt.X("start:T", title=None)
    unit = "share" if share else f"{params.count} a {params.step}"
    y = alt.Y("value:Q", title=unit)
    dots = base.mark_point(filled=True, size=18, color=BLUE, opacity=0.55).encode(x=x, y=y)
    band = base.mark_area(color=INK, opacity=0.15, interpolate="step-after").encode(
        x=x, y="low:Q", y2="high:Q"
    )
    line = base.mark_line(color=INK, interpolate="step-after", strokeWidth=2).encode(x=x, y="level:Q")
    top = (band + dots + line).properties(width=WIDTH, height=190)
    bars = (
        base.mark_bar(color=VERMILION, width=max(2, min(6, 400 // len(rows))))
        .encode(x=x, y=alt.Y("chance:Q", title="chance of a change", axis=alt.Axis(format="%")))
        .properties(width=WIDTH, height=110)
    )
    text = (
        f"Above: counted (points) and the level of the series (line) with its {100 * params.level:.0f} % "
        "interval, averaged over "
        f"all numbers of changes. Below: how likely a change begins at each {params.step}; the bars add "
        "up to the expected number "
        "of changes."
    )
    both = alt.vconcat(top, bars, spacing=10).resolve_scale(x="shared")
    return finish_chart(both, "changes", _changes_title(series, undated), text, "series")


def _changes_title(series: Series, undated: Undated) -> str:
    none = undated.found.no_change
    chance = format_number(none, "chance") if none >= 0.001 else "under 0.1 %"
    if none >= 0.5:
        return f"Without a date given: the probability that nothing changed is {chance}"
    k = int(np.argmax(undated.found.number[1:])) + 1
    modes = [undated.found.change(i, k)[0] for i in range(1, k + 1)]
    when = ", ".join(say_period(series.periods.starts[m], series.periods.step) for m in modes[:4])
    return f"Without a date given: changes most likely in {when}; probability of none: {chance}"
