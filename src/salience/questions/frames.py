"""Lazy frames that several questions begin with."""

from __future__ import annotations

from typing import Any, Protocol

import narwhals as nw

from salience.questions.setting import Setting


class Tables(Protocol):
    """Anything that gives the record's tables as lazy frames."""

    def table(self, name: str) -> nw.LazyFrame[Any]:
        """Return a table."""


def told_events(record: Tables) -> nw.LazyFrame[Any]:
    """Return the events, without those that only figures tell of (a year's total): these are numbers, no events."""
    figures = record.table("account").filter(nw.col("told") == nw.lit("figures"))
    return record.table("event").join(figures.select(nw.col("id").alias("lead")), on="lead", how="anti")


def in_period(record: Tables, setting: Setting, *, figures: bool = False) -> nw.LazyFrame[Any]:
    """Return the events that began within the case's period; `figures` keeps those that only figures tell of."""
    events = record.table("event") if figures else told_events(record)
    if setting.period.start:
        events = events.filter(nw.col("date_from") >= nw.lit(setting.period.start))
    if setting.period.end:
        events = events.filter(nw.col("date_from") <= nw.lit(setting.period.end))
    return events


def source_class(setting: Setting) -> nw.Expr:
    """Return the class of a source from its kind and country: agencies, NGOs and so on, local or other outlets."""
    kind, country = nw.col("kind"), nw.col("country")
    local = country.is_in(list(setting.area.countries)) if setting.area.countries else nw.lit(False)
    outlet = (
        nw.when(country.is_null())
        .then(nw.lit("outlet of unknown country"))
        .otherwise(nw.when(local).then(nw.lit("local outlet")).otherwise(nw.lit("international outlet")))
    )
    return nw.when(kind == nw.lit("outlet")).then(outlet).otherwise(nw.coalesce(kind, nw.lit("unclassified")))
