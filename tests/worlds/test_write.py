"""The case folder: ordinary formats, the dirt where it is said to be, the truth beside it."""

import csv
import json
import tomllib
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pytest

from salience.errors import CaseError
from salience.record.names import normalise_name
from salience.worlds import World, write_case
from salience.worlds.ged import GED_COLUMNS

SEED = 7
LISTS = ("source_office", "source_date", "source_headline")
FILES = {
    "case.toml",
    "ged.csv",
    "sources.csv",
    "official.csv",
    "official.map.toml",
    "persons.csv",
    "population.csv",
    "tolls.csv",
    "tolls.map.toml",
    "actors.csv",
    "issues.csv",
    "positions.csv",
    "relations.csv",
    "seats.csv",
    "weights.csv",
    "attributes.csv",
    "claims.toml",
    "truth/claims.json",
    "truth/landscape.json",
    "truth/README.txt",
    "truth/events.csv",
    "truth/reports.csv",
    "truth/outlets.csv",
    "truth/parameters.json",
    "truth/change.json",
    "truth/dirt.json",
    "truth/disparity.json",
    "truth/tolls.json",
}


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds") / "case"
    return folder, write_case(folder, seed=SEED)


@pytest.fixture(scope="module")
def folder(written):
    return written[0]


@pytest.fixture(scope="module")
def ged(folder):
    return table(folder / "ged.csv")


@pytest.fixture(scope="module")
def dirt(folder):
    return json.loads((folder / "truth" / "dirt.json").read_text(encoding="utf-8"))


def test_same_seed_gives_the_same_bytes_and_another_seed_others(folder, tmp_path):
    write_case(tmp_path / "same", seed=SEED)
    write_case(tmp_path / "other", seed=SEED + 1)
    assert set(contents(folder)) == FILES
    assert contents(tmp_path / "same") == contents(folder)
    other, here = contents(tmp_path / "other"), contents(folder)
    differing = {name for name in FILES if other[name] != here[name]}
    assert differing == FILES - {
        "case.toml",
        "sources.csv",
        "official.map.toml",
        "tolls.map.toml",
        "issues.csv",
        "relations.csv",
        "seats.csv",
        "attributes.csv",
        "claims.toml",
    }


def test_case_toml_names_files_that_are_there_and_the_period_of_the_data(folder, written):
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    assert set(case) == {"name", "summary", "period", "area", "capital", "inputs", "questions", "option"}
    assert case["period"] == {"start": date(2019, 1, 1), "end": date(2022, 12, 31)}
    assert case["area"]["countries"] == ["Halvanea"]
    assert [(i["file"], i["as"]) for i in case["inputs"]] == [
        ("ged.csv", "ucdp"),
        ("official.csv", "table"),
        ("tolls.csv", "table"),
        ("persons.csv", "persons"),
    ]
    for entry in case["inputs"]:
        assert (folder / entry["file"]).is_file()
        assert (folder / entry.get("map", entry["file"])).is_file()
    assert case["capital"]["admin1"] in set(written[1].places.admin1)
    assert case["capital"]["latitude"] == written[1].world.capital_latitude
    asked = {"attention", "hidden", "disparity", "reconcile", "change", "landscape", "options"}
    assert case["questions"].keys() >= asked
    assert case["questions"]["change"]["at"] == ["Red Lantern Brigade appears = 2020-03-01"]


def test_ged_has_the_columns_of_ged_and_a_row_for_each_reported_event(folder, ged):
    truth = table(folder / "truth" / "events.csv")
    assert list(ged[0]) == GED_COLUMNS
    assert len(ged) == sum(row["reported"] == "1" for row in truth) + 1  # one id stands twice
    assert {row["id"] for row in ged} == {row["ged_id"] for row in truth if row["ged_id"]}
    assert all((row["ged_id"] == "") == (row["reported"] == "0") for row in truth)
    assert 0.2 < sum(row["reported"] == "0" for row in truth) / len(truth) < 0.4


def test_parallel_lists_have_equal_lengths_but_where_planted(ged, dirt):
    unequal = set()
    for row in ged:
        lengths = [len(row[c].split(";")) for c in LISTS]
        if row["number_of_sources"] == "-1":
            assert [row[c] for c in LISTS] == ["", "", ""]
            assert row["source_article"] != ""
        elif len(set(lengths)) > 1:
            unequal.add(row["id"])
        else:
            assert lengths[0] == int(row["number_of_sources"])
    assert unequal == set(dirt["semicolon_in_headline"]["rows"])


def test_dirt_lies_where_it_is_said_to_lie(folder, ged, dirt):
    lines = (folder / "ged.csv").read_bytes().decode("utf-8").split("\n")
    by_id = {row["id"]: row for row in reversed(ged)}  # the first of a repeated id
    last = ged[-1]
    for name, sort in dirt.items():
        for k, row_id in enumerate(sort["rows"]):
            row = last if name == "duplicate_id" else by_id[row_id]
            found = row[sort["column"]]
            if sort["item"] and name != "semicolon_in_headline":
                found = found.split(";")[sort["item"][k]]
            elif sort["item"]:
                found = ";".join(found.split(";")[:2])
            if name == "other_spelling":
                found = found.removesuffix(" ")  # an end space may have been planted there too
            assert found == sort["now"][k] != sort["was"][k]
        for line, row_id in zip(sort["line"], sort["rows"], strict=name != "other_spelling"):
            assert lines[line - 1].startswith(row_id + ",")


