"""Names nobody has told us of, by how they are written: capitals, their neighbours, and lists of well-known places.

For scripts without capitals this finds nothing, and says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from salience.reading.fold import mixes_scripts
from salience.reading.lexicon import load_roles, word_list
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention

JOINED = frozenset([" ", "-", "‑", " - ", "\u00a0", ". ", "  ", "'", "’", "&", " & "])
FULL_LINE = 45
# A people's name before one of these is a state's institution: "the Syrian army".
INSTITUTIONS = frozenset(
    [
        "government",
        "army",
        "military",
        "police",
        "parliament",
        "regime",
        "authorities",
        "cabinet",
        "navy",
        "senate",
        "intelligence",
        "presidency",
    ]
)
OWNERS = frozenset(
    (
        "ombudsman",
        "prosecutor",
        "president",
        "governor",
        "mayor",
        "women",
        "children",
        "people",
        "workers",
        "students",
        "teachers",
        "lawyers",
        "farmers",
    )
)
BEFORE_PLACES = frozenset(
    ["in", "at", "near", "from", "outside", "around", "inside", "across", "to", "toward", "towards", "of"]
)


def find_shapes(text: str, sentences: Sequence[Sentence]) -> list[Mention]:
    """Return what is written like a name."""
    inside = _seen_inside(sentences)
    found: list[Mention] = []
    for sentence in sentences:
        if _all_capitals(sentence):
            continue
        for first, after in _runs(sentence):
            trimmed = _trim(sentence, first, after, inside)
            if trimmed is None:
                continue
            for low, high in _part(sentence, *trimmed):
                found += _office(text, sentence, low, high) or _name(text, sentence, low, high)
    return found


def _seen_inside(sentences: Sequence[Sentence]) -> Counter[str]:
    """Count words with a capital that do not open a sentence: those are names wherever they stand."""
    function = word_list("function")
    return Counter(
        word
        for sentence in sentences
        if not _all_capitals(sentence)
        for word in sentence.words[1:]
        if word[0].isupper() and word.lower() not in function
    )


def _all_capitals(sentence: Sentence) -> bool:
    """Return whether a headline's capitals say nothing: nearly every long word has one, in long rows."""
    long = [word for word in sentence.words if len(word) > 3 and word[0].isalpha()]
    if len(long) < 5 or sum(word[0].isupper() for word in long) <= 0.85 * len(long):
        return False
    return max((after - first for first, after in _runs(sentence)), default=0) > 4


