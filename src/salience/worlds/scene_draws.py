"""The events of a scene: attacks, protests, and cases that registers list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from salience.worlds.conduct import Change
from salience.worlds.simulate import draw_events, draw_rates, draw_reports, simulate, stream
from salience.worlds.truth import Events, Flags, Ints, Reports, Truth
from salience.worlds.world import Actor, Campaign, Outlet, World

PROTESTS = 74
DECREE = 60  # month of the date that claims of change are about
RESISTANCE, CIRCLE, COUNCIL = "Ridge Resistance", "Ashen Circle", "Steward Council"


def draw_attacks(cast: Mapping[str, Any], planted: Mapping[str, Any], seed: int) -> Truth:
    """Draw the attacks and who told of them, with the planted effects of casualties, actor and date."""
    return simulate(attack_world(cast, planted), seed)


def attack_world(cast: Mapping[str, Any], planted: Mapping[str, Any]) -> World:
    """Return the world of the attacks."""
    told = planted["low-casualties"]
    changes = tuple(
        Change(actor=actor, month=DECREE, ratio=planted[claim]["ratio"])
        for actor, claim in ((RESISTANCE, "attacks-fell"), (COUNCIL, "policy-unchanged"))
        if planted[claim]["ratio"] != 1.0
    )
    outlets = tuple(
        # The Council's own channel follows other rules: deaths do not move it, and the resistance may not exist for it.
        Outlet(**given, slope_shift=-told["slope"], actors={RESISTANCE: planted["silent-channel"]["resistance"],
                                                            COUNCIL: -2.0})
        if given["kind"] == "official"
        else Outlet(**given, actors={CIRCLE: told["effect"]})
        for given in cast["outlets"]
    )  # fmt: skip
    return World(
        **cast["world"],
        actors=tuple(Actor(**a) for a in cast["actors"]),
        campaigns=tuple(Campaign(**c) for c in cast["campaigns"]),
        outlets=outlets,
        slope=told["slope"],
        changes=changes,
    )


def draw_protests(cast: Mapping[str, Any], planted: Mapping[str, Any], attacks: Truth, seed: int) -> Truth:
    """Draw protests, at any place alike; what outlets tell of them depends on nothing but how far the place is."""
    made = cast["protests"]
    distance = planted["capital-only"]["distance"]
    campaign = Campaign(
        id=9899, kind=3, side_a=made["actor"], side_b="Civilians", actor=made["actor"], share=1.0,
        deaths_mean=1e-6, deaths_theta=1.0, home=made["home"], reach_km=made["reach_km"],
    )  # fmt: skip
    world = attacks.world.model_copy(
        update={
            "actors": (Actor(id=9899, name=made["actor"]),),
            "campaigns": (campaign,),
            "outlets": tuple(
                Outlet(**{**given, "base": _raise(given["base"], made["lift"])}, distance=distance)
                for given in cast["outlets"]
                if given["kind"] != "official"
            ),
            "events": made["events"],
            "changes": (),
        }
    )
    rng = stream(seed, PROTESTS)
    rates = draw_rates(world, rng)
    events = draw_events(world, attacks.places, rates, int(rng.poisson(world.events)), rng)
    events = replace(events, place=rng.integers(0, len(attacks.places.name), len(events)))
    return Truth(world, seed, attacks.places, events, draw_reports(world, attacks.places, events, rng))


def _raise(chance: float, by: float) -> float:
    """Raise a chance by so much on the scale of the logit."""
    odds = chance / (1 - chance) * float(np.exp(by))
    return odds / (1 + odds)


def thin_events(truth: Truth, kept: float, rng: np.random.Generator) -> Truth:
    """Return a conflict of which only a share of the reported events is known, each with all its reports."""
    if kept == 1:
        return truth
    reported = np.flatnonzero(truth.reported)
    number = max(round(kept * len(reported)), 6)
    chosen = np.sort(rng.choice(reported, min(number, len(reported)), replace=False))
    return _take(truth, chosen)


def _take(truth: Truth, chosen: Ints) -> Truth:
    """Take some events with their reports; a report keeps its model, which is of the same event."""
    number = np.full(len(truth.events), -1)
    number[chosen] = np.arange(len(chosen))
    stays: Flags = np.asarray(number[truth.reports.event] >= 0)
    place = np.cumsum(stays) - 1
    events = Events(**{f.name: getattr(truth.events, f.name)[chosen] for f in fields(Events)})
    columns = {f.name: getattr(truth.reports, f.name)[stays] for f in fields(Reports)}
    columns["event"] = number[columns["event"]]
    columns["repeats"], columns["headline_of"] = place[columns["repeats"]], place[columns["headline_of"]]
    return replace(truth, events=events, reports=Reports(**columns))


def protest_rows(cast: Mapping[str, Any], truth: Truth) -> dict[str, list[Any]]:
    """Return the protests that anybody told of, as a log would have them."""
    reported = np.flatnonzero(truth.reported)
    carried, names = truth.carried, [o.name for o in truth.world.outlets]
    place = truth.events.place[reported]
    return {
        "entry": [f"M-{k:04d}" for k in range(1, len(reported) + 1)],
        "day": [str(day) for day in truth.events.first_day[reported]],
        "town": truth.places.name[place].tolist(),
        "province": truth.places.admin1[place].tolist(),
        "north": truth.places.latitude[place].tolist(),
        "east": truth.places.longitude[place].tolist(),
        "who": [cast["protests"]["actor"]] * len(reported),
        "killed": [0] * len(reported),
        "what": [cast["protests"]["kind"]] * len(reported),
        "told_by": [";".join(n for n, c in zip(names, carried[e], strict=True) if c) for e in reported],
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """Which register lists which case: `held` has shape (cases, registers)."""

    held: Flags
    day: np.ndarray[Any, np.dtype[np.datetime64]]
    province: Ints


def draw_cases(
    cast: Mapping[str, Any], planted: Mapping[str, Any], attacks: Truth, rng: np.random.Generator
) -> Listed:
    """Draw who lists which case; each register by chance, whatever the others do."""
    chances = np.array(planted["most-unseen"]["listed"])
    world = attacks.world
    number = int(rng.poisson(cast["registers"]["cases"]))
    days = int((np.datetime64(world.end) - np.datetime64(world.start)).astype(int)) + 1
    return Listed(
        rng.random((number, len(chances))) < chances,
        np.datetime64(world.start) + rng.integers(0, days, number),
        rng.integers(0, len(world.provinces), number),
    )


def case_rows(cast: Mapping[str, Any], cases: Listed) -> dict[str, list[Any]]:
    """Return one row a case and register."""
    case, register = np.nonzero(cases.held)
    names = cast["registers"]["names"]
    provinces = [f"{name} province" for name, _ in cast["world"]["provinces"]]
    return {
        "entry": [f"{names[r][0]}-{c:04d}" for c, r in zip(case, register, strict=True)],
        "case": [f"D-{c:04d}" for c in case],
        "register": [names[r] for r in register],
        "day": [str(cases.day[c]) for c in case],
        "province": [provinces[cases.province[c]] for c in case],
        "what": [cast["registers"]["kind"]] * len(case),
    }
