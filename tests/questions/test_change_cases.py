"""The change question on whole cases: a simulated one whose truth is kept, and real ones."""

from __future__ import annotations

import json

import pytest

from salience.case import open_case
from salience.worlds import Change, World
from salience.worlds.write import write_case


def test_demo_finds_when_an_actor_appears(demo):
    folder = demo / "cases" / "simulated"
    truth = json.loads((folder / "truth" / "change.json").read_text(encoding="utf-8"))
    assert {b["date"] for b in truth["begins"]} == {"2020-03-01"} and truth["planted"] == []
    with open_case(folder, read_only=True) as case:
        answer = case.ask("change")
    assert answer.headline.startswith(
        "After 1 March 2020 (Red Lantern Brigade appears) events with Red Lantern Brigade rose from 1 in the 4 months "
        "before to 28 in the 4 months after, too few to say how many times over (95 % interval "
    )
    assert answer.find_table("changes").to_records()[0]["first"] == "March 2020"
    assert answer.assumptions[0].status == "holds"  # coverage did not change in the world either


def test_planted_change_is_within_the_interval(tmp_path):
    held = []
    for seed in (7, 9):
        world = World(changes=(Change(actor="Harrow Front", month=26, ratio=4.0),))
        write_case(tmp_path / str(seed), world, seed=seed)
        with open_case(tmp_path / str(seed)) as case:
            case.add(tmp_path / str(seed) / "ged.csv")
            step = case.ask("change").estimate("level_change")
        held.append(step.low <= 4.0 <= step.high)
    assert all(held)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        # 67 and 879 are the rows of the file; 13.1 times, of which the median step at other dates is taken out
        (
            "myanmar",
            "events with Government of Myanmar (Burma) rose from 67 in the 12 months before to 879 in the 12 months "
            "after: about 12.0 times with usual drift taken out",
        ),
        (
            "syria",
            "The record does not show that events with Government of Syria changed after 30 December 2016",
        ),
    ],
)
def test_real_cases(case, said, real_case):
    with open_case(real_case(case), read_only=True) as opened:
        answer = opened.ask("change")
    assert said in answer.headline
    if case == "myanmar":
        # Sources rose to 2.5 times, as so many more events make; beside that they did not.
        assert "coverage" not in answer.headline
        beside = answer.estimate("sources_change")
        assert beside.low < 1 < beside.high
        assert "Of 96 placebo dates" in answer.more
