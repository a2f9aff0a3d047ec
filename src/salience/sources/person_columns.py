"""Which columns a table of persons may have: what is read, and what is refused for the sake of those in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from salience.errors import InputError

# The record's name, and the headings that stand for it; the first that a file has is taken.
HEADINGS: dict[str, tuple[str, ...]] = {
    "native_id": ("id", "record_id", "case_id"),
    "date": ("date", "date_from", "day", "event_date"),
    "place": ("place", "admin1", "province", "governorate", "region"),
    "group_name": ("group", "group_name", "population_group", "ethnic_group", "community"),
    "sex": ("sex", "gender"),
    "age": ("age", "age_band", "age_group"),
    "kind": ("kind", "type", "what"),
    "source": ("source", "reported_by"),
    "incident": ("incident", "incident_id", "event", "event_id"),
    "count": ("count", "persons", "number", "people"),
}
_GROUP_WORDS = r"(ethnic\w*|race|racial|group|community|religion|sect|nationality|caste|tribe|origin)"
_GUESS_WORDS = (
    r"(infer\w*|predict\w*|guess\w*|imput\w*|estimat\w*|probab\w*|classif\w*|model\w*|likely|"
    r"assumed|bisg|pred|prob)"
)
_NAME_WORDS = r"((sur|last|first|family|given|fore)?_?names?)"
GUESSED = re.compile(
    rf"(?:^|_){_GUESS_WORDS}_.*{_GROUP_WORDS}|{_GROUP_WORDS}.*_{_GUESS_WORDS}(?:_|$)"
    rf"|{_NAME_WORDS}_(?:based_)?{_GROUP_WORDS}|{_GROUP_WORDS}_(?:by|from|of|via)_{_NAME_WORDS}|name_?(?:ethnicity|origin)"
    rf"|(?:^|_)bisg(?:_|$)"
)
PRIVATE = re.compile(
    r"^(full_?name|name|names|first_?name|last_?name|surname|family_?name|given_?name|father_?s?_?name|mother_?s?_?name|"
    r"(tele)?phone.*|mobile.*|e_?mail.*|passport.*|national_id.*|id_?card.*|tazkira.*|(home_)?address|"
    r"(home_)?(lat|latitude|lon|longitude)|victim_?name|detainee_?name|person_?name)$"
)


class PersonsMap(BaseModel):
    """A mapping of a table of persons: `[columns]` and `[constants]` by the record's names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str] = Field(
        default_factory=dict, description="The record's name = the file's column."
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="The record's name = a text for every row."
    )

    @field_validator("columns", "constants")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        names = {"id" if n == "native_id" else "group" if n == "group_name" else n for n in HEADINGS}
        for name in value:
            if name not in names:
                raise ValueError(
                    f"'{name}' is nothing a table of persons has; known are {', '.join(sorted(names))}"
                )
        return {{"id": "native_id", "group": "group_name"}.get(n, n): v for n, v in value.items()}


def read_persons_map(path: Path | None) -> PersonsMap:
    """Read the mapping of a table of persons.

    Raises
    ------
    InputError
        It is missing, no TOML, or names what such a table does not have.
    """
    if path is None:
        return PersonsMap()
    try:
        return PersonsMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise InputError(f"the mapping cannot be read: {error.strerror}", file=path.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is not TOML: {error}", file=path.name) from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise InputError(
            f"key {key}: {fault['msg'].removeprefix('Value error, ')}", file=path.name
        ) from error


def find_guessed(columns: Iterable[str]) -> list[str]:
    """Return the columns whose headings speak of a group guessed from names or by a model."""
    return [name for name in columns if GUESSED.search(_plain(name))]


def refuse_private(columns: Iterable[str], file: str) -> None:
    """Raise InputError where a column seems to hold names, numbers or addresses of private persons."""
    for name in columns:
        if PRIVATE.match(_plain(name)):
            raise InputError(
                "this column seems to identify private persons. The questions need no names, numbers or addresses, and "
                "the file's bytes would be kept in raw/. Remove the column and add the file again; a case number in a "
                "column id is enough. Nothing was changed.",
                file=file,
                line=1,
                column=name,
            )


def refuse_guessed(columns: Iterable[str], file: str, *, declared: bool) -> list[str]:
    """Return the columns of guessed groups that the case declares; raise InputError where it does not."""
    found = find_guessed(columns)
    if found and not declared:
        raise InputError(
            "the heading says that this group was guessed, from names or by a model, and not stated. Such guesses are "
            "wrong most often for the small groups that the question is about, and are not read. Remove the column; "
            "persons whose group nobody stated count as not named. If the guess is meant, say so in case.toml under "
            "this input: guessed_groups = true. Nothing was changed.",
            file=file,
            line=1,
            column=found[0],
        )
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", name.strip().casefold()).strip("_")
