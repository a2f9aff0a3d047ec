"""The charts of the narrative answer."""

from __future__ import annotations

from collections.abc import Sequence

from salience.questions.answer import Figure
from salience.questions.charts import BLUE, FAINT, INK, PALETTE, WIDTH, chart_of, finish_chart, shorten
from salience.questions.narrative_labels import LabelRow, YearRow
from salience.questions.narrative_words import Apart


def chart_label_years(actor: str, number: int, rows: Sequence[YearRow], shown: int = 6) -> Figure | None:
    """Draw the shares of an actor's labels by year; the bars under them say how many namings each year has."""
    import altair as alt

    own = [row for row in rows if row.actor == actor]
    years = sorted({row.year for row in own})
    if len(years) < 3:
        return None
    totals: dict[str, int] = {}
    for row in own:
        totals[row.label] = totals.get(row.label, 0) + row.share.hits
    labels = sorted(totals, key=lambda k: (-totals[k], k))[:shown]
    data = [
        {"year": row.year, "label": shorten(row.label, 30), "share": row.share.value, "low": row.share.low,
         "high": row.share.high}
        for row in own if row.label in labels
    ]  # fmt: skip
    order = [shorten(label, 30) for label in labels]
    axis = alt.Axis(format="d", tickMinStep=1, grid=False)
    x = alt.X(
        "year:Q",
        title="year",
        axis=axis,
        scale=alt.Scale(domain=[years[0] - 0.5, years[-1] + 0.5], nice=False),
    )
    color = alt.Color(
        "label:N",
        title=None,
        sort=order,
        scale=alt.Scale(domain=order, range=PALETTE),
        legend=alt.Legend(columns=3),
    )
    base = chart_of(data)
    share = alt.Axis(format="%", tickCount=5)
    lines = base.mark_line(point=alt.OverlayMarkDef(size=40, filled=True), strokeWidth=2).encode(
        x=x,
        y=alt.Y("share:Q", title="share of namings", axis=share, scale=alt.Scale(domain=[0, 1])),
        color=color,
    )
    rules = base.mark_rule(opacity=0.35, strokeWidth=1.5).encode(x=x, y="low:Q", y2="high:Q", color=color)
    counted = {row.year: row.share.of for row in own}
    bars = (
        chart_of([{"year": year, "namings": n} for year, n in counted.items()])
        .mark_bar(color=FAINT, size=max(3, min(16, 400 // (years[-1] - years[0] + 1))))
        .encode(x=x, y=alt.Y("namings:Q", title="namings", axis=alt.Axis(tickCount=3)))
    )
    chart = alt.vconcat(
        (rules + lines).properties(width=WIDTH, height=250), bars.properties(width=WIDTH, height=60)
    )
    title = f"{actor}: how it is called, {years[0]} to {years[-1]}"
    text = (
        "Each point is the share of a name or label among all places where the texts of that year name "
        f"{actor}; thin lines are "
        "95 % intervals or those asked for. Bars: how many such places there are. Where they are few, "
        "shares mean little. "
        f"{_rest(totals, labels)}"
    )
    return finish_chart(chart, f"label_years_{number}", title, text.strip(), "label_years")


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
         "low": r.share.low if r.share.low is not None else r.share.value,
         "high": r.share.high if r.share.high is not None else r.share.value}
        for r in own if r.label in labels
    ]  # fmt: skip
    y = alt.Y("group:N", title=None, sort=[shorten(g, 26) for g in groups])
    x = alt.X(
        "low:Q",
        title="share of namings",
        axis=alt.Axis(format="%", tickCount=4),
        scale=alt.Scale(domain=[0, 1]),
    )
    panels = []
    for k, label in enumerate(labels):
        part = [d for d in data if d["label"] == shorten(label, 26)]
        left = k % 3 == 0
        yy = (
            y
            if left
            else alt.Y(
                "group:N",
                title=None,
                sort=[shorten(g, 26) for g in groups],
                axis=alt.Axis(labels=False, ticks=False),
            )
        )
        line = chart_of(part).mark_rule(color=INK, strokeWidth=2).encode(x=x, x2="high:Q", y=yy)
        dot = (
            chart_of(part)
            .mark_point(filled=True, size=60, color=BLUE, opacity=1)
            .encode(
                x=alt.X("share:Q", title="share of namings", axis=alt.Axis(format="%", tickCount=4)), y=yy
            )
        )
        panels.append(
            (line + dot).properties(
                width=(WIDTH - 150) // 3,
                height=24 * len(groups),
                title=alt.TitleParams(shorten(label, 24), fontSize=12, anchor="start", color=FAINT),
            )
        )
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
