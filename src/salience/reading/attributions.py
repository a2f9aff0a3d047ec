"""Who says what: every verb or phrase of saying, naming, blaming and denying, with who says it and what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from salience.reading.clauses import (
    Actor,
    actor_after,
    actor_before,
    cue_at,
    holds_cue,
    openings,
    piece,
    resolve_pronoun,
)
from salience.reading.persian import persian_attributions
from salience.reading.saying import is_noun, noun_after, says_something, subject_of, words_of
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

COLON = re.compile(
    r"(?:^|\n|(?<=[.!?)…]\s)|(?<=[^\w\s]\s))(?=[A-Z@])([^\n.!?:\"“”«»;]{2,50})(:)\s*[\"“«]", re.MULTILINE
)
JOINED = re.compile(
    r"\s*(?:,\s*)?(?:(?:and|or|nor|did|does|do|has|have|had|not|neither|yet)\s+)+", re.IGNORECASE
)


def find_attributions(
    text: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    quoted: Sequence[Statement],
    labels: Sequence[Statement] = (),
) -> list[Statement]:
    """Return each cue that shows somebody saying, with who says it and what.

    The span is the cue's; `value` is what is said, as far as its clause goes.
    """
    found: list[Statement] = []
    for number, sentence in enumerate(sentences):
        previous = sentences[max(0, number - 1)].start
        near = standing_between(mentions, previous, sentence.end)
        found += persian_attributions(sentence, near)
        found += _in_sentence(text, sentence, near, previous, quoted, labels)
    found += _colons(text, mentions)
    return sorted(found, key=lambda s: s.start)


def _in_sentence(
    text: str,
    sentence: Sentence,
    near: Sequence[Mention],
    previous: int,
    quoted: Sequence[Statement],
    labels: Sequence[Statement],
) -> list[Statement]:
    found: list[Statement] = []
    asides: list[Statement] = []
    past = 0
    begin = openings("phrases", "saying", "rejecting")
    for i, word in enumerate(sentence.folded):
        if i < past or word not in begin:
            continue
        after = cue_at(sentence, i, "phrases")
        if after is not None:
            aside = cue_at(sentence, i, "asides") is not None
            (asides if aside else found).append(_phrase(sentence, i, after, near))
            past = after
            continue
        told = _told(sentence, i, near, previous, quoted, labels)
        if told is not None:
            found.append(told)
    # "In a statement, X said": one saying, not two.
    return _joined(text, found or asides)


def _told(
    sentence: Sentence,
    i: int,
    near: Sequence[Mention],
    previous: int,
    quoted: Sequence[Statement],
    labels: Sequence[Statement],
) -> Statement | None:
    """Read one word as a cue of saying; None where it is none."""
    denial = rejects_a_claim(sentence, i)
    if not denial and (cue_at(sentence, i, "saying") is None or is_noun(sentence, i) or _wants(sentence, i)):
        return None
    weak = sentence.folded[i] in words_of("weak") and not denial
    within = [q for q in quoted if q.start <= sentence.places[i][0] < q.end]
    if within and (weak or denial) and not _names(sentence, i, labels, quoted, within):
        return None
    if weak and not within and not says_something(sentence, i, quoted, labels):
        return None
    who = resolve_pronoun(subject_of(sentence, i, near), sentence, near, previous)
    if who is None and weak:
        return None
    if within and (who is None or who.start < within[0].start):
        return None
    return _statement(sentence, i, i + 1, who)


def _names(
    sentence: Sentence,
    i: int,
    labels: Sequence[Statement],
    quoted: Sequence[Statement],
    within: Sequence[Statement],
) -> bool:
    """Return whether a cue inside a quote calls somebody something: `"They call us 'butchers'"`."""
    end = sentence.places[i][1]
    return cue_at(sentence, i, "naming") is not None and any(
        end <= s.start < end + 40 and s.end <= within[0].end for s in (*labels, *quoted)
    )


def _wants(sentence: Sentence, i: int) -> bool:
    """Return whether a word of saying opens a demand: "called on", "insists that", "warns against"."""
    return any(cue_at(sentence, i, name) is not None for name in ("demand_for", "demand_against"))


def rejects_a_claim(sentence: Sentence, i: int) -> bool:
    """Return whether a verb rejects what was said, not what was wanted: "rejected claims of torture"."""
    if sentence.folded[i] not in words_of("rejecting"):
        return False
    claims = words_of("things_said")
    if claims & set(sentence.folded[i + 1 : i + 5]):
        return True
    # "a charge the Emirate rejects."
    ends = i + 1 == len(sentence.places) or any(mark in sentence.between(i + 1) for mark in ".,;")
    return ends and bool(claims & set(sentence.folded[max(0, i - 6) : i]))


def _joined(text: str, found: Sequence[Statement]) -> list[Statement]:
    """Make one of "neither confirmed nor denied" and of "did not confirm and did not deny"."""
    kept: list[Statement] = []
    for statement in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and JOINED.fullmatch(text[last.end : statement.start])
            and last.speaker == statement.speaker
        ):
            whole = text[last.start : statement.end]
            kept[-1] = replace(
                statement, start=last.start, text=whole, detail={**statement.detail, "cue": whole}
            )
        else:
            kept.append(statement)
    return kept


def _colons(text: str, mentions: Sequence[Mention]) -> list[Statement]:
    """Read `Hill Front: "not us"`: a colon is the cue where a name and a quote stand around it and no verb."""
    found = []
    for match in COLON.finditer(text):
        inside = [
            m for m in mentions if match.start(1) <= m.start and m.end <= match.end(1) and m.kind != "place"
        ]
        if inside and inside[-1].end == match.end(1):
            low = match.start(2)
            found.append(
                Statement(
                    low, low + 1, ":", "attribution", "", inside[-1].text, None, "pattern", 0.7, {"cue": ":"}
                )
            )
    return found


def _phrase(sentence: Sentence, i: int, after: int, mentions: Sequence[Mention]) -> Statement:
    """Read "according to X", "based on reports ... by X", "reportedly"."""
    who = None
    if sentence.folded[after - 1] in ("to", "by", "reports") or sentence.folded[i] == "in":
        who = actor_after(sentence, after, mentions, 4) or noun_after(sentence, after)
    elif sentence.folded[after - 1] not in ("reportedly", "allegedly"):
        who = actor_before(sentence, i, mentions)
    return _statement(sentence, i, after, who)


def _statement(sentence: Sentence, i: int, after: int, who: Actor | None) -> Statement:
    low, high = piece(sentence, i, after)
    said = _content(sentence, i, after)
    cue = sentence.text[low - sentence.start : high - sentence.start]
    detail = {"cue": cue}
    hedge = holds_cue(sentence.text, "hedges")
    if hedge:
        detail["hedge"] = hedge
    negated = bool(i) and bool({"not", "never", "n't", "t"} & set(sentence.folded[max(0, i - 3) : i]))
    if negated:
        detail["negated"] = "yes"
    how = who.how if who is not None and who.how != "beside" else "pattern"
    return Statement(low, high, cue, "attribution", said, who.text if who else None, None, how,
                     0.75 if who else 0.5, detail)  # fmt: skip


def _content(sentence: Sentence, i: int, after: int) -> str:
    """Return what is said: what follows the cue, or what precedes it where nothing does."""
    if after >= len(sentence.places):
        return sentence.text[: sentence.places[i][0] - sentence.start].strip(' ,"“”')
    rest = sentence.text[sentence.places[after][0] - sentence.start :]
    if len(rest.split()) < 4 and i > 4:
        return sentence.text[: sentence.places[i][0] - sentence.start].strip(' ,"“”')
    return re.sub(r"^that\s+", "", rest).strip(" .,")
