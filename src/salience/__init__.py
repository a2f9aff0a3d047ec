"""Salience: what a conflict's reporting shows, what it leaves out, and what would follow if those were heard.

Examples
--------
>>> import salience
>>> with salience.open("cases/simulated") as case:  # doctest: +SKIP
...     print(case.ask("attention").headline)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from salience.version import __version__

if TYPE_CHECKING:
    from salience import methods as methods
    from salience.case import Case as Case
    from salience.case import open_case as open  # noqa: A004 - the word a user would look for
    from salience.errors import SalienceError as SalienceError
    from salience.questions.answer import Answer as Answer
    from salience.record.store import ParquetRecord as ParquetRecord
    from salience.record.store import Record as Record

__all__ = ["Answer", "Case", "ParquetRecord", "Record", "SalienceError", "__version__", "methods", "open"]

# Looked up on first use, so that importing the package and `salience --help` stay fast.
_PLACES = {
    "Answer": ("salience.questions.answer", "Answer"),
    "Case": ("salience.case", "Case"),
    "ParquetRecord": ("salience.record.store", "ParquetRecord"),
    "Record": ("salience.record.store", "Record"),
    "SalienceError": ("salience.errors", "SalienceError"),
    "methods": ("salience.methods", None),
    "open": ("salience.case", "open_case"),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'salience' has no attribute '{name}'")
    module, attribute = _PLACES[name]
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return sorted(__all__)
