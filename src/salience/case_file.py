"""What a person writes in a case folder: `case.toml` and `sources.csv`, read with errors that name the place."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from salience.errors import CaseError, InputError
from salience.questions.catalogue import find_question, question_names
from salience.questions.explain import explain_fault
from salience.questions.options.params import Option
from salience.questions.setting import Setting
from salience.record.names import normalise_name
from salience.record.source_names import SourceRule
from salience.sources.mapped import SourceKind

if TYPE_CHECKING:
    from salience.reading.model.settings import ReaderSettings

CASE_FILE, SOURCES_FILE = "case.toml", "sources.csv"
SOURCE_COLUMNS = ("name", "canonical", "kind", "country", "language", "speaks_for", "independence_group")


class CaseInput(BaseModel):
    """One input file of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    file: str = Field(description="The file, relative to the case folder or to the folder given with --data.")
    importer: (
        Literal["ucdp", "acled", "table", "documents", "negotiation", "persons", "population"] | None
    ) = Field(None, alias="as", description="What reads it; recognised from the columns when left out.")
    map: str | None = Field(None, description="The mapping of a table, relative to the case folder.")
    guessed_groups: bool = Field(
        False,
        description="The groups in this table of persons were guessed, and the case takes them all the same.",
    )
    licence: str = Field("", description="Licence of this file, where it is not what its format says.")
    citation: str = Field("", description="How to cite this file, where that is not what its format says.")
    optional: bool = Field(
        False,
        description="The case can do without it: where it is not found, the report says so and goes on.",
    )
    sha256: str | None = Field(
        None, description="Of the file; the copy kept under it in raw/ serves when it is gone."
    )


class CaseFile(Setting):
    """`case.toml`."""

    name: str = Field(description="The case's name.")
    summary: str = Field("", description="What the case is about, in a sentence or two.")
    inputs: tuple[CaseInput, ...] = Field((), description="The files that the record is made from.")
    persons: Literal["mask", "keep"] = Field(
        "mask", description="Whether the app masks names of private persons that texts hold, or keeps them."
    )
    reader: Any = Field(None, description="The model that `salience model` asks; no other verb asks one.")
    questions: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="The questions to ask, each with its parameters."
    )
    option: dict[str, Option] = Field(
        default_factory=dict, description="What would be done, by name; the options question compares them."
    )

    @field_validator("reader")
    @classmethod
    def _readable(cls, told: Any) -> ReaderSettings | None:
        # Imported here: cases without a model start faster without it.
        from salience.reading.model.settings import ReaderSettings

        try:
            return None if told is None else ReaderSettings.model_validate(told)
        except ValidationError as error:
            raise ValueError(explain_fault(error, ReaderSettings)) from error

    def given(self, question: str) -> dict[str, Any]:
        """Return what the file says of a question's parameters, its options among them."""
        said = self.questions.get(question, {})
        if question != "options" or not self.option:
            return said
        return {
            **said,
            "option": {name: each.model_dump(by_alias=True) for name, each in self.option.items()},
        }

    @property
    def setting(self) -> Setting:
        """When and where, as the questions take it."""
        return Setting(period=self.period, area=self.area, capital=self.capital)


def read_case_file(folder: Path) -> CaseFile:
    """Read and check a case's `case.toml`.

    Raises
    ------
    CaseError
        It is missing, is no TOML, or a key is unknown, missing or wrong; the key is named.
    """
    path = folder / CASE_FILE
    if not folder.is_dir():
        raise CaseError(f"there is no case folder {folder}; `salience new` makes one")
    if not path.is_file():
        raise CaseError(f"{folder} holds no {CASE_FILE}; `salience new {folder}` writes one to fill in")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"{CASE_FILE} is not TOML: {error}") from error
    except OSError as error:
        raise CaseError(f"{CASE_FILE} cannot be read: {error.strerror}") from error
    try:
        case = CaseFile.model_validate(data)
    except ValidationError as error:
        raise CaseError(f"{CASE_FILE}, {explain_fault(error, CaseFile)}") from error
    for question, params in case.questions.items():
        if question not in question_names():
            raise CaseError(
                f"{CASE_FILE}, key questions.{question}: there is no such question; there are "
                f"{', '.join(question_names())}"
            )
        check_params(question, params, f"{CASE_FILE}, key questions.{question}")
    return case


