"""A case's own tables of actors, issues and positions, and the text format of exchange models."""

from __future__ import annotations

import numpy as np
import pytest

from salience.case import new_case, open_case
from salience.errors import InputError
from salience.questions.landscape.inputs import read_landscape
from salience.sources.landscape_files import read_landscape_files
from salience.sources.negotiation import read_negotiation

ACTORS = "name,kind,part_of,constituency_low,constituency_best,constituency_high,capability_best,source\n"
ISSUES = "issue,meaning_0,meaning_100,two_poles\nborder,closed,open,\nrecognition,never,at once,yes\n"
POSITIONS = "actor,issue,low,best,high,salience_best,source,coder\n"


def write(folder, actors="", issues=ISSUES, positions="", relations=None):
    folder.mkdir(exist_ok=True)
    (folder / "actors.csv").write_text(ACTORS + actors, encoding="utf-8")
    (folder / "issues.csv").write_text(issues, encoding="utf-8")
    (folder / "positions.csv").write_text(POSITIONS + positions, encoding="utf-8")
    if relations is not None:
        (folder / "relations.csv").write_text(relations, encoding="utf-8")
    return folder


def test_two_coders_make_the_interval_and_missing_stays_missing(tmp_path):
    case = new_case(tmp_path / "case")
    write(
        case,
        "A,party,,0.1,0.2,0.4,2,survey\nB,group,,,,,,\n",
        positions="A,border,10,20,30,0.5,interview,x\nA,border,40,40,40,0.7,interview,y\nB,recognition,,90,,,,x\n",
        relations="from,to,kind\nA,B,ally\n",
    )
    with open_case(case) as opened:
        opened._settle()
        found = read_landscape(opened.record)
        first = opened.record.fingerprint()
    assert found.names == ["A", "B"] and found.issue_names == ["border", "recognition"]
    np.testing.assert_allclose(found.position[0, 0], [10, 30, 40])
    np.testing.assert_allclose(found.salience[0, 0], [0.5, 0.6, 0.7])
    assert np.isnan(found.position[0, 1]).all() and np.isnan(found.position[1, 0]).all()
    assert found.coders[0, 0] == 2 and bool(found.sourced[0, 0]) and not bool(found.sourced[1, 1])
    np.testing.assert_allclose(found.constituency[0], [0.1, 0.2, 0.4])
    assert np.isnan(found.constituency[1]).all()
    assert found.relations == ((0, 1, "ally"),)
    assert found.issues[1]["two_poles"] and found.issues[0]["meaning_0"] == "closed"
    assert len(found.assumed) == 2 and "B" in found.assumed[1]
    write(case, "A,party,,0.1,0.2,0.4,3,survey\nB,group,,,,,,\n")
    with open_case(case) as opened:
        opened._settle()
        assert opened.record.fingerprint() != first


@pytest.mark.parametrize(
    ("actors", "positions", "message"),
    [
        (
            "A,,,0.5,0.2,0.1,,\n",
            "",
            r"actors.csv, line 2, column constituency_best: low 0.5, best 0.2, high 0.1",
        ),
        ("A,,,,30,,,\n", "", r"line 2, column constituency_best: 30 is out of range.*a share of 30 per cent"),
        ("A,,,,999,,,\n", "", "999 looks like a code for a missing value"),
        ("A,,,,,,-1,\n", "", "line 2, column capability_best: -1 looks like a code"),
        ("A,,,,,,-2,\n", "", "line 2, column capability_best: -2 is out of range"),
        ("A,,,,,,0,\nB,,,,,,0,\n", "", "capabilities sum to 0"),
        ("A,,,0.1,,,,\n", "", "one end of an interval without the other"),
        ("A,,B,,,,,\nB,,A,,,,,\n", "", "a circle: A is part of B is part of A"),
        ("A,,Bee,,,,,\nBeer,,,,,,,\n", "", "did you mean 'Beer'"),
        ("A,,,,,,,\nA,,,,,,,\n", "", "line 3, column name: 'A' stands on line 2 already"),
        (
            "Anna,,,,,,,\n",
            "Ana,border,,50,,,,\n",
            r"positions.csv, line 2, column actor: .*did you mean 'Anna'",
        ),
        ("A,,,,,,,\n", "A,borders,,50,,,,\n", "did you mean 'border'"),
        ("A,,,,,,,\n", "A,border,,150,,,,\n", "150 is out of range; expected between 0 and 100"),
        ("A,,,,,,,\n", "A,border,,x,,,,\n", "'x' is no number"),
        ("A,,,,,,,\n", "A,border,,50,,80,,\n", "a share of 80 per cent is written 0.8"),
        ("A,,,,,,,\n", "A,border,,50,,,,\nA,border,,60,,,,\n", "stands on line 2 already"),
        ("A,,,,,,,\n", "A,border,,50,,,a,b,c\n", "9 cells and the header 8"),
    ],
)
def test_wrong_lines_are_said_with_file_line_and_column(tmp_path, actors, positions, message):
    with pytest.raises(InputError, match=message):
        read_landscape_files(write(tmp_path / "case", actors, positions=positions))


def test_an_unknown_column_is_said_with_the_nearest(tmp_path):
    (tmp_path / "actors.csv").write_text("name,capabilty_best\nA,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean capability_best"):
        read_landscape_files(tmp_path)


def test_copenhagen_is_read_and_the_faulty_copy_is_refused_line_by_line(tmp_path, shared_data):
    folder = shared_data / "negotiations"
    found = read_negotiation(folder / "copenhagen.csv")
    assert (len(found.actors), len(found.issues), len(found.positions)) == (11, 7, 75)
    with pytest.raises(InputError) as caught:
        read_negotiation(folder / "copenhagen_with_errors.csv")
    assert "line 86, column position: 160" in str(caught.value)
    assert "line 87, column power: -0.247" in str(caught.value)
    case = new_case(tmp_path / "case")
    with open_case(case) as opened:
        assert opened.add(folder / "copenhagen.csv", "negotiation").kept == 75
        assert opened.add(folder / "copenhagen.csv", "negotiation").already
        with pytest.raises(InputError):
            opened.add(folder / "copenhagen_with_errors.csv", "negotiation")
        land = read_landscape(opened.record)
    assert land.position.shape == (11, 7, 3)
    russia = land.names.index("Russia")
    assert np.isnan(land.position[russia, land.issue_names.index("Extra")]).all()


def test_a_scale_of_its_own_is_brought_to_0_to_100(tmp_path):
    path = tmp_path / "talks.txt"
    path.write_text(
        "#A\tX\n#P\tyear\n#M\tyear\t2020\n#M\tyear\t2040\n#D\tX\tyear\t2025\t1\t2\n", encoding="utf-8"
    )
    assert read_negotiation(path).positions[0].position == (25.0, 25.0, 25.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#A\tX\n#P\tp\n", "no #D lines"),
        ("#A\tX\n#P\tp\n#D\tY\tp\t1\t1\t1\n", "line 3, column actor"),
        ("#A\tX\n#P\tp\n#D\tX\tp\t1\n", "needs 6 cells"),
        ("#Q\tX\n", "begins with '#Q'"),
    ],
)
def test_faulty_lines_of_the_format_are_refused(tmp_path, text, message):
    path = tmp_path / "talks.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_negotiation(path)
