"""The words that the rules of reading know, from the data files beside this module."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from salience.errors import InputError
from salience.reading.names import Alias, Matcher


@cache
def word_list(name: str) -> frozenset[str]:
    """Return one list of `lexicon.toml`, in lower case; entries are parted by commas where there are any."""
    told = _lexicon()[name]
    parts = told.split(",") if "," in told else told.split()
    return frozenset(" ".join(part.split()).lower() for part in parts)


@cache
def gazetteer() -> Matcher:
    """Return a matcher of countries, regions and large cities; in Arabic script also of a few organisations."""
    names = [" ".join(part.split()) for key in ("countries", "cities") for part in _lexicon()[key].split(",")]
    persian = tomllib.loads(files(__package__).joinpath("persian.toml").read_text(encoding="utf-8"))
    kinds = (("places", "place"), ("organisations", "organisation"))
    others = [
        Alias(" ".join(part.split()), " ".join(part.split()), kind)
        for key, kind in kinds
        for part in persian[key].split(",")
    ]
    return Matcher([*(Alias(name, name, "place") for name in names), *others])


@cache
def _lexicon() -> dict[str, str]:
    return tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Roles:
    """What an actor without a proper name may be called: head nouns, what may stand before them, and after.

    Attributes
    ----------
    heads : frozenset of str
        Nouns for groups of people, in the plural or collective: "forces", "gunmen".
    phrases : frozenset of tuple of str
        Whole phrases that are such actors: "civil society", "international community".
    modifiers : frozenset of str
        Words that belong to the name when they stand before a head: "armed", "local".
    populations : frozenset of str
        Heads that name a group of people rather than an organised actor: "women", "minorities".
    vague : frozenset of str
        Heads that say too little without a word before them: "groups", "forces".
    institutions : frozenset of str
        Institutions called by what they are: "army", "ministry".
    singles : frozenset of str
        Single persons by what they do: "driver", "official".
    openings : frozenset of str
        First words of the phrases.
    """

    heads: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    modifiers: frozenset[str]
    populations: frozenset[str]
    vague: frozenset[str]
    institutions: frozenset[str] = frozenset()
    singles: frozenset[str] = frozenset()
    openings: frozenset[str] = frozenset()


@cache
def load_roles(path: Path | None = None) -> Roles:
    """Return the patterns for unnamed actors: our own (`roles.toml`), or a file in the same form.

    Raises
    ------
    InputError
        The file is no TOML or lacks a list.
    """
    text = (path or files(__package__).joinpath("roles.toml")).read_text(encoding="utf-8")
    try:
        told = tomllib.loads(text)
        lists = {name: told[name] for name in ("heads", "phrases", "modifiers", "populations", "vague")}
        lists |= {name: told.get(name, "") for name in ("institutions", "singles")}
    except (tomllib.TOMLDecodeError, KeyError) as error:
        name = path.name if path else "roles.toml"
        raise InputError(
            f"{error}: heads, phrases, modifiers, populations and vague are expected, each a text of words",
            file=name,
        ) from error
    phrases = [
        re.split(r"[\s-]+", " ".join(phrase.split()).lower()) for phrase in lists["phrases"].split(",")
    ]
    return Roles(
        frozenset(lists["heads"].lower().split()),
        frozenset(tuple(phrase) for phrase in phrases if phrase != [""]),
        frozenset(lists["modifiers"].lower().split()),
        frozenset(lists["populations"].lower().split()),
        frozenset(lists["vague"].lower().split()),
        frozenset(lists["institutions"].lower().split()),
        frozenset(lists["singles"].lower().split()),
        frozenset(phrase[0] for phrase in phrases if phrase != [""]),
    )
