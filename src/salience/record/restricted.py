"""What of the record must not be shown to everybody who may see a page: names of private persons, and some columns.

Said here once; pages, downloads and charts use these functions. A person is private when a text names them and neither
`aliases.csv`, `actors.csv`, the sides of a dataset nor the list of sources does. A name is known by what reading
suggested as a person and nobody rejected; one that reading did not find is not known, and so not masked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salience.record.decisions import decision_rows, standing

if TYPE_CHECKING:
    from salience.record.store import Record

# Columns that identify a single private person when put together, or hold a file's row as it was.
WITHHELD: Mapping[str, frozenset[str]] = {
    "person": frozenset({"native_id", "date", "age", "incident"}),
    "set_aside": frozenset({"raw"}),
}
BLOCK, SHOWN = "█", "███"
SHORTEST_ALONE = 4

_UNCUT = re.compile(r"[^…]+")
_TOKEN = re.compile(r"[^\W_]+")
_COVERED = re.compile(rf"{BLOCK}+(?:[\s'’.\-\u200c]*{BLOCK}+)*")
# Scripts that set no space between words: a name stands anywhere in a line.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# "And", "by", "for" and "as" are written onto an Arabic or Persian name.
_PROCLITICS = "وبلكفک"
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ـ": None})

Name = tuple[str, ...]


class Names:
    """Names that are masked wherever they stand.

    Parameters
    ----------
    private : iterable of str
        Names of private persons, in every form in which texts have them.
    public : iterable of str
        Names that stay, though a private one may be a part of them.
    others : iterable of str
        Names of what is no person; their words are not masked when they stand alone.
    """

    def __init__(
        self, private: Iterable[str] = (), public: Iterable[str] = (), others: Iterable[str] = ()
    ) -> None:
        kept = {tokens for name in public if (tokens := _tokens(name))}
        self._unspaced = sorted({n for n in private if _UNSPACED.search(n)}, key=len, reverse=True)
        named = {t for n in private if not _UNSPACED.search(n) and (t := _tokens(n)) and t not in kept}
        spoken = {word for tokens in kept for word in tokens}
        elsewhere = {word for name in others for word in _tokens(name)}
        alone = {tokens[-1:] for tokens in named if len(tokens) > 1 and len(tokens[-1]) >= SHORTEST_ALONE}
        alone = {one for one in alone if one[0] not in elsewhere}
        private_names = {name for name in named | alone if len(name) > 1 or name[0] not in spoken}
        self._by_first: dict[str, list[tuple[Name, bool]]] = {}
        for name, masked in [(n, False) for n in kept] + [(n, True) for n in private_names]:
            self._by_first.setdefault(name[0], []).append((name, masked))
        for found in self._by_first.values():
            found.sort(key=lambda one: (-len(one[0]), one[1]))
        self._by_last: dict[str, list[Name]] = {}
        for name in private_names:
            self._by_last.setdefault(name[-1], []).append(name)
        self._longest = max((len(name) for name in private_names), default=0)
        self._any = bool(private_names or self._unspaced)

    def __bool__(self) -> bool:
        """Whether there is anything to mask."""
        return self._any

    def mask(self, text: str) -> str:
        """Return a text in which each private name is three blocks, however long it is."""
        if not self._any:
            return text
        return _COVERED.sub(SHOWN, self.cover(text))

    def cover(self, text: str) -> str:
        """Return a text of the same length, the letters of private names replaced: for cutting it by places."""
        if not self._any:
            return text
        places = self._find(text)
        if not places:
            return text
        letters = list(text)
        for start, end in places:
            letters[start:end] = BLOCK * (end - start)
        return "".join(letters)

    def found_in(self, text: str) -> bool:
        """Return whether a text holds a private name."""
        return self._any and bool(self._find(text))

    def mask_all(self, told: Any) -> Any:
        """Return plain data (mappings, sequences, strings, numbers) with every string masked."""
        if not self._any or told is None or isinstance(told, (bool, int, float)):
            return told
        if isinstance(told, str):
            return self.mask(told)
        if isinstance(told, Mapping):
            return {self.mask_all(key): self.mask_all(value) for key, value in told.items()}
        if isinstance(told, (list, tuple)):
            if told and all(isinstance(value, str) for value in told):
                return self.mask_pieces(told)
            return [self.mask_all(value) for value in told]
        return told

    def mask_pieces(self, pieces: Sequence[str]) -> list[str]:
        """Mask the pieces of one text, such as lines of a title; a name may begin in one and end in the next."""
        whole = self.cover("\n".join(pieces))
        masked, start = [], 0
        for piece in pieces:
            masked.append(_COVERED.sub(SHOWN, whole[start : start + len(piece)]))
            start += len(piece) + 1
        return masked

    def _find(self, text: str) -> list[tuple[int, int]]:
        places = [m.span() for name in self._unspaced for m in re.finditer(re.escape(name), text)]
        # Where a text was cut, a name may be cut too.
        for cut in _UNCUT.finditer(text):
            tokens = [
                (cut.start() + m.start(), cut.start() + m.end(), m.group())
                for m in _TOKEN.finditer(cut.group())
            ]
            places += self._find_in(tokens)
        return places

    def _find_in(self, tokens: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
        words = [_fold(word) for _, _, word in tokens]
        k = self._end_of_name(words)
        places = [tokens[i][:2] for i in range(k)]
        while k < len(words):
            length, masked = self._match(words, k)
            # "rose" is no name, and "Rose" may be one.
            if masked and length == 1 and tokens[k][2].islower() and tokens[k][2].isascii():
                masked = False
            if masked:
                places += [tokens[i][:2] for i in range(k, k + length)]
            k += max(1, length)
        return places

    def _end_of_name(self, words: list[str]) -> int:
        """Return how many words at the start are the end of a name whose beginning was cut off."""
        for length in range(min(len(words), self._longest), 1, -1):
            for name in self._by_last.get(words[length - 1], ()):
                rest = tuple(words[1:length])
                if len(name) >= length and name[1 - length :] == rest and name[-length].endswith(words[0]):
                    return length
        return 0

    def _match(self, words: list[str], k: int) -> tuple[int, bool]:
        """Return how many words from here on are a known name, and whether it is a private one."""
        for first in _readings(words[k]):
            for name, masked in self._by_first.get(first, ()):
                here = words[k + 1 : k + len(name)]
                if tuple(here) == name[1:]:
                    return len(name), masked
                # A text that was cut in the middle of a name still begins it.
                cut = bool(here) and k + 1 + len(here) == len(words)
                if masked and cut and _begins(here, name[1:]):
                    return 1 + len(here), True
        return 0, False


def private_names(record: Record, plain: Iterable[str] | None = None) -> Names:
    """Return the names of private persons that the record holds.

    Parameters
    ----------
    record : Record
        Its suggestions, what people decided about them, and its lists of actors and sources.
    plain : iterable of str, optional
        What `plain_words` gives, where it is known already.
    """
    decided = [row for row in standing(decision_rows(record)).values() if row["layer"] == "mention"]
    kinds = {row["target"]: row["change"].get("kind") for row in decided}
    dropped = [
        r["target"] for r in decided if r["state"] == "rejected" or kinds[r["target"]] not in (None, "person")
    ]
    taken = [target for target, kind in kinds.items() if kind == "person"]
    public = {
        row["name"]
        for row in record.rows(
            """SELECT name FROM actor UNION SELECT label FROM alias UNION SELECT name FROM stakeholder
               UNION SELECT name FROM source UNION SELECT spelling FROM source_alias"""
        )
        if row["name"]
    }
    persons = record.rows(
        """SELECT DISTINCT quote, value FROM mention
           WHERE (kind = 'person' OR list_contains(?::BIGINT[], id)) AND NOT list_contains(?::BIGINT[], id)""",
        [taken, dropped],
    )
    if not persons:
        return Names()
    known = {_tokens(name) for name in public}
    private = {
        form
        for row in persons
        if not any(_tokens(form) in known for form in (row["quote"], row["value"]) if form)
        for form in (row["quote"], row["value"])
        if form
    }
    private |= {
        row["change"]["value"] for row in decided if row["target"] in taken and row["change"].get("value")
    }
    others = record.rows("SELECT DISTINCT coalesce(value, quote) AS name FROM mention WHERE kind <> 'person'")
    words = plain_words(record) if plain is None else plain
    return Names(private, public, [*(row["name"] for row in others if row["name"]), *words])


def plain_words(record: Record) -> frozenset[str]:
    """Return the Latin words that texts write small: as the last word of a name, none is masked on its own."""
    rows = record.rows(
        r"SELECT DISTINCT unnest(regexp_extract_all(content, '\b[a-z]{4,}\b')) AS word FROM text"
    )
    return frozenset(row["word"] for row in rows)


def withhold(table: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of a record's table without what is withheld: those cells are None."""
    hidden = WITHHELD.get(table, frozenset())
    return [{name: None if name in hidden else value for name, value in row.items()} for row in rows]


def _tokens(name: str) -> Name:
    return tuple(_fold(word) for word in _TOKEN.findall(name))


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return plain.casefold().translate(_LETTERS)


def _readings(word: str) -> Iterable[str]:
    yield word
    if word[:1] and word[0] in _PROCLITICS and len(word) > SHORTEST_ALONE:
        yield word[1:]


def _begins(here: list[str], rest: Name) -> bool:
    """Return whether words are the beginning of a name's rest, the last of them perhaps cut."""
    whole, last = tuple(here[:-1]), here[-1]
    return whole == rest[: len(whole)] and len(rest) > len(whole) and rest[len(whole)].startswith(last)
