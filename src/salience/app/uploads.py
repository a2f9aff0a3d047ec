"""A file that a browser sends: its type looked at, its name made harmless, its bytes put where only we look."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from salience.sources.document_files import ENDINGS

PACKED = (".gz", ".zip")
TAKEN = tuple(sorted({*ENDINGS, *PACKED, ".xlsx"}))
LONGEST_NAME = 120


@contextmanager
def received(files: Sequence[tuple[str, IO[bytes]]]) -> Iterator[list[Path]]:
    """Keep sent files in a folder of their own for as long as the block runs.

    Parameters
    ----------
    files : sequence of (str, stream)
        What the browser calls each, and its bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="salience-upload-"))
    try:
        paths = []
        for name, stream in files:
            paths.append(folder / safe_name(name))
            with paths[-1].open("xb") as kept:
                shutil.copyfileobj(stream, kept, 1 << 20)
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> str:
    """Return the last part of a name without anything that a path could be made of; its ending stays."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w.\- ]+", "_", last).strip(". ")
    return kept[-LONGEST_NAME:].lstrip(". ") or "file"


def is_taken(name: str) -> bool:
    """Return whether files of this ending are read at all."""
    return Path(safe_name(name)).suffix.lower() in TAKEN
