"""The charts of the disparity answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.methods import rates
from salience.questions.answer import Figure, format_number
from salience.questions.charts import BLUE, FAINT, INK, SKY, VERMILION, WIDTH, chart_of, finish_chart, shorten
from salience.questions.disparity.find import Finding
from salience.questions.disparity.labels import Category
from salience.questions.disparity.population import Denominator
from salience.questions.disparity.words import times

_NEAR_ZERO = 0.05  # a ratio's axis is logarithmic: what lies below is drawn here
_FAR = 30.0


def chart_groups(
    found: Sequence[Finding], focus: Finding, denominator: str, hidden: frozenset[Category]
) -> Figure | None:
    """Draw each group's ratio, its interval, and how far the unnamed could move it."""
    rows = []
    for each in found:
        if each.shares is None or each.category in hidden:
            continue
        like, limits = each.shares.like_known, each.shares.limits
        rows.append(_bar(each.category.name, like.value, like.low, like.high, *limits))
    if not rows:
        return None
    title = f"Each group against its share of {denominator}"
    if focus.shares is not None:
        ends = f"{times(focus.shares.like_known.low)} to {times(focus.shares.like_known.high)}"
        title = f"{focus.category.name}: {ends} times as often as their share of {denominator}"
    text = (
        "Dot and dark line: ratio and interval if the unnamed are like the others; pale bar: whoever the unnamed are; "
        "dashed: no difference."
    )
    return _bars(rows, "groups", title, text, f"times as often as among {denominator} (logarithmic scale)")


def chart_denominators(focus: Finding, rows: Sequence[tuple[Denominator, Finding]]) -> Figure | None:
    """Draw the same counts against each denominator."""
    bars = [
        _bar(denominator.name, s.like_known.value, s.like_known.low, s.like_known.high, *s.limits)
        for denominator, each in rows
        if (s := each.shares) is not None
    ]
    if len(bars) < 2:
        return None
    middles = [float(bar["value"]) for bar in bars]
    name = focus.category.name
    title = (
        f"The denominator moves the ratio for {name} between {times(min(middles))} and {times(max(middles))}"
    )
    text = (
        "The same counts against each population. Dot and dark line: ratio and interval if the unnamed are like the "
        "others; pale bar: whoever the unnamed are; dashed: no difference."
    )
    return _bars(bars, "denominators", title, text, "times as often (logarithmic scale)")


def chart_places(focus: Finding, denominator: Denominator) -> Figure | None:
    """Draw the pooled ratio of each place, the typical place last."""
    within = focus.within
    if within is None:
        return None
    pooled = within.pooled
    order = np.argsort(-pooled.ratio, kind="stable")
    bars = [
        _bar(
            denominator.places.get(within.places[i], within.places[i]),
            pooled.ratio[i],
            pooled.low[i],
            pooled.high[i],
        )
        for i in order
    ]
    middle, low, high = (float(v) for v in pooled.typical)
    bars.append(_bar("typical place", middle, low, high) | {"all": True})
    title = (
        f"{focus.category.name}: in a typical place {times(low)} to {times(high)} times the rate of others"
    )
    text = (
        "Dots: rate over that of others in the same place, partially pooled; lines: intervals; dashed: no difference. "
        "The last row is the typical place."
    )
    return _bars(bars, "places", title, text, "times the rate of others in the place (logarithmic scale)")


