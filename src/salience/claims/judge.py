"""Judging: each part of a claim against its question's quantity, then the whole."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from salience.claims import words
from salience.claims.behind import lone_voice, voices_behind
from salience.claims.file import Claim, ClaimsFile, Part, Test, Thresholds
from salience.claims.verdict import PartVerdict, Reason, Verdict, Word
from salience.errors import CaseError, InputError, MethodError, QuestionError
from salience.methods.threshold import chance_above, chance_above_in_draws, frechet_bounds
from salience.questions.answer import EXACT, Answer, Estimate
from salience.questions.quantities import Asked, Quantity, describe_quantities
from salience.record.store import Record

Ask = Callable[[str, Mapping[str, Any]], Answer]
Progress = Callable[[str, float], None]
SOURCES_NAMED = 10
# How near a misspelt name must be to one that the answer has.
NEAR = 0.84


def judge_claims(
    claims: ClaimsFile, ask: Ask, record: Record, progress: Progress | None = None
) -> tuple[Verdict, ...]:
    """Judge the claims of a case.

    Parameters
    ----------
    claims : ClaimsFile
        What `claims.toml` says.
    ask : callable
        Takes a question's name and the claim's own parameters, returns the answer.
    record : Record
        Asked who speaks in the rows behind an answer.
    progress : callable, optional
        Called with a stage and the share done.

    Returns
    -------
    tuple of Verdict
        In the order of the file.

    Raises
    ------
    InputError
        A claim names a question, a parameter or a quantity that does not exist, or says "because" of a quantity that
        explains nothing; the line is named.
    """
    verdicts = []
    for number, claim in enumerate(claims.claim):
        if progress:
            progress(f"judging '{claim.id}'", number / max(len(claims.claim), 1))
        parts = tuple(
            _judge_part(claims, (number, k), ask, record)
            if not part.unfinished
            else _stub(claim, part, claims.thresholds)
            for k, part in enumerate(claim.part)
        )
        verdicts.append(_whole(claim, parts, claims.thresholds))
    return tuple(verdicts)


def _judge_part(claims: ClaimsFile, place: tuple[int, int], ask: Ask, record: Record) -> PartVerdict:
    claim = claims.claim[place[0]]
    part, thresholds = claim.part[place[1]], claims.thresholds
    try:
        asked = describe_quantities(part.question)
    except QuestionError as error:
        raise claims.fault(*place, str(error)) from error
    try:
        answer = ask(part.question, part.params)
    except QuestionError as error:
        return _without(claim, part, asked, f"The question cannot be asked of this record: {error}")
    except (CaseError, InputError) as error:
        raise claims.fault(*place, str(error)) from error
    tests: list[tuple[Test, Quantity, Estimate | None]] = []
    for test in (part, part.complement):
        if test is not None:
            quantity, estimate = _find(claims, place, (test, part.joins), asked, answer)
            tests.append((test, quantity, estimate))
    try:
        return _weigh(claim, part, thresholds, (asked, answer, record), tests)
    except MethodError as error:
        raise claims.fault(
            *place, f"this threshold cannot be held against '{part.quantity}': {error}"
        ) from error


def _find(
    claims: ClaimsFile, place: tuple[int, int], asking: tuple[Test, str | None], asked: Asked, answer: Answer
) -> tuple[Quantity, Estimate | None]:
    """Return what a quantity is and its estimate; None where the record holds nothing of it."""
    test, joins = asking
    name = test.quantity
    quantity = asked.find(name)
    names = [estimate.name for estimate in answer.estimates]
    estimate = next((e for e in answer.estimates if e.name == name), None)
    near = difflib.get_close_matches(name, names, n=1, cutoff=NEAR)
    if quantity is None or (estimate is None and near):
        known = [each.name for each in asked.quantities]
        hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known)}"
        raise claims.fault(*place, f"the question {answer.question} has no quantity '{name}'; {hint}")
    if joins == "because" and not quantity.mediated:
        mediated = [each.name for each in asked.quantities if each.mediated]
        have = f"such as {', '.join(mediated)}" if mediated else f"and {answer.question} estimates none"
        raise claims.fault(
            *place,
            f"'because' needs a share of an effect that something explains, {have}; '{name}' is no such share",
        )
    if test.is_ in ("true", "false") and not quantity.chance:
        raise claims.fault(
            *place, f"'{test.is_}' needs a quantity that is itself a probability; '{name}' is {quantity.says}"
        )
    return quantity, estimate


def _weigh(
    claim: Claim,
    part: Part,
    thresholds: Thresholds,
    at: tuple[Asked, Answer, Record],
    tests: Sequence[tuple[Test, Quantity, Estimate | None]],
) -> PartVerdict:
    asked, answer, record = at
    estimate = tests[0][2]
    said = [words.say_estimate(each) for _, _, each in tests if each is not None]
    missing = next((each for each in tests if each[2] is None or each[2].value is None), None)
    if missing is not None or estimate is None:
        note = missing[2].note if missing and missing[2] else ""
        return _without(claim, part, asked, note or _refusal(answer), answer, " ".join(said))
    bodies = voices_behind(record, answer, part.quantity)
    chances = [chance_of(test, quantity, each) for test, quantity, each in tests if each is not None]
    chance = _joint(chances)
    reason, why = _doubt(claim, thresholds, answer, tests, (bodies, chance))
    verdict: Word = "undecided" if reason else "supported" if _reaches(chance, thresholds) else "contradicted"
    decide = ""
    if reason:
        decide = part.decide or claim.decide or words.say_what_decides(reason, asked, part, estimate)
    voices = sum(bodies, start=Counter[str]())
    middle = None if chance is None else (chance[0] + chance[1]) / 2
    return PartVerdict(
        part.text or claim.text,
        part.joins or "",
        verdict,
        middle,
        " ".join(said),
        reason,
        why,
        decide,
        part.question,
        part.quantity,
        words.say_test(part, estimate),
        estimate,
        answer.key,
        bool(part.params),
        tuple(name for name, _ in voices.most_common(SOURCES_NAMED)),
    )


def chance_of(test: Test, quantity: Quantity, estimate: Estimate) -> tuple[float, float] | None:
    """Return the probability that an estimate passes a test, as bounds; None where it has no interval.

    Parameters
    ----------
    test : Test
    quantity : Quantity
        Says on which scale the interval is taken as normal, or that the estimate is itself a probability; its own
        interval then gives the bounds.
    estimate : Estimate
        With a value.
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None:
        return None
    if test.is_ in ("true", "false"):
        ends = (value if low is None else low, value if high is None else high)
        return ends if test.is_ == "true" else (1 - ends[1], 1 - ends[0])
    if low is None or high is None:
        if not estimate.note.startswith(EXACT):
            return None
        low = high = value

    def above(threshold: float) -> float:
        if estimate.draws:
            return chance_above_in_draws(threshold, estimate.draws)
        # Medians of draws may lie a last digit outside their own quantiles.
        middle = min(max(value, low), high)
        return chance_above(threshold, middle, low, high, estimate.level, quantity.scale_for(estimate.unit))

    if test.is_ in ("above", "below"):
        over = above(float(test.threshold or 0.0))
        chance = over if test.is_ == "above" else 1.0 - over
    else:
        inside = above(float(test.low or 0.0)) - above(float(test.high or 0.0))
        chance = inside if test.is_ == "within" else 1.0 - inside
    return chance, chance


