"""The case's setting, which every question may need: when, where, and where its capital lies."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Period(BaseModel):
    """The days that a case covers, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: date | None = Field(None, description="First day; everything before is left out of the questions.")
    end: date | None = Field(None, description="Last day; everything after is left out of the questions.")

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self


class Area(BaseModel):
    """Where a case lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    countries: tuple[str, ...] = Field(
        (), description="The countries, written as in the data; sources based there count as local."
    )


class Capital(BaseModel):
    """The capital, from which distance is measured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Its name.")
    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")
    radius_km: float = Field(
        25.0, gt=0, description="Events within this distance count as in the capital, in km."
    )
    admin1: str | None = Field(None, description="Its first-level area, as the data write it.")


class Setting(BaseModel):
    """When and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    period: Period = Field(default_factory=Period, description="The days covered.")
    area: Area = Field(default_factory=Area, description="The area covered.")
    capital: Capital | None = Field(None, description="The capital.")
