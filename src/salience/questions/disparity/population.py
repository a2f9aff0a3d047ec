"""The denominators: which share of whom each group is, by place and over all, with its name and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salience.errors import QuestionError
from salience.questions.disparity.labels import DIMENSIONS, Category, band_of, nearest, sex_of
from salience.questions.disparity.params import DisparityParams
from salience.questions.frames import Tables
from salience.questions.setting import Setting
from salience.record.names import normalise_name

RESIDENTS = "residents"
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Denominator:
    """One population.

    Attributes
    ----------
    name : str
        "residents", "those stopped".
    sources : tuple of str
        Who says so.
    year : int or None
    shares : dict
        (category, place) -> low, best, high; places by their normalised names.
    overall : dict
        category -> low, best, high over the whole area, where it is stated or can be summed.
    summed : bool
        The overall shares are summed from places by their numbers of persons.
    persons : dict
        place -> how many persons, where stated.
    places : dict
        normalised place -> its name as written.
    assumed : str
        What had to be taken for granted to get these shares, or nothing.
    """

    name: str
    sources: tuple[str, ...]
    year: int | None
    shares: Mapping[tuple[Category, str], Interval]
    overall: Mapping[Category, Interval]
    summed: bool
    persons: Mapping[str, float]
    places: Mapping[str, str]
    assumed: str = ""

    @property
    def categories(self) -> tuple[Category, ...]:
        """All categories that have a share somewhere."""
        found = {category for category, _ in self.shares} | set(self.overall)
        return tuple(sorted(found, key=lambda c: c.name))


def read_denominators(record: Tables, params: DisparityParams, setting: Setting) -> list[Denominator]:
    """Return the denominators for what tells groups apart, the one that is asked for first.

    Raises
    ------
    QuestionError
        A denominator or year that the population table does not have.
    """
    rows = record.table("population").collect().to_dict(as_series=False)
    lines = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    names = sorted({str(line["denominator"]) for line in lines})
    if not names:
        return []
    first = (
        params.denominator.casefold()
        if params.denominator
        else (RESIDENTS if RESIDENTS in names else names[0])
    )
    if first not in names:
        raise QuestionError(
            f"population.csv has no denominator '{first}'.{nearest(first, names)} There are: {', '.join(names)}."
        )
    found = []
    for name in [first, *(n for n in names if n != first)]:
        own = [line for line in lines if line["denominator"] == name]
        made = _make(name, _of_year(own, params, setting), params)
        if made is not None:
            found.append(made)
    return found


def _of_year(
    lines: Sequence[dict[str, Any]], params: DisparityParams, setting: Setting
) -> list[dict[str, Any]]:
    years = sorted({int(line["year"]) for line in lines if line["year"] is not None})
    if not years:
        return list(lines)
    if params.year is not None:
        if params.year not in years:
            raise QuestionError(
                f"population.csv has no year {params.year} of {lines[0]['denominator']}; it has "
                f"{', '.join(map(str, years))}"
            )
        chosen = params.year
    else:
        end = setting.period.end
        fitting = [year for year in years if end is None or year <= end.year]
        chosen = fitting[-1] if fitting else years[0]
    return [line for line in lines if line["year"] in (None, chosen)]


def _make(name: str, lines: Sequence[dict[str, Any]], params: DisparityParams) -> Denominator | None:
    """Build one denominator from its lines, or nothing when none of them fits what is asked."""
    exact, assumed = _fitting(lines, params)
    if not exact:
        return None
    places = {normalise_name(line["place"]): str(line["place"]) for line in lines if line["place"]}
    persons = {
        normalise_name(line["place"]): float(line["persons"])
        for line in lines
        if line["place"] and line["persons"]
    }
    shares: dict[tuple[Category, str], Interval] = {}
    overall: dict[Category, Interval] = {}
    for category, place, share in exact:
        if place is None:
            overall[category] = share
        else:
            shares[category, place] = share
    missing = {category for category, _ in shares} - set(overall)
    for category in sorted(missing, key=lambda c: c.name):
        summed = _sum_places(category, shares, persons, places)
        if summed is not None:
            overall[category] = summed
    years = sorted({int(line["year"]) for line in lines if line["year"] is not None})
    return Denominator(
        name,
        tuple(sorted({str(line["source"]) for line in lines})),
        years[-1] if years else None,
        shares,
        overall,
        bool(missing & set(overall)),
        persons,
        places,
        assumed,
    )


def _fitting(
    lines: Sequence[dict[str, Any]], params: DisparityParams
) -> tuple[list[tuple[Category, str | None, Interval]], str]:
    """Return (category, place, share) for what tells groups apart; shares among the sex or age that is fixed."""
    told: set[str] = set(params.by)
    fixed = {d for d in ("sex", "age") if getattr(params, d) is not None}
    assumed = ""
    fit = [line for line in lines if _dimensions(line) == told | fixed and _is_fixed(line, params, fixed)]
    if fixed and not fit:
        fit = [line for line in lines if _dimensions(line) == told]
        what = " and ".join(sorted(fixed))
        assumed = (
            f"the groups' shares are the same whatever the {what}, for population.csv does not tell it apart"
        )
        fixed = set()
    # Summed over what is not told apart: men and women make a group.
    finer = {"sex", "age"} - told - fixed
    if not fit:
        fit = [line for line in lines if told | fixed < _dimensions(line) <= told | fixed | finer | {"group"}]
        fit = [line for line in fit if _is_fixed(line, params, fixed)]
    sums: dict[tuple[Category, str | None], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    totals: dict[str | None, float] = defaultdict(float)
    for line in fit:
        place = normalise_name(line["place"]) if line["place"] else None
        for k, end in enumerate(("share_low", "share_best", "share_high")):
            sums[_category(line, told), place][k] += float(line[end])
        totals[place] += float(line["share_best"])
    found = []
    for (category, place), ends in sums.items():
        whole = totals[place] if fixed else 1.0
        low, best, high = (end / whole for end in ends)
        if 0 < low <= best <= high < 1:
            found.append((category, place, (low, best, high)))
    return found, assumed


def _dimensions(line: Mapping[str, Any]) -> set[str]:
    found = {d for d in ("sex", "age") if line[d] is not None}
    return found if normalise_name(line["group_name"]) == "all" else found | {"group"}


def _is_fixed(line: Mapping[str, Any], params: DisparityParams, fixed: set[str]) -> bool:
    if "sex" in fixed and sex_of(line["sex"]) != sex_of(params.sex):
        return False
    return "age" not in fixed or band_of(line["age"], (str(params.age),)) is not None


def _category(line: Mapping[str, Any], told: set[str]) -> Category:
    values = {"group": line["group_name"], "sex": sex_of(line["sex"]), "age": line["age"]}
    return Category(*(values[d] if d in told else None for d in DIMENSIONS))


def _sum_places(
    category: Category,
    shares: Mapping[tuple[Category, str], Interval],
    persons: Mapping[str, float],
    places: Mapping[str, str],
) -> Interval | None:
    """Return the share over all places, weighted by persons; None unless both are stated for each place."""
    if any((category, place) not in shares or place not in persons for place in places):
        return None
    total = sum(persons[place] for place in places)
    low, best, high = (
        sum(persons[place] * shares[category, place][k] for place in places) / total for k in range(3)
    )
    return low, best, high
