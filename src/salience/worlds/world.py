"""The parameters of a simulated conflict: who fights how, who reports what, and with which coefficients."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from salience.worlds.conduct import Change

# Halvanea's names, campaigns and outlets, and the words that places and headlines are made of.
_CAST = tomllib.loads(files(__package__).joinpath("halvanea.toml").read_text(encoding="utf-8"))

Kind = Literal["outlet", "agency", "ngo", "igo", "official", "party", "social"]
Chance = NDArray[np.float64]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Actor(_Frozen):
    """A party to the conflict."""

    id: int = Field(description="Number of the actor in the GED file.")
    name: str
    state: bool = Field(False, description="Whether it is the government.")


class Campaign(_Frozen):
    """One pair of opponents fighting in one way."""

    id: int = Field(description="Number of the dyad and the conflict in the GED file.")
    kind: Literal[1, 2, 3] = Field(description="UCDP: 1 state-based, 2 non-state, 3 one-sided.")
    side_a: str
    side_b: str
    actor: str = Field(
        description="Whom the reporting is about; outlets' actor effects and silences refer to it."
    )
    share: float = Field(gt=0, description="Share of all events; shares are scaled to sum to 1.")
    deaths_mean: float = Field(gt=0, description="Mean deaths an event.")
    deaths_theta: float = Field(
        gt=0, description="Negative binomial size: variance = mean + mean squared / theta."
    )
    home: str = Field(description="The province it is fought around.")
    reach_km: float = Field(
        gt=0, description="Distance from home over which its events thin out by a factor e."
    )
    begins: float = Field(0.0, ge=0, lt=1, description="Share of the period that passes before it begins.")


class Outlet(_Frozen):
    """A source, and what decides whether it reports an event."""

    name: str
    kind: Kind
    country: str
    language: str = "en"
    speaks_for: str | None = None
    independence_group: str | None = None
    base: float = Field(
        gt=0, lt=1, description="Chance of reporting an event without deaths in the capital, effects apart."
    )
    slope_shift: float = Field(0.0, description="Added to the world's slope on log(1 + deaths).")
    distance: float = Field(0.0, description="Effect of log(1 + km to the capital / 100).")
    actors: Mapping[str, float] = Field(
        default_factory=dict, description="Effect of the event's actor; else 0."
    )
    silent_on: tuple[str, ...] = Field((), description="Actors whose events it never reports.")
    copies: str | None = Field(None, description="The outlet, itself no copier, whose reports it repeats.")
    copy_effect: float = Field(0.0, description="Effect of that outlet having reported the event.")
    verbatim: float = Field(0.8, ge=0, le=1, description="Share of repeated reports with the same headline.")
    completeness: float = Field(0.9, gt=0, le=1, description="Chance that it counts a death that happened.")
    error: float = Field(
        0.15, ge=0, description="Standard deviation of the log error of the number it tells."
    )
    lag_days: float = Field(1.0, gt=0, description="Mean days from the event's last day to the report.")
    follow_up: float = Field(
        0.0, ge=0, lt=1, description="Chance of a second report on an event it reported."
    )
    spellings: Mapping[str, float] = Field(
        default_factory=dict, description="Other spellings of its name in the dataset, and the share of each."
    )


class World(_Frozen):
    """A conflict to simulate. Without arguments: Halvanea, an invented country.

    Distances are in km, months counted from `start`, effects on the scale of `link`.

    Raises
    ------
    pydantic.ValidationError
        A parameter is out of range, or names an actor, province or outlet that the world does not have.

    Examples
    --------
    >>> World(events=500, slope=0.0).months
    48
    """

    name: str = Field(default_factory=lambda: _CAST["name"])
    country_id: int = Field(default_factory=lambda: _CAST["country_id"])
    start: date = Field(date(2019, 1, 1), description="First day; the first of a month.")
    months: int = Field(48, ge=1, le=600, description="Length in months.")
    events: int = Field(3000, ge=50, description="Expected number of events, reported or not.")
    capital: str = Field(default_factory=lambda: _CAST["capital"])
    capital_province: str = Field(default_factory=lambda: _CAST["capital_province"])
    capital_latitude: float = Field(default_factory=lambda: _CAST["capital_latitude"], ge=-80, le=80)
    capital_longitude: float = Field(default_factory=lambda: _CAST["capital_longitude"], ge=-180, le=180)
    provinces: tuple[tuple[str, str], ...] = Field(
        default_factory=lambda: tuple(tuple(p) for p in _CAST["provinces"]),
        min_length=1,
        description="Names of the first administrative level, in Latin and in Arabic script.",
    )
    province_degrees: float = Field(1.0, gt=0, description="Width and height of a province.")
    districts: tuple[int, int] = Field((3, 5), description="Fewest and most districts a province.")
    places: tuple[int, int] = Field((4, 8), description="Fewest and most places a district.")
    actors: tuple[Actor, ...] = Field(default_factory=lambda: tuple(Actor(**a) for a in _CAST["actors"]))
    campaigns: tuple[Campaign, ...] = Field(
        default_factory=lambda: tuple(Campaign(**c) for c in _CAST["campaigns"]), min_length=1
    )
    outlets: tuple[Outlet, ...] = Field(
        default_factory=lambda: tuple(Outlet(**o) for o in _CAST["outlets"]), min_length=1
    )
    link: Literal["logit", "cloglog"] = "logit"
    slope: float = Field(
        0.75, description="Common effect of log(1 + deaths) on reporting; see Outlet.slope_shift."
    )
    heterogeneity: float = Field(
        0.0, ge=0, description="Standard deviation of an effect of the event that all outlets share."
    )
    season: float = Field(0.3, ge=0, description="Amplitude of the yearly wave in log intensity.")
    drift: float = Field(0.25, ge=0, description="Standard deviation of the monthly shock in log intensity.")
    persistence: float = Field(
        0.85, ge=0, lt=1, description="Autocorrelation of log intensity, month to month."
    )
    changes: tuple[Change, ...] = Field(
        (),
        description="Planted changes of conduct; none by default, and then events are as they always were.",
    )
    coder_takes: Literal["median", "highest"] = Field(
        "median", description="Which of the unofficial figures the dataset's coder enters as best."
    )

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        actors = {a.name for a in self.actors}
        provinces = {p[0] for p in self.provinces}
        independent = {o.name for o in self.outlets if o.copies is None}
        for c in self.campaigns:
            _require(c.side_a, actors, "actor", f"campaign {c.id}")
            _require(c.side_b, actors | {"Civilians"}, "actor", f"campaign {c.id}")
            _require(c.actor, {c.side_a, c.side_b} - {"Civilians"}, "actor", f"campaign {c.id}")
            _require(c.home, provinces, "province", f"campaign {c.id}")
        for change in self.changes:
            _require(change.actor, {c.actor for c in self.campaigns}, "actor", "the planted change")
            if change.month >= self.months:
                raise ValueError(f"the planted change is in month {change.month} of {self.months}")
        for o in self.outlets:
            for actor in (*o.actors, *o.silent_on):
                _require(actor, actors, "actor", f"outlet {o.name}")
            if o.copies is not None:
                _require(o.copies, independent, "outlet that copies no other", f"outlet {o.name}")
            if sum(o.spellings.values()) > 1:
                raise ValueError(f"outlet {o.name}: the shares of its spellings exceed 1")
        if sum(o.kind == "official" for o in self.outlets) > 1:
            raise ValueError("a world has at most one official channel")
        _require(self.capital_province, provinces, "province", "the capital")
        for name, (fewest, most) in (("districts", self.districts), ("places", self.places)):
            if not 1 <= fewest <= most:
                raise ValueError(f"{name}: the fewest and the most, at least 1; not {fewest} and {most}")
        if self.start.day != 1:
            raise ValueError(f"start must be the first day of a month, not {self.start}")
        return self

    @property
    def end(self) -> date:
        """The last day."""
        following = self.start.year * 12 + self.start.month - 1 + self.months
        return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)

    def slope_of(self, outlet: Outlet) -> float:
        """Return an outlet's effect of log(1 + deaths)."""
        return self.slope + outlet.slope_shift

    def intercept_of(self, outlet: Outlet) -> float:
        """Return an outlet's intercept: its base chance on the scale of the link."""
        if self.link == "logit":
            return float(np.log(outlet.base / (1 - outlet.base)))
        return float(np.log(-np.log1p(-outlet.base)))

    def chance(self, effect: Chance) -> Chance:
        """Return chances of reporting from linear predictors of any shape."""
        if self.link == "logit":
            return np.asarray(0.5 * (1.0 + np.tanh(0.5 * effect)))
        return np.asarray(-np.expm1(-np.exp(np.minimum(effect, 30.0))))


def phrases() -> dict[str, Any]:
    """Return what places and headlines are worded with: stems, endings, headline patterns."""
    return {key: _CAST[key] for key in ("stems", "endings", "headlines", "originals")}


def _require(name: str, known: set[str], what: str, where: str) -> None:
    if name not in known:
        raise ValueError(f"{where}: {name!r} is no {what} of this world ({', '.join(sorted(known))})")
