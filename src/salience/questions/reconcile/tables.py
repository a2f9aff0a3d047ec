"""The tables of the reconcile answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salience.methods.intervals import Intervals
from salience.questions.answer import Cell, Column, Table
from salience.questions.reconcile.accounts import Figures
from salience.questions.reconcile.blame import Blame, describe_said
from salience.questions.reconcile.fits import Fit, name_period

Events = Mapping[int, Mapping[str, Any]]
WORDS = {"deaths": "deaths in all", "sides": "losses by side", "civilians": "deaths of civilians"}


def three(found: Intervals | None) -> tuple[Cell, Cell, Cell]:
    """Return value, low and high as cells."""
    return (None, None, None) if found is None else (float(found.value), float(found.low), float(found.high))


def say_tendency(found: Intervals | None) -> str:
    """Say whether a source runs high or low."""
    if found is None:
        return "not linked to another source"
    return "runs high" if found.low > 1 else "runs low" if found.high < 1 else "neither clearly"


def tabulate_sources(fits: Sequence[Fit]) -> Table:
    """Show each source's habits: how high it runs, how far its numbers scatter, how vague they are."""
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        figures, found = fit.figures, fit.found
        if found is None:
            continue
        counted = figures.counted
        vague = counted & ~(figures.low == figures.high)
        middle = float(np.median([found.scatter(v).value for v in np.unique(figures.voice[counted])]))
        for k in sorted(range(len(figures.biases)), key=lambda k: (-found.accounts[k], k)):
            number = int(found.accounts[k])
            if not number:
                continue
            voice = figures.biases[k][0]
            scatter = found.scatter(voice)
            precise = "precise" if scatter.high < middle else "vague" if scatter.low > middle else ""
            tendency = found.tendency(k)
            rows.append(
                (
                    WORDS[figures.what], figures.bias_name(k), number, int(found.shared[k]),
                    *three(found.contrast(k, fit.against)), *three(tendency), say_tendency(tendency),
                    *three(scatter), precise, float((vague & (figures.bias == k)).sum()) / number,
                    *three(found.share_rounded(voice)),
                )
            )  # fmt: skip
    columns = (
        Column("what", "numbers of"), Column("source", "source"), Column("accounts", "numbers", "integer"),
        Column("shared", "of events that others tell of", "integer"),
        Column("contrast", "times the source compared with", "number"), Column("contrast_low", "from", "number"),
        Column("contrast_high", "to", "number"), Column("tendency", "times the mean of the others", "number"),
        Column("tendency_low", "from", "number"), Column("tendency_high", "to", "number"), Column("runs", ""),
        Column("scatter", "scatters by a factor of", "number"), Column("scatter_low", "from", "number"),
        Column("scatter_high", "to", "number"), Column("precise", ""),
        Column("vague", "ranges, at least, at most", "share"),
        Column("rounded", "rounded, of 10 and more", "share"), Column("rounded_low", "from", "share"),
        Column("rounded_high", "to", "share"),
    )  # fmt: skip
    compared = "; ".join(
        f"{WORDS[f.figures.what]}: {f.figures.bias_name(f.against)}" for f in fits if f.found is not None
    )
    return Table(
        "sources",
        "How each source's numbers run, against the others'",
        columns,
        tuple(rows),
        f"Compared with – {compared}. Only differences between sources can be known: that one runs twice as high as "
        "another may be because it doubles or because the other halves. Two thirds of a source's numbers lie within "
        "the factor by which they scatter.",
    )


def tabulate_totals(fits: Sequence[Fit], events: Events, by: str) -> Table:
    """Show totals under each choice of whom to believe, with the plain alternatives beside."""
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        if fit.found is None:
            continue
        plain = _plain_totals(fit.figures, events, by)
        for t in sorted(fit.totals, key=lambda t: (t.side, t.period != "all", t.period)):
            rows.append(
                (
                    WORDS[fit.figures.what], t.side, t.period, t.anchor, t.items, t.value, t.low, t.high,
                    *plain[t.period, t.side],
                )
            )  # fmt: skip
    columns = (
        Column("what", "numbers of"), Column("side", "side"), Column("period", "period"),
        Column("anchor", "if right is"), Column("events", "events", "integer"),
        Column("value", "total", "integer"), Column("low", "from", "integer"),
        Column("high", "to", "integer"), Column("median", "medians added", "integer"),
        Column("least", "lowest added", "integer"),
        Column("most", "highest added", "integer"), Column("dataset", "the dataset's", "integer"),
        Column("alone", "of them told by one source", "integer"),
    )  # fmt: skip
    return Table(
        "totals",
        "Totals, by whom one believes",
        columns,
        tuple(rows),
        "Only events with a number are added up, and under each source only those that its numbers can be carried to. "
        "Plain sums stand beside, over all events with a number: their medians, lowest and highest numbers, and what "
        "the dataset holds where it has one.",
    )


