"""What an importer says of its format: which column tells what, and who speaks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from salience.sources.delimited import sql_name, sql_text

DEATHS = (
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
)
TEXTS = (
    "place",
    "admin1",
    "admin2",
    "pcode",
    "country",
    "place_precision",
    "date_precision",
    "kind",
    "kind_native",
    "side_a",
    "side_b",
    "dyad",
    "text",
)
FIELDS = ("native_id", "event", "speaker", "date_from", "date_to", "published", "latitude", "longitude")
OTHERS = ("summary_event", "sources_stated", "title", "url", "language")
TELLABLE = (*FIELDS, *TEXTS, *DEATHS, *OTHERS)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a row tells: the file's column it stands in, and the SQL that reads it as text."""

    column: str
    sql: str


@dataclass(frozen=True, slots=True)
class Tellers:
    """SQL of three parallel lists of text: who else told of the event, when, under which headline."""

    column: str
    names: str
    dates: str
    titles: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How a format tells of events.

    Attributes
    ----------
    importer : str
        Its name on the command line.
    dataset : str
        Whose event ids the rows use; releases of one dataset share it.
    told : mapping
        What each row tells, by the record's name for it (`TELLABLE`).
    speaker, speaker_kind : str or None
        Who speaks in every row, unless `told` has a column for it.
    tellers : Tellers, optional
        Who else told of the event.
    sources_listed : str
        SQL condition: the row lists its sources.
    kept_as : str
        What `account.told` says of the rows: full, or figures.
    date_formats : tuple of str
        strptime formats tried in turn; empty for ISO dates with or without a time.
    licence, citation : str
        As the publisher states them.
    """

    importer: str
    dataset: str
    told: Mapping[str, Told]
    speaker: str | None
    speaker_kind: str | None
    tellers: Tellers | None = None
    sources_listed: str = "false"
    kept_as: str = "full"
    date_formats: tuple[str, ...] = ()
    licence: str = ""
    citation: str = ""
    notes: tuple[str, ...] = field(default=())

    def column_of(self, name: str) -> str:
        """Return the file's column behind a name of the record, for messages."""
        return self.told[name].column if name in self.told else name


def plain(column: str) -> Told:
    """Return what a column tells as it stands, without surrounding spaces; empty is missing."""
    return Told(column, f"nullif(trim({sql_name(column)}), '')")


def coded(column: str, codes: Mapping[str, str]) -> Told:
    """Return what a coded column tells in the record's words; a code not in the list is missing."""
    cases = " ".join(f"WHEN {sql_text(code)} THEN {sql_text(word)}" for code, word in codes.items())
    return Told(column, f"CASE trim({sql_name(column)}) {cases} END")


def constant(word: str) -> Told:
    """Return a text that every row tells."""
    return Told("", sql_text(word))


@cache
def code_lists() -> dict[str, Any]:
    """Return the code lists of the formats we read (`codes.toml`)."""
    return tomllib.loads(files(__package__).joinpath("codes.toml").read_text(encoding="utf-8"))
