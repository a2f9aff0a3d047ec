"""The charts of the hidden answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.methods.capture import PopulationEstimate, UnseenSpecies
from salience.questions.answer import Figure, Table, format_number
from salience.questions.charts import BLUE, FAINT, INK, VERMILION, WIDTH, chart_of, finish_chart, shorten
from salience.questions.hidden.lists import Patterns
from salience.questions.hidden.methods import Fitted, Recommended

MOST_PATTERNS = 14
_CURVE = 90


def chart_patterns(patterns: Patterns, unit: str) -> Figure:
    """Draw how many records each combination of lists holds (UpSet: Lex et al. 2014, IEEE TVCG 20(12))."""
    import altair as alt

    held, counts = patterns.table()
    order = np.lexsort((*held.T, -counts))[:MOST_PATTERNS]
    names = [shorten(each.name, 26) for each in patterns.lists]
    bars = [{"at": k, "count": int(counts[i])} for k, i in enumerate(order)]
    dots = [
        {"at": k, "list": name, "on": bool(held[i, j])}
        for k, i in enumerate(order)
        for j, name in enumerate(names)
    ]
    x = alt.X("at:O", axis=None)
    top = (
        chart_of(bars)
        .mark_bar(color=BLUE)
        .encode(x=x, y=alt.Y("count:Q", title=f"{unit} recorded"))
        .properties(width=WIDTH - 90, height=170)
    )
    labels = (
        chart_of(bars)
        .mark_text(dy=-7, color=INK, fontSize=12)
        .encode(x=x, y="count:Q", text=alt.Text("count:Q", format=","))
    )
    y = alt.Y("list:N", title=None, sort=names, axis=alt.Axis(ticks=False, domain=False, grid=False))
    base = chart_of(dots)
    empty = base.mark_point(filled=True, size=90, color="#e2e2e2", opacity=1).encode(x=x, y=y)
    full = (
        base.transform_filter("datum.on")
        .mark_point(filled=True, size=110, color=INK, opacity=1)
        .encode(x=x, y=y)
    )
    bonds = (
        base.transform_filter("datum.on").mark_line(color=INK, strokeWidth=2).encode(x=x, y=y, detail="at:O")
    )
    matrix = (empty + bonds + full).properties(width=WIDTH - 90, height=26 * len(names))
    alone = float(counts[held.sum(axis=1) == 1].sum()) / patterns.recorded
    title = f"{format_number(alone, 'share')} of the recorded {unit} are on one list alone"
    more = len(counts) - len(order)
    text = (
        f"Each column is a combination of lists: black dots say which, the bar how many {unit} are on these and on no "
        f"other. {f'{more} rarer combinations are not shown. ' if more > 0 else ''}What is on no list has no column: "
        "that is the question."
    )
    return finish_chart(alt.vconcat(top + labels, matrix, spacing=6), "patterns", title, text, "patterns")


def chart_methods(
    fitted: Sequence[Fitted], recommended: Recommended | None, recorded: int, unit: str
) -> Figure:
    """Draw the distribution of the total by every method, on one axis."""
    import altair as alt

    shown = [each for each in fitted if each.found is not None and each.found.estimate is not None]
    grid = _grid([each.found for each in shown if each.found is not None], recorded)
    rows: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    chosen = recommended.fitted.name if recommended else ""
    for each in shown:
        found = each.found
        assert found is not None
        name = each.name + (" ←" if each.name == chosen else "")
        for value, height in zip(grid, _density(found, grid), strict=True):
            rows.append({"method": name, "total": float(value), "height": float(height)})
        points.append({"method": name, "total": found.estimate, "low": found.low, "high": found.high})
    scale = alt.Scale(type="log", domain=[float(grid[0]), float(grid[-1])], nice=False)
    panels = []
    for point in points:
        own = [row for row in rows if row["method"] == point["method"]]
        axis = alt.Axis(format=",.3~r", values=_ticks(grid)) if point is points[-1] else None
        title = f"{unit} in all (logarithmic scale)" if point is points[-1] else None
        x = alt.X("total:Q", scale=scale, title=title, axis=axis)
        label = alt.Y(
            "height:Q", title=point["method"], scale=alt.Scale(domain=[0, 1.1]),
            axis=alt.Axis(labels=False, ticks=False, grid=False, domain=False, titleAngle=0, titleAlign="right",
                          titleAnchor="middle", titleBaseline="middle"),
        )  # fmt: skip
        area = chart_of(own).mark_area(color=BLUE, opacity=0.35, clip=True).encode(x=x, y=label)
        known = chart_of([{"total": recorded}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(x=x)
        dot = chart_of([point]).mark_point(filled=True, size=70, color=VERMILION, opacity=1)
        layers = [area, known]
        if point["low"] is not None:
            line = chart_of([point]).mark_rule(color=INK, strokeWidth=2, clip=True)
            low = alt.X("low:Q", scale=scale, title=title, axis=axis)
            layers.append(line.encode(x=low, x2="high:Q", y=alt.value(36)))
        layers.append(dot.encode(x=x, y=alt.value(36)))
        panels.append(alt.layer(*layers).properties(width=WIDTH - 190, height=40))
    totals = [float(p["total"]) for p in points]
    least, most = format_number(min(totals)), format_number(max(totals))
    title = f"The methods put the {unit} in all between {least} and {most}; {recorded:,} are recorded"
    text = (
        f"Shaded: how likely each total is by each method; dot and line: estimate and interval; dashed: the "
        f"{recorded:,} recorded. An arrow marks the recommended method."
    )
    return finish_chart(alt.vconcat(*panels, spacing=4), "methods", title, text, "methods")


def _ticks(grid: npt.NDArray[np.float64]) -> list[float]:
    """Return six round values, spread over a logarithmic axis so that their labels do not touch."""
    wanted = np.geomspace(grid[0] * 1.02, grid[-1] * 0.98, 6)
    step = 10.0 ** (np.floor(np.log10(wanted[1] - wanted[0])))
    return sorted({float(np.round(x / step) * step) for x in wanted})


def _grid(found: Sequence[PopulationEstimate], recorded: int) -> npt.NDArray[np.float64]:
    """Return totals, evenly in their logarithm, from the recorded to where the intervals end."""
    highs = [each.high or each.estimate or recorded for each in found]
    return np.geomspace(max(recorded, 1) * 0.97, max(highs) * 1.25, _CURVE)


def _density(found: PopulationEstimate, grid: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the density on the grid's logarithmic scale, its top at 1."""
    at = found.quantiles((np.arange(2000) + 0.5) / 2000)
    if at is None:
        return np.zeros(len(grid))
    step = np.log(grid[1] / grid[0])
    edges = np.exp(np.append(np.log(grid) - step / 2, np.log(grid[-1]) + step / 2))
    number = np.histogram(at, edges)[0].astype(np.float64)
    kernel = np.array([1.0, 3.0, 4.0, 3.0, 1.0])
    smooth = np.convolve(number, kernel / kernel.sum(), mode="same")
    return smooth / max(float(smooth.max()), 1e-12)