def _plain_totals(figures: Figures, events: Events, by: str) -> dict[tuple[str, str], tuple[Cell, ...]]:
    totals: dict[tuple[str, str], np.ndarray[Any, Any]] = {}
    low, middle, high, number = spread_of(figures)
    for k, item in enumerate(figures.items):
        if not number[k]:
            continue
        own = figures.dataset[k]
        each = np.array(
            [middle[k], low[k], high[k], 0 if np.isnan(own) else own, number[k] == 1, np.isfinite(own)]
        )
        for period in ("all", name_period(events[item.event]["date_from"], by)):
            totals[period, item.side] = totals.get((period, item.side), np.zeros(6)) + each
    return {
        key: (float(t[0]), float(t[1]), float(t[2]), float(t[3]) if t[5] else None, int(t[4]))
        for key, t in totals.items()
    }


def spread_of(figures: Figures) -> tuple[Any, Any, Any, Any]:
    """Return the lowest, median and highest number of each item, and how many were told; copies not counted."""
    counted = np.flatnonzero(figures.counted)
    told = figures.told()[counted]
    order = counted[np.lexsort((told, figures.item[counted]))]
    item, value = figures.item[order], figures.told()[order]
    size = len(figures.items)
    first = np.searchsorted(item, np.arange(size))
    number = np.bincount(item, minlength=size)
    last = np.minimum(first + np.maximum(number, 1) - 1, len(value) - 1)
    safe = np.minimum(first, len(value) - 1)
    middle = (
        value[np.minimum(safe + (number - 1).clip(0) // 2, last)]
        + value[np.minimum(safe + number // 2, last)]
    ) / 2
    return value[safe], middle, value[last], number


def gaps(figures: Figures) -> Any:
    """Return the factor by which each item's accounts are apart beyond what they leave open; 1 when they overlap."""
    counted = figures.counted
    size = len(figures.items)
    most_low, least_high = np.zeros(size), np.full(size, np.inf)
    np.maximum.at(most_low, figures.item[counted], np.nan_to_num(figures.low[counted], nan=0.0))
    np.minimum.at(least_high, figures.item[counted], np.nan_to_num(figures.high[counted], nan=np.inf))
    return np.maximum((most_low + 0.5) / (least_high + 0.5), 1.0)


def tabulate_events(fits: Sequence[Fit], events: Events, shown: int) -> Table:
    """List the events on which sources differ most."""
    rows: list[tuple[float, tuple[Cell, ...]]] = []
    for fit in fits:
        figures, found = fit.figures, fit.found
        if found is None or fit.event_value is None or fit.event_low is None or fit.event_high is None:
            continue
        apart, oddest = gaps(figures), np.zeros(len(figures.items))
        np.maximum.at(oddest, figures.item[figures.counted], np.abs(found.oddness[figures.counted]))
        low, middle, high, number = spread_of(figures)
        ranked = [k for k in np.lexsort((np.arange(len(apart)), -high, -apart)) if apart[k] > 1][:shown]
        anchor = figures.voices[fit.anchors[0]].name
        for k in ranked:
            event = events[figures.items[k].event]
            known = np.isfinite(fit.event_value[k])
            level: tuple[Cell, ...] = (None, None, None)
            if known:
                level = (float(fit.event_value[k]), float(fit.event_low[k]), float(fit.event_high[k]))
            own = figures.dataset[k]
            rows.append(
                (
                    float(apart[k]),
                    (
                        _name(event), _day(event), event["admin1"], WORDS[figures.what], figures.items[k].side,
                        int(number[k]), float(low[k]), float(middle[k]), float(high[k]),
                        None if np.isnan(own) else float(own), float(apart[k]),
                        "beyond their habits" if oddest[k] > 2.5 else "", anchor, *level,
                    ),
                )
            )  # fmt: skip
    rows.sort(key=lambda row: -row[0])
    columns = (
        Column("event", "event"), Column("day", "day", "date"), Column("area", "area"), Column("what", "numbers of"),
        Column("side", "side"), Column("sources", "sources", "integer"), Column("least", "lowest told", "integer"),
        Column("median", "median", "number"), Column("most", "highest told", "integer"),
        Column("dataset", "the dataset's", "integer"), Column("apart", "apart by a factor of", "number"),
        Column("odd", ""), Column("anchor", "if right is"), Column("value", "toll", "integer"),
        Column("low", "from", "integer"), Column("high", "to", "integer"),
    )  # fmt: skip
    return Table(
        "events",
        "Events on which sources differ most",
        columns,
        tuple(row for _, row in rows[:shown]),
        "Apart: the highest number that one source insists on over the lowest that another does; ranges and “at "
        "least” insist on less. Half a death is added to both, so that zero can be compared. Copies are not counted.",
    )


def tabulate_alone(fits: Sequence[Fit], events: Events) -> Table:
    """List the events whose numbers rest on one party's word alone."""
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        figures = fit.figures
        number = figures.tellers()
        told = figures.told()
        for k in np.flatnonzero(figures.counted & (number[figures.item] == 1)):
            voice = figures.voices[figures.voice[k]]
            if voice.is_party:
                item = figures.items[figures.item[k]]
                event = events[item.event]
                rows.append(
                    (_name(event), _day(event), event["admin1"], WORDS[figures.what], item.side, voice.name,
                     voice.speaks_for or voice.kind, float(told[k]))
                )  # fmt: skip
    rows.sort(key=lambda row: (-float(row[7] or 0), str(row[0])))
    columns = (
        Column("event", "event"), Column("day", "day", "date"), Column("area", "area"), Column("what", "numbers of"),
        Column("side", "side"), Column("source", "told by"), Column("speaks_for", "who speaks for"),
        Column("told", "number told", "integer"),
    )  # fmt: skip
    note = "A dataset may hold a figure of its own; what no second source tells in its own name cannot be compared."
    return Table("alone", "Numbers that rest on one party's word alone", columns, tuple(rows), note)


def tabulate_pairs(fits: Sequence[Fit]) -> Table:
    """Compare every two sources."""
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        figures, found = fit.figures, fit.found
        if found is None:
            continue
        told = [k for k in range(len(figures.biases)) if found.accounts[k]]
        told = sorted(told, key=lambda k: -found.accounts[k])[:12]
        for i, first in enumerate(told):
            for second in told[i + 1 :]:
                both = len(
                    np.intersect1d(
                        figures.item[figures.counted & (figures.bias == first)],
                        figures.item[figures.counted & (figures.bias == second)],
                    )
                )
                ratio = found.contrast(first, second)
                note = "" if ratio is not None else "no chain of shared events links them"
                rows.append(
                    (
                        WORDS[figures.what], figures.bias_name(first), figures.bias_name(second), both,
                        *three(ratio), note,
                    )
                )  # fmt: skip
    columns = (
        Column("what", "numbers of"), Column("first", "source"), Column("second", "against"),
        Column("both", "events both tell of", "integer"), Column("ratio", "times as high", "number"),
        Column("low", "from", "number"), Column("high", "to", "number"), Column("note", ""),
    )  # fmt: skip
    note = "Through events that others tell of too, sources can be compared that share none. The twelve with most."
    return Table("pairs", "Every two sources compared", columns, tuple(rows), note)


def tabulate_raters(blame: Blame) -> Table:
    """Show how often each source names the right side, if most are right."""
    found = blame.found
    rows: list[tuple[Cell, ...]] = [
        (
            voice.name, blame.number[k], float(found.accuracy[k]), float(found.accuracy_low[k]),
            float(found.accuracy_high[k]),
        )
        for k, voice in enumerate(blame.voices)
    ]  # fmt: skip
    columns = (
        Column("source", "source"), Column("events", "events", "integer"),
        Column("right", "names the right side", "share"), Column("low", "from", "share"), Column("high", "to", "share"),
    )  # fmt: skip
    note = "By the model of Dawid & Skene (1979): right is what best explains who agrees with whom, if most are right."
    return Table(
        "raters", "Who did it: how often each source names the right side", columns, tuple(rows), note
    )


def tabulate_blame(blame: Blame, events: Events, shown: int) -> Table:
    """List the events where sources name different sides."""
    rows: list[tuple[Cell, ...]] = []
    for k in blame.disputed()[:shown]:
        event = events[blame.events[k]]
        best = int(np.argmax(blame.found.probability[k]))
        rows.append(
            (_name(event), _day(event), event["admin1"], describe_said(blame, k), blame.labels[best],
             float(blame.found.probability[k, best]))
        )  # fmt: skip
    columns = (
        Column("event", "event"), Column("day", "day", "date"), Column("area", "area"),
        Column("said", "who names whom"), Column("likeliest", "likeliest"),
        Column("probability", "with a chance of", "share"),
    )  # fmt: skip
    return Table("blame", "Who did it: events where sources name different sides", columns, tuple(rows))


def _name(event: Mapping[str, Any]) -> str:
    return str(event["native_id"] or event["event"])


def _day(event: Mapping[str, Any]) -> str | None:
    return None if event["date_from"] is None else str(event["date_from"])
