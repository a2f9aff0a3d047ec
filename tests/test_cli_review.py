"""`salience review`: the page, deciding on the command line, files in and out, and what a frightened person reads."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salience.cli import app
from small_texts import write_texts_case

RUNNER = CliRunner()


def salience(*words: str | Path, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_texts_case(tmp_path_factory.mktemp("made") / "case")


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "case")


def listed(case: Path, *words: str) -> list[dict[str, object]]:
    return list(json.loads(salience("review", case, "--list", "--json", *words))["suggestions"])


def test_without_options_the_page_is_written_and_the_next_step_told(case: Path) -> None:
    output = salience("review", case)
    assert (case / "review.html").is_file()
    assert "--take FILE" in output
    assert re.search(r"organisation +\d", output)
    told = json.loads(salience("review", case, "--json", "--kind", "label"))
    assert told["shown"] < sum(row["suggestions"] for row in told["kinds"])


def test_the_list_shows_ids_that_can_be_used(case: Path) -> None:
    output = salience("review", case, "--list", "--most", "3")
    short = re.findall(r"^(\d+)  ", output, re.MULTILINE)
    assert len(short) == 3
    assert "⟦" in output
    salience("review", case, "--accept", short[0], "--reject", short[1], "--by", "Ana", "--note", "seen")
    states = {row["id"][: len(short[0])]: (row["state"], row["by"], row["note"]) for row in listed(case)}  # type: ignore[index]
    assert states[short[0]] == ("accepted", "Ana", "seen")
    assert states[short[1]] == ("rejected", "Ana", "seen")
    assert states[short[2]][0] == "suggested"


def test_the_most_doubtful_come_first_and_the_unsure_before_them(case: Path) -> None:
    rows = listed(case)
    doubts = [float(str(row["confidence"])) - (0.3 if row["notes"] else 0) for row in rows]
    assert doubts == sorted(doubts)
    salience("review", case, "--unsure", str(rows[-1]["id"]), "--accept", str(rows[0]["id"]), "--by", "Ana")
    after = listed(case)
    assert after[0]["id"] == rows[-1]["id"]
    assert after[-1]["id"] == rows[0]["id"]


def test_undo_adds_a_decision_and_the_page_shows_what_stands(case: Path) -> None:
    first = str(listed(case)[0]["id"])
    salience("review", case, "--reject", first, "--by", "Ana")
    salience("review", case, "--undo", first, "--by", "Ana")
    assert listed(case)[0]["state"] == "suggested"
    told = json.loads(salience("review", case, "--json"))
    assert told["decisions"] == 2
    assert told["people"] == []
    assert "agree" in salience("check", case)


def test_accepted_rows_and_all_rows_are_both_counted(case: Path) -> None:
    rows = [row for row in listed(case) if row["kind"] == "organisation"]
    salience("review", case, "--accept", str(rows[0]["id"]), "--reject", str(rows[1]["id"]), "--by", "Ana")
    told = {row["kind"]: row for row in json.loads(salience("review", case, "--json"))["kinds"]}
    assert told["organisation"]["accepted_only"] == 1
    assert told["organisation"]["all"] == told["organisation"]["suggestions"] - 1


def test_a_question_of_accepted_rows_uses_them_only(case: Path) -> None:
    def namings(*words: str) -> int:
        answer = json.loads(salience("ask", case, "narrative", "--json", "--draws", "50", *words))
        return next(e["n"] for e in answer["evidence"] if e["name"] == "places where actors are named")

    before = namings()
    assert before > 0
    assert namings("--rows", "accepted") == 0
    rows = [r for r in listed(case) if r["kind"] == "organisation" and r["how"] == "alias"]
    salience("review", case, "--accept", str(rows[0]["id"]), "--reject", str(rows[1]["id"]), "--by", "Ana")
    assert namings("--rows", "accepted") == 1
    assert namings() == before - 1


@pytest.mark.parametrize("name", ["a.jsonld", "a.csv", "a.jsonl", "a.json", "a.zip"])
def test_export_says_what_it_wrote_and_warns_of_whole_texts(case: Path, tmp_path: Path, name: str) -> None:
    output = salience("review", case, "--export", tmp_path / name)
    assert (tmp_path / name).stat().st_size > 100
    assert "of 3 texts" in output
    assert "whole texts" in output


def test_export_and_take_between_two_people_gives_agreement(case: Path, tmp_path: Path) -> None:
    assert "two people" in salience("review", case, "--agreement")
    ids = [str(row["id"]) for row in listed(case)]
    accept = [word for number in ids[:8] for word in ("--accept", number)]
    reject = [word for number in ids[8:12] for word in ("--reject", number)]
    salience("review", case, *accept, *reject, "--by", "Ana")
    drafts = salience("review", case, "--export", tmp_path / "drafts.jsonl")
    assert "doccano" in drafts
    output = salience("review", case, "--take", tmp_path / "drafts.jsonl", "--by", "Ben")
    assert "decisions added" in output
    assert re.search(r"All suggestions, whether it stands:", salience("review", case, "--agreement"))
    told = json.loads(salience("review", case, "--agreement", "--json"))["agreement"]
    assert told[0]["units"] == 8


def test_check_reports_a_broken_chain(case: Path) -> None:
    import duckdb

    salience("review", case, "--accept", str(listed(case)[0]["id"]), "--by", "Ana")
    with duckdb.connect(str(case / "record.duckdb")) as connection:
        connection.execute("UPDATE decision SET state = 'rejected'")
    assert "chain of decisions is broken at decision 1" in salience("check", case, code=1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--accept", "1"], 1, "--by NAME"),
        (["--accept", "99999999999", "--by", "A"], 1, "no suggestion has this id"),
        (["--accept", "first", "--by", "A"], 1, "is no id"),
        (["--undo", "ID", "--by", "A"], 1, "nothing to undo"),
        (["--list", "--agreement"], 2, "choose one of"),
        (["--complete"], 2, "--take"),
        (["--list", "--kind", "militia"], 1, "'militia' is no kind"),
        (["--list", "--state", "right"], 1, "'right' is no state"),
        (["--take", "none.jsonl", "--by", "A"], 1, "no such file"),
        (["--export", "x.docx"], 1, "no format is known by this ending"),
        (["--export", "x.json", "--format", "brat"], 1, "'brat' is no format"),
    ],
)
def test_wrong_words_say_what_is_right(case: Path, words: list[str], code: int, said: str) -> None:
    given = [str(listed(case)[0]["id"]) if word == "ID" else word for word in words]
    assert said in re.sub(r"\s+", " ", salience("review", case, *given, code=code)).replace("│ ", "")


def test_a_case_without_texts_says_how_to_add_some(tmp_path: Path) -> None:
    from small_ged import row, write_ged

    folder = tmp_path / "case"
    salience("new", folder)
    salience("add", folder, write_ged(tmp_path / "ged.csv", [row(n) for n in range(20)]), "--quiet")
    assert "salience add CASE FILE --as documents" in salience("review", folder)
    assert "nothing to export" in salience("review", folder, "--export", tmp_path / "x.csv", code=1)
