"""Detentions by population group in a simulated conflict: known rate ratios, groups that are often not named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salience.worlds.kept import Columns
from salience.worlds.simulate import stream
from salience.worlds.truth import Flags, Floats, Ints, Truth

STEP = 51  # a random stream of its own: other draws stay as they are
PERSONS_FILE, POPULATION_FILE, TRUTH_FILE = "persons.csv", "population.csv", "truth/disparity.json"
SEXES, AGES = ("women", "men"), ("0-17", "18-39", "40+")
AGE_SHARES = (0.42, 0.36, 0.22)


@dataclass(frozen=True, slots=True)
class Detentions:
    """How persons are detained and told of. The groups are invented.

    Attributes
    ----------
    groups : tuple of str
    shares : tuple of float
        Of the whole population, about; provinces differ by `mixing`.
    ratios : tuple of float
        How many times as often a person of the group is detained as one of the first group in the same province.
    women : float
        Rate of women over that of men.
    ages : tuple of float
        Relative rates of the age bands.
    named : tuple of float
        Chance that the group of a detained person is named, by group.
    persons : int
        Expected number of detained.
    raid : float
        Mean size of a raid.
    together : float
        Chance that all of a raid are of one group.
    where : float
        How much more happens where the last group lives: effect of its share, in standard deviations, on the log rate.
    mixing : float
        Concentration of the provinces' shares; large for provinces that are alike.
    error : float
        Standard deviation of the log error of the population table.
    """

    groups: tuple[str, ...] = ("Ilsener", "Harrowfolk", "Coastlanders", "Uplanders")
    shares: tuple[float, ...] = (0.48, 0.24, 0.16, 0.12)
    ratios: tuple[float, ...] = (1.0, 1.0, 1.4, 2.5)
    women: float = 0.35
    ages: tuple[float, ...] = (0.3, 2.0, 1.0)
    named: tuple[float, ...] = (0.66, 0.66, 0.62, 0.52)
    persons: int = 1200
    raid: float = 3.0
    together: float = 0.2
    where: float = 0.5
    mixing: float = 8.0
    error: float = 0.06


@dataclass(frozen=True, slots=True)
class Detained:
    """Who was detained. Arrays of shape (persons,) unless stated.

    Attributes
    ----------
    residents : (provinces,) float
    share : (provinces, groups) float
        True shares of the residents.
    province, group, sex, age, raid : int
        Index of each; raids are numbered from 0.
    day : (raids,) datetime64[D]
    named : bool
        Whether the group is named.
    expected : (groups,) float
        The group's share of all detained, as the rates make it.
    """

    made: Detentions
    residents: Floats
    share: Floats
    province: Ints
    group: Ints
    sex: Ints
    age: Ints
    raid: Ints
    day: np.ndarray[Any, np.dtype[np.datetime64]]
    named: Flags
    expected: Floats
    rng: np.random.Generator = field(repr=False)


def draw_detained(truth: Truth, made: Detentions | None = None) -> Detained:
    """Draw who is detained, in raids; the group's chance follows its rate ratio within each province."""
    made = made or Detentions()
    rng = stream(truth.seed, STEP)
    world = truth.world
    number = len(world.provinces)
    residents = np.asarray(
        np.bincount(truth.places.province, truth.places.population, minlength=number), dtype=np.float64
    )
    share = rng.dirichlet(np.array(made.shares) * made.mixing, number) * 0.9 + 0.1 * np.array(made.shares)
    last = share[:, -1]
    tilt = np.exp(made.where * (last - last.mean()) / max(float(last.std()), 1e-9))
    weight = share * np.array(made.ratios)
    hit = residents * tilt * weight.sum(axis=1)
    raids = int(rng.poisson(made.persons / made.raid))
    province_of = rng.choice(number, raids, p=hit / hit.sum())
    size = rng.geometric(1 / made.raid, raids)
    raid = np.repeat(np.arange(raids), size)
    province = province_of[raid]
    upto = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    one_group = rng.random(raids) < made.together
    draw = np.where(one_group[raid], rng.random(raids)[raid], rng.random(len(raid)))
    group = np.minimum((draw[:, None] >= upto[province]).sum(axis=1), len(made.groups) - 1)
    age_weight = np.array(AGE_SHARES) * np.array(made.ages)
    days = int((np.datetime64(world.end) - np.datetime64(world.start)).astype(int)) + 1
    sexes = rng.random(len(raid)) >= made.women / (1 + made.women)
    where = (hit / hit.sum())[:, None] * (weight / weight.sum(axis=1, keepdims=True))
    return Detained(
        made, residents, share, province, group,
        sexes.astype(np.int64),
        np.asarray(rng.choice(len(AGES), len(raid), p=age_weight / age_weight.sum()), dtype=np.int64),
        raid, np.datetime64(world.start) + rng.integers(0, days, raids),
        rng.random(len(raid)) < np.array(made.named)[group], where.sum(axis=0), rng,
    )  # fmt: skip