def chart_strata(table: Table, heading: str, unit: str) -> Figure:
    """Draw the share recorded by stratum, with intervals."""
    import altair as alt

    rows = [
        {
            "stratum": shorten(str(r["stratum"]), 34),
            "share": r["share"],
            "low": r["share_low"],
            "high": r["share_high"],
            "all": r["stratum"] == "all",
        }
        for r in table.to_records()
        if r["share"] is not None and r["share_low"] is not None
    ]
    order = [str(r["stratum"]) for r in rows]
    base = chart_of(rows)
    y = alt.Y("stratum:N", title=None, sort=order)
    x = alt.X("share:Q", title=f"share of the {unit} that is recorded", axis=alt.Axis(format="%"),
              scale=alt.Scale(domain=[0, 1]))  # fmt: skip
    colour = alt.condition("datum.all", alt.value(VERMILION), alt.value(BLUE))
    bars = base.mark_rule(strokeWidth=2).encode(y=y, x=alt.X("low:Q"), x2="high:Q", color=colour)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(y=y, x=x, color=colour)
    strata = [r for r in rows if not r["all"]]
    least = min(strata, key=lambda r: float(str(r["share"])))
    most = max(strata, key=lambda r: float(str(r["share"])))
    title = (
        f"Recorded least: {least['stratum']}, {_percent(least)}; most: {most['stratum']}, {_percent(most)}"
        if least is not most
        else f"Recorded: {_percent(least)}"
    )
    text = (
        f"Dots: estimated share of the {unit} that at least one list holds, by {heading}; lines: intervals; last row: "
        "all of them."
    )
    return finish_chart(bars + dots, "strata", title, text, table.name, height=30 * len(rows))


def _percent(row: dict[str, Any]) -> str:
    return format_number(float(row["share"]), "share")


def chart_groups(what: str, found: UnseenSpecies, sightings: str) -> Figure:
    """Draw how many groups a smaller or larger record would name."""
    import altair as alt

    curve = found.curve
    rows = [
        {
            "size": float(s),
            "groups": float(r),
            "low": float(lo),
            "high": float(hi),
            "beyond": bool(s > curve.observed),
        }
        for s, r, lo, hi in zip(curve.size, curve.richness, curve.low, curve.high, strict=True)
    ]
    base = chart_of(rows)
    x = alt.X("size:Q", title=sightings)
    band = base.mark_area(color=BLUE, opacity=0.2).encode(x=x, y=alt.Y("low:Q", title=what), y2="high:Q")
    inside = base.transform_filter("!datum.beyond").mark_line(color=BLUE).encode(x=x, y="groups:Q")
    outside = (
        base.transform_filter(f"datum.size >= {curve.observed}")
        .mark_line(color=BLUE, strokeDash=[5, 4])
        .encode(x=x, y="groups:Q")
    )
    now = (
        chart_of([{"size": curve.observed, "groups": found.n_recorded}])
        .mark_point(filled=True, size=100, color=VERMILION, opacity=1)
        .encode(x=x, y="groups:Q")
    )
    last = format_number(float(curve.richness[-1]), "labels")
    title = f"{found.n_recorded} {what} are named; a record twice as large would name about {last}"
    text = "Solid: what a smaller record would have named; dashed: what a larger one would; dot: the record as it is."
    name = "groups_" + ("actors" if what.startswith("armed") else "sources")
    return finish_chart(band + inside + outside + now, name, title, text, "groups", height=230)
