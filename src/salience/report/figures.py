"""The report's own charts, and any chart as SVG that stands in a page without scripts."""

from __future__ import annotations

import math
import re
from typing import Any

from salience.questions.answer import Figure
from salience.questions.charts import (
    BLUE,
    FAINT,
    INK,
    PALETTE,
    VERMILION,
    chart_of,
    finish_chart,
    render_svg,
    shorten,
)
from salience.questions.setting import Setting
from salience.report.holdings import Holdings

MAP_WIDTH = 560


def draw_svg(figure: Figure, number: int) -> str:
    """Return a figure as SVG markup with a text alternative, scaled to the page's width.

    Parameters
    ----------
    figure : Figure
    number : int
        Where it stands in the page; keeps the ids of its parts apart from those of other figures.
    """
    svg = render_svg(figure)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="f{number}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#f{number}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#f{number}-\1"', svg)
    return re.sub(
        r"<svg ",
        f'<svg role="img" aria-labelledby="f{number}-t" aria-describedby="f{number}-d" ',
        svg,
        count=1,
    )


def draw_map(holdings: Holdings, setting: Setting) -> Figure | None:
    """Draw how many events lie in each cell of a grid; never where a single one happened."""
    import altair as alt

    if not holdings.cells:
        return None
    longitudes = [c["longitude"] for c in holdings.cells]
    latitudes = [c["latitude"] for c in holdings.cells]
    pad = holdings.degrees
    west, east = min(longitudes) - pad, max(longitudes) + pad
    south, north = min(latitudes) - pad, max(latitudes) + pad
    stretch = math.cos(math.radians((south + north) / 2))
    height = round(min(600, max(220, MAP_WIDTH * (north - south) / ((east - west) * stretch))))
    width = round(min(MAP_WIDTH, height * (east - west) * stretch / (north - south)))
    x = alt.X("longitude:Q", title="degrees east", scale=alt.Scale(domain=[west, east], nice=False))
    y = alt.Y("latitude:Q", title="degrees north", scale=alt.Scale(domain=[south, north], nice=False))
    most = max(c["events"] for c in holdings.cells)
    steps = sorted({1, *(round(most * share) or 1 for share in (0.1, 0.4, 1.0))})
    size = alt.Size(
        "events:Q",
        title="events in the cell",
        scale=alt.Scale(range=[8, 900]),
        legend=alt.Legend(values=steps),
    )
    layers: Any = chart_of(holdings.cells).mark_circle(color=BLUE, opacity=0.55).encode(x=x, y=y, size=size)
    labels = chart_of([{**a, "name": shorten(_short_area(a["name"]), 22)} for a in holdings.areas])
    layers += labels.mark_text(
        color=INK, fontSize=12, stroke="white", strokeWidth=3, strokeOpacity=0.8
    ).encode(x=x, y=y, text="name:N")
    layers += labels.mark_text(color=INK, fontSize=12).encode(x=x, y=y, text="name:N")
    if setting.capital is not None:
        capital = chart_of(
            [
                {
                    "longitude": setting.capital.longitude,
                    "latitude": setting.capital.latitude,
                    "name": setting.capital.name,
                }
            ]
        )
        layers += capital.mark_point(
            shape="diamond", color=VERMILION, filled=True, size=120, opacity=1
        ).encode(x=x, y=y)
        layers += capital.mark_text(color=VERMILION, fontSize=12, fontWeight="bold", dy=-13).encode(
            x=x, y=y, text="name:N"
        )
    unplaced = holdings.counts["unplaced"]
    description = (
        f"{holdings.counts['events'] - unplaced:,} events in cells of {holdings.degrees:g} degrees; the area of a "
        f"circle is the number of events. Without coordinates: {unplaced:,}. Names stand at the middle of each "
        "area's events. Cells are shown, not places, on purpose."
    )
    chart = layers.properties(width=width, height=height)
    return finish_chart(chart, "map", "Where the recorded events are", description)


def draw_months(holdings: Holdings) -> Figure | None:
    """Draw events a month by kind, and under them how many sources tell of each."""
    import altair as alt

    if not holdings.months:
        return None
    every_year: Any = {"interval": "year", "step": 1}
    kinds = sorted({m["kind"] for m in holdings.months}, key=lambda k: -_events_of_kind(holdings, k))
    shown = kinds[: len(PALETTE) - 1]
    rows = [{**m, "kind": m["kind"] if m["kind"] in shown else "other kinds"} for m in holdings.months]
    domain = [*shown, *(["other kinds"] if len(kinds) > len(shown) else [])]
    x = alt.X(
        "month:T",
        timeUnit="yearmonth",
        title=None,
        axis=alt.Axis(format="%Y", grid=False, tickCount=every_year),
    )
    bars = (
        chart_of(rows)
        .mark_bar(binSpacing=0)
        .encode(
            x=x,
            y=alt.Y("sum(events):Q", title="events a month"),
            color=alt.Color(
                "kind:N", title=None, scale=alt.Scale(domain=domain, range=PALETTE[: len(domain)])
            ),
        )
        .properties(width=MAP_WIDTH, height=170)
    )
    told: dict[str, list[float]] = {}
    for m in holdings.months:
        if m["sources"] is not None:
            total = told.setdefault(m["month"], [0.0, 0.0])
            total[0] += m["sources"] * m["listed"]
            total[1] += m["listed"]
    means = [{"month": month, "sources": total / events} for month, (total, events) in sorted(told.items())]
    line = (
        chart_of(means)
        .mark_line(color=FAINT, strokeWidth=2)
        .encode(x=x, y=alt.Y("sources:Q", title="sources an event", scale=alt.Scale(zero=False)))
        .properties(width=MAP_WIDTH, height=90)
    )
    busiest = max(_by_month(holdings).items(), key=lambda item: item[1])
    title = f"{busiest[1]:,} events in the fullest month, {busiest[0][:7]}"
    description = (
        "Bars: events by month and kind. Line: mean number of sources named for each event of the month."
    )
    return finish_chart(alt.vconcat(bars, line) if means else bars, "months", title, description)


def _by_month(holdings: Holdings) -> dict[str, int]:
    totals: dict[str, int] = {}
    for m in holdings.months:
        totals[m["month"]] = totals.get(m["month"], 0) + m["events"]
    return totals


def _events_of_kind(holdings: Holdings, kind: str) -> int:
    return sum(m["events"] for m in holdings.months if m["kind"] == kind)


def _short_area(name: str) -> str:
    """Leave out of an area's name the word for what it is, which every area of the map would repeat."""
    return re.sub(
        r"\s+(province|governorate|region|state|district|division|union territory|oblast)$",
        "",
        name,
        flags=re.I,
    )
