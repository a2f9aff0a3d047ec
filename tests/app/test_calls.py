"""The same question in other words: they must ask just the same."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salience.app.calls import as_command, as_python, save_question
from salience.case import new_case
from salience.case_file import read_case_file
from salience.cli.params import parse_params
from salience.errors import CaseError
from salience.questions.catalogue import find_question

LABELS = st.lists(
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).filter(
        lambda text: text.strip() == text and not text.endswith("\\") and "\\," not in text
    ),
    max_size=3,
)


@given(LABELS, st.booleans(), st.sampled_from(["month", "week"]), st.none() | st.integers(2, 50))
def test_the_command_asks_what_the_form_asked(
    labels: list[str], trend: bool, step: str, window: int | None
) -> None:
    told = {"actor": labels, "trend": trend, "step": step, "window": window}
    words = shlex.split(as_command(Path("my case"), "change", told, seed=3))
    assert words[:4] == ["salience", "ask", "my case", "change"]
    assert words[-2:] == ["--seed", "3"]
    model = find_question("change").params
    assert model.model_validate(parse_params("change", words[4:-2])) == model.model_validate(told)


def test_the_python_lines_run_and_ask_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    class Stub:
        headline = "so it is"

        def __enter__(self) -> Stub:
            return self

        def __exit__(self, *_: object) -> None: ...

        def ask(self, question: str, **params: Any) -> Stub:
            asked.update(question=question, **params)
            return self

    monkeypatch.setattr("salience.open", lambda folder: asked.update(folder=folder) or Stub())
    exec(as_python(Path("it's"), "attention", {"compare": ["A", "B"], "level": 0.9}, seed=2), {})
    assert asked == {
        "folder": "it's",
        "question": "attention",
        "compare": ["A", "B"],
        "level": 0.9,
        "seed": 2,
    }


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = new_case(tmp_path / "case")
    text = (folder / "case.toml").read_text(encoding="utf-8")
    (folder / "case.toml").write_text(
        text + "\n[questions.options] # mine\ngoal = { peace = 80 }\n", encoding="utf-8"
    )
    return folder


def test_saving_keeps_comments_and_tables(case: Path) -> None:
    before = (case / "case.toml").read_text(encoding="utf-8")
    save_question(case, "attention", {"compare": ["A", "B"], "level": 0.9})
    save_question(case, "options", {"draws": 500})
    save_question(case, "change", {"at": ["2021-08-15"]})
    after = (case / "case.toml").read_text(encoding="utf-8")
    for line in before.splitlines():
        assert line in after
    told = tomllib.loads(after)["questions"]
    assert told["attention"] == {"compare": ["A", "B"], "level": 0.9}
    assert told["options"] == {"goal": {"peace": 80}, "draws": 500}
    save_question(case, "attention", {})
    assert read_case_file(case).questions["attention"] == {}


def test_a_file_that_would_be_no_case_is_left_as_it_was(case: Path) -> None:
    before = (case / "case.toml").read_bytes()
    with pytest.raises(CaseError, match="left as it was"):
        save_question(case, "attention", {"level": 7})
    assert (case / "case.toml").read_bytes() == before
