"""The parameters of the narrative question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NarrativeParams(BaseModel):
    """Whose words are to be compared, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["source", "kind", "class", "country", "independence group"] = Field(
        "source",
        description="What is compared: single sources, or all sources of a kind, class, country or group.",
    )
    most_groups: int = Field(
        6, ge=1, le=30, description="The largest so many are compared; the rest are put together."
    )
    actors: tuple[str, ...] = Field(
        (), description="Actors whose labels are asked for; those with the most labels when left out."
    )
    most_actors: int = Field(3, ge=1, le=20, description="So many actors, when none are named.")
    most_labels: int = Field(
        8, ge=2, le=50, description="Labels told apart for an actor; the rest are put together."
    )
    split: date | None = Field(
        None, description="The day that parts before from after; the middle of the texts when left out."
    )
    rows: Literal["all", "accepted"] = Field(
        "all", description="All suggestions but the rejected, or only those that a person accepted or edited."
    )
    inferred: Literal["count", "leave out"] = Field(
        "count",
        description="Labels whose actor was inferred from what stands before, such as a later “the group”.",
    )
    copies: Literal["once", "each"] = Field(
        "once", description="Copies of a text, as of a wire report, count once, for the earliest; or each."
    )
    topic: str = Field(
        "", description="Only texts that mention this name (an actor or a place, by its canonical name)."
    )
    words_shown: int = Field(15, ge=3, le=200, description="Words that set a group apart, for each.")
    prior: float = Field(
        500.0,
        gt=0,
        description="Weight of the informative prior of the words, in words (Monroe et al. 2008).",
    )
    fewest_texts: int = Field(
        5, ge=1, description="A word in fewer texts, and a pair that shares fewer items, is not compared."
    )
    passage: int = Field(12, ge=8, le=200, description="Shortest passage, in words, that counts as repeated.")
    common: int = Field(
        40, ge=2, description="A run of eight words in more texts than this is a formula, no repetition."
    )
    party: tuple[str, ...] = Field(
        (),
        description="Sources or kinds whose own statements may be repeated; official and party sources when left out.",
    )
    draws: int = Field(400, ge=50, le=20_000, description="Resamples of texts, for intervals; permutations.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
