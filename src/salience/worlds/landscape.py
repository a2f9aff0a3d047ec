"""The landscape of the simulated conflict: who wants what in truth, and what coders make of it."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from salience.worlds.simulate import stream
from salience.worlds.world import World

# Streams of events, reports and their coding have smaller numbers.
LANDSCAPE = 20
ENDS = ("low", "best", "high")
# Chances that a position is missing, that it has no source, that a second coder placed it too.
MISSING, UNSOURCED, SECOND = 0.06, 0.12, 0.35
# Whom nobody asked about most issues: the case for asking those who are left out.
UNHEARD, HEARD_ON = "Displaced People's Committee", 2
INVITED_BY = ("list of invitations", "delegates interviewed")
POSITION_COLUMNS = ("actor", "issue", *ENDS, *(f"salience_{end}" for end in ENDS), "source", "coder")
ERROR, REACH = 5.0, (7.0, 14.0)


def landscape_files(world: World, seed: int) -> dict[str, str]:
    """Return `actors.csv`, `issues.csv`, `positions.csv`, `relations.csv` and the truth of them.

    Parameters
    ----------
    world : World
        Actors of it that the invented landscape does not know get a standing and positions by chance.
    seed : int
        The same world and seed give the same text.
    """
    rng = stream(seed, LANDSCAPE)
    cast = tomllib.loads(files(__package__).joinpath("landscape.toml").read_text(encoding="utf-8"))
    actors = _cast_actors(world, cast, rng)
    names = {a["name"] for a in actors}
    relations = [r for r in cast["relations"] if r["actor"] in names and r["other"] in names]
    return coded_landscape(actors, cast["issues"], relations, rng) | _seat_files(actors, cast, rng)


def _seat_files(
    actors: Sequence[Mapping[str, Any]], cast: Mapping[str, Any], rng: np.random.Generator
) -> dict[str, str]:
    """Return who was invited, a rival weighting and the share of women; nothing where those invited are not there."""
    names = {a["name"] for a in actors}
    if not names.issuperset(cast["invited"]):
        return {}
    weights = []
    for actor in actors:
        best = min(actor["constituency"] * float(np.exp(rng.normal(0.0, 0.15))), 1.0)
        ends = (0.7 * best, best, min(1.3 * best, 1.0))
        weights.append(
            {"actor": actor["name"], "weighting": "a household survey",
             **{end: f"{value:.3g}" for end, value in zip(ENDS, ends, strict=True)}, "source": "survey (invented)"}
        )  # fmt: skip
    return {
        "seats.csv": _csv(
            [
                {"list": cast["conference"], "actor": a, "source": INVITED_BY[k % 2]}
                for k, a in enumerate(cast["invited"])
            ]
        ),
        "weights.csv": _csv(weights),
        "attributes.csv": _csv(
            [
                {"actor": name, "attribute": "women", "value": share, "source": "list of delegates"}
                for name, share in cast["women"].items()
                if name in names
            ]
        ),
    }


def coded_landscape(
    actors: Sequence[Mapping[str, Any]],
    issues: Sequence[Mapping[str, Any]],
    relations: Sequence[Mapping[str, Any]],
    rng: np.random.Generator,
    missing_share: float = MISSING,
    unknown_share: float = 0.0,
) -> dict[str, str]:
    """Return the same files for any cast: what coders write down of it, and the truth.

    Parameters
    ----------
    actors, issues, relations
        As in landscape.toml; positions and salience in the order of the issues.
    rng : numpy.random.Generator
    missing_share : float
        Chance that a position is missing.
    unknown_share : float
        Chance that an actor's constituency, capability or legitimacy is not known, each by itself.
    """
    positions, missing, unsourced = _code_positions(actors, issues, rng, missing_share)
    return {
        "actors.csv": _csv([_code_actor(actor, rng, unknown_share) for actor in actors]),
        "issues.csv": _csv(
            [
                {"issue": i["name"], "meaning_0": i["meaning_0"], "meaning_100": i["meaning_100"],
                 "two_poles": "yes" if i.get("two_poles") else "no"}
                for i in issues
            ]
        ),
        "positions.csv": _csv(positions) if positions else f"{','.join(POSITION_COLUMNS)}\n",
        "relations.csv": _csv([{**r, "source": "press"} for r in relations])
        if relations
        else "actor,other,kind,source\n",
        "truth/landscape.json": json.dumps(
            {
                "actors": {a["name"]: {k: a[k] for k in ("constituency", "capability", "legitimacy")} for a in actors},
                "positions": _by_issue(actors, issues, "positions"),
                "salience": _by_issue(actors, issues, "salience"),
                "missing": missing,
                "unsourced": unsourced,
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n",
    }  # fmt: skip


def _cast_actors(world: World, cast: dict[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the world's own actors, then those without arms, who are in every world."""
    known = {a["name"]: a for a in cast["actors"]}
    number = len(cast["issues"])
    actors = []
    for own in world.actors:
        if own.name in known:
            actors.append(known.pop(own.name))
            continue
        actors.append(
            {
                "name": own.name, "kind": "state" if own.state else "armed group",
                "constituency": round(float(rng.uniform(0.02, 0.15)), 2),
                "capability": round(float(rng.uniform(0.5, 6.0)), 1),
                "legitimacy": round(float(rng.uniform(0.05, 0.7)), 2),
                "positions": [int(rng.integers(0, 21)) * 5 if not i.get("two_poles") else int(rng.integers(0, 2)) * 100
                              for i in cast["issues"]],
                "salience": [round(float(s), 1) for s in rng.uniform(0.2, 1.0, number)],
            }
        )  # fmt: skip
    return actors + [a for a in known.values() if a["kind"] not in ("state", "armed group")]


