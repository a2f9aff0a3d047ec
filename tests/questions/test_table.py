"""The table question on a case whose answer can be worked out by hand, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from salience.case import new_case, open_case
from salience.errors import CaseError, InputError, QuestionError

ROOT = Path(__file__).parents[2]
ACTORS = """name,kind,part_of,constituency_low,constituency_best,constituency_high,source
Valley people,people,,0.4,0.45,0.5,census
Hill people,people,,0.25,0.3,0.35,census
Coast people,people,,0.15,0.2,0.25,
Herders,people,,0.05,0.05,0.05,census
Government,state,,,,,
Army,armed,,,,,
Hill Front,armed,,,,,
Hill Assembly,party,,,,,
Coast Party,party,,,,,
Herders' Union,civil society,,,,,
"""
ISSUES = "issue,meaning_0,meaning_100\ngrazing,none,all\n"
POSITIONS = """actor,issue,low,best,high,salience_best,source
Herders,grazing,85,90,95,0.9,survey
Herders' Union,grazing,88,92,96,0.9,statement
Government,grazing,5,10,15,0.5,speech
"""
RELATIONS = """actor,other,kind,source
Valley people,Government,mandate,survey
Hill people,Hill Front,mandate,survey
Hill people,Hill Assembly,mandate,survey
Coast people,Coast Party,mandate,vote
Government,Hill Front,refuses,speech
"""
SEATS = """list,actor,condition,source
as invited,Government,,letter
as invited,Army,no parties,letter
as invited,Coast Party,,letter
as proposed,Government,,letter
as proposed,Hill Assembly,,letter
as proposed,Coast Party,,letter
"""
WEIGHTS = """actor,weighting,low,best,high,source
Hill people,old count,0.6,0.6,0.6,x
Valley people,old count,0.4,0.4,0.4,x
"""
ATTRIBUTES = """actor,attribute,value,source
Hill Assembly,women,0.5,list
Coast Party,women,0.4,list
Government,women,0.1,list
Hill Front,listed,yes,list
Hill Front,region,north,
Hill Assembly,region,north,
"""
FILES = {
    "actors.csv": ACTORS,
    "issues.csv": ISSUES,
    "positions.csv": POSITIONS,
    "relations.csv": RELATIONS,
    "seats.csv": SEATS,
    "weights.csv": WEIGHTS,
    "attributes.csv": ATTRIBUTES,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = new_case(tmp_path_factory.mktemp("table") / "case")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "case")


@pytest.fixture(scope="module")
def answer(made):
    with open_case(made) as case:
        return case.ask(
            "table",
            draws=100,
            quotas=["women >= 30%", "region: north >= 1"],
            tiers=["inner = 3", "outer = 2"],
            body=20,
        )


def ask(folder, **params):
    with open_case(folder) as case:
        return case.ask("table", **{"draws": 50, **params})


def test_the_list_leaves_out_whom_it_leaves_out(answer):
    first = answer.find_table("audit").to_records()[0]
    # Hill people (0.30) and the Herders (0.05), whose only near actor is their union.
    assert first["without"] == pytest.approx(0.35)
    assert first["low"] < 0.35 < first["high"]
    assert (first["additions"], first["who"]) == (0, "")
    assert answer.headline.startswith("Under these weights and mandates, the list “as invited” leaves 35 %")
    assert "Hill people and Herders" in answer.headline
    proposed = [r for r in answer.find_table("audit").to_records() if r["list"] == "as proposed"]
    assert proposed[0]["without"] == pytest.approx(0.05) and proposed[0]["ejr"] == 0.0


def test_rival_weightings_stand_side_by_side(answer):
    rows = answer.find_table("audit").to_records()
    assert [r["weighting"] for r in rows[:2]] == ["stated constituencies", "old count"]
    # Under the old count Hill people are 60 %, worth one seat of three and more, so JR fails.
    assert rows[1]["without"] == pytest.approx(0.6) and rows[1]["jr"] == 1.0
    words = [r["words"] for r in answer.find_table("groups").to_records() if r["weighting"] == "old count"]
    assert any(
        "Hill people (60 % to 60 % of the weight) have no seat at a table of 3, where 33 % is worth one" in w
        for w in words
    )


def test_nearness_is_a_fallback_that_is_counted(answer, folder):
    rows = {r["constituency"]: r for r in answer.find_table("representation").to_records()}
    assert rows["Herders"]["how"] == "inferred" and rows["Hill people"]["how"] == "mandate"
    (told,) = [a for a in answer.assumptions if "recognise those" in a.text]
    assert "5.0 % of the weight no mandate" in told.how and told.status == "fails"
    without = ask(folder, infer=False)
    rows = {r["constituency"]: r for r in without.find_table("representation").to_records()}
    # Unknown is no disapproval: it is said, and no group is made of it.
    assert rows["Herders"]["how"] == "nobody known"
    assert any("no known spokesperson" in a.how for a in without.assumptions)
    assert not any("Herders" in r["words"] for r in without.find_table("groups").to_records())


def test_proposals_keep_refusals_and_quotas_and_prices_say_what_they_cost(answer):
    for row in answer.find_table("proposals").to_records():
        assert not ("Government" in row["list"] and "Hill Front" in row["list"])
        names = row["list"].split(", ")
        share = {"Hill Assembly": 0.5, "Coast Party": 0.4, "Government": 0.1}
        assert sum(share.get(n, 0.0) for n in names) / len(names) >= 0.3 - 1e-9
    prices = {r["limit"]: r for r in answer.find_table("prices").to_records()}
    assert set(prices) == {"Government refuses to sit with Hill Front", "women >= 30%", "region: north >= 1"}
    assert prices["region: north >= 1"]["represented"] == 0.0


def test_balance_quotas_tiers_and_a_larger_body(answer):
    balance = answer.find_table("balance").to_records()[0]
    assert balance["table"] == pytest.approx(10, abs=1) and balance["landscape"] == pytest.approx(90, abs=1)
    quotas = {(r["list"], r["quota"]): r for r in answer.find_table("quotas").to_records()}
    assert quotas["as invited", "women >= 30%"]["value"] == pytest.approx(0.5 / 3)
    assert quotas["as invited", "women >= 30%"]["kept"] == "not kept"
    assert quotas["as proposed", "region: north >= 1"]["kept"] == "kept"
    tiers = answer.find_table("tiers").to_records()
    assert [r["seats"] for r in tiers] == [3, 2]
    assert not set(tiers[0]["who"].split(", ")) & set(tiers[1]["who"].split(", "))
    # Shares .45 .30 .20 .05 of 20 are whole, so all rules agree.
    body = {r["name"]: r for r in answer.find_table("body").to_records()}
    assert [body[n]["sainte_lague"] for n in ("Valley people", "Hill people", "Coast people", "Herders")] == [
        9,
        6,
        4,
        1,
    ]


def test_actors_under_listing_are_flagged_and_figures_are_drawn(answer):
    assert [f.name for f in answer.figures] == ["plan", "representation", "safety"]
    assert "empty chair" in answer.figures[0].title
    rows = {r["actor"]: r for r in answer.find_table("stability").to_records()}
    assert rows["Hill Front"]["flag"] == "under listing"
    assert "legitimate" not in answer.to_json()


def test_equal_actors_share_the_draws_by_lot(folder):
    found = ask(folder, weightings=["stated constituencies"], refusals=False, draws=200)
    rows = {r["actor"]: r for r in found.find_table("stability").to_records()}
    # Two actors that the same people recognise: which of them sits is decided by lot, about half and half.
    total = rows["Hill Front"]["share"] + rows["Hill Assembly"]["share"]
    assert 0.3 < rows["Hill Front"]["share"] / total < 0.7
    assert "lot" in rows["Hill Front"]["hangs_on"]


def test_same_seed_same_bytes_and_another_list_beside(folder):
    first = ask(folder, seats="Government; Hill Front; Coast Party")
    shutil.rmtree(folder / "answers")
    assert ask(folder, seats=["Government", "Hill Front", "Coast Party"]).to_json() == first.to_json()
    names = {r["list"] for r in first.find_table("audit").to_records()}
    assert names == {"as invited", "as proposed", "as asked"}
    assert "the list “as asked” leaves" in first.headline


def test_without_a_list_there_is_still_no_single_answer(folder):
    (folder / "seats.csv").unlink()
    found = ask(folder, size=3)
    assert "seats are safe" in found.headline and "no answer" in found.more
    assert found.figures[0].name == "plan"


def test_parts_are_not_counted_twice(folder):
    text = ACTORS.replace("Coast people,people,,", "Coast people,people,Valley people,")
    (folder / "actors.csv").write_text(text, encoding="utf-8")
    rows = {r["constituency"]: r for r in ask(folder).find_table("representation").to_records()}
    # 0.45 for the valley includes the coast's 0.20: what is left is 0.25 of 0.80.
    assert rows["Valley people"]["weight"] == pytest.approx(0.25 / 0.80)


def test_an_agenda_is_chosen_by_the_same_code(folder):
    (folder / "issues.csv").write_text("issue\ngrazing\ntaxes\nroads\n", encoding="utf-8")
    (folder / "positions.csv").write_text(
        "actor,issue,best,salience_best\nValley people,taxes,50,0.9\nHill people,grazing,50,0.9\n"
        "Valley people,roads,50,0.2\n",
        encoding="utf-8",
    )
    found = ask(folder, choose="agenda", seats=["taxes"], size=2, weightings=["stated constituencies"])
    assert found.find_table("proposals").to_records()[0]["list"] == "grazing, taxes"
    assert found.find_table("audit").to_records()[0]["without"] == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"size": 9}, "9 seats for 6 candidates"),
        ({"size": 0}, "key size: input should be greater than or equal to 1"),
        ({"must": ["Armee"]}, "must: there is no candidate 'Armee'; did you mean 'Army'"),
        ({"must": ["Army"], "never": ["Army"]}, "'Army' must be there and must not"),
        ({"quotas": ["women"]}, "'women' is no quota"),
        ({"quotas": ["woman >= 30%"]}, "there is no attribute 'woman'; did you mean 'women'"),
        ({"quotas": ["region: nort >= 1"]}, "did you mean 'north'"),
        ({"quotas": ["region >= 30%"]}, "is 'north', no number"),
        ({"quotas": ["region: north >= 3"]}, "The fewest to give up: region: north >= 3"),
        ({"must": ["Government", "Hill Front"]}, "The fewest to give up: "),
        ({"weightings": ["old coumt"]}, "did you mean 'old count'"),
        ({"seats": ["Goverment"]}, "did you mean 'Government'"),
        ({"lists": ["as inwited"]}, "did you mean 'as invited'"),
        ({"tiers": ["inner"]}, "'inner' is no tier"),
        ({"tiers": ["inner = 4", "outer = 4"]}, "the tiers have 8 seats for 6 candidates"),
    ],
)
def test_what_cannot_be_asked_is_said(folder, params, message):
    with pytest.raises((QuestionError, CaseError), match=message):
        ask(folder, **params)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "seats.csv",
            "list,actor\nx,Goverment\n",
            r"seats.csv, line 2, column actor: .*did you mean 'Government'",
        ),
        (
            "seats.csv",
            "list,actor\nx,Army\nx,Army\n",
            "line 3, column actor: 'Army' stands on line 2 already",
        ),
        ("seats.csv", "list,actor\nx,Herders\n", "'Herders' is on the list 'x' and is a constituency"),
        ("weights.csv", "actor,weighting,best\nHerders,x,\n", "line 2, column best: no weight"),
        ("weights.csv", "actor,weighting,best\nHerders,x,30\n", "a share of 30 per cent is written 0.3"),
        ("attributes.csv", "actor,attribute,value\nArmy,women,\n", "line 2, column value: the cell is empty"),
        ("relations.csv", "actor,other,kind\n", None),
    ],
)
def test_faulty_files_are_said_with_their_place(folder, file, text, message):
    (folder / file).write_text(text, encoding="utf-8")
    if message is None:  # no mandates at all: positions alone do not make anyone but the Herders approve
        with pytest.raises(QuestionError, match="under the weights “old count” at least"):
            ask(folder)
        alone = ask(folder, weightings=["stated constituencies"])
        assert alone.find_table("audit").to_records()[0]["without"] == pytest.approx(1.0)
        with pytest.raises(QuestionError, match="nobody approves anyone"):
            ask(folder, infer=False)
        return
    with pytest.raises((InputError, QuestionError), match=message):
        ask(folder)


def test_a_case_without_actors_or_weights_says_what_is_missing(tmp_path):
    folder = new_case(tmp_path / "case")
    nobody = ask(folder)
    assert not nobody.estimates and "no actors" in nobody.headline
    (folder / "actors.csv").write_text("name\nA\n", encoding="utf-8")
    assert "no constituency has a weight" in ask(folder).headline


def test_inferred_mandates_move_with_the_draws(folder):
    positions = POSITIONS.replace("Herders,grazing,85,90,95", "Herders,grazing,40,78,95")
    (folder / "positions.csv").write_text(positions, encoding="utf-8")
    found = ask(folder, draws=200, seats=["Herders' Union", "Government", "Army"], lists=["as invited"])
    rows = [r for r in found.find_table("representation").to_records() if r["list"] == "as asked"]
    outside = {r["constituency"]: r["outside"] for r in rows}["Herders"]
    assert 0.05 < outside < 0.95 and np.isfinite(outside)


def test_the_docs_print_what_they_show_and_the_worked_example_is_that_of_the_case(tmp_path):
    page = (ROOT / "docs" / "table.md").read_text(encoding="utf-8")
    (snippet,), (shown,) = (
        re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "text")
    )
    done = subprocess.run([sys.executable, "-c", snippet], capture_output=True, text=True, check=True)
    assert done.stdout == shown
    # A case of its own tables alone, with nothing to import, makes a report.
    case = tmp_path / "river"
    shutil.copytree(
        ROOT / "cases" / "river", case, ignore=shutil.ignore_patterns("answers", "record*", "*.html")
    )
    with open_case(case) as opened:
        run = opened.run()
    assert run.report.is_file()
    quoted = " ".join(line[2:] for line in page.splitlines() if line.startswith("> "))
    assert f"{run.answers[0].headline} {run.answers[0].more}" == quoted
