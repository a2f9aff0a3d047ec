"""Why the record cannot decide a part of a claim: a closed list of reasons, tried in order of their weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from salience.claims import words
from salience.claims.behind import lone_voice
from salience.claims.chance import Bounds, chance_of
from salience.claims.file import Claim, Test, Thresholds
from salience.claims.verdict import Reason
from salience.questions.answer import Answer, Estimate
from salience.questions.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Held:
    """A test, the quantity it is about, and the estimate it is held against."""

    test: Test
    quantity: Quantity
    estimate: Estimate


def find_doubt(
    claim: Claim,
    thresholds: Thresholds,
    answer: Answer,
    held: Sequence[Held],
    bodies: Sequence[Counter[str]],
    chance: Bounds | None,
) -> tuple[Reason | None, str]:
    """Return why a part cannot be decided, as one of the closed list and as a sentence; None where it can.

    Parameters
    ----------
    claim : Claim
        Who says it and where: a source of its own bears nothing out.
    thresholds : Thresholds
    answer : Answer
    held : sequence of Held
        The part's test, and its complement.
    bodies : sequence of Counter
        Who speaks in the rows behind (`voices_behind`).
    chance : (float, float) or None
        Bounds of the probability that the part holds.
    """
    lone = lone_voice(bodies, claim.who, claim.report)
    if lone:
        return "data of one source", words.say_lone(lone, chance)
    for tried in (_failing(answer, held), _unsure(answer, held)):
        if tried[0]:
            return tried
    if chance is None:
        return "interval spans the threshold", "No interval can be given, so the estimate bears no verdict."
    if thresholds.contradicted < chance[1] and chance[0] < thresholds.supported:
        bound = any(each.quantity.least for each in held)
        return "interval spans the threshold", words.say_span(chance, thresholds, least=bound)
    return _dissent(answer, held, chance)


def rivals_of(answer: Answer, held: Held) -> list[Estimate]:
    """Return the estimates of the same quantity by other methods or under other assumptions that have a value."""
    names = held.quantity.rivals_of(held.test.quantity)
    return [each for each in answer.estimates if each.name in names and each.value is not None]


def _failing(answer: Answer, held: Sequence[Held]) -> tuple[Reason | None, str]:
    decisive = tuple(start for each in held for start in each.quantity.decisive)
    for assumption in answer.assumptions:
        if assumption.status == "fails" and decisive and assumption.text.startswith(decisive):
            return "assumption fails", words.say_failing(assumption)
    return None, ""


def _unsure(answer: Answer, held: Sequence[Held]) -> tuple[Reason | None, str]:
    """Return what the answer itself says against deciding by it."""
    if not any(e.quantity.unsure and e.estimate.view.startswith(e.quantity.unsure) for e in held):
        return None, ""
    said = next((w for w in answer.warnings if w.startswith("The record does not decide")), answer.headline)
    return "methods disagree" if "methods differ" in said else "assumption fails", said


def _dissent(answer: Answer, held: Sequence[Held], chance: Bounds) -> tuple[Reason | None, str]:
    """Return a rival estimate that falls on the other side of the threshold."""
    for each in held:
        for rival in rivals_of(answer, each):
            beside = chance_of(each.test, each.quantity, rival)
            if beside is not None and (sum(beside) < 1.0) != (sum(chance) < 1.0):
                return (
                    "methods disagree",
                    f"Another method falls on the other side. {words.say_rival(rival)}",
                )
    return None, ""
