"""From the record to counts by place, group, sex and age, and how they come in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from salience.errors import QuestionError
from salience.methods.cells import FloatArray
from salience.questions.disparity.labels import DIMENSIONS, band_of, nearest, sex_of
from salience.questions.disparity.params import DisparityParams
from salience.questions.frames import Tables, in_period
from salience.questions.setting import Setting
from salience.record.names import normalise_name


@dataclass(frozen=True, slots=True)
class Cell:
    """How many are of one place, group, sex and age, as the record writes these; None is not stated."""

    place: str | None
    group: str | None
    sex: str | None
    age: str | None
    count: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What one source says: persons, and how many of them with a group."""

    name: str
    count: int
    named: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The sufficient counts.

    Attributes
    ----------
    cells : tuple of Cell
    sources : tuple of SourceCount
    frame : LazyFrame
        The rows behind them, for the batches.
    undated : int
        Persons without a day, left out because the case has a period.
    repeated : int
        Persons told by a second source of the same incident, counted once.
    unmarked : bool
        Several sources, and rows that name no incident: the same person may be counted twice.
    guessed : int
        Persons whose group was guessed, as the case declares.
    unfit : int
        Persons left out because the sex, age or kind that is asked for is not stated of them.
    """

    cells: tuple[Cell, ...]
    sources: tuple[SourceCount, ...]
    frame: nw.LazyFrame[Any] | None
    undated: int = 0
    repeated: int = 0
    unmarked: bool = False
    guessed: int = 0
    unfit: int = 0

    @property
    def total(self) -> int:
        """All who are counted."""
        return sum(cell.count for cell in self.cells)


def count_cells(record: Tables, params: DisparityParams, setting: Setting) -> Counted:
    """Reduce the record to cells.

    Raises
    ------
    QuestionError
        A source or kind that the record does not have; the nearest is named.
    """
    if params.count == "events":
        return _count_events(record, params, setting)
    rows = record.table("person")
    if _sum(rows) == 0:
        return Counted((), (), None)
    dated, undated = _within(rows, setting)
    dated, unfit = _only(dated, "kind", params.kind)
    dated = _with_source_names(dated, record)
    if params.source is not None:
        dated, _ = _only(dated, "source_name", params.source)
    kept, repeated = _one_source_an_incident(dated)
    found = (
        kept.group_by("place", "group_name", "sex", "age")
        .agg(nw.col("count").sum().alias("n"))
        .collect()
        .to_dict(as_series=False)
    )
    cells = [
        Cell(place, group, sex, age, int(n))
        for place, group, sex, age, n in zip(
            *(found[name] for name in ("place", "group_name", "sex", "age", "n")), strict=True
        )
    ]
    cells, missing = _restrict(cells, params)
    sources = _count_sources(dated)
    alone = _sum(dated.filter(nw.col("incident").is_null()))
    return Counted(
        tuple(sorted(cells, key=lambda c: tuple(str(v) for v in (c.place, c.group, c.sex, c.age)))),
        sources,
        kept,
        undated,
        repeated,
        len(sources) > 1 and alone > 0,
        _sum(kept.filter(nw.col("guessed"))),
        unfit + missing,
    )


def count_batches(
    counted: Counted, members: Sequence[Cell], known: Sequence[Cell], params: DisparityParams
) -> tuple[list[str | None], FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return by place how those of known group come in batches: places, members, known, squares, batches.

    Squares are the sums over batches of x², x n and n² for x members among n known.
    """
    if counted.frame is None:
        return [], np.zeros(0), np.zeros(0), np.zeros((0, 3)), np.zeros(0)
    member, named = _is_one_of(members, params), _is_one_of(known, params)
    count = nw.col("count").cast(nw.Float64)
    nothing = nw.lit(0.0)
    unmarked = nw.col("incident").is_null()
    placed = ~(nw.col("date").is_null() | nw.col("place").is_null())
    rows = counted.frame.with_columns(
        nw.when(member).then(count).otherwise(nothing).alias("x"),
        nw.when(named).then(count).otherwise(nothing).alias("k"),
        nw.when(unmarked & placed).then(nw.col("date")).alias("day"),
        nw.when(unmarked & ~placed).then(nw.col("id")).alias("alone"),
    )
    batches = (
        rows.group_by("place", "incident", "day", "alone")
        .agg(nw.col("x").sum(), nw.col("k").sum())
        .filter(nw.col("k") > 0)
    )
    x, k = nw.col("x"), nw.col("k")
    found = (
        batches.with_columns((x * x).alias("xx"), (x * k).alias("xk"), (k * k).alias("kk"))
        .group_by("place")
        .agg(*(nw.col(c).sum() for c in ("x", "k", "xx", "xk", "kk")), nw.len().alias("m"))
        .sort("place")
        .collect()
        .to_dict(as_series=False)
    )
    as_floats = {
        name: np.asarray(found[name], dtype=np.float64) for name in ("x", "k", "xx", "xk", "kk", "m")
    }
    squares = np.stack([as_floats["xx"], as_floats["xk"], as_floats["kk"]], axis=-1)
    return list(found["place"]), as_floats["x"], as_floats["k"], squares, as_floats["m"]


def _is_one_of(cells: Sequence[Cell], params: DisparityParams) -> nw.Expr:
    """Return whether a row belongs to one of the cells, by what tells groups apart and what is fixed."""
    used = [d for d in DIMENSIONS if d in params.by or getattr(params, d, None) is not None]
    columns = {"group": "group_name", "sex": "sex", "age": "age"}
    wanted = {tuple(getattr(cell, d) for d in used) for cell in cells}
    found = nw.lit(False)
    for combination in sorted(wanted, key=str):
        one = nw.lit(True)
        for dimension, value in zip(used, combination, strict=True):
            column = nw.col(columns[dimension])
            one = one & (column.is_null() if value is None else column == nw.lit(value))
        found = found | one.fill_null(False)
    return found


