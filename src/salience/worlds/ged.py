"""Laying coded events out in the columns of the UCDP Georeferenced Event Dataset, release 23.1 and later."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salience.worlds.coding import Coded
from salience.worlds.truth import Days, Floats, Ints, Truth
from salience.worlds.world import phrases

CIVILIANS = (9999, 1, "Civilians")  # UCDP's old and new number, and its name for them
GED_COLUMNS = files("salience.sources").joinpath("ged_columns.txt").read_text(encoding="utf-8").split()
STATE_CONFLICT = 9100
ACTIVE = 25  # deaths in a calendar year from which UCDP calls a dyad active


def ged_table(truth: Truth, coded: Coded, first_id: int, rng: np.random.Generator) -> pa.Table:
    """Return one row an event, in GED's columns and order.

    Parameters
    ----------
    truth : Truth
        The conflict; its reports give the source columns.
    coded : Coded
        What was entered for its reported events.
    first_id : int
        The `id` of the first row; the others follow.
    rng : numpy.random.Generator
        For the wording of places and original sources.
    """
    columns = (
        _columns_of_identity(truth, coded, first_id)
        | _columns_of_dyad(truth, coded)
        | _columns_of_sources(truth, coded, rng)
        | _columns_of_place(truth, coded, rng)
        | _columns_of_time_and_deaths(truth, coded)
    )
    return pa.table({name: columns[name] for name in GED_COLUMNS})


def _columns_of_identity(truth: Truth, coded: Coded, first_id: int) -> dict[str, Any]:
    world = truth.world
    campaign = truth.events.campaign[coded.event]
    number = np.arange(first_id, first_id + len(coded))
    year = coded.first_day.astype("datetime64[Y]").astype(np.int64) + 1970
    cell, first = campaign * 4000 + year, int(year.min(initial=0))
    deaths = np.bincount(cell, weights=coded.best, minlength=first)
    relid = pc.binary_join_element_wise(
        world.name[:3].upper(),
        _text(year),
        _pick([str(c.kind) for c in world.campaigns], campaign),
        _pick([str(c.id) for c in world.campaigns], campaign),
        _text(number),
        "-",
    )
    return {
        "id": number,
        "relid": relid,
        "year": year,
        "active_year": _pick(["FALSE", "TRUE"], (deaths[cell] >= ACTIVE).astype(np.int64)),
        "code_status": _constant("Clear", len(coded)),
        "country": _constant(world.name, len(coded)),
        "country_id": np.full(len(coded), world.country_id),
        "region": _constant("Invented", len(coded)),
    }


def _columns_of_dyad(truth: Truth, coded: Coded) -> dict[str, Any]:
    world = truth.world
    campaign = truth.events.campaign[coded.event]
    actors = {a.name: (a.id, a.id, a.name) for a in world.actors} | {"Civilians": CIVILIANS}
    states = {a.name for a in world.actors if a.state}
    rows: list[dict[str, Any]] = []
    for c in world.campaigns:
        dyad = f"{c.side_a} - {c.side_b}"
        row = {
            "type_of_violence": c.kind,
            "conflict_dset_id": STATE_CONFLICT if c.kind == 1 else c.id,
            "conflict_name": f"{world.name}: Government" if c.kind == 1 else dyad,
            "dyad_dset_id": c.id,
            "dyad_name": dyad,
            "gwnoa": str(world.country_id) if c.side_a in states else None,
        }
        for side, name in (("side_a", c.side_a), ("side_b", c.side_b)):
            row |= dict(zip((f"{side}_dset_id", f"{side}_new_id", side), actors[name], strict=True))
        rows.append(row)
    columns = {name: _pick([row[name] for row in rows], campaign) for name in rows[0]}
    columns["conflict_new_id"] = columns["conflict_dset_id"]
    columns["dyad_new_id"] = columns["dyad_dset_id"]
    columns["gwnob"] = pa.nulls(len(coded), pa.string())
    return columns


def _columns_of_sources(truth: Truth, coded: Coded, rng: np.random.Generator) -> dict[str, Any]:
    """Give the parallel lists, split by semicolons, and the same again as `"office,date,headline"`."""
    reports = truth.reports
    starts = np.searchsorted(reports.event, coded.event)
    ends = np.searchsorted(reports.event, coded.event, side="right")
    offsets = pa.array(np.append(starts, ends[-1:]), pa.int32())
    office = _offices(truth)
    day = _text_of_days(reports.published)
    headline = headlines(truth)
    article = pc.binary_join_element_wise(
        '"', pc.binary_join_element_wise(office, day, headline, ","), '"', ""
    )

    def join(values: pa.Array) -> pa.Array:
        return pc.binary_join(pa.ListArray.from_arrays(offsets, values), ";")

    originals = phrases()["originals"]
    return {
        "number_of_sources": ends - starts,
        "source_article": join(article),
        "source_office": join(office),
        "source_date": join(day),
        "source_headline": join(headline),
        "source_original": _pick(originals, rng.integers(0, len(originals), len(coded))),
    }


def _offices(truth: Truth) -> pa.Array:
    spelled = [[o.name, *o.spellings] for o in truth.world.outlets]
    before = np.cumsum([0] + [len(names) for names in spelled])
    return _pick(
        [n for names in spelled for n in names], before[truth.reports.outlet] + truth.reports.spelling
    )


def headlines(truth: Truth) -> pa.Array:
    """Word each report's headline, a pattern with the number told and the place: shape (reports,)."""
    reports, places = truth.reports, truth.places
    pattern, parts = _patterns(truth)
    place = truth.events.place[reports.event]
    arabic = np.array([o.language in {"ar", "fa"} for o in truth.world.outlets])[reports.outlet]
    spots = [*places.name.tolist(), *(p[1] for p in truth.world.provinces)]
    at = _pick(spots, np.where(arabic, len(places.name) + places.province[place], place))
    slots = {"{n}": _text(reports.deaths), "{at}": at, "": _constant("", len(reports))}

    def slot(k: int) -> pa.Array:
        kinds = pa.array(np.array([list(slots).index(p[k]) for p in parts])[pattern])
        return pc.choose(kinds, *slots.values())

    def fixed(k: int) -> pa.Array:
        return _pick([p[k] for p in parts], pattern)

    worded = pc.binary_join_element_wise(fixed(0), slot(1), fixed(2), slot(3), fixed(4), "")
    return worded.take(pa.array(reports.headline_of))


