"""What a dataset's coder enters from the reports: figures from what was told, dates and places as precise as known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.worlds.truth import Days, Floats, Ints, Truth

# Shares of the codes 1 to 5 and 1 to 6, near those of UCDP GED for Myanmar since 2014 (dates .87, .09, .01, .03,
# .01), with more exact places than there, so that distance can be told.
DATE_PRECISION = (0.86, 0.09, 0.01, 0.03, 0.01)
PLACE_PRECISION = (0.42, 0.27, 0.08, 0.07, 0.15, 0.01)


@dataclass(frozen=True, slots=True)
class Coded:
    """The rows of a dataset. All arrays have shape (rows,); only reported events have a row.

    Attributes
    ----------
    event : int
        Index of the event.
    best, low, high : int
        Deaths as entered.
    deaths_a, deaths_b, deaths_civilians, deaths_unknown : int
        Parts of `best`.
    first_day, last_day : datetime64[D]
        Earliest and latest day.
    date_precision, place_precision : int
        UCDP's `date_prec` and `where_prec`.
    latitude, longitude : float
        Of the place, district, province or country, whichever is known.
    """

    event: Ints
    best: Ints
    low: Ints
    high: Ints
    deaths_a: Ints
    deaths_b: Ints
    deaths_civilians: Ints
    deaths_unknown: Ints
    first_day: Days
    last_day: Days
    date_precision: Ints
    place_precision: Ints
    latitude: Floats
    longitude: Floats

    def __len__(self) -> int:
        return len(self.event)


def code_events(truth: Truth, rng: np.random.Generator) -> Coded:
    """Enter every reported event.

    Low and high are the least and the most that anybody told. Best is the median (the lower of two) of what
    unofficial sources told, or the highest where the world says so; the official figure where there is no other.
    """
    event = np.flatnonzero(truth.reported)
    best, low, high = _figures(truth)
    first_day, last_day, date_precision = _days(truth, event, rng)
    place_precision = 1 + _draw_codes(PLACE_PRECISION, len(event), rng)
    latitude, longitude = _positions(truth, event, place_precision)
    civilians, side_a, side_b, unknown = _split(truth, event, best, rng)
    return Coded(
        event=event,
        best=best,
        low=low,
        high=high,
        deaths_a=side_a,
        deaths_b=side_b,
        deaths_civilians=civilians,
        deaths_unknown=unknown,
        first_day=first_day,
        last_day=last_day,
        date_precision=date_precision,
        place_precision=place_precision,
        latitude=latitude,
        longitude=longitude,
    )


def _figures(truth: Truth) -> tuple[Ints, Ints, Ints]:
    reports = truth.reports
    official = np.array([o.kind == "official" for o in truth.world.outlets])[reports.outlet]
    order = np.lexsort((reports.deaths, official, reports.event))
    told = reports.deaths[order]
    starts = np.flatnonzero(np.diff(reports.event, prepend=-1))
    if not len(starts):
        return told, told, told
    total = np.diff(np.append(starts, len(told)))
    unofficial = np.add.reduceat((~official).astype(np.int64), starts)
    asked = np.where(unofficial > 0, unofficial, total)
    rank = (asked - 1) // 2 if truth.world.coder_takes == "median" else asked - 1
    return told[starts + rank], np.minimum.reduceat(told, starts), np.maximum.reduceat(told, starts)


def _draw_codes(shares: tuple[float, ...], number: int, rng: np.random.Generator) -> Ints:
    return np.searchsorted(np.cumsum(shares)[:-1], rng.random(number), side="right")


def _days(truth: Truth, event: Ints, rng: np.random.Generator) -> tuple[Days, Days, Ints]:
    """Widen the true days to what was known: the day, some days, the week, the month or the year; in the period."""
    first, last = truth.events.first_day[event], truth.events.last_day[event]
    code = 1 + _draw_codes(DATE_PRECISION, len(event), rng)
    code[(code == 1) & (last > first)] = 2
    before, after = rng.integers(0, 2, len(event)), rng.integers(1, 3, len(event))
    vague = (code == 2) & (first == last)
    first = np.where(vague, first - before, first)
    last = np.where(vague, last + after, last)
    for unit, unit_code in (("W", 3), ("M", 4), ("Y", 5)):
        wide = code == unit_code
        following = first[wide].astype(f"datetime64[{unit}]") + 1
        first[wide] = first[wide].astype(f"datetime64[{unit}]").astype("datetime64[D]")
        last[wide] = np.maximum(last[wide], following.astype("datetime64[D]") - np.timedelta64(1, "D"))
    start, end = np.datetime64(truth.world.start), np.datetime64(truth.world.end)
    return np.maximum(first, start), np.minimum(last, end), code


def _positions(truth: Truth, event: Ints, code: Ints) -> tuple[Floats, Floats]:
    places = truth.places
    place = truth.events.place[event]
    position = np.stack([places.latitude, places.longitude], axis=1)
    result = position[place]
    for group, group_code in ((places.district, 3), (places.province, 4)):
        size = np.bincount(group)[:, None]
        centre = np.stack([np.bincount(group, weights=position[:, k]) for k in (0, 1)], axis=1) / size
        result[code == group_code] = centre[group[place[code == group_code]]]
    # A road or a stretch of land: the point entered for it lies up to a tenth of a degree off, on a coarse grid.
    result[code == 5] = np.round(result[code == 5], 1)
    result[code == 6] = position.mean(axis=0)
    result = np.round(result, 6)
    return result[:, 0], result[:, 1]


def _split(truth: Truth, event: Ints, best: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Share the figure out as the true deaths fell, 5 % of it (8 % of a battle's) to nobody in particular."""
    true = truth.events
    one_sided = np.array([c.kind == 3 for c in truth.world.campaigns])[true.campaign[event]]
    unknown = rng.binomial(best, np.where(one_sided, 0.05, 0.08))
    rest = best - unknown
    all_deaths = np.maximum(true.deaths[event], 1)
    civilians = rng.binomial(rest, true.deaths_civilians[event] / all_deaths)
    fighters = np.maximum(true.deaths_a[event] + true.deaths_b[event], 1)
    side_a = rng.binomial(rest - civilians, true.deaths_a[event] / fighters)
    return civilians, side_a, rest - civilians - side_a, unknown
