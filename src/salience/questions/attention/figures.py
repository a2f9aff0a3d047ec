"""The charts of the attention answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salience.questions.answer import Estimate, Figure, Table, format_number
from salience.questions.charts import (
    BLUE,
    FAINT,
    INK,
    VERMILION,
    chart_of,
    finish_chart,
    shorten,
    without_common_start,
)


def chart_margins(estimates: Sequence[Estimate], observed: Table, *, view: str) -> Figure:
    """Draw the expected coverage at 0 to 50 deaths with its band, and what was observed."""
    import altair as alt

    chance = view == "reference list"
    unit = "chance of being carried" if chance else "sources per event"
    points = [
        {"deaths": int(e.name.rsplit("_", 1)[1]), "value": e.value, "low": e.low, "high": e.high}
        for e in estimates
    ]
    key = "carried" if chance else "mean_sources"
    seen = [
        {"deaths": middle, "value": row[key], "events": row["listed" if chance else "events"]}
        for row in observed.to_records()
        if (middle := _middle(str(row["level"]))) is not None and row[key] is not None
    ]
    form = "%" if chance else ".1f"
    x = alt.X("deaths:Q", title="deaths in the event", scale=alt.Scale(type="symlog", domain=[0, 55], nice=False),
              axis=alt.Axis(values=[0, 1, 2, 5, 10, 25, 50], grid=False))  # fmt: skip
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(format=form), scale=alt.Scale(zero=chance))
    base = chart_of(points)
    band = base.mark_errorbar(color=BLUE, ticks=True, thickness=2).encode(
        x=x, y=alt.Y("low:Q", title=unit), y2="high:Q"
    )
    dots = base.mark_point(color=BLUE, filled=True, size=90, opacity=1).encode(x=x, y=y)
    crosses = (
        chart_of(seen)
        .mark_point(shape="cross", color=VERMILION, size=70, filled=True, opacity=0.9, angle=45)
        .encode(x=x, y=y)
    )
    first, last = estimates[0], estimates[3]
    verb = "is carried with a chance of" if chance else "is told by"
    said = "" if chance else " sources"
    title = (
        f"An event with 10 deaths {verb} {_said(last)}{said}, one without deaths {'with ' if chance else 'by '}"
        f"{_said(first)}"
    )
    text = (
        f"Dots with bars: {unit} at 0, 1, 5, 10, 25 and 50 deaths by the model, with intervals. "
        "Crosses: what was observed in bands of deaths, other things not equal."
    )
    name = "carried_by_deaths" if chance else "sources_by_deaths"
    return finish_chart(band + dots + crosses, name, title, text, observed.name, height=280)


def chart_gap(rows: Sequence[dict[str, Any]], first: str, second: str, title: str) -> Figure:
    """Draw the gap between two actors raw, at equal casualties, and with all else equal."""
    import altair as alt

    first, second = without_common_start(first, second)
    base = chart_of(list(rows))
    order = [row["what"] for row in rows]
    y = alt.Y("what:N", title=None, sort=order)
    scale = alt.Scale(type="log", nice=False)
    x = alt.X(
        "value:Q",
        title=f"{shorten(first, 30)} ÷ {shorten(second, 30)} (extra reports per event)",
        scale=scale,
    )
    rule = chart_of([{"value": 1}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(x="value:Q")
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q")
    dots = base.mark_point(color=BLUE, filled=True, size=100, opacity=1).encode(y=y, x=x)
    text = "Ratio of sources beyond the first; at 1 both are covered alike. Bars are intervals."
    return finish_chart(rule + bars + dots, "gap", title, text, "gap", height=130)


def chart_dependence(table: Table, single: tuple[float, float, float], most: int = 8) -> Figure:
    """Draw from which source the single-source events are known."""
    import altair as alt

    rows = [
        {"source": shorten(str(r["source"])), "share": r["of_all"], "events": r["only"]}
        for r in table.to_records()[:most]
    ]
    order = [str(r["source"]) for r in rows]
    base = chart_of(rows)
    y = alt.Y("source:N", title=None, sort=order)
    bars = base.mark_bar(color=BLUE).encode(
        y=y, x=alt.X("share:Q", title="share of all events that it alone tells of", axis=alt.Axis(format="%"))
    )
    marks = base.mark_text(align="left", dx=5, color=INK, fontSize=13).encode(
        y=y, x="share:Q", text=alt.Text("events:Q", format=",")
    )
    title = f"{format_number(single[0], 'share')} of the events are known from one source alone"
    text = "Bars: share of all events known from this source and no other; the number is the count of events."
    return finish_chart(bars + marks, "single_source", title, text, table.name, height=34 * max(len(rows), 1))


def chart_places(table: Table, most: int = 14) -> Figure:
    """Draw each area's share of events beside its share of tellings."""
    import altair as alt

    rows = [
        {"area": shorten(str(r["admin1"])), "what": what, "share": r[key]}
        for r in table.to_records()[:most]
        for what, key in (("events", "events_share"), ("tellings", "tellings_share"))
    ]
    order = list(dict.fromkeys(str(r["area"]) for r in rows))
    both = ["events", "tellings"]
    base = chart_of(rows)
    y = alt.Y("area:N", title=None, sort=order)
    lines = base.mark_line(color="#bbbbbb", strokeWidth=2).encode(y=y, x="share:Q", detail="area:N")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=y,
        x=alt.X("share:Q", title="share of the whole", axis=alt.Axis(format="%")),
        color=alt.Color("what:N", title=None, scale=alt.Scale(domain=both, range=[BLUE, VERMILION])),
        shape=alt.Shape("what:N", title=None, scale=alt.Scale(domain=both, range=["circle", "square"])),
    )
    first = table.to_records()[0]
    title = (
        f"{first['admin1']} holds {format_number(_float(first['events_share']), 'share')} of the events and "
        f"{format_number(_float(first['tellings_share']), 'share')} of the tellings"
    )
    text = "For each area its share of events (circle) and of tellings, events times sources (square)."
    return finish_chart(lines + dots, "places", title, text, table.name, height=26 * max(len(order), 2))


