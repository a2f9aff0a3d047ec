"""Verdicts as the report and the app show them: a count by verdict, a table, a card a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salience.claims.verdict import SYMBOLS, PartVerdict, Verdict
from salience.claims.words import say_chance
from salience.questions.answer import Answer


def show_verdicts(verdicts: Sequence[Verdict], answers: Sequence[Answer]) -> dict[str, Any]:
    """Return verdicts as `claims_in_full` of parts.html.j2 shows them.

    Parameters
    ----------
    verdicts : sequence of Verdict
    answers : sequence of Answer
        Those that stand on the same page; a part that rests on one of them links to its rows there.
    """
    there = {answer.key: answer for answer in answers}
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


def _part(part: PartVerdict, there: dict[str, Answer]) -> dict[str, Any]:
    answer = there.get(part.answer)
    link = ""
    if answer is not None:
        view = part.estimate.view if part.estimate else ""
        tables = {table.name for table in answer.tables}
        link = f"#{answer.question}-{view}" if view in tables else f"#{answer.question}"
    return {
        "part": part,
        "class": part.verdict.replace(" ", "-"),
        "symbol": SYMBOLS[part.verdict],
        "chance": say_chance(part.chance, part.chance),
        "link": link,
        "file": f"answers/{part.question}-{part.answer}.json" if part.answer else "",
    }
