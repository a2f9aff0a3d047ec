"""The reduction: from events, statements or reports, wherever they are held, to one number a period."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.questions.change.params import ChangeParams
from salience.questions.change.periods import Periods, make_periods, next_start, start_of
from salience.questions.change.responses import count_responses
from salience.questions.change.texts import find_statements, published
from salience.questions.frames import Tables, in_period, told_events
from salience.questions.hidden.lists import who_told
from salience.questions.setting import Setting

Floats = npt.NDArray[np.float64]
IN_TEXTS = frozenset({"statements", "mentions", "reports"})
COARSE = {"month": ("year",), "week": ("week", "month", "year")}
# A gap of more days than this between the case's period and the first or last row is no data, not no events.
_GAP_DAYS = 31


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was told in each period, of anything: all (n,).

    Attributes
    ----------
    sources : (n,) float
        Distinct sources, datasets left out.
    reports : (n,) float
        Tellings of events by sources, or reports.
    events : (n,) float
        Events, of any actor, each by what its pair of sides is told of on average, so that a new mix of events is no
        change of coverage; 0 for texts.
    expected : (n,) float
        Distinct sources that would have told of so many events of each pair of sides, had every source gone on as it
        did on average: more events are told of by more sources, and that is no change of coverage. 1 for texts.
    largest, share : str, float
        The source that told most, and its share of all tellings.
    """

    sources: Floats
    reports: Floats
    events: Floats
    expected: Floats
    largest: str
    share: float


@dataclass(frozen=True, slots=True)
class Series:
    """A series as it was counted.

    Attributes
    ----------
    periods : Periods
    counts : (n,) float
    against : (n,) float or None
        The control, or verbal responses.
    against_name : str
    coverage : Coverage or None
        None where the record does not say who told.
    rows : int
        Events, statements, … counted.
    undated : int
        Rows without a date, left out.
    coarse : int
        Rows whose date is known less exactly than a period is long.
    unknown : int
        Events without a number of deaths, which count as none.
    """

    periods: Periods
    counts: Floats
    against: Floats | None
    against_name: str
    coverage: Coverage | None
    rows: int
    undated: int = 0
    coarse: int = 0
    unknown: int = 0

    @property
    def keep(self) -> npt.NDArray[np.bool_]:
        """Periods of which at least half is covered."""
        return self.periods.whole


def reduce_series(record: Tables, params: ChangeParams, setting: Setting) -> Series | None:
    """Count by period; None where the record holds nothing with a date.

    Raises
    ------
    QuestionError
        An actor or place is asked for that the record does not have.
    """
    in_texts = params.count in IN_TEXTS
    responses = count_responses(record, params, setting) if params.count == "material responses" else None
    in_texts = in_texts or (responses is not None and responses.from_texts)
    periods = _span(record, params, setting, in_texts)
    if periods is None:
        return None
    coverage = (
        _text_coverage(record, setting, periods) if in_texts else _event_coverage(record, setting, periods)
    )
    if responses is not None:
        deeds, words = (_by_period(rows, periods) for rows in (responses.material, responses.verbal))
        return Series(periods, deeds, words, "verbal responses", coverage, int(deeds.sum() + words.sum()))
    if in_texts:
        rows = find_statements(record, params, setting, params.actor)
        against = (
            _by_period(find_statements(record, params, setting, params.control), periods)
            if params.control
            else None
        )
        counts = _by_period(rows, periods)
        return Series(periods, counts, against, ", ".join(params.control), coverage, int(counts.sum()))
    return _count_events(record, params, setting, periods, coverage)


def _count_events(
    record: Tables, params: ChangeParams, setting: Setting, periods: Periods, coverage: Coverage | None
) -> Series:
    events = in_period(record, setting)
    _require_known(record, events, params)
    chosen = chosen_events(record, events, params, params.actor)
    counts, rows, unknown = _amounts(chosen, params.count, periods)
    against = None
    if params.control:
        against, _, _ = _amounts(chosen_events(record, events, params, params.control), params.count, periods)
    undated, coarse = _precision(
        chosen_events(record, told_events(record), params, params.actor), chosen, params
    )
    return Series(
        periods, counts, against, ", ".join(params.control), coverage, rows, undated, coarse, unknown
    )


