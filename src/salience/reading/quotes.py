"""Who says what: words in quotation marks, and verbs of saying with the one who says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from salience.reading.clauses import (
    Actor,
    actor_after,
    actor_before,
    clause_end,
    cue_at,
    cues,
    holds_cue,
    piece,
    resolve_pronoun,
)
from salience.reading.lexicon import word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement

MARKS = re.compile(
    r"“([^“”]{2,2000}?)”|«([^«»]{2,2000}?)»|„([^„“”]{2,2000}?)[“”]|(?<![\w\"])\"([^\"]{2,2000}?)\"(?!\w)"
    r"|(?<!\w)‘([^‘’]{2,300}?(?:’\w[^‘’]*?)*)’(?!\w)|(?<!\w)'([^'\n]{2,300}?(?:'\w[^'\n]*?)*)'(?!\w)"
)
DETERMINERS = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "their",
        "his",
        "her",
        "our",
        "my",
        "any",
        "no",
        "some",
        "every",
        "each",
    ]
)
AUXILIARIES = frozenset(
    ["has", "have", "had", "is", "was", "were", "are", "been", "be", "also", "later", "then", "not"]
)
NOUNS = frozenset(["report", "reports", "claim", "claims", "state", "states", "note", "notes", "call", "calls", "post", "posts", "label", "labels", "show", "shows", "find", "estimate", "estimates", "record", "records", "comment", "praise", "hope", "hopes", "fear", "fears", "blame", "promise", "promises", "pledge", "pledges", "vow", "vows", "document", "documents", "brand", "brands", "term", "terms", "quote", "quotes", "voice", "voices", "dispute", "disputes", "complain"])  # fmt: skip
PERSIAN = re.compile(r"(گفت(?:ه|ند|ه‌اند| است)?|می‌گوی(?:د|ند)|اعلام کرد(?:ند)?|تأیید کرد(?:ند)?|تایید کرد(?:ند)?|رد کرد(?:ند)?|افزود(?:ند)?"
                     r"|هشدار داد(?:ند)?|تأکید کرد(?:ند)?|تاکید کرد(?:ند)?|گزارش داد(?:ند|ه)?|خبر داد(?:ند)?|نوشت(?:ند)?|به نقل از|به گفتهٔ|به گفته|بر اساس گزارش"
                     r"|وویل|ویلي|وایي)(?=\W|$)")  # fmt: skip


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
    for i in _cue_words(sentence):
        place = sentence.places[i][0]
        if match.start() <= place < match.end():
            continue
        who = _speaker(sentence, i, mentions)
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
        cue = next((i for i in _cue_words(sentence) if i < 8), None)
        if cue is not None:
            return _speaker(sentence, cue, mentions)
    return None


def _cue_words(sentence: Sentence) -> Iterator[int]:
    for i in range(len(sentence.places)):
        if cue_at(sentence, i, "saying") is not None and not _is_noun(sentence, i):
            yield i


def find_attributions(
    sentences: Sequence[Sentence], mentions: Sequence[Mention], quoted: Sequence[Statement]
) -> list[Statement]:
    """Return each cue that shows somebody saying, with who says it and what.

    The span is the cue's; `value` is what is said, as far as its clause goes.
    """
    found: list[Statement] = []
    strict = {entry[0] for entry in cues("weak")}
    for number, sentence in enumerate(sentences):
        previous = sentences[max(0, number - 1)].start
        near = [m for m in mentions if previous <= m.start < sentence.end]
        found += _persian(sentence, near)
        i = 0
        while i < len(sentence.places):
            after = cue_at(sentence, i, "phrases")
            if after is not None:
                found.append(_phrase(sentence, i, after, near))
                i = after
                continue
            if cue_at(sentence, i, "saying") is None or _in_quote(sentence.places[i][0], quoted):
                i += 1
                continue
            weak = sentence.folded[i] in strict
            if _is_noun(sentence, i) or (weak and not _says_something(sentence, i, quoted)):
                i += 1
                continue
            who = resolve_pronoun(_speaker(sentence, i, near), sentence, near, previous)
            if who is not None or not weak:
                found.append(_statement(sentence, i, i + 1, who))
            i += 1
    return found


def _in_quote(place: int, quoted: Sequence[Statement]) -> bool:
    return any(q.start <= place < q.end for q in quoted)


def _is_noun(sentence: Sentence, i: int) -> bool:
    """Return whether a word that is both noun and verb stands as a noun here."""
    word = sentence.folded[i]
    before = sentence.folded[i - 1] if i else ""
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    if before in DETERMINERS or (before in ("of", "to", "s") and word in NOUNS and before != "to"):
        return word in NOUNS or word.endswith("ing") or before in DETERMINERS - {"that", "this", "his", "her"}
    if word in NOUNS:
        if following in ("of", "about", "from", "by", "on", "in") or i == 0:
            return True
        return before in (
            "un",
            "media",
            "news",
            "these",
            "of",
            "such",
            "other",
            "several",
            "new",
            "recent",
            "latest",
        )
    # "killed in the said attack", "a called meeting", "reported cases": a participle before a noun.
    return False


def _says_something(sentence: Sentence, i: int, quoted: Sequence[Statement]) -> bool:
    """Return whether a quote, "that" or a comma stands by a verb that often says nothing."""
    following = sentence.folded[i + 1 : i + 3]
    if "that" in following or (i and sentence.folded[i - 1] == "as"):
        return True
    if any(sentence.start <= q.start < sentence.end for q in quoted):
        return True
    before, gap = sentence.between(i), sentence.between(i + 1)
    if any(mark in before for mark in ',"”’') or any(mark in gap for mark in ',:"“'):
        return True
    aux = sentence.folded[i - 1] in AUXILIARIES if i else False
    numbered = any(word.isdigit() for word in sentence.folded[i + 1 : i + 4])
    responsible = "responsibility" in sentence.folded[i + 1 : i + 3]
    return numbered or responsible or (aux and following[:1] in (["the"], ["a"], ["an"]))


def _speaker(sentence: Sentence, i: int, mentions: Sequence[Mention]) -> Actor | None:
    """Return who says: before the verb, or after it where a comma or a quote precedes ("..., said X")."""
    gap = sentence.between(i)
    inverted = i == 0 or (any(mark in gap for mark in ',"”’»') and not _subject_close(sentence, i))
    if inverted:
        after = actor_after(sentence, i + 1, mentions, 3) or _noun_after(sentence, i + 1)
        if after is not None:
            return after
    following = sentence.folded[i + 1] if i + 1 < len(sentence.folded) else ""
    passive = i and sentence.folded[i - 1] in ("was", "were", "is", "are", "been", "being")
    if passive and "by" in sentence.folded[i + 1 : i + 6]:
        by = sentence.folded.index("by", i + 1)
        return actor_after(sentence, by + 1, mentions, 5)
    if following == "by":
        return actor_after(sentence, i + 2, mentions, 5)
    return actor_before(sentence, i, mentions)


def _subject_close(sentence: Sentence, i: int) -> bool:
    return bool(i) and sentence.folded[i - 1] in ("he", "she", "they", "it", "i", "we", "who", "which")


def _noun_after(sentence: Sentence, i: int) -> Actor | None:
    """Return the noun phrase that follows "said": up to a comma, a stop or a function word."""
    if i >= len(sentence.places):
        return None
    end = clause_end(sentence, i, 8)
    after = i
    while after < end and (sentence.folded[after] not in word_list("function") or after == i
                           or sentence.folded[after] in ("of", "the", "for", "a", "an")):  # fmt: skip
        after += 1
    while after > i and sentence.folded[after - 1] in ("of", "the", "for", "a", "an"):
        after -= 1
    first = i + 1 if sentence.folded[i] in ("the", "a", "an") else i
    if after <= first or sentence.folded[first] in word_list("function"):
        return None
    low, high = piece(sentence, first, after)
    return Actor(sentence.text[low - sentence.start : high - sentence.start], low, high)


def _phrase(sentence: Sentence, i: int, after: int, mentions: Sequence[Mention]) -> Statement:
    """Read "according to X", "based on reports ... by X", "reportedly"."""
    who = None
    if sentence.folded[after - 1] in ("to", "of", "by", "reports"):
        who = actor_after(sentence, after, mentions, 4) or _noun_after(sentence, after)
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


def _persian(sentence: Sentence, mentions: Sequence[Mention]) -> Iterator[Statement]:
    """Read verbs of saying in Persian, Dari and Pashto; the speaker only where the record knows the name."""
    for match in PERSIAN.finditer(sentence.text):
        low, high = sentence.start + match.start(), sentence.start + match.end()
        before = [m for m in mentions if sentence.start <= m.start and m.end <= low and m.kind != "place"]
        who = before[0].text if before else None
        yield Statement(low, high, match[0], "attribution", sentence.text[match.end() :].strip(" ،.:«»"),
                        who, None, "pattern", 0.6 if who else 0.4, {"cue": match[0]})  # fmt: skip
