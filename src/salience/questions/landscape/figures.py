"""Charts of the landscape by issue: where weight lies, who stands outside, how contested, whom to ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from salience.questions.answer import Figure, format_number
from salience.questions.charts import BLUE, FAINT, INK, VERMILION, WIDTH, chart_of, finish_chart, shorten
from salience.questions.landscape.find import Found
from salience.questions.landscape.words import say_chance, say_consensus

ROW = 44


def chart_issues(found: Found) -> Figure:
    """Draw every actor's position on every issue, as large as its weight, with the median."""
    import altair as alt

    drawn = found.drawn
    rows, medians, ends = [], [], []
    order = [shorten(i.name, 26) for i in found.issues]
    for each in found.issues:
        issue, label = drawn.landscape.issues[each.at], shorten(each.name, 26)
        weight = drawn.weight[:, :, each.at]
        share = (weight / weight.sum(axis=1, keepdims=True)).mean(axis=0)
        for i in np.flatnonzero(drawn.known[:, each.at]):
            best = float(drawn.landscape.position[i, each.at, 1])
            rows.append(
                {
                    "issue": label,
                    "actor": drawn.landscape.names[i],
                    "position": best,
                    "weight": float(share[i]),
                }
            )
        if not each.two_poles:
            medians.append(
                {"issue": label, "at": each.median.value, "low": each.median.low, "high": each.median.high}
            )
        ends += [{"issue": label, "at": at, "text": shorten(str(issue[key]), 34), "left": at == 0}
                 for key, at in (("meaning_0", 0), ("meaning_100", 100)) if issue[key]]  # fmt: skip
    x = alt.X("position:Q", title="position on the scale", axis=alt.Axis(values=list(range(0, 101, 10))),
              scale=alt.Scale(domain=[-4, 104], nice=False))  # fmt: skip
    y = alt.Y("issue:N", title=None, sort=order)
    size = alt.Size("weight:Q", title="share of the weight", scale=alt.Scale(domain=[0, 0.5], range=[10, 700]),
                    legend=alt.Legend(values=[0.05, 0.2, 0.4], format="%"))  # fmt: skip
    layers: Any = chart_of(rows).mark_circle(color=BLUE, opacity=0.5).encode(x=x, y=y, size=size)
    if medians:
        base = chart_of(medians)
        layers += base.mark_rule(color=INK, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
        layers += base.mark_point(shape="diamond", filled=True, color=VERMILION, size=110, opacity=1).encode(
            x=alt.X("at:Q"), y=y
        )
    for left, align, dx in ((True, "left", 3), (False, "right", -3)):
        own = [e for e in ends if e["left"] is left]
        if own:
            layers += (
                chart_of(own)
                .mark_text(color=FAINT, fontSize=11, align=align, dx=dx, dy=19)
                .encode(x=alt.X("at:Q"), y=y, text="text:N")
            )
    graded = [i for i in found.issues if not i.two_poles]
    title = "Where actors stand, and where the weight lies"
    if graded:
        least = min(graded, key=lambda i: (i.spread.value, i.at))
        title = f"The weight lies closest together on {least.name}"
    text = (
        "Circles: actors at the position stated as most likely, as large as their share of the weight. "
        "Diamond and line: "
        "the weighted median and its interval; issues with two poles have none. Who has no position is not drawn."
    )
    return finish_chart(layers, "issues", title, text, "positions", height=max(ROW * len(order), 120))


def chart_consensus(found: Found) -> Figure:
    """Draw how much of the weight stands in one place, by issue."""
    import altair as alt

    issues = sorted(found.issues, key=lambda i: (-i.share.value, i.at))
    rows: list[dict[str, Any]] = [
        {"issue": shorten(i.name, 26), "share": i.share.value, "low": i.share.low, "high": i.share.high,
         "agreed": i.chance >= 0.5, "text": f"chance {say_chance(i.chance)}"}
        for i in issues
    ]  # fmt: skip
    base = chart_of(rows)
    y = alt.Y("issue:N", title=None, sort=[r["issue"] for r in rows])
    x = alt.X("share:Q", title="share of the weight in one place",
              axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
              scale=alt.Scale(domain=[0, 1.22], nice=False))  # fmt: skip
    colour = alt.condition("datum.agreed", alt.value(BLUE), alt.value(FAINT))
    layers: Any = base.mark_rule(strokeWidth=2).encode(y=y, x=alt.X("low:Q"), x2="high:Q", color=colour)
    layers += base.mark_point(filled=True, size=90, opacity=1).encode(y=y, x=x, color=colour)
    layers += base.mark_text(align="left", fontSize=12, color=INK).encode(
        y=y, x=alt.datum(1.02), text="text:N"
    )
    need = chart_of([{"at": found.params.consensus}]).mark_rule(color=VERMILION, strokeDash=[5, 4])
    layers += need.encode(x="at:Q")
    top = issues[0]
    verdict = "Most agreement" if top.chance >= 0.5 else "No consensus; nearest"
    title = f"{verdict}: {top.name}, {say_consensus(found, top)}"
    text = (
        f"Share of the weight within {found.params.tolerance:g} points of one place, with its interval. "
        "Dashed: what "
        "consensus asks for; blue: it is there in most draws."
    )
    return finish_chart(layers, "consensus", title, text, "consensus", height=max(30 * len(rows), 90))


def chart_outside(found: Found) -> Figure:
    """Draw, for each actor and issue, the chance that it stands outside; missing positions as such."""
    import altair as alt

    names = found.drawn.landscape.names
    order = np.argsort([-float(np.nanmean(_row(found, i))) for i in range(len(names))], kind="stable")
    actors = [shorten(names[i], 30) for i in order]
    issues = [shorten(i.name, 16) for i in found.issues]
    rows = [
        {"actor": shorten(names[i], 30), "issue": shorten(each.name, 16),
         "outside": None if not found.drawn.known[i, each.at] else float(each.outside[i]),
         "text": "missing" if not found.drawn.known[i, each.at] else f"{100 * each.outside[i]:.0f}",
         "dark": bool(np.nan_to_num(each.outside[i]) > 0.6)}
        for i in order for each in found.issues
    ]  # fmt: skip
    base = chart_of(rows)
    x = alt.X(
        "issue:N",
        title=None,
        sort=issues,
        axis=alt.Axis(labelAngle=-35, orient="top", domain=False, ticks=False),
    )
    y = alt.Y("actor:N", title=None, sort=actors)
    scale = alt.Scale(domain=[0, 1], range=["#f2f6fa", BLUE])
    known = base.transform_filter("isValid(datum.outside)")
    layers = known.mark_rect(stroke="white").encode(
        x=x, y=y, color=alt.Color("outside:Q", scale=scale, title="chance of standing outside",
                                  legend=alt.Legend(format="%", values=[0, 0.5, 1])),
    )  # fmt: skip
    ink = alt.condition("datum.dark", alt.value("white"), alt.value(INK))
    layers += known.mark_text(fontSize=11).encode(x=x, y=y, text="text:N", color=ink)
    layers += (
        base.transform_filter("!isValid(datum.outside)")
        .mark_text(fontSize=10, color=FAINT)
        .encode(x=x, y=y, text="text:N")
    )
    often = names[int(order[0])]
    title = f"{often} stands outside most often"
    text = (
        "In which share of the draws, in per cent, an actor stands outside the place that holds most weight. "
        "A missing position is left blank and marked; it counts neither inside nor outside."
    )
    return finish_chart(layers, "outside", title, text, "positions", height=26 * len(actors))


def _row(found: Found, i: int) -> list[float]:
    row = [each.outside[i] for each in found.issues if found.drawn.known[i, each.at]]
    return row or [-1.0]


def chart_contested(found: Found) -> Figure:
    """Draw how contested each issue is, and how far it falls into two camps."""
    import altair as alt

    issues = sorted(found.issues, key=lambda i: (-i.contested.value, i.at))
    measures = ("contested (spread)", "in two camps")
    rows = []
    for each in issues:
        for name, span in zip(measures, (each.contested, each.polarised), strict=True):
            rows.append({"issue": shorten(each.name, 26), "measure": name, "value": span.value, "low": span.low,
                         "high": span.high})  # fmt: skip
    base = chart_of(rows)
    y = alt.Y("issue:N", title=None, sort=[shorten(i.name, 26) for i in issues])
    offset = alt.YOffset("measure:N", sort=list(measures))
    colour = alt.Color(
        "measure:N", title=None, scale=alt.Scale(domain=list(measures), range=[BLUE, VERMILION])
    )
    x = alt.X(
        "value:Q", title="0: all agree; 1: half of the weight at each end", scale=alt.Scale(domain=[0, 1])
    )
    bars = base.mark_rule(strokeWidth=2).encode(
        y=y, yOffset=offset, x=alt.X("low:Q"), x2="high:Q", color=colour
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(y=y, yOffset=offset, x=x, color=colour)
    worst = issues[0]
    title = f"Most contested: {worst.name}, {format_number(worst.contested.value)} of 1"
    text = (
        "Contested: spread of the weight as a share of the largest possible. In two camps (Esteban & "
        "Ray): high only if "
        "the weight falls into camps that are each united and stand far apart. Lines: intervals."
    )
    return finish_chart(bars + dots, "contested", title, text, "issues", height=max(38 * len(issues), 100))


def chart_unknown(found: Found) -> Figure | None:
    """Draw which positions would move the picture most if they were known."""
    import altair as alt

    if not found.unknown:
        return None
    landscape = found.drawn.landscape
    rows: list[dict[str, Any]] = [
        {"who": f"{shorten(landscape.names[u.actor], 26)} on {shorten(landscape.issue_names[u.issue], 20)}",
         "why": u.why, "mean": u.mean}
        for u in found.unknown[:12]
    ]  # fmt: skip
    whys = ("missing", "no source", "within its interval")
    y = alt.Y("who:N", title=None, sort=[r["who"] for r in rows], axis=alt.Axis(labelLimit=320))
    colour = alt.Color(
        "why:N", title="now", scale=alt.Scale(domain=list(whys), range=[VERMILION, "#E69F00", BLUE])
    )
    x = alt.X("mean:Q", title="would move the issue's mean by, points (standard deviation)")
    bars = chart_of(rows).mark_bar(height=14).encode(y=y, x=x, color=colour)
    first = found.unknown[0]
    title = (
        f"Ask {landscape.names[first.actor]} about {landscape.issue_names[first.issue]} next: the answer "
        "would move its "
        f"mean by {format_number(first.mean)} points"
    )
    text = (
        "A missing position, or one without a source, may turn out to be anywhere on the scale; one with "
        "a source within "
        "its interval. Bars: how far the issue's weighted mean would move, on average over the possible answers."
    )
    chart = bars.properties(width=WIDTH - 110, height=26 * len(rows))
    return finish_chart(chart, "ask_next", title, text, "ask_next")
