"""Small landscapes for tests: four actors whose numbers are worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from salience.questions.answer import Answer
from salience.questions.landscape.ask import ask_landscape
from salience.questions.landscape.params import LandscapeParams
from salience.questions.setting import Setting
from salience.record.landscape import CASE_TABLES, write_landscape
from salience.record.store import Record
from salience.sources.landscape_files import read_landscape_files

ACTORS = "name,constituency_best,capability_best,legitimacy_best,source\n"
ISSUES = "issue,meaning_0,meaning_100,two_poles\n"
POSITIONS = "actor,issue,low,best,high,salience_best,source\n"
QUICK = {"draws": 256, "map_draws": 32}
# Four actors, of whom the fourth stands alone; weights 4, 3, 2 and 1 on the first issue.
FOUR = {
    "actors.csv": ACTORS + "A,0.1,4,0.2,x\nB,0.2,3,0.8,x\nC,0.3,2,0.6,x\nD,0.4,1,0.9,x\n",
    "issues.csv": ISSUES + "Peace,war,peace,no\nFlag,red,blue,yes\n",
    "positions.csv": POSITIONS
    + "A,Peace,,90,,1,x\nB,Peace,,85,,1,x\nC,Peace,,95,,1,x\nD,Peace,,10,,1,x\n"
    + "A,Flag,,0,,0.5,x\nB,Flag,,100,,1,x\nC,Flag,,100,,1,x\n",
    "relations.csv": "actor,other,kind\nA,B,ally\n",
}


def record_landscape(folder: Path, files: dict[str, str]) -> Record:
    """Write a case's tables into a folder and make a record of them."""
    folder.mkdir()
    for name, text in files.items():
        if not name.startswith("truth"):
            (folder / name).write_text(text, encoding="utf-8")
    record = Record(folder / "record.duckdb")
    with record.transaction() as connection:
        write_landscape(connection, read_landscape_files(folder), CASE_TABLES)
    return record


def ask(record: Any, seed: int = 0, **params: Any) -> Answer:
    return ask_landscape(record, LandscapeParams(**{**QUICK, **params}), Setting(), seed=seed, version="test")


def row(answer: Answer, table: str, **wanted: str) -> dict[str, Any]:
    (found,) = [r for r in answer.find_table(table).to_records() if all(r[k] == v for k, v in wanted.items())]
    return found


def assert_finite(answer: Answer) -> None:
    for estimate in answer.estimates:
        for value in (estimate.value, estimate.low, estimate.high):
            assert value is not None
            assert math.isfinite(value), estimate.name
    for table in answer.tables:
        for cells in table.rows:
            assert not any(isinstance(c, float) and not math.isfinite(c) for c in cells), table.name
    text = answer.to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
