"""Decisions: rows that are only added, in a chain that shows tampering, kept twice, and surviving a new reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from salience.case import open_case
from salience.errors import RecordError
from salience.reading.review import count_progress, decide_all, find_items
from salience.record.decisions import (
    Decision,
    add_decisions,
    broken_links,
    check_log,
    count_orphans,
    decision_rows,
    last_by_person,
    log_of,
    read_log,
    settle_log,
    standing,
    undo_decision,
)
from salience.record.store import Record
from small_texts import ACTORS, write_texts_case

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def record(tmp_path: Path) -> Record:
    with Record(tmp_path / "record.duckdb") as opened:
        yield opened


def made(target: int, state: str = "accepted", by: str = "Ana", **told: object) -> Decision:
    return Decision(target, "mention", state, by, **told)  # type: ignore[arg-type]


def test_each_row_holds_the_hash_of_the_one_before(record: Record) -> None:
    assert add_decisions(record, [made(1), made(2, "rejected"), made(1, "unsure", "Ben")]) == 3
    rows = decision_rows(record)
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert rows[0]["previous"] == ""
    assert [row["previous"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert broken_links(rows) == []
    assert record.check() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE decision SET state = 'rejected' WHERE number = 2",
        "UPDATE decision SET \"by\" = 'Ben' WHERE number = 1",
        "UPDATE decision SET note = 'x' WHERE number = 3",
        "DELETE FROM decision WHERE number = 1",
        "DELETE FROM decision WHERE number = 2",
        "UPDATE decision SET number = 7 WHERE number = 3",
    ],
)
def test_the_chain_shows_what_was_changed_or_taken_out(record: Record, tampering: str) -> None:
    add_decisions(record, [made(1), made(2), made(3)])
    record.connection.execute(tampering)
    assert any("chain of decisions is broken" in problem for problem in record.check())
    with pytest.raises(RecordError, match="broken"):
        add_decisions(record, [made(4)])


def test_a_row_missing_at_the_end_is_noticed_and_comes_back(record: Record) -> None:
    add_decisions(record, [made(1), made(2), made(3)])
    before = decision_rows(record)
    record.connection.execute("DELETE FROM decision WHERE number = 3")
    assert broken_links(decision_rows(record)) == []
    assert "lacks the last 1 decisions" in record.check()[0]
    assert settle_log(record) == 1
    assert decision_rows(record) == before


def test_a_record_made_anew_takes_the_decisions_back(tmp_path: Path) -> None:
    folder = write_texts_case(tmp_path / "case")
    with open_case(folder) as case:
        item = find_items(case.record)[0]
        decide_all(case.record, {"accepted": [str(item.id)]}, "Ana")
        before = decision_rows(case.record)
    (folder / "record.duckdb").unlink()
    with open_case(folder) as case:
        case.add(folder / "articles.jsonl", "documents")
        assert decision_rows(case.record) == before
        assert find_items(case.record, ids=[item.id])[0].state == "accepted"
        assert case.check() == []


def test_a_changed_file_and_a_changed_record_are_told_apart_from_each_other(record: Record) -> None:
    add_decisions(record, [made(1), made(2)])
    path = log_of(record)
    path.write_text(
        path.read_text(encoding="utf-8").replace('"state": "accepted"', '"state": "rejected"'),
        encoding="utf-8",
    )
    assert "tell different decisions" in check_log(record)[0]
    assert settle_log(record) == 0
    path.write_text("{\n", encoding="utf-8")
    assert "line 1" in check_log(record)[0]


def test_a_line_cut_off_by_a_crash_is_written_again(record: Record) -> None:
    add_decisions(record, [made(1), made(2, note="درست \u2028 است")])
    path = log_of(record)
    path.write_bytes(path.read_bytes()[:-20])
    assert len(read_log(path)) == 1
    settle_log(record)
    assert read_log(path) == decision_rows(record)


def test_undo_is_a_new_row_that_puts_back_what_was_decided_before(record: Record) -> None:
    add_decisions(record, [made(1), made(1, "rejected")])
    add_decisions(record, [undo_decision(record, 1, "mention", "Ana")])
    assert [row["state"] for row in decision_rows(record)] == ["accepted", "rejected", "accepted"]
    assert decision_rows(record)[-1]["note"] == "undoes decision 2"
    add_decisions(record, [made(2)])
    add_decisions(record, [undo_decision(record, 2, "mention", "Ana")])
    assert len(decision_rows(record)) == 5
    assert set(standing(decision_rows(record))) == {1}
    add_decisions(record, [undo_decision(record, 2, "mention", "Ana")])
    assert standing(decision_rows(record))[2]["state"] == "accepted"
    with pytest.raises(RecordError, match="nothing to undo"):
        undo_decision(record, 1, "mention", "Ben")


def test_the_last_decision_not_taken_back_stands(record: Record) -> None:
    add_decisions(record, [made(1, "rejected", "Ben"), made(1, "accepted", "Ana")])
    assert standing(decision_rows(record))[1]["state"] == "accepted"
    add_decisions(record, [undo_decision(record, 1, "mention", "Ana")])
    assert standing(decision_rows(record))[1]["by"] == "Ben"
    assert set(last_by_person(decision_rows(record))) == {(1, "Ben")}


def test_a_decision_with_its_own_time_is_taken_once(record: Record) -> None:
    assert add_decisions(record, [made(1, at=NOW)]) == 1
    assert add_decisions(record, [made(1, at=NOW), made(2, at=NOW)]) == 1


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (made(1, "right"), "'right' is no state; there are accepted"),
        (made(1, by="  "), "nobody is named"),
        (Decision(1, "event", "accepted", "Ana"), "no layer"),
        (made(1, at="yesterday"), "no time in ISO 8601"),
        (made(1, "edited"), "nothing is changed"),
        (made(1, "edited", change={"start": "4"}), "'start' cannot be changed"),
        (made(1, "edited", change={"value": 4}), "must be text"),
        (made(1, "same-as"), "nobody is named"),
        (made(1, note="x" * 3_000), "2,000"),
    ],
)
def test_a_faulty_decision_takes_none_of_its_fellows_in(
    record: Record, decision: Decision, said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        add_decisions(record, [made(9), decision])
    assert decision_rows(record) == []
    assert not log_of(record).exists()


def test_decisions_survive_a_new_reading_with_other_names(tmp_path: Path) -> None:
    folder = write_texts_case(tmp_path / "case")
    with open_case(folder) as case:
        items = find_items(case.record)
        decide_all(case.record, {"accepted": [str(item.id) for item in items]}, "Ana")
        front = next(i for i in items if i.quote == "Hill Front" and i.layer == "mention")
    named = "label,actor,kind\nHill Front,Front of the Hills,organisation\nVarenian Army,Army,organisation\n"
    (folder / "aliases.csv").write_text(named, encoding="utf-8")
    with open_case(folder) as case:
        case.add(folder / "articles.jsonl", "documents")
        after = {item.id: item for item in find_items(case.record)}
        assert after[front.id].value == "Front of the Hills"
        # Still accepted, and shown first, for the reading says something else now than when it was accepted.
        assert after[front.id].state == "accepted"
        assert after[front.id].outdated
        assert next(iter(after.values())).outdated
        kept = [item for item in items if item.id in after]
        assert all(after[item.id].state == "accepted" for item in kept)
        assert case.check() == []


def test_a_decision_whose_suggestion_is_gone_is_kept_counted_and_holds_again(tmp_path: Path) -> None:
    actors = ACTORS + "two schools,Press corps,organisation\n"
    folder = write_texts_case(tmp_path / "case", actors=actors)
    with open_case(folder) as case:
        press = next(i for i in find_items(case.record) if i.value == "Press corps")
        decide_all(case.record, {"rejected": [str(press.id)]}, "Ana", "no actor")
        assert count_orphans(case.record) == 0
    (folder / "aliases.csv").write_text(ACTORS, encoding="utf-8")
    with open_case(folder) as case:
        case.add(folder / "articles.jsonl", "documents")
        assert find_items(case.record, ids=[press.id]) == []
        assert count_orphans(case.record) == 1
        assert count_progress(case.record).orphans == 1
        assert any("1 decided suggestions are no longer made" in note for note in case.warnings())
        assert decision_rows(case.record)[0]["note"] == "no actor"
    (folder / "aliases.csv").write_text(actors, encoding="utf-8")
    with open_case(folder) as case:
        case.add(folder / "articles.jsonl", "documents")
        assert find_items(case.record, ids=[press.id])[0].state == "rejected"
        assert count_orphans(case.record) == 0
