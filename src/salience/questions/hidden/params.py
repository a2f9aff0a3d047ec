"""The parameters of the hidden question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class HiddenParams(BaseModel):
    """What is to be known of what no source recorded, and from which lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: Literal["events", "victims"] = Field(
        "events", description="What is counted: events, or the deaths in them by the dataset's best figure."
    )
    lists_by: Literal["kind", "class", "source", "independence group", "named"] = Field(
        "kind",
        description="What makes a list: all sources of a kind; of a kind and, for outlets, local or international; one "
        "source; all sources that draw on each other; or the lists named by --lists.",
    )
    lists: tuple[str, ...] = Field(
        (),
        description="Lists named in the case, each as 'Name = source; source; …'. Asks for lists_by named.",
    )
    most_lists: int = Field(
        5,
        ge=2,
        le=12,
        description="The largest so many lists are used; the others are left out, and it is said.",
    )
    strata: Literal["none", "actor", "admin1", "year"] = Field(
        "actor",
        description="By what the estimate is divided as well; strata with few records lean on the others.",
    )
    actor_by: Literal["dyad", "side_a", "side_b"] = Field(
        "dyad", description="Which label tells the actors apart."
    )
    strata_shown: int = Field(
        8, ge=2, le=100, description="Strata told apart; those with fewest events are put together."
    )
    delta: float | None = Field(
        None, gt=0, description="Prior count of a cell, for decomposable graphs; 2^-lists when left out."
    )
    classes: int = Field(10, ge=1, le=50, description="Most classes of the latent-class model.")
    draws: int = Field(1000, ge=100, le=100_000, description="Draws from each of its four chains.")
    resamples: int = Field(
        20,
        ge=5,
        le=500,
        description="When victims are counted: tables of resampled events, for the interval.",
    )
    leave_out: bool = Field(True, description="Estimate anew without each list.")
    groups: bool = Field(True, description="Also estimate how many armed groups and outlets nobody named.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        """Naming lists says what makes a list."""
        if isinstance(data, dict) and data.get("lists") and "lists_by" not in data:
            return {**data, "lists_by": "named"}
        return data

    @model_validator(mode="after")
    def _sound(self) -> HiddenParams:
        if self.lists_by == "named" and len(self.lists) < 2:
            raise ValueError("lists_by is named: name two lists or more, each as 'Name = source; source'")
        if self.lists and self.lists_by != "named":
            raise ValueError(f"lists are named, but lists_by is {self.lists_by}; leave one of them out")
        names = [name for name, _ in self.named_lists()]
        if len(set(names)) < len(names):
            raise ValueError("two lists have one name")
        return self

    def named_lists(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the named lists: each name with its sources.

        Raises
        ------
        ValueError
            On a list without '=' or without sources.
        """
        found = []
        for text in self.lists:
            name, equals, rest = text.partition("=")
            sources = tuple(part.strip() for part in rest.split(";") if part.strip())
            if not equals or not name.strip() or not sources:
                raise ValueError(f"'{text}' is no list; expected 'Name = source; source'")
            found.append((name.strip(), sources))
        return found
