"""The reduction: from events and accounts, wherever they are held, to covariate cells with counts of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.questions.attention.params import AttentionParams
from salience.questions.frames import Tables, in_period, source_class
from salience.questions.setting import Capital, Setting

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

OTHERS, UNKNOWN = "all others", "not stated"
KEYS = (
    "n",
    "deaths",
    "actor",
    "kind",
    "precision",
    "place",
    "year",
    "month",
    "admin1",
    "reference",
    "carried",
)
KNOWN_PLACE, KNOWN_AREA, VAGUE = "place known", "district or province", "area or country"
PRECISION = {"exact": KNOWN_PLACE, "near": KNOWN_PLACE, "admin2": KNOWN_AREA, "admin1": KNOWN_AREA}
IN_CAPITAL, ELSEWHERE = "in the capital", "elsewhere"
FACTORS = ("actor", "kind", "precision", "place", "year", "month", "admin1")
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Factor:
    """A categorical covariate: a code for each cell, and the level that each code means."""

    codes: Ints
    levels: tuple[str, ...]

    def take(self, chosen: Flags | Ints) -> Factor:
        """Return the factor of the chosen cells; levels stay."""
        return Factor(self.codes[chosen], self.levels)


@dataclass(frozen=True, slots=True)
class Cells:
    """Events reduced to the combinations of covariates that occur.

    Attributes
    ----------
    n : (cells,) int
        Distinct sources that told of each event of the cell, at least 1.
    deaths : (cells,) float
        Deaths; nan when unknown.
    weight : (cells,) float
        Events in the cell.
    factors : dict of Factor
        actor, kind, precision, place, year, month, admin1.
    reference, carried : (cells,) bool
        Whether a source of the reference list told of it; whether a source of the other classes did.
    """

    n: Ints
    deaths: Floats
    weight: Floats
    factors: dict[str, Factor]
    reference: Flags
    carried: Flags

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.weight.sum())

    def take(self, chosen: Flags | Ints) -> Cells:
        """Return the chosen cells."""
        factors = {name: factor.take(chosen) for name, factor in self.factors.items()}
        return replace(
            self,
            n=self.n[chosen],
            deaths=self.deaths[chosen],
            weight=self.weight[chosen],
            factors=factors,
            reference=self.reference[chosen],
            carried=self.carried[chosen],
        )

    def level(self, factor: str, name: str) -> Flags:
        """Return which cells have a factor's level."""
        found = self.factors[factor]
        code = found.levels.index(name) if name in found.levels else -1
        return np.equal(found.codes, code)


def covered_events(record: Tables, params: AttentionParams, setting: Setting) -> nw.LazyFrame[Any]:
    """Return the events that the question is about, with the columns that cells are made of.

    Only events whose sources the dataset lists and of which at least one source told, within the period.
    """
    events = in_period(record, setting).filter(nw.col("sources_listed"), nw.col("sources") >= 1)
    if params.precise_dates:
        events = events.filter(nw.col("date_precision") == nw.lit("day"))
    if params.kind:
        events = events.filter(
            nw.col("kind_native").is_in(list(params.kind)) | nw.col("kind").is_in(list(params.kind))
        )
    return events.with_columns(
        n=nw.col("sources"),
        deaths=nw.col(f"deaths_{params.deaths}"),
        actor=_actor(params),
        kind=nw.coalesce(nw.col("kind_native"), nw.col("kind"), nw.lit(UNKNOWN)),
        precision=_precision(),
        place=_place(params, setting.capital),
        year=nw.col("date_from").dt.year(),
        month=_month(params),
        province=nw.coalesce(nw.col("admin1"), nw.lit(UNKNOWN)),
    )


def named_accounts(record: Tables, setting: Setting, params: AttentionParams) -> nw.LazyFrame[Any]:
    """Return who told of which event: event, source, its class, and whether that is of either compared group.

    Datasets are left out. What depends on the source alone is settled before accounts, of which there may be
    millions, are joined to it.
    """
    kind = nw.col("kind")
    sources = (
        record.table("source")
        .filter(kind.is_null() | (kind != nw.lit("dataset")))
        .with_columns(source_class(setting).alias("class"))
        .select(
            nw.col("id").alias("source"),
            "class",
            nw.col("class").is_in(list(params.reference)).cast(nw.Int8).alias("reference"),
            nw.col("class").is_in(list(params.carried_by)).cast(nw.Int8).alias("carried"),
        )
    )
    accounts = (
        record.table("account")
        .filter(nw.col("told") != nw.lit("figures"))
        .select(nw.col("id").alias("account"), "source")
    )
    links = record.table("link").select("account", "event")
    return (
        accounts.join(sources, on="source", how="inner")
        .join(links, on="account", how="inner")
        .select("event", "source", "class", "reference", "carried")
    )


def reduce_events(
    record: Tables,
    params: AttentionParams,
    setting: Setting,
    *,
    actors: Sequence[str] | None = None,
    without: int | None = None,
) -> Cells:
    """Reduce the covered events to cells.

    Parameters
    ----------
    record : Tables
        The record, on whichever engine.
    params, setting
        What is asked.
    actors : sequence of str, optional
        The labels told apart; counted anew when None.
    without : int, optional
        A source to count as if it did not exist (source.id); events that only it told of are then not there.

    Returns
    -------
    Cells
        In a fixed order, so that the same record gives the same sums to the last digit.
    """
    events = covered_events(record, params, setting)
    shown = tuple(actors) if actors is not None else common_labels(events, params)
    told = named_accounts(record, setting, params)
    if without is not None:
        told = told.filter(nw.col("source") != without)
        counts = told.select("event", "source").unique().group_by("event").agg(nw.len().alias("told"))
        events = events.join(counts, left_on="id", right_on="event", how="inner").with_columns(
            n=nw.col("told")
        )
    flags = told.group_by("event").agg(nw.col("reference").max(), nw.col("carried").max())
    cells = (
        events.with_columns(
            actor=nw.when(nw.col("actor").is_in(list(shown))).then(nw.col("actor")).otherwise(nw.lit(OTHERS)),
            admin1=nw.col("province"),
        )
        .join(flags, left_on="id", right_on="event", how="inner")
        .group_by(*KEYS)
        .agg(nw.len().alias("weight"))
    )
    return _to_cells(cells)


