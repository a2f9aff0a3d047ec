"""Names that the record knows, found in a text: every alias at once, whatever the case, keyboard or zero-width marks.

The matcher is a table from an alias's first word to the rest of its words. A text's words are looked up one by one,
so twenty thousand aliases cost no more than twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from salience.reading.fold import WORD, fold_word, mixes_scripts
from salience.reading.sentences import Sentence
from salience.reading.spans import Mention

UNTOLD = "untold"  # a mapping does not say of what kind a name is
SHORTEST_FREE = 5  # capitals up to this length are abbreviations, and "us" is not "US"


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that stands for an actor or a place, for some time.

    Attributes
    ----------
    label : str
        The name as written.
    stands_for : str
        The canonical name.
    kind : str
        "organisation", "person", "place" or "population"; `UNTOLD` takes it from how the name is written.
    valid_from, valid_to : date or None
        First and last day on which it stands for it; None when not limited.
    """

    label: str
    stands_for: str
    kind: str = "organisation"
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date | None) -> bool:
        """Return whether the name stands for it on a day; always, when the day is not known."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    rest: tuple[str, ...]
    aliases: tuple[Alias, ...]
    same_case: tuple[str, ...] | None


@dataclass(slots=True)
class Matcher:
    """Finds aliases in texts.

    Parameters
    ----------
    aliases : iterable of Alias, or mapping of label to canonical name
    """

    aliases: Iterable[Alias] | Mapping[str, str]
    _first: dict[str, list[_Entry]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[tuple[tuple[str, ...], tuple[str, ...] | None], list[Alias]] = {}
        for alias in as_aliases(self.aliases):
            for words in _spellings(alias.label):
                folded = tuple(fold_word(word) for word in words)
                if folded and all(folded):
                    grouped.setdefault((folded, _case_kept(words)), []).append(alias)
        self._first = {}
        for (folded, same_case), known in grouped.items():
            entry = _Entry(folded[1:], tuple(known), same_case)
            self._first.setdefault(folded[0], []).append(entry)
        for entries in self._first.values():
            entries.sort(key=lambda entry: -len(entry.rest))

    def find(self, text: str, sentences: Sequence[Sentence], day: date | None = None) -> list[Mention]:
        """Return the aliases that a text holds; of overlapping ones the longest."""
        if not self._first:
            return []
        found = []
        one_case = text == text.lower() or text == text.upper()
        for sentence in sentences:
            folded, i = sentence.folded, 0
            while i < len(folded):
                entries = self._first.get(folded[i])
                mention = self._longest(text, sentence, i, entries, day, one_case) if entries else None
                if mention is None:
                    i += 1
                    continue
                found.append(mention[0])
                i = mention[1]
        return found

    def _longest(
        self,
        text: str,
        sentence: Sentence,
        i: int,
        entries: Sequence[_Entry],
        day: date | None,
        one_case: bool,
    ) -> tuple[Mention, int] | None:
        for entry in entries:
            after = i + 1 + len(entry.rest)
            if tuple(sentence.folded[i + 1 : after]) != entry.rest:
                continue
            if entry.same_case and not one_case and tuple(sentence.words[i:after]) != entry.same_case:
                continue
            if not _unbroken(sentence, i, after):
                continue
            holding = [alias for alias in entry.aliases if alias.holds_on(day)]
            if holding:
                return _mention(text, sentence, i, after, holding), after
        return None


def as_aliases(given: Iterable[Alias] | Mapping[str, str] | None) -> list[Alias]:
    """Return aliases from what a user hands in: a mapping of label to name, or aliases themselves."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [Alias(str(label), str(name), UNTOLD) for label, name in given.items()]
    return [alias if isinstance(alias, Alias) else Alias(str(alias), str(alias)) for alias in given]


def _spellings(label: str) -> list[list[str]]:
    """Return the words of a label; once more with parts joined where it writes a zero-width non-joiner."""
    spellings = [[match[0] for match in WORD.finditer(label)]]
    if "\u200c" in label:
        spellings.append([match[0] for match in WORD.finditer(label.replace("\u200c", ""))])
    if spellings[0] and spellings[0][0].lower() == "the" and len(spellings[0]) > 1:
        spellings.append(spellings[0][1:])
    return spellings


def _case_kept(words: Sequence[str]) -> tuple[str, ...] | None:
    if len(words) == 1 and words[0].isupper() and words[0].isascii() and len(words[0]) <= SHORTEST_FREE:
        return tuple(words)
    return None


def _unbroken(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether nothing but spaces, hyphens, stops and apostrophes stands between the words."""
    return all(set(sentence.between(k)) <= _BETWEEN for k in range(start + 1, end))


_BETWEEN = frozenset(
    " \t\n\r\u00a0\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069-‐‑–.'’&/"
)


def _mention(text: str, sentence: Sentence, i: int, after: int, holding: Sequence[Alias]) -> Mention:
    start, end = sentence.places[i][0], sentence.places[after - 1][1]
    names = list(dict.fromkeys(alias.stands_for for alias in holding))
    notes = ["ambiguous"] if len(names) > 1 else []
    if any(mixes_scripts(word) for word in sentence.words[i:after]):
        notes.append("mixed scripts")
    value = names[0] if len(names) == 1 else text[start:end]
    return Mention(start, end, text[start:end], holding[0].kind, value, "alias", 0.95, tuple(notes))
