"""Counts and denominators put together: each group's ratios, over all and in the same places, with the unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from salience.methods import rates
from salience.methods.cells import FloatArray
from salience.questions.disparity.counts import Cell, Counted, count_batches
from salience.questions.disparity.labels import Category, band_of, nearest, sex_of
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.population import Denominator
from salience.questions.disparity.release import hide_small
from salience.record.names import normalise_name

MEASURES: tuple[Literal["share_ratio", "rate_ratio"], ...] = ("share_ratio", "rate_ratio")
Tally = dict[str, list[float]]  # place -> of the group, of others, unknown, unknown who can be of the group


@dataclass(frozen=True, slots=True)
class Sorted:
    """The cells, each with what it can be.

    Attributes
    ----------
    known : dict
        category -> cells that are surely of it.
    others : tuple of Cell
        Cells of a named group that the population table does not have.
    unknown : tuple of Cell
        Cells of which something that tells groups apart is not stated.
    strange : dict
        Names that the population table lacks -> how many persons, and the nearest name it has or "".
    """

    known: Mapping[Category, tuple[Cell, ...]]
    others: tuple[Cell, ...]
    unknown: tuple[Cell, ...]
    strange: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Within:
    """A group beside the others of the same places.

    Attributes
    ----------
    places : tuple of str
        Those that have both counts and a share.
    counts : (places, 4) float
        Of the group, of others, unknown, unknown who can be of the group.
    share : (places, 3) float
    common : CommonRatio
        If the unknown of a place are like its known.
    worst : (CommonRatio, CommonRatio)
        If none, and if all, of the unknown are of the group.
    indirect, composition : RateInterval or None
        Observed over expected from the places' shares; how far events fall where the group lives.
    direct : RateInterval or None
        Ratio of directly standardised rates; None without persons for each place.
    pooled : PooledRatios
    screened : (places,) float
        Each place's p-value, adjusted by Benjamini and Hochberg.
    """

    places: tuple[str, ...]
    counts: FloatArray
    share: FloatArray
    common: rates.CommonRatio
    worst: tuple[rates.CommonRatio, rates.CommonRatio]
    indirect: rates.RateInterval | None
    composition: rates.RateInterval | None
    direct: rates.RateInterval | None
    pooled: rates.PooledRatios
    screened: FloatArray
    dispersion: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found of one group against one denominator; None where that cannot be had."""

    category: Category
    counts: tuple[float, float, float, float]
    share: tuple[float, float, float] | None
    shares: rates.UnknownBounds | None
    rates: rates.UnknownBounds | None
    dispersion: float
    within: Within | None
    adjusted: float = 1.0


def sort_cells(counted: Counted, denominator: Denominator, params: DisparityParams) -> Sorted:
    """Put each cell to the group it is of, or to those who are not named."""
    categories = denominator.categories
    by_key: dict[tuple[str | None, ...], Category] = {_key(c): c for c in categories}
    bands = tuple(sorted({c.age for c in categories if c.age}))
    groups = {normalise_name(c.group): c.group for c in categories if c.group}
    known: dict[Category, list[Cell]] = defaultdict(list)
    others: list[Cell] = []
    unknown: list[Cell] = []
    strange: dict[str, tuple[int, str]] = {}
    for cell in counted.cells:
        parts = [_part(cell, dimension, bands) for dimension in params.by]
        if cell.group is not None and "group" in params.by and normalise_name(cell.group) not in groups:
            near = nearest(cell.group, [g for g in groups.values() if g])
            strange[cell.group] = (strange.get(cell.group, (0, ""))[0] + cell.count, near)
            (unknown if near else others).append(cell)
        elif any(part is None for part in parts):
            unknown.append(cell)
        elif tuple(parts) in by_key:
            known[by_key[tuple(parts)]].append(cell)
        else:
            others.append(cell)
    return Sorted({c: tuple(cells) for c, cells in known.items()}, tuple(others), tuple(unknown), strange)


def find_all(
    counted: Counted, sorted_cells: Sorted, denominator: Denominator, params: DisparityParams, level: float
) -> list[Finding]:
    """Return the finding of each group of the denominator, p-values adjusted by Holm."""
    found = [find_one(counted, sorted_cells, c, denominator, params, level) for c in denominator.categories]
    tested = [f for f in found if f.rates is not None]
    adjusted: Sequence[float] | FloatArray = (
        rates.holm([f.rates.like_known.p_value or 0.0 for f in tested if f.rates is not None])
        if tested
        else []
    )
    by_name = {f.category: float(p) for f, p in zip(tested, adjusted, strict=True)}
    return [replace(f, adjusted=by_name.get(f.category, 1.0)) for f in found]


def hide_groups(found: Sequence[Finding], focus: Finding, smallest: int) -> frozenset[Category]:
    """Return the groups of which nothing is shown: those of few persons, and another where subtraction would tell."""
    rest = [each for each in found if each is not focus]
    if not rest:
        return frozenset()
    hidden = hide_small([[each.counts[0]] for each in rest], smallest)[:, 0]
    return frozenset(each.category for each, hide in zip(rest, hidden, strict=True) if hide)


