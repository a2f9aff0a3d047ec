"""An app on a small case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_client import enter
from salience.app.desk import Desk
from salience.case import open_case
from small_ged import write_case


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case of 240 events whose record is made."""
    folder = write_case(tmp_path_factory.mktemp("app") / "case")
    with open_case(folder) as case:
        case.add(folder / "ged.csv", "ucdp")
    return folder


@pytest.fixture(scope="module")
def desk(case_folder: Path) -> Iterator[Desk]:
    """Return an open desk, closed after the module."""
    opened = Desk(case_folder)
    yield opened
    opened.close()


@pytest.fixture
def client(desk: Desk) -> Any:
    """Return a client with a session."""
    return enter(desk)
