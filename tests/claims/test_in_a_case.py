"""Claims of a case: judged, kept, drafted and told on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import salience
from salience.claims import read_claims
from salience.cli import app
from salience.errors import InputError
from small_claims import FILES, write_claims_case
from small_texts import write_texts_case

RUNNER = CliRunner()
EXPECTED = {
    "all-but-the-army": ("supported", None),
    "army-weak": ("contradicted", None),
    "mines": ("undecided", "data of one source"),
    "uncounted": ("undecided", "no data"),
    "truce-needed": ("not judged", None),
    "begun": ("not finished", None),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_claims_case(tmp_path_factory.mktemp("claims") / "case")


def test_a_case_judges_its_claims(folder: Path) -> None:
    with salience.open(folder) as case:
        found = case.judge()
    assert {v.id: (v.verdict, v.reason) for v in found} == EXPECTED
    by_id = {v.id: v for v in found}
    assert "essay.txt" in by_id["mines"].parts[0].why
    assert by_id["mines"].parts[0].low is not None
    assert by_id["truce-needed"].parts[0].verdict == "supported"
    assert by_id["begun"].unfinished == ("quantity", "is")
    assert by_id["uncounted"].low is None
    assert all(part.decide for part in by_id["uncounted"].parts)


def test_judging_again_writes_the_same_bytes(folder: Path) -> None:
    files = [folder / "answers" / name for name in ("claims.json", "claims.csv")]
    with salience.open(folder) as case:
        case.judge()
        first = [file.read_bytes() for file in files]
        for file in files:
            file.unlink()
        case.judge()
    assert [file.read_bytes() for file in files] == first


def test_the_table_has_a_line_a_part(folder: Path) -> None:
    with salience.open(folder) as case:
        case.judge()
    with (folder / "answers" / "claims.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows].count("uncounted") == 2
    assert {row["id"] for row in rows} == set(EXPECTED)
    mines = next(row for row in rows if row["id"] == "mines")
    assert (mines["reason"], mines["held_against"]) == ("data of one source", "above 50")
    assert 0.5 < float(mines["part_low"]) < 1


def test_judge_prints_verdicts_and_json(folder: Path) -> None:
    told = RUNNER.invoke(app, ["judge", str(folder)])
    assert told.exit_code == 0, told.output
    plain = " ".join(told.output.split())
    for word in ("supported", "contradicted", "undecided", "not judged", "not finished", "To decide it:"):
        assert word in plain
    as_json = json.loads(RUNNER.invoke(app, ["judge", str(folder), "--json"]).output)
    assert {v["id"]: (v["verdict"], v["reason"]) for v in as_json} == EXPECTED


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'quantity = "outside:Truce"',
            'quantity = "outside:Truse"',
            r"did you mean 'outside:Truce'",
        ),
        ('quantity = "mean:Mines"', 'quantity = "average:Mines"', r"no quantity 'average:Mines'"),
        ('question = "hidden"', 'question = "hiden"', r"no question 'hiden'"),
        ('joins = "and"', 'joins = "because"', r"'because' needs a share of an effect"),
    ],
)
def test_faults_name_the_line_of_the_part(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = FILES["claims.toml"]
    assert text.count(old) == 1
    line = text[: text.rindex("[[claim.part]]", 0, text.index(old))].count("\n") + 1
    made = write_claims_case(tmp_path / "case", claims_toml=text.replace(old, new))
    with salience.open(made) as case, pytest.raises(InputError, match=rf"line {line}: .*{said}"):
        case.judge()


def test_a_span_outside_the_text_is_an_error(tmp_path: Path) -> None:
    made = write_texts_case(tmp_path / "case")
    claim = '[[claim]]\nid = "c"\ntext = "t"\nreport = "{}"\nspan = [5, {}]\n'
    with salience.open(made) as case:
        title = case.record.rows("SELECT file FROM origin LIMIT 1")[0]["file"]
        (made / "claims.toml").write_text(claim.format(title, 9000), encoding="utf-8")
        with pytest.raises(InputError, match=r"line 1: claim 'c': span \[5, 9000\] lies outside"):
            case.judge()
        (made / "claims.toml").write_text(claim.format(title, 20), encoding="utf-8")
        assert case.judge()[0].verdict == "not finished"
        (made / "claims.toml").write_text(claim.format("unknown.txt", 9000), encoding="utf-8")
        assert case.judge()[0].verdict == "not finished"


def test_claims_drafts_a_file_and_replaces_none(tmp_path: Path) -> None:
    text = tmp_path / "essay.txt"
    text.write_text("The Army has never changed. Talks should include the towns.\n", encoding="utf-8")
    shown = RUNNER.invoke(app, ["claims", str(text), "--who", "N. N."])
    assert shown.exit_code == 0, shown.output
    assert not (tmp_path / "claims.toml").exists()
    written = RUNNER.invoke(app, ["claims", str(text), "--who", "N. N.", "--write"])
    assert written.exit_code == 0, written.output
    assert "none is judged" in written.output
    assert (tmp_path / "claims.toml").read_text(encoding="utf-8") == shown.output
    found = read_claims(tmp_path)
    assert found is not None
    assert [(c.kind, c.who) for c in found.claim] == [("factual", "N. N."), ("normative", "N. N.")]
    again = RUNNER.invoke(app, ["claims", str(text), "--write"])
    assert again.exit_code == 1
    assert "left as it is" in again.output
