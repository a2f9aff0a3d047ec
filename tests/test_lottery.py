"""`salience lottery`: delegates by lot from a pool; chances that can be checked, draws that keep the quotas."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from salience.cli import app
from salience.errors import InputError, QuestionError
from salience.questions.table.pool import make_lottery

RUNNER = CliRunner()
# Two of three women are drawn by quota: women 2 of 3, men 1 of 6. Any two women and any man make a panel, so these
# chances can be had exactly.
POOL = [(n, "woman" if n <= 3 else "man", ("north", "south", "coast")[n % 3]) for n in range(1, 10)]


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    return write(tmp_path / "pool.csv", [("Person", "sex", "Region"), *POOL])


def write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return path


def salience(*words: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_chances_are_those_that_the_quota_leaves_and_equal_within_a_kind(pool: Path) -> None:
    found = make_lottery(pool, 3, ["sex: woman >= 2", "sex: woman <= 2"])
    np.testing.assert_allclose(found.lottery.chances, [2 / 3] * 3 + [1 / 6] * 6, atol=1e-9)
    assert [(k.features, k.persons) for k in found.kinds] == [({"sex": "man"}, 6), ({"sex": "woman"}, 3)]
    assert sum(kind.seats for kind in found.kinds) == pytest.approx(3.0)


def test_without_quotas_everybody_has_the_same_chance(pool: Path) -> None:
    found = make_lottery(pool, 3)
    np.testing.assert_allclose(found.lottery.chances, 1 / 3, atol=1e-9)
    assert found.lottery.relaxed


@pytest.mark.parametrize(("sign", "women"), [(">=", {2, 3}), ("<=", {0, 1})])
def test_per_cent_are_of_the_seats_in_whole_persons(pool: Path, sign: str, women: set[int]) -> None:
    # 40 % of 4 seats is 1.6: at least 2, or at most 1.
    found = make_lottery(pool, 4, [f"sex: woman {sign} 40%"])
    drawn = {int(panel[:3].sum()) for panel in found.lottery.panels}
    assert drawn <= women
    assert found.quotas == (f"sex: woman {sign} 40% ({min(women) if sign == '>=' else max(women)} of 4)",)


def test_values_without_a_quota_are_one_kind(pool: Path) -> None:
    found = make_lottery(pool, 3, ["region: north <= 1"])
    assert {kind.features["region"] for kind in found.kinds} == {"north", "any other"}


def test_whose_feature_is_not_known_counts_for_no_quota_on_it(tmp_path: Path) -> None:
    rows = [("person", "sex"), (1, "woman"), (2, ""), (3, ""), (4, "man")]
    found = make_lottery(write(tmp_path / "p.csv", rows), 2, ["sex: woman >= 1"])
    np.testing.assert_allclose(found.lottery.chances, [1, 1 / 3, 1 / 3, 1 / 3], atol=1e-9)


def test_a_draw_is_one_of_the_published_panels_and_can_be_repeated(pool: Path) -> None:
    words = (pool, "--seats", 4, "--quota", "sex: woman >= 50%", "--quota", "region: coast >= 1", "--json")
    told = json.loads(salience("lottery", *words, "--draw", 4711))
    assert told["drawn"] == json.loads(salience("lottery", *words, "--draw", 4711))["drawn"]
    assert told["drawn"] in [panel["persons"] for panel in told["panels"]]
    # Anyone can check the chances from the panels.
    for person, chance in told["chances"].items():
        mixed = sum(panel["probability"] for panel in told["panels"] if person in panel["persons"])
        assert mixed == pytest.approx(chance, abs=1e-9)
    assert json.loads(salience("lottery", *words))["drawn"] is None


def test_draws_come_as_often_as_their_chance_says(pool: Path) -> None:
    found = make_lottery(pool, 3, ["sex: woman >= 2"])
    times = sum("1" in found.draw(seed) for seed in range(2000))
    # 2,000 draws at a chance of 2/3: 1,333, standard deviation 21; four of these.
    assert abs(times - 2000 * found.lottery.chances[0]) < 4 * 21


def test_it_prints_what_to_publish_and_writes_the_chances(pool: Path, tmp_path: Path) -> None:
    said = salience(
        "lottery", pool, "--seats", 3, "--quota", "sex: woman >= 2", "--chances", tmp_path / "chances.csv"
    )
    assert "3 of 9 persons of pool.csv (SHA-256 " in said
    assert (
        "The smallest chance is 16.7%, the largest 66.7%; no lottery that keeps the quotas is fairer" in said
    )
    assert "Drawn" not in said
    with (tmp_path / "chances.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {"person": "1", "chance": "0.666667"} and len(rows) == 9
    assert salience("lottery", pool, "--seats", 3, "--quiet") == ""


def test_whom_the_quotas_leave_no_chance_is_said(pool: Path) -> None:
    said = salience("lottery", pool, "--seats", 3, "--quota", "sex: woman >= 3")
    assert "The quotas leave 6 persons no chance at all" in said


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        ("sex: woman >= 4", r"no panel of 3 keeps all quotas; the fewest to relax: at least 4 of sex: woman"),
        ("sex: women >= 1", r"did you mean 'woman'"),
        ("gender: woman >= 1", r"there is no column 'gender'"),
        ("sex >= 30%", r"name a column and a value"),
        ("sex woman", r"is no quota"),
    ],
)
def test_quotas_that_cannot_be_say_what_is_right(pool: Path, quota: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        make_lottery(pool, 3, [quota])


def test_more_seats_than_persons_is_refused(pool: Path) -> None:
    with pytest.raises(QuestionError, match="10 seats by lot from a pool of 9"):
        make_lottery(pool, 10)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("id", "sex"), (1, "woman")], r"column person: the column is missing"),
        ([("person", "full name"), (1, "A")], r"column full_name: this column identifies people"),
        ([("person", "sex", "sex"), (1, "a", "b")], r"column sex: this column is there twice"),
        ([("person", "sex"), (1, "a"), (1, "b")], r"line 3, column person: '1' stands on line 2 already"),
        ([("person", "sex"), ("", "a")], r"line 2, column person: the cell is empty"),
        ([("person", "sex"), (1, "a", "b")], r"line 2: the line has 3 cells and the header 2"),
        ([("person", "sex")], r"nobody under them"),
    ],
)
def test_a_pool_that_is_not_as_it_must_be_is_told_with_its_place(
    tmp_path: Path, rows: list[tuple[object, ...]], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        make_lottery(write(tmp_path / "pool.csv", rows), 1)
