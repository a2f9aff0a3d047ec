"""A text read by a model: it hands in quotes, and the gate lets through what the text says.

A model forced into a schema fills it, if need be with sentences that no text holds. So nothing of a reply is taken on
trust: every quote is placed in the text, every speaker, subject, label and number must stand there too, and what
cannot be placed is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from salience.reading.events import ORDER
from salience.reading.figures import find_figures
from salience.reading.fold import fold_text
from salience.reading.grounding import NUMBER, place
from salience.reading.model.endpoint import Endpoint, Reply
from salience.reading.model.reply import Marked, MarkedMention, MarkedStatement, read_reply, write_request
from salience.reading.sentences import split_sentences
from salience.reading.spans import Mention, Span, Statement

# How often a model is right is not known until people have reviewed what it suggests (see `model_keeping`).
UNMEASURED = 0.5
TOO_MANY = 50


@dataclass(frozen=True, slots=True)
class Refused:
    """Something a model said of a text that the text does not bear out, or that has not the form asked for.

    Attributes
    ----------
    request : str
        SHA-256 of the request, under which the whole reply is kept.
    layer : str
        "mention", "statement", or "reply" for a reply of which nothing could be used.
    kind : str
        The kind the model gave; "reply" for a whole reply.
    quote : str
        What it handed in.
    reason : str
        Why it is not taken.
    """

    request: str
    layer: str
    kind: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelReading:
    """What a model suggests for a text, and what the gate refused."""

    mentions: tuple[Mention, ...]
    statements: tuple[Statement, ...]
    refused: tuple[Refused, ...]
    pieces: int

    def of_form(self) -> bool:
        """Return whether every reply had the form asked for, if not every item in it."""
        return not any(item.layer == "reply" for item in self.refused)


def read_with_model(text: str, endpoint: Endpoint, order: int = 0) -> ModelReading:
    """Have a model read a text.

    Parameters
    ----------
    text : str
        As kept; spans count its code points.
    endpoint : Endpoint
        Whom to ask; replies kept before are not asked for again.
    order : int
        See `write_request`.

    Returns
    -------
    ModelReading
        Mentions and statements with how="model", in the order of the text.

    Raises
    ------
    EndpointError
        The endpoint does not answer or refuses.
    """
    mentions: dict[tuple[int, int], Mention] = {}
    statements: dict[tuple[int, int, str], Statement] = {}
    refused: list[Refused] = []
    pieces = cut_pieces(text, endpoint.settings.characters)
    for start, end in pieces:
        piece = text[start:end]
        reply = endpoint.ask(*write_request(piece, order))
        marked, unfit = read_reply(reply.content, reply.cut)
        refused += [Refused(reply.request, u.layer, u.kind, u.quote, u.reason) for u in unfit]
        for mark in marked:
            for found in _through_gate(mark, piece, reply, endpoint.settings.model):
                if isinstance(found, Refused):
                    refused.append(found)
                    continue
                moved = replace(found, start=found.start + start, end=found.end + start)
                if isinstance(moved, Mention):
                    mentions.setdefault((moved.start, moved.end), moved)
                else:
                    statements.setdefault((moved.start, moved.end, moved.kind), moved)
    return ModelReading(
        tuple(mentions[key] for key in sorted(mentions)),
        tuple(statements[key] for key in sorted(statements)),
        tuple(dict.fromkeys(refused)),
        len(pieces),
    )


def cut_pieces(text: str, longest: int) -> list[tuple[int, int]]:
    """Return where to cut a text into pieces of whole sentences, none much longer than asked; blank text has none."""
    pieces: list[tuple[int, int]] = []
    for sentence in split_sentences(text):
        for low in range(sentence.start, sentence.end, longest):
            high = min(sentence.end, low + longest)
            if pieces and high - pieces[-1][0] <= longest:
                pieces[-1] = (pieces[-1][0], high)
            else:
                pieces.append((low, high))
    return pieces


def _through_gate(
    mark: Marked, piece: str, reply: Reply, model: str
) -> Iterator[Mention | Statement | Refused]:
    if isinstance(mark, MarkedMention):
        yield from _mentions(mark, piece, reply)
    else:
        yield from _statements(mark, piece, reply, model)


def _mentions(mark: MarkedMention, piece: str, reply: Reply) -> Iterator[Mention | Refused]:
    placed = place(mark.quote, piece)
    if not placed.spans or len(placed.spans) > TOO_MANY:
        why = placed.reason or f"it stands in the text {len(placed.spans)} times; a name does not"
        yield Refused(reply.request, "mention", mark.kind, mark.quote, why)
        return
    for span in placed.spans:
        yield Mention(span.start, span.end, span.text, mark.kind, span.text, "model", UNMEASURED)


def _statements(mark: MarkedStatement, piece: str, reply: Reply, model: str) -> Iterator[Statement | Refused]:
    placed = place(mark.quote, piece, said=True)
    reason = placed.reason
    if not reason and len(placed.spans) > TOO_MANY:
        reason = f"it stands in the text {len(placed.spans)} times; a statement does not"
    speaker, about, value = (_blank_to_none(part) for part in (mark.speaker, mark.about, mark.value))
    for name, part in (("speaker", speaker), ("about", about)):
        if not reason and part is not None:
            there = place(part, piece)
            reason = f"{name} '{part[:80]}': {there.reason}" if there.reason else ""
    if not reason:
        value, reason = _checked_value(mark.kind, value, placed.spans[0])
    if reason:
        yield Refused(reply.request, "statement", mark.kind, mark.quote, reason)
        return
    detail: dict[str, object] = {"model": model, "request": reply.request[:12], "placed": placed.how}
    if len(placed.spans) > 1:
        detail["occurrences"] = len(placed.spans)
    if mark.kind == "event":
        detail |= {k: v for k, v in (("actor", speaker), ("target", about)) if v}
        speaker = None
    for span in placed.spans:
        yield Statement(
            span.start,
            span.end,
            span.text,
            mark.kind,
            value or span.text,
            speaker,
            about,
            "model",
            UNMEASURED,
            detail,
        )


def _checked_value(kind: str, value: str | None, span: Span) -> tuple[str | None, str]:
    """Return the value to keep, or why the statement is refused: the quote itself must say the value."""
    if kind == "event":
        type_ = (value or "").strip().upper()
        return (type_, "") if type_ in ORDER else (None, f"'{(value or '')[:40]}' is no type of event")
    if kind == "figure":
        return _checked_number(value, span)
    if value is None:
        return None, ""
    inside = place(value, span.text, said=kind != "quote")
    if inside.spans:
        return inside.spans[0].text, ""
    return None, f"value '{value[:80]}' is not what the quote says: {inside.reason}"


def _checked_number(value: str | None, span: Span) -> tuple[str | None, str]:
    """Return the number that a quote holds, as digits where it is one; refuse a value that is another number."""
    sentences = split_sentences(span.text)
    numbers = {figure.value: figure for figure in find_figures(span.text, sentences, (), [])}
    digits = set(NUMBER.findall(fold_text(span.text)))
    if not numbers and not digits:
        return None, "the quote holds no number"
    if value is None:
        return (next(iter(numbers), None) or min(digits, key=fold_text(span.text).index)), ""
    said = fold_text(value)
    claimed = NUMBER.findall(said)
    if claimed:
        plain = {n.replace(",", "") for n in digits | set(numbers)}
        wrong = [n for n in claimed if n.replace(",", "") not in plain]
        if wrong:
            return None, f"the quote holds no number {wrong[0]}"
        return claimed[0].replace(",", "") if len(claimed) == 1 else value, ""
    if place(value, span.text).spans:
        own = [figure.value for figure in numbers.values() if fold_text(value) in fold_text(figure.text)]
        return (own[0] if own else value), ""
    return None, f"value '{value[:80]}' is not what the quote says"


def _blank_to_none(part: str | None) -> str | None:
    """Return None for what models write when they mean nothing."""
    if part is None or fold_text(part).strip(" .\"'") in (
        "",
        "null",
        "none",
        "n/a",
        "unknown",
        "author",
        "the author",
    ):
        return None
    return part


def summarise(refused: Sequence[Refused]) -> dict[str, int]:
    """Return how many were refused for each kind of reason, the most frequent first."""
    counted: dict[str, int] = {}
    for item in refused:
        reason = item.reason
        short = next((name for beginning, name in REASONS if beginning in reason), "not in the text")
        counted[short] = counted.get(short, 0) + 1
    return dict(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))


REASONS = (
    ("not JSON", "prose instead of JSON"),
    ("ignores the schema", "not of the form asked for"),
    ("breaks off", "a reply cut short"),
    ("reply is empty", "an empty reply"),
    ("holds no number", "another number, or none"),
    ("no type of event", "no type of event"),
    ("turns it round", "a negation left out"),
    ("what follows is not there", "an invented tail"),
    ("speaker '", "a speaker not in the text"),
    ("about '", "a subject not in the text"),
    ("value '", "a value that the quote does not say"),
    ("part of a longer", "part of a longer word or number"),
)
