"""The parameters of the disparity question: one model for Python, the command line, `case.toml` and forms."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class DisparityParams(BaseModel):
    """Which group, of what, against which population."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: Literal["persons", "events"] = Field(
        "persons",
        description="What is counted: persons of the tables of persons, or events by the label of a side.",
    )
    label: Literal["side_a", "side_b"] = Field(
        "side_b", description="When events are counted: the side whose label names a population group."
    )
    by: tuple[Literal["group", "sex", "age"], ...] = Field(
        ("group",), description="What tells the groups apart: group, sex, age, or several: group,sex."
    )
    group: str | None = Field(
        None,
        description="The group that the headline is about, such as 'Hazara' or, by group and sex, 'Hazara women'. When "
        "it is left out all groups are screened, and the headline's interval is widened for that.",
    )
    kind: str | None = Field(
        None, description="Only what is of this kind, as the persons' table writes it: arrest."
    )
    sex: str | None = Field(
        None, description="Only persons of this sex, in the counts and in the population."
    )
    age: str | None = Field(None, description="Only persons of this age band of the population table.")
    source: str | None = Field(None, description="Only what this source says.")
    denominator: str | None = Field(
        None,
        description="Against whom, as population.csv names it; residents when left out. Others stand beside.",
    )
    year: int | None = Field(
        None, description="Year of the population; the latest up to the period's end when left out."
    )
    batches: bool = Field(
        True,
        description="Widen intervals where persons come in batches, as in a raid that takes ten of one village.",
    )
    prior_spread: float = Field(
        0.5,
        gt=0,
        le=3,
        description="How far places may differ: scale of the half-normal prior on the log ratio.",
    )
    smallest_cell: int = Field(
        5, ge=1, le=1000, description="Counts under this are not shown in tables and files; 1 shows all."
    )
    level: float = Field(0.95, gt=0.5, lt=1, description="Coverage of the intervals.")

    @model_validator(mode="after")
    def _sound(self) -> DisparityParams:
        if not self.by or len(set(self.by)) < len(self.by):
            raise ValueError("by names what tells the groups apart, each once: group, sex, age")
        for name in ("sex", "age"):
            if getattr(self, name) is not None and name in self.by:
                raise ValueError(f"by tells {name} apart and {name} is fixed as well; leave one of them out")
        if self.count == "events" and (self.by != ("group",) or self.sex or self.age):
            raise ValueError(
                "events have labels of sides and no sex or age; count persons, or leave these out"
            )
        return self