def _joint(chances: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [chance for chance in chances if chance is not None]
    if len(known) < len(chances):
        return None
    if len(known) == 1:
        return known[0]
    return frechet_bounds([low for low, _ in known])[0], frechet_bounds([high for _, high in known])[1]


def _reaches(chance: tuple[float, float] | None, thresholds: Thresholds) -> bool:
    return chance is not None and chance[0] >= thresholds.supported


def _doubt(
    claim: Claim,
    thresholds: Thresholds,
    answer: Answer,
    tests: Sequence[tuple[Test, Quantity, Estimate | None]],
    known: tuple[Sequence[Counter[str]], tuple[float, float] | None],
) -> tuple[Reason | None, str]:
    """Return why a part cannot be decided; None where it can."""
    bodies, chance = known
    lone = lone_voice(bodies, claim.who, claim.report)
    if lone:
        return "data of one source", words.say_lone(lone, chance, claim)
    failing = next(
        (
            assumption
            for assumption in answer.assumptions
            for _, quantity, _ in tests
            if assumption.status == "fails" and assumption.text.startswith(quantity.decisive or ("\0",))
        ),
        None,
    )
    if failing is not None:
        return "assumption fails", f"This does not hold: {failing.text} {failing.how}"
    if chance is None:
        return "interval spans the threshold", "No interval can be given, so the estimate bears no verdict."
    if thresholds.contradicted < chance[1] and chance[0] < thresholds.supported:
        return "interval spans the threshold", words.say_span(chance, thresholds)
    other = _dissenter(answer, tests, chance)
    if other is not None:
        return "methods disagree", f"Another method falls on the other side: {words.say_estimate(other)}"
    return None, ""


def _dissenter(
    answer: Answer,
    tests: Sequence[tuple[Test, Quantity, Estimate | None]],
    chance: tuple[float, float],
) -> Estimate | None:
    """Return a rival estimate that falls on the other side of the threshold."""
    by_name = {estimate.name: estimate for estimate in answer.estimates}
    for test, quantity, _ in tests:
        for name in quantity.rivals_of(test.quantity):
            rival = by_name.get(name)
            beside = chance_of(test, quantity, rival) if rival is not None else None
            if beside is not None and (beside[0] < 0.5) != (chance[0] < 0.5):
                return rival
    return None


def _whole(claim: Claim, parts: tuple[PartVerdict, ...], thresholds: Thresholds) -> Verdict:
    chances = [part.chance for part in parts]
    known = [chance for chance in chances if chance is not None]
    low, high = frechet_bounds(known) if known and len(known) == len(parts) else (None, None)
    undecided = next((part for part in parts if part.verdict == "undecided"), None)
    verdict: Word
    if claim.kind == "normative":
        verdict = "not judged"
    elif claim.unfinished:
        verdict = "not finished"
    elif any(part.verdict == "contradicted" for part in parts):
        verdict = "contradicted"
    else:
        verdict = "undecided" if undecided else "supported"
    reason = undecided.reason if undecided and verdict == "undecided" else None
    return Verdict(
        claim.id, claim.text, claim.who, claim.report, claim.span, claim.kind, claim.against, verdict, low, high,
        reason, claim.unfinished, parts, thresholds,
    )  # fmt: skip


def _without(
    claim: Claim, part: Part, asked: Asked, why: str, answer: Answer | None = None, sentence: str = ""
) -> PartVerdict:
    """Return the verdict on a part that the record holds nothing of."""
    decide = part.decide or claim.decide or words.say_what_decides("no data", asked, part, None)
    return PartVerdict(
        part.text or claim.text,
        part.joins or "",
        "undecided",
        None,
        sentence,
        "no data",
        why,
        decide,
        part.question,
        part.quantity,
        words.say_test(part, None),
        None,
        answer.key if answer else "",
        bool(part.params),
    )


def _stub(claim: Claim, part: Part, thresholds: Thresholds) -> PartVerdict:
    missing = ", ".join(part.unfinished)
    return PartVerdict(
        part.text or claim.text, part.joins or "", "not finished", None, "", None,
        f"Still to be filled in: {missing}.", "", part.question, part.quantity, "",
    )  # fmt: skip


def _refusal(answer: Answer) -> str:
    return answer.headline if not answer.estimates else "The record holds nothing of it."