def find_one(
    counted: Counted,
    sorted_cells: Sorted,
    category: Category,
    denominator: Denominator,
    params: DisparityParams,
    level: float,
) -> Finding:
    """Return what is found of one group against one denominator."""
    tally = _tally(sorted_cells, category, params)
    counts = np.array([sum(t[k] for t in tally.values()) for k in range(4)])
    overall, within_dispersion = _dispersions(counted, sorted_cells, category, params)
    share = denominator.overall.get(category)
    known = counts[:2]
    shares = ratios = None
    if share is not None and known.sum() > 0:
        shares, ratios = (
            rates.bounds_with_unknown(
                known, counts[2], share, measure=measure, possible=counts[3], dispersion=overall, level=level
            )
            for measure in MEASURES
        )
    within = _find_within(tally, category, denominator, params, within_dispersion, level)
    x, y, unknown, possible = (float(n) for n in counts)
    return Finding(category, (x, y, unknown, possible), share, shares, ratios, overall, within)


def _find_within(
    tally: Tally,
    category: Category,
    denominator: Denominator,
    params: DisparityParams,
    dispersion: float,
    level: float,
) -> Within | None:
    places = sorted(p for p in tally if (category, p) in denominator.shares and sum(tally[p][:2]) > 0)
    if len(places) < 2:
        return None
    counts = np.array([tally[p] for p in places])
    share = np.array([denominator.shares[category, p] for p in places])
    known, best = counts[:, :2], share[:, 1]
    totals = known.sum(axis=1)
    others, members = counts[:, 2] - counts[:, 3], counts[:, 3]
    none = np.stack([known[:, 0], known[:, 1] + counts[:, 2]], axis=1)
    every = np.stack([known[:, 0] + members, known[:, 1] + others], axis=1)
    common, least, most = (
        rates.common_ratio(c, share, dispersion=dispersion, level=level) for c in (known, none, every)
    )
    overall = denominator.overall.get(category)
    expected = float((totals * best).sum())
    # A place's own p-value, for the screen of all places.
    alone = [
        rates.uncertain_ratio(k, s, dispersion=dispersion).p_value or 0.0
        for k, s in zip(known, share, strict=True)
    ]
    return Within(
        tuple(places),
        counts,
        share,
        common,
        (least, most),
        rates.indirect_ratio(float(known[:, 0].sum()) / dispersion, expected / dispersion, level=level)
        if expected > 0
        else None,
        rates.composition(totals, best, overall[1], dispersion=dispersion, level=level) if overall else None,
        _direct(places, known / dispersion, best, denominator, level),
        rates.pool_ratios(known, share, dispersion=dispersion, prior_spread=params.prior_spread, level=level),
        rates.benjamini_hochberg(alone),
        dispersion,
    )


def _direct(
    places: Sequence[str], known: FloatArray, share: FloatArray, denominator: Denominator, level: float
) -> rates.RateInterval | None:
    """Weigh each place by its persons; only where all places are there, for one left out is another standard."""
    if any(place not in denominator.persons for place in places):
        return None
    persons = np.array([denominator.persons[place] for place in places])
    exposure = np.stack([persons * share, persons * (1 - share)], axis=1)
    return rates.direct_ratio(known, exposure, persons, level=level)


def _tally(sorted_cells: Sorted, category: Category, params: DisparityParams) -> Tally:
    """Count by place who is of the group, who is not, who is unknown, and which unknown can be of it."""
    tally: Tally = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for other, cells in sorted_cells.known.items():
        for cell in cells:
            tally[_place(cell)][0 if other == category else 1] += cell.count
    for cell in sorted_cells.others:
        tally[_place(cell)][1] += cell.count
    for cell in sorted_cells.unknown:
        tally[_place(cell)][2] += cell.count
        if _can_be(cell, category, params, sorted_cells.strange):
            tally[_place(cell)][3] += cell.count
    return dict(tally)


def _can_be(
    cell: Cell, category: Category, params: DisparityParams, strange: Mapping[str, tuple[int, str]]
) -> bool:
    """Return whether what is stated of an unknown person lets them be of the group."""
    for dimension in params.by:
        if dimension == "group" and cell.group is not None and cell.group in strange:
            continue
        wanted = getattr(category, dimension)
        part = _part(cell, dimension, (wanted,) if dimension == "age" and wanted else ())
        stated = getattr(cell, dimension) is not None
        if not stated:
            continue
        if part is None and dimension == "age":
            return False
        if part != (normalise_name(wanted) if dimension == "group" else wanted):
            return False
    return True


def _dispersions(
    counted: Counted, sorted_cells: Sorted, category: Category, params: DisparityParams
) -> tuple[float, float]:
    """Return how much batches widen what is found over all, and in the same places."""
    if not params.batches or counted.frame is None:
        return 1.0, 1.0
    known = [cell for cells in sorted_cells.known.values() for cell in cells] + list(sorted_cells.others)
    members = list(sorted_cells.known.get(category, ()))
    if not members:
        return 1.0, 1.0
    _, x, n, squares, batches = count_batches(counted, members, known, params)
    over_all = rates.dispersion_of_batches(
        [x.sum()], [n.sum()], squares.sum(axis=0, keepdims=True), [batches.sum()]
    )
    return over_all, rates.dispersion_of_batches(x, n, squares, batches)


def _key(category: Category) -> tuple[str, ...]:
    parts = (normalise_name(category.group) if category.group else None, category.sex, category.age)
    return tuple(part for part in parts if part is not None)


def _part(cell: Cell, dimension: str, bands: Sequence[str]) -> str | None:
    if dimension == "group":
        return normalise_name(cell.group) if cell.group is not None else None
    return sex_of(cell.sex) if dimension == "sex" else band_of(cell.age, bands)


def _place(cell: Cell) -> str:
    return normalise_name(cell.place) if cell.place else ""
