"""GED-format files of any size, written a piece at a time."""

import csv

import pytest

from salience.errors import CaseError
from salience.worlds import bulk, write_ged
from salience.worlds.ged import GED_COLUMNS

LISTS = ("source_office", "source_date", "source_headline")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(bulk, "PIECE", 400)


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("events", [1, 250, 1500])
def test_the_file_has_just_the_rows_asked_for(tmp_path, events):
    path = tmp_path / "o'ged.csv"
    write_ged(path, events, seed=3)
    rows = table(path)
    assert [row["id"] for row in rows] == [str(k) for k in range(1, events + 1)]
    assert list(rows[0]) == GED_COLUMNS
    assert [p.name for p in tmp_path.iterdir()] == ["o'ged.csv"]


def test_rows_are_clean_and_their_lists_parallel(tmp_path):
    write_ged(tmp_path / "ged.csv", 1500, seed=4)
    rows = table(tmp_path / "ged.csv")
    for row in rows:
        assert {len(row[c].split(";")) for c in LISTS} == {int(row["number_of_sources"])}
        assert 0 <= int(row["low"]) <= int(row["best"]) <= int(row["high"])
        assert 9 < float(row["latitude"]) < 15
        assert "2019-01-01" <= row["date_start"] <= row["date_end"] <= "2022-12-31"
    # Pieces differ: no piece repeats the rows of the one before.
    assert rows[0]["source_article"] not in {row["source_article"] for row in rows[250:400]}


def test_same_seed_gives_the_same_bytes_and_a_longer_file_begins_alike(tmp_path):
    for name, events, seed in (("a", 900, 5), ("b", 900, 5), ("longer", 1200, 5), ("other", 900, 6)):
        write_ged(tmp_path / name, events, seed)
    a, b, longer, other = ((tmp_path / n).read_bytes() for n in ("a", "b", "longer", "other"))
    assert a == b != other
    assert longer.startswith(a)


def test_a_file_in_the_way_is_kept_unless_overwriting(tmp_path):
    path = tmp_path / "ged.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CaseError, match="the file exists"):
        write_ged(path, 10)
    assert path.read_text(encoding="utf-8") == "mine"
    write_ged(path, 10, overwrite=True)
    assert len(table(path)) == 10


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(CaseError, match="cannot be written"):
        write_ged(tmp_path / "no such folder" / "ged.csv", 10)
    with pytest.raises(CaseError, match="at least one"):
        write_ged(tmp_path / "ged.csv", 0)
    assert list(tmp_path.iterdir()) == []
