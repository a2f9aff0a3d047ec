"""How a file of articles names its columns: a small TOML mapping, or well-known names."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salience.errors import InputError
from salience.sources.mapped import SourceKind

KNOWN = {
    "text": ("text", "body", "content", "article", "fulltext", "full_text", "paragraph"),
    "title": ("title", "headline", "heading"),
    "published": ("published", "date", "published_at", "publication_date", "pubdate", "day", "year"),
    "source": ("source", "outlet", "publisher", "newspaper", "speaker", "author", "country"),
    "native_id": ("id", "native_id", "docid", "doc_id", "article_id", "guid"),
    "language": ("language", "lang"),
    "url": ("url", "link", "address"),
}


class DocumentMap(BaseModel):
    """The mapping of a file of documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = Field(None, description="Who published all of them, when no column says.")
    kind: SourceKind | None = Field(None, description="What kind of source publishes them.")
    published: date | None = Field(None, description="When all of them were published, when no column says.")
    year_day: str = Field(
        "01-01",
        pattern=r"^\d\d-\d\d$",
        description="Where the column holds years alone: the month and day to take, as MM-DD.",
    )
    licence: str = Field("", description="Licence of the texts.")
    citation: str = Field("", description="How to cite them.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="For text, title, published, source, native_id, language, url: the column.",
    )

    def columns_of(self, header: list[str], file: str) -> dict[str, str]:
        """Return which column tells what.

        Raises
        ------
        InputError
            A named column is not there, or nothing is known to hold the text.
        """
        unknown = set(self.columns) - set(KNOWN)
        if unknown:
            raise InputError(f"the mapping names '{min(unknown)}'; it can name {', '.join(KNOWN)}", file=file)
        lower = {name.strip().lower(): name for name in header}
        found = {}
        for name, usual in KNOWN.items():
            given = self.columns.get(name)
            if given is not None and given not in header:
                raise InputError(
                    f"the mapping says that {name} stands here; the file has {', '.join(header)}",
                    file=file,
                    column=given,
                )
            column = given or next((lower[u] for u in usual if u in lower), None)
            if column is not None:
                found[name] = column
        if "text" not in found:
            raise InputError(
                f"no column is known to hold the text; the file has {', '.join(header)}. Name it in a mapping: "
                '[columns] text = "..."',
                file=file,
            )
        return found


def read_document_map(path: Path | None) -> DocumentMap:
    """Return the mapping a file gives; an empty one without a file.

    Raises
    ------
    InputError
        It is no TOML, or a key is not known.
    """
    if path is None:
        return DocumentMap()
    try:
        return DocumentMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the mapping is not TOML: {error}", file=path.name) from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"key {key}: {fault['msg']}", file=path.name) from error
