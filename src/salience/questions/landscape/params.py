"""The parameters of the landscape question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weighting = Literal["capability and salience", "constituency", "equal"]
WEIGHTINGS: tuple[Weighting, ...] = ("capability and salience", "constituency", "equal")


class LandscapeParams(BaseModel):
    """How actors are weighed, and what counts as agreement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weighting: Weighting = Field(
        "capability and salience",
        description="What an actor counts for: what it can do times how much it cares; the share of the people it "
        "speaks for; or all alike.",
    )
    tolerance: float = Field(
        15.0,
        gt=0,
        le=50,
        description="Actors agree who stand within so many points of one place on the scale of 0 to 100.",
    )
    consensus: float = Field(
        0.8,
        gt=0.5,
        le=1,
        description="Consensus is this share of the weight in one place; who holds more than the rest can block it.",
    )
    majority: float = Field(
        0.5, ge=0.5, lt=1, description="More than this share of the weight decides by majority."
    )
    imprecision: float = Field(
        10.0,
        ge=0,
        le=50,
        description="A figure stated without an interval is taken to be good to so many points of 100; 0 takes it as "
        "certain.",
    )
    shape: Literal["pert", "triangular"] = Field(
        "pert", description="How values are drawn between low, best and high."
    )
    correlation: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="How far the errors of one actor's positions go together, for a coder may misjudge it on all "
        "issues alike.",
    )
    draws: int = Field(1000, ge=50, le=100_000, description="Draws of all figures within their intervals.")
    map_draws: int = Field(
        200, ge=20, le=5000, description="Draws for the map, the groups and the power indices."
    )
    most_groups: int = Field(6, ge=2, le=20, description="Most groups of like-minded actors.")
    ask_next: int = Field(15, ge=1, le=200, description="Positions listed under whom to ask next.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")

    @model_validator(mode="after")
    def _sound(self) -> LandscapeParams:
        if self.consensus < self.majority:
            raise ValueError(
                f"consensus ({self.consensus:g}) asks for less of the weight than majority ({self.majority:g})"
            )
        return self

    def reach(self, two_poles: bool) -> float:
        """Return the tolerance for an issue: two poles are never near each other."""
        return min(self.tolerance, 24.0) if two_poles else self.tolerance