def chart_fitted(table: Table, model: str) -> Figure:
    """Draw observed against fitted numbers of events with 1, 2, … sources."""
    import altair as alt

    rows = table.to_records()
    order = [str(r["sources"]) for r in rows]
    base = chart_of([{k: r[k] for k in ("sources", "observed", "fitted")} for r in rows])
    x = alt.X("sources:N", title="sources that told of the event", sort=order, axis=alt.Axis(labelAngle=0))
    scale = alt.Scale(type="symlog")
    bars = base.mark_bar(color="#9ecae1").encode(
        x=x, y=alt.Y("observed:Q", title="events (log scale)", scale=scale)
    )
    dots = base.mark_point(color=VERMILION, filled=True, size=90, opacity=1).encode(
        x=x, y=alt.Y("fitted:Q", scale=scale)
    )
    text = f"Bars: events observed with that many sources. Dots: what the {model} model fits."
    title = f"Observed numbers of sources (bars) and the {model} model (dots)"
    return finish_chart(bars + dots, "fitted", title, text, table.name, height=240)


def chart_bands(table: Table) -> Figure:
    """Draw the share of events told by two or more, by band of deaths, with Wilson intervals."""
    import altair as alt

    rows = [
        {"band": str(r["level"]), "value": r["several"], "low": r["several_low"], "high": r["several_high"]}
        for r in table.to_records()
    ]
    order = [str(r["band"]) for r in rows]
    base = chart_of(rows)
    x = alt.X("band:N", title="deaths in the event", sort=order, axis=alt.Axis(labelAngle=0))
    title_y = "told by two or more sources"
    y = alt.Y("value:Q", title=title_y, axis=alt.Axis(format="%"))
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=x, y=alt.Y("low:Q", title=title_y), y2="high:Q")
    dots = base.mark_point(color=BLUE, filled=True, size=90, opacity=1).encode(x=x, y=y)
    least, most = rows[0], max(rows, key=lambda r: float(r["value"] or 0))
    title = (
        f"Told by two or more: {format_number(_float(least['value']), 'share')} of the events with {least['band']} "
        f"deaths, {format_number(_float(most['value']), 'share')} of those with {most['band']}"
    )
    text = "Share of events with two or more sources in each band of deaths, with Wilson intervals."
    return finish_chart(bars + dots, "by_deaths", title, text, table.name, height=240)


def _said(estimate: Estimate) -> str:
    value, low, high = (
        format_number(x, estimate.unit) for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


def _middle(band: str) -> float | None:
    """Return where a band of deaths stands on the axis: its geometric middle; the open one is left out."""
    parts = band.split(" to ")
    if not all(p.isdigit() for p in parts):
        return None
    low, high = int(parts[0]), int(parts[-1])
    return float(((1 + low) * (1 + high)) ** 0.5 - 1)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