def _runs(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Give runs of words with capitals, with what may join them in lower case."""
    words, joiners, i = sentence.words, word_list("joiners"), 0
    while i < len(words):
        if not words[i][0].isupper():
            i += 1
            continue
        after = i + 1
        while after < len(words):
            if words[after][0].isupper() and _joins(sentence, after):
                after += 1
                continue
            ahead = _over_joiners(sentence, after, joiners)
            if ahead is None:
                break
            after = ahead
        yield i, after
        i = after


def _joins(sentence: Sentence, k: int) -> bool:
    """Return whether words k - 1 and k may be of one name; a line's end joins only where the line was full."""
    gap = sentence.between(k)
    if gap in JOINED:
        return True
    line = sentence.text[: sentence.places[k - 1][1] - sentence.start].rsplit("\n", 1)[-1]
    return gap == "\n" and len(line) > FULL_LINE


def _over_joiners(sentence: Sentence, at: int, joiners: frozenset[str]) -> int | None:
    """Return the place after the capital that follows one or two joiners."""
    words = sentence.words
    for step in (1, 2):
        following = at + step
        if following >= len(words) or not words[following][0].isupper():
            continue
        between = [words[k].lower() for k in range(at, following)]
        if (
            between == ["s"]
            and words[at - 1].lower() in OWNERS
            and words[following].lower() in word_list("organisation")
        ):
            return following + 1  # "Ombudsman's Office"
        spaced = all(_joins(sentence, k) for k in range(at, following + 1))
        if spaced and all(word in joiners for word in between) and between != ["the"]:
            return following + 1
    return None


def _trim(sentence: Sentence, first: int, after: int, inside: Counter[str]) -> tuple[int, int] | None:
    """Leave out what opens a sentence, days, months and languages."""
    words, function, openers, dates = (
        sentence.words,
        word_list("function"),
        word_list("openers"),
        _date_words(),
    )
    while first < after and (
        (
            words[first].lower() in function
            and words[first] != "US"
            and not _numbers_a_name(sentence, first, after)
        )
        or words[first].lower() in dates
        or (words[first].lower() in openers and _opens(sentence, first))
    ):
        first += 1
        while first < after and words[first].lower() in word_list("joiners") and words[first][0].islower():
            first += 1
    while after > first and words[after - 1].lower() in dates:
        after -= 1
    if first >= after:
        return None
    only = words[first] if after - first == 1 else None
    if only is not None and only.lower() in word_list("other_capitals"):
        return None
    credit = only is not None and words[after : after + 1] == ["by"] and only.lower() in word_list("openers")
    if credit:
        return None  # "Edited by"
    if only is not None and (only.lower() in word_list("titles") or _common(sentence, first, only, inside)):
        return None
    return first, after


def _numbers_a_name(sentence: Sentence, first: int, after: int) -> bool:
    """Return whether a number word belongs to a name: "the Three Rivers Alliance"."""
    return (
        first + 1 < after
        and not _opens(sentence, first)
        and sentence.words[first].lower() in word_list("counts")
    )


@cache
def _date_words() -> frozenset[str]:
    return word_list("months") | word_list("weekdays")


def _opens(sentence: Sentence, first: int) -> bool:
    """Return whether a word has its capital from where it stands: first in a sentence, a quote or after a dateline."""
    return first == 0 or any(mark in sentence.between(first) for mark in '—–"“‘«:')


def _common(sentence: Sentence, first: int, only: str, inside: Counter[str]) -> bool:
    return _opens(sentence, first) and not _stands_alone(sentence, only, inside)


def _stands_alone(sentence: Sentence, word: str, inside: Counter[str]) -> bool:
    """Return whether a single word that opens a sentence is a name all the same."""
    if inside[word] or (len(word) > 1 and word.isupper()):
        return True
    lower = word.lower()
    return lower in word_list("peoples") or lower in _known_bodies()


@cache
def _known_bodies() -> frozenset[str]:
    """Return the words that name one organisation by themselves, such as "Taliban"."""
    roles = load_roles()
    return word_list("organisation") - word_list("openers") - roles.heads - roles.institutions


def _part(sentence: Sentence, first: int, after: int) -> list[tuple[int, int]]:
    """Split "President Assad of Syria" and titles from names; keep "Council of National Resistance" whole."""
    words = [word.lower() for word in sentence.words]
    titles, bodies = word_list("titles"), word_list("organisation")
    # "Justice Department", "General Command": what looks like a title begins a body's name.
    while first < after - 1 and words[first] in titles and words[first + 1] not in bodies | {"of"}:
        first += 1
    last_title = max((k for k in range(first, after - 2) if words[k] in titles), default=None)
    if (
        last_title is not None
        and not set(words[first:after]) & bodies
        and "of" not in words[first : last_title + 2]
    ):
        first = last_title + 1  # "Defence Minister Lucía Arango"
    for k in range(first + 1, after - 1):
        if words[k] == "of" and not (set(words[first:k]) & bodies):
            left = [word for word in words[first:k] if word not in titles]
            place = words[after - 1] in word_list("place") or set(words[first:k]) & word_list("place")
            if left and not place and k - first >= 2:
                return [(first, k), (k + 1 + (words[k + 1] == "the"), after)]
    return [(first, after)]


def _office(text: str, sentence: Sentence, first: int, after: int) -> list[Mention]:
    """Read an office written like a name: "Peace Commissioner"; the body before it is a name: "UN Secretary"."""
    words, titles = [word.lower() for word in sentence.words[first:after]], word_list("titles")
    own = next((k for k, word in enumerate(words) if word in titles), len(words))
    # "Defence Minister" alone; "Minister Arango" is a person.
    if len(words) < 2 or words[-1] not in titles or (own and not all(w in titles for w in words[own:])):
        return []
    start, end = sentence.places[first][0], sentence.places[after - 1][1]
    office = Mention(start, end, text[start:end], "unnamed", text[start:end].lower(), "pattern", 0.6)
    body = sentence.words[first : first + own]
    known = own and (
        set(words[:own]) & word_list("organisation") or (own == 1 and body[0].isupper() and len(body[0]) > 1)
    )
    return [office, *(_name(text, sentence, first, first + own) if known else [])]


def _name(text: str, sentence: Sentence, first: int, after: int) -> list[Mention]:
    words = [word.lower() for word in sentence.words[first:after]]
    kind, confidence = _kind(sentence, first, after, words)
    if kind is None:
        return []
    if kind == "organisation" and len(words) == 1 and words[0] in word_list("peoples"):
        after += 1  # the institution belongs to the name
    start, end = sentence.places[first][0], sentence.places[after - 1][1]
    if text[end - 1 : end + 1] in ("U.", "S.") or re.fullmatch(r"(?:\w\.)+\w", text[start:end]):
        end += text[end : end + 1] == "."
    notes = ("mixed scripts",) if any(mixes_scripts(w) for w in sentence.words[first:after]) else ()
    return [Mention(start, end, text[start:end], kind, text[start:end], "shape", confidence, notes)]


def _kind(sentence: Sentence, first: int, after: int, words: Sequence[str]) -> tuple[str | None, float]:
    """Return what kind of name a run of capitals is, and how sure that is; no kind where it names no actor or place."""
    following = sentence.words[after].lower() if after < len(sentence.words) else ""
    close = after < len(sentence.words) and sentence.between(after) == " "
    peoples = word_list("peoples")
    if all(word in peoples for word in words):
        if close and following in INSTITUTIONS:
            return "organisation", 0.7
        return (None, 0.0) if _adjective(sentence, first, after, following, close) else ("population", 0.7)
    if set(words) & word_list("organisation") and words[-1] not in word_list("place"):
        return "organisation", 0.8
    if words[-1] in word_list("happenings") or all(word in word_list("titles") for word in words):
        return None, 0.0
    if words[-1] in word_list("place") and len(words) > 1:
        return "place", 0.75
    return _kind_by_neighbours(sentence, first, after, words)


def _adjective(sentence: Sentence, first: int, after: int, following: str, close: bool) -> bool:
    """Return whether a people's name only tells where something is from: "three Afghan cities", "intra-Afghan"."""
    if first and sentence.between(first) == "-" and sentence.words[first - 1].islower():
        return True
    if not close or not sentence.words[after].islower() or following in word_list("people_nouns"):
        return False
    verb = (
        following in word_list("function")
        or following in word_list("auxiliaries")
        or following.endswith("ed")
    )
    return not verb and following not in load_roles().heads and not sentence.words[after - 1].endswith("s")


def _kind_by_neighbours(
    sentence: Sentence, first: int, after: int, words: Sequence[str]
) -> tuple[str | None, float]:
    """Return the kind of a name that holds no telling word: by what stands before it and how long it is."""
    before = sentence.words[first - 1].lower() if first else ""
    if before in word_list("titles"):
        return "person", 0.85
    if len(words) > 1:
        if any(word in ("of", "for") for word in words):
            return "organisation", 0.5
        return ("person", 0.6) if len(words) <= 4 else ("other", 0.4)
    written = sentence.words[first]
    if len(written) == 1 or any(c.isdigit() for c in written):
        return None, 0.0
    if written.isupper() and len(written) <= 6:
        return "organisation", 0.6
    return ("place", 0.5) if before in BEFORE_PLACES else ("other", 0.4)
