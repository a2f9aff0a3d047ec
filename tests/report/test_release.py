"""What leaves: coarse fields alone, no small count that can be worked out, and a log of it."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import salience
from released import find_ranges
from salience.cli import app
from salience.errors import QuestionError, RecordError
from salience.questions.setting import Setting
from salience.report.release import FIELDS, LOG, Release, release
from small_ged import row, write_case, write_ged

PLACES = ("North", "South", "East", "=West()")
SOME = {
    "where_coordinates": "Hidden Hamlet",
    "adm_2": "Hidden District",
    "source_headline": "Hidden Headline",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case of 4 areas and 12 months in which some cells are small; one event knows its year alone."""
    made = write_case(tmp_path_factory.mktemp("release") / "case")
    rng = np.random.default_rng(4)
    rows = []
    for place, rate in zip(PLACES, (1.0, 4.0, 9.0, 0.3), strict=True):
        for month in range(1, 13):
            for _ in range(rng.poisson(rate)):
                day = f"2021-{month:02d}-{1 + len(rows) % 28:02d}"
                rows.append(row(len(rows), adm_1=place, date_start=day, date_end=day, **SOME))
    rows.append(row(900, adm_1="East", date_start="2021-01-01", date_end="2021-12-31", date_prec=5, **SOME))
    rows.append(row(901, adm_1="Outside", date_start="2019-05-05", date_end="2019-05-05", **SOME))
    write_ged(made / "ged.csv", rows)
    with salience.open(made) as case:
        case.add(made / "ged.csv")
    return made


@pytest.fixture
def make(folder: Path, tmp_path: Path) -> Any:
    def make_release(name: str = "out", **options: Any) -> Release:
        with salience.open(folder, read_only=True) as case:
            return release(case.record, case.file.setting, tmp_path / name, tmp_path / LOG, **options)

    return make_release


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("k", [3, 5, 10])
@pytest.mark.parametrize("fields", [(), ("admin1", "year"), ("kind", "admin1", "month"), ("month",)])
def test_what_is_released_leaves_open_whether_any_hidden_count_is_small(
    make: Any, folder: Path, k: int, fields: tuple[str, ...]
) -> None:
    """The audit reads the released files alone, and the true counts only to know which are small."""
    made = make(k=k, fields=fields)
    names = made.fields
    counts, totals = read(made.folder / "events.csv"), read(made.folder / "totals.csv")
    row_names = sorted({c[names[0]] for c in counts})
    column_names = sorted({tuple(c[n] for n in names[1:]) for c in counts})
    cells = np.zeros((len(row_names), len(column_names)))
    for c in counts:
        place = row_names.index(c[names[0]]), column_names.index(tuple(c[n] for n in names[1:]))
        cells[place] = float(c["events"]) if c["state"] == "shown" else np.nan
        assert (c["events"] == "") == (c["deaths_best"] == "") == (c["state"] == "kept back")
        assert c["events"] == "" or int(c["events"]) >= k
    known = {tuple(t[n] for n in names): float(t["events"] or "nan") for t in totals}
    rows = np.array([known[(name, *[""] * (len(names) - 1))] for name in row_names])
    whole = known[("",) * len(names)]
    columns = np.array([known[("", *name)] for name in column_names]) if len(names) > 1 else np.array([whole])
    if len(names) == 1:
        cells = cells.reshape(len(row_names), 1)
    true = _true_counts(folder, names, row_names, column_names)
    np.testing.assert_array_equal(np.nan_to_num(cells, nan=-1)[~np.isnan(cells)], true[~np.isnan(cells)])
    ranges = find_ranges(cells, rows, columns, whole)
    full = np.block(
        [[true, true.sum(axis=1)[:, None]], [true.sum(axis=0)[None, :], np.array([[true.sum()]])]]
    )
    small = [(int(i), int(j)) for i, j in zip(*np.nonzero((full > 0) & (full < k)), strict=True)]
    assert len(small) == made.small
    assert all(ranges[place][1] >= k - 1e-6 for place in small)


def _true_counts(
    folder: Path, names: tuple[str, ...], rows: list[str], columns: list[tuple[str, ...]]
) -> np.ndarray:
    sql = ", ".join(f"{FIELDS['events'][name].sql} AS f{n}" for n, name in enumerate(names))
    with salience.open(folder, read_only=True) as case:
        found = case.record.rows(f"SELECT {sql} FROM event WHERE date_from >= '2021-01-01'")
    true = np.zeros((len(rows), len(columns)))
    guarded = {"=West()": "'=West()"}
    for each in found:
        cell = [guarded.get(str(v), str(v)) for v in each.values()]
        true[rows.index(cell[0]), columns.index(tuple(cell[1:]))] += 1
    return true


def test_nothing_finer_than_the_fields_is_in_any_file(make: Any) -> None:
    made = make(fields=("admin1", "month", "kind", "side_a"), k=2)
    text = "".join(path.read_text(encoding="utf-8") for path in made.folder.iterdir())
    assert sorted(path.name for path in made.folder.iterdir()) == ["README.txt", "events.csv", "totals.csv"]
    for hidden in ("Hidden", "Local Herald", "latitude", "2021-02-", "Outside", "2019"):
        assert hidden not in text
    assert "2021, month not known" in text  # a year is not made a January
    assert "'=West()" in text and "\n=West" not in text
    assert "Sundberg" in text and "CC BY 4.0" in text