def is_day(text):
    try:
        return date.fromisoformat(text) is not None
    except ValueError:
        return False


def test_there_is_no_other_dirt_than_is_said(ged, dirt):
    """Each sort, looked for in the whole file without the list, is found in just the rows listed."""

    def ids(fits):
        return sorted(row["id"] for row in ged if fits(row))

    rows = {name: sorted(sort["rows"]) for name, sort in dirt.items()}
    assert rows["not_listed"] == ids(lambda r: r["number_of_sources"] == "-1")
    assert rows["low_above_best"] == ids(lambda r: int(r["low"]) > int(r["best"]))
    assert rows["high_below_best"] == ids(lambda r: int(r["high"]) < int(r["best"]))
    assert rows["impossible_latitude"] == ids(lambda r: abs(float(r["latitude"])) > 90)
    assert rows["impossible_day"] == ids(lambda r: not is_day(r["date_start"]))
    assert rows["report_centuries_off"] == ids(
        lambda r: any(d[:2] != "20" for d in r["source_date"].split(";") if d)
    )
    assert rows["html_in_headline"] == ids(lambda r: "<" in r["source_headline"])
    assert rows["quotes_in_headline"] == ids(lambda r: '"' in r["source_headline"])
    assert rows["formula_in_headline"] == ids(lambda r: r["source_headline"].startswith("="))
    assert rows["trailing_space_office"] == ids(lambda r: r["source_office"].split(";")[0].endswith(" "))
    assert rows["trailing_space_province"] == ids(lambda r: r["adm_1"].endswith(" "))
    assert rows["line_break_in_cell"] == ids(lambda r: any("\n" in value for value in r.values()))
    counts = Counter(row["id"] for row in ged)
    assert rows["duplicate_id"] == [row_id for row_id, number in counts.items() if number > 1]
    assert {
        name: len(sort["rows"]) for name, sort in dirt.items() if name not in {"not_listed", "other_spelling"}
    } == {
        "low_above_best": 5,
        "high_below_best": 2,
        "impossible_latitude": 1,
        "impossible_day": 1,
        "report_centuries_off": 3,
        "html_in_headline": 1,
        "semicolon_in_headline": 2,
        "quotes_in_headline": 1,
        "formula_in_headline": 1,
        "trailing_space_office": 4,
        "trailing_space_province": 4,
        "line_break_in_cell": 2,
        "duplicate_id": 1,
    }


def test_not_listed_rows_are_the_oldest(ged, dirt):
    rows = dirt["not_listed"]["rows"]
    assert rows == [row["id"] for row in ged[: len(rows)]]
    assert len(rows) == pytest.approx(0.04 * len(ged), abs=1)


def test_every_spelling_becomes_its_outlet_by_normalising_or_through_sources_csv(folder, ged, written):
    sources = table(folder / "sources.csv")
    canonical = {normalise_name(row["name"]): row["canonical"] for row in sources}
    spelled = {name.strip() for row in ged for name in row["source_office"].split(";") if name}
    resolved = {canonical[normalise_name(name)] for name in spelled}
    assert resolved == {o.name for o in written[1].world.outlets}
    assert {"Tide Water Herald", "TH", "Tidewater Herald Online"} < spelled
    assert not {"Tide Water Herald", "https://www.globebulletin.example/"} & {row["name"] for row in sources}
    assert len(spelled) > len(resolved)
    assert {row["kind"] for row in sources} == {"outlet", "agency", "ngo", "igo", "official", "party"}


def test_official_accounts_link_to_recorded_events_and_stay_below_the_truth(folder, ged, written):
    truth = {row["ged_id"]: row for row in table(folder / "truth" / "events.csv") if row["ged_id"]}
    official = table(folder / "official.csv")
    assert len(official) > 200
    assert {row["incident"] for row in official} <= {row["id"] for row in ged}
    assert len({row["communique_no"] for row in official}) == len(official)
    for row in official:
        true = truth[row["incident"]]
        assert int(row["killed"]) <= int(true["deaths"])
        assert datetime.strptime(row["date"], "%d/%m/%Y").date().isoformat() == true["first_day"]
        assert row["province"] == true["admin1"]
        assert true["actor"] not in {"Government of Halvanea", "Upland Assembly Guard"}
    told, true = (
        sum(int(row["killed"]) for row in official),
        sum(int(truth[row["incident"]]["deaths"]) for row in official),
    )
    # Each death is told with chance 0.45: 4 sd of a binomial share.
    assert told / true == pytest.approx(0.45, abs=4 * (0.45 * 0.55 / true) ** 0.5)


