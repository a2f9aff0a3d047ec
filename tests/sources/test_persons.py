"""Tables of persons and populations: what is read, what is refused for the sake of those in it, what is set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from salience.errors import InputError
from salience.record.store import Record
from salience.sources.person_columns import find_guessed
from salience.sources.persons import import_persons
from salience.sources.population import import_population, read_population

POPULATION = "group,place,year,share_low,share_best,share_high,persons,source\n"


@pytest.fixture
def record(tmp_path):
    with Record(tmp_path / "record.duckdb") as opened:
        yield opened


def take(record: Record, tmp_path: Path, text: str, **more):
    path = tmp_path / "persons.csv"
    path.write_text(text, encoding="utf-8")
    return import_persons(record, path, tmp_path / "raw", **more)


@pytest.mark.parametrize(
    "heading",
    [
        "ethnicity_inferred", "inferred_ethnicity", "Predicted ethnicity", "name_based_group", "surname_group",
        "ethnic_group (guessed)", "race_prob", "bisg_race", "ethnicity_from_name", "predicted_religion",
        "lastname_ethnicity", "group_likely", "ethnicity_model", "community_by_surname", "imputed_group",
    ],
)  # fmt: skip
def test_guessed_groups_are_refused_unless_the_case_declares_them(record, tmp_path, heading):
    text = f"date,place,group,{heading}\n2020-01-01,North,Hazara,Hazara\n"
    with pytest.raises(
        InputError, match=r"guessed, from names or by a model.*guessed_groups = true"
    ) as error:
        take(record, tmp_path, text)
    assert (error.value.line, error.value.column) == (1, heading)
    assert record.rows("SELECT 1 FROM person") == []
    assert not any((tmp_path / "raw").glob("[!.]*"))
    # Declared, and another column is the group: nothing is guessed of what is read.
    assert take(record, tmp_path, text, guessed=True).kept == 1
    assert record.rows("SELECT guessed FROM person") == [{"guessed": False}]


@pytest.mark.parametrize(
    "heading",
    ["group", "ethnic_group", "community", "age_group", "model of car", "group_name", "source", "sex"],
)
def test_stated_groups_are_no_guesses(heading):
    assert find_guessed([heading]) == []


def test_a_declared_guess_is_marked_on_every_person(record, tmp_path):
    (tmp_path / "m.toml").write_text(
        '[columns]\ngroup = "predicted_ethnicity"\n[constants]\nkind = "arrest"\n'
    )
    take(record, tmp_path, "date,place,predicted_ethnicity\n2020-01-01,North,Hazara\n", guessed=True,
         mapping=tmp_path / "m.toml")  # fmt: skip
    assert record.rows("SELECT guessed, kind, group_name FROM person") == [
        {"guessed": True, "kind": "arrest", "group_name": "Hazara"}
    ]


@pytest.mark.parametrize("heading", ["name", "Full name", "phone", "passport_no", "national_id", "address"])
def test_columns_that_identify_people_are_refused_and_not_kept(record, tmp_path, heading):
    with pytest.raises(InputError, match="identify private persons") as error:
        take(record, tmp_path, f"group,{heading}\nHazara,x\n")
    assert error.value.column == heading
    assert not any((tmp_path / "raw").glob("[!.]*"))


def test_rows_add_up_and_each_fault_names_its_line(record, tmp_path):
    text = (
        "id,date,place,group,sex,count,source\n"
        "1,2020-01-01,North,Hazara,f,3,A\n"
        "2,2020-02-30,North,Hazara,f,1,A\n"
        "3,2020-01-03,North,unknown,?,2,A\n"
        "4,2020-01-03,North,Hazara,m,-1,A\n"
        "5,2020-01-03,North,Hazara,m,,A\n"
        "6,2020-01-03,North,Hazara,m,some,A\n"
        "7,,North,Hazara,m,1,\n"
    )
    found = take(record, tmp_path, text)
    assert (found.read, found.kept, found.set_aside, found.accounts) == (7, 3, 4, 6)
    aside = record.rows('SELECT line, "column", reason FROM set_aside ORDER BY line')
    assert [row["line"] for row in aside] == [3, 5, 6, 7]
    assert "cannot be negative" in aside[1]["reason"] and aside[0]["column"] == "date"
    rows = record.rows("SELECT group_name, sex, date FROM person ORDER BY native_id")
    assert rows[1]["group_name"] is None and rows[1]["sex"] is None
    assert rows[2]["date"] is None
    assert record.check() == []
    again = take(record, tmp_path, text)
    assert again.already and record.rows("SELECT count(*) AS n FROM person") == [{"n": 3}]


def test_a_table_without_a_group_names_what_is_expected(record, tmp_path):
    with pytest.raises(InputError, match=r"no column says which group.*The file has: date, clan"):
        take(record, tmp_path, "date,clan\n2020-01-01,x\n")


@pytest.mark.parametrize(
    ("lines", "line", "column", "says"),
    [
        ("Hazara,North,2020,,1.2,,,census", 2, "share_best", "If 1.2 per cent is meant, write 1.2 %"),
        ("Hazara,North,2020,,40,,,census", 2, "share_best", "'40' is no share"),
        ("Hazara,North,2020,,-0.1,,,census", 2, "share_best", "over 0 and under 1"),
        ("Hazara,North,2020,0.5,0.4,0.6,,census", 2, "share_low", "0.5, 0.4, 0.6; expected low <= best <= high"),
        ("Hazara,North,2020,,a few,,,census", 2, "share_best", "'a few' is no share"),
        ("Hazara,North,2020,,0.4,,,", 2, "source", "names no source"),
        (",North,2020,,0.4,,,census", 2, "group", "names no group"),
        ("Hazara,North,20,,0.4,,,census", 2, "year", "'20' is no year"),
        ("Hazara,North,2020,,0.4,,-5,census", 2, "persons", "'-5' is no number of persons"),
        ("Hazara,North,2020,,0.4,,,census\nhazara,north,2020,,0.3,,,census", 3, "group", "line 2 says this"),
        ("Hazara,North,2020,,0.7,,,census\nPashtun,North,2020,,0.6,,,census", 3, "share_best", "North .* sum to 1.3"),
        ("Hazara,North,2020,,0.4,,10,census\nPashtun,North,2020,,0.6,,20,census", 3, "persons", "20 persons here"),
    ],
)  # fmt: skip
def test_a_population_that_cannot_be_is_refused_with_its_line(tmp_path, lines, line, column, says):
    path = tmp_path / "population.csv"
    path.write_text(POPULATION + lines + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=says) as error:
        read_population(path)
    assert (error.value.line, error.value.column) == (line, column)


def test_per_cent_and_decimal_commas_are_read(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text('group,share,source\nHazara,12 %,census\nUzbek,"0,09",census\n', encoding="utf-8")
    first, second = read_population(path)
    assert (first.best, second.best, first.low, first.denominator) == pytest.approx(
        (0.12, 0.09, 0.12, "residents"), abs=1e-12
    )


def test_a_later_population_takes_the_place_of_the_earlier(record, tmp_path):
    path = tmp_path / "population.csv"
    for share in ("0.4", "0.5"):
        path.write_text(POPULATION + f"Hazara,North,2020,,{share},,,census\n", encoding="utf-8")
        import_population(record, path, tmp_path / "raw")
    assert record.rows("SELECT share_best FROM population") == [{"share_best": 0.5}]
    assert record.check() == []


@pytest.mark.parametrize(
    "header", ["share_best,source\n0.4,c\n", "group,source\nA,c\n", "group,share\nA,0.4\n"]
)
def test_a_population_needs_group_share_and_source(tmp_path, header):
    path = tmp_path / "population.csv"
    path.write_text(header, encoding="utf-8")
    with pytest.raises(InputError, match="the column is missing"):
        read_population(path)


def test_an_unknown_column_of_a_population_is_named(tmp_path):
    path = tmp_path / "population.csv"
    path.write_text("group,share,source,region\nA,0.4,c,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="not known; known are group"):
        read_population(path)
