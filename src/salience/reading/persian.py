"""Persian, Dari and Pashto: cues of saying and wanting, labels and roles, as `persian.toml` lists them.

No grammar: who speaks is the first actor of the clause, for the verb stands last. Names in these scripts are found by
the record's aliases alone, for there are no capitals to tell them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from salience.reading.sentences import Sentence
from salience.reading.spans import Mention, Statement, standing_between

LETTER = re.compile(r"[\u0600-\u06ff]")
SAME = {
    "ی": "[یيى]",
    "ي": "[یيى]",
    "ک": "[کكګ]",
    "ك": "[کك]",
    "\u200c": "[\u200c ]?",
    " ": r"[ \u200c]",
    "أ": "[أا]",
}
CLAUSE = re.compile(r"[،؛.!؟:؛]|\sو\s|\sکه\s|\sچې\s")
NAMED = re.compile(r"[«\"“]([^«»\"“”]{2,60})[»\"”]\s*")
OBJECT_MARK = re.compile(r"\s+(?:را|ته)$")


def persian_mentions(text: str, sentences: Sequence[Sentence]) -> Iterator[Mention]:
    """Give actors without a proper name."""
    for sentence in sentences:
        if not LETTER.search(sentence.text):
            continue
        for match in _role().finditer(sentence.text):
            if match["head"] in entries("vague") and match.end() == match.end("head"):
                continue
            yield _mention(text, sentence, match)
        for match in _role_last().finditer(sentence.text):
            yield _mention(text, sentence, match)


def persian_attributions(sentence: Sentence, mentions: Sequence[Mention]) -> Iterator[Statement]:
    """Give verbs of saying; the span is the cue's."""
    if not LETTER.search(sentence.text):
        return
    for match in _pattern("saying").finditer(sentence.text):
        low, high = sentence.start + match.start(), sentence.start + match.end()
        who = _speaker(sentence, match.start(), match.end(), mentions)
        said = sentence.text[match.end() :].strip(" ،.:«»")
        yield Statement(low, high, match[0], "attribution", said, who, None, "pattern", 0.6 if who else 0.4,
                        {"cue": match[0]})  # fmt: skip


def persian_demands(sentence: Sentence, mentions: Sequence[Mention]) -> Iterator[Statement]:
    """Give what is wanted or refused; the span is the cue with its object."""
    if not LETTER.search(sentence.text):
        return
    for name, polarity in (("demand_for", "for"), ("demand_against", "against")):
        for match in _pattern(name).finditer(sentence.text):
            low, high, wanted = _object(sentence.text, match)
            who = _speaker(sentence, match.start(), match.end(), mentions)
            start, end = sentence.start + low, sentence.start + high
            detail = {"cue": match[0], "polarity": polarity, "cue_start": sentence.start + match.start(),
                      "cue_end": sentence.start + match.end()}  # fmt: skip
            yield Statement(start, end, sentence.text[low:high], "demand", wanted or match[0], who, wanted or None,
                            "pattern", 0.5, detail)  # fmt: skip


