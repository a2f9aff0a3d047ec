"""places.csv: read with errors that name the place, and one name for an area that sources spell in many ways."""

from __future__ import annotations

from pathlib import Path

import pytest

import salience
from salience.errors import InputError
from salience.record.places import plain_place
from salience.sources.place_files import read_places
from small_ged import row, write_ged

HEAD = "name,level,code,dari,spellings,latitude,longitude,population,year,source\n"
PLACES = (
    HEAD
    + "Herat,admin1,AF-HER,هرات,Hirat|Herāt,34.2,62.5,2095117,2019,NSIA\n"
    + "Kabul,admin1,AF-KAB,کابل,,34.5,69.4,5029850,2019,NSIA\n"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hirat province", "HIRAT"),
        ("Herāt", "Herat Province"),
        ("ولايت هرات", "هرات"),
        ("كابل", "کابل"),
        ("Sar-e Pul", "Sar e-Pul province"),
        ("Kunaṟ", "Kunar"),
    ],
)
def test_sorts_of_areas_accents_and_keyboards_do_not_tell_areas_apart(one: str, other: str) -> None:
    assert plain_place(one) == plain_place(other)


@pytest.mark.parametrize(("one", "other"), [("Paktia", "Paktika"), ("Panjshir", "Parwan"), ("State", "")])
def test_other_areas_stay_others(one: str, other: str) -> None:
    assert plain_place(one) != plain_place(other)


def test_events_go_by_the_cases_name_and_accounts_keep_the_spelling(tmp_path: Path) -> None:
    folder = _case(tmp_path, PLACES, ["Hirat province", "ولايت كابل", "Atlantis"])
    with salience.open(folder) as case:
        case.add(folder / "ged.csv")
        areas = case.record.rows("SELECT admin1 FROM event ORDER BY id")
        kept = case.record.rows("SELECT DISTINCT admin1 FROM account WHERE admin1 IS NOT NULL")
        assert {a["admin1"] for a in areas} == {"Herat", "Kabul", "Atlantis"}
        assert {a["admin1"] for a in kept} == {"Hirat province", "ولايت كابل", "Atlantis"}
        assert any("1 spellings" in w and "Atlantis" in w for w in case.warnings())
        before = case.record.fingerprint()
    (folder / "places.csv").write_text(PLACES + "Atlantis,admin1,,,,,,,,\n", encoding="utf-8")
    with salience.open(folder) as case:
        case.ask("change")
        assert case.record.fingerprint() != before
        assert not any("Atlantis" in w for w in case.warnings())
    (folder / "places.csv").unlink()
    with salience.open(folder) as case:
        case.ask("change")
        areas = case.record.rows("SELECT DISTINCT admin1 FROM event")
        assert {a["admin1"] for a in areas} == {"Hirat province", "ولايت كابل", "Atlantis"}


def test_texts_name_places_in_any_script(tmp_path: Path) -> None:
    folder = _case(tmp_path, PLACES, ["Herat"])
    text = folder / "report.txt"
    text.write_text("Protests in Hirat and کابل were broken up on Monday, residents said.", encoding="utf-8")
    with salience.open(folder) as case:
        case.add(text, "documents")
        found = case.record.rows("SELECT quote, value FROM mention WHERE kind = 'place'")
    assert {(f["quote"], f["value"]) for f in found} == {("Hirat", "Herat"), ("کابل", "Kabul")}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Hirat,admin1,,,,,,,,", "line 4, column name: 'Hirat' is what 'Herat' on line 2 goes by already"),
        ("Bamyan,village,,,,,,,,", "line 4, column level: 'village' is no level"),
        ("Bamyan,admin1,,,,123,67,,,", "line 4, column latitude: 123 is out of range"),
        ("Bamyan,admin1,,,,34,,,,", "latitude and longitude go together"),
        ("Bamyan,admin1,,,,,,many,,", "line 4, column population: 'many' is no number"),
        (",admin1,,,,,,,,x", "line 4, column name: the cell is empty"),
    ],
)
def test_faulty_lines_are_said_with_their_place(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "places.csv").write_text(PLACES + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_places(tmp_path)


def _case(tmp_path: Path, places: str, areas: list[str]) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.toml").write_text('name = "areas"\n', encoding="utf-8")
    (folder / "places.csv").write_text(places, encoding="utf-8")
    write_ged(folder / "ged.csv", [row(n, adm_1=area) for n, area in enumerate(areas)])
    return folder
