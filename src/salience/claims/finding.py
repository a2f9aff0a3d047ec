"""Which estimate a claim means: a name that the answer has, one that it could have, or one that is misspelt."""

from __future__ import annotations

import re

from salience.claims.file import ClaimsFile, Part, Test
from salience.questions.answer import Answer, Estimate
from salience.questions.quantities import Asked, Quantity

# From this length on, two slips of the pen are forgiven; below, one.
LONG = 8


def find_quantity(
    claims: ClaimsFile, place: tuple[int, int], test: Test, asked: Asked, answer: Answer
) -> tuple[Quantity, Estimate | None]:
    """Return what a quantity is and its estimate.

    Parameters
    ----------
    claims : ClaimsFile
    place : (int, int)
        The claim and its part, for errors.
    test : Test
        The part, or its complement.
    asked : Asked
        What the question's answers can hold.
    answer : Answer
        What this one holds.

    Returns
    -------
    (Quantity, Estimate or None)
        None where the question could give such an estimate and this record holds nothing of it.

    Raises
    ------
    InputError
        The question has no such quantity, or the answer has one whose name differs by a slip of the pen.
    """
    name = test.quantity
    names = [estimate.name for estimate in answer.estimates]
    quantity = asked.find(name)
    estimate = next((each for each in answer.estimates if each.name == name), None)
    if estimate is None and (near := nearest_slip(name, names)):
        raise claims.fault(
            *place, f"the question {answer.question} has no quantity '{name}'; did you mean '{near}'?"
        )
    if quantity is None:
        known = [each.name for each in asked.quantities]
        near = nearest_slip(name, known)
        hint = f"did you mean '{near}'?" if near else f"it has {', '.join(known)}"
        raise claims.fault(*place, f"the question {answer.question} has no quantity '{name}'; {hint}")
    return quantity, estimate


def check_use(
    claims: ClaimsFile, place: tuple[int, int], part: Part, test: Test, quantity: Quantity, asked: Asked
) -> None:
    """Refuse a test that this quantity cannot bear.

    Raises
    ------
    InputError
        "because" of a quantity that explains nothing, or "true" of one that is no probability.
    """
    if part.joins == "because" and not quantity.mediated:
        mediated = [each.name for each in asked.quantities if each.mediated]
        have = f"such as {', '.join(mediated)}" if mediated else f"and {part.question} estimates none"
        raise claims.fault(
            *place,
            f"'because' needs a share of an effect that something explains, {have}; '{test.quantity}' is no such share",
        )
    if test.is_ in ("true", "false") and not quantity.chance:
        raise claims.fault(
            *place,
            f"'{test.is_}' needs a quantity that is itself a probability; '{test.quantity}' is {quantity.says}",
        )


def nearest_slip(name: str, names: list[str]) -> str:
    """Return the name that differs by a slip of the pen alone; empty when there is none.

    A slip leaves digits as they are: another year, list or number of deaths is another quantity. What stands behind a
    colon is the name of an actor or an issue; short ones may differ by one letter, long ones by two.
    """
    from rapidfuzz.distance import OSA

    def slips(other: str) -> int:
        if re.findall(r"\d+", name) != re.findall(r"\d+", other):
            return LONG
        ours, theirs = name.casefold().split(":"), other.casefold().split(":")
        if len(ours) != len(theirs):
            ours, theirs = [name.casefold()], [other.casefold()]
        found = 0
        for one, two in zip(ours, theirs, strict=True):
            distance = OSA.distance(one, two)
            if distance > 1 + (min(len(one), len(two)) >= LONG):
                return LONG
            found += distance
        return found

    best = min(names, key=slips, default="")
    return best if best and slips(best) < LONG else ""
