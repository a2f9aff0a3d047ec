"""A scene: an invented conflict, the claims of an invented essay on it, and which of them hold.

What each claim is about is planted: a switch of the scene says whether the conflict is drawn so that the claim holds
or so that it does not. So verdicts on claims can be counted right or wrong.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from salience.errors import CaseError
from salience.worlds.coding import code_events
from salience.worlds.ged import ged_table
from salience.worlds.landscape import coded_landscape
from salience.worlds.persons import Detentions, draw_detained, person_columns, population_columns
from salience.worlds.scene_draws import (
    case_rows,
    draw_attacks,
    draw_cases,
    draw_protests,
    protest_rows,
    thin_events,
)
from salience.worlds.scene_texts import draw_texts
from salience.worlds.scene_truth import CAPITAL_KM, ClaimTruth, claim_truths
from salience.worlds.simulate import CODING, stream
from salience.worlds.truth import Truth
from salience.worlds.write import (
    FIRST_ID,
    MARK,
    MARK_TEXT,
    as_text,
    csv_text,
    official,
    quoted,
    require_free,
    source_columns,
    write_files,
)

SCENES = ("takeover",)
SWITCHES, THINNING, LANDSCAPE, CASES = 70, 71, 72, 73  # random streams of their own
# Where data are thinned: the least that is kept of positions, and how much wider figures of standing are.
WIDER = 2.4


@dataclass(frozen=True, slots=True)
class Scene:
    """What a scene was drawn with.

    Attributes
    ----------
    name : str
    seed : int
    holds : dict of str to bool
        By claim, whether it holds.
    kept : float
        Share of the rows that is written.
    truths : tuple of ClaimTruth
        What is true of each claim's quantities, and how far from the threshold.
    attacks, protests : Truth
        Events, of both kinds.
    """

    name: str
    seed: int
    holds: dict[str, bool]
    kept: float
    truths: tuple[ClaimTruth, ...]
    attacks: Truth
    protests: Truth


def read_cast(name: str) -> dict[str, Any]:
    """Return a scene's own description.

    Raises
    ------
    CaseError
        There is no such scene.
    """
    if name not in SCENES:
        raise CaseError(f"there is no scene '{name}'; there are {', '.join(SCENES)}")
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def write_scene(
    folder: Path | str,
    name: str = "takeover",
    seed: int = 1,
    *,
    holds: Mapping[str, bool] | None = None,
    kept: float = 1.0,
    overwrite: bool = False,
) -> Scene:
    """Draw a scene and write it as a case folder.

    Parameters
    ----------
    folder : Path or str
        Made if absent.
    name : {"takeover"}
    seed : int
        Not negative. The same arguments give the same bytes.
    holds : mapping of str to bool, optional
        Claims by id, and whether they hold; the others are drawn, each with a chance of one half.
    kept : float
        Share of the rows that is written, above 0; under 1 the data are thinned, and what happened is the same.
    overwrite : bool
        Write into a folder that an earlier call wrote.

    Returns
    -------
    Scene
        What was drawn.

    Raises
    ------
    CaseError
        No such scene or claim, a share out of range, or a folder that holds something else.
    """
    folder = Path(folder)
    cast = read_cast(name)
    require_free(folder, overwrite)
    if not 0 < kept <= 1:
        raise CaseError(f"kept is the share of the rows that is written, above 0 and up to 1; found {kept:g}")
    drawn = _draw_switches(cast, seed, holds or {})
    planted = {
        claim: both["holds" if drawn[claim] else "fails"] for claim, both in cast["planted"].items()
    }
    scene, parts = _draw_parts(name, cast, planted, drawn, seed, kept)
    write_files(folder, parts)
    return scene


def _draw_switches(cast: Mapping[str, Any], seed: int, given: Mapping[str, bool]) -> dict[str, bool]:
    claims = tuple(cast["planted"])
    unknown = [claim for claim in given if claim not in claims]
    if unknown:
        raise CaseError(f"no claim '{unknown[0]}' is planted in this scene; there are {', '.join(claims)}")
    coins = stream(seed, SWITCHES).random(len(claims)) < 0.5
    return {claim: bool(given.get(claim, coin)) for claim, coin in zip(claims, coins, strict=True)}


def _draw_parts(
    name: str,
    cast: dict[str, Any],
    planted: dict[str, Any],
    holds: dict[str, bool],
    seed: int,
    kept: float,
) -> tuple[Scene, dict[str, str]]:
    """Draw everything, and return it with the text of each file."""
    attacks = draw_attacks(cast, planted, seed)
    protests = draw_protests(cast, planted, attacks, seed)
    made = _detentions(cast, planted)
    detained = draw_detained(attacks, made)
    actors = _actors(cast, planted)
    rng = stream(seed, LANDSCAPE)
    essay, claims = _essay(name)
    cases = draw_cases(cast, planted, attacks, stream(seed, CASES))
    truths = claim_truths(tomllib.loads(claims), cast, planted, holds, attacks, protests, detained, actors)
    thin = stream(seed, THINNING)
    told = thin_events(attacks, kept, thin)
    marched = thin_events(protests, kept, thin)
    persons = person_columns(attacks, detained)
    texts = draw_texts(cast, planted, seed)
    scene = Scene(name, seed, holds, kept, truths, attacks, protests)
    population = population_columns(attacks, detained)
    return scene, {
        MARK: _readme(cast, seed),
        "ged.csv": _ged(told, seed),
        "protests.csv": csv_text(protest_rows(cast, marched)),
        "protests.map.toml": PROTESTS,
        "registers.csv": csv_text(_some_rows(case_rows(cast, cases), "case", kept, thin)),
        "registers.map.toml": REGISTERS,
        "persons.csv": csv_text(_some_rows(persons, "incident", kept, thin)),
        "population.csv": csv_text(population),
        "texts.jsonl": _thin_lines(texts, kept, thin),
        "essay.txt": essay,
        "essay.map.toml": ESSAY,
        "aliases.csv": "label,actor,kind\nRidge Resistance,Ridge Resistance,organisation\n"
        "Steward Council,Steward Council,organisation\n",
        "sources.csv": csv_text(_sources(cast, attacks)),
        **_landscape(cast, actors, rng, kept),
        "seats.csv": "list,actor,source\n"
        + "".join(f"the conference,{actor},list of invitations\n" for actor in planted["left-out"]["seats"]),
        "case.toml": _case_toml(attacks),
        "claims.toml": claims,
        "truth/claims.json": json.dumps(
            {
                "what": "Which claims hold, by the parameters that the conflict was drawn with; margin is how far the "
                "truth lies from the threshold, in the quantity's own unit.",
                "kept": kept,
                "claims": {each.claim: each.to_dict() for each in truths},
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n",
        "truth/planted.json": json.dumps(planted, ensure_ascii=False, indent=1) + "\n",
    }


def _detentions(cast: Mapping[str, Any], planted: Mapping[str, Any]) -> Detentions:
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in cast["detentions"].items()}
    others = (1.0,) * (len(given["groups"]) - 1)
    return Detentions(
        **given, ratios=(*others, planted["hillfolk-hit"]["ratio"]), women=planted["fewer-women"]["women"]
    )


def _actors(cast: Mapping[str, Any], planted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the landscape's actors with the planted positions and the planted trust in the party."""
    wanted = planted["agree-only-there"]["positions"]
    talks = planted["opposition-divided"]["positions"]
    actors = []
    for k, actor in enumerate(cast["actor"]):
        trust = planted["party-distrusted"] if actor["kind"] == "party" else {}
        actors.append({**actor, **trust, "positions": [wanted[k], actor["form"], talks[k]]})
    return actors


