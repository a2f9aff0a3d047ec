"""Words in quotation marks, with who says them where the sentence tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.clauses import Actor, resolve_pronoun
from salience.reading.saying import saying_words, subject_of
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement

MARKS = re.compile(
    r"“([^“”]{2,2000}?)”|«([^«»]{2,2000}?)»|„([^„“”]{2,2000}?)[“”]|(?<![\w\"])\"([^\"]{2,2000}?)\"(?!\w)"
    r"|(?<!\w)‘([^‘’]{2,300}?(?:’\w[^‘’]*?)*)’(?!\w)|(?<!\w)'([^'\n]{2,300}?(?:'\w[^'\n]*?)*)'(?!\w)"
)


def find_quotes(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Statement]:
    """Return what stands in quotation marks, with who says it where the sentence tells."""
    found = []
    for match in MARKS.finditer(text):
        group = next(g for g in range(1, 7) if match[g] is not None)
        start, end = match.span(group)
        while start < end and text[start].isspace():
            start += 1
        while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
            end -= 1
        if not text[start:end].strip(" .,"):
            continue
        sentence = _sentence_at(sentences, match.start())
        words = len(text[start:end].split())
        speaker = _quoted_speaker(text, sentences, sentence, match, mentions)
        if speaker is None and words < 4:
            continue  # a name or a word held at arm's length is no speech
        how = "pattern" if speaker is None or speaker.how == "beside" else speaker.how
        found.append(
            Statement(start, end, text[start:end], "quote", text[start:end], speaker.text if speaker else None,
                      None, how, 0.8 if speaker else 0.4, {})
        )  # fmt: skip
    return found


def _sentence_at(sentences: Sequence[Sentence], place: int) -> int:
    low, high = 0, len(sentences) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sentences[middle].start <= place else (low, middle - 1)
    return low


def _quoted_speaker(
    text: str, sentences: Sequence[Sentence], at: int, match: re.Match[str], mentions: Sequence[Mention]
) -> Actor | None:
    """Look for a verb of saying in the rest of the sentence, then for a "Name:" before the quote."""
    if not sentences:
        return None
    sentence = sentences[at]
    colon = re.search(
        r"(?:^|\n|[.!?]\s)\s*([^\n.!?:]{2,60}):\s*$", text[max(0, match.start() - 80) : match.start()]
    )
    for i in saying_words(sentence):
        place = sentence.places[i][0]
        if match.start() <= place < match.end():
            continue
        who = subject_of(sentence, i, mentions)
        if who is not None and not match.start() <= who.start < match.end():
            return resolve_pronoun(who, sentence, mentions, sentences[max(0, at - 1)].start)
    after = _following_cue(text, sentences, at, match.end(), mentions)
    if after is not None:
        return after
    if colon:
        low = max(0, match.start() - 80) + colon.start(1)
        return Actor(colon[1].strip(), low, low + len(colon[1]))
    return None


def _following_cue(
    text: str, sentences: Sequence[Sentence], at: int, end: int, mentions: Sequence[Mention]
) -> Actor | None:
    """Find `"..." said X` where the quote's own full stop ended its sentence."""
    for sentence in sentences[at + 1 : at + 3]:
        if sentence.start < end or sentence.start > end + 3:
            continue
        cue = next((i for i in saying_words(sentence) if i < 8), None)
        if cue is not None:
            return subject_of(sentence, cue, mentions)
    return None
