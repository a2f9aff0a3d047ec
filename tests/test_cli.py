"""The command line: the verbs, their output, their exit codes, and what a frightened person reads."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salience.cli import app
from small_ged import row, write_case, write_ged

RUNNER = CliRunner()
VERBS = (
    "release",
    "new",
    "add",
    "run",
    "ask",
    "sources",
    "set-aside",
    "review",
    "check",
    "model",
    "world",
    "fetch",
    "serve",
    "lottery",
    "serve",
    "judge",
    "claims",
)


def salience(*words: str | Path, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_case(tmp_path_factory.mktemp("cli") / "case")
    salience("run", folder, "--quiet")
    return folder


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_stands_in_the_readme(verb: str) -> None:
    assert len(salience(verb, "--help")) > 200
    assert f"salience {verb} " in (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_help_of_ask_lists_every_parameter_of_every_question() -> None:
    from salience.questions.catalogue import find_question, question_names

    text = salience("ask", "--help")
    for question in question_names():
        for name in find_question(question).params.model_fields:
            assert f"--{name.replace('_', '-')}" in text


def test_new_add_run_is_the_way_from_nothing_to_a_report(tmp_path: Path) -> None:
    folder, ged = tmp_path / "my case", write_ged(tmp_path / "ged.csv", [row(n) for n in range(200)])
    assert "salience add" in salience("new", folder)
    assert "200 rows read, 200 kept, 0 set aside" in salience("add", folder, ged)
    assert "imported before; nothing was changed" in salience("add", folder, ged)
    assert str(folder / "report.html") in salience("run", folder)


def test_add_prints_one_object_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    salience("new", folder)
    first = write_ged(tmp_path / "a.csv", [row(n) for n in range(20)])
    second = write_ged(
        tmp_path / "b.csv",
        [row(n + 50, date_start="2021-02-30" if n == 3 else "2021-03-01") for n in range(20)],
    )
    done = json.loads(salience("add", folder, first, second, "--as", "ucdp", "--json"))
    assert [(d["read"], d["kept"], d["set_aside"]) for d in done] == [(20, 20, 0), (20, 19, 1)]


def test_files_taken_before_a_bad_one_stay(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    salience("new", folder)
    good = write_ged(tmp_path / "a.csv", [row(n) for n in range(20)])
    output = salience("add", folder, good, tmp_path / "none.csv", "--json", code=1)
    assert '"kept": 20' in output
    assert "no such file" in output


def test_ask_prints_the_answer_as_json(case: Path) -> None:
    answer = json.loads(salience("ask", case, "attention", "--json"))
    assert answer["question"] == "attention"
    assert answer["estimates"]
    low = json.loads(salience("ask", case, "attention", "--json", "--deaths", "low"))
    assert low["params"]["deaths"] == "low"
    assert salience("ask", case, "attention", "--deaths=low", "--json") == salience(
        "ask", case, "attention", "--json", "--deaths", "low"
    )


def test_ask_prints_words_for_people(case: Path) -> None:
    output = salience("ask", case, "attention")
    assert "interval" in output
    assert "What this rests on" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ask", "CASE", "attentoin"], "no question 'attentoin'; there are attention"),
        (["ask", "CASE", "attention", "--death", "low"], "did you mean --deaths"),
        (["ask", "CASE", "attention", "--deaths"], "needs a value"),
        (["ask", "CASE", "attention", "low"], "'low' is not expected"),
    ],
)
def test_wrong_words_are_usage_errors_that_say_what_is_right(case: Path, words: list[str], said: str) -> None:
    output = salience(*[case if w == "CASE" else w for w in words], code=2)
    assert said in output


def test_several_values_are_given_by_commas_or_by_repeating_the_option() -> None:
    from salience.cli.params import parse_params

    assert parse_params("attention", ["--compare", "A, B"]) == {"compare": ["A", "B"]}
    assert parse_params("attention", ["--compare", "A, the first", "--compare=B"]) == {
        "compare": ["A, the first", "B"]
    }
    assert parse_params("attention", ["--no-precise-dates", "--level", "0.9"]) == {
        "precise_dates": False,
        "level": "0.9",
    }


def test_a_wrong_value_names_the_parameter(case: Path) -> None:
    assert "deaths" in salience("ask", case, "attention", "--deaths", "most", code=1)


def test_sources_lists_speakers_and_suggestions(case: Path) -> None:
    listed = json.loads(salience("sources", case, "--json"))
    assert {s["name"] for s in listed["sources"]} == {
        "Local Herald",
        "World Wire",
        "Rights Group",
        "صدای مردم",
    }
    assert "Local Herald" in salience("sources", case)


def test_set_aside_shows_line_column_value_and_reason(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    salience("new", folder)
    rows = [row(n) for n in range(10)]
    rows[4]["best"] = "n/a"
    rows[6]["date_start"] = "someday"
    salience("add", folder, write_ged(tmp_path / "ged.csv", rows), "--quiet")
    listed = json.loads(salience("set-aside", folder, "--json"))
    assert [(r["scope"], r["line"], r["column"], r["value"]) for r in listed] == [
        ("value", 6, "best", "n/a"),
        ("row", 8, "date_start", "someday"),
    ]
    assert "someday" in salience("set-aside", folder)


def test_check_is_content_with_a_sound_case_and_fails_on_a_broken_one(case: Path, tmp_path: Path) -> None:
    assert "agree" in salience("check", case)
    broken = write_case(tmp_path / "broken", events=20)
    salience("add", broken, broken / "ged.csv", "--quiet")
    next((broken / "raw").glob("*.csv")).unlink()
    assert "raw/ no longer holds the file ged.csv" in salience("check", broken, code=1)


def test_quiet_is_quiet(case: Path) -> None:
    assert salience("run", case, "--quiet") == ""


def test_run_interactive_brings_the_charts_to_life_and_a_plain_run_takes_it_back(case: Path) -> None:
    for option, scripts in (("--interactive", 2), ("--quiet", 0)):
        salience("run", case, "--quiet", option)
        assert (case / "report.html").read_text(encoding="utf-8").count("<script") == scripts


def test_run_prints_json(case: Path) -> None:
    done = json.loads(salience("run", case, "--json"))
    assert done["imports"][0]["already"] is True
    assert done["report"].endswith("report.html")


def test_errors_name_the_file_and_leave_no_traceback(tmp_path: Path) -> None:
    assert "no case folder" in salience("run", tmp_path / "none", code=1)
    folder = tmp_path / "case"
    salience("new", folder)
    (tmp_path / "empty.csv").touch()
    assert "empty.csv: the file is empty" in salience("add", folder, tmp_path / "empty.csv", code=1)


def test_a_fault_of_the_program_is_told_as_such(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr("salience.case.Case.check", broken)
    assert "fault of the program" in salience("check", case, code=70)


def test_world_writes_a_case_that_runs(demo: Path) -> None:
    assert (demo / "cases" / "simulated" / "truth").is_dir()
    said = (demo / "said.txt").read_text(encoding="utf-8")
    assert "cases/simulated holds an invented conflict" in said
    assert f"The report is {demo.resolve() / 'cases' / 'simulated' / 'report.html'}" in said


def test_two_runs_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=2_000)
    command = [sys.executable, "-m", "salience", "run", str(folder)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    ended = [(process.communicate(), process.returncode) for process in both]
    assert {code for _, code in ended} <= {0, 1}
    assert 0 in {code for _, code in ended}
    for (_, complaint), code in ended:
        assert "Traceback" not in complaint
        if code == 1:
            assert "in use by another program" in complaint
    assert "2,000 rows kept then" in salience("run", folder)


def test_a_run_killed_halfway_leaves_a_case_that_the_same_command_completes(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=20_000)
    for delay in (0.6, 0.8, 1.0, 1.3):
        process = subprocess.Popen([sys.executable, "-m", "salience", "run", str(folder), "--quiet"])
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    salience("run", folder, "--quiet")
    report = json.loads(salience("run", folder, "--json"))
    assert report["imports"][0]["kept"] == 20_000
    assert "agree" in salience("check", folder)


def test_the_version_is_the_packages() -> None:
    import salience as package

    assert re.fullmatch(r"salience \d+\.\d+\.\d+\n", salience("--version"))
    assert package.__version__ in salience("--version")
