"""Verdicts as the report and the app show them: a count by verdict, a table, a card a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salience.claims.verdict import SYMBOLS, PartVerdict, Verdict
from salience.claims.words import say_chance
from salience.questions.answer import Answer, format_number
from salience.report.strips import draw_strip


def show_verdicts(
    verdicts: Sequence[Verdict], answers: Sequence[Answer], extra: Sequence[Answer] = ()
) -> dict[str, Any]:
    """Return verdicts as `claims_table` and `claim_card` of parts.html.j2 show them.

    Parameters
    ----------
    verdicts : sequence of Verdict
    answers, extra : sequence of Answer
        Those that stand on the same page, under their question or under the name they are kept by; a part that rests
        on one of them links to its rows there.
    """
    there = {answer.key: (answer.question, answer) for answer in answers}
    there |= {answer.key: (kept_as(answer), answer) for answer in extra}
    origins = {(verdict.who, verdict.report) for verdict in verdicts}
    return {
        "counts": [
            (word, symbol, count)
            for word, symbol in SYMBOLS.items()
            if (count := sum(verdict.verdict == word for verdict in verdicts))
        ],
        "origin": next(iter(origins)) if len(origins) == 1 else None,
        "thresholds": _thresholds(verdicts),
        "cards": [
            {
                "verdict": verdict,
                "class": verdict.verdict.replace(" ", "-"),
                "parts": [_part(part, verdict, there) for part in verdict.parts],
                "lines": _lines(verdict),
                "lone": any(part.reason == "data of one source" for part in verdict.parts),
                "decide": list(dict.fromkeys(part.decide for part in verdict.parts if part.decide)),
            }
            for verdict in verdicts
        ],
    }


def show_chance(verdict: Verdict) -> str:
    """Return the probability that a claim holds, or its bounds."""
    return say_chance(verdict.low, verdict.high)


def kept_as(answer: Answer) -> str:
    """Return the name under which an answer is kept in `answers/`."""
    return f"{answer.question}-{answer.key}"


def claims_on(answer: Answer, verdicts: Sequence[Verdict]) -> list[str]:
    """Return the ids of the claims that rest on an answer."""
    return [v.id for v in verdicts if any(part.answer == answer.key for part in v.parts)]


def _thresholds(verdicts: Sequence[Verdict]) -> tuple[str, str]:
    """Return in per cent from which probability on a claim is supported, and up to which it is contradicted."""
    if not verdicts:
        return "", ""
    told = verdicts[0].thresholds
    supported, contradicted = (
        f"{100 * x:.1f}".removesuffix(".0") for x in (told.supported, told.contradicted)
    )
    return f"{supported} %", f"{contradicted} %"


def _lines(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Return what the record shows, part by part: its number, the estimate, the reason; alike ones once."""
    found: dict[tuple[str, str], list[str]] = {}
    for number, part in enumerate(verdict.parts, start=1):
        if part.verdict != "not finished":
            found.setdefault((part.sentence, part.reason or ""), []).append(str(number))
    several = len(verdict.parts) > 1
    return [
        (f"{', '.join(numbers)}." if several else "", sentence, reason)
        for (sentence, reason), numbers in found.items()
    ]


def _part(part: PartVerdict, verdict: Verdict, there: dict[str, tuple[str, Answer]]) -> dict[str, Any]:
    link = ""
    if part.answer in there:
        anchor, answer = there[part.answer]
        view = part.estimate.view if part.estimate else ""
        link = f"#{anchor}-{view}" if view in {table.name for table in answer.tables} else f"#{anchor}"
    return {
        "part": part,
        "class": part.verdict.replace(" ", "-"),
        "symbol": SYMBOLS[part.verdict],
        "chance": say_chance(part.low, part.high),
        "strip": draw_strip(part, verdict.thresholds.supported),
        "rests": f"{format_number(part.estimate.n)}" if part.estimate else "",
        "link": link,
        "file": f"answers/{part.question}-{part.answer}.json" if part.answer else "",
    }
