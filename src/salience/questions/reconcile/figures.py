"""The charts of the reconcile answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.methods.intervals import Intervals
from salience.questions.answer import Figure, format_number
from salience.questions.charts import BLUE, FAINT, INK, PALETTE, VERMILION, chart_of, finish_chart, shorten
from salience.questions.reconcile.fits import Fit, Total
from salience.questions.reconcile.tables import WORDS, gaps, spread_of

MOST_SOURCES = 14
MOST_EVENTS = 10


def chart_contrasts(fit: Fit) -> Figure:
    """Draw how many times as high each source runs as the one compared with."""
    import altair as alt

    figures, found = fit.figures, fit.found
    assert found is not None
    rows: list[dict[str, Any]] = []
    for k in sorted(range(len(figures.biases)), key=lambda k: -found.accounts[k])[:MOST_SOURCES]:
        ratio = found.contrast(k, fit.against)
        if k == fit.against or not found.accounts[k] or ratio is None:
            continue
        rows.append(
            {
                "bias": k,
                "source": shorten(figures.bias_name(k), 52), "value": float(ratio.value), "low": float(ratio.low),
                "high": float(ratio.high), "clear": bool(ratio.low > 1 or ratio.high < 1),
            }
        )  # fmt: skip
    rows.sort(key=lambda r: -r["value"])
    reference = figures.bias_name(fit.against)
    span = [min([0.5, *(0.93 * r["low"] for r in rows)]), max([2.0, *(1.07 * r["high"] for r in rows)])]
    scale = alt.Scale(type="log", domain=span, nice=False)
    ticks = [t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if span[0] <= t <= span[1]]
    title_x = f"times the numbers of {shorten(reference, 40)} (logarithmic scale)"
    base = chart_of(rows)
    y = alt.Y("source:N", title=None, sort=[r["source"] for r in rows], axis=alt.Axis(labelLimit=370))
    colour = alt.condition("datum.clear", alt.value(VERMILION), alt.value(BLUE))
    axis = alt.Axis(values=ticks, format="~g")
    bars = base.mark_rule(strokeWidth=2).encode(
        y=y, x=alt.X("low:Q", scale=scale, title=title_x, axis=axis), x2="high:Q", color=colour
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=y, x=alt.X("value:Q", scale=scale), color=colour
    )
    one = chart_of([{"at": 1}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(x=alt.X("at:Q", scale=scale))
    clear = [r for r in rows if r["clear"]]
    if clear:
        far = max(clear, key=lambda r: abs(np.log(r["value"])))
        voice, about = figures.biases[far["bias"]]
        of = f"of {about} " if about else ""
        title = (
            f"{WORDS[figures.what].capitalize()}: {of}{figures.voices[voice].name} tells "
            f"{format_number(far['value'])} times what {reference} tells"
        )
    else:
        title = f"{WORDS[figures.what].capitalize()}: no source clearly runs higher or lower than {reference}"
    text = (
        f"Dots: how many times as high each source's numbers are as those of {reference} for the same events; "
        "lines: intervals; dashed: equal. Red: the interval leaves out 1. Which of two sources is right cannot be read "
        "from it."
    )
    name = f"contrasts_{figures.what}"
    return finish_chart(one + bars + dots, name, title, text, "sources", height=max(60, 28 * len(rows)))


def chart_levels(fit: Fit) -> Figure | None:
    """Draw totals under each choice of whom to believe: by period, or by side."""
    import altair as alt

    what = fit.figures.what
    by_side = what == "sides"
    totals = [t for t in fit.totals if (t.period == "all") == by_side and _is_whole(fit, t)]
    if not totals:
        return None
    sides = list(dict.fromkeys(t.side for t in sorted(totals, key=lambda t: -t.value)))[:6]
    rows: list[dict[str, Any]] = [
        {
            "group": str(shorten(t.side, 30) if by_side else t.period), "anchor": shorten(t.anchor, 34),
            "value": t.value, "low": t.low, "high": t.high,
        }
        for t in totals
        if not by_side or t.side in sides
    ]  # fmt: skip
    anchors = list(dict.fromkeys(r["anchor"] for r in rows))
    colour = alt.Color(
        "anchor:N", title="if right is", scale=alt.Scale(domain=anchors, range=PALETTE[: len(anchors)]),
        legend=alt.Legend(columns=2),
    )  # fmt: skip
    order = [shorten(s, 30) for s in sides] if by_side else sorted({r["group"] for r in rows})
    base = chart_of(rows)
    y = alt.Y("group:N", title=None, sort=order)
    offset = alt.YOffset("anchor:N", sort=anchors)
    x = alt.X("low:Q", title=f"{WORDS[what]}, of events with a number", scale=alt.Scale(zero=True))
    bars = base.mark_rule(strokeWidth=2).encode(y=y, yOffset=offset, x=x, x2="high:Q", color=colour)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=y, yOffset=offset, x="value:Q", color=colour
    )
    factor = _factor(fit)
    title = (
        f"{WORDS[what].capitalize()}: whom one believes moves the total by a factor of up to {format_number(factor)}"
        if factor > 1
        else f"{WORDS[what].capitalize()} by {'side' if by_side else 'period'}"
    )
    text = (
        "Dots: total if the source of that colour has no bias on the whole; lines: intervals. Only events with a "
        "number are added; sources whose numbers can be carried to fewer events stand in the table alone. None of "
        "them is the truth by itself."
    )
    height = max(90, 15 * len(anchors) * len(order))
    return finish_chart(bars + dots, f"levels_{what}", title, text, "totals", height=height)


def _is_whole(fit: Fit, total: Total) -> bool:
    """Whether no other anchor's total of this period and side covers more events."""
    rivals = [t.items for t in fit.totals if (t.period, t.side) == (total.period, total.side)]
    return total.items == max(rivals)


