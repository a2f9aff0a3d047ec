"""Words or deeds: responses by PLOVER's classes, from events or from what texts tell."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import narwhals as nw

from salience.questions.change.params import ChangeParams
from salience.questions.change.texts import dated_texts
from salience.questions.frames import Tables, in_period
from salience.questions.narrative.texts import decided
from salience.questions.setting import Setting


@dataclass(frozen=True, slots=True)
class Responses:
    """Day and number of material and of verbal responses, and whether they come from texts."""

    material: list[tuple[Any, float]]
    verbal: list[tuple[Any, float]]
    from_texts: bool


@cache
def quad_classes() -> dict[str, str]:
    """Return "verbal" or "material" for each PLOVER event type."""
    told = tomllib.loads(files(__package__).joinpath("quad_classes.toml").read_text(encoding="utf-8"))
    return {kind: name for name, kinds in told.items() for kind in kinds}


def count_responses(record: Tables, params: ChangeParams, setting: Setting) -> Responses:
    """Count responses of the actor: in texts if the record holds any that tell of events, else among its events."""
    rows = _in_texts(record, params, setting)
    from_texts = bool(rows)
    if not from_texts:
        rows = _in_events(record, params, setting)
    classes = quad_classes()
    split = {
        name: [(day, n) for day, kind, n in rows if classes.get(kind) == name]
        for name in ("material", "verbal")
    }
    return Responses(split["material"], split["verbal"], from_texts)


def _in_events(record: Tables, params: ChangeParams, setting: Setting) -> list[tuple[Any, str, float]]:
    """Return day, type and number of the events in which the actor acts."""
    events = in_period(record, setting).filter(~nw.col("date_from").is_null())
    if params.actor:
        events = events.filter(nw.col("side_a").is_in(list(params.actor)))
    if params.kind:
        events = events.filter(nw.col("kind").is_in(list(params.kind)))
    if params.place:
        events = events.filter(nw.col("admin1").is_in(list(params.place)))
    rows = (
        events.group_by("date_from", "kind")
        .agg(nw.len().alias("n"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    return [(row["date_from"], row["kind"], float(row["n"])) for row in rows if row["kind"]]


def _in_texts(record: Tables, params: ChangeParams, setting: Setting) -> list[tuple[Any, str, float]]:
    """Return day, type and number of what texts tell the actor did."""
    rejected = [target for target, (state, _) in decided(record).items() if state == "rejected"]
    told = record.table("statement").filter(nw.col("kind") == nw.lit("event"))
    if rejected:
        told = told.filter(~nw.col("id").is_in(rejected))
    if params.kind:
        told = told.filter(nw.col("value").is_in(list(params.kind)))
    rows = (
        told.select("text", "value", "detail")
        .join(dated_texts(record, setting), on="text", how="inner")
        .group_by("published", "value", "detail")
        .agg(nw.len().alias("n"))
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    wanted = {_plain(actor) for actor in params.actor}
    return [
        (row["published"], row["value"], float(row["n"]))
        for row in rows
        if row["value"] and (not wanted or _plain(_doer(row["detail"])) in wanted)
    ]


def _doer(detail: str | None) -> str:
    told = json.loads(detail) if detail else {}
    return str(told.get("actor") or "")


def _plain(name: str) -> str:
    return name.lower().removeprefix("the ").strip()
