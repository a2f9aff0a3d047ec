"""The files that pages link to: held in memory under names that change with their content."""

from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
VEGA = f"vega-{version('vl-convert-python').replace('.', '-')}.js"
# What the page that asks for the token or the password needs; it says nothing of the case.
OPEN = ("app.css", "icon.svg")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its bytes, the same compressed, and what it is."""

    body: bytes
    media_type: str
    packed: bytes = field(repr=False)


def address(name: str) -> str:
    """Return the address of a file as templates link to it: `/static/app-1a2b3c4d.css`.

    Raises
    ------
    KeyError
        There is no such file in `static/`.
    """
    return _addresses()[name]


def find(hashed: str) -> StaticFile | None:
    """Return a file by the name in its address; only names made at the start are known, so no path is read."""
    if hashed == VEGA:
        return _vega()
    return _by_address().get(f"/static/{hashed}")


def is_open(path: str) -> bool:
    """Return whether a page without a session may load this."""
    return path in {address(name) for name in OPEN}


_loaded: dict[str, tuple[str, StaticFile]] = {}
_bundle: list[StaticFile] = []
_lock, _bundling = threading.Lock(), threading.Lock()


def _load() -> dict[str, tuple[str, StaticFile]]:
    with _lock:
        if not _loaded:
            for entry in sorted(files(__package__).joinpath("static").iterdir(), key=lambda e: e.name):
                stem, _, ending = entry.name.rpartition(".")
                if ending in TYPES:
                    body = entry.read_bytes()
                    mark = hashlib.sha256(body).hexdigest()[:10]
                    made = StaticFile(body, TYPES[ending], gzip.compress(body, 9, mtime=0))
                    _loaded[entry.name] = (f"/static/{stem}-{mark}.{ending}", made)
        return _loaded


def _addresses() -> dict[str, str]:
    return {name: at for name, (at, _) in _load().items()} | {"vega.js": f"/static/{VEGA}"}


def _by_address() -> dict[str, StaticFile]:
    return dict(_load().values())


def _vega() -> StaticFile:
    """Make the bundle that vl-convert carries: Vega, Vega-Lite and vega-embed with its interpreter; once."""
    import vl_convert

    with _bundling:
        if not _bundle:
            body = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode()
            _bundle.append(StaticFile(body, TYPES["js"], gzip.compress(body, 9, mtime=0)))
        return _bundle[0]
