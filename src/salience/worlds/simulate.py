"""Drawing a conflict from its parameters: places, then events, then who reports them."""

from __future__ import annotations

import numpy as np

from salience.errors import CaseError
from salience.worlds.conduct import change_conduct
from salience.worlds.truth import (
    Days,
    Events,
    Flags,
    Floats,
    Ints,
    Places,
    Reports,
    Truth,
    outlets_in_order,
    predictor,
    silenced,
)
from salience.worlds.world import World, phrases

EARTH_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = 111.2
PLACES, EVENTS, REPORTS, CODING, DIRTYING, CONDUCT = range(
    6
)  # each step draws from a random stream of its own
PHRASES = 1 << 16  # a report's wording is drawn before it is known how many wordings there are


def simulate(world: World, seed: int) -> Truth:
    """Draw a conflict.

    Parameters
    ----------
    world : World
        Its parameters.
    seed : int
        Not negative. The same world and seed give the same truth.

    Returns
    -------
    Truth
        Events that nobody reported included.

    Raises
    ------
    CaseError
        The seed is negative.
    """
    places = draw_places(world, stream(seed, PLACES))
    rng = stream(seed, EVENTS)
    rates = draw_rates(world, rng)
    events = draw_events(world, places, rates, int(rng.poisson(world.events)), rng)
    events = change_conduct(world, events, stream(seed, CONDUCT))
    reports = draw_reports(world, places, events, stream(seed, REPORTS))
    return Truth(world, seed, places, events, reports)


def stream(seed: int, *step: int) -> np.random.Generator:
    """Return the random stream of one step, so that a change in one leaves the others' draws alone."""
    if seed < 0:
        raise CaseError(f"a seed is a whole number from 0 on, not {seed}")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=step)))


def draw_places(world: World, rng: np.random.Generator) -> Places:
    """Draw provinces on a grid around the capital, districts in them and places in those."""
    centres = _province_centres(world, rng)
    width = world.province_degrees
    districts = rng.integers(world.districts[0], world.districts[1] + 1, len(world.provinces))
    province_of = np.repeat(np.arange(len(world.provinces)), districts)
    middle = centres[province_of] + rng.uniform(-0.35, 0.35, (len(province_of), 2)) * width
    number = rng.integers(world.places[0], world.places[1] + 1, len(province_of))
    district = np.repeat(np.arange(len(province_of)), number)
    position = middle[district] + rng.normal(0.0, 0.08, (len(district), 2)) * width
    population = np.asarray(np.rint(np.exp(rng.normal(np.log(8000.0), 1.2, len(district)))), dtype=np.float64)

    # The capital is the first place of the first district of its province.
    names = _invent_names(len(province_of) + len(district), rng)
    place_names = names[len(province_of) :]
    seat = int(np.flatnonzero(province_of[district] == _province_index(world, world.capital_province))[0])
    position[seat] = world.capital_latitude, world.capital_longitude
    population[seat] = 15.0 * population.max()
    place_names[seat] = world.capital

    province = province_of[district]
    latitude, longitude = np.round(position[:, 0], 6), np.round(position[:, 1], 6)
    return Places(
        name=np.array(place_names),
        admin1=np.array([f"{p[0]} province" for p in world.provinces])[province],
        admin2=np.array([f"{n} district" for n in names[: len(province_of)]])[district],
        province=province,
        district=district,
        latitude=latitude,
        longitude=longitude,
        population=population,
        distance_km=great_circle_km(latitude, longitude, world.capital_latitude, world.capital_longitude),
    )


def _province_centres(world: World, rng: np.random.Generator) -> Floats:
    """Lay the provinces out row by row, north-west first, so that the capital lies in its own."""
    columns = int(np.ceil(np.sqrt(len(world.provinces))))
    row, column = np.divmod(np.arange(len(world.provinces)), columns)
    own = _province_index(world, world.capital_province)
    grid = np.stack([row[own] - row, column - column[own]], axis=1) * world.province_degrees
    jitter = rng.uniform(-0.12, 0.12, grid.shape) * world.province_degrees
    jitter[own] = 0.0
    return np.asarray(grid + jitter + np.array([world.capital_latitude, world.capital_longitude]))


def _province_index(world: World, name: str) -> int:
    return [p[0] for p in world.provinces].index(name)