def _code_actor(actor: Mapping[str, Any], rng: np.random.Generator, unknown_share: float) -> dict[str, Any]:
    row: dict[str, Any] = {"name": actor["name"], "kind": actor["kind"]}
    for quantity, most in (("constituency", 1.0), ("capability", np.inf), ("legitimacy", 1.0)):
        best = min(actor[quantity] * float(np.exp(rng.normal(0.0, 0.1))), most)
        reach = float(rng.uniform(0.2, 0.4))
        triple = (best * (1 - reach), best, min(best * (1 + reach), most))
        if unknown_share and rng.random() < unknown_share:
            row |= {f"{quantity}_{end}": "" for end in ENDS}
            continue
        row |= {f"{quantity}_{end}": f"{value:.3g}" for end, value in zip(ENDS, triple, strict=True)}
    return row | {"source": f"interview {int(rng.integers(1, 40))}"}


def _code_positions(
    actors: Sequence[Mapping[str, Any]],
    issues: Sequence[Mapping[str, Any]],
    rng: np.random.Generator,
    missing_share: float,
) -> tuple[list[dict[str, Any]], list[list[str]], list[list[str]]]:
    """Return what coders wrote down, which cells are missing and which have no source."""
    rows: list[dict[str, Any]] = []
    missing, unsourced = [], []
    for actor in actors:
        for k, issue in enumerate(issues):
            cell = [actor["name"], issue["name"]]
            chance, source, second = rng.random(3)
            if chance < missing_share or (actor["name"] == UNHEARD and k >= HEARD_ON):
                missing.append(cell)
                continue
            named = source >= UNSOURCED
            if not named:
                unsourced.append(cell)
            for coder in ("coder 1", "coder 2")[: 2 if second < SECOND else 1]:
                where = f"statement {int(rng.integers(1, 400))}" if named else ""
                seen = _see(actor["positions"][k], bool(issue.get("two_poles")), rng)
                care = _see_share(actor["salience"][k], rng)
                rows.append(
                    {"actor": cell[0], "issue": cell[1], **dict(zip(ENDS, seen, strict=True)),
                     **{f"salience_{end}": s for end, s in zip(ENDS, care, strict=True)}, "source": where,
                     "coder": coder}
                )  # fmt: skip
    return rows, missing, unsourced


def _see(truth: float, two_poles: bool, rng: np.random.Generator) -> tuple[int, int, int]:
    """Return a coder's low, best, high, in whole points."""
    error, below, above = rng.normal(0.0, ERROR), rng.uniform(*REACH), rng.uniform(*REACH)
    if two_poles:
        return (int(truth), int(truth), int(truth))
    best = float(np.clip(truth + error, 0.0, 100.0))
    return (
        round(max(best - below, 0.0)),
        round(best),
        round(min(best + above, 100.0)),
    )


def _see_share(truth: float, rng: np.random.Generator) -> tuple[str, str, str]:
    best = float(np.clip(truth + rng.normal(0.0, 0.05), 0.0, 1.0))
    return f"{max(best - 0.15, 0.0):.2f}", f"{best:.2f}", f"{min(best + 0.15, 1.0):.2f}"


def _by_issue(
    actors: Sequence[Mapping[str, Any]], issues: Sequence[Mapping[str, Any]], key: str
) -> dict[str, dict[str, float]]:
    return {i["name"]: {a["name"]: a[key][k] for a in actors} for k, i in enumerate(issues)}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