def person_columns(truth: Truth, found: Detained) -> Columns:
    """Return persons.csv: one row a person and teller. A second source tells of one raid in four, and names less."""
    rng, made = found.rng, found.made
    tellers = [o.name for o in truth.world.outlets if o.kind in ("ngo", "igo")] or [
        truth.world.outlets[0].name
    ]
    first, second = tellers[0], tellers[-1]
    twice = rng.random(len(found.day)) < (0.25 if first != second else 0.0)
    again = np.flatnonzero(twice[found.raid])
    row = np.concatenate([np.arange(len(found.raid)), again])
    by_second = np.arange(len(row)) >= len(found.raid)
    named = found.named[row] & ~(by_second & (rng.random(len(row)) < 0.5))
    sexed, aged = rng.random(len(row)) < 0.97, rng.random(len(row)) < 0.9
    order = np.lexsort((row, by_second, found.raid[row], found.day[found.raid[row]]))
    row, by_second, named, sexed, aged = (each[order] for each in (row, by_second, named, sexed, aged))
    provinces = [f"{name} province" for name, _ in truth.world.provinces]
    return {
        "id": [f"P-{n:05d}" for n in range(1, len(row) + 1)],
        "date": [str(day) for day in found.day[found.raid[row]]],
        "place": [provinces[p] for p in found.province[row]],
        "incident": [f"R-{r + 1:04d}" for r in found.raid[row]],
        "kind": ["detention"] * len(row),
        "group": [made.groups[g] if k else "" for g, k in zip(found.group[row], named, strict=True)],
        "sex": [SEXES[s] if k else "" for s, k in zip(found.sex[row], sexed, strict=True)],
        "age": [AGES[a] if k else "" for a, k in zip(found.age[row], aged, strict=True)],
        "source": [second if s else first for s in by_second],
    }


def population_columns(truth: Truth, found: Detained) -> Columns:
    """Return population.csv: residents by province and sex, with errors and intervals; and those stopped, over all."""
    made, rng = found.made, found.rng
    rows: list[tuple[object, ...]] = []
    wide = float(np.exp(1.96 * made.error))
    for p, (name, _) in enumerate(truth.world.provinces):
        noisy = found.share[p] * np.exp(made.error * rng.standard_normal(len(made.groups)))
        noisy = noisy / noisy.sum()
        for g, group in enumerate(made.groups):
            for sex, part in (("", 1.0), *((s, 0.5) for s in SEXES)):
                rows.append((group, sex, f"{name} province", truth.world.start.year,
                             *_around(noisy[g] * part, wide), round(float(found.residents[p])), "residents",
                             "census projection (invented)"))  # fmt: skip
    stopped = (found.residents[:, None] * found.share).sum(axis=0) * np.array(made.ratios) ** 0.6
    for group, share in zip(made.groups, stopped / stopped.sum(), strict=True):
        rows.append((group, "", "", truth.world.start.year, *_around(share, 1.1), "", "those stopped",
                     "counts at checkpoints (invented)"))  # fmt: skip
    names = (
        "group",
        "sex",
        "place",
        "year",
        "share_low",
        "share_best",
        "share_high",
        "persons",
        "denominator",
        "source",
    )
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def disparity_truth(truth: Truth, found: Detained) -> dict[str, Any]:
    """Return what is true: ratios, shares and the chances of being named."""
    made = found.made
    overall = found.residents @ found.share / found.residents.sum()
    detained = np.bincount(found.group, minlength=len(made.groups))
    groups = {}
    for g, name in enumerate(made.groups):
        others = [k for k in range(len(made.groups)) if k != g]
        # Against all others of the same province, weighted as they live there.
        rest = found.share[:, others] @ np.array(made.ratios)[others] / found.share[:, others].sum(axis=1)
        groups[name] = {
            "ratio_to_first_group_same_province": made.ratios[g],
            "rate_ratio_to_others_same_province_least": float((made.ratios[g] / rest).min()),
            "rate_ratio_to_others_same_province_most": float((made.ratios[g] / rest).max()),
            "share_of_residents": float(overall[g]),
            "share_of_detained_expected": float(found.expected[g]),
            "share_ratio_expected": float(found.expected[g] / overall[g]),
            "share_ratio_of_those_detained": float(detained[g] / detained.sum() / overall[g]),
            "detained": int(detained[g]),
            "chance_of_being_named": made.named[g],
        }
    return {
        "about": "Detentions in an invented country; see persons.csv and population.csv.",
        "detained": len(found.group),
        "not_named_share": float(1 - found.named.mean()),
        "rate_of_women_over_men": made.women,
        "mean_raid": made.raid,
        "raids_of_one_group": made.together,
        "groups": groups,
    }


def _around(share: float, factor: float) -> tuple[float, float, float]:
    """Return low, best and high, so far apart as the table's errors are."""
    return round(share / factor, 6), round(share, 6), round(min(share * factor, 0.999), 6)
