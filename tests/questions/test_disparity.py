"""The disparity question: counts by hand, the unnamed, batches, denominators, refusals, both engines, known truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salience.case import Case, new_case, open_case
from salience.errors import CaseError, QuestionError
from salience.questions.answer import Answer
from salience.questions.disparity.ask import ask_disparity
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.release import hide_small
from salience.questions.setting import Setting
from salience.record.store import ParquetRecord
from salience.worlds import World, write_case

PERSONS = "date,place,group,sex,age,kind,source,incident,count\n"
# In the north the Hazara are half of the people, in the south a tenth; as many live in each.
POPULATION = """group,place,year,share_low,share_best,share_high,persons,source,denominator
Hazara,North,2020,0.5,0.5,0.5,1000,census,residents
Pashtun,North,2020,0.5,0.5,0.5,1000,census,residents
Hazara,South,2020,0.1,0.1,0.1,1000,census,residents
Pashtun,South,2020,0.9,0.9,0.9,1000,census,residents
Hazara,,2020,0.6,0.6,0.6,,checkpoints,those stopped
Pashtun,,2020,0.4,0.4,0.4,,checkpoints,those stopped
"""


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Case] = []

    def make_case(rows: str, population: str | None = POPULATION, header: str = PERSONS) -> Case:
        """Make a case of persons and a population; rows as in `PERSONS`."""
        folder = new_case(tmp_path / f"case{len(opened)}")
        if population is not None:
            (folder / "population.csv").write_text(population, encoding="utf-8")
        file = tmp_path / f"persons{len(opened)}.csv"
        file.write_text(header + rows, encoding="utf-8")
        case = open_case(folder)
        opened.append(case)
        case.add(file, "persons")
        return case

    yield make_case
    for case in opened:
        case.close()


def rows_of(place: str, group: str, number: int, source: str = "Rights Group", **more: str) -> str:
    """Return so many rows of single persons, each an incident of its own."""
    told = ",".join(
        more.get(name, default) for name, default in (("sex", ""), ("age", ""), ("kind", "arrest"))
    )
    key = f"{source}-{place}-{group}-{more.get('sex', '')}"
    return "".join(f"2020-01-01,{place},{group},{told},{source},{key}-{k},1\n" for k in range(number))


def plain(n_hazara: int = 40, n_pashtun: int = 60, unnamed: int = 0, **more: str) -> str:
    return (
        rows_of("North", "Hazara", n_hazara, **more)
        + rows_of("North", "Pashtun", n_pashtun // 2, **more)
        + rows_of("South", "Pashtun", n_pashtun - n_pashtun // 2, **more)
        + rows_of("South", "", unnamed, **more)
    )


def test_the_headline_says_the_interval_the_condition_and_the_bounds(make: Any) -> None:
    answer = make(plain(60, 40, 60)).ask("disparity", group="Hazara")
    # 60 of 100 named, against 30 % of residents: 2.0. Of 160, 60 to 120 can be Hazara: 1.25 to 2.5.
    assert answer.estimate("share_ratio").value == pytest.approx(2.0)
    assert "without chance 1.25 to 2.5" in answer.estimate("share_ratio_whoever").note
    low, high = answer.estimate("share_ratio").low, answer.estimate("share_ratio").high
    assert low is not None and high is not None and low < 2 < high
    assert answer.headline.startswith(
        "Hazara are 1.67 to 2.3 times as often among those arrested as among residents"
    )
    assert answer.headline.endswith(", if those whose group is not named are like the others.")
    assert answer.more.startswith("The unnamed 38 % could bring that to anything between ")
    assert "95 % interval" in answer.headline


def test_the_denominator_decides(make: Any) -> None:
    answer = make(plain(60, 40)).ask("disparity", group="Hazara")
    # The same 60 of 100 are twice the residents' share and just the share of those stopped.
    rows = {row["denominator"]: row for row in answer.find_table("denominators").to_records()}
    assert rows["residents"]["ratio"] == pytest.approx(2.0)
    assert rows["those stopped"]["ratio"] == pytest.approx(1.0)
    assert "The denominator decides" in answer.more
    other = make(plain(60, 40)).ask("disparity", group="Hazara", denominator="those stopped")
    assert other.estimate("share_ratio").value == pytest.approx(1.0)
    assert other.headline.startswith("The record cannot decide whether Hazara are hit beyond their share")


def test_more_where_they_live_is_told_apart(make: Any) -> None:
    # All happens in the north, to Hazara and others alike: 100 of 200, the share of the north.
    answer = make(rows_of("North", "Hazara", 100) + rows_of("North", "Pashtun", 100) + rows_of("South", "Pashtun", 9)
                  + rows_of("South", "Hazara", 1)).ask("disparity", group="Hazara")  # fmt: skip
    assert answer.estimate("share_ratio").low > 1.3  # 101 / 210 / .3 = 1.6
    assert answer.estimate("rate_ratio_same_places").value == pytest.approx(1.0, abs=0.01)
    assert "In the same places the record does not decide it" in answer.more
    steps = {row["step"]: row["value"] for row in answer.find_table("steps").to_records()}
    plain_ratio, where, harder = list(steps.values())[:3]
    assert where * harder == pytest.approx(plain_ratio)


def test_group_and_sex_together_are_a_group(make: Any) -> None:
    population = POPULATION.splitlines()[0] + ",sex\n" + "".join(
        f"{group},{place},2020,{s},{s},{s},1000,census,residents,{sex}\n"
        for place, shares in (("North", (0.25, 0.25)), ("South", (0.05, 0.45)))
        for group, s in zip(("Hazara", "Pashtun"), shares, strict=True)
        for sex in ("women", "men")
    )  # fmt: skip
    rows = plain(20, 40, sex="female") + plain(10, 130, sex="m") + rows_of("South", "", 30, sex="m")
    answer = make(rows, population).ask("disparity", by=("group", "sex"), group="Hazara women")
    # 20 of 200 named, against .15: .667. The 30 unnamed are men: none can be a Hazara woman, so 20 of 230 at most.
    assert answer.estimate("share_ratio").value == pytest.approx(20 / 200 / 0.15)
    assert answer.estimate("share_ratio_whoever").note == "without chance 0.58 to 0.58"
    women = make(rows, population).ask("disparity", group="Hazara", sex="women")
    # Among women: 20 of 60 named, against .15 / .5.
    assert women.estimate("share_ratio").value == pytest.approx((20 / 60) / 0.3)


def test_batches_widen_the_interval_and_are_said(make: Any) -> None:
    both = ("Hazara", "Pashtun")
    single = "".join(
        f"2020-01-0{1 + k % 9},North,{g},,,arrest,A,i{k}-{g},1\n" for k in range(50) for g in both
    )
    raids = "".join(f"2020-01-01,North,{g},,,arrest,A,raid{k}-{g},10\n" for k in range(5) for g in both)
    south = rows_of("South", "Pashtun", 10, "A")
    one, ten = (make(rows + south).ask("disparity", group="Hazara") for rows in (single, raids))
    first, second = one.estimate("share_ratio"), ten.estimate("share_ratio")
    assert first.value == second.value
    assert second.high - second.low > 2 * (first.high - first.low)
    status = {a.text: a.status for a in ten.assumptions}
    assert status["Persons are counted one by one, not in batches."] == "fails"
    assert one.warnings[0] == "All rests on one source alone: A."


def test_an_incident_of_two_sources_is_counted_once(make: Any) -> None:
    once = plain(40, 60)
    again = once.replace("Rights Group,", "Copier,", 200).replace(",Hazara,", ",,", 20)
    answer, doubled = (
        make(once).ask("disparity", group="Hazara"),
        make(once + again).ask("disparity", group="Hazara"),
    )
    # Incident ids hold the first source's name in both tables: they are the same incidents, better named by the first.
    assert doubled.estimate("share_ratio").value == answer.estimate("share_ratio").value
    assert "100 persons told again" in " ".join(a.how for a in doubled.assumptions)


def test_screening_all_groups_widens_the_interval_and_says_so(make: Any) -> None:
    case = make(plain(60, 40, 10))
    asked, screened = case.ask("disparity", group="Hazara"), case.ask("disparity")
    assert "widened for 2 groups" in screened.headline
    assert screened.estimate("share_ratio").level == pytest.approx(0.975)
    assert screened.estimate("share_ratio").low < asked.estimate("share_ratio").low


def test_a_name_that_does_not_match_is_suggested_and_counts_as_not_named(make: Any) -> None:
    answer = make(plain(40, 60).replace("Hazara,", "Hazarra,", 10)).ask("disparity", group="Hazara")
    assert any(
        "'Hazarra' (10 persons) is no group" in w and "Did you mean 'Hazara'?" in w for w in answer.warnings
    )
    assert answer.estimate("share_ratio").n == 90
    assert "The unnamed 10 %" in answer.more


def test_a_place_without_population_is_named_with_the_nearest(make: Any) -> None:
    answer = make(plain(40, 60) + rows_of("Nort", "Hazara", 10)).ask("disparity", group="Hazara")
    assert any(
        "No population of Hazara for 'Nort' (10 persons)" in w and "'North'" in w for w in answer.warnings
    )


def test_small_cells_are_hidden_with_those_that_would_give_them_away(make: Any) -> None:
    answer = make(plain(40, 60) + rows_of("South", "Hazara", 2)).ask("disparity", group="Hazara")
    text = json.dumps([t.to_records() for t in answer.tables])
    row = {r["place"]: r for r in answer.find_table("places").to_records()}["South"]
    assert row["group"] == "under 5"
    assert row["others"] == "not shown"
    assert '"2"' not in text
    shown = make(plain(40, 60) + rows_of("South", "Hazara", 2)).ask(
        "disparity", group="Hazara", smallest_cell=1
    )
    assert {r["place"]: r["group"] for r in shown.find_table("places").to_records()}["South"] == "2"
    few = make(rows_of("North", "Hazara", 3) + rows_of("South", "Pashtun", 60)).ask(
        "disparity", group="Hazara"
    )
    assert few.estimates == () and "under 5 persons are named as Hazara" in few.headline


def test_a_small_group_takes_another_with_it_so_that_nothing_is_left_to_subtract(make: Any) -> None:
    population = POPULATION.replace(
        "Pashtun,North,2020,0.5,0.5,0.5", "Pashtun,North,2020,0.4,0.4,0.4"
    ).replace("Pashtun,South,2020,0.9,0.9,0.9", "Pashtun,South,2020,0.8,0.8,0.8")
    few = "".join(
        f"{group},{place},2020,0.04,0.04,0.04,1000,census,residents\n"
        for group in ("Uzbek", "Turkmen")
        for place in ("North", "South")
    )
    rows = plain(60, 40) + rows_of("North", "Uzbek", 3) + rows_of("North", "Turkmen", 9)
    answer = make(rows, population + few).ask("disparity", group="Hazara")
    shown = {r["group"]: (r["count"], r["low"]) for r in answer.find_table("groups").to_records()}
    assert shown["Uzbek"] == ("under 5", None)
    assert shown["Turkmen"] == ("not shown", None)
    assert shown["Pashtun"][0] == "40"
    assert not any("Uzbek" in e.label or "Turkmen" in e.label for e in answer.estimates)
    assert '"3"' not in json.dumps([t.to_records() for t in answer.tables])


def test_hidden_cells_cannot_be_had_by_subtraction() -> None:
    hidden = hide_small([[3, 20, 30], [10, 12, 40], [50, 60, 70]], 5)
    assert hidden[0, 0]
    for lines in (hidden, hidden.T):
        assert all(line.sum() != 1 for line in lines)
    assert not hide_small([[3, 0], [4, 9]], 1).any()


@pytest.mark.parametrize(
    ("rows", "population", "says"),
    [
        (plain(), None, "there is no population.csv"),
        (rows_of("North", "", 30), POPULATION, "nobody's group is named, and it is not guessed"),
        (plain().replace(",1\n", ",0\n"), POPULATION, "count nobody"),
    ],
)
def test_where_it_cannot_say_the_answer_says_why(
    make: Any, rows: str, population: str | None, says: str
) -> None:
    answer = make(rows, population).ask("disparity")
    assert says in answer.headline
    assert answer.estimates == ()
    assert {r["file"] for r in answer.find_table("needed").to_records()} == {"persons.csv", "population.csv"}


def test_a_group_never_counted_has_a_bound_and_no_division_by_zero(make: Any) -> None:
    answer = make(rows_of("North", "Pashtun", 30) + rows_of("South", "Pashtun", 30)).ask(
        "disparity", group="Hazara"
    )
    found = answer.estimate("share_ratio")
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high is not None and 0 < found.high < 0.3
    Answer.from_json(answer.to_json())


def test_groups_without_a_population_are_refused_with_what_there_is(make: Any) -> None:
    case = make(plain())
    with pytest.raises(QuestionError, match=r"no share of 'Hazarra'.*Did you mean 'Hazara'"):
        case.ask("disparity", group="Hazarra")
    with pytest.raises(QuestionError, match=r"no denominator 'resident'.*'residents'"):
        case.ask("disparity", denominator="resident")
    with pytest.raises(QuestionError, match=r"no year 1999.*2020"):
        case.ask("disparity", year=1999)
    with pytest.raises(QuestionError, match=r"no persons have the kind 'arest'.*'arrest'"):
        case.ask("disparity", kind="arest")
    with pytest.raises(CaseError, match="fixed as well"):
        case.ask("disparity", by=("group", "sex"), sex="women")


def test_an_edited_population_changes_the_answer(make: Any) -> None:
    case = make(plain(60, 40))
    before = case.ask("disparity", group="Hazara").estimate("share_ratio").value
    (case.folder / "population.csv").write_text(
        POPULATION.replace("North,2020,0.5,0.5,0.5", "North,2020,0.4,0.4,0.4")
    )
    after = case.ask("disparity", group="Hazara").estimate("share_ratio").value
    assert (before, after) == pytest.approx((2.0, 0.6 / 0.25))


def test_events_can_be_counted_by_the_label_of_a_side(tmp_path: Path) -> None:
    folder = new_case(tmp_path / "case")
    (folder / "population.csv").write_text(POPULATION)
    told = 30 * [("North", "Hazara")] + 20 * [("South", "Pashtun")]
    rows = "".join(f"{k},2020-01-01,{place},{group}\n" for k, (place, group) in enumerate(told))
    (tmp_path / "e.csv").write_text("id,date,province,target\n" + rows)
    (tmp_path / "e.toml").write_text(
        '[source]\nname = "Rights Group"\nkind = "ngo"\n[columns]\nid = "id"\n'
        'date_from = "date"\nadmin1 = "province"\nside_b = "target"\n'
    )
    with open_case(folder) as case:
        case.add(tmp_path / "e.csv", "table", tmp_path / "e.toml")
        answer = case.ask("disparity", count="events", group="Hazara")
    assert answer.estimate("share_ratio").value == pytest.approx(0.6 / 0.3)
    assert "the events recorded" in answer.headline


def test_both_engines_give_the_same_bytes_and_nothing_is_drawn_by_chance(make: Any, tmp_path: Path) -> None:
    case = make(plain(60, 40, 20))
    params, setting = DisparityParams(group="Hazara"), Setting()
    here = ask_disparity(case.record, params, setting)
    case.record.export(tmp_path / "parquet")
    exported = ParquetRecord(tmp_path / "parquet")
    there = ask_disparity(exported, params, setting, seed=5)
    exported.close()
    one, two = json.loads(here.to_json()), json.loads(there.to_json())
    for answer in (one, two):
        answer.pop("record")
        answer.pop("seed")
    assert one == two


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Answer]:
    folder = tmp_path_factory.mktemp("world") / "case"
    write_case(folder, World(events=60), seed=1)
    with open_case(folder) as case:
        case.add(folder / "persons.csv", "persons")
        answer = case.ask("disparity")
    return json.loads((folder / "truth" / "disparity.json").read_text(encoding="utf-8")), answer


def test_the_simulated_truth_lies_within_the_bounds_and_the_interval(simulated: Any) -> None:
    truth, answer = simulated
    group = truth["groups"]["Uplanders"]
    bounds, like = answer.estimate("share_ratio_whoever"), answer.estimate("share_ratio")
    assert bounds.low <= group["share_ratio_expected"] <= bounds.high
    assert like.low <= group["share_ratio_expected"] <= like.high
    worst = [float(w) for w in bounds.note.removeprefix("without chance ").split(" to ")]
    # Of those detained themselves the bounds need no chance, only the population's error: 12 % as its interval says.
    assert worst[0] / 1.13 <= group["share_ratio_of_those_detained"] <= worst[1] * 1.13


def test_figures_say_what_was_found_and_draw_the_unnamed(simulated: Any) -> None:
    _, answer = simulated
    assert [f.name for f in answer.figures] == ["groups", "unknown", "denominators", "places"]
    assert all(f.description and f.table in {t.name for t in answer.tables} for f in answer.figures)
    assert "times as often" in answer.figures[0].title


def test_on_syria_the_answer_says_why_it_cannot(shared_data: Path, tmp_path: Path) -> None:
    folder = new_case(tmp_path / "syria")
    with open_case(folder) as case:
        case.add(shared_data / "ucdp" / "ged191_syria_2016_2018.csv.gz")
        answer = case.ask("disparity")
        events = case.ask("disparity", count="events")
    assert "UCDP GED tells which side acted" in answer.headline and "cannot say" in answer.headline
    assert answer.find_table("needed").rows
    assert "there is no population.csv" in events.headline


def test_a_declared_guess_fails_an_assumption_and_warns(tmp_path: Path) -> None:
    folder = new_case(tmp_path / "case")
    (folder / "population.csv").write_text(POPULATION)
    (folder / "persons.csv").write_text(PERSONS.replace("group", "predicted_ethnicity") + plain(60, 40))
    (folder / "m.toml").write_text('[columns]\ngroup = "predicted_ethnicity"\n')
    (folder / "case.toml").write_text(
        'name = "guessed"\n[[inputs]]\nfile = "persons.csv"\nas = "persons"\nmap = "m.toml"\nguessed_groups = true\n'
        '[questions.disparity]\ngroup = "Hazara"\n'
    )
    with open_case(folder) as case:
        done = case.run()
    (answer,) = done.answers
    assert answer.estimate("share_ratio").value == pytest.approx(2.0)
    assert any("The group of 100 persons was guessed" in warning for warning in answer.warnings)
    assert "fails" in [a.status for a in answer.assumptions if "never guessed from names" in a.text]
    assert "Hazara are 1.67 to 2.3 times" in done.report.read_text(encoding="utf-8")
