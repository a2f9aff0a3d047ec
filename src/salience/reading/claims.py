"""Sentences that assert something which could be tested: with who holds it, and how firmly.

A claim is what a verb of saying reports, or what the author argues: with a hedge, a comparison, a cause, a universal.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from salience.reading.clauses import holds_cue
from salience.reading.sentences import Sentence
from salience.reading.spans import Statement

QUESTION = re.compile(r"\?\s*[\"”']?$")
SHORTEST = 7


def find_claims(sentences: Sequence[Sentence], attributions: Sequence[Statement]) -> list[Statement]:
    """Return one claim a sentence at most; the holder is the one who says it, or None for the text's author."""
    found = []
    for sentence in sentences:
        if len(sentence.places) < SHORTEST or QUESTION.search(sentence.text):
            continue
        first = bisect_left(attributions, sentence.start, key=lambda a: a.start)
        after = bisect_left(attributions, sentence.end, lo=first, key=lambda a: a.start)
        said = [a for a in attributions[first:after] if a.speaker]
        hedge = holds_cue(sentence.text, "hedges")
        argued = holds_cue(sentence.text, "arguing")
        if not said and not argued and not hedge:
            continue
        detail: dict[str, str] = {"hedge": hedge} if hedge else {}
        if argued:
            detail["mark"] = argued
        holder = said[0] if said else None
        found.append(
            Statement(sentence.start, sentence.end, sentence.text, "claim", holder.value if holder else sentence.text,
                      holder.speaker if holder else None, None, "pattern", 0.5 if argued or said else 0.35, detail)
        )  # fmt: skip
    return found
