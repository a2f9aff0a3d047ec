"""Writing a simulated conflict as a case folder in ordinary input formats, with the truth beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from salience.errors import CaseError
from salience.record.names import normalise_name
from salience.worlds.coding import code_events
from salience.worlds.conduct import change_question, change_truth
from salience.worlds.dirt import plant_dirt, spelled_otherwise
from salience.worlds.ged import ged_table, headlines
from salience.worlds.halvanea_claims import halvanea_claims
from salience.worlds.kept import Columns, event_columns, outlet_columns, parameters, readme, report_columns
from salience.worlds.landscape import landscape_files
from salience.worlds.persons import (
    PERSONS_FILE,
    POPULATION_FILE,
    TRUTH_FILE,
    Detained,
    disparity_truth,
    draw_detained,
    person_columns,
    population_columns,
)
from salience.worlds.simulate import CODING, DIRTYING, simulate, stream
from salience.worlds.tolls import MAPPING, draw_tolls, toll_columns, toll_sources, toll_truth
from salience.worlds.truth import Ints, Truth
from salience.worlds.world import World

FIRST_ID = 100_001
MARK, MARK_TEXT = "truth/README.txt", "is an invented country"


def write_case(
    folder: Path | str,
    world: World | None = None,
    seed: int = 1,
    *,
    dirt: bool = True,
    overwrite: bool = False,
) -> Truth:
    """Simulate a conflict and write it as a case folder.

    Parameters
    ----------
    folder : Path or str
        Made if absent.
    world : World, optional
        The conflict's parameters; Halvanea without.
    seed : int
        Not negative. The same world and seed give the same bytes.
    dirt : bool
        Whether to plant the dirt of real files; what and where stands in `truth/dirt.json`.
    overwrite : bool
        Write into a folder that an earlier call wrote, replacing only the files written here.

    Returns
    -------
    Truth
        What was simulated.

    Raises
    ------
    CaseError
        The folder holds something and `overwrite` is not set, or it was not written by this function; it
        cannot be written; the seed is negative; or nobody in this world reports anything.
    """
    folder = Path(folder)
    require_free(folder, overwrite)
    truth = simulate(world or World(), seed)
    if not len(truth.reports):
        raise CaseError(
            "in this world nobody reports anything; raise the outlets' base chances or the events"
        )
    write_files(folder, _case_files(truth, dirt))
    return truth


def require_free(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that holds something else than a simulated case that may be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise CaseError(f"{folder}: this is a file; name a folder for the simulated case")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not overwrite:
        raise CaseError(
            f"{folder}: the folder is not empty. Name another, or ask to overwrite a simulated case in it."
        )
    mark = folder / MARK
    if not (mark.is_file() and MARK_TEXT in mark.read_text(encoding="utf-8", errors="replace")):
        raise CaseError(
            f"{folder}: the folder holds something else than a simulated case (no {MARK}), "
            "and would be spoilt. Name another."
        )


def _case_files(truth: Truth, dirt: bool) -> dict[str, str]:
    """Return the text of each file of the case, the mark first: with it a broken-off case can be overwritten."""
    rng = stream(truth.seed, CODING)
    coded = code_events(truth, rng)
    ged = as_text(ged_table(truth, coded, FIRST_ID, rng))
    ids = np.full(len(truth.events), -1)
    ids[coded.event] = FIRST_ID + np.arange(len(coded))
    planted = plant_dirt(ged, stream(truth.seed, DIRTYING)) if dirt else {}
    not_listed = planted["not_listed"].rows if dirt else []
    planted["other_spelling"] = spelled_otherwise(truth, ids, not_listed)
    tolls = draw_tolls(truth, coded)
    detained = draw_detained(truth)
    landscape = landscape_files(truth.world, truth.seed)
    return {
        MARK: readme(truth),
        "ged.csv": csv_text(ged),
        "sources.csv": csv_text(
            source_columns(truth.world) if tolls is None else toll_sources(source_columns(truth.world))
        ),
        "case.toml": _case_toml(truth.world, tolls is not None, "seats.csv" in landscape),
        **_official_files(truth, ids),
        **_person_files(truth, detained),
        **(
            {}
            if tolls is None
            else {
                "tolls.csv": csv_text(toll_columns(truth, tolls, ids)),
                "tolls.map.toml": MAPPING,
                "truth/tolls.json": _json(toll_truth(tolls)),
            }
        ),
        **landscape,
        **halvanea_claims(truth, detained, landscape),
        "truth/events.csv": csv_text(event_columns(truth, coded, ids)),
        "truth/reports.csv": csv_text(report_columns(truth, ids)),
        "truth/outlets.csv": csv_text(outlet_columns(truth)),
        "truth/parameters.json": _json(parameters(truth)),
        "truth/change.json": _json(change_truth(truth)),
        "truth/dirt.json": _json({name: asdict(sort) for name, sort in planted.items()}),
    }


def as_text(table: pa.Table) -> dict[str, list[str]]:
    """Return the columns as lists of text, empty where null."""
    return {name: table[name].cast(pa.string()).fill_null("").to_pylist() for name in table.column_names}


def csv_text(columns: Mapping[str, Sequence[object]]) -> str:
    """Write columns as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def source_columns(world: World) -> Columns:
    """Say of each outlet what it is, and whose each spelling is that does not become its name by normalising."""
    named = [(o.name, o) for o in world.outlets]
    for o in world.outlets:
        named += [
            (spelling, o) for spelling in o.spellings if normalise_name(spelling) != normalise_name(o.name)
        ]
    return {
        "name": [name for name, _ in named],
        "canonical": [o.name for _, o in named],
        "kind": [o.kind for _, o in named],
        "country": [o.country for _, o in named],
        "language": [o.language for _, o in named],
        "speaks_for": [o.speaks_for or "" for _, o in named],
        "independence_group": [o.independence_group or "" for _, o in named],
    }


