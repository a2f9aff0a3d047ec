"""The charts of the table answer: the plan of the table, representation, and who is safe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.questions.answer import Figure, Table, format_number
from salience.questions.charts import BLUE, FAINT, INK, PALETTE, VERMILION, chart_of, finish_chart, shorten
from salience.questions.table.audit import Audit
from salience.questions.table.inputs import Seating
from salience.questions.table.proposals import SAFE, Proposals, Stability

MOST_BARS, MOST_DOTS, MOST_GROUPS = 14, 24, 6
PLAN_WIDTH, PLAN_HEIGHT = 640, 460


def chart_plan(audit: Audit | None, seating: Seating, found: Proposals) -> Figure:
    """Draw a round table: who sits there, coloured by kind, and the empty chairs of those who would repair the list."""
    import altair as alt

    members = audit.members if audit else found.proposals[0].lists[0]
    missing = _missing(audit, seating)
    kinds = seating.attributes.get("kind", {})
    order = sorted(members, key=lambda c: (kinds.get(seating.names[c], "~"), seating.names[c]))
    chairs = _arrange(order, missing, seating, kinds)
    groups = sorted({str(c["group"]) for c in chairs if c["seated"]})
    if len(groups) > MOST_GROUPS:
        for chair in chairs:
            chair["group"] = chair["group"] if chair["group"] in groups[: MOST_GROUPS - 1] else "other kinds"
        groups = [*groups[: MOST_GROUPS - 1], "other kinds"]
    span = alt.Scale(domain=[-2.35, 2.35]), alt.Scale(domain=[-1.55, 1.55])
    x, y = alt.X("x:Q", axis=None, scale=span[0]), alt.Y("y:Q", axis=None, scale=span[1])
    top = (
        chart_of([{"x": 0.0, "y": 0.0}])
        .mark_point(
            shape="circle",
            size=62_000,
            filled=True,
            color="#f2efe9",
            stroke="#cfc8bb",
            strokeWidth=2,
            opacity=1,
        )
        .encode(x=x, y=y)
    )
    full = [c for c in chairs if c["seated"]]
    empty = [c for c in chairs if not c["seated"]]
    seats = (
        chart_of(full)
        .mark_point(filled=True, size=420, opacity=1, stroke="white", strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "group:N", title="Kind", scale=alt.Scale(domain=groups, range=PALETTE[: len(groups)])
            ),
        )
    )
    layers = [top, seats, *_labels(full, x, y, INK)]
    if empty:
        hollow = (
            chart_of(empty)
            .mark_point(
                filled=False, size=420, opacity=1, stroke=VERMILION, strokeWidth=2.5, strokeDash=[4, 3]
            )
            .encode(x=x, y=y)
        )
        layers += [hollow, *_labels(empty, x, y, VERMILION)]
    name = f"“{audit.list}”" if audit else "a proposal"
    if empty:
        chairs_word = "empty chair" if len(empty) == 1 else "empty chairs"
        title = f"{name}: {len(full)} seats, and {len(empty)} {chairs_word} for those without anyone"
    else:
        title = f"{name}: {len(full)} seats" + (
            ", and no group that is left short" if audit else " (one of several)"
        )
    title = title[0].upper() + title[1:]
    chart = alt.layer(*layers).properties(width=PLAN_WIDTH, height=PLAN_HEIGHT)
    text = f"A round table. Seated: {', '.join(str(c['name']) for c in full)}." + (
        f" Dashed, not seated: {', '.join(str(c['name']) for c in empty)}; with them each would have somebody."
        if empty
        else ""
    )
    return finish_chart(chart, "plan", title, text, "audit" if audit else "proposals")


def _missing(audit: Audit | None, seating: Seating) -> tuple[int, ...]:
    """Return who would repair the list, and after them as few as give everyone somebody, the heaviest first."""
    if audit is None:
        return ()
    added = list(audit.repair.added[0]) if audit.repair is not None else []
    while True:
        outside = ~seating.approvals[:, [*audit.members, *added]].any(axis=1)
        gain = (audit.deserved * outside) @ seating.approvals
        if not gain.max() > 0:
            return tuple(added)
        added.append(int(gain.argmax()))


def _arrange(
    order: Sequence[int], missing: Sequence[int], seating: Seating, kinds: dict[str, str]
) -> list[dict[str, Any]]:
    """Set chairs around the table, the empty ones next to each other at the bottom."""
    chairs = []
    everyone = [*order, *missing]
    for k, c in enumerate(everyone):
        angle = -np.pi / 2 - np.pi * (len(missing) + 1) / len(everyone) - 2 * np.pi * k / len(everyone)
        chairs.append(
            {
                "x": float(np.cos(angle)),
                "y": float(np.sin(angle)),
                "lx": float(1.16 * np.cos(angle)),
                "ly": float(1.2 * np.sin(angle)),
                "name": shorten(seating.names[c], 30),
                "group": kinds.get(seating.names[c], "kind not stated"),
                "seated": k < len(order),
            }
        )
    return chairs


def _labels(chairs: Sequence[dict[str, Any]], x: Any, y: Any, color: str) -> list[Any]:
    """Write names outside the circle, away from it."""
    import altair as alt

    layers = []
    for align, low, high in (("right", -9.0, -0.12), ("center", -0.12, 0.12), ("left", 0.12, 9.0)):
        rows = [{**c, "x": c["lx"], "y": c["ly"]} for c in chairs if low <= c["lx"] < high]
        if rows:
            layers.append(
                chart_of(rows)
                .mark_text(align=align, baseline="middle", fontSize=12.5, color=color)
                .encode(x=x, y=y, text=alt.Text("name:N"))
            )
    return layers


def chart_representation(audit: Audit, table: Table, seating: Seating) -> Figure:
    """Draw what each constituency's weight is worth, with its interval, and what it has."""
    import altair as alt

    records = [r for r in table.to_records() if r["list"] == audit.list][:MOST_BARS]
    names = [shorten(str(r["constituency"]), 30) for r in records]
    bars = [
        {"name": n, "seats": r["received"], "what": "seats received"}
        for n, r in zip(names, records, strict=True)
    ]
    marks = [
        {
            "name": n,
            "deserved": r["deserved"],
            "low": r["low"],
            "high": r["high"],
            "what": "what its weight is worth",
        }
        for n, r in zip(names, records, strict=True)
    ]
    y = alt.Y("name:N", sort=names, title=None)
    colors = alt.Scale(domain=["seats received", "what its weight is worth"], range=[BLUE, VERMILION])
    color = alt.Color("what:N", title=None, scale=colors)
    received = chart_of(bars).mark_bar(height=12).encode(y=y, x=alt.X("seats:Q", title="seats"), color=color)
    span = chart_of(marks).mark_rule(strokeWidth=2.5).encode(y=y, x="low:Q", x2="high:Q", color=color)
    worth = (
        chart_of(marks).mark_point(filled=True, size=70, opacity=1).encode(y=y, x="deserved:Q", color=color)
    )
    none = [str(r["constituency"]) for r in records if r["received"] == 0]
    title = (
        f"On “{audit.list}”, {len(none)} of the {len(records)} largest constituencies have no seat"
        if none
        else f"On “{audit.list}”, each of the {len(records)} largest constituencies has a share of a seat"
    )
    text = (
        "Bars: seats received, each shared by weight among those who recognise whoever sits there. Points with lines: "
        "the seats that the weight is worth, with the interval."
        + (f" Without any: {', '.join(none)}." if none else "")
    )
    return finish_chart(
        received + span + worth, "representation", title, text, "representation", height=30 * len(names) + 10
    )


