"""The truth of a simulated conflict as tables: what the record's answers can be held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.worlds.coding import Coded
from salience.worlds.ged import headlines
from salience.worlds.truth import Floats, Ints, Truth

Columns = dict[str, Sequence[Any]]

AT_DEATHS = (0, 1, 5, 10, 25, 50)


def event_columns(truth: Truth, coded: Coded, ids: Ints) -> Columns:
    """Return every event, reported or not; `ged_id` and `recorded_best` are empty where nobody reported it.

    Parameters
    ----------
    truth : Truth
        What happened.
    coded : Coded
        What the dataset entered.
    ids : (events,) int
        The dataset's id of each event; -1 where it has none.
    """
    events, places = truth.events, truth.places
    fought = [truth.world.campaigns[k] for k in events.campaign]
    sources = truth.carried.sum(axis=1)
    best = np.full(len(events), -1)
    best[coded.event] = coded.best
    return {
        "event": range(len(events)),
        "ged_id": _empty_below_zero(ids),
        "actor": [c.actor for c in fought],
        "kind": [c.kind for c in fought],
        "side_a": [c.side_a for c in fought],
        "side_b": [c.side_b for c in fought],
        "first_day": events.first_day.tolist(),
        "last_day": events.last_day.tolist(),
        "place": places.name[events.place].tolist(),
        "admin1": places.admin1[events.place].tolist(),
        "admin2": places.admin2[events.place].tolist(),
        "latitude": places.latitude[events.place].tolist(),
        "longitude": places.longitude[events.place].tolist(),
        "distance_km": np.round(places.distance_km[events.place], 1).tolist(),
        "deaths": events.deaths.tolist(),
        "deaths_a": events.deaths_a.tolist(),
        "deaths_b": events.deaths_b.tolist(),
        "deaths_civilians": events.deaths_civilians.tolist(),
        "reported": (sources > 0).astype(int).tolist(),
        "sources": sources.tolist(),
        "reports": np.bincount(truth.reports.event, minlength=len(events)).tolist(),
        "recorded_best": _empty_below_zero(best),
    }


def report_columns(truth: Truth, ids: Ints) -> Columns:
    """Return every report, with the outlet whose report it repeats, if any."""
    reports, outlets = truth.reports, truth.world.outlets
    teller = [outlets[k] for k in reports.outlet]
    model = reports.outlet[reports.repeats]
    copied = reports.repeats != np.arange(len(reports))
    return {
        "event": reports.event.tolist(),
        "ged_id": ids[reports.event].tolist(),
        "outlet": [o.name for o in teller],
        "spelling": [[o.name, *o.spellings][k] for o, k in zip(teller, reports.spelling, strict=True)],
        "published": reports.published.tolist(),
        "deaths": reports.deaths.tolist(),
        "repeats": [outlets[m].name if c else "" for m, c in zip(model, copied, strict=True)],
        "follow_up": reports.follow_up.astype(int).tolist(),
        "headline": headlines(truth).to_pylist(),
    }


def outlet_columns(truth: Truth) -> Columns:
    """Return every outlet's true reporting coefficients; "silent" where it never reports on an actor."""
    world, outlets = truth.world, truth.world.outlets
    coefficients: Columns = {
        "name": [o.name for o in outlets],
        "kind": [o.kind for o in outlets],
        "country": [o.country for o in outlets],
        "language": [o.language for o in outlets],
        "copies": [o.copies or "" for o in outlets],
        "intercept": [round(world.intercept_of(o), 6) for o in outlets],
        "slope": [round(world.slope_of(o), 6) for o in outlets],
        "distance": [o.distance for o in outlets],
        "copy_effect": [o.copy_effect if o.copies else "" for o in outlets],
        "completeness": [o.completeness for o in outlets],
        "error": [o.error for o in outlets],
        "events_reported": truth.carried.sum(axis=0).tolist(),
        "mean_chance": np.round(truth.chances().mean(axis=0), 6).tolist(),
    }
    by_actor: Columns = {
        f"actor: {a.name}": [
            "silent" if a.name in o.silent_on else o.actors.get(a.name, 0.0) for o in outlets
        ]
        for a in world.actors
    }
    return coefficients | by_actor


def parameters(truth: Truth) -> dict[str, Any]:
    """Return the world's parameters and what follows from them for the events that happened."""
    world, events = truth.world, truth.events
    acting = sorted({c.actor for c in world.campaigns})
    of = {name: np.array([a.name == name for a in world.actors])[events.actor] for name in acting}
    now, at_five = truth.chances().sum(axis=1), truth.chances(5).sum(axis=1)
    return {
        "seed": truth.seed,
        "slope": world.slope,
        "events": len(events),
        "events_reported": int(truth.reported.sum()),
        "deaths": int(events.deaths.sum()),
        "deaths_in_reported_events": int(events.deaths[truth.reported].sum()),
        "expected_sources_at_deaths": {str(d): round(truth.expected_sources(d), 4) for d in AT_DEATHS},
        "expected_sources_by_actor": {
            name: {"as_it_was": _mean(now[flags]), "at_5_deaths": _mean(at_five[flags])}
            for name, flags in of.items()
        },
        "world": world.model_dump(mode="json"),
    }


def readme(truth: Truth) -> str:
    """Say what the folder is, so that nobody takes it for real."""
    world = truth.world
    return f"""{world.name} is an invented country. Nothing in this case happened: no place, group, outlet or person in
it exists, and its coordinates lie in mid-ocean. It was simulated with seed {truth.seed} so that the answers
drawn from the record can be held against the truth, which stands in this folder:

events.csv       every event, also those that no source reported (ged_id empty), with its true deaths
reports.csv      every report: outlet, day, the number it told, whose report it repeats
outlets.csv      every outlet's true coefficients: the chance of reporting is the inverse {world.link} of
                 intercept + slope log(1 + deaths) + distance log(1 + km to the capital / 100)
                 + actor + copy_effect if the outlet it copies reported; "silent" means never
parameters.json  all parameters, and the expected number of sources at 0 to 50 deaths that follows from them
disparity.json   detentions by population group: true rate ratios, shares, and chances of being named
dirt.json        the errors planted in ged.csv, by kind, with the ids of their rows
"""


def _empty_below_zero(values: Ints) -> list[Any]:
    return [v if v >= 0 else "" for v in values.tolist()]


def _mean(values: Floats) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
