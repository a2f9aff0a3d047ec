"""Pages that came, kept under the hash of their bytes, so that a fetch that was stopped goes on where it stood."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salience.sources.fetch.connection import FetchError


@dataclass(slots=True)
class KeptPages:
    """The pages of one query in a folder.

    `SHA-256.json` is a page, byte for byte; `query-….json` lists which pages a query has so far. Both are replaced
    whole, so a sudden end leaves what came before. The folder can be thrown away at any time.

    Parameters
    ----------
    folder : Path
        Made when the first page comes.
    query : dict
        What was asked for; another query has a list of its own.

    Attributes
    ----------
    earlier : str
        Digest of an earlier reading that did not add up, or empty; see `start_over`.
    """

    folder: Path
    query: dict[str, Any]
    pages: dict[int, dict[str, str]] = field(default_factory=dict)
    earlier: str = ""

    def __post_init__(self) -> None:
        try:
            told = json.loads(self._index().read_text(encoding="utf-8"))
            if told["query"] == self.query:
                self.pages = {int(number): dict(page) for number, page in told["pages"].items()}
                self.earlier = str(told["earlier"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.pages, self.earlier = {}, ""  # a damaged list is as good as none

    def find(self, number: int) -> bytes | None:
        """Return a page's bytes; None when it is missing or no longer what came."""
        page = self.pages.get(number)
        if page is None:
            return None
        try:
            body = (self.folder / f"{page['sha256']}.json").read_bytes()
        except (OSError, KeyError):
            return None
        return body if hashlib.sha256(body).hexdigest() == page["sha256"] else None

    def keep(self, number: int, body: bytes) -> None:
        """Keep a page.

        Raises
        ------
        FetchError
            The folder cannot be written to.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        self._replace(self.folder / f"{sha256}.json", body)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.pages[number] = {"sha256": sha256, "fetched": now}
        self._write_index()

    def start_over(self, earlier: str = "") -> None:
        """Forget the pages, and remember what they came to."""
        self.pages, self.earlier = {}, earlier
        self._write_index()

    def _index(self) -> Path:
        told = json.dumps(self.query, sort_keys=True)
        return self.folder / f"query-{hashlib.sha256(told.encode()).hexdigest()[:32]}.json"

    def _write_index(self) -> None:
        told = {
            "query": self.query,
            "earlier": self.earlier,
            "pages": {str(number): page for number, page in self.pages.items()},
        }
        self._replace(self._index(), json.dumps(told, indent=1).encode())

    def _replace(self, path: Path, body: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            part.write_bytes(body)
            part.replace(path)
        except OSError as error:
            raise FetchError(f"pages cannot be kept in {self.folder}: {error.strerror}") from error


def user_cache() -> Path:
    """Return the folder in which the user's programs keep what they can fetch again."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "salience"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "salience" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "salience"
