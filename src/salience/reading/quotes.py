"""Words in quotation marks, with who says them where the sentence tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salience.reading.clauses import Actor, actor_after, cue_at, resolve_pronoun
from salience.reading.lexicon import word_list
from salience.reading.saying import saying_words, subject_of
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

MARKS = re.compile(
    r"“([^“”]{2,2000}?)”|«([^«»]{2,2000}?)»|„([^„“”]{2,2000}?)[“”]|(?<![\w\"])\"([^\"]{2,2000}?)\"(?!\w)"
    r"|(?<!\w)‘([^‘’]{2,300}?(?:’\w[^‘’]*?)*)’(?!\w)|(?<!\w)'([^'\n]{2,300}?(?:'\w[^'\n]*?)*)'(?!\w)"
)
COLON = re.compile(r"(?:^|\n|[.!?…]\s|[^\w\s,;:]\s)\s*([^\n.!?:“”\"]{2,60}):\s*$")
NICKNAME = re.compile(r"\\b(?:alias|nicknamed|aka|a\\.k\\.a\\.)\\W*$", re.IGNORECASE)


def find_quotes(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Statement]:
    """Return what stands in quotation marks, also within another quote, with who says it where the sentence tells."""
    found: list[Statement] = []
    for match in MARKS.finditer(text):
        outer = _quote(text, sentences, mentions, match, None)
        if outer is None:
            continue
        found.append(outer)
        inner = (
            _quote(text, sentences, mentions, m, outer) for m in MARKS.finditer(text, outer.start, outer.end)
        )
        found += [quote for quote in inner if quote is not None]
    return found


def _quote(
    text: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    match: re.Match[str],
    outer: Statement | None,
) -> Statement | None:
    group = next(g for g in range(1, 7) if match[g] is not None)
    start, end = match.span(group)
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
        end -= 1
    said = text[start:end]
    if not said.strip(" .,") or NICKNAME.search(text[max(0, start - 12) : start]):
        return None
    at = _sentence_at(sentences, match.start())
    last = sentences[min(at + 2, len(sentences) - 1)].end if sentences else 0
    near = standing_between(mentions, sentences[max(0, at - 1)].start if sentences else 0, last)
    speaker = _quoted_speaker(text, sentences, at, match, near, outer)
    if _is_title(said) and (speaker is None or len(said.split()) > 1):
        return None  # a name in quotation marks is no speech
    how = "pattern" if speaker is None or speaker.how == "beside" else speaker.how
    sure = 0.8 if speaker else 0.4 if len(said.split()) > 3 else 0.3
    return Statement(start, end, said, "quote", said, speaker.text if speaker else None, None, how, sure, {})


def _is_title(said: str) -> bool:
    """Return whether words in quotation marks are a title or a name: capitals throughout, and no full stop."""
    words = [word for word in re.findall(r"\w[\w'’-]*", said) if word.lower() not in word_list("function")]
    return bool(words) and all(word[0].isupper() for word in words) and said[-1] not in ".!?…"


def _sentence_at(sentences: Sequence[Sentence], place: int) -> int:
    low, high = 0, len(sentences) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sentences[middle].start <= place else (low, middle - 1)
    return low


def _quoted_speaker(
    text: str,
    sentences: Sequence[Sentence],
    at: int,
    match: re.Match[str],
    mentions: Sequence[Mention],
    outer: Statement | None,
) -> Actor | None:
    """Look for a verb of saying in the rest of the sentence, then for a "Name:" before the quote."""
    if not sentences:
        return None
    sentence = sentences[at]
    low = max(0, match.start() - 80)
    colon = None if outer else COLON.search(text[low : match.start()])
    if colon:
        start = low + colon.start(1)
        named = [
            m for m in mentions if start <= m.start and m.end <= low + colon.end(1) and m.kind != "place"
        ]
        if not named or named[-1].end == low + colon.end(1):
            name = named[-1].text if named else colon[1].strip()
            return Actor(name, named[-1].start if named else start, low + colon.end(1))
    known = _known_as(sentence, match, mentions)
    if known is not None:
        return known
    for i in _nearest_cues(sentence, match, outer):
        who = subject_of(sentence, i, mentions)
        if who is not None and not match.start() <= who.start < match.end():
            return resolve_pronoun(who, sentence, mentions, sentences[max(0, at - 1)].start)
    return None if outer is not None else _following_cue(text, sentences, at, match.end(), mentions)


def _known_as(sentence: Sentence, match: re.Match[str], mentions: Sequence[Mention]) -> Actor | None:
    """Return who uses a name in `known to its critics as "the looters"`."""
    for i in range(len(sentence.places)):
        after = cue_at(sentence, i, "known_as")
        if (
            after is not None
            and after < len(sentence.places)
            and 0 <= match.start() - sentence.places[i][0] < 50
        ):
            return actor_after(sentence, after, mentions, 4)
    return None


def _nearest_cues(sentence: Sentence, match: re.Match[str], outer: Statement | None) -> list[int]:
    """Return the verbs of saying outside a quote, the nearest first; before it sooner than behind it."""
    placed = []
    for i in saying_words(sentence):
        place = sentence.places[i][0]
        if match.start() <= place < match.end() or (outer and not outer.start <= place < match.start()):
            continue
        behind = place >= match.end()
        placed.append((place - match.end() if behind else match.start() - place, i))
    return [i for _, i in sorted(placed)]


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
