"""The parameters of the reconcile question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Literal["deaths", "sides", "civilians"]


class ReconcileParams(BaseModel):
    """What is to be known of numbers that contradict each other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: tuple[Count, ...] = Field(
        ("deaths", "sides", "civilians"),
        min_length=1,
        description="Which numbers are compared: all deaths of an event, each side's losses, deaths of civilians. Each "
        "is fitted by itself.",
    )
    against: str | None = Field(
        None,
        description="The source that the others are compared with; the one with most numbers when left out.",
    )
    anchors: tuple[str, ...] = Field(
        (), description="Sources to believe in turn, for the level; the five with most numbers when left out."
    )
    by: Literal["year", "quarter", "month"] = Field("year", description="Periods that totals are given for.")
    datasets: Literal["beside", "as sources"] = Field(
        "beside",
        description="Whether a dataset's own figure stands beside the model, for it is made from others' reports, or "
        "counts as a source.",
    )
    most_sources: int = Field(
        30, ge=2, le=150, description="Sources told apart; those with fewest numbers are put together."
    )
    rounding: bool = Field(True, description="Numbers from 10 on that end in 0 may be rounded.")
    blame: bool = Field(True, description="Also compare whom sources name as the acting side.")
    events_shown: int = Field(
        100, ge=5, le=10_000, description="Events in the table of those most in dispute."
    )
    draws: int | None = Field(
        None,
        ge=100,
        le=20_000,
        description="Draws from each of four chains; 1,500 when left out, 500 from 20,000 numbers on.",
    )
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")
