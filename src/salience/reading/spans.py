"""What reading finds: pieces of a text with their exact place, and what is said of them.

A span counts code points in the text as it is kept (see `salience.record.texts`), never bytes and never the
characters of some other program's rendering. The exchange form is the position and quote selector of the W3C Web
Annotation Data Model (2017, 4.2.4 and 4.2.5).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

AROUND = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text.

    Attributes
    ----------
    start, end : int
        Code points from the beginning of the text; `end` is the first one after the piece.
    text : str
        The piece itself: `whole[start:end]`.
    """

    start: int
    end: int
    text: str

    def selectors(self, whole: str) -> list[dict[str, Any]]:
        """Return the W3C position and quote selectors of this piece of `whole`."""
        return [
            {"type": "TextPositionSelector", "start": self.start, "end": self.end},
            {
                "type": "TextQuoteSelector",
                "exact": self.text,
                "prefix": whole[max(0, self.start - AROUND) : self.start],
                "suffix": whole[self.end : self.end + AROUND],
            },
        ]


def span_of(whole: str, start: int, end: int) -> Span:
    """Return the piece of a text between two places."""
    return Span(start, end, whole[start:end])


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Mention:
    """A piece of text that speaks of somebody or of a place.

    Attributes
    ----------
    start, end, text
        Where it stands (see `Span`).
    kind : str
        "organisation", "person", "place", "population" (a group of people, such as Hazaras or women), "unnamed"
        (actors without a proper name, such as "ex-security forces"), or "other" for a name of no known kind.
    value : str
        The name it stands for; the text itself when nobody has said.
    how : str
        "alias" (a name the record knows), "pattern" (a rule), "shape" (how it is written), "spacy" or "inferred".
    confidence : float
        Between 0 and 1: how often suggestions of this making are right, roughly. Only review decides.
    notes : tuple of str
        What a person should look at: "ambiguous", "mixed scripts", ...
    """

    start: int
    end: int
    text: str
    kind: str
    value: str
    how: str = "pattern"
    confidence: float = 0.5
    notes: tuple[str, ...] = ()


def standing_between(mentions: Sequence[Mention], low: int, high: int) -> Sequence[Mention]:
    """Return the mentions that begin from `low` on and before `high`; they must be in the order of the text."""
    first = bisect_left(mentions, low, key=_start)
    return mentions[first : bisect_left(mentions, high, lo=first, key=_start)]


def _start(mention: Mention) -> int:
    return mention.start


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of text in which somebody says something.

    Attributes
    ----------
    start, end, text
        Where it stands (see `Span`).
    kind : str
        "label", "quote", "attribution", "figure", "demand" or "claim".
    value : str
        The label, what is quoted, claimed or demanded, the number as digits.
    speaker : str or None
        Who says it: the name their mention stands for, else the text's words; None for the text's own author.
    about : str or None
        Whom or what it is about.
    how, confidence
        As in `Mention`.
    detail : mapping
        What else belongs to the kind: cue, polarity, unit, low and high, hedge.
    """

    start: int
    end: int
    text: str
    kind: str
    value: str
    speaker: str | None = None
    about: str | None = None
    how: str = "pattern"
    confidence: float = 0.5
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextEvent:
    """Who did what to whom, as one sentence tells it.

    Attributes
    ----------
    start, end, text
        The sentence's piece from which it was read (see `Span`).
    kind : str
        PLOVER event type.
    value : str
        The verb as written.
    actor, target, when, where : str or None
        In the text's words; None when the sentence does not say.
    how, confidence
        As in `Mention`.
    notes : tuple of str
        "other sentence" where a part was taken from a neighbouring sentence.
    """

    start: int
    end: int
    text: str
    kind: str
    value: str
    actor: str | None = None
    target: str | None = None
    when: str | None = None
    where: str | None = None
    how: str = "pattern"
    confidence: float = 0.5
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one text.

    Attributes
    ----------
    text : str
        The kept text; every span points into it.
    sha256 : str
        Of that text.
    language : str
        BCP 47 code, or "und"; "fas-x-undetermined" is Persian or Dari, undetermined.
    mentions, statements, events, dates : tuple
        In the order of the text.
    references : tuple of Mention
        "The group" and the like, with the one organisation that each can stand for: inferred, not among the mentions.
    """

    text: str
    sha256: str
    language: str
    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()
    events: tuple[TextEvent, ...] = ()
    dates: tuple[Any, ...] = ()
    references: tuple[Mention, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)
