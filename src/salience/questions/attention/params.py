"""The parameters of the attention question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SourceClass = Literal[
    "local outlet",
    "international outlet",
    "outlet of unknown country",
    "agency",
    "ngo",
    "igo",
    "official",
    "party",
    "social",
]


class AttentionParams(BaseModel):
    """What is to be known of attention, and of which events."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deaths: Literal["low", "best", "high"] = Field(
        "best", description="Which of the dataset's figures of deaths an event counts with."
    )
    actor_by: Literal["dyad", "side_a", "side_b"] = Field(
        "dyad", description="Which label tells the actors apart: the pair of sides, the first, or the second."
    )
    compare: tuple[str, ...] = Field(
        (),
        description="Two labels whose coverage is compared; an event belongs to the one that is a side of it or its "
        "pair of sides. The two labels with most events when left out.",
    )
    kind: tuple[str, ...] = Field(
        (),
        description="Only events of these kinds, in the dataset's words or by PLOVER: 'protest'. All when left out.",
    )
    actors_shown: int = Field(
        6, ge=2, le=30, description="Labels told apart; the rarer ones are put together."
    )
    time: Literal["year", "month", "none"] = Field("year", description="How time enters the models.")
    place: Literal["capital", "distance"] = Field(
        "capital",
        description="Whether place enters as in the capital or not, or as bands of distance from it.",
    )
    absorb: Literal["none", "admin1", "month"] = Field(
        "none",
        description="Fixed effects that are eliminated: what all events of a province or a month share.",
    )
    reference: tuple[SourceClass, ...] = Field(
        ("local outlet", "ngo"),
        description="Classes of sources whose events are the reference list.",
    )
    carried_by: tuple[SourceClass, ...] = Field(
        ("international outlet", "agency"),
        description="Classes of sources that may or may not have carried those events.",
    )
    precise_dates: bool = Field(False, description="Only events whose day is known.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
    listed: int = Field(10, ge=0, le=100, description="How many over- and under-covered events are listed.")
    left_out: int = Field(
        5, ge=0, le=20, description="How many of the largest sources are left out, one at a time."
    )

    @model_validator(mode="after")
    def _sound(self) -> AttentionParams:
        if self.compare and (len(self.compare) != 2 or self.compare[0] == self.compare[1]):
            raise ValueError(f"compare takes two different labels; found {', '.join(self.compare)}")
        both = set(self.reference) & set(self.carried_by)
        if both:
            raise ValueError(f"a class cannot be both reference and carried_by: {', '.join(sorted(both))}")
        if not self.reference or not self.carried_by:
            raise ValueError("reference and carried_by each name at least one class of sources")
        return self
