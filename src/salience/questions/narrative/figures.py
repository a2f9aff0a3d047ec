"""The charts of the narrative answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salience.questions.answer import Figure
from salience.questions.charts import BLUE, FAINT, INK, WIDTH, chart_of, finish_chart, shorten
from salience.questions.narrative.labels import LabelRow, YearRow
from salience.questions.narrative.words import Apart


def chart_label_years(actor: str, number: int, rows: Sequence[YearRow], shown: int = 6) -> Figure | None:
    """Draw the shares of an actor's labels by year, a panel a label, and how many namings each year has."""
    import altair as alt

    own = [row for row in rows if row.actor == actor]
    counted = {row.year: row.share.of for row in own}
    years = sorted(counted)
    if len(years) < 3:
        return None
    totals: dict[str, int] = {}
    for row in own:
        totals[row.label] = totals.get(row.label, 0) + row.share.hits
    labels = sorted(totals, key=lambda k: (-totals[k], k))[:shown]
    x = alt.X(
        "year:Q",
        title=None,
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=5, grid=False),
        scale=alt.Scale(domain=[years[0] - 0.5, years[-1] + 0.5], nice=False),
    )
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=3), scale=alt.Scale(domain=[0, 1]))
    panels = []
    for label in labels:
        base = chart_of(_points(label, own, years))
        dots = base.mark_line(color=BLUE, strokeWidth=1.5, point=alt.OverlayMarkDef(size=30, filled=True))
        rules = base.mark_rule(color=FAINT, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q", title=None), y2="high:Q"
        )
        panels.append(_panel(rules + dots.encode(x=x, y=y), shorten(label, 30), 90))
    bars = chart_of([{"year": year, "namings": n} for year, n in counted.items()]).mark_bar(
        color=FAINT, size=max(2, min(16, 200 // (years[-1] - years[0] + 1)))
    )
    counts = bars.encode(x=x, y=alt.Y("namings:Q", title=None, axis=alt.Axis(tickCount=3)))
    panels.append(_panel(counts, "all namings in the texts of a year", 90))
    grid = [alt.hconcat(*panels[k : k + 2], spacing=24) for k in range(0, len(panels), 2)]
    title = f"{actor}: how it is called, {years[0]} to {years[-1]}"
    text = (
        f"Each dot is the share of a name or label among all places where the texts of a year name {actor}; the line "
        "through it is its interval. The last panel says how many such places there are: where they are few, shares "
        f"mean little. A year without a dot has none. {_rest(totals, labels)}"
    )
    return finish_chart(alt.vconcat(*grid), f"label_years_{number}", title, text.strip(), "label_years")


def _points(label: str, rows: Sequence[YearRow], years: Sequence[int]) -> list[dict[str, Any]]:
    """Return a label's share in each year that names the actor; none in a year is a share of 0."""
    found = {row.year: row.share for row in rows if row.label == label}
    points: list[dict[str, Any]] = []
    for year in years:
        share = found.get(year)
        value, low, high = (share.value, share.low, share.high) if share else (0.0, None, None)
        points.append({"year": year, "share": value, "low": low, "high": high})
    return points


def _panel(chart: Any, title: str, height: int, columns: int = 2) -> Any:
    import altair as alt

    width = (WIDTH - 90) // columns
    return chart.properties(
        width=width, height=height, title=alt.TitleParams(title, fontSize=12, anchor="start", color=FAINT)
    )


def _rest(totals: dict[str, int], labels: Sequence[str]) -> str:
    left = len(totals) - len(labels)
    return f"{left} rarer ones are in the table alone." if left > 0 else ""


def chart_voices(rows: Sequence[tuple[int, int, int]]) -> Figure | None:
    """Draw how many sources speak in each year."""
    import altair as alt

    if len(rows) < 3:
        return None
    data = [{"year": y, "sources": s} for y, s, _ in rows]
    peak = max(rows, key=lambda row: row[1])
    chart = (
        chart_of(data)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("year:O", title="year", axis=alt.Axis(labelOverlap=True)),
            y=alt.Y("sources:Q", title="sources that speak"),
        )
    )
    title = f"{peak[1]} sources spoke in {peak[0]}, {rows[-1][1]} in {rows[-1][0]}"
    text = "Sources with at least one text in a year. Silence here is silence in this record."
    return finish_chart(chart, "voices", title, text, "voices_years", height=220)


def chart_shares(rows: Sequence[LabelRow], actor: str, number: int) -> Figure | None:
    """Draw the labels of an actor by group, with intervals."""
    import altair as alt

    # A share of one text has no interval, and a bare dot would look sure of itself.
    own = [r for r in rows if r.actor == actor and r.share.low is not None]
    groups = list(dict.fromkeys(r.group for r in own))
    totals: dict[str, int] = {}
    for r in own:
        totals[r.label] = totals.get(r.label, 0) + r.share.hits
    labels = sorted(totals, key=lambda k: (-totals[k], k))[:5]
    if len(groups) < 2 or len(labels) < 2:
        return None
    data = [
        {"group": shorten(r.group, 26), "label": shorten(r.label, 26), "share": r.share.value,
         "low": r.share.low,
         "high": r.share.high}
        for r in own if r.label in labels
    ]  # fmt: skip
    order = [shorten(g, 26) for g in groups]
    axis = alt.Axis(format="%", tickCount=4)
    scale = alt.Scale(domain=[0, 1])
    panels = []
    for k, label in enumerate(labels):
        part = chart_of([d for d in data if d["label"] == shorten(label, 26)])
        names = alt.Axis() if k % 3 == 0 else alt.Axis(labels=False, ticks=False)
        y = alt.Y("group:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=names)
        low = alt.X("low:Q", title="share of namings", axis=axis, scale=scale)
        dot = alt.X("share:Q", title="share of namings", axis=axis, scale=scale)
        rules = part.mark_rule(color=INK, strokeWidth=2).encode(x=low, x2="high:Q", y=y)
        dots = part.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x=dot, y=y)
        panels.append(_panel(rules + dots, shorten(label, 24), 24 * len(groups), columns=3))
    rows_of = [alt.hconcat(*panels[k : k + 3], spacing=14) for k in range(0, len(panels), 3)]
    title = f"{actor}: who calls it what"
    text = (
        "Dot: share of a label among all places where the source names the actor; line: its interval, "
        "which takes texts that hang together as one. A long line: the source names the actor seldom; those with one "
        "text alone are in the table."
    )
    return finish_chart(alt.vconcat(*rows_of), f"label_shares_{number}", title, text, "labels")


def chart_words(apart: Sequence[Apart], most: int = 8) -> Figure | None:
    """Draw the words that set each body of texts apart."""
    import altair as alt

    rows = []
    for body in apart[:6]:
        for k in body.strongest(most):
            f = body.found
            rows.append({"of": shorten(body.name, 30), "word": body.words[k], "delta": float(f.delta[k]),
                         "low": float(f.low[k]), "high": float(f.high[k])})  # fmt: skip
    if not rows:
        return None
    panels = []
    names = list(dict.fromkeys(str(r["of"]) for r in rows))
    for name in names:
        own = [r for r in rows if r["of"] == name]
        y = alt.Y("word:N", title=None, sort=[str(r["word"]) for r in own])
        x = alt.X("low:Q", title="log-odds ratio", axis=alt.Axis(tickCount=5))
        line = chart_of(own).mark_rule(color=INK, strokeWidth=2).encode(x=x, x2="high:Q", y=y)
        dot = (
            chart_of(own)
            .mark_point(filled=True, size=60, color=BLUE, opacity=1)
            .encode(x=alt.X("delta:Q", title="log-odds ratio", axis=alt.Axis(tickCount=5)), y=y)
        )
        panels.append(
            (line + dot).properties(
                width=(WIDTH - 200) // 2,
                height=20 * len(own),
                title=alt.TitleParams(name, fontSize=12, anchor="start", color=FAINT),
            )
        )
    grid = [alt.hconcat(*panels[k : k + 2], spacing=20) for k in range(0, len(panels), 2)]
    first = apart[0]
    strongest = [first.words[k] for k in first.strongest(3)]
    whose = first.name if first.name.startswith("since ") else f"of {first.name}"
    title = (
        f"Texts {whose} stand out by {', '.join(strongest)}" if strongest else "Words that set texts apart"
    )
    text = (
        "Log-odds ratio of each word against all other texts, with intervals by resampling whole texts; "
        "only words clear of "
        "chance. 0.7 is about twice as often, 1.6 five times."
    )
    return finish_chart(alt.vconcat(*grid), "words", title, text, "words")