def _landscape(
    cast: Mapping[str, Any], actors: list[dict[str, Any]], rng: np.random.Generator, kept: float
) -> dict[str, str]:
    """Code the landscape; thinned, most positions are missing and standing is known within wide limits only."""
    thinned = kept < 1
    found = coded_landscape(
        actors, cast["issues"], [], rng, missing_share=1 - max(kept, 0.3) if thinned else 0.0,
        widened=WIDER if thinned else 1.0,
    )  # fmt: skip
    return {name: text for name, text in found.items() if name != "relations.csv"}


def _ged(told: Truth, seed: int) -> str:
    rng = stream(seed, CODING)
    coded = code_events(told, rng)
    return csv_text(as_text(ged_table(told, coded, FIRST_ID, rng)))


def _some_rows(
    columns: Mapping[str, Any], by: str, kept: float, rng: np.random.Generator
) -> dict[str, list[Any]]:
    """Keep a share of what a column tells apart, with all its rows."""
    names = list(dict.fromkeys(columns[by]))
    chosen = {name for name, draw in zip(names, rng.random(len(names)), strict=True) if draw < kept}
    rows = [k for k, name in enumerate(columns[by]) if name in chosen]
    return {name: [values[k] for k in rows] for name, values in columns.items()}


def _thin_lines(lines: list[str], kept: float, rng: np.random.Generator) -> str:
    draws = rng.random(len(lines))
    chosen = [line for line, draw in zip(lines, draws, strict=True) if draw < kept] or lines[:1]
    return "".join(chosen)


