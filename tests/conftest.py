"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with real data, or skip: it is never part of the project."""
    folder = Path(os.environ.get("SALIENCE_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder.name}/ (set SALIENCE_DATA to the folder that holds it)")
    return folder