def _factor(fit: Fit) -> float:
    """Return by how much totals over the same events differ between anchors, at most."""
    most = 1.0
    for side in {t.side for t in fit.totals}:
        whole = [t for t in fit.totals if t.period == "all" and t.side == side]
        items = max((t.items for t in whole), default=0)
        values = [t.value for t in whole if t.items == items and t.value > 0]
        if len(values) > 1:
            most = max(most, max(values) / min(values))
    return most


def chart_events(fit: Fit) -> Figure | None:
    """Draw what each source told of the events most in dispute."""
    import altair as alt

    figures = fit.figures
    apart = gaps(figures)
    _, _, high, _ = spread_of(figures)
    ranked = [int(k) for k in np.lexsort((np.arange(len(apart)), -high, -apart)) if apart[k] > 1][
        :MOST_EVENTS
    ]
    if not ranked:
        return None
    place = {k: n for n, k in enumerate(ranked)}
    rows: list[dict[str, Any]] = []
    for k in np.flatnonzero(figures.counted & np.isin(figures.item, ranked)):
        low, top = figures.low[k], figures.high[k]
        told = float(figures.told()[k])
        rows.append(
            {
                "at": place[int(figures.item[k])], "source": shorten(figures.voices[figures.voice[k]].name, 34),
                "told": told,
                "low": told if np.isnan(low) else float(low), "high": told if np.isnan(top) else float(top),
            }
        )  # fmt: skip
    names = {}
    for item, n in place.items():
        side = figures.items[item].side
        names[n] = f"{n + 1}. {shorten(side, 26)}" if side else f"{n + 1}."
    for row in rows:
        row["event"] = names[row["at"]]
    sources = sorted({r["source"] for r in rows})
    shown = sources[: len(PALETTE)]
    base = chart_of(rows)
    y = alt.Y("event:N", title="events, the most disputed first", sort=[names[n] for n in sorted(names)])
    scale = alt.Scale(type="symlog", constant=1)
    ticks = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000]
    most = max(r["high"] for r in rows)
    axis = alt.Axis(values=[t for t in ticks if t <= most * 1.2], format=",~g")
    x = alt.X("told:Q", scale=scale, axis=axis, title="number told (scale grows by factors)")
    colour = alt.Color(
        "source:N",
        title=None,
        scale=alt.Scale(domain=shown, range=PALETTE[: len(shown)]),
        legend=alt.Legend(columns=2),
    )
    whole = (
        base.mark_rule(color="#cccccc", strokeWidth=1)
        .encode(
            y=y,
            x=alt.X("least:Q", scale=scale, axis=axis, title="number told (scale grows by factors)"),
            x2="most:Q",
        )
        .transform_aggregate(least="min(low)", most="max(high)", groupby=["event"])
    )
    ranges = base.mark_rule(strokeWidth=3).encode(
        y=y, x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour
    )
    dots = base.mark_point(filled=True, size=80, opacity=0.9, stroke=INK, strokeWidth=0.3).encode(
        y=y, x=x, color=colour
    )
    title = (
        f"{WORDS[figures.what].capitalize()}: on the most disputed event sources differ by a factor of "
        f"{format_number(float(apart[ranked[0]]))}"
    )
    text = (
        "Each row is an event, as numbered in the table of events; dots: what each source told, thick lines: a range "
        "that it gave. Numbers of sources that copy each other stand once."
    )
    chart = whole + ranges + dots
    return finish_chart(chart, f"disputed_{figures.what}", title, text, "events", height=30 * len(ranked))


def chart_series(levels: Mapping[str, tuple[npt.NDArray[np.float64], Intervals]], what: str) -> Figure:
    """Draw a fitted cumulative series with its interval, under each choice of whom to believe.

    Parameters
    ----------
    levels : mapping
        By the source believed: days, and totals with their intervals, as `Cumulative.series` returns them.
    what : str
        What is counted.
    """
    import altair as alt

    rows = [
        {"anchor": name, "day": float(d), "value": float(v), "low": float(lo), "high": float(hi)}
        for name, (days, level) in levels.items()
        for d, v, lo, hi in zip(days, level.value, level.low, level.high, strict=True)
    ]
    names = list(levels)
    base = chart_of(rows)
    colour = alt.Color(
        "anchor:N", title="if right is", scale=alt.Scale(domain=names, range=PALETTE[: len(names)])
    )
    scale = alt.Scale(type="log")
    title_y = f"{what}, so far (logarithmic scale)"
    x = alt.X("day:Q", title="day")
    band = base.mark_area(opacity=0.18).encode(
        x=x,
        y=alt.Y("low:Q", scale=scale, title=title_y, axis=alt.Axis(format=",~s", tickCount=6)),
        y2="high:Q",
        color=colour,
    )
    line = base.mark_line(strokeWidth=2).encode(x=x, y=alt.Y("value:Q", scale=scale), color=colour)
    last = {name: float(level.value[-1]) for name, (_, level) in levels.items()}
    least, most = min(last, key=lambda n: last[n]), max(last, key=lambda n: last[n])
    title = (
        f"{what}: {format_number(last[least])} by the last day if {least} is right, "
        f"{format_number(last[most])} if {most} is"
    )
    text = (
        "Lines: fitted totals if the source of that colour has no bias; bands: intervals. All have one shape."
    )
    return finish_chart(band + line, "series", title, text, height=300)
