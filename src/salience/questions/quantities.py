"""What each question's estimates are by their names: what claims can refer to, and on which scale they are judged."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from salience.errors import QuestionError
from salience.methods.threshold import Scale

SHARES = frozenset({"share", "chance"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """One kind of estimate of a question.

    Attributes
    ----------
    name : str
        Names of such estimates; * stands for anything.
    says : str
        What it is.
    scale : {"linear", "log", "logit"} or None
        On which its interval is taken as normal; None: by its unit.
    mediated : bool
        The share of an effect that something explains: what "because" needs.
    chance : bool
        The estimate is itself the probability that something is so.
    rivals : tuple of str
        Names of the same quantity by other methods or under other assumptions; {1} is what the first * stands for.
    decisive : tuple of str
        Beginnings of the assumptions without which the estimate means nothing.
    unsure : str
        How an estimate's view begins where the answer itself says that the record does not decide it.
    least : bool
        It is a lower bound: the truth may lie anywhere above, so it can bear out "above" and contradict "below".
    """

    name: str
    says: str
    scale: Scale | None = None
    mediated: bool = False
    chance: bool = False
    rivals: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    unsure: str = ""
    least: bool = False

    def matches(self, name: str) -> re.Match[str] | None:
        """Return how an estimate's name is one of these."""
        return re.fullmatch(re.escape(self.name).replace(r"\*", "(.*)"), name)

    def rivals_of(self, name: str) -> tuple[str, ...]:
        """Return the names of the estimates that stand beside this one."""
        found = self.matches(name)
        return tuple(rival.format("", *found.groups()) for rival in self.rivals) if found else ()

    def scale_for(self, unit: str) -> Scale:
        """Return the scale on which an estimate in this unit is taken as normal."""
        return self.scale or ("logit" if unit in SHARES else "log" if unit == "ratio" else "linear")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question's answers hold, what it needs of a record, and what more data would help."""

    quantities: tuple[Quantity, ...]
    needs: str
    data: str

    def find(self, name: str) -> Quantity | None:
        """Return the quantity that an estimate's name belongs to; the first whose pattern holds."""
        return next((quantity for quantity in self.quantities if quantity.matches(name)), None)


def describe_quantities(question: str) -> Asked:
    """Return what a question's estimates are.

    Raises
    ------
    QuestionError
        There is no such question.
    """
    read = _read()
    if question not in read:
        raise QuestionError(f"there is no question '{question}'; there are {', '.join(read)}")
    return read[question]


@cache
def _read() -> dict[str, Asked]:
    text = files("salience.questions").joinpath("quantities.toml").read_text(encoding="utf-8")
    return {name: _asked(told) for name, told in tomllib.loads(text).items()}


def _asked(told: dict[str, Any]) -> Asked:
    return Asked(tuple(Quantity(**_tuples(each)) for each in told["quantity"]), told["needs"], told["data"])


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
