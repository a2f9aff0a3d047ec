"""Judging: each part of a claim against its question's quantity, then the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from salience.claims import words
from salience.claims.behind import voices_behind
from salience.claims.chance import Bounds, chance_of, joint_chance
from salience.claims.doubts import Held, find_doubt, rivals_of
from salience.claims.file import Claim, ClaimsFile, Part, Thresholds
from salience.claims.finding import check_use, find_quantity
from salience.claims.place import find_misplaced
from salience.claims.verdict import PartVerdict, Verdict, Word
from salience.errors import CaseError, InputError, MethodError, QuestionError
from salience.methods.threshold import times_the_data
from salience.questions.answer import Answer
from salience.questions.quantities import Asked, describe_quantities
from salience.record.store import Record

Ask = Callable[[str, Mapping[str, Any]], Answer]
Progress = Callable[[str, float], None]
SOURCES_NAMED = 10
# Bounds of a probability that lie this close are given as one number.
CLOSE = 0.1


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
        A claim names a question, a parameter, a quantity or a place in a text that does not exist, or says "because" of
        a quantity that explains nothing; the line is named.
    """
    verdicts = []
    for number, claim in enumerate(claims.claim):
        if progress:
            progress(f"judging '{claim.id}'", number / max(len(claims.claim), 1))
        if misplaced := find_misplaced(claim, record):
            raise claims.fault(number, None, misplaced)
        parts = tuple(
            _judge_part(claims, (number, k), ask, record) if not part.unfinished else _stub(claim, part)
            for k, part in enumerate(claim.part)
        )
        verdicts.append(_whole(claim, parts, claims.thresholds))
    return tuple(verdicts)


def _judge_part(claims: ClaimsFile, place: tuple[int, int], ask: Ask, record: Record) -> PartVerdict:
    claim = claims.claim[place[0]]
    part = claim.part[place[1]]
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
    found = []
    for test in (part, part.complement):
        if test is not None:
            quantity, estimate = find_quantity(claims, place, test, asked, answer)
            check_use(claims, place, part, test, quantity, asked)
            found.append((test, quantity, estimate))
    held = [Held(test, quantity, e) for test, quantity, e in found if e is not None and e.value is not None]
    if len(held) < len(found):
        missing = next(e for _, _, e in found if e is None or e.value is None)
        return _without(
            claim, part, asked, (missing.note if missing else "") or _refusal(answer), answer, _say(held)
        )
    try:
        return _weigh(claims, place, (asked, answer, record), held)
    except MethodError as error:
        raise claims.fault(
            *place, f"this threshold cannot be held against '{part.quantity}': {error}"
        ) from error


def _weigh(
    claims: ClaimsFile, place: tuple[int, int], at: tuple[Asked, Answer, Record], held: Sequence[Held]
) -> PartVerdict:
    claim, thresholds = claims.claim[place[0]], claims.thresholds
    part = claim.part[place[1]]
    asked, answer, record = at
    bodies = voices_behind(record, answer, part.quantity)
    chance = joint_chance([chance_of(each.test, each.quantity, each.estimate) for each in held])
    reason, why = find_doubt(claim, thresholds, answer, held, bodies, chance)
    reached = chance is not None and chance[0] >= thresholds.supported
    estimate = held[0].estimate
    more = None
    if part.is_ in ("above", "below") and chance is not None and chance[0] == chance[1]:
        more = times_the_data(chance[0], thresholds.supported, thresholds.contradicted)
    low, high = chance or (None, None)
    voices = sum(bodies, start=Counter[str]())
    return PartVerdict(
        text=part.text or claim.text,
        joins=part.joins or "",
        verdict="undecided" if reason else "supported" if reached else "contradicted",
        chance=_one_number(chance),
        low=low,
        high=high,
        sentence=_say(held),
        beside=" ".join(words.say_rival(rival) for each in held for rival in rivals_of(answer, each)),
        reason=reason,
        why=why,
        decide=_decide(claim, part, words.say_what_decides(reason, asked, more)) if reason else "",
        question=part.question,
        quantity=part.quantity,
        test=part.plain,
        held=words.say_tests(held),
        estimate=estimate,
        answer=answer.key,
        own=bool(part.params),
        sources=tuple(name for name, _ in voices.most_common(SOURCES_NAMED)),
    )


def _one_number(chance: Bounds | None) -> float | None:
    """Return the middle of a probability's bounds where they are close; no one number stands for wide ones."""
    return None if chance is None or chance[1] - chance[0] > CLOSE else (chance[0] + chance[1]) / 2


def _say(held: Sequence[Held]) -> str:
    return " ".join(words.say_estimate(each.estimate) for each in held)


def _decide(claim: Claim, part: Part, worked_out: str) -> str:
    return words.as_sentence(part.decide or claim.decide or worked_out)


def _whole(claim: Claim, parts: tuple[PartVerdict, ...], thresholds: Thresholds) -> Verdict:
    bounds = [
        (part.low, part.high) if part.low is not None and part.high is not None else None for part in parts
    ]
    low, high = joint_chance(bounds) or (None, None)
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
    return PartVerdict(
        text=part.text or claim.text,
        joins=part.joins or "",
        verdict="undecided",
        chance=None,
        sentence=sentence,
        reason="no data",
        why=words.as_sentence(why),
        decide=_decide(claim, part, words.say_what_decides("no data", asked)),
        question=part.question,
        quantity=part.quantity,
        test=part.plain,
        held=words.say_test(part, None),
        answer=answer.key if answer else "",
        own=bool(part.params),
    )


def _stub(claim: Claim, part: Part) -> PartVerdict:
    return PartVerdict(
        text=part.text or claim.text,
        joins=part.joins or "",
        verdict="not finished",
        chance=None,
        sentence="",
        reason=None,
        why=f"Still to be filled in: {', '.join(part.unfinished)}.",
        decide="",
        question=part.question,
        quantity=part.quantity,
    )


def _refusal(answer: Answer) -> str:
    return answer.headline if not answer.estimates else "The record holds nothing of it."
