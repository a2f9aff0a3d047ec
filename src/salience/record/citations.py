"""What the column `source` of a case's own tables cites: a text with the place in it, for each quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# "legitimacy: essay.txt [4667:4958]": the quantity and the place may be left out; several citations are parted by
# semicolons. A quantity is a plain word, so that "https://…" is none.
_CITATION = re.compile(
    r"^(?:(?P<about>[a-z]+):\s+)?(?P<source>.*?)(?:\s*\[(?P<start>\d+):(?P<end>\d+)\])?$", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Citation:
    """One source, the place in it (code points of its canonical text), and the quantity it is cited for."""

    source: str
    start: int | None = None
    end: int | None = None
    about: str | None = None


def read_citations(text: str | None) -> tuple[Citation, ...]:
    """Take a cell of the column `source` apart; nothing is cited by an empty one.

    Parameters
    ----------
    text : str or None
        "essay.txt [120:184]", "position: essay.txt [5:90]; salience: survey 2023", or any words.
    """
    found = []
    for part in (text or "").split(";"):
        match = _CITATION.match(part.strip())
        if match and match["source"]:
            start, end = (int(match[name]) if match[name] else None for name in ("start", "end"))
            found.append(Citation(match["source"], start, end, match["about"]))
    return tuple(found)


def cited_sources(cells: Iterable[str | None]) -> tuple[str, ...]:
    """Return the sources that cells of the column `source` cite, each once, in alphabetical order."""
    return tuple(sorted({each.source for cell in cells for each in read_citations(cell)}))