def _essay(name: str) -> tuple[str, str]:
    """Return the essay that makes the claims, and the claims with the place of each in it."""
    text = files(__package__).joinpath(f"{name}.claims.toml").read_text(encoding="utf-8")
    sentences = [claim["text"] + "." for claim in tomllib.loads(text)["claim"]]
    essay = " ".join(sentences) + "\n"
    places = iter((essay.index(s), essay.index(s) + len(s)) for s in sentences)
    line = 'report = "essay.txt"\n'
    pieces = text.split(line)
    placed = pieces[0]
    for piece in pieces[1:]:
        start, end = next(places)
        placed += f"{line}span = [{start}, {end}]\n{piece}"
    return essay, placed


def _sources(cast: Mapping[str, Any], attacks: Truth) -> dict[str, list[Any]]:
    columns = {name: list(values) for name, values in source_columns(attacks.world).items()}
    for name, kind in [
        *((each, "ngo") for each in cast["registers"]["names"]),
        ("An invented essayist", "outlet"),
    ]:
        row = {"name": name, "canonical": name, "kind": kind, "language": "en"}
        for column, values in columns.items():
            values.append(row.get(column, ""))
    return columns


def _readme(cast: Mapping[str, Any], seed: int) -> str:
    return f"""{cast["world"]["name"]} {MARK_TEXT}. Nothing in this case happened: no place, group, outlet or person in it
exists, and its coordinates lie in mid-ocean. It was simulated with seed {seed}, so that verdicts on the claims of an
essay on it can be held against the truth:

claims.json      which claims hold, what is true of each quantity, and how far that is from the threshold
planted.json     the parameters that decide it
landscape.json   the actors' true standing and positions
"""


def _case_toml(attacks: Truth) -> str:
    world = attacks.world
    inputs = "\n\n".join(
        f'[[inputs]]\nfile = "{file}"\nas = "{importer}"' + (f'\nmap = "{mapping}"' if mapping else "")
        for file, importer, mapping in (
            ("ged.csv", "ucdp", ""),
            ("protests.csv", "table", "protests.map.toml"),
            ("registers.csv", "table", "registers.map.toml"),
            ("persons.csv", "persons", ""),
            ("texts.jsonl", "documents", ""),
            ("essay.txt", "documents", "essay.map.toml"),
        )
    )
    channel = official(world)
    named = world.outlets[channel].name if channel is not None else ""
    return f"""# A simulated conflict in an invented country, and the claims of an essay on it; truth/README.txt says more.
name = {quoted(f"{world.name} after a seizure of power (simulated)")}
summary = {quoted(f"An invented conflict with an essay whose claims are known to hold or not. {world.name} does not exist.")}

[period]
start = {world.start}
end = {world.end}

[area]
countries = [{quoted(world.name)}]

[capital]
name = {quoted(world.capital)}
latitude = {world.capital_latitude}
longitude = {world.capital_longitude}
radius_km = {CAPITAL_KM:.0f}
admin1 = {quoted(f"{world.capital_province} province")}

{inputs}

# Each claim in claims.toml says with which parameters it asks these.
[questions.attention]
compare = ["Ridge Resistance", "Ashen Circle"]

[questions.disparity]
group = "Hillfolk"

[questions.change]
actor = ["Ridge Resistance"]
at = ["the decree = 2018-01-01"]

[questions.narrative]
actors = ["Ridge Resistance"]
party = [{quoted(named)}]

[questions.landscape]

[questions.table]
"""


PROTESTS = """# How to read protests.csv.
[dataset]
name = "Protest log of Tarrowen (invented)"

[columns]
id = "entry"
date_from = "day"
place = "town"
admin1 = "province"
latitude = "north"
longitude = "east"
side_a = "who"
deaths_best = "killed"
kind_native = "what"
sources = "told_by"

[constants]
country = "Tarrowen"
place_precision = "exact"
date_precision = "day"
"""

REGISTERS = """# How to read registers.csv: one row a case and register that lists it.
[columns]
id = "entry"
event = "case"
source = "register"
date_from = "day"
admin1 = "province"
kind_native = "what"

[constants]
country = "Tarrowen"
"""

ESSAY = """# Who wrote essay.txt.
source = "An invented essayist"
published = 2023-02-01
"""
