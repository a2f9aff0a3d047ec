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
from salience.worlds.claim_truth import ClaimTruth, truth_text
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
from salience.worlds.scene_files import (
    ESSAY,
    PROTESTS,
    REGISTERS,
    essay_and_claims,
    scene_case,
    scene_readme,
    scene_sources,
    seats_text,
)
from salience.worlds.scene_texts import draw_texts
from salience.worlds.scene_truth import claim_truths
from salience.worlds.simulate import CODING, stream
from salience.worlds.truth import Truth
from salience.worlds.write import (
    FIRST_ID,
    MARK,
    as_text,
    csv_text,
    require_free,
    write_files,
)

SCENES = ("takeover",)
SWITCHES, THINNING, LANDSCAPE, CASES = 70, 71, 72, 73  # random streams of their own


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


def scene_claims(name: str) -> tuple[str, ...]:
    """Return the ids of the claims whose truth a scene plants; CaseError when there is no such scene."""
    return tuple(read_cast(name)["planted"])


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
    planted = {claim: both["holds" if drawn[claim] else "fails"] for claim, both in cast["planted"].items()}
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
    essay, claims = essay_and_claims(name)
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
        MARK: scene_readme(cast, seed),
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
        "sources.csv": csv_text(scene_sources(cast, attacks)),
        **_landscape(cast, actors, rng, kept),
        "seats.csv": seats_text(planted["left-out"]["seats"]),
        "case.toml": scene_case(attacks),
        "claims.toml": claims,
        "truth/claims.json": truth_text(truths, kept),
        "truth/planted.json": json.dumps(planted, ensure_ascii=False, indent=1) + "\n",
    }


def _detentions(cast: Mapping[str, Any], planted: Mapping[str, Any]) -> Detentions:
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in cast["detentions"].items()}
    others = (1.0,) * (len(given["groups"]) - 1)
    ratios = (*others, float(planted["hillfolk-hit"]["ratio"]))
    return Detentions(**given | {"ratios": ratios})


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
    """Code the landscape; thinned, as large a share of positions and of figures of standing is not known."""
    found = coded_landscape(actors, cast["issues"], [], rng, missing_share=1 - kept, unknown_share=1 - kept)
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
