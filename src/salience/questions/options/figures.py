"""The charts of the options answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.questions.answer import Figure, Table
from salience.questions.charts import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    SKY,
    VERMILION,
    chart_of,
    finish_chart,
    shorten,
)
from salience.questions.options.compare import Led, forecasters
from salience.questions.options.draws import Table as Case
from salience.questions.options.models import BY_NAME
from salience.questions.options.tables import IssueForecast

MOST_BARS = 12
KINDS = ("headline", "other forecasting model", "dynamics, not a forecast")


def chart_outcomes(forecasts: Sequence[IssueForecast], now: Led, case: Case) -> Figure:
    """Draw each issue's outcome by every model, on the interval that past errors give."""
    import altair as alt

    spans, dots = [], []
    for k, each in enumerate(forecasts):
        spans.append({"issue": shorten(each.issue), "low": each.made.low, "high": each.made.high})
        for m, name in enumerate(now.models):
            model = BY_NAME[name]
            kind = KINDS[0] if name == "compromise" else KINDS[1] if model.forecasts else KINDS[2]
            dots.append({"issue": shorten(each.issue), "x": float(now.outcomes[m, :, k].mean()), "kind": kind,
                         "model": model.label})  # fmt: skip
    order = [shorten(each.issue) for each in forecasts]
    y = alt.Y("issue:N", sort=order, title=None)
    scale = alt.Scale(domain=[0, 100], nice=False)
    bars = chart_of(spans).mark_bar(color=SKY, opacity=0.35, height=16).encode(
        x=alt.X("low:Q", scale=scale, title="position, 0 to 100"), x2="high:Q", y=y
    )  # fmt: skip
    points = (
        chart_of(dots)
        .mark_point(filled=True, size=80, opacity=0.9)
        .encode(
            x="x:Q",
            y=y,
            tooltip=["model:N", "issue:N", alt.Tooltip("x:Q", format=".0f")],
            color=alt.Color(
                "kind:N", title=None, scale=alt.Scale(domain=list(KINDS), range=[BLUE, INK, ORANGE])
            ),
            shape=alt.Shape(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=list(KINDS), range=["circle", "diamond", "triangle-up"]),
            ),
        )
    )
    width = float(np.mean([f.made.high - f.made.low for f in forecasts]))
    level = f"{100 * case.params.level:.0f} %"
    return finish_chart(
        bars + points, "outcomes",
        f"What can honestly be forecast: intervals {width:.0f} of 100 points wide",
        f"Each line is an issue. The pale bar is the {level} interval from uncertain inputs, disagreement of "
        "the models and "
        "their errors on decisions with a known outcome. Dots are where the models lead; triangles are "
        "dynamics, no forecast.",
        "models", height=max(34 * len(spans), 90),
    )  # fmt: skip


def chart_options(table: Table) -> Figure | None:
    """Draw by how much each option moves each issue."""
    import altair as alt

    rows = [{**r, "issue": shorten(str(r["issue"])), "option": shorten(str(r["option"]), 30)}
            for r in table.to_records() if r["difference"] is not None]  # fmt: skip
    if not rows:
        return None
    issues = list(dict.fromkeys(str(r["issue"]) for r in rows))
    options = list(dict.fromkeys(str(r["option"]) for r in rows))
    y = alt.Y("issue:N", sort=issues, title=None)
    x = alt.X("low:Q", title="points by which the outcome moves, against as now")
    base = chart_of(rows)
    lines = base.mark_rule(strokeWidth=3, color=SKY).encode(x=x, x2="high:Q", y=y)
    dots = base.mark_point(filled=True, size=80, color=BLUE, opacity=1).encode(x="difference:Q", y=y)
    zero = base.mark_rule(color=FAINT, strokeDash=[4, 3]).encode(x=alt.datum(0))
    header = alt.Header(
        labelOrient="top", labelAnchor="start", labelFontWeight="bold", labelAngle=0, labelPadding=4
    )
    panels = (
        (zero + lines + dots)
        .properties(width=430, height=max(24 * len(issues), 40))
        .facet(facet=alt.Facet("option:N", sort=options, title=None, header=header), columns=1, spacing=14)
    )
    top = max(rows, key=lambda r: abs(float(r["difference"] or 0.0)))
    move = float(top["difference"] or 0.0)
    return finish_chart(
        panels, "options",
        f"The largest move: {top['option']} shifts {top['issue']} by {abs(move):.0f} points "
        f"{'up' if move > 0 else 'down'}",
        "One panel an option, one line an issue. The dot is the compromise mean's move against as now on the "
        "same draws; "
        "the line spans 80 % of draws and forecasting models. The models' own errors, which are larger, are "
        "not in it.",
        "options",
    )  # fmt: skip