def chosen_events(
    record: Tables, events: nw.LazyFrame[Any], params: ChangeParams, actors: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Return the events of these actors, of the kinds and places asked for."""
    if actors:
        labels = labels_of(record, actors)
        a, b = nw.col("side_a").is_in(labels), nw.col("side_b").is_in(labels)
        events = events.filter({"a": a, "b": b, "either": a | b}[params.side])
    if params.kind:
        kinds = list(params.kind)
        events = events.filter(nw.col("kind").is_in(kinds) | nw.col("kind_native").is_in(kinds))
    if params.place:
        events = events.filter(nw.col("admin1").is_in(list(params.place)))
    return events


def labels_of(record: Tables, actors: tuple[str, ...]) -> list[str]:
    """Return these labels, and all labels of the actors that have one of them as their name."""
    named = (
        record.table("actor").filter(nw.col("name").is_in(list(actors))).select(nw.col("id").alias("actor"))
    )
    rows = record.table("alias").join(named, on="actor", how="inner").select("label")
    found = {row["label"] for row in rows.collect("pyarrow").to_native().to_pylist()}
    return sorted(found | set(actors))


def _amounts(chosen: nw.LazyFrame[Any], count: str, periods: Periods) -> tuple[Floats, int, int]:
    """Return the count of each period, the events it comes from, and those without the number that is counted."""
    column = {"deaths": "deaths_best", "civilian deaths": "deaths_civilians"}.get(count)
    number = nw.lit(1) if column is None else nw.coalesce(nw.col(column), nw.lit(0))
    missing = nw.lit(0) if column is None else nw.col(column).is_null().cast(nw.Int64)
    rows = (
        chosen.filter(~nw.col("date_from").is_null())
        .with_columns(number=number, missing=missing)
        .group_by("date_from")
        .agg(nw.col("number").sum(), nw.col("missing").sum(), nw.len().alias("events"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    counts = _by_period([(row["date_from"], row["number"]) for row in rows], periods)
    return counts, sum(row["events"] for row in rows), int(sum(row["missing"] for row in rows))


def _by_period(rows: list[tuple[Any, float]], periods: Periods) -> Floats:
    counts = np.zeros(len(periods))
    for day, number in rows:
        at = periods.index(day.date() if isinstance(day, datetime) else day)
        if 0 <= at < len(periods):
            counts[at] += float(number)  # DuckDB sums are decimals
    return counts


def _precision(
    everything: nw.LazyFrame[Any], chosen: nw.LazyFrame[Any], params: ChangeParams
) -> tuple[int, int]:
    """Return how many rows have no date, and how many one that is coarser than a period."""
    undated = everything.filter(nw.col("date_from").is_null()).select(nw.len().alias("n"))
    coarse = chosen.filter(nw.col("date_precision").is_in(list(COARSE[params.step]))).select(
        nw.len().alias("n")
    )
    return _one(undated), _one(coarse)


def _one(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.collect("pyarrow").to_native().to_pylist()[0]["n"])


def _require_known(record: Tables, events: nw.LazyFrame[Any], params: ChangeParams) -> None:
    """Refuse labels and places that no event has: a slip of spelling would look like silence."""
    for asked, columns, what in (
        (params.actor + params.control, ("side_a", "side_b"), "actor"),
        (params.place, ("admin1",), "place"),
        (params.kind, ("kind", "kind_native"), "kind"),
    ):
        if not asked:
            continue
        known: dict[str, int] = {}
        for column in columns:
            rows = events.group_by(column).agg(nw.len().alias("n")).collect("pyarrow").to_native().to_pylist()
            for row in rows:
                if row[column] is not None:
                    known[row[column]] = known.get(row[column], 0) + row["n"]
        # Without any event a name is no slip; the series itself says that nothing was counted.
        for name in asked if known else ():
            if known.keys() & set(labels_of(record, (name,)) if what == "actor" else [name]):
                continue
            near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
            most = sorted(known, key=lambda k: (-known[k], k))[:5]
            raise QuestionError(
                f"no event of the period has the {what} '{name}'; "
                + (
                    f"did you mean {' or '.join(repr(n) for n in near)}?"
                    if near
                    else f"most have {', '.join(most)}"
                )
            )


def _span(record: Tables, params: ChangeParams, setting: Setting, in_texts: bool) -> Periods | None:
    """Return the periods that the record covers: the case's, cut to where there are rows of any kind."""
    if in_texts:
        frame = published(record, setting).select(nw.col("published").alias("day"))
    else:
        frame = in_period(record, setting).select(nw.col("date_from").alias("day"))
    rows = (
        frame.select(nw.col("day").min().alias("low"), nw.col("day").max().alias("high"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    low, high = rows[0]["low"], rows[0]["high"]
    if low is None:
        return None
    first, last = _day(low), _day(high)
    start, end = setting.period.start, setting.period.end
    first = start if start and (first - start).days <= _GAP_DAYS else start_of(first, params.step)
    ending = next_start(start_of(last, params.step), params.step)
    last = end if end and (end - last).days <= _GAP_DAYS else date.fromordinal(ending.toordinal() - 1)
    return make_periods(first, last, params.step)


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _event_coverage(record: Tables, setting: Setting, periods: Periods) -> Coverage | None:
    """Count who told of any event, to see whether more sources tell since."""
    label = nw.coalesce(nw.col("dyad"), nw.col("kind_native"), nw.lit(""))
    days = in_period(record, setting).select(
        nw.col("id").alias("event"), nw.col("date_from").alias("day"), label.alias("label")
    )
    told = who_told(record, setting).select("event", "source").join(days, on="event", how="inner")
    rows = (
        told.group_by("day", "label", "source")
        .agg(nw.len().alias("n"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    events = days.group_by("day", "label").agg(nw.len().alias("n")).collect("pyarrow").to_native().to_pylist()
    usual = _usual_depth(rows, events)
    weighed = [(row["day"], row["n"] * usual.get(row["label"], 1.0)) for row in events]
    return _coverage(record, rows, weighed, periods, _expected_sources(rows, events, periods))


def _usual_depth(rows: list[dict[str, Any]], events: list[dict[str, Any]]) -> dict[str, float]:
    """Return how much more than others the events of each label are told of, over the whole record (1 on average)."""
    told, happened = _add_up(rows, "label"), _add_up(events, "label")
    whole = sum(told.values()) / max(sum(happened.values()), 1)
    return {label: told[label] / n / whole for label, n in happened.items() if n and whole}


def _expected_sources(rows: list[dict[str, Any]], events: list[dict[str, Any]], periods: Periods) -> Floats:
    """Return the distinct sources expected in each period: sum over sources of 1 - prod over labels (1 - q)^events.

    q is the share of a label's events that the source told of, over the whole record.
    """
    labels = {label: k for k, label in enumerate(_add_up(events, "label"))}
    sources = {source: k for k, source in enumerate(_add_up(rows, "source"))}
    told, number = np.zeros((len(sources), len(labels))), np.zeros((len(labels), len(periods)))
    for row in rows:
        told[sources[row["source"]], labels[row["label"]]] += row["n"]
    happened = np.zeros(len(labels))
    for row in events:
        happened[labels[row["label"]]] += row["n"]
        at = periods.index(_day(row["day"])) if row["day"] is not None else -1
        if 0 <= at < len(periods):
            number[labels[row["label"]], at] += row["n"]
    chance = np.minimum(told / np.maximum(happened, 1.0), 1.0 - 1e-12)
    return np.asarray((1.0 - np.exp(np.log1p(-chance) @ number)).sum(axis=0))


def _add_up(rows: list[dict[str, Any]], by: str) -> Counter[Any]:
    """Return the sum of n by a column, in a fixed order."""
    found: Counter[Any] = Counter()
    for row in sorted(rows, key=lambda each: str(each[by])):
        found[row[by]] += row["n"]
    return found


def _text_coverage(record: Tables, setting: Setting, periods: Periods) -> Coverage | None:
    frame = published(record, setting).group_by("published", "source").agg(nw.len().alias("n"))
    rows = frame.collect("pyarrow").to_native().to_pylist()
    return _coverage(record, [{**row, "day": row["published"]} for row in rows], [], periods)


def _coverage(
    record: Tables,
    rows: list[dict[str, Any]],
    events: list[tuple[Any, float]],
    periods: Periods,
    expected: Floats | None = None,
) -> Coverage | None:
    rows = [row for row in rows if row["day"] is not None]
    if not rows:
        return None
    who: list[set[int]] = [set() for _ in range(len(periods))]
    size: dict[int, int] = {}
    for row in rows:
        at = periods.index(_day(row["day"]))
        if 0 <= at < len(periods):
            who[at].add(row["source"])
            size[row["source"]] = size.get(row["source"], 0) + row["n"]
    largest = max(sorted(size), key=lambda s: size[s])
    name = record.table("source").filter(nw.col("id") == nw.lit(largest)).select("name")
    named = name.collect("pyarrow").to_native().to_pylist()
    return Coverage(
        sources=np.array([len(each) for each in who], dtype=np.float64),
        reports=_by_period([(row["day"], row["n"]) for row in rows], periods),
        events=_by_period([(day, n) for day, n in events if day is not None], periods),
        expected=np.ones(len(periods)) if expected is None else expected,
        largest=str(named[0]["name"]) if named else "",
        share=size[largest] / sum(size.values()),
    )