@pytest.mark.parametrize(
    "field", ["latitude", "place", "date", "text", "native_id", "source", "admin1; DROP TABLE event"]
)
def test_fields_outside_the_whitelist_are_refused(make: Any, tmp_path: Path, field: str) -> None:
    with pytest.raises(QuestionError, match="is not among those that may leave for events: month, year"):
        make(fields=("admin1", field))
    assert not (tmp_path / "out").exists() and not (tmp_path / LOG).exists()


def test_a_finer_field_is_taken_by_name_and_said(make: Any) -> None:
    assert make(fields=("admin2", "year")).fine == ("admin2",)


def test_what_left_is_logged_with_the_hashes_of_the_files(make: Any, tmp_path: Path) -> None:
    first, second = make("a"), make("b", fields=("kind", "year"))
    assert (first.earlier, second.earlier) == (0, 1)
    entries = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    assert [e["fields"] for e in entries] == [["admin1", "month"], ["kind", "year"]]
    for entry, made in zip(entries, (first, second), strict=True):
        assert entry["files"] == {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made.folder.iterdir()
        }
        assert entry["cells"] == entry["shown"] + entry["small"] + entry["protecting"]
        assert entry["folder"] == str(made.folder) and entry["k"] == 5 and entry["at"] and entry["by"]


def test_a_folder_that_exists_is_left_alone_and_a_log_that_cannot_be_written_lets_nothing_out(
    make: Any, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(RecordError, match="exists already"):
        make()
    (tmp_path / LOG).mkdir()
    with pytest.raises(RecordError, match="Nothing was released"):
        make("other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", LOG]


def test_an_empty_period_and_a_k_that_hides_nothing_are_refused(
    folder: Path, make: Any, tmp_path: Path
) -> None:
    with pytest.raises(QuestionError, match="k is 1; expected 2 or more"):
        make(k=1)
    nothing = Setting.model_validate({"period": {"start": "1990-01-01", "end": "1990-12-31"}})
    with (
        salience.open(folder, read_only=True) as case,
        pytest.raises(QuestionError, match="nothing to release"),
    ):
        release(case.record, nothing, tmp_path / "out", tmp_path / LOG)


def test_persons_are_counted_by_group_and_place_in_the_demo(demo: Path, tmp_path: Path) -> None:
    with salience.open(demo / "cases" / "simulated", read_only=True) as case:
        made = release(
            case.record, case.file.setting, tmp_path / "out", tmp_path / LOG, subject="persons", k=10
        )
        held = case.record.rows("SELECT sum(count) AS n FROM person")[0]["n"]
    assert made.fields == ("admin1", "group") and made.small > 0
    rows = read(made.folder / "persons.csv")
    assert all(int(r["persons"]) >= 10 for r in rows if r["state"] == "shown")
    whole = read(made.folder / "totals.csv")[0]
    assert (whole["admin1"], whole["persons"]) == ("", str(held))


def test_a_private_persons_name_in_a_label_becomes_blocks(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from salience.record.restricted import Names
    from salience.report import release as module

    monkeypatch.setattr(module, "private_names", lambda _: Names(["Group 1", "Group 2"]))
    made = make(fields=("side_b", "year"), k=2)
    labels = {r["side_b"] for r in read(made.folder / "events.csv")}
    assert labels == {"Group 0", "███"}  # both are one label now, and counted as one


def test_the_command_says_what_left(folder: Path, tmp_path: Path) -> None:
    def say(*words: str | Path, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["release", str(folder), *[str(w) for w in words]])
        assert done.exit_code == code, done.output
        return done.output

    said = say(tmp_path / "one", "--k", "4", "--fields", "admin1, year")
    assert "counts and totals are shown" in said and "are under 4" in said and "releases.jsonl" in said
    assert "1 earlier releases" in say(tmp_path / "two")
    assert json.loads(say(tmp_path / "three", "--json"))["fields"] == ["admin1", "month"]
    assert "exists already" in say(tmp_path / "one", code=1)
    assert "may leave" in say(tmp_path / "four", "--fields", "latitude", code=2)
    assert "expected events or persons" in say(tmp_path / "four", "--of", "texts", code=2)
    assert len((folder / LOG).read_text(encoding="utf-8").splitlines()) == 3


def test_what_the_docs_show_is_what_is_printed(demo: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "release.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n\$ salience (.*?)\n(.*?)```", page, re.DOTALL)
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shutil.copytree(demo / "cases", tmp_path / "cases")
    said = [
        subprocess.run(
            [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for words in (["-m", "salience", *shown[0].split()], ["-c", snippet])
    ]
    assert said[0] == shown[1]
    assert said[1] == "20 0 0\n"
    assert (tmp_path / "shared" / "persons.csv").is_file() and (tmp_path / "yearly" / "events.csv").is_file()
