"""Drafts of claims from a text: one stub a sentence that asserts something, for a person to finish."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from salience.reading.reader import read
from salience.reading.sentences import Sentence, split_sentences
from salience.reading.spans import Statement

# Kinds of statements whose sentences assert what could be tested.
# A label is no claim: it is how a source names an actor, and the narrative question counts it as such.
ASSERTING = frozenset({"claim", "demand", "figure", "attribution"})
LONGEST_ID = 32
# A part of fewer words says too little to be tested by itself.
SHORTEST_PART = 4


@dataclass(frozen=True, slots=True)
class DraftPart:
    """One part of a draft: what it says, how it hangs on the part before, and which question it may be about.

    Attributes
    ----------
    text : str
        The part's words.
    joins : str
        "", and, because or only.
    question : str
        A guess; empty where no word spoke for one.
    words : tuple of str
        The words that made the guess.
    other : str
        Another question for which nearly as many words speak.
    other_words : tuple of str
        Those words.
    """

    text: str
    joins: str
    question: str
    words: tuple[str, ...]
    other: str = ""
    other_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence that asserts something, not judged and not finished.

    Attributes
    ----------
    id, text, who : str
        A short name, the sentence, and who says it (empty: the text's author).
    start, end : int
        Where it stands, in code points of the text.
    normative : bool
        Whether it says what should be.
    parts : tuple of DraftPart
        One at least.
    """

    id: str
    text: str
    who: str
    start: int
    end: int
    normative: bool
    parts: tuple[DraftPart, ...]


def draft_claims(text: str) -> tuple[Draft, ...]:
    """Return a draft for each sentence that asserts something.

    Those in which reading finds a claim, a demand, a figure or what somebody is said to have said; and those with a
    strong word, such as never, all, far more or can ensure.

    Parameters
    ----------
    text : str
        In its canonical form, for spans count its code points.

    Returns
    -------
    tuple of Draft
        In the order of the text. A draft holds no threshold and no verdict: a person finishes it.
    """
    found = read(text)
    statements = [s for s in found.statements if s.kind in ASSERTING]
    known = {words.casefold() for mention in found.mentions for words in (mention.value, mention.text)}
    drafts, used = [], Counter[str]()
    for sentence in split_sentences(text):
        inside = [s for s in statements if sentence.start <= s.start < sentence.end]
        plain = " ".join(sentence.text.split())
        if not inside and _first(_words()["strong"], plain) is None:
            continue
        name = _name(plain)
        used[name] += 1
        drafts.append(
            Draft(
                name if used[name] == 1 else f"{name}-{used[name]}",
                plain,
                _speaker(inside, known),
                sentence.start,
                sentence.end,
                _first(_words()["should"], plain) is not None,
                tuple(_parts(sentence, plain)),
            )
        )
    return tuple(drafts)


def drafts_to_toml(drafts: Sequence[Draft], report: str, who: str = "") -> str:
    """Return drafts as a `claims.toml` to finish.

    Parameters
    ----------
    drafts : sequence of Draft
    report : str
        The text's file.
    who : str
        Its author, where the text names nobody else.
    """
    lines = [
        "# A draft: sentences of one text that assert something. Nothing is judged yet.",
        "# Keep what is worth testing, put it in your own short words, and for each part fill in the question, the",
        "# quantity (an estimate's name in its answer), is, and the threshold. What is not filled in stays unfinished.",
        "",
        "[thresholds]",
        "supported = 0.95",
        "contradicted = 0.05",
    ]
    for draft in drafts:
        lines += ["", *_claim_lines(draft, report, who)]
    return "\n".join(lines) + "\n"


