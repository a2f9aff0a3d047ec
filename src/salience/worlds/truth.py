"""What happened in a simulated conflict and who reported it: everything, reported or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salience.worlds.world import Outlet, World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Places:
    """Where events happen. All arrays have shape (places,).

    Attributes
    ----------
    name, admin1, admin2 : str
        The place, its province and its district.
    province, district : int
        Index of the province in the world, and of the district counted over all provinces.
    latitude, longitude : float
        Degrees.
    population : float
        Persons; decides how often a place is fought over.
    distance_km : float
        Great-circle distance to the capital.
    """

    name: NDArray[np.str_]
    admin1: NDArray[np.str_]
    admin2: NDArray[np.str_]
    province: Ints
    district: Ints
    latitude: Floats
    longitude: Floats
    population: Floats
    distance_km: Floats


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, ordered by day. All arrays have shape (events,); an event's number is its position.

    Attributes
    ----------
    campaign, place : int
        Index into the world's campaigns and into the places.
    actor : int
        Index into the world's actors: whom the reporting is about.
    first_day, last_day : datetime64[D]
        True days.
    deaths, deaths_a, deaths_b, deaths_civilians : int
        True deaths: all, of side a, of side b, of civilians.
    interest : float
        Effect of the event shared by all outlets; 0 where the world has no heterogeneity.
    """

    campaign: Ints
    place: Ints
    actor: Ints
    first_day: Days
    last_day: Days
    deaths: Ints
    deaths_a: Ints
    deaths_b: Ints
    deaths_civilians: Ints
    interest: Floats

    def __len__(self) -> int:
        return len(self.deaths)


@dataclass(frozen=True, slots=True)
class Reports:
    """Who told of what, ordered by event, then day. All arrays have shape (reports,).

    Attributes
    ----------
    event, outlet : int
        Index of the event and of the outlet.
    published : datetime64[D]
        Day of publication.
    deaths : int
        Deaths as told in it.
    repeats : int
        Position of the report whose number it repeats; its own where it is no copy.
    headline_of : int
        Position of the report whose headline it carries; its own where it has one.
    phrase : int
        Which of the wordings its headline takes.
    spelling : int
        0 for the outlet's own name, else 1 + position among its other spellings.
    follow_up : bool
        A second report of the same outlet on the same event.
    """

    event: Ints
    outlet: Ints
    published: Days
    deaths: Ints
    repeats: Ints
    headline_of: Ints
    phrase: Ints
    spelling: Ints
    follow_up: Flags

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True, slots=True)
class Truth:
    """A simulated conflict.

    Attributes
    ----------
    world : World
        Its parameters, among them every outlet's coefficients.
    seed : int
        What it was drawn with.
    places, events, reports
        What there is, what happened and what was told.
    """

    world: World
    seed: int
    places: Places
    events: Events
    reports: Reports

    @property
    def carried(self) -> Flags:
        """Who reported what: shape (events, outlets)."""
        return carried(self.reports, len(self.events), len(self.world.outlets))

    @property
    def reported(self) -> Flags:
        """Whether anybody reported the event: shape (events,)."""
        flags = np.zeros(len(self.events), dtype=bool)
        flags[self.reports.event] = True
        return flags

    def chances(self, deaths: int | None = None) -> Floats:
        """Return the true chance of each outlet to report each event, before anybody has.

        Parameters
        ----------
        deaths : int, optional
            As if every event had so many deaths; without it, their true deaths.

        Returns
        -------
        ndarray, shape (events, outlets)
            For a copying outlet the chance is averaged over whether the copied one reports.
        """
        known = self.events.deaths if deaths is None else np.full(len(self.events), deaths)
        result = np.empty((len(self.events), len(self.world.outlets)))
        names = [o.name for o in self.world.outlets]
        for j in outlets_in_order(self.world):
            outlet = self.world.outlets[j]
            effect = predictor(self.world, outlet, self.places, self.events, known)
            result[:, j] = silenced(self.world, outlet, self.events, self.world.chance(effect))
            if outlet.copies is not None:
                first = result[:, names.index(outlet.copies)]
                after = self.world.chance(effect + outlet.copy_effect)
                after = silenced(self.world, outlet, self.events, after)
                result[:, j] = (1 - first) * result[:, j] + first * after
        return result

    def expected_sources(self, deaths: int) -> float:
        """Return the mean number of outlets that would report an event, had every event so many deaths."""
        return float(self.chances(deaths).sum(axis=1).mean())


def carried(reports: Reports, events: int, outlets: int) -> Flags:
    """Return who reported what, shape (events, outlets)."""
    table = np.zeros((events, outlets), dtype=bool)
    table[reports.event, reports.outlet] = True
    return table


def outlets_in_order(world: World) -> list[int]:
    """Return the outlets' positions, those that copy after those they copy."""
    return sorted(range(len(world.outlets)), key=lambda j: (world.outlets[j].copies is not None, j))


def predictor(world: World, outlet: Outlet, places: Places, events: Events, deaths: Ints) -> Floats:
    """Return an outlet's linear predictor for each event, before any effect of copying.

    intercept + slope log(1 + deaths) + distance log(1 + km / 100) + actor effect + interest.
    """
    by_actor = np.array([outlet.actors.get(a.name, 0.0) for a in world.actors])
    return np.asarray(
        world.intercept_of(outlet)
        + world.slope_of(outlet) * np.log1p(deaths)
        + outlet.distance * np.log1p(places.distance_km / 100.0)[events.place]
        + by_actor[events.actor]
        + events.interest
    )


def silenced(world: World, outlet: Outlet, events: Events, chance: Floats) -> Floats:
    """Return the chances with 0 for the actors an outlet never reports on."""
    silent = np.array([a.name in outlet.silent_on for a in world.actors])
    return np.where(silent[events.actor], 0.0, chance)