def chart_safety(stability: Sequence[Stability], seating: Seating) -> Figure:
    """Draw in what share of the draws each candidate is seated, by weighting."""
    import altair as alt

    main = stability[0]
    order = [int(c) for c in np.argsort(-main.seated, kind="stable")]
    order = [c for c in order if max(s.seated[c] for s in stability) > 0][:MOST_DOTS]
    names = {c: shorten(seating.names[c], 32) for c in order}
    rows = [
        {"name": names[c], "share": float(s.seated[c]), "weights": shorten(s.weighting, 40)}
        for s in stability
        for c in order
    ]
    y = alt.Y("name:N", sort=list(names.values()), title=None)
    x = alt.X(
        "share:Q",
        title="share of the draws in which the actor is seated",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    domain = [shorten(s.weighting, 40) for s in stability]
    color = alt.Color(
        "weights:N", title="Weights", scale=alt.Scale(domain=domain, range=PALETTE[: len(domain)])
    )
    shape = alt.Shape("weights:N", title="Weights", scale=alt.Scale(domain=domain))
    dots = (
        chart_of(rows)
        .mark_point(filled=True, size=95, opacity=0.85)
        .encode(y=y, x=x, color=color, shape=shape)
    )
    line = chart_of([{"at": SAFE}]).mark_rule(strokeDash=[4, 4], color=FAINT).encode(x="at:Q")
    firm = int((main.seated >= SAFE).sum())
    title = f"{firm} of {seating.size} seats are safe under “{main.weighting}”"
    text = (
        f"Each point is an actor's share of {main.draws} draws in which the method of equal shares seats it. Right of "
        f"the dashed line ({format_number(SAFE, 'share')}) a seat is safe; between the ends it hangs on contested "
        "numbers, which the table names."
    )
    return finish_chart(line + dots, "safety", title, text, "stability", height=24 * len(order) + 10)