def _invent_names(number: int, rng: np.random.Generator) -> list[str]:
    """Return different names, numbered once stems and endings have all been combined."""
    words = phrases()
    pairs = [stem + ending for stem in words["stems"] for ending in words["endings"]]
    order = rng.permutation(len(pairs))
    return [
        pairs[order[k % len(pairs)]] + (f" {k // len(pairs) + 1}" if k >= len(pairs) else "")
        for k in range(number)
    ]


def great_circle_km(latitude: Floats, longitude: Floats, to_latitude: float, to_longitude: float) -> Floats:
    """Return the distance to a point in km, by the haversine formula."""
    phi, phi_0 = np.radians(latitude), np.radians(to_latitude)
    half = np.sin((phi - phi_0) / 2) ** 2
    half = half + np.cos(phi) * np.cos(phi_0) * np.sin(np.radians(longitude - to_longitude) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def draw_rates(world: World, rng: np.random.Generator) -> Floats:
    """Draw each campaign's share of all events by month.

    log intensity = season wave + walk, walk(m) = persistence walk(m - 1) + drift noise; 0 before it begins.

    Returns
    -------
    ndarray, shape (campaigns, months)
        Sums to 1.
    """
    shape = (len(world.campaigns), world.months)
    month = np.arange(world.months)
    wave = world.season * np.sin(2 * np.pi * month / 12 + rng.uniform(0, 2 * np.pi, (shape[0], 1)))
    shock = world.drift * rng.standard_normal(shape)
    walk = np.zeros(shape)
    for m in range(1, world.months):
        walk[:, m] = world.persistence * walk[:, m - 1] + shock[:, m]
    intensity = np.exp(wave + walk)
    begins = np.array([int(c.begins * world.months) for c in world.campaigns])
    intensity[month[None, :] < begins[:, None]] = 0.0
    share = np.array([c.share for c in world.campaigns])
    rates = intensity / intensity.sum(axis=1, keepdims=True) * (share / share.sum())[:, None]
    return np.asarray(rates)


def draw_events(world: World, places: Places, rates: Floats, number: int, rng: np.random.Generator) -> Events:
    """Draw a number of events, ordered by day."""
    cell = np.repeat(np.arange(rates.size), rng.multinomial(number, rates.ravel()))
    campaign, month = np.divmod(cell, world.months)
    first_day = _draw_days(world, month, rng)
    order = np.argsort(first_day, kind="stable")
    campaign, first_day = campaign[order], first_day[order]
    # One event in twelve lasts, by two more days on average.
    extra = np.where(rng.random(number) < 1 / 12, rng.geometric(0.5, number), 0)
    deaths, deaths_a, deaths_b, civilians = _draw_deaths(world, campaign, rng)
    actors = [a.name for a in world.actors]
    return Events(
        campaign=campaign,
        place=_draw_event_places(world, places, campaign, rng),
        actor=np.array([actors.index(c.actor) for c in world.campaigns])[campaign],
        first_day=first_day,
        last_day=np.minimum(first_day + extra, np.datetime64(world.end)),
        deaths=deaths,
        deaths_a=deaths_a,
        deaths_b=deaths_b,
        deaths_civilians=civilians,
        interest=world.heterogeneity * rng.standard_normal(number),
    )


def _draw_days(world: World, month: Ints, rng: np.random.Generator) -> Days:
    opening = np.datetime64(world.start, "M") + np.arange(world.months + 1)
    starts = opening.astype("datetime64[D]")
    lengths = np.diff(starts).astype(np.int64)
    return np.asarray(starts[month] + (rng.random(len(month)) * lengths[month]).astype(np.int64))


def _draw_deaths(world: World, campaign: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Negative binomial deaths, split: in a battle one in ten is a civilian and the rest fall evenly."""
    mean = np.array([c.deaths_mean for c in world.campaigns])[campaign]
    theta = np.array([c.deaths_theta for c in world.campaigns])[campaign]
    deaths = rng.negative_binomial(theta, theta / (theta + mean))
    one_sided = np.array([c.kind == 3 for c in world.campaigns])[campaign]
    civilians = np.where(one_sided, deaths, rng.binomial(deaths, 0.1))
    side_a = rng.binomial(deaths - civilians, 0.5)
    return deaths, side_a, deaths - civilians - side_a, civilians


def _draw_event_places(world: World, places: Places, campaign: Ints, rng: np.random.Generator) -> Ints:
    """Places weigh by population to the power 0.7, thinned by the distance from the campaign's home."""
    result = np.empty(len(campaign), dtype=np.int64)
    for k, fought in enumerate(world.campaigns):
        home = places.province == _province_index(world, fought.home)
        middle = float(places.latitude[home].mean()), float(places.longitude[home].mean())
        far = great_circle_km(places.latitude, places.longitude, *middle)
        weight = places.population**0.7 * np.exp(-far / fought.reach_km)
        chosen = np.flatnonzero(campaign == k)
        result[chosen] = rng.choice(len(weight), size=len(chosen), p=weight / weight.sum())
    return result


def draw_reports(world: World, places: Places, events: Events, rng: np.random.Generator) -> Reports:
    """Draw who reports which event, when, with what number and under which headline."""
    flags = _draw_carried(world, places, events, rng)
    event, outlet = np.nonzero(flags)
    again = rng.random(len(event)) < np.array([o.follow_up for o in world.outlets])[outlet]
    # Follow-ups stand after the first reports, so that a pair's first report is found by its position.
    event, outlet = np.concatenate([event, event[again]]), np.concatenate([outlet, outlet[again]])
    follow_up = np.arange(len(event)) >= len(again)
    first = np.concatenate([np.arange(len(again)), np.flatnonzero(again)])
    copied = _copied_report(world, flags, event, outlet, first, follow_up)
    is_copy = copied != np.arange(len(event))

    lag = np.array([o.lag_days for o in world.outlets])[outlet]
    published = events.last_day[event] + (rng.geometric(1 / (1 + lag)) - 1)
    published = np.where(is_copy, published[copied] + (rng.random(len(event)) < 0.3), published)
    published = np.where(follow_up, published[first] + rng.geometric(0.5, len(event)), published)
    told = _draw_told(world, events.deaths[event], outlet, rng)
    verbatim = rng.random(len(event)) < np.array([o.verbatim for o in world.outlets])[outlet]
    order = np.lexsort((outlet, published, event))
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    return Reports(
        event=event[order],
        outlet=outlet[order],
        published=published[order],
        deaths=told[copied][order],
        repeats=position[copied][order],
        headline_of=position[np.where(verbatim, copied, np.arange(len(event)))][order],
        phrase=rng.integers(0, PHRASES, len(event)),
        spelling=_draw_spellings(world, outlet, rng)[order],
        follow_up=follow_up[order],
    )


def _draw_carried(world: World, places: Places, events: Events, rng: np.random.Generator) -> Flags:
    names = [o.name for o in world.outlets]
    flags = np.zeros((len(events), len(names)), dtype=bool)
    for j in outlets_in_order(world):
        outlet = world.outlets[j]
        effect = predictor(world, outlet, places, events, events.deaths)
        if outlet.copies is not None:
            effect = effect + outlet.copy_effect * flags[:, names.index(outlet.copies)]
        chance = silenced(world, outlet, events, world.chance(effect))
        flags[:, j] = rng.random(len(events)) < chance
    return flags


def _copied_report(
    world: World, flags: Flags, event: Ints, outlet: Ints, first: Ints, follow_up: Flags
) -> Ints:
    """Return the position of the report each one repeats: the copied outlet's, where that reported, else its own."""
    names = [o.name for o in world.outlets]
    model = np.array([names.index(o.copies) if o.copies else -1 for o in world.outlets])
    place = np.full(flags.shape, -1, dtype=np.int64)
    firsts = ~follow_up
    place[event[firsts], outlet[firsts]] = first[firsts]
    found = np.where(model[outlet] >= 0, place[event, model[outlet]], -1)
    return np.where((found >= 0) & firsts, found, np.arange(len(event)))


def _draw_told(world: World, deaths: Ints, outlet: Ints, rng: np.random.Generator) -> Ints:
    """Count each death with the outlet's completeness, then err: round(seen exp(error z))."""
    seen = rng.binomial(deaths, np.array([o.completeness for o in world.outlets])[outlet])
    error = np.array([o.error for o in world.outlets])[outlet]
    return np.rint(seen * np.exp(error * rng.standard_normal(len(deaths)))).astype(np.int64)


def _draw_spellings(world: World, outlet: Ints, rng: np.random.Generator) -> Ints:
    """Return 0 for an outlet's own name, else 1 + the position of another spelling."""
    width = max(len(o.spellings) for o in world.outlets)
    upto = np.ones((len(world.outlets), width + 1))
    for j, o in enumerate(world.outlets):
        shares = np.array([1 - sum(o.spellings.values()), *o.spellings.values()])
        upto[j, : len(shares)] = np.cumsum(shares)
        upto[j, len(shares) - 1 :] = 1.0
    return np.asarray((rng.random(len(outlet))[:, None] >= upto[outlet]).sum(axis=1))
