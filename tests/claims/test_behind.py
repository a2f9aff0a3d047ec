"""Who speaks in the rows behind an answer, and when that is one source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import salience
from salience.claims.behind import lone_voice, voices_behind
from salience.questions.answer import Answer, Evidence
from salience.record.store import Record
from small_ged import row, write_case, write_ged


def events(folder: Path, **changes: str) -> salience.Case:
    """Return a case whose dataset lists the outlets of each event."""
    made = write_case(folder)
    write_ged(
        made / "ged.csv", [row(n, source_headline="h", number_of_sources=1, **changes) for n in range(20)]
    )
    case = salience.open(made)
    case.add(made / "ged.csv", format="ucdp")
    return case


def behind(record: Record, evidence: Evidence) -> list[Counter[str]]:
    answer = Answer(
        question="attention", headline="", estimates=(), tables=(), figures=(), assumptions=(), warnings=(),
        evidence=(evidence,), method=(), params={}, seed=0, record="", version="",
    )  # fmt: skip
    return voices_behind(record, answer, "sources_at_10")


@pytest.fixture
def all_events() -> Iterator[Evidence]:
    yield Evidence("the events asked about", "event", 20, condition="true")


def test_a_dataset_that_names_its_outlets_is_no_voice_beside_them(
    tmp_path: Path, all_events: Evidence
) -> None:
    with events(tmp_path / "one", source_office="Local Herald") as case:
        (body,) = behind(case.record, all_events)
        assert body == {"Local Herald": 20}
        assert lone_voice([body]) == "Local Herald"


def test_a_dataset_that_names_nobody_speaks_itself(tmp_path: Path, all_events: Evidence) -> None:
    with events(tmp_path / "none", source_office="", source_date="", source_article="") as case:
        (body,) = behind(case.record, all_events)
        assert list(body) == [lone_voice([body])]
        assert sum(body.values()) == 20


def test_outlets_that_draw_on_each_other_are_one(tmp_path: Path, all_events: Evidence) -> None:
    with events(tmp_path / "two", source_office="Local Herald;World Wire") as case:
        (body,) = behind(case.record, all_events)
        assert lone_voice([body]) == ""
        with case.record.transaction() as connection:
            connection.execute(
                "UPDATE source SET independence_group = 'one house' WHERE kind IS DISTINCT FROM 'dataset'"
            )
        (body,) = behind(case.record, all_events)
        assert body == {"one house": 20}
        assert lone_voice([body]) == "one house"


def test_rows_that_name_no_source_are_no_second_one() -> None:
    assert lone_voice([Counter({"essay.txt": 5, "not stated": 2})]) == "essay.txt"
    assert lone_voice([Counter({"not stated": 2})]) == "not stated"
    assert lone_voice([Counter({"essay.txt": 5, "survey": 2})]) == ""


def test_a_body_of_evidence_that_is_all_the_claims_own_is_enough() -> None:
    bodies = [Counter({"essay.txt": 3}), Counter({"survey": 2, "essay.txt": 1})]
    assert lone_voice(bodies, "A. Author", "essay.txt") == "essay.txt"
    assert lone_voice(bodies, "A. Author", "Essay") == ""
    assert lone_voice([], "A. Author", "essay.txt") == ""


def test_evidence_of_few_rows_is_looked_up_by_id(tmp_path: Path, all_events: Evidence) -> None:
    with events(tmp_path / "ids", source_office="Local Herald") as case:
        ids = tuple(int(r["id"]) for r in case.record.rows("SELECT id FROM event ORDER BY id LIMIT 3"))
        few = replace(all_events, ids=ids, condition="", n=3)
        assert behind(case.record, few) == [Counter({"Local Herald": 3})]