def common_labels(events: nw.LazyFrame[Any], params: AttentionParams) -> tuple[str, ...]:
    """Return the labels with most events, the compared ones first."""
    counted = (
        events.group_by("actor").agg(nw.len().alias("events")).collect("pyarrow").to_native().to_pylist()
    )
    ranked = sorted(counted, key=lambda row: (-row["events"], row["actor"]))
    labels = [row["actor"] for row in ranked]
    for label in params.compare:
        if label not in labels:
            raise QuestionError(
                f"no covered event has '{label}' as a side or pair of sides; the most frequent labels are "
                f"{'; '.join(labels[:5])}"
            )
    first = list(params.compare)
    rest = [label for label in labels if label not in first and label != UNKNOWN]
    return tuple((first + rest)[: max(params.actors_shown, len(first))])


def _actor(params: AttentionParams) -> nw.Expr:
    """Return the label that tells an event's actors apart; a compared label wins over the dyad it is part of."""
    label = nw.coalesce(nw.col(params.actor_by), nw.lit(UNKNOWN))
    if not params.compare:
        return label
    first, second = (_takes_part(name) for name in params.compare)
    inner = nw.when(second & ~first).then(nw.lit(params.compare[1])).otherwise(label)
    chosen = nw.when(first & ~second).then(nw.lit(params.compare[0])).otherwise(inner)
    return nw.when(first & second).then(nw.lit("both compared")).otherwise(chosen)


def _takes_part(name: str) -> nw.Expr:
    parts = [nw.coalesce(nw.col(c), nw.lit("")) == nw.lit(name) for c in ("side_a", "side_b", "dyad")]
    return parts[0] | parts[1] | parts[2]


def _month(params: AttentionParams) -> nw.Expr:
    """Return the month where the question needs it; elsewhere it would only make more cells."""
    if params.time == "month" or params.absorb == "month":
        return nw.col("date_from").dt.year() * 100 + nw.col("date_from").dt.month()
    return nw.lit(0)


def _precision() -> nw.Expr:
    """Put seven precisions of place into three, as few as differ in how an event can be reported."""
    column = nw.col("place_precision")
    known, area = ([k for k, v in PRECISION.items() if v == name] for name in (KNOWN_PLACE, KNOWN_AREA))
    inner = nw.when(column.is_in(area)).then(nw.lit(KNOWN_AREA)).otherwise(nw.lit(VAGUE))
    return nw.when(column.is_in(known)).then(nw.lit(KNOWN_PLACE)).otherwise(inner)


def _place(params: AttentionParams, capital: Capital | None) -> nw.Expr:
    """Return the band of distance from the capital, on a plane that touches the globe there.

    Within 500 km the plane is off by less than one per cent at 35 degrees of latitude, enough for bands.
    """
    if capital is None:
        return nw.lit(ELSEWHERE)
    east = (nw.col("longitude") - capital.longitude) * (
        KM_PER_DEGREE * math.cos(math.radians(capital.latitude))
    )
    north = (nw.col("latitude") - capital.latitude) * KM_PER_DEGREE
    square = east * east + north * north
    inside = (square <= capital.radius_km**2).fill_null(False)
    if params.place == "capital":
        return nw.when(inside).then(nw.lit(IN_CAPITAL)).otherwise(nw.lit(ELSEWHERE))
    near, middle = (square <= 100.0**2).fill_null(False), (square <= 300.0**2).fill_null(False)
    far = nw.when(middle).then(nw.lit("100 to 300 km away")).otherwise(nw.lit("over 300 km away"))
    known = nw.when(near).then(nw.lit("within 100 km")).otherwise(far)
    band = nw.when(square.is_null()).then(nw.lit(ELSEWHERE)).otherwise(known)
    return nw.when(inside).then(nw.lit(IN_CAPITAL)).otherwise(band)


def _to_cells(frame: nw.LazyFrame[Any]) -> Cells:
    """Bring the cells home in a fixed order: by every key, text by code point, the unknown last."""
    table = frame.collect("pyarrow").to_native()
    factors = {name: _factor(table.column(name)) for name in FACTORS}
    deaths = _numbers(table.column("deaths"))
    flags = {name: _numbers(table.column(name)).astype(bool) for name in ("reference", "carried")}
    n, weight = _numbers(table.column("n")), _numbers(table.column("weight"))
    order = np.lexsort(
        [flags["carried"], flags["reference"], *(factors[f].codes for f in reversed(FACTORS)), deaths, n]
    )
    return Cells(
        n=n[order].astype(np.int64),
        deaths=deaths[order],
        weight=weight[order],
        factors={name: Factor(factor.codes[order], factor.levels) for name, factor in factors.items()},
        reference=flags["reference"][order],
        carried=flags["carried"][order],
    )


def _numbers(column: Any) -> Floats:
    import pyarrow as pa

    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _factor(column: Any) -> Factor:
    import pyarrow as pa

    encoded = column.cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
    found = [str(level) for level in encoded.dictionary.to_pylist()]
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    codes = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    return Factor(codes, tuple(found[i] for i in order))