def _claim_lines(draft: Draft, report: str, who: str) -> list[str]:
    lines = [
        "[[claim]]",
        f"id = {_quote(draft.id)}",
        f"text = {_quote(draft.text)}",
        f"who = {_quote(draft.who or who)}",
        f"report = {_quote(report)}",
        f"span = [{draft.start}, {draft.end}]",
        *(
            ['kind = "normative"  # it says what should be; its parts are what it takes for facts']
            if draft.normative
            else []
        ),
        'against = ""  # what would count against it?',
    ]
    for part in draft.parts:
        lines += ["  [[claim.part]]"]
        if len(draft.parts) > 1 or part.joins:
            lines += [f"  text = {_quote(part.text)}"]
        if part.joins:
            lines += [f'  joins = "{part.joins}"']
        if part.question:
            lines += [_guess_line("", part.question, part.words)]
        if part.other:
            lines += [_guess_line("or ", part.other, part.other_words)]
        lines += ['  # quantity = ""', '  # is = "above"', "  # threshold ="]
        if part.joins == "only":
            lines += ["  # [claim.part.complement]  the same of everybody else: quantity, is, threshold"]
    return lines


def _guess_line(begin: str, question: str, words: Sequence[str]) -> str:
    return f'  # {begin}question = "{question}"  (a guess, from: {", ".join(words)})'


def _parts(sentence: Sentence, plain: str) -> Iterator[DraftPart]:
    """Give the parts of a sentence: what stands before and after "because", and clauses joined by "and"."""
    cause = _first(_words()["because"], plain)
    pieces = [("", plain)]
    if cause is not None and cause.start() > 0:
        pieces = [("", plain[: cause.start()]), ("because", plain[cause.end() :])]
    for joins, piece in pieces:
        for k, clause in enumerate(_clauses(piece)):
            alone = _first(_words()["only"], clause)
            yield DraftPart(
                clause.strip(" ,;."),
                joins if k == 0 and joins else "only" if alone else "and" if k else "",
                *_guess(clause, plain),
            )


def _clauses(text: str) -> list[str]:
    """Cut where ", and" or ";" joins two pieces that are both long enough to say something."""
    pieces = re.split(r";\s+|,\s+and\s+(?=\w+\s+\w+\s+\w+)", text)
    return pieces if all(len(piece.split()) >= SHORTEST_PART + 2 for piece in pieces) else [text]


def _guess(clause: str, sentence: str) -> tuple[str, tuple[str, ...], str, tuple[str, ...]]:
    """Return the questions for which most words of a clause speak, or of its sentence where none does: the best two."""
    for text in (clause, sentence):
        found = {
            question: tuple(word for word in words if _first((word,), text))
            for question, words in _questions().items()
        }
        best, second = sorted(found, key=lambda question: -len(found[question]))[:2]
        if found[best]:
            close = len(found[second]) >= max(1, len(found[best]) - 1)
            return (best, found[best], second, found[second]) if close else (best, found[best], "", ())
    return "", (), "", ()


def _speaker(statements: Sequence[Statement], known: set[str]) -> str:
    """Return who says it by the text: the speaker of a claim, else of what is attributed; the author is nobody here."""
    told = sorted(statements, key=lambda s: s.kind != "claim")
    speakers = (s.speaker for s in told if s.kind in ("claim", "attribution") and s.speaker)
    return next((name for name in speakers if name.casefold() in known), "")


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if len(word) > 3] or ["claim"]
    name = str(words[0])
    for word in words[1:]:
        if len(name) + 1 + len(word) > LONGEST_ID:
            break
        name += f"-{word}"
    return name[:LONGEST_ID]


def _first(words: Sequence[str], text: str) -> re.Match[str] | None:
    matches = [m for word in words if (m := re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE))]
    return min(matches, key=lambda m: m.start()) if matches else None


def _quote(text: str) -> str:
    quoted: str = json.dumps(text, ensure_ascii=False)
    return quoted.replace("\x7f", "\\u007F")


def _questions() -> dict[str, list[str]]:
    told: dict[str, list[str]] = _words()["questions"]
    return told


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("salience.claims").joinpath("draft.toml").read_text(encoding="utf-8"))
