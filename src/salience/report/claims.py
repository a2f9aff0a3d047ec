"""Verdicts as the report and the app show them: a count by verdict, a table, a card a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salience.claims.verdict import SYMBOLS, PartVerdict, Verdict
from salience.claims.words import say_chance
from salience.questions.answer import Answer


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
    return {
        "counts": [
            (word, symbol, count)
            for word, symbol in SYMBOLS.items()
            if (count := sum(verdict.verdict == word for verdict in verdicts))
        ],
        "cards": [
            {
                "verdict": verdict,
                "class": verdict.verdict.replace(" ", "-"),
                "parts": [_part(part, there) for part in verdict.parts],
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


def _part(part: PartVerdict, there: dict[str, tuple[str, Answer]]) -> dict[str, Any]:
    link = ""
    if part.answer in there:
        anchor, answer = there[part.answer]
        view = part.estimate.view if part.estimate else ""
        link = f"#{anchor}-{view}" if view in {table.name for table in answer.tables} else f"#{anchor}"
    return {
        "part": part,
        "class": part.verdict.replace(" ", "-"),
        "symbol": SYMBOLS[part.verdict],
        "chance": say_chance(part.chance, part.chance),
        "link": link,
        "file": f"answers/{part.question}-{part.answer}.json" if part.answer else "",
    }
