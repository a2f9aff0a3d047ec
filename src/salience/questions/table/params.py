"""The parameters of the table question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_QUOTA = re.compile(
    r"^\s*(?P<name>[^:<>=]+?)\s*(?::\s*(?P<value>[^<>=]+?)\s*)?(?P<sign>>=|<=)\s*(?P<number>[\d.]+)\s*(?P<percent>%?)\s*$"
)


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota: of an attribute's value, or of a share such as that of women; at least or at most."""

    text: str
    name: str
    value: str | None
    at_least: bool
    number: float
    percent: bool


class TableParams(BaseModel):
    """Which lists are judged, under which weights, and what a proposal must keep."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    choose: Literal["table", "agenda"] = Field(
        "table", description="What is chosen: who sits at the table, or which issues stand on the agenda."
    )
    seats: tuple[str, ...] = Field(
        (), description="A list to judge, names parted by semicolons; beside the lists of seats.csv."
    )
    lists: tuple[str, ...] = Field((), description="Which lists of seats.csv to judge; all when left out.")
    size: int | None = Field(
        None, ge=1, description="Seats of the proposals; as many as the first list has when left out, or 12."
    )
    weightings: tuple[str, ...] = Field(
        (), description="Which weightings to use, the first as the main one; all when left out."
    )
    must: tuple[str, ...] = Field((), description="Who must be on a proposal.")
    never: tuple[str, ...] = Field((), description="Who must not be on it.")
    quotas: tuple[str, ...] = Field(
        (),
        description="Quotas on attributes: 'women >= 30%' (mean of a share), 'region: North >= 2', 'kind: party <= 4'.",
    )
    refusals: bool = Field(True, description="Keep to who will not sit with whom (relations.csv).")
    tiers: tuple[str, ...] = Field(
        (), description="Tables one around another, each as 'name = seats', the inner one first."
    )
    body: int | None = Field(
        None, ge=1, description="Seats of a larger body, apportioned by weight to kinds and regions."
    )
    infer: bool = Field(
        True,
        description="Where nobody knows whom a constituency recognises, take who is near in the landscape.",
    )
    near: float = Field(
        15.0,
        gt=0,
        le=100,
        description="How near: mean distance of positions, 0 to 100, weighted by salience.",
    )
    cares: float = Field(
        0.5, ge=0, le=1, description="For an agenda: who cares at least so much for an issue wants it there."
    )
    draws: int = Field(300, ge=50, le=20_000, description="Draws of weights and positions.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")

    @field_validator("seats", "lists", "weightings", "must", "never", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        """Take names apart at semicolons, for names may hold commas."""
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, (list, tuple)) or not all(isinstance(v, str) for v in given):
            return value
        return tuple(part.strip() for v in given for part in v.split(";") if part.strip())

    @model_validator(mode="after")
    def _sound(self) -> TableParams:
        both = sorted(set(self.must) & set(self.never))
        if both:
            raise ValueError(f"'{both[0]}' must be there and must not; leave one of them out")
        self.read_quotas()
        self.read_tiers()
        return self

    def read_quotas(self) -> list[Quota]:
        """Return the quotas; ValueError on one that cannot be read."""
        found = []
        for text in self.quotas:
            match = _QUOTA.match(text)
            if not match:
                raise ValueError(f"'{text}' is no quota; expected 'women >= 30%' or 'region: North >= 2'")
            number = float(match["number"])
            percent = match["percent"] == "%"
            if percent and number > 100:
                raise ValueError(f"'{text}': more than 100 %")
            found.append(
                Quota(text.strip(), match["name"], match["value"], match["sign"] == ">=",
                      number / 100 if percent else number, percent)
            )  # fmt: skip
        return found

    def read_tiers(self) -> list[tuple[str, int]]:
        """Return the tiers, each name with its seats; ValueError on one that cannot be read."""
        found = []
        for text in self.tiers:
            name, _, number = text.partition("=")
            if not name.strip() or not number.strip().isdigit() or int(number) < 1:
                raise ValueError(f"'{text}' is no tier; expected 'name = seats'")
            found.append((name.strip(), int(number)))
        return found