def test_official_mapping_names_columns_of_the_official_file(folder):
    mapping = tomllib.loads((folder / "official.map.toml").read_text(encoding="utf-8"))
    assert mapping["dataset"] == {"events_of": "UCDP GED"}
    assert mapping["source"] == {"name": "Ministry of Public Order", "kind": "official"}
    assert set(mapping["columns"].values()) == set(table(folder / "official.csv")[0])


def test_the_kept_tables_agree_with_each_other_and_with_ged(folder, ged, written):
    events = table(folder / "truth" / "events.csv")
    reports = table(folder / "truth" / "reports.csv")
    outlets = table(folder / "truth" / "outlets.csv")
    per_event = Counter(row["event"] for row in reports)
    assert all(int(row["reports"]) == per_event[row["event"]] for row in events)
    per_outlet = Counter(row["outlet"] for row in reports if row["follow_up"] == "0")
    assert {row["name"]: int(row["events_reported"]) for row in outlets} == dict(per_outlet)
    best = {row["id"]: row["best"] for row in ged}
    assert all(best[row["ged_id"]] == row["recorded_best"] for row in events if row["ged_id"])
    silent = {
        row["name"]: {c.removeprefix("actor: ") for c, v in row.items() if v == "silent"} for row in outlets
    }
    about = {row["event"]: row["actor"] for row in events}
    assert all(about[row["event"]] not in silent[row["outlet"]] for row in reports)
    assert all(float(a["slope"]) > 0 for a in outlets)


def test_parameters_rebuild_the_world(folder, written):
    kept = json.loads((folder / "truth" / "parameters.json").read_text(encoding="utf-8"))
    assert World.model_validate(kept["world"]) == written[1].world == World()
    assert kept["seed"] == SEED
    assert kept["events_reported"] == int(written[1].reported.sum())
    rising = list(kept["expected_sources_at_deaths"].values())
    assert all(a < b for a, b in pairwise(rising))


def test_the_folder_says_that_the_country_is_invented_and_holds_right_to_left_text(folder, ged):
    assert "invented country" in (folder / "truth" / "README.txt").read_text(encoding="utf-8")
    arabic = [row for row in ged if any("\u0600" <= letter <= "\u06ff" for letter in row["source_headline"])]
    assert len(arabic) > 100


def test_without_dirt_the_file_is_clean(tmp_path):
    truth = write_case(tmp_path / "clean", World(events=300), seed=1, dirt=False)
    rows = table(tmp_path / "clean" / "ged.csv")
    assert len(rows) == int(truth.reported.sum())
    for row in rows:
        assert int(row["low"]) <= int(row["best"]) <= int(row["high"])
        assert {len(row[c].split(";")) for c in LISTS} == {int(row["number_of_sources"])}
    planted = json.loads((tmp_path / "clean" / "truth" / "dirt.json").read_text(encoding="utf-8"))
    assert set(planted) == {"other_spelling"}


def test_a_world_without_an_official_channel_has_no_official_file(tmp_path):
    world = World()
    world = World(events=100, outlets=tuple(o for o in world.outlets if o.kind != "official"))
    write_case(tmp_path / "case", world)
    assert not (tmp_path / "case" / "official.csv").exists()
    case = tomllib.loads((tmp_path / "case" / "case.toml").read_text(encoding="utf-8"))
    assert [entry["file"] for entry in case["inputs"]] == ["ged.csv", "persons.csv"]


@pytest.mark.parametrize("events", [50, 75])
def test_small_worlds_can_be_written(tmp_path, events):
    write_case(tmp_path / "case", World(events=events, months=3), seed=2)
    assert len(table(tmp_path / "case" / "ged.csv")) > 20


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CaseError, match="not empty"):
        write_case(tmp_path)
    with pytest.raises(CaseError, match="something else than a simulated case"):
        write_case(tmp_path, overwrite=True)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_overwriting_replaces_only_what_was_written(tmp_path):
    folder = tmp_path / "مورد ۱"
    write_case(folder, World(events=100), seed=1)
    before = contents(folder)
    (folder / "record.duckdb").write_bytes(b"kept")
    (folder / "ged.csv").write_bytes(b"spoilt")
    with pytest.raises(CaseError, match="not empty"):
        write_case(folder, World(events=100), seed=1)
    write_case(folder, World(events=100), seed=1, overwrite=True)
    assert contents(folder) == before | {"record.duckdb": b"kept"}


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CaseError, match="this is a file"):
        write_case(tmp_path / "file")
    with pytest.raises(CaseError, match="cannot be written"):
        write_case(tmp_path / "file" / "below", World(events=50))


def test_a_world_in_which_nobody_reports_is_refused(tmp_path):
    outlet = World().outlets[0].model_copy(update={"base": 1e-12, "copies": None})
    with pytest.raises(CaseError, match="nobody reports anything"):
        write_case(tmp_path / "case", World(events=50, outlets=(outlet,), slope=0.0))
    assert not (tmp_path / "case").exists()
