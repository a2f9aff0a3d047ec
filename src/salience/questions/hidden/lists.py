"""The reduction: from accounts, wherever they are held, to counts of capture patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.questions.frames import Tables, in_period, source_class
from salience.questions.hidden.params import HiddenParams
from salience.questions.setting import Setting

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

OTHERS, UNKNOWN = "all others", "not stated"


@dataclass(frozen=True, slots=True)
class List:
    """A list: its name, the sources in it, and how many events they told of."""

    name: str
    sources: tuple[int, ...]
    source_names: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Events by the lists that hold them.

    Attributes
    ----------
    lists : tuple of List
    left_out : tuple of List
        Lists smaller than those used.
    held : (m, lists) bool
    counts : (m,) int
        Events, or victims.
    deaths : (m,) int or None
        When victims are counted, deaths of each event of the row, of which there are `events`.
    events : (m,) int
    stratum : (m,) int
    strata : tuple of str
    elsewhere : int
        Events of the record, in the period, that none of these lists holds.
    one_coder : float
        Share of the lists' entries that are known only because one dataset names the source.
    """

    lists: tuple[List, ...]
    left_out: tuple[List, ...]
    held: Flags
    counts: Ints
    deaths: Ints | None
    events: Ints
    stratum: Ints
    strata: tuple[str, ...]
    elsewhere: int
    one_coder: float

    @property
    def recorded(self) -> int:
        """Events, or victims, on at least one list."""
        return int(self.counts.sum())

    def table(self) -> tuple[Flags, Ints]:
        """Return each pattern once, with its count."""
        return add_up(self.held, self.counts)


def add_up(held: Flags, counts: Ints) -> tuple[Flags, Ints]:
    """Return each pattern once, with the sum of its counts."""
    distinct, position = np.unique(held, axis=0, return_inverse=True)
    return distinct, np.bincount(position.ravel(), counts, len(distinct)).astype(np.int64)


def reduce_lists(record: Tables, params: HiddenParams, setting: Setting) -> Patterns:
    """Count which lists hold which events.

    The dataset's own accounts are on no list: what it says, it has from its sources.

    Raises
    ------
    QuestionError
        A named list names a source that the record does not have.
    """
    told = who_told(record, setting)
    lists, left_out = choose_lists(record, told, params, setting)
    if len(lists) < 2:
        return Patterns(tuple(lists), tuple(left_out), np.zeros((0, len(lists)), bool), *_nothing())
    held = [f"list_{j}" for j in range(len(lists))]
    flags = told.group_by("event").agg(
        *(
            nw.col("source").is_in(list(each.sources)).cast(nw.Int8).max().alias(name)
            for name, each in zip(held, lists, strict=True)
        )
    )
    deaths = nw.coalesce(nw.col("deaths_best"), nw.lit(0)) if params.count == "victims" else nw.lit(0)
    events = in_period(record, setting).select("id", stratum=_stratum(params), deaths=deaths)
    cells = (
        events.join(flags, left_on="id", right_on="event", how="inner")
        .group_by(*held, "stratum", "deaths")
        .agg(nw.len().alias("events"))
    )
    rows = cells.collect("pyarrow").to_native().to_pylist()
    rows.sort(key=lambda row: (*(row[h] for h in held), str(row["stratum"]), row["deaths"]))
    return _patterns(rows, held, lists, left_out, params, _one_coder(told, lists))


def _nothing() -> tuple[Ints, None, Ints, Ints, tuple[str, ...], int, float]:
    empty = np.zeros(0, dtype=np.int64)
    return empty, None, empty, empty, (), 0, 0.0


def who_told(record: Tables, setting: Setting) -> nw.LazyFrame[Any]:
    """Return event, source and how each account is known, of the period's events; datasets left out."""
    kind = nw.col("kind")
    sources = (
        record.table("source")
        .filter(kind.is_null() | (kind != nw.lit("dataset")))
        .select(nw.col("id").alias("source"))
    )
    accounts = (
        record.table("account")
        .filter(nw.col("told") != nw.lit("figures"))
        .select(nw.col("id").alias("account"), "source", "told", "origin")
    )
    links = record.table("link").select("account", "event")
    events = in_period(record, setting).select(nw.col("id").alias("event"))
    return (
        accounts.join(sources, on="source", how="inner")
        .join(links, on="account", how="inner")
        .join(events, on="event", how="inner")
        .select("event", "source", "told", "origin")
    )


def choose_lists(
    record: Tables, told: nw.LazyFrame[Any], params: HiddenParams, setting: Setting
) -> tuple[list[List], list[List]]:
    """Return the lists to use, the largest first, and those left out."""
    labels = _list_labels(record, params, setting)
    pairs = told.select("event", "source").unique()
    if params.lists_by == "source":
        sizes = (
            pairs.group_by("source").agg(nw.len().alias("events")).collect("pyarrow").to_native().to_pylist()
        )
        count = {labels[row["source"]][0]: row["events"] for row in sizes if row["source"] in labels}
    else:
        count = {}
    members: dict[str, list[tuple[int, str]]] = {}
    for source, (label, name) in labels.items():
        members.setdefault(label, []).append((source, name))
    found = []
    for label, inside in members.items():
        ids = sorted(source for source, _ in inside)
        events = count.get(label, 0) if params.lists_by == "source" else _distinct_events(pairs, ids)
        if events:
            found.append(List(label, tuple(ids), tuple(sorted(name for _, name in inside)), events))
    found.sort(key=lambda each: (-each.events, each.name))
    return found[: params.most_lists], found[params.most_lists :]


