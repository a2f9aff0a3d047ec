"""The parameters of the options question, and the levers: named edits of the case, each an assumption."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Factor = Annotated[float, Field(ge=0.0, le=100.0)]
Point = Annotated[float, Field(ge=0.0, le=100.0)]
Pair = Annotated[tuple[str, ...], Field(min_length=2)]
Rule = Literal["as the models", "majority", "consensus", "veto"]


class Mediation(BaseModel):
    """Talking to one actor: its position on an issue, or how much it cares, moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: str = Field(description="Whom.")
    issue: str = Field(description="On what.")
    to: Point | None = Field(None, description="Towards which position, 0 to 100.")
    share: float = Field(0.5, gt=0, le=1, description="Which part of the way it goes.")
    salience: Factor | None = Field(None, description="By what its salience is multiplied.")


class Option(BaseModel):
    """One `[option.NAME]` of `case.toml`: what would be done. Diplomatic, legal, economic and of recognition only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    summary: str = Field("", description="What it is, in a sentence.")
    invite: tuple[str, ...] = Field(
        (), description="Actors to bring to the table; [questions.options] absent says who is not there."
    )
    leave_out: tuple[str, ...] = Field((), description="Actors to leave out.")
    capability: dict[str, Factor] = Field(
        default_factory=dict,
        description="Actors, and by what their capability is multiplied: recognition, funding, sanctions.",
    )
    salience: dict[str, Factor] = Field(
        default_factory=dict,
        description="Actors, and by what their salience is multiplied, as legal action raises it; 1 is the most.",
    )
    mediate: tuple[Mediation, ...] = Field((), description="Positions to move by talking.")
    tie: tuple[Pair, ...] = Field(
        (), description="Issues to settle as a package: on each an actor cares as on their average."
    )
    ally: tuple[Pair, ...] = Field((), description="Actors that move towards their common position.")
    break_alliance: tuple[Pair, ...] = Field(
        (), alias="break", description="Allies (in relations.csv) that move away from it."
    )
    rule: Rule = Field(
        "as the models",
        description="majority: the weighted median; consensus: nobody is left worse off than what stays otherwise; "
        "veto: the same for the actors named in veto.",
    )
    veto: tuple[str, ...] = Field((), description="Who can block, under the rule veto.")

    @model_validator(mode="after")
    def _edits_something(self) -> Option:
        given = (self.invite, self.leave_out, self.capability, self.salience, self.mediate, self.tie, self.ally,
                 self.break_alliance)  # fmt: skip
        if not any(given) and self.rule == "as the models":
            raise ValueError("this option edits nothing; name a lever, as leave_out, capability or mediate")
        if (self.rule == "veto") != bool(self.veto):
            raise ValueError("rule 'veto' and the actors in veto go together; one is given without the other")
        for name, factors in (("capability", self.capability), ("salience", self.salience)):
            same = [actor for actor, factor in factors.items() if factor == 1.0]
            if same:
                raise ValueError(f"{name} of '{same[0]}' is multiplied by 1, which edits nothing")
        for each in self.mediate:
            if each.to is None and each.salience is None:
                raise ValueError(f"mediate of '{each.actor}' says neither to nor salience, and edits nothing")
        both = set(self.invite) & set(self.leave_out)
        if both:
            raise ValueError(f"'{min(both)}' is both invited and left out")
        return self


class OptionsParams(BaseModel):
    """Where engagement and pressure lead, by rival models, with what is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    option: dict[str, Option] = Field(
        default_factory=dict,
        description="The options, from the [option.NAME] tables of case.toml.",
        json_schema_extra={"from_case": True},
    )
    issues: tuple[str, ...] = Field((), description="Issues to look at; all when left out.")
    absent: tuple[str, ...] = Field(
        (), description="Actors who are not at the table as now; options may invite them."
    )
    goal: dict[str, float] = Field(
        default_factory=dict,
        description="Positions on issues that options are held against; without them, what actors want.",
        json_schema_extra={"from_case": True},
    )
    draws: int = Field(10_000, ge=128, le=1_000_000, description="Draws of the uncertain inputs.")
    shape: Literal["pert", "triangular"] = Field(
        "pert", description="Distribution between low, best and high."
    )
    unsure: float = Field(
        0.1,
        ge=0,
        le=0.5,
        description="A value stated without a range may be off by this share: of the scale for positions and salience, "
        "of the value for capability. 0 takes it as certain.",
    )
    correlated: Literal["no", "actor", "kind"] = Field(
        "no", description="Which inputs err together: all of one actor, or all of one kind."
    )
    correlation: float = Field(0.5, ge=0, le=1, description="By how much, if they do.")
    alliance: float = Field(
        0.5, gt=0, lt=1, description="How far allies move towards their common position, 0 to 1."
    )
    tolerance: float = Field(
        25.0,
        ge=0,
        le=100,
        description="Points from the outcome within which an actor is taken to live with it.",
    )
    exclusion: bool = Field(True, description="Also leave out every actor in turn.")
    hinges: bool = Field(True, description="Also ask which inputs decide the outcome.")
    level: float = Field(0.8, ge=0.5, lt=1, description="Coverage of the intervals.")

    @model_validator(mode="after")
    def _on_the_scale(self) -> OptionsParams:
        for issue, value in self.goal.items():
            if not 0.0 <= value <= 100.0:
                raise ValueError(f"the goal {value:g} for issue '{issue}' is outside the scale, 0 to 100")
        return self
