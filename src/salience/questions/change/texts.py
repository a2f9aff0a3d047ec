"""Statements, mentions and reports by day."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from salience.questions.change.params import ChangeParams
from salience.questions.frames import Tables
from salience.questions.narrative.texts import decided
from salience.questions.setting import Setting


def published(record: Tables, setting: Setting) -> nw.LazyFrame[Any]:
    """Return the reports of the period that have a date: id, sha256, published, source; datasets left out."""
    kind = nw.col("kind")
    sources = (
        record.table("source")
        .filter(kind.is_null() | (kind != nw.lit("dataset")))
        .select(nw.col("id").alias("source"))
    )
    reports = record.table("report").filter(~nw.col("published").is_null())
    if setting.period.start:
        reports = reports.filter(nw.col("published") >= nw.lit(setting.period.start))
    if setting.period.end:
        reports = reports.filter(nw.col("published") <= nw.lit(setting.period.end))
    return reports.select("id", "sha256", "published", "source").join(sources, on="source", how="inner")


def dated_texts(record: Tables, setting: Setting) -> nw.LazyFrame[Any]:
    """Return each text with the day of its earliest report: copies of a text count once."""
    return (
        published(record, setting)
        .filter(~nw.col("sha256").is_null())
        .group_by("sha256")
        .agg(nw.col("published").min())
        .select(nw.col("sha256").alias("text"), "published")
    )


def find_statements(
    record: Tables, params: ChangeParams, setting: Setting, actors: tuple[str, ...]
) -> list[tuple[Any, float]]:
    """Return day and number of reports, or of statements or mentions that nobody rejected."""
    if params.count == "reports":
        frame = published(record, setting).group_by("published").agg(nw.len().alias("n"))
        rows = frame.collect("pyarrow").to_native().to_pylist()
        return [(row["published"], float(row["n"])) for row in rows]
    statements = params.count == "statements"
    found = record.table("statement" if statements else "mention")
    rejected = [target for target, (state, _) in decided(record).items() if state == "rejected"]
    if rejected:
        found = found.filter(~nw.col("id").is_in(rejected))
    if params.kind:
        found = found.filter(nw.col("kind").is_in(list(params.kind)))
    if actors:
        names = [variant for actor in actors for variant in (actor, f"the {actor}", f"The {actor}")]
        found = found.filter(nw.col("speaker" if statements else "value").is_in(names))
    rows = (
        found.select("text")
        .join(dated_texts(record, setting), on="text", how="inner")
        .group_by("published")
        .agg(nw.len().alias("n"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    return [(row["published"], float(row["n"])) for row in rows]
