"""A text of our own on another conflict is audited as any: nothing in the verdicts is bound to one country."""

from __future__ import annotations

import shutil
from pathlib import Path

import salience
from salience.claims import read_claims

CASE = Path(__file__).parents[2] / "cases" / "myanmar"
WORDS = {
    "fights-rose": "rate", "not-as-always": "went on", "one-source": "one source alone",
    "small-passed-over": "one in ten", "ten-dead-are-carried": "more likely than not",
    "small-because-few-die": "larger part", "most-is-listed": "more than half", "a-dozen-groups": "dozen",
    "rohingya-beyond-their-share": "Rohingya", "talk-with-everyone": "should speak",
}  # fmt: skip


def test_claims_stand_where_they_say() -> None:
    text, claims = (CASE / "op-ed.txt").read_text(encoding="utf-8"), read_claims(CASE)
    assert "written to test a program" in text and 400 <= len(text.split()) <= 700
    assert claims is not None and {c.id for c in claims.claim} == set(WORDS)
    for claim in claims.claim:
        assert claim.span is not None and WORDS[claim.id] in text[slice(*claim.span)], claim.id


def test_without_the_data_nothing_is_decided_and_the_report_says_why(tmp_path: Path) -> None:
    """With the data: tests/test_case.py, which runs the case anyway."""
    for file in (*CASE.glob("*.toml"), *CASE.glob("*.csv"), *CASE.glob("*.txt")):
        shutil.copy(file, tmp_path / file.name)
    with salience.open(tmp_path) as case:
        done = case.run()
    assert {v.verdict for v in done.verdicts if v.kind == "factual"} == {"undecided"}
    assert {p.reason for v in done.verdicts for p in v.parts} == {"no data"}
    assert len(done.warnings) == 1 and "ged_myanmar_1989_2023.csv.gz is not here" in done.warnings[0]
