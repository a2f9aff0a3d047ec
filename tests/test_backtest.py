"""`salience backtest`: reference errors on real decisions, coverage on unseen ones, and files with faults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from salience.cli import app
from salience.errors import InputError, QuestionError
from salience.methods.forecast import forecast, learn_errors
from salience.questions.backtest import Backtest, backtest_file, choose_headline, run_cases
from salience.questions.options.errors import read_errors, shipped_errors
from salience.questions.options.models import FORECASTERS, MODELS
from salience.sources.resolved_issues import read_resolved

HEADER = "proposal,issue,actor,position,salience,reference_point,outcome\n"
NAMES = [model.name for model in MODELS]


@pytest.fixture(scope="module")
def deu(shared_data: Path) -> Path:
    return shared_data / "negotiations" / "deu3_part.csv"


@pytest.fixture(scope="module")
def learned(deu: Path) -> Backtest:
    return backtest_file(deu)


@pytest.fixture(scope="module")
def printed(learned: Backtest) -> dict:
    return json.loads(json.dumps(learned.to_dict(), ensure_ascii=False))


def test_the_command_prints_what_the_function_finds(own):
    done = CliRunner().invoke(app, ["backtest", str(own), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(json.dumps(backtest_file(own).to_dict()))


def test_the_errors_are_the_reference_ones(printed):
    # Computed independently on the same file: salience-weighted mean 24.162, mean 23.895, median 28.269, 50 28.309.
    by = {row["model"]: row for row in printed["models"]}
    assert printed["headline"] == "compromise"
    for name, mae in (
        ("compromise", 24.1628),
        ("mean", 23.8949),
        ("median", 28.2691),
        ("always_50", 28.3092),
    ):
        assert by[name]["mae"] == pytest.approx(mae, abs=5e-4)
    assert printed["issues"] == 249 and printed["proposals"] == 98 and by["compromise"]["n"] == 249
    assert by["compromise"]["mae_interval"][0] < 24.1628 < by["compromise"]["mae_interval"][1]
    assert by["climatology"]["skill"] == 0.0 and by["lottery"]["crps"] < by["climatology"]["crps"]


def test_intervals_hold_and_forecasts_beat_past_outcomes(printed):
    # Each proposal forecast with the errors on all others. Aims: 76 to 84 % of 80 % intervals, 16 % skill.
    by = {row["model"]: row for row in printed["models"]}
    for name in (*FORECASTERS, "together"):
        assert 0.76 <= by[name]["coverage_80"] <= 0.84
        assert by[name]["skill"] > 0.16
        assert 55 < by[name]["width_80"] < 75


def test_intervals_hold_on_halves_of_the_proposals_that_were_never_seen(deu):
    cases = run_cases(read_resolved(deu))
    group = [NAMES.index(name) for name in FORECASTERS]
    proposals = np.unique(cases.proposal)
    held = []
    for seed in range(6):
        learn = np.isin(cases.proposal, np.random.default_rng(seed).permutation(proposals)[:49])
        for two in (False, True):
            known = learn & (cases.two == two)
            past = learn_errors(
                cases.outcomes[group][:, known],
                cases.truth[known],
                cases.positions[known],
                cases.weights[known],
            )
            for j in np.flatnonzero(~learn & (cases.two == two)):
                made = forecast(cases.outcomes[group][:, [j]], cases.positions[j], cases.weights[j], past)
                held.append(made.low <= cases.truth[j] <= made.high)
    # 40 two-pole issues teach each half; six halves of 125 issues.
    assert np.mean(held) == pytest.approx(0.8, abs=0.05)


def test_the_shipped_table_is_what_the_backtest_learns(learned):
    found, shipped = learned.errors, shipped_errors()
    assert found is not None and set(found.past) == set(shipped.past)
    for key, past in found.past.items():
        np.testing.assert_allclose(past.reach, shipped.past[key].reach, atol=1e-3)
        np.testing.assert_allclose(past.errors, shipped.past[key].errors, atol=1e-3)
    assert found.slope == pytest.approx(shipped.slope, abs=1e-3)


def test_the_table_survives_being_written(tmp_path):
    path = tmp_path / "e.json"
    path.write_text(shipped_errors().to_json(), encoding="utf-8")
    again = read_errors(path)
    assert again.scores == shipped_errors().scores and "Arregui" in again.citation
    assert again.find("compromise", True).n == 80 and again.find("compromise", False).n == 169


def test_another_model_comes_first_only_beyond_chance():
    errors = np.array([[10.0] * 20, [9.0, 11.0] * 10, [5.0] * 20])
    clusters = np.array([str(k) for k in range(20)])
    names = ["compromise", "a", "b"]
    assert choose_headline(errors, clusters, names, 0) == "b"
    assert choose_headline(errors[:2] - [[0.0], [0.01]], clusters, names[:2], 0) == "compromise"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    lines = [
        f"p{p},i{p},{actor},{position},0.5,,{outcome}"
        for p, outcome in enumerate((0, 20, 40, 60, 80, 100, 30, 50, 70, 10, 90, 55))
        for actor, position in (("a", 0), ("b", 50 + p), ("c", 100))
    ]
    path = tmp_path / "own.csv"
    path.write_text(HEADER + "\n".join(lines) + "\np0,small,a,1,1,,5\np0,small,b,1,1,,5\n", encoding="utf-8")
    return path


def test_a_persons_own_issues_are_scored_and_small_ones_said(own):
    found = backtest_file(own)
    assert found.issues == 12 and len(found.left_out) == 1 and "fewer than 3" in found.left_out[0]
    expected = np.mean(
        [abs((150 + p) / 3 - o) for p, o in enumerate((0, 20, 40, 60, 80, 100, 30, 50, 70, 10, 90, 55))]
    )
    assert next(m for m in found.models if m.model == "mean").mae.value == pytest.approx(expected)
    shown = CliRunner().invoke(app, ["backtest", str(own)])
    assert shown.exit_code == 0 and "compromise ←" in shown.stdout and "not on a war" in shown.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p,i,a,999,0.5,,10\n", "line 2, column position: 999 looks like a code"),
        ("p,i,a,10,0.5,,\n", "line 2, column outcome: the cell is empty"),
        (
            "p,i,a,10,0.5,,10\np,i,b,10,0.5,,20\n",
            "line 3, column outcome: issue 'i' has outcome 20 here and 10 on line 2",
        ),
        ("p,i,a,10,0.5,,10\nq,i,b,10,0.5,,10\n", "line 3, column proposal"),
        ("p,i,a,10,0.5,,10\np,i,a,20,0.5,,10\n", "line 3, column actor: 'a' on issue 'i' stands on line 2"),
        ("p,i,a,10,80,,10\n", "a share of 80 per cent is written 0.8"),
        ("p,i,a,10,,,10\n", "line 2, column salience: the cell is empty beside a position"),
        ("p,i,a,10,0,,10\n", "nobody has a position with salience"),
        ("p,i,a,x,0.5,,10\n", "'x' is no number"),
        ("p,i,a,10,0.5,120,10\n", "column reference_point: 120 is out of range"),
        ("", "no resolved issues"),
    ],
)
def test_faulty_lines_are_said_with_their_place(tmp_path, text, message):
    path = tmp_path / "f.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_resolved(path)


def test_unknown_and_missing_columns_are_said(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("proposal,issue,actor,position,saliance,outcome\np,i,a,1,1,1\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"column saliance: this column is not known; did you mean salience\?"
    ):
        read_resolved(path)
    path.write_text("proposal,issue,actor,salience,outcome\np,i,a,1,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="column position: the column is missing"):
        read_resolved(path)
    path.write_text(HEADER + "p,i,a,1,1,,1\np,i,b,1,1,,1\np,i,c,1,1,,1\n", encoding="utf-8")
    with pytest.raises(QuestionError, match="two proposals"):
        backtest_file(path)
    with pytest.raises(InputError, match="no such file"):
        backtest_file(tmp_path / "none.csv")