def _list_labels(record: Tables, params: HiddenParams, setting: Setting) -> dict[int, tuple[str, str]]:
    """Return for each source that may be on a list the list's name and its own."""
    frame = record.table("source").with_columns(source_class(setting).alias("class"))
    rows = (
        frame.select("id", "name", "kind", "class", "independence_group")
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    rows = [row for row in rows if row["kind"] != "dataset"]
    if params.lists_by == "named":
        return _named_labels(rows, params)
    column = {"kind": "kind", "class": "class", "independence group": "independence_group"}.get(
        params.lists_by
    )
    unknown = "kind not known" if params.lists_by == "kind" else None
    return {
        row["id"]: (str((row[column] if column else None) or unknown or row["name"]), row["name"])
        for row in rows
    }


def _named_labels(rows: Sequence[dict[str, Any]], params: HiddenParams) -> dict[int, tuple[str, str]]:
    ids = {row["name"]: row["id"] for row in rows}
    labels: dict[int, tuple[str, str]] = {}
    for name, sources in params.named_lists():
        for source in sources:
            if source not in ids and not rows:
                continue
            if source not in ids:
                raise QuestionError(
                    f"list '{name}' names the source '{source}', which the record does not have; `salience sources "
                    "CASE` lists those it has"
                )
            if ids[source] in labels:
                raise QuestionError(
                    f"the source '{source}' is on two lists, {labels[ids[source]][0]} and {name}"
                )
            labels[ids[source]] = (name, source)
    return labels


def _distinct_events(pairs: nw.LazyFrame[Any], sources: Sequence[int]) -> int:
    found = (
        pairs.filter(nw.col("source").is_in(list(sources)))
        .select("event")
        .unique()
        .select(nw.len().alias("events"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    return int(found[0]["events"])


def _one_coder(told: nw.LazyFrame[Any], lists: Sequence[List]) -> float:
    """Return the share of the lists' entries that one dataset's naming of a source is all we know of."""
    ids = [source for each in lists for source in each.sources]
    rows = (
        told.filter(nw.col("source").is_in(ids))
        .group_by("told", "origin")
        .agg(nw.len().alias("n"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    total = sum(row["n"] for row in rows)
    return max((row["n"] for row in rows if row["told"] == "named"), default=0) / total if total else 0.0


def _stratum(params: HiddenParams) -> nw.Expr:
    if params.strata == "none":
        return nw.lit("all")
    if params.strata == "year":
        return nw.coalesce(nw.col("date_from").dt.year().cast(nw.String), nw.lit(UNKNOWN))
    column = params.actor_by if params.strata == "actor" else "admin1"
    return nw.coalesce(nw.col(column), nw.lit(UNKNOWN))


def _patterns(
    rows: Sequence[dict[str, Any]],
    held: Sequence[str],
    lists: Sequence[List],
    left_out: Sequence[List],
    params: HiddenParams,
    one_coder: float,
) -> Patterns:
    flags = np.array([[row[h] for h in held] for row in rows], dtype=bool).reshape(len(rows), len(held))
    events = np.array([row["events"] for row in rows], dtype=np.int64)
    deaths = np.array([row["deaths"] for row in rows], dtype=np.int64)
    names = np.array([str(row["stratum"]) for row in rows], dtype=object)
    on = flags.any(axis=1)
    counts = events * deaths if params.count == "victims" else events
    strata = _name_strata(names[on], counts[on], params)
    order = {name: i for i, name in enumerate(strata)}
    other = order.get(OTHERS, 0)
    return Patterns(
        lists=tuple(lists),
        left_out=tuple(left_out),
        held=flags[on],
        counts=counts[on],
        deaths=deaths[on] if params.count == "victims" else None,
        events=events[on],
        stratum=np.array([order.get(str(name), other) for name in names[on]], dtype=np.int64),
        strata=strata,
        elsewhere=int(events[~on].sum()),
        one_coder=one_coder,
    )


def _name_strata(names: npt.NDArray[Any], counts: Ints, params: HiddenParams) -> tuple[str, ...]:
    """Return the strata told apart: years in order, else the largest first, the rest together."""
    sizes: dict[str, int] = {}
    for name, count in zip(names, counts, strict=True):
        sizes[str(name)] = sizes.get(str(name), 0) + int(count)
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    shown = ranked[: params.strata_shown]
    if params.strata == "year":
        shown.sort()
    return (*shown, OTHERS) if len(ranked) > len(shown) else tuple(shown)
