"""The parameters of the change question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Counted = Literal[
    "events", "deaths", "civilian deaths", "statements", "mentions", "reports", "material responses"
]


class ChangeParams(BaseModel):
    """Which series is looked at, and at which dates it may have changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: tuple[str, ...] = Field(
        (),
        description="Dates of a possible change, each as '2021-08-15' or 'change of power = 2021-08-15'. Without any, "
        "changes are looked for at all dates.",
    )
    count: Counted = Field(
        "events",
        description="What is counted: events, deaths or civilian deaths in them (best figure), statements or mentions "
        "in texts, reports; or material responses (deeds) held against verbal ones (PLOVER).",
    )
    actor: tuple[str, ...] = Field(
        (),
        description="Only events of, or statements by, actors with these labels; all when left out.",
    )
    side: Literal["either", "a", "b"] = Field(
        "either", description="On which side of an event the actor stands: a acts, or is named first."
    )
    kind: tuple[str, ...] = Field(
        (),
        description="Only these kinds: of events by PLOVER or in the dataset's words, of statements or mentions.",
    )
    place: tuple[str, ...] = Field((), description="Only events in these first-level areas.")
    control: tuple[str, ...] = Field(
        (),
        description="Labels of actors whose conduct did not change at the date: what moves both series cancels out.",
    )
    step: Literal["month", "week"] = Field("month", description="Length of a period; weeks begin on Monday.")
    family: Literal["poisson", "quasi_poisson", "negative_binomial"] = Field(
        "quasi_poisson", description="Distribution of the counts in the model with trend and season."
    )
    trend: bool = Field(
        True, description="Take the usual drift of the series off the step; let a trend into the models."
    )
    season: int = Field(
        1, ge=0, le=4, description="Waves a year in the models, and off the step where the window is no year."
    )
    window: int | None = Field(
        None,
        ge=2,
        description="Periods before and after a date that are compared; a year when left out, less in short series.",
    )
    most_changes: int = Field(6, ge=1, le=20, description="Most changes looked for without a date.")
    draws: int = Field(1000, ge=100, le=100_000, description="Draws of the level, for its interval.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")

    @field_validator("at", mode="before")
    @classmethod
    def _as_texts(cls, value: object) -> object:
        """Take a date of TOML as well, and a single one."""
        several = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(each.isoformat() if isinstance(each, date) else each for each in several)

    @model_validator(mode="after")
    def _sound(self) -> ChangeParams:
        days = [day for _, day in self.dates()]
        if len(set(days)) < len(days):
            raise ValueError("two of the dates are the same day")
        if self.control and self.count in {"reports", "mentions", "material responses"}:
            raise ValueError(
                f"a control does not go with count {self.count}; it needs events, deaths or statements"
            )
        if self.control and not self.actor:
            raise ValueError("a control needs an actor to be held against")
        if set(self.control) & set(self.actor):
            raise ValueError("an actor cannot be its own control")
        if self.count == "reports" and (self.actor or self.kind or self.place):
            raise ValueError(
                "reports cannot be told apart by actor, kind or place; count events or statements"
            )
        if self.place and self.count in {"statements", "mentions"}:
            raise ValueError(f"{self.count} have no place; count events instead")
        if self.control and self.family == "negative_binomial":
            raise ValueError("with a control the family is quasi_poisson; negative_binomial is not available")
        return self

    def dates(self) -> list[tuple[str, date]]:
        """Return the name and the day of each date; the name is empty where none is given.

        Raises
        ------
        ValueError
            On something that is no date.
        """
        found = []
        for text in self.at:
            name, equals, day = text.rpartition("=")
            try:
                found.append((name.strip() if equals else "", date.fromisoformat(day.strip())))
            except ValueError:
                raise ValueError(
                    f"'{text}' is no date; expected '2021-08-15' or 'name = 2021-08-15'"
                ) from None
        return found