def chart_unknown(focus: Finding) -> Figure | None:
    """Draw the ratio against what the group's share of the unnamed may be."""
    import altair as alt

    bounds = focus.shares
    if bounds is None or focus.share is None or not focus.counts[2] or not focus.counts[3]:
        return None
    x, y, unknown, possible = focus.counts
    rows = []
    for share in np.linspace(0, possible / unknown, 41):
        found = rates.uncertain_share_ratio(
            [x + unknown * share, y + unknown * (1 - share)],
            focus.share,
            dispersion=focus.dispersion,
            level=bounds.level,
        )
        rows.append({"share": float(share), "value": found.value, "low": found.low, "high": found.high})
    base = chart_of(rows)
    at = alt.X(
        "share:Q", title=f"share of {focus.category.name} among the unnamed", axis=alt.Axis(format="%")
    )
    band = base.mark_area(color=BLUE, opacity=0.2).encode(
        x=at, y=alt.Y("low:Q", title="times as often", scale=alt.Scale(zero=True)), y2="high:Q"
    )
    line = base.mark_line(color=BLUE).encode(x=at, y="value:Q")
    one = chart_of([{"one": 1}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(y="one:Q")
    like = {"share": bounds.named_share, "value": bounds.like_known.value}
    dot = (
        chart_of([like])
        .mark_point(filled=True, size=110, color=VERMILION, opacity=1)
        .encode(x=at, y="value:Q")
    )
    label = chart_of([like | {"text": "like the named"}]).mark_text(
        align="left", dx=9, dy=12, fontSize=13, color=INK
    ).encode(x=at, y="value:Q", text="text:N")  # fmt: skip
    layers = [band, one, line, dot, label]
    if bounds.tipping_share is not None and bounds.tipping_share <= possible / unknown:
        tip = [{"share": bounds.tipping_share, "value": 1.0}]
        layers.append(
            chart_of(tip)
            .mark_point(shape="diamond", filled=True, size=120, color=INK, opacity=1)
            .encode(x=at, y="value:Q")
        )
    part = format_number(bounds.unknown_share, "share")
    title = (
        f"Whoever the unnamed {part} are, the finding stands"
        if bounds.survives
        else f"The unnamed {part} decide how large the ratio is"
        if bounds.side == 0 or bounds.tipping_share is None
        else f"The finding is gone when {format_number(bounds.tipping_share, 'share')} of the unnamed are "
        f"{focus.category.name}"
    )
    text = (
        "Line: ratio of the group's share of those counted to its share of the population, for each share that it may "
        "have of those whose group is not named; band: interval; dot: if they are like the named; dashed: no difference"
        + ("; diamond: where no difference is left." if len(layers) > 5 else ".")
    )
    return finish_chart(alt.layer(*layers), "unknown", title, text, "unknown", height=270)


def _bar(
    name: str, value: float, low: float, high: float, least: float | None = None, most: float | None = None
) -> dict[str, Any]:
    def inside(x: float) -> float:
        return float(min(max(x, _NEAR_ZERO), _FAR))

    return {
        "name": shorten(name, 34), "value": inside(value), "low": inside(low), "high": inside(high),
        "least": inside(low if least is None else least), "most": inside(high if most is None else most), "all": False,
    }  # fmt: skip


def _bars(rows: Sequence[dict[str, Any]], name: str, title: str, text: str, axis: str) -> Figure:
    import altair as alt

    least, most = min(float(r["least"]) for r in rows), max(float(r["most"]) for r in rows)
    ticks = [
        t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30) if least * 0.7 <= t <= most * 1.4 or t == 1
    ]
    scale = alt.Scale(type="log", domain=[min(least, 0.8) * 0.9, max(most, 1.25) * 1.1], nice=False)
    base = chart_of(rows)
    y = alt.Y("name:N", title=None, sort=[str(r["name"]) for r in rows])
    pale = base.mark_bar(color=SKY, opacity=0.35, height=16).encode(
        y=y,
        x=alt.X("least:Q", scale=scale, title=axis, axis=alt.Axis(values=ticks, format="~g")),
        x2="most:Q",
    )
    colour = alt.condition("datum.all", alt.value(VERMILION), alt.value(BLUE))
    line = base.mark_rule(strokeWidth=2.5).encode(
        y=y, x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=y, x=alt.X("value:Q", scale=scale), color=colour
    )
    one = (
        chart_of([{"one": 1}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(x=alt.X("one:Q", scale=scale))
    )
    wide = any(r["least"] < r["low"] or r["most"] > r["high"] for r in rows)
    chart = alt.layer(*([pale] if wide else []), one, line, dot)
    if not wide:
        line = base.mark_rule(strokeWidth=2.5).encode(
            y=y, x=alt.X("low:Q", scale=scale, title=axis, axis=alt.Axis(values=ticks, format="~g")), x2="high:Q",
            color=colour,
        )  # fmt: skip
        chart = alt.layer(one, line, dot)
    return finish_chart(chart.properties(width=WIDTH, height=32 * len(rows)), name, title, text, name)