def _case_toml(world: World, tolls: bool, seats: bool) -> str:
    terms = terms_toml(world)
    table = "\n[questions.table]\n" if seats else ""
    figures = f'\n[[inputs]]\nfile = "tolls.csv"\nas = "table"\nmap = "tolls.map.toml"\n{terms}'
    channel = f'\n[[inputs]]\nfile = "official.csv"\nas = "table"\nmap = "official.map.toml"\n{terms}'
    return f"""# A simulated conflict in an invented country; truth/README.txt says more.
name = {quoted(f"{world.name} (simulated)")}
summary = {quoted(f"An invented conflict, simulated so that the truth is known. {world.name} does not exist.")}

[period]
start = {world.start}
end = {world.end}

[area]
countries = [{quoted(world.name)}]

[capital]
name = {quoted(world.capital)}
latitude = {world.capital_latitude}
longitude = {world.capital_longitude}
radius_km = 40
admin1 = {quoted(f"{world.capital_province} province")}

[[inputs]]
file = "ged.csv"
as = "ucdp"
{terms}{channel if official(world) is not None else ""}{figures if tolls else ""}
[[inputs]]
file = "persons.csv"
as = "persons"
{terms}
[questions.attention]
# Parameters of the question; none means its defaults.

[questions.hidden]

[questions.disparity]
group = "Uplanders"

[questions.reconcile]

[questions.change]
{_change_toml(world)}
[questions.landscape]
{table}{_options_toml()}"""


def terms_toml(world: World) -> str:
    """State the terms of invented data, so that no file passes for one of the dataset whose format it has."""
    cite = f"{world.name} is an invented country: a conflict simulated by salience, nobody's data."
    return f'licence = "CC0 1.0 (invented data)"\ncitation = {quoted(cite)}\n'


def _change_toml(world: World) -> str:
    asked = change_question(world)
    return "".join(f"{key} = [{quoted(value)}]\n" for key, value in sorted(asked.items()))


def _options_toml() -> str:
    """Write two options: the absent are invited, the elders are recognised."""
    unheard = ("Halvanea Women's Council", "Displaced People's Committee")
    names = ", ".join(quoted(name) for name in unheard)
    return f"""
[questions.options]
absent = [{names}]

[option.seat_the_unheard]
summary = "The women's council and the displaced people's committee are invited."
invite = [{names}]

[option.recognise_the_elders]
summary = "The upland elders are recognised and funded as a party of their own."
capability = {{ "Assembly of Upland Elders" = 3 }}
"""


def official(world: World) -> int | None:
    """Return the position of the outlet that is the official channel, if there is one."""
    return next((j for j, o in enumerate(world.outlets) if o.kind == "official"), None)


def _official_files(truth: Truth, ids: Ints) -> dict[str, str]:
    """Return the official channel's own accounts of what it speaks about, and the mapping to read them with."""
    channel = official(truth.world)
    if channel is None:
        return {}
    name = truth.world.outlets[channel].name
    mapping = f"""# How to read official.csv.
[dataset]            # events named by another dataset's ids
events_of = "UCDP GED"

[source]
name = {quoted(name)}   # the speaker of every row
kind = "official"

[columns]
id = "communique_no"
event = "incident"
date_from = "date"
admin1 = "province"
deaths_best = "killed"
text = "text"

[formats]
date = "%d/%m/%Y"
"""
    return {"official.csv": csv_text(_official_columns(truth, ids, channel)), "official.map.toml": mapping}


def _official_columns(truth: Truth, ids: Ints, channel: int) -> Columns:
    reports, events, places = truth.reports, truth.events, truth.places
    told = np.flatnonzero((reports.outlet == channel) & ~reports.follow_up)
    told = told[np.argsort(reports.published[told], kind="stable")]
    event = reports.event[told]
    place = places.name[events.place[event]].tolist()
    province = places.admin1[events.place[event]].tolist()
    killed = reports.deaths[told].tolist()
    titles = headlines(truth).take(pa.array(told)).to_pylist()
    return {
        "communique_no": [f"C-{number:05d}" for number in range(1, len(told) + 1)],
        "incident": ids[event].tolist(),
        "date": [f"{day:%d/%m/%Y}" for day in events.first_day[event].tolist()],
        "province": province,
        "killed": killed,
        "text": [
            f"{title}. Killed in {spot}, {area}: {number}."
            for title, spot, area, number in zip(titles, place, province, killed, strict=True)
        ],
    }


def _person_files(truth: Truth, found: Detained) -> dict[str, str]:
    """Return those detained, the population by group, and what is true of them."""
    return {
        PERSONS_FILE: csv_text(person_columns(truth, found)),
        POPULATION_FILE: csv_text(population_columns(truth, found)),
        TRUTH_FILE: _json(disparity_truth(truth, found)),
    }


def quoted(text: str) -> str:
    """Write a TOML string: JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write the files of a case; CaseError when that cannot be done."""
    try:
        (folder / "truth").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise CaseError(f"{folder}: the simulated case cannot be written: {error.strerror}") from error