def persian_labels(sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> Iterator[Statement]:
    """Give labels: marks such as "so-called", what is quoted before a verb of naming, and words of judgement."""
    for sentence in sentences:
        if not LETTER.search(sentence.text):
            continue
        near = standing_between(mentions, sentence.start, sentence.end)
        taken: list[tuple[int, int]] = []
        for low, high, speaker in _label_places(sentence, near):
            if any(low < end and start < high for start, end in taken):
                continue
            taken.append((low, high))
            start, end = sentence.start + low, sentence.start + high
            after = [m for m in near if end <= m.start <= end + 2 and m.kind in ("organisation", "person")]
            about = after[0].value if after else None
            label = sentence.text[low:high]
            yield Statement(start, end, label, "label", label, speaker, about, "pattern", 0.5, {})


def _label_places(sentence: Sentence, near: Sequence[Mention]) -> Iterator[tuple[int, int, str | None]]:
    for match in _pattern("naming").finditer(sentence.text):
        named = [m for m in NAMED.finditer(sentence.text, 0, match.start()) if m.end() >= match.start() - 1]
        if named:
            speaker = _speaker(sentence, named[-1].start(), match.end(), near)
            yield named[-1].start(1), named[-1].end(1), speaker
    for name in ("label_marks", "labels"):
        for match in _pattern(name).finditer(sentence.text):
            yield match.start(), match.end(), None


def _speaker(sentence: Sentence, low: int, high: int, mentions: Sequence[Mention]) -> str | None:
    """Return who speaks: the first actor before the verb; after "according to", the next one."""
    actors = [m for m in mentions if sentence.start <= m.start < sentence.end and m.kind != "place"]
    if sentence.text[low:high].startswith(("به ", "بر ")) and sentence.text[low:high] not in (
        "بر عهده گرفت",
        "به عهده گرفت",
    ):
        following = [m for m in actors if m.start >= sentence.start + high]
        return following[0].text if following else None
    # The clause begins after the last "that" or stop.
    clause = max((m.end() for m in CLAUSE.finditer(sentence.text, 0, low)), default=0)
    before = [m for m in actors if m.end <= sentence.start + low]
    inside = [m for m in before if m.start >= sentence.start + clause]
    chosen = inside or before
    return chosen[0].text if chosen else None


def _object(text: str, match: re.Match[str]) -> tuple[int, int, str]:
    """Return where cue and object begin and end, and the object."""
    after = re.match(r"\s*(?:که|چې)\s+([^.؟!،؛]+)", text[match.end() :])
    if after is not None:
        return match.start(), match.end() + after.end(), after[1].strip()
    if match[0] in entries("object_follows"):
        rest = re.match(
            r"\s*(.+?)(?=\s+(?:شد|شدند|است|هستند|شده|و|دی|دي)(?!\w)|[.؟!،؛]|$)", text[match.end() :]
        )
        return match.start(), match.end() + (rest.end() if rest else 0), rest[1].strip() if rest else ""
    start = max(
        (m.end() for m in re.finditer(r"[،؛.!؟:]\s*(?:و\s+)?|\sو\s+(?:با\s+)?", text[: match.start()])),
        default=0,
    )
    wanted = OBJECT_MARK.sub("", text[start : match.start()].strip())
    return start, match.end(), wanted


def _mention(text: str, sentence: Sentence, match: re.Match[str]) -> Mention:
    low, high = sentence.start + match.start(), sentence.start + match.end()
    return Mention(low, high, text[low:high], "unnamed", text[low:high], "pattern", 0.5)


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    told = tomllib.loads(files(__package__).joinpath("persian.toml").read_text(encoding="utf-8"))
    return {name: tuple(" ".join(part.split()) for part in value.split(",")) for name, value in told.items()}


@cache
def entries(name: str) -> frozenset[str]:
    """Return one list of `persian.toml`."""
    return frozenset(_lists()[name])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\u200c])(?:{any_of(name)})(?![\w\u200c])")


def any_of(*names: str) -> str:
    """Return a pattern for every entry of some lists, the longest first."""
    words = {word for name in names for word in _lists()[name]}
    return "|".join(
        "".join(SAME.get(c, re.escape(c)) for c in word) for word in sorted(words, key=lambda w: (-len(w), w))
    )


@cache
def _role() -> re.Pattern[str]:
    """Return the pattern of a head with what belongs to it behind it; of some heads, one word more."""
    word = r"[\w\u200c]+"
    return re.compile(
        rf"(?<![\w\u200c])(?:(?:{any_of('of_place')})\s+(?!(?:{any_of('modifiers')}|که|را|در|از|به|با|و|این|می\w*|هم)(?![\w\u200c])){word}(?:\s+(?:{any_of('modifiers')}))*"
        rf"|(?P<head>{any_of('heads')})(?:\s+(?:{any_of('modifiers')}))*)(?![\w\u200c])"
    )


@cache
def _role_last() -> re.Pattern[str]:
    """Return the pattern of a head with what belongs to it before it."""
    word = r"[\w\u200c]+"
    return re.compile(
        rf"(?<![\w\u200c])(?:(?:(?:{any_of('modifiers_before')})\s+)+(?:{any_of('heads_last')})"
        rf"|(?<=د ){word}\s+(?:{any_of('of_place_last')}))(?![\w\u200c])"
    )
