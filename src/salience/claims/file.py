"""`claims.toml`: what was said, by whom, where, and what would have to be true of the record for it to hold."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from salience.errors import InputError
from salience.questions.explain import explain_fault, worst_fault

CLAIMS_FILE = "claims.toml"

Is = Literal["above", "below", "within", "outside", "true", "false"]
Joins = Literal["and", "because", "only"]
Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """When a probability is enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    supported: Share = Field(0.95, description="At or above this probability a claim is supported.")
    contradicted: Share = Field(0.05, description="At or below it a claim is contradicted.")

    @model_validator(mode="after")
    def _apart(self) -> Thresholds:
        if not self.contradicted < 0.5 < self.supported:
            raise ValueError(
                f"supported ({self.supported:g}) lies above one half and contradicted ({self.contradicted:g}) below"
            )
        return self


class Test(BaseModel):
    """What is held against what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quantity: str = Field("", description="The name of an estimate of the question's answer.")
    is_: Is | None = Field(
        None,
        alias="is",
        description="above or below the threshold, within or outside low and high; true or false where the estimate is "
        "itself a probability that something is so.",
    )
    threshold: float | None = Field(None, description="What the quantity is held against.")
    low: float | None = Field(None, description="For within and outside: the lower end.")
    high: float | None = Field(None, description="The upper end.")

    @model_validator(mode="after")
    def _whole(self) -> Test:
        ends = self.low is not None or self.high is not None
        if self.is_ in ("within", "outside"):
            if self.threshold is not None:
                raise ValueError(f"'{self.is_}' takes low and high and no threshold")
            if self.low is not None and self.high is not None and not self.low < self.high:
                raise ValueError(f"low ({self.low:g}) is not below high ({self.high:g})")
        elif ends:
            raise ValueError("low and high go with is = 'within' or 'outside'")
        if self.is_ in ("true", "false") and self.threshold is not None:
            raise ValueError(f"'{self.is_}' takes no threshold: the quantity is itself a probability")
        return self

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What a person still has to fill in."""
        missing = [name for name, value in (("quantity", self.quantity), ("is", self.is_)) if not value]
        if self.is_ in ("above", "below") and self.threshold is None:
            missing.append("threshold")
        if self.is_ in ("within", "outside"):
            missing += [name for name in ("low", "high") if getattr(self, name) is None]
        return tuple(missing)

    @property
    def plain(self) -> dict[str, str | float]:
        """The test as plain data: is, threshold, low, high, as far as they are given."""
        told = {"is": self.is_, "threshold": self.threshold, "low": self.low, "high": self.high}
        return {key: value for key, value in told.items() if value is not None}


class Part(Test):
    """One part of a claim that can be tested by itself."""

    text: str = Field("", description="The part in short; the claim's own text when there is one part.")
    joins: Joins | None = Field(
        None,
        description="How it hangs on the part before: and, because (needs a mediated share), only (needs complement).",
    )
    question: str = Field("", description="Which question it is about.")
    params: dict[str, Any] = Field(
        default_factory=dict, description="Parameters of the question, over those of case.toml."
    )
    complement: Test | None = Field(
        None, description="For only: the same of everybody else, which must hold as well."
    )
    decide: str = Field("", description="What data would decide it; worked out when left out.")

    @model_validator(mode="after")
    def _joined(self) -> Part:
        if self.joins == "only" and self.complement is None and not self.unfinished:
            raise ValueError(
                "'only' needs [claim.part.complement]: the same of everybody else, with its own quantity"
            )
        if self.complement is not None and self.joins != "only":
            raise ValueError("a complement goes with joins = 'only'")
        return self

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What a person still has to fill in."""
        own = (() if self.question else ("question",)) + super().unfinished
        return own + tuple(
            f"complement.{name}" for name in (self.complement.unfinished if self.complement else ())
        )


class Claim(BaseModel):
    """One claim: a sentence that somebody wrote, and its parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="A stable short name: low-casualties.")
    text: str = Field(min_length=1, description="The sentence in short.")
    who: str = Field("", description="Who said it.")
    report: str = Field("", description="Where it stands: a file, a title, or a report's id.")
    span: tuple[int, int] | None = Field(
        None, description="Start and end in that text, in code points of its canonical form."
    )
    kind: Literal["factual", "normative"] = Field(
        "factual", description="normative: what should be; listed and not judged, its factual premises are."
    )
    against: str = Field("", description="What would count against it.")
    decide: str = Field("", description="What data would decide it; worked out when left out.")
    part: tuple[Part, ...] = Field((), description="Its parts, each tested by itself.")

    @model_validator(mode="after")
    def _sound(self) -> Claim:
        if self.span is not None and not 0 <= self.span[0] < self.span[1]:
            raise ValueError(f"span {list(self.span)} is no start and end")
        if self.part and self.part[0].joins == "and":
            raise ValueError("the first part joins nothing; leave joins out, or say because or only")
        return self

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What a person still has to fill in, by part; a normative claim may stand without parts."""
        if not self.part:
            return () if self.kind == "normative" else ("part",)
        several = len(self.part) > 1
        return tuple(
            f"part {number}: {name}" if several else name
            for number, part in enumerate(self.part, start=1)
            for name in part.unfinished
        )


class ClaimsFile(BaseModel):
    """`claims.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thresholds: Thresholds = Field(default_factory=Thresholds, description="When a probability is enough.")
    claim: tuple[Claim, ...] = Field((), description="The claims.")
    _text: str = PrivateAttr("")

    @model_validator(mode="after")
    def _told_apart(self) -> ClaimsFile:
        twice = [name for name, count in Counter(claim.id for claim in self.claim).items() if count > 1]
        if twice:
            raise ValueError(f"two claims have the id '{twice[0]}'; give each its own")
        return self

    def fault(self, claim: int, part: int | None, message: str) -> InputError:
        """Return an error that names the place of a claim or of its part, both counted from 0."""
        name = self.claim[claim].id
        return InputError(
            f"claim '{name}': {message}", file=CLAIMS_FILE, line=find_line(self._text, claim, part)
        )


def read_claims(folder: Path) -> ClaimsFile | None:
    """Read a case's `claims.toml`; None when it has none.

    Raises
    ------
    InputError
        It is no TOML, or a key is unknown, missing or wrong; the claim's line and the key are named.
    """
    path = folder / CLAIMS_FILE
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is not TOML: {error}", file=CLAIMS_FILE) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=CLAIMS_FILE) from error
    try:
        found = ClaimsFile.model_validate(told)
    except ValidationError as error:
        place = [step for step in worst_fault(error)["loc"] if isinstance(step, int)]
        raise InputError(
            explain_fault(error, ClaimsFile), file=CLAIMS_FILE, line=find_line(text, *place[:2])
        ) from error
    found._text = text
    return found


def find_line(text: str, claim: int | None = None, part: int | None = None) -> int | None:
    """Return the line on which a claim, or a part of it, begins; both are counted from 0."""
    claims = parts = -1
    for number, line in enumerate(text.splitlines(), start=1):
        head = line.partition("#")[0].strip().replace(" ", "")
        if head == "[[claim]]":
            claims, parts = claims + 1, -1
            if claims == claim and part is None:
                return number
        elif head == "[[claim.part]]":
            parts += 1
            if claims == claim and parts == part:
                return number
    return None