def _patterns(truth: Truth) -> tuple[Ints, list[list[str]]]:
    """Return each report's pattern, and the patterns as text, slot, text, slot, text."""
    reports, world = truth.reports, truth.world
    sets = phrases()["headlines"]
    names = list(sets)
    by_outlet = [
        "official" if o.kind == "official" else o.language if o.language in sets else ""
        for o in world.outlets
    ]
    fixed = np.array([names.index(n) if n else -1 for n in by_outlet])[reports.outlet]
    kind = np.array([names.index(str(c.kind)) for c in world.campaigns])
    chosen = np.where(fixed >= 0, fixed, kind[truth.events.campaign[reports.event]])
    wordings = [sets[n][tone] for n in names for tone in ("none", "one", "some")]
    size = np.array([len(w) for w in wordings])
    group = 3 * chosen + np.minimum(reports.deaths, 2)
    pattern = (np.cumsum(size) - size)[group] + reports.phrase % size[group]
    parts = [[*re.split(r"(\{\w+\})", text), "", ""][:5] for w in wordings for text in w]
    return pattern, parts


def _columns_of_place(truth: Truth, coded: Coded, rng: np.random.Generator) -> dict[str, Any]:
    places, world, code = truth.places, truth.world, coded.place_precision
    place = truth.events.place[coded.event]
    blank = pa.array(np.full(len(coded), None), pa.string())
    name, admin2, admin1 = (
        _pick(column.tolist(), place) for column in (places.name, places.admin2, places.admin1)
    )
    area = pc.binary_join_element_wise(name, "area", " ")
    known = pc.choose(pa.array(code - 1), name, name, admin2, admin1, area, _constant(world.name, len(coded)))
    near = pc.binary_join_element_wise("near", name, " ")
    return {
        "where_prec": code,
        "where_coordinates": known,
        "where_description": pc.if_else(pa.array(rng.random(len(coded)) < 0.6), near, blank),
        "adm_1": pc.if_else(pa.array(code < 6), admin1, blank),
        "adm_2": pc.if_else(pa.array(code < 4), admin2, blank),
        "latitude": coded.latitude,
        "longitude": coded.longitude,
        "priogrid_gid": grid_cell(coded.latitude, coded.longitude),
    }


def grid_cell(latitude: Floats, longitude: Floats) -> Ints:
    """Return PRIO-GRID's cells: half a degree wide, counted from 1 at 180 W 90 S eastward, then northward."""
    row, column = np.floor((latitude + 90) * 2), np.floor((longitude + 180) * 2)
    return np.asarray(row * 720 + column + 1).astype(np.int64)


def _columns_of_time_and_deaths(truth: Truth, coded: Coded) -> dict[str, Any]:
    return {
        "event_clarity": 1 + (coded.date_precision >= 4).astype(np.int64),
        "date_prec": coded.date_precision,
        "date_start": _text_of_days(coded.first_day),
        "date_end": _text_of_days(coded.last_day),
        "deaths_a": coded.deaths_a,
        "deaths_b": coded.deaths_b,
        "deaths_civilians": coded.deaths_civilians,
        "deaths_unknown": coded.deaths_unknown,
        "best": coded.best,
        "high": coded.high,
        "low": coded.low,
    }


def _pick(values: list[Any], index: Ints) -> pa.Array:
    return pa.array(values).take(pa.array(index))


def _constant(value: str, number: int) -> pa.Array:
    return _pick([value], np.zeros(number, dtype=np.int64))


def _text(values: Ints) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _text_of_days(days: Days) -> pa.Array:
    return pa.array(days).cast(pa.date32()).cast(pa.string())