def chart_regret(led: Sequence[Led], regret: Any) -> Figure | None:
    """Draw the regret of each option by every model."""
    import altair as alt

    run = [each for each in led if not each.refused]
    if len(run) < 2:
        return None
    rows: list[dict[str, Any]] = [
        {"option": shorten(each.name, 30), "model": BY_NAME[name].label, "regret": float(own[m].mean())}
        for each, own in zip(run, regret, strict=True) for m, name in enumerate(each.models)
    ]  # fmt: skip
    models = [BY_NAME[name].label for name in run[0].models]
    y = alt.Y("model:N", sort=models, title=None)
    x = alt.X("option:N", sort=[shorten(e.name, 30) for e in run], title=None, axis=alt.Axis(labelAngle=-25))
    most = max(1e-9, *(float(own.mean(axis=1).max()) for own in regret))
    color = alt.Color("regret:Q", title="regret, points", scale=alt.Scale(scheme="blues", domain=[0, most]))
    base = chart_of(rows)
    cells = base.mark_rect(stroke="white").encode(x=x, y=y, color=color)
    text = base.mark_text(fontSize=13).encode(
        x=x, y=y, text=alt.Text("regret:Q", format=".1f"),
        color=alt.condition(f"datum.regret > {0.6 * most}", alt.value("white"), alt.value(INK)),
    )  # fmt: skip
    worst = [
        max(float(own[m].mean()) for m in range(len(each.models)))
        for each, own in zip(run, regret, strict=True)
    ]
    least = run[int(np.argmin(worst))].name
    return finish_chart(
        cells + text, "regret", f"Whichever model is right, {least} is regretted least at its worst",
        "Rows are models, columns options. A cell is how much further from the goal (or from what actors "
        "want) the option "
        "ends than the best option in the same draw, on average. Pale is better.",
        "regret", height=max(30 * len(models), 90),
    )  # fmt: skip


def chart_hinges(table: Table, issues: Sequence[str]) -> Figure | None:
    """Draw the largest total indices of the issue whose outcome hinges most on a single input."""
    import altair as alt

    rows = table.to_records()
    if not rows:
        return None
    top = max(rows, key=lambda r: float(r["total"] or 0.0))
    chosen = [{**r, "input": shorten(str(r["input"]))} for r in rows if r["issue"] == top["issue"]][
        :MOST_BARS
    ]
    y = alt.Y("input:N", sort=[str(r["input"]) for r in chosen], title=None)
    base = chart_of(chosen)
    bars = base.mark_bar(color=BLUE, height=14).encode(
        x=alt.X("total:Q", title="share of what is uncertain in the inputs", axis=alt.Axis(format=".0%")), y=y
    )  # fmt: skip
    ends = base.mark_rule(color=VERMILION, strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y)
    return finish_chart(
        bars + ends, "hinges", f"On {top['issue']}, most hinges on {top['input']}",
        "Bars are total Sobol indices by actor and kind of input, lines their 95 % intervals. The models' own "
        "errors are "
        f"not shared out here. Shown is the issue that hinges most on one input, of {len(issues)}.",
        "hinges", height=max(26 * len(chosen), 60),
    )  # fmt: skip


def moves_of(led: Sequence[Led]) -> list[tuple[str, int, float, float, float]]:
    """Return each option's largest move: name, issue, compromise's difference, low, high over draws and models."""
    found = []
    for each in led[1:]:
        if each.refused:
            continue
        gap = (each.outcomes - led[0].outcomes)[forecasters(each)]
        own = gap[each.models.index("compromise")].mean(axis=0)
        k = int(np.abs(own).argmax())
        low, high = np.quantile(gap[..., k], [0.1, 0.9])
        found.append((each.name, k, float(own[k]), float(low), float(high)))
    return found
