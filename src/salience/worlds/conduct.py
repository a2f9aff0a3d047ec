"""A planted change of conduct: from a known month on, one actor does more or less; reporting stays the same."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from salience.worlds.truth import Events, Truth
    from salience.worlds.world import World


class Change(BaseModel):
    """From a month on, an actor's events are so many times what they would have been."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str = Field(description="Whose events: those that the reporting is about.")
    month: int = Field(ge=1, description="First month after the change, counted from 0.")
    ratio: float = Field(gt=0, description="Level after it over the level before.")


def change_conduct(world: World, events: Events, rng: np.random.Generator) -> Events:
    """Leave out events at random: after the month where conduct falls, before it where it rises.

    Thinning leaves everything else about the events as it was drawn. Without changes the events are the same object.
    """
    if not world.changes:
        return events
    month = _months(world, events)
    stays = np.ones(len(events), dtype=bool)
    for change in world.changes:
        own = np.array([a.name == change.actor for a in world.actors])[events.actor]
        after = month >= change.month
        thinned = own & (after if change.ratio < 1 else ~after)
        chance = min(change.ratio, 1.0 / change.ratio)
        stays &= ~thinned | (rng.random(len(events)) < chance)
    return type(events)(**{f.name: getattr(events, f.name)[stays] for f in fields(events)})


def _months(world: World, events: Events) -> np.ndarray[Any, np.dtype[np.int64]]:
    opening = np.datetime64(world.start, "M")
    return np.asarray((events.first_day.astype("datetime64[M]") - opening).astype(np.int64))


def month_start(world: World, month: int) -> date:
    """Return the first day of a month counted from the world's start."""
    at = world.start.year * 12 + world.start.month - 1 + month
    return date(at // 12, at % 12 + 1, 1)


def change_truth(truth: Truth) -> dict[str, Any]:
    """Return what `truth/change.json` holds: planted changes, late beginnings, events by month."""
    world = truth.world
    month = _months(world, truth.events)
    acting = sorted({c.actor for c in world.campaigns})
    return {
        "planted": [
            {"actor": c.actor, "date": str(month_start(world, c.month)), "ratio": c.ratio}
            for c in world.changes
        ],
        "begins": [
            {
                "actor": c.actor,
                "campaign": c.id,
                "date": str(month_start(world, int(c.begins * world.months))),
            }
            for c in world.campaigns
            if c.begins > 0
        ],
        "coverage": "unchanged: every outlet's chances are the same throughout",
        "first_month": str(world.start),
        "events_by_month": {
            name: np.bincount(
                month[np.array([a.name == name for a in world.actors])[truth.events.actor]],
                minlength=world.months,
            ).tolist()
            for name in acting
        },
    }


def change_question(world: World) -> dict[str, str]:
    """Return what the case asks: the planted change, else the actor whose campaigns begin later than others."""
    if world.changes:
        change = world.changes[0]
        return {"actor": change.actor, "at": f"change of conduct = {month_start(world, change.month)}"}
    late = [c for c in world.campaigns if c.begins > 0]
    if late:
        day = month_start(world, int(late[0].begins * world.months))
        return {"actor": late[0].actor, "at": f"{late[0].actor} appears = {day}"}
    return {}
