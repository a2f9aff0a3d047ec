"""Delegates by lot from a pool: everybody's chance, as equal as the quotas allow, to be published before the draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from salience.errors import MethodError, QuestionError
from salience.methods.lottery import Lottery, fair_lottery
from salience.questions.table.params import Quota, TableParams
from salience.sources.case_tables import nearest
from salience.sources.pool_file import Pool, read_pool


@dataclass(frozen=True, slots=True)
class Kind:
    """Persons whom the quotas do not tell apart, and who have equal chances.

    Attributes
    ----------
    features : dict of str to str
        What they have in the columns that quotas name; "" where it is not known.
    persons : int
        In the pool.
    chance : float
        Of each.
    seats : float
        Expected on the panel: persons × chance.
    """

    features: dict[str, str]
    persons: int
    chance: float
    seats: float


@dataclass(frozen=True, slots=True)
class PoolLottery:
    """A fair lottery over panels from a pool.

    Attributes
    ----------
    pool : Pool
    seats : int
    quotas : tuple of str
        As asked for, and as whole persons.
    lottery : Lottery
    kinds : tuple of Kind
        The likeliest to be drawn last.
    """

    pool: Pool
    seats: int
    quotas: tuple[str, ...]
    lottery: Lottery
    kinds: tuple[Kind, ...]

    def draw(self, seed: int) -> tuple[str, ...]:
        """Return who is drawn; the same seed and pool draw the same persons."""
        return self._named(self.lottery.draw(seed))

    def to_dict(self) -> dict[str, Any]:
        """Return what is to be published before the draw."""
        found = self.lottery
        return {
            "pool": self.pool.file,
            "sha256": self.pool.sha256,
            "seats": self.seats,
            "quotas": list(self.quotas),
            "smallest_chance": float(found.chances.min()),
            "largest_chance": float(found.chances.max()),
            "no_lottery_can_give_more_than": found.bound,
            "fairest_possible": found.relaxed,
            "panels": [
                {"probability": float(chance), "persons": self._named(panel)}
                for panel, chance in zip(found.panels, found.probabilities, strict=True)
            ],
            "kinds": [
                {**kind.features, "persons": kind.persons, "chance": kind.chance, "seats": kind.seats}
                for kind in self.kinds
            ],
            "chances": dict(zip(self.pool.persons, found.chances.tolist(), strict=True)),
        }

    def _named(self, panel: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(person for person, sits in zip(self.pool.persons, panel, strict=True) if sits)


def make_lottery(file: str | Path, seats: int, quotas: Sequence[str] = ()) -> PoolLottery:
    """Make the fairest lottery over panels that keep quotas.

    Parameters
    ----------
    file : str or Path
        CSV with a column `person` and a column for each feature.
    seats : int
        Persons to draw.
    quotas : sequence of str
        "sex: woman >= 50%" or "region: north <= 4"; per cent are of the seats, rounded to whole persons within them.

    Raises
    ------
    InputError, QuestionError
        The pool or a quota is not as it must be; or no panel keeps the quotas, with the fewest to relax.
    """
    pool = read_pool(Path(file))
    try:
        asked = TableParams(quotas=tuple(quotas)).read_quotas()
    except ValidationError as error:
        raise QuestionError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error
    values = list(dict.fromkeys((quota.name, _value(pool, quota)) for quota in asked))
    least, most = np.zeros(len(values)), np.full(len(values), float(seats))
    told = []
    for quota in asked:
        at = values.index((quota.name, str(quota.value)))
        number = _persons(quota, seats)
        told.append(f"{quota.text} ({number} of {seats})" if quota.percent else quota.text)
        if quota.at_least:
            least[at] = max(least[at], number)
        else:
            most[at] = min(most[at], number)
    features = np.zeros((len(pool.persons), len(values)), dtype=bool)
    for k, (column, value) in enumerate(values):
        features[:, k] = np.array(pool.features[column]) == value
    try:
        found = fair_lottery(features, least, most, seats, [f"{column}: {value}" for column, value in values])
    except MethodError as error:
        raise QuestionError(str(error)) from error
    columns = list(dict.fromkeys(column for column, _ in values))
    return PoolLottery(pool, seats, tuple(told), found, _kinds(pool, columns, features, found))


def _value(pool: Pool, quota: Quota) -> str:
    """Return the value that a quota is about, once the pool is known to have it."""
    if quota.value is None:
        raise QuestionError(
            f"quota '{quota.text}': name a column and a value of it, such as 'sex: woman >= 30%'"
        )
    if quota.name not in pool.features:
        words = nearest(quota.name, pool.features, "column") if pool.features else "the pool has no features"
        raise QuestionError(f"quota '{quota.text}': {words}")
    there = sorted({cell for cell in pool.features[quota.name] if cell})
    if quota.value not in there:
        raise QuestionError(f"quota '{quota.text}': {nearest(quota.value, there, quota.name)}")
    return quota.value


def _persons(quota: Quota, seats: int) -> int:
    """Return a quota in whole persons: 30 % of 10 is 3, and of 11 at least 4 or at most 3."""
    number = quota.number * seats if quota.percent else quota.number
    return math.ceil(number - 1e-9) if quota.at_least else math.floor(number + 1e-9)


def _kinds(
    pool: Pool, columns: Sequence[str], features: npt.NDArray[np.bool_], found: Lottery
) -> tuple[Kind, ...]:
    """Put together whom the quotas do not tell apart."""
    owners: dict[bytes, list[int]] = {}
    for person, row in enumerate(features):
        owners.setdefault(row.tobytes(), []).append(person)
    kinds = []
    for members in owners.values():
        # What a quota does not name is left out: "east" and "west" are one where only "north" has a quota.
        shared = {c: {pool.features[c][m] for m in members} for c in columns}
        told = {c: there.pop() if len(there) == 1 else "any other" for c, there in shared.items()}
        chance = float(found.chances[members[0]])
        kinds.append(Kind(told, len(members), chance, chance * len(members)))
    return tuple(sorted(kinds, key=lambda kind: (kind.chance, *kind.features.values())))
