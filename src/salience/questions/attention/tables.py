"""Plain tables of attention: by casualties, actor, kind, place and time; sources; places; the single-source events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from salience.methods.inequality import concentration
from salience.methods.intervals import wilson
from salience.questions.answer import Cell, Column, Evidence, Table
from salience.questions.attention.cells import (
    IN_CAPITAL,
    OTHERS,
    Cells,
    Flags,
    covered_events,
    named_accounts,
)
from salience.questions.attention.fits import ViewFit
from salience.questions.attention.params import AttentionParams
from salience.questions.frames import Tables
from salience.questions.setting import Setting

BANDS = ((0, 0), (1, 1), (2, 4), (5, 9), (10, 24), (25, 49), (50, None))
FACTOR_WORDS = {
    "actor": "actors (label of the dataset)",
    "kind": "kind of event",
    "place": "distance from the capital",
    "admin1": "first-level area",
    "year": "year",
    "precision": "how precisely the place is known",
}


def band_name(low: int, high: int | None) -> str:
    """Write a band of deaths."""
    return f"{low} and more" if high is None else str(low) if low == high else f"{low} to {high}"


def tabulate_bands(cells: Cells, level: float) -> Table:
    """Count sources by band of deaths, with Wilson intervals."""
    groups = []
    for low, high in BANDS:
        chosen = (cells.deaths >= low) & (cells.deaths <= (np.inf if high is None else high))
        groups.append((band_name(low, high), chosen))
    if np.isnan(cells.deaths).any():
        groups.append(("not known", np.isnan(cells.deaths)))
    return _plain_table("by_deaths", "Sources per event, by deaths", "deaths", groups, cells, level)


def tabulate_factor(cells: Cells, factor: str, level: float) -> Table:
    """Count sources by the levels of a factor, the commonest first; years in order."""
    found = cells.factors[factor]
    events = np.bincount(found.codes, cells.weight, minlength=len(found.levels))
    order = range(len(found.levels)) if factor == "year" else np.argsort(-events, kind="stable")
    groups = [(found.levels[i], found.codes == i) for i in order if events[i] > 0]
    words = FACTOR_WORDS[factor]
    return _plain_table(f"by_{factor}", f"Sources per event, by {words}", words, groups, cells, level)


def _plain_table(
    name: str, title: str, heading: str, groups: Sequence[tuple[str, Flags]], cells: Cells, level: float
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for label, chosen in groups:
        weight, n = cells.weight[chosen], cells.n[chosen]
        events = float(weight.sum())
        if events == 0:
            continue
        several = float(weight[n >= 2].sum())
        listed = float(weight[cells.reference[chosen]].sum())
        carried = float(weight[cells.reference[chosen] & cells.carried[chosen]].sum())
        first, second = wilson(several, events, level), wilson(carried, listed, level)
        known = ~np.isnan(cells.deaths[chosen])
        deaths = (
            float(np.average(cells.deaths[chosen][known], weights=weight[known]))
            if weight[known].sum()
            else None
        )
        share = (float(second.value), float(second.low), float(second.high)) if listed else (None, None, None)
        mean = float(np.average(n, weights=weight))
        rows.append(
            (label, int(events), deaths, mean, float(first.value), float(first.low), float(first.high),
             int(listed), *share)
        )  # fmt: skip
    columns = (
        Column("level", heading),
        Column("events", "events", "integer"),
        Column("mean_deaths", "mean deaths", "number"),
        Column("mean_sources", "mean sources", "number"),
        Column("several", "told by 2 or more", "share"),
        Column("several_low", "from", "share"),
        Column("several_high", "to", "share"),
        Column("listed", "on the reference list", "integer"),
        Column("carried", "of these carried", "share"),
        Column("carried_low", "from", "share"),
        Column("carried_high", "to", "share"),
    )
    return Table(name, title, columns, tuple(rows), f"Intervals of {100 * level:.0f} % after Wilson (1927).")


def tabulate_sources(record: Tables, params: AttentionParams, setting: Setting) -> Table:
    """Profile each source: what it tells of, and what only it tells of."""
    events = covered_events(record, params, setting).select("id", "n", "deaths", "place")
    told = named_accounts(record, setting, params).unique()
    names = record.table("source").select(nw.col("id").alias("source"), "name", "country")
    rows = (
        told.join(events, left_on="event", right_on="id", how="inner")
        .with_columns(
            only=(nw.col("n") == 1).cast(nw.Int64),
            capital=(nw.col("place") == nw.lit(IN_CAPITAL)).cast(nw.Int64),
            several=(nw.col("deaths") >= 10).cast(nw.Int64),
        )
        .group_by("source", "class")
        .agg(
            nw.len().alias("events"),
            nw.col("deaths").mean().alias("mean_deaths"),
            nw.col("several").mean().alias("many"),
            nw.col("capital").mean().alias("capital"),
            nw.col("only").sum().alias("only"),
        )
        .join(names, on="source", how="inner")
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    rows.sort(key=lambda r: (-r["events"], r["name"]))
    total = _events(record, params, setting)
    columns = (
        Column("source", "source"),
        Column("class", "class"),
        Column("events", "events", "integer"),
        Column("share", "share of events", "share"),
        Column("mean_deaths", "mean deaths", "number"),
        Column("many", "with 10 deaths or more", "share"),
        Column("capital", "in the capital", "share"),
        Column("only", "told by it alone", "integer"),
        Column("only_share", "share told by it alone", "share"),
    )
    body = tuple(
        (r["name"], r["class"], r["events"], r["events"] / total, r["mean_deaths"], r["many"], r["capital"],
         int(r["only"]), int(r["only"]) / r["events"])
        for r in rows
    )  # fmt: skip
    note = "A source's profile is what the dataset's coders took from it, not all that it published."
    return Table("sources", "What each source tells of", columns, body, note)


def _events(record: Tables, params: AttentionParams, setting: Setting) -> int:
    counted = (
        covered_events(record, params, setting)
        .select(nw.len().alias("events"))
        .collect("pyarrow")
        .to_native()
    )
    return int(counted.column("events")[0].as_py())


@dataclass(frozen=True, slots=True)
class Dependence:
    """How far the record hangs on one source."""

    single: tuple[float, float, float]
    events: int
    top: str
    top_of_single: float
    top_of_all: float
    table: Table


def measure_dependence(sources: Table, cells: Cells, level: float) -> Dependence:
    """Return the share of events known from one source alone, and from which."""
    total = float(cells.weight.sum())
    single = float(cells.weight[cells.n == 1].sum())
    share = wilson(single, total, level)
    rows = sorted(sources.to_records(), key=lambda r: (-int(r["only"] or 0), str(r["source"])))
    body = tuple(
        (
            r["source"],
            r["class"],
            r["only"],
            int(r["only"] or 0) / single if single else None,
            int(r["only"] or 0) / total,
        )
        for r in rows
        if r["only"]
    )
    columns = (
        Column("source", "source"),
        Column("class", "class"),
        Column("only", "events told by it alone", "integer"),
        Column("of_single", "share of single-source events", "share"),
        Column("of_all", "share of all events", "share"),
    )
    table = Table(
        "single_source",
        "Events known from one source alone, by source",
        columns,
        body,
        "Without the source, these events would not be in the record at all.",
    )
    top = body[0] if body else ("nobody", "", 0, 0.0, 0.0)
    return Dependence(
        (float(share.value), float(share.low), float(share.high)),
        int(total),
        str(top[0]),
        float(top[3] or 0.0),
        float(top[4] or 0.0),
        table,
    )


def tabulate_places(cells: Cells) -> Table:
    """Share out events and reports over first-level areas."""
    factor = cells.factors["admin1"]
    size = len(factor.levels)
    events = np.bincount(factor.codes, cells.weight, minlength=size)
    reports = np.bincount(factor.codes, cells.weight * cells.n, minlength=size)
    order = np.argsort(-events, kind="stable")
    rows = tuple(
        (factor.levels[i], int(events[i]), float(events[i] / events.sum()), int(reports[i]),
         float(reports[i] / reports.sum()),
         float(reports[i] / events[i]))
        for i in order if events[i] > 0
    )  # fmt: skip
    columns = (
        Column("admin1", "first-level area"),
        Column("events", "events", "integer"),
        Column("events_share", "share of events", "share"),
        Column("tellings", "tellings (events × sources)", "integer"),
        Column("tellings_share", "share of tellings", "share"),
        Column("sources", "sources per event", "number"),
    )
    if len(rows) > 1:
        first, second = concentration(events[events > 0]), concentration(reports[events > 0])
        note = (
            f"Gini coefficient over areas: {first.gini:.2f} for events, {second.gini:.2f} for tellings. "
            "0 would be the same number everywhere, 1 all in one area."
        )
    else:
        note = "All events lie in one area."
    return Table("places", "Where events happen and where they are told of", columns, rows, note)


@dataclass(frozen=True, slots=True)
class Unusual:
    """The most over- and under-covered events, and where their rows are."""

    table: Table
    evidence: tuple[Evidence, ...]


def list_unusual(record: Tables, params: AttentionParams, setting: Setting, view: ViewFit) -> Unusual | None:
    """List the events whose coverage is furthest from what the extra-report model expects of events like them."""
    if view.fit is None or params.listed == 0:
        return None
    expected = 1 + np.exp(view.linear_predictor)
    usable = np.isfinite(expected)
    score = np.where(usable, (view.cells.n - expected) / np.sqrt(expected), 0.0)
    rows: list[dict[str, Any]] = []
    for sign, words in ((1.0, "more than expected"), (-1.0, "less than expected")):
        order = np.argsort(-sign * score, kind="stable")[: params.listed]
        wanted = [int(i) for i in order if sign * score[i] > 0]
        rows += [
            row | {"how": words} for row in _events_of(record, params, setting, view.cells, wanted, expected)
        ][: params.listed]
    columns = (
        Column("how", "covered"),
        Column("event", "event id"),
        Column("date", "date", "date"),
        Column("place", "first-level area"),
        Column("actor", "actors (label of the dataset)"),
        Column("deaths", "deaths", "integer"),
        Column("sources", "sources", "integer"),
        Column("expected", "expected of events like it", "number"),
    )
    names = [c.name for c in columns]
    table = Table(
        "unusual",
        "Events told of far more or far less than events like them",
        columns,
        tuple(tuple(row[n] for n in names) for row in rows),
        "Expected by the extra-report model from deaths, actors, kind, place and time. The id is the dataset's own.",
    )
    evidence = tuple(
        Evidence(f"events covered {words}", "event", len(ids), tuple(ids))
        for words in ("more than expected", "less than expected")
        if (ids := [row["id"] for row in rows if row["how"] == words])
    )
    return Unusual(table, evidence)


def _events_of(
    record: Tables,
    params: AttentionParams,
    setting: Setting,
    cells: Cells,
    wanted: Sequence[int],
    expected: np.ndarray[Any, Any],
) -> list[dict[str, Any]]:
    """Fetch the rows of a few cells; a cell's events are in the order of their dates."""
    events = covered_events(record, params, setting)
    rows: list[dict[str, Any]] = []
    for i in wanted:
        keys = {name: cells.factors[name] for name in ("kind", "precision", "place")}
        match = events.filter(
            nw.col("n") == int(cells.n[i]),
            nw.col("deaths") == int(cells.deaths[i]),
            nw.col("year") == int(cells.factors["year"].levels[cells.factors["year"].codes[i]]),
            nw.col("province") == nw.lit(cells.factors["admin1"].levels[cells.factors["admin1"].codes[i]]),
            *(nw.col(name) == nw.lit(f.levels[f.codes[i]]) for name, f in keys.items()),
        )
        label = cells.factors["actor"].levels[cells.factors["actor"].codes[i]]
        if label != OTHERS:
            match = match.filter(nw.col("actor") == nw.lit(label))
        found = (
            match.select("id", "native_id", "date_from", "province", "actor", "deaths", "n")
            .sort("date_from", "id")
            .head(params.listed)
            .collect("pyarrow")
            .to_native()
            .to_pylist()
        )
        rows += [
            {"id": r["id"], "event": r["native_id"], "date": str(r["date_from"]), "place": r["province"],
             "actor": r["actor"], "deaths": r["deaths"], "sources": r["n"], "expected": float(expected[i])}
            for r in found
        ]  # fmt: skip
        rows = list({row["id"]: row for row in rows}.values())
        if len(rows) >= params.listed:
            break
    return rows
