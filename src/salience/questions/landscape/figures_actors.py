"""Charts of the landscape between actors: the map, distances, groups, who decides, capability and legitimacy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.methods.cells import FloatArray
from salience.questions.answer import Figure, format_number
from salience.questions.charts import (
    BLUE,
    FAINT,
    INK,
    PALETTE,
    VERMILION,
    WIDTH,
    chart_of,
    finish_chart,
    shorten,
)
from salience.questions.landscape.find import Found
from salience.questions.landscape.labels import place_labels
from salience.questions.landscape.tables import Standing, group_letter

_TURN = np.linspace(0.0, 2.0 * np.pi, 49)
MEANS_FROM = 0.5


def chart_map(found: Found) -> Figure | None:
    """Draw actors on a plane with ellipses of where the draws put them."""
    import altair as alt

    between = found.between
    if between.map is None or between.groups is None:
        return None
    names = [found.drawn.landscape.names[i] for i in between.placed]
    letters = [group_letter(int(g)) for g in between.groups.labels]
    outlines, points = [], []
    for a, name in enumerate(names):
        cloud = between.map.draws[:, a]
        centre = cloud.mean(axis=0)
        for k, (x, y) in enumerate(_ellipse(cloud, found.params.level)):
            outlines.append({"actor": name, "group": letters[a], "x": float(x), "y": float(y), "k": k})
        points.append(
            {"actor": shorten(name, 30), "group": letters[a], "x": float(centre[0]), "y": float(centre[1])}
        )
    values = np.array([[o["x"], o["y"]] for o in outlines])
    middle = 0.5 * (values.min(axis=0) + values.max(axis=0))
    half = 0.62 * np.ptp(values, axis=0).max() or 1.0
    tall = float(np.clip((np.ptp(values[:, 1]) * 1.25) / (2 * half), 0.5, 1.0))
    ends = [(middle[0] - half, middle[0] + half), (middle[1] - half * tall, middle[1] + half * tall)]
    size = (WIDTH - 40.0, round((WIDTH - 40.0) * tall))
    x = alt.X("x:Q", title=_axis_title(found, 0), scale=alt.Scale(domain=list(ends[0]), nice=False))
    y = alt.Y("y:Q", title=_axis_title(found, 1), scale=alt.Scale(domain=list(ends[1]), nice=False))
    shown = sorted(set(letters))
    colour = alt.Color("group:N", title="group", scale=alt.Scale(domain=shown, range=_colours(len(shown))),
                       legend=alt.Legend(symbolOpacity=1))  # fmt: skip
    outline = chart_of(outlines)
    layers: Any = outline.mark_line(filled=True, opacity=0.14).encode(
        x=x, y=y, detail="actor:N", order="k:Q", color=colour
    )
    layers += outline.mark_line(strokeWidth=1.2, opacity=0.7).encode(
        x=x, y=y, detail="actor:N", order="k:Q", color=colour
    )
    layers += chart_of(points).mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=colour)
    layers += _names(points, ends[0], ends[1], size)
    stress = found.span(between.map.stress)
    title = f"{len(names)} actors by what they want; {_meaning(found)}"
    note = (
        f"Actors near each other want much the same. Ellipses hold {100 * found.params.level:.0f} % of the "
        "draws. The map "
        f"keeps distances with stress {format_number(stress.value)} ({format_number(stress.low)} to "
        f"{format_number(stress.high)}; 0 is exact, above 0.2 poor). Units: points of the scale. Left and "
        "right, up and "
        "down have no meaning but that of the issues named."
    )
    chart = layers.properties(width=size[0], height=size[1])
    return finish_chart(chart, "map", title, note, "map")


def _ellipse(cloud: FloatArray, level: float) -> FloatArray:
    """Return the outline that holds this share of a two-dimensional normal cloud."""
    values, vectors = np.linalg.eigh(np.cov(cloud.T))
    radius = np.sqrt(-2.0 * np.log(1.0 - level))
    circle = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
    scaled: FloatArray = circle * (radius * np.sqrt(np.maximum(values, 0.0)))
    return np.asarray(scaled @ vectors.T + cloud.mean(axis=0))


def _names(
    points: Sequence[dict[str, Any]], across: tuple[float, float], up: tuple[float, float], size: tuple[float, float]
) -> Any:  # fmt: skip
    """Return the names of points as a layer, where they hide least."""
    at = place_labels([[p["x"], p["y"]] for p in points], [p["actor"] for p in points], across, up, size)
    rows = [
        {"actor": p["actor"], "x": float(a[0]), "y": float(a[1])} for p, a in zip(points, at, strict=True)
    ]
    base = chart_of(rows)
    back = base.mark_text(fontSize=11, stroke="white", strokeWidth=3, strokeOpacity=0.7)
    return back.encode(x="x:Q", y="y:Q", text="actor:N") + base.mark_text(fontSize=11, color=INK).encode(
        x="x:Q", y="y:Q", text="actor:N"
    )


def _axis_title(found: Found, axis: int) -> list[str]:
    """Say by the issues that correlate with an axis what more of it means."""
    assert found.between.axes is not None
    middle = np.median(found.between.axes[:, :, axis], axis=0)
    issues = found.drawn.landscape.issue_names
    strong = [
        k for k in np.argsort(-np.abs(np.nan_to_num(middle)), kind="stable") if abs(middle[k]) >= MEANS_FROM
    ]
    if not strong:
        return ["no issue goes with this axis"]
    said = [
        f"{'more' if middle[k] > 0 else 'less'} {shorten(issues[k], 24)} ({middle[k]:+.2f})"
        for k in strong[:4]
    ]
    if axis == 0:
        return ["→ " + ", ".join(said[:2]), *([", ".join(said[2:])] if said[2:] else [])]
    return ["↑ " + said[0], *said[1:3]]


def _meaning(found: Found) -> str:
    assert found.between.axes is not None
    middle = np.nan_to_num(np.median(found.between.axes[:, :, 0], axis=0))
    issues = found.drawn.landscape.issue_names
    order = np.argsort(-np.abs(middle), kind="stable")
    strong = [issues[k] for k in order if abs(middle[k]) >= MEANS_FROM][:2]
    return f"they differ most on {' and '.join(strong)}" if strong else "no single issue divides them"


def chart_distances(found: Found) -> Figure | None:
    """Draw distances between all pairs of actors."""
    between = found.between
    if between.map is None or between.groups is None:
        return None
    order = np.lexsort((np.arange(len(between.placed)), between.groups.labels))
    names = [found.drawn.landscape.names[between.placed[a]] for a in order]
    middle = np.median(between.apart, axis=0)
    values = {
        (a, b): None if not np.isfinite(middle[a, b]) else float(middle[a, b])
        for a in order
        for b in order
        if a != b
    }
    pairs = [(v, a, b) for (a, b), v in values.items() if v is not None and a < b]
    least, most = min(pairs), max(pairs)
    name = found.drawn.landscape.names
    title = (
        f"Nearest: {name[between.placed[least[1]]]} and {name[between.placed[least[2]]]} ({least[0]:.0f} "
        "points); farthest: "
        f"{name[between.placed[most[1]]]} and {name[between.placed[most[2]]]} ({most[0]:.0f})"
    )
    rows = [
        {"a": shorten(names[i], 26), "b": shorten(names[j], 26), "value": values[a, b],
         "text": "" if values[a, b] is None else f"{values[a, b]:.0f}"}
        for i, a in enumerate(order) for j, b in enumerate(order) if a != b
    ]  # fmt: skip
    text = (
        "Distance in points of the scale (middle draw); actors are sorted by group. Empty: no issue in "
        "common. Intervals "
        "stand in the table."
    )
    top = float(np.nanmax(middle))
    return _matrix(
        rows,
        [shorten(n, 26) for n in names],
        "points",
        [0.0, top],
        title,
        text,
        "distances",
        ["#f2f6fa", BLUE],
    )


def chart_groups(found: Found) -> Figure | None:
    """Draw how often each pair of actors is in one group."""
    groups, between = found.between.groups, found.between
    if groups is None:
        return None
    order = np.lexsort((np.arange(len(between.placed)), groups.labels))
    label = [
        f"{shorten(found.drawn.landscape.names[between.placed[a]], 26)} · {group_letter(int(groups.labels[a]))}"
        for a in order
    ]
    rows = [
        {"a": label[i], "b": label[j], "value": float(groups.together[a, b]),
         "text": f"{100 * groups.together[a, b]:.0f}"}
        for i, a in enumerate(order) for j, b in enumerate(order) if a != b
    ]  # fmt: skip
    number = int(groups.labels.max()) + 1
    usual = float((groups.number == number).mean())
    stay = groups.within[np.isfinite(groups.within)]
    firm = (
        f"; their members stay together in {100 * float(stay.mean()):.0f} % of the draws" if len(stay) else ""
    )
    title = f"{number} groups in {100 * usual:.0f} % of the draws{firm}"
    text = (
        "In which share of the draws, in per cent, two actors are in one group. The letter after a name "
        "is its group. "
        "Dark blocks are groups that hold whatever the figures are within their intervals."
    )
    return _matrix(rows, label, "share of draws", [0.0, 1.0], title, text, "together", ["#f2f6fa", "#009E73"])


def _matrix(
    rows: Sequence[dict[str, Any]], order: list[str], legend: str, domain: list[float], title: str, text: str,
    table: str,
    colours: list[str],
) -> Figure:  # fmt: skip
    import altair as alt

    dark = domain[0] + 0.6 * (domain[1] - domain[0])
    base = chart_of(rows).transform_filter("isValid(datum.value)")
    marks = {"values": [0, 0.5, 1], "format": "%"} if domain[1] == 1.0 else {"format": ".0f"}
    x = alt.X(
        "b:N",
        title=None,
        sort=order,
        axis=alt.Axis(labelAngle=-50, domain=False, ticks=False, labelOverlap=True),
    )
    y = alt.Y("a:N", title=None, sort=order, axis=alt.Axis(domain=False, ticks=False, labelOverlap=True))
    colour = alt.Color("value:Q", title=legend, scale=alt.Scale(domain=domain, range=colours),
                       legend=alt.Legend(**marks))  # fmt: skip
    layers: Any = base.mark_rect(stroke="white").encode(x=x, y=y, color=colour)
    if len(order) <= 20:
        ink = alt.condition(f"datum.value > {dark}", alt.value("white"), alt.value(INK))
        layers += base.mark_text(fontSize=11).encode(x=x, y=y, text="text:N", color=ink)
    side = min(WIDTH - 130, 34 * len(order) + 20)
    chart = layers.properties(width=side, height=round(0.8 * side))
    return finish_chart(chart, table, title, text, table)


def chart_deciding(found: Found) -> Figure:
    """Draw weight and power, and who could block."""
    import altair as alt

    deciding, names = found.deciding, found.drawn.landscape.names
    overall = [found.span(deciding.weight[:, i]) for i in range(len(names))]
    order = sorted(range(len(names)), key=lambda i: (-overall[i].value, i))[:25]
    kinds = ("share of the weight", "power in a majority vote")
    rows: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    for i in order:
        label = shorten(names[i], 30)
        spans = [(kinds[0], overall[i])]
        if deciding.banzhaf is not None:
            spans.append((kinds[1], found.span(deciding.banzhaf[:, i])))
        rows += [
            {"actor": label, "kind": k, "value": s.value, "low": s.low, "high": s.high} for k, s in spans
        ]
        if deciding.block_overall[i] >= 0.01:
            high = max(s.high for _, s in spans)
            blocks.append(
                {"actor": label, "at": high, "text": f"could block: {100 * deciding.block_overall[i]:.0f} %"}
            )
    base = chart_of(rows)
    y = alt.Y("actor:N", title=None, sort=[shorten(names[i], 30) for i in order])
    offset = alt.YOffset("kind:N", sort=list(kinds))
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=list(kinds), range=[FAINT, BLUE]))
    top = max(r["high"] for r in rows)
    scale = alt.Scale(domain=[0, min(1.0, top) * 1.3], nice=False)
    x = alt.X("value:Q", title="share", axis=alt.Axis(format="%", tickCount=6), scale=scale)
    layers: Any = base.mark_rule(strokeWidth=2).encode(y=y, yOffset=offset, x=alt.X("low:Q", scale=scale), x2="high:Q",
                                                       color=colour)  # fmt: skip
    layers += base.mark_point(filled=True, size=70, opacity=1).encode(y=y, yOffset=offset, x=x, color=colour)
    if blocks:
        layers += (
            chart_of(blocks)
            .mark_text(align="left", dx=8, fontSize=11, color=VERMILION)
            .encode(y=y, x=alt.X("at:Q", scale=scale), text="text:N")
        )
    who = [names[i] for i in order if deciding.block_overall[i] >= 0.5]
    share = f"{100 * found.params.consensus:.0f} %"
    title = (
        f"Could block where {share} of the weight is needed: {', '.join(who[:4])}"
        if who
        else f"Nobody alone could block where {share} of the weight is needed"
    )
    text = (
        "Weight: mean over the issues. Power (Banzhaf): how often an actor's yes turns a lost vote into a "
        "won one, when more "
        f"than {100 * found.params.majority:.0f} % of the weight decides. Lines: intervals. Red: in which "
        "share of the draws "
        "the others do not reach consensus without it."
    )
    return finish_chart(layers, "deciding", title, text, "deciding", height=max(36 * len(order), 100))


def chart_standing(found: Found, standings: Sequence[Standing]) -> Figure | None:
    """Draw capability against legitimacy."""
    import altair as alt

    names = found.drawn.landscape.names
    known = [s for s in standings if np.isfinite(s.legitimacy.value)]
    if not known:
        return None
    rows: list[dict[str, Any]] = [
        {"actor": shorten(names[s.at], 26), "x": s.capability.value, "xl": s.capability.low, "xh": s.capability.high,
         "y": s.legitimacy.value, "yl": s.legitimacy.low, "yh": s.legitimacy.high, "red": s.distrusted >= 0.5}
        for s in known
    ]  # fmt: skip
    end = 1.2 * max(r["xh"] for r in rows)
    base = chart_of(rows)
    x = alt.X("x:Q", title="share of all actors' capability", axis=alt.Axis(format="%", tickCount=6),
              scale=alt.Scale(domain=[0, end], nice=False))  # fmt: skip
    y = alt.Y("y:Q", title="legitimacy (0 to 1)", scale=alt.Scale(domain=[0, 1.05], nice=False))
    colour = alt.condition("datum.red", alt.value(VERMILION), alt.value(BLUE))
    layers: Any = base.mark_rule(opacity=0.5).encode(x=alt.X("xl:Q"), x2="xh:Q", y="y:Q", color=colour)
    layers += base.mark_rule(opacity=0.5).encode(x="x:Q", y=alt.Y("yl:Q"), y2="yh:Q", color=colour)
    layers += base.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=colour)
    layers += _names(rows, (0.0, end), (0.0, 1.05), (WIDTH, 360.0))
    median = float(np.median([s.capability.value for s in standings]))
    layers += chart_of([{"at": median}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(x="at:Q")
    layers += chart_of([{"at": 0.5}]).mark_rule(color=FAINT, strokeDash=[4, 4]).encode(y="at:Q")
    low = [names[s.at] for s in known if s.distrusted >= 0.5]
    title = (
        f"Can mobilise, little trusted: {', '.join(low[:4])}"
        if low
        else "Nobody who can mobilise is little trusted"
    )
    unknown = len(standings) - len(known)
    text = (
        "Lines through a dot: intervals. Dashed: the median actor's capability, and legitimacy of 0.5. "
        "Red: more capability "
        "than the median actor and legitimacy under 0.5, in most "
        f"draws.{f' Not stated for {unknown} actors.' if unknown else ''}"
    )
    return finish_chart(layers, "standing", title, text, "standing", height=360)


def _colours(number: int) -> list[str]:
    return [PALETTE[k % len(PALETTE)] for k in range(number)]
