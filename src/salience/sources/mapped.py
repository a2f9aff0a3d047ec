"""Any table of accounts, through a mapping in TOML or through its HXL tags."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from salience.errors import InputError
from salience.record.schema import load_schema
from salience.sources.delimited import Sheet, sql_name, sql_text
from salience.sources.telling import TELLABLE, Tellers, Telling, Told, coded, constant, plain

SourceKind = Literal["outlet", "agency", "ngo", "igo", "official", "party", "dataset", "social"]

# Humanitarian Exchange Language 1.1 tags; attributes after the tag refine it, so the longest match wins.
HXL = {
    "#event+id": "native_id",
    "#event+code": "native_id",
    "#meta+id": "native_id",
    "#event+type": "kind_native",
    "#event": "kind_native",
    "#date+start": "date_from",
    "#date+occurred": "date_from",
    "#date+end": "date_to",
    "#date+reported": "published",
    "#date": "date_from",
    "#loc+name": "place",
    "#loc": "place",
    "#adm1+name": "admin1",
    "#adm1+code": "pcode",
    "#adm1": "admin1",
    "#adm2+name": "admin2",
    "#adm2": "admin2",
    "#country+name": "country",
    "#country": "country",
    "#geo+lat": "latitude",
    "#geo+lon": "longitude",
    "#affected+killed": "deaths_best",
    "#actor": "side_a",
    "#org+actor": "side_a",
    "#description": "text",
    "#meta+source": "speaker",
    "#meta+url": "url",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetPart(_Part):
    """Whose events the rows tell of."""

    name: str | None = Field(
        None, description="The name of the dataset that the file is; it becomes a source itself."
    )
    events_of: str | None = Field(
        None, description="Another dataset whose event ids stand in the 'event' column."
    )
    figures_only: bool = Field(
        False,
        description="The rows are numbers gathered because they contradict each other: who is among them says nothing "
        "of who covered what, and they count in no coverage.",
    )
    licence: str = Field("", description="Licence of the data, as its publisher states it.")
    citation: str = Field("", description="How to cite it.")


class SourcePart(_Part):
    """Who speaks in every row."""

    name: str = Field(description="The speaker of every row.")
    kind: SourceKind | None = Field(None, description="What kind of source it is.")


class FormatPart(_Part):
    """How values are written."""

    date: str | list[str] = Field(
        default_factory=list, description="strptime format(s) of the dates; ISO when absent."
    )
    separator: str = Field(
        ";", min_length=1, description="What stands between names in the column of sources."
    )


class Mapping(_Part):
    """A mapping of a table's columns to what the record calls them."""

    dataset: DatasetPart = Field(default_factory=DatasetPart)
    source: SourcePart | None = None
    columns: dict[str, str] = Field(
        default_factory=dict, description="The record's name = the file's column."
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="The record's name = a text for every row."
    )
    codes: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="For a coded column: code = word."
    )
    formats: FormatPart = Field(default_factory=FormatPart)

    @field_validator("columns", "constants", "codes")
    @classmethod
    def _known(cls, value: dict[str, object]) -> dict[str, object]:
        names = {*TELLABLE, "id", "source", "sources"}
        for name in value:
            if name not in names:
                raise ValueError(
                    f"'{name}' is nothing that the record holds; it knows {', '.join(sorted(names))}"
                )
        return value


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    InputError
        The file is missing, is no TOML, or names a key that mappings do not have.
    """
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
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


def describe_table(sheet: Sheet, mapping: Mapping | None) -> Telling:
    """Say how a mapped or HXL-tagged table tells of events.

    Raises
    ------
    InputError
        There is neither a mapping nor HXL tags, a mapped column is missing, or nothing says when or who.
    """
    if mapping is None and not sheet.tags:
        raise InputError(
            "a table needs a mapping (--map MAP.toml) that says which column is which, or a row of HXL tags under "
            "its header. The columns are: " + ", ".join(sheet.columns),
            file=sheet.file,
        )
    mapping = mapping or Mapping()
    columns = _columns(sheet, mapping)
    sheet.require(columns.values())
    columns = {name: sheet.find(column) or column for name, column in columns.items()}
    dataset = mapping.dataset.name or (
        None if mapping.source or "speaker" in columns else Path(sheet.file).stem
    )
    _require_enough(sheet, columns, mapping)
    told = {name: _told(name, column, mapping) for name, column in columns.items() if name != "sources"}
    told |= {_record_name(name): constant(word) for name, word in mapping.constants.items()}
    if "native_id" not in told and "event" in told and dataset:
        told["native_id"] = told["event"]
    speaker = mapping.source.name if mapping.source else dataset
    figures = mapping.dataset.figures_only
    return Telling(
        importer="table",
        dataset=mapping.dataset.events_of or dataset or Path(sheet.file).stem,
        told=told,
        speaker=None if "speaker" in told else speaker,
        speaker_kind=mapping.source.kind if mapping.source else ("dataset" if dataset else None),
        tellers=_tellers(columns, mapping),
        sources_listed="true" if not figures and ("sources" in columns or "speaker" in columns) else "false",
        kept_as="figures" if figures else "full",
        date_formats=tuple(
            [mapping.formats.date] if isinstance(mapping.formats.date, str) else mapping.formats.date
        ),
        licence=mapping.dataset.licence,
        citation=mapping.dataset.citation,
    )


def _columns(sheet: Sheet, mapping: Mapping) -> dict[str, str]:
    tagged: dict[str, str] = {}
    for column, tag in zip(sheet.columns, sheet.tags, strict=False):
        name = _hxl_name(tag)
        if name and name not in tagged:
            tagged[name] = column
    return tagged | {_record_name(name): column for name, column in mapping.columns.items()}


def _record_name(name: str) -> str:
    return {"id": "native_id", "source": "speaker"}.get(name, name)


def _hxl_name(tag: str) -> str | None:
    attributes = set(tag.split("+")[1:])
    head = tag.split("+", maxsplit=1)[0]
    fitting = [t for t in HXL if t.split("+", maxsplit=1)[0] == head and set(t.split("+")[1:]) <= attributes]
    return HXL[max(fitting, key=len)] if fitting else None


def _require_enough(sheet: Sheet, columns: dict[str, str], mapping: Mapping) -> None:
    if "date_from" not in columns and "date_from" not in mapping.constants and not mapping.dataset.events_of:
        raise InputError("no column is mapped to 'date_from', and an event needs a day", file=sheet.file)
    if mapping.dataset.events_of and "event" not in columns:
        raise InputError(
            f"the mapping takes events of '{mapping.dataset.events_of}', so 'event' must name the column of their ids",
            file=sheet.file,
        )


def _told(name: str, column: str, mapping: Mapping) -> Told:
    codes = mapping.codes.get(name) or mapping.codes.get(
        {"native_id": "id", "speaker": "source"}.get(name, name)
    )
    return coded(column, codes) if codes else plain(column)


def _tellers(columns: dict[str, str], mapping: Mapping) -> Tellers | None:
    if "sources" not in columns:
        return None
    column = columns["sources"]
    names = f"string_split({sql_name(column)}, {sql_text(mapping.formats.separator)})"
    return Tellers(column, names, "[]::VARCHAR[]", "[]::VARCHAR[]")


def known_columns() -> tuple[str, ...]:
    """Return the account's columns that a mapping can fill, for the documentation."""
    account = load_schema()["account"].column_names
    return tuple(name for name in TELLABLE if name in account)
