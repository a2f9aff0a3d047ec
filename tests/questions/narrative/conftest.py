"""Records that the tests of the narrative question share, and charts only where they are what is tested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salience.questions.answer import Answer
from salience.record.store import Record
from small_narrative import Told, ask, day, make_in, told


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Record] = []

    def make_record(told: Sequence[Told], *lists: Any, **named: Any) -> Record:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(make_in(folder, told, *lists, **named))
        return opened[-1]

    yield make_record
    for record in opened:
        record.close()


@pytest.fixture(autouse=True)
def without_charts(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Draw nothing where charts are not what is tested: they take most of the time."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("salience.questions.narrative.ask._figures", lambda found: ())


@pytest.fixture
def drawn() -> None:
    """Draw the charts in this test."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a record that several tests only read; its last text is a whole copy."""
    texts = told()
    with make_in(
        tmp_path_factory.mktemp("shared"), [*texts, ("State Agency", day(700), texts[0][2])]
    ) as record:
        yield record


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the record of `told` for tests that only read it."""
    with make_in(tmp_path_factory.mktemp("plain"), told()) as record:
        yield record


@pytest.fixture(scope="module")
def answer(plain: Record) -> Answer:
    """Return its answer, with charts."""
    return ask(plain, split=date(2022, 3, 1))