def _within(rows: nw.LazyFrame[Any], setting: Setting) -> tuple[nw.LazyFrame[Any], int]:
    period = setting.period
    if period.start is None and period.end is None:
        return rows, 0
    undated = _sum(rows.filter(nw.col("date").is_null()))
    if period.start:
        rows = rows.filter(nw.col("date") >= nw.lit(period.start))
    if period.end:
        rows = rows.filter(nw.col("date") <= nw.lit(period.end))
    return rows, undated


def _only(rows: nw.LazyFrame[Any], column: str, wanted: str | None) -> tuple[nw.LazyFrame[Any], int]:
    """Keep the rows that say this, whatever their case; return how many say nothing."""
    if wanted is None:
        return rows, 0
    words = [w for w in rows.select(column).unique().collect()[column].to_list() if w is not None]
    if not words and not _sum(rows):
        return rows, 0
    same = [w for w in words if normalise_name(w) == normalise_name(wanted)]
    if not same:
        hint = nearest(wanted, words)
        what = column.removesuffix("_name")
        raise QuestionError(f"no persons have the {what} '{wanted}'.{hint or f' There are: {_some(words)}.'}")
    silent = _sum(rows.filter(nw.col(column).is_null()))
    return rows.filter(nw.col(column).is_in(same)), silent


def _with_source_names(rows: nw.LazyFrame[Any], record: Tables) -> nw.LazyFrame[Any]:
    names = record.table("source").select(nw.col("id").alias("source"), nw.col("name").alias("source_name"))
    return rows.join(names, on="source", how="left")


def _one_source_an_incident(rows: nw.LazyFrame[Any]) -> tuple[nw.LazyFrame[Any], int]:
    """Take each incident from the one source that names the group of most; rows without incident all stand."""
    marked = rows.filter(~nw.col("incident").is_null())
    named = nw.when(~nw.col("group_name").is_null()).then(nw.col("count")).otherwise(0)
    told = (
        marked.with_columns(named.alias("named"))
        .group_by("incident", "source")
        .agg(nw.col("named").sum(), nw.col("count").sum().alias("told"))
    )
    several = told.group_by("incident").agg(nw.len().alias("tellers")).filter(nw.col("tellers") > 1)
    doubled = told.join(several, on="incident", how="inner").collect().to_dict(as_series=False)
    if not doubled["incident"]:
        return rows, 0
    best: dict[str, tuple[int, int, int]] = {}
    for incident, source, k, n in zip(
        *(doubled[c] for c in ("incident", "source", "named", "told")), strict=True
    ):
        rank = (int(k), int(n), -int(source))
        best[incident] = max(best.get(incident, rank), rank)
    dropped: dict[int, list[str]] = {}
    for incident, source in zip(doubled["incident"], doubled["source"], strict=True):
        if -best[incident][2] != source:
            dropped.setdefault(int(source), []).append(incident)
    left = nw.lit(False)
    for source, incidents in sorted(dropped.items()):
        left = left | (
            (nw.col("source") == source) & nw.col("incident").is_in(sorted(incidents)).fill_null(False)
        )
    return rows.filter(~left), _sum(rows.filter(left))


def _restrict(cells: Sequence[Cell], params: DisparityParams) -> tuple[list[Cell], int]:
    """Keep those of the sex and age that is asked for; count those of whom it is not stated."""
    missing = 0
    kept = []
    for cell in cells:
        unknown = (params.sex is not None and cell.sex is None) or (
            params.age is not None and cell.age is None
        )
        if unknown:
            missing += cell.count
            continue
        if params.sex is not None and sex_of(cell.sex) != sex_of(params.sex):
            continue
        if params.age is not None and band_of(cell.age, (params.age,)) is None:
            continue
        kept.append(cell)
    return kept, missing


def _count_sources(rows: nw.LazyFrame[Any]) -> tuple[SourceCount, ...]:
    named = nw.when(~nw.col("group_name").is_null()).then(nw.col("count")).otherwise(0)
    found = (
        rows.with_columns(named.alias("named"))
        .group_by("source_name")
        .agg(nw.col("count").sum().alias("n"), nw.col("named").sum())
        .collect()
        .to_dict(as_series=False)
    )
    sources = [
        SourceCount(str(name or "source not stated"), int(n), int(k))
        for name, n, k in zip(found["source_name"], found["n"], found["named"], strict=True)
    ]
    return tuple(sorted(sources, key=lambda s: (-s.count, s.name)))


def _count_events(record: Tables, params: DisparityParams, setting: Setting) -> Counted:
    events = in_period(record, setting)
    found = (
        events.group_by(nw.col("admin1"), nw.col(params.label))
        .agg(nw.len().alias("n"))
        .collect()
        .to_dict(as_series=False)
    )
    cells = [
        Cell(place, label, None, None, int(n))
        for place, label, n in zip(found["admin1"], found[params.label], found["n"], strict=True)
    ]
    return Counted(tuple(sorted(cells, key=lambda c: (str(c.place), str(c.group)))), (), None)


def _sum(rows: nw.LazyFrame[Any]) -> int:
    found = rows.select(nw.col("count").sum()).collect()["count"].to_list()[0]
    return int(found or 0)


def _some(words: Sequence[str], most: int = 6) -> str:
    return ", ".join(sorted(words)[:most]) + (", …" if len(words) > most else "")