def check_params(question: str, params: dict[str, Any], where: str) -> BaseModel:
    """Return a question's parameters, or raise CaseError that names the one at fault."""
    model = find_question(question).params
    try:
        return model.model_validate(params)
    except ValidationError as error:
        raise CaseError(f"{where}: {explain_fault(error, model)}") from error


def read_sources(folder: Path) -> list[SourceRule]:
    """Read a case's `sources.csv`: which names are one source, and what each source is.

    Raises
    ------
    InputError
        A column is missing, a kind is not known, a line says whom a name stands for other than another line does,
        or two lines differ about one source.
    """
    path = folder / SOURCES_FILE
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header = [name.strip() for name in reader.fieldnames or ()]
            _require_columns(header)
            reader.fieldnames = header
            lines = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not a CSV file in UTF-8: {error}", file=SOURCES_FILE) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=SOURCES_FILE) from error
    rules = [(line, rule) for line, row in lines if (rule := _rule(line, row))]
    _require_agreement(rules)
    return [rule for _, rule in rules]


def _require_columns(header: list[str]) -> None:
    if "name" not in header:
        raise InputError(
            f"the column is missing; expected {', '.join(SOURCE_COLUMNS)}, of which only name is needed",
            file=SOURCES_FILE,
            line=1,
            column="name",
        )
    for name in header:
        if name and name not in SOURCE_COLUMNS:
            raise InputError(
                f"this column is not known; known are {', '.join(SOURCE_COLUMNS)}",
                file=SOURCES_FILE,
                line=1,
                column=name,
            )


def _rule(line: int, row: dict[str, Any]) -> SourceRule | None:
    cells = {name: (row.get(name) or "").strip() for name in SOURCE_COLUMNS}
    if not any(cells.values()):
        return None
    if not cells["name"]:
        raise InputError("the line names no source", file=SOURCES_FILE, line=line, column="name")
    if cells["kind"] and cells["kind"] not in get_args(SourceKind):
        raise InputError(
            f"'{cells['kind']}' is no kind of source; expected {', '.join(get_args(SourceKind))} or nothing",
            file=SOURCES_FILE,
            line=line,
            column="kind",
        )
    described = {name: cells[name] or None for name in SOURCE_COLUMNS[2:]}
    return SourceRule(cells["name"], cells["canonical"] or cells["name"], **described)


def _require_agreement(rules: list[tuple[int, SourceRule]]) -> None:
    """Two lines may not say different things of one name, nor of one source."""
    stands_for: dict[str, tuple[int, str]] = {}
    said: dict[tuple[str, str], tuple[int, str]] = {}
    for line, rule in rules:
        canonical = normalise_name(rule.canonical)
        before = stands_for.setdefault(normalise_name(rule.name), (line, rule.canonical))
        if normalise_name(before[1]) != canonical:
            raise InputError(
                f"'{rule.name}' stands for '{rule.canonical}' here and for '{before[1]}' on line {before[0]}; "
                "spellings that differ only in case, spaces and punctuation are one name",
                file=SOURCES_FILE,
                line=line,
                column="canonical",
            )
        for field in SOURCE_COLUMNS[2:]:
            value = getattr(rule, field)
            earlier = said.setdefault((canonical, field), (line, value)) if value else None
            if earlier and earlier[1] != value:
                raise InputError(
                    f"'{rule.canonical}' is '{value}' here and '{earlier[1]}' on line {earlier[0]}",
                    file=SOURCES_FILE,
                    line=line,
                    column=field,
                )


CASE_TEMPLATE = """\
# A case: what it covers, which files its record is made from, and what is asked of it.
name = {name}
summary = ""

[period]
# Days outside are left out of the questions. Leave out a line for no limit.
# start = 2021-01-01
# end = 2023-12-31

[area]
# The countries as the data write them. Outlets whose country in sources.csv is one of these count as local.
countries = []

# [capital]
# name = ""
# latitude = 0.0
# longitude = 0.0
# radius_km = 25
# admin1 = ""

# Input files; `salience add` writes these.
# [[inputs]]
# file = "ged.csv.gz"
# as = "ucdp"          # ucdp, acled, table (needs: map = "my.map.toml"), documents or persons

# The questions that `salience run` asks, each with its parameters; `salience ask --help` lists them.
[questions.attention]

[questions.hidden]

# [questions.narrative]    # of texts: whose words does each source carry?
"""


def new_case_text(name: str) -> str:
    """Return a `case.toml` to fill in."""
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return CASE_TEMPLATE.format(name=quoted)
