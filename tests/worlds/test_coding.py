"""What the dataset enters from the reports, held against a plain reading of the same reports."""

import gzip
from collections import defaultdict
from statistics import median_low

import numpy as np
import pyarrow as pa
import pytest

from salience.worlds import World, simulate
from salience.worlds.coding import DATE_PRECISION, PLACE_PRECISION, code_events
from salience.worlds.ged import GED_COLUMNS, ged_table, grid_cell, headlines
from salience.worlds.simulate import CODING, stream


@pytest.fixture(scope="module")
def truth():
    return simulate(World(), seed=21)


@pytest.fixture(scope="module")
def coded(truth):
    return code_events(truth, stream(21, CODING))


@pytest.fixture(scope="module")
def rows(truth, coded):
    return ged_table(truth, coded, 500, stream(21, CODING)).to_pylist()


def told_by_event(truth):
    told = defaultdict(lambda: ([], []))
    for event, outlet, deaths in zip(
        truth.reports.event, truth.reports.outlet, truth.reports.deaths, strict=True
    ):
        told[int(event)][truth.world.outlets[outlet].kind == "official"].append(int(deaths))
    return told


@pytest.mark.parametrize(("rule", "chosen"), [("median", median_low), ("highest", max)])
def test_best_low_and_high_follow_from_what_was_told(rule, chosen):
    truth = simulate(World(coder_takes=rule), seed=22)
    coded = code_events(truth, stream(22, CODING))
    told = told_by_event(truth)
    assert coded.event.tolist() == sorted(told)
    for event, best, low, high in zip(coded.event, coded.best, coded.low, coded.high, strict=True):
        unofficial, official = told[int(event)]
        assert best == chosen(unofficial or official)
        assert low == min(unofficial + official)
        assert high == max(unofficial + official)


def test_figures_are_ordered_and_their_parts_sum_to_best(coded):
    assert (coded.low <= coded.best).all()
    assert (coded.best <= coded.high).all()
    parts = coded.deaths_a + coded.deaths_b + coded.deaths_civilians + coded.deaths_unknown
    np.testing.assert_array_equal(parts, coded.best)
    assert min(coded.deaths_a.min(), coded.deaths_b.min(), coded.deaths_unknown.min()) == 0


def test_the_true_days_lie_within_the_entered_ones(truth, coded):
    assert (coded.first_day <= truth.events.first_day[coded.event]).all()
    assert (coded.last_day >= truth.events.last_day[coded.event]).all()
    exact = coded.date_precision == 1
    assert (coded.first_day[exact] == coded.last_day[exact]).all()
    length = (coded.last_day - coded.first_day).astype(int)
    assert length[coded.date_precision == 4].max() <= 33
    assert coded.first_day.min() >= np.datetime64(truth.world.start)
    assert coded.last_day.max() <= np.datetime64(truth.world.end)


def test_precision_codes_come_at_their_shares(coded):
    for k, share in enumerate(PLACE_PRECISION, start=1):
        number = (coded.place_precision == k).sum()
        assert number == pytest.approx(share * len(coded), abs=4 * (share * (1 - share) * len(coded)) ** 0.5)
    vague = (coded.date_precision >= 3).mean()
    assert vague == pytest.approx(sum(DATE_PRECISION[2:]), abs=4 * (0.05 * 0.95 / len(coded)) ** 0.5)


def test_exact_places_keep_their_coordinates_and_provinces_share_one(truth, coded):
    place = truth.events.place[coded.event]
    exact = coded.place_precision <= 2
    np.testing.assert_array_equal(coded.latitude[exact], truth.places.latitude[place[exact]])
    for province in range(3):
        of = (coded.place_precision == 4) & (truth.places.province[place] == province)
        assert len(np.unique(coded.latitude[of])) <= 1


def test_parallel_lists_say_what_was_reported(truth, coded, rows):
    titles = headlines(truth).to_pylist()
    reports = defaultdict(list)
    for k, event in enumerate(truth.reports.event):
        outlet = truth.world.outlets[truth.reports.outlet[k]]
        spelling = [outlet.name, *outlet.spellings][truth.reports.spelling[k]]
        reports[int(event)].append((spelling, str(truth.reports.published[k]), titles[k]))
    for event, row in zip(coded.event, rows, strict=True):
        expected = reports[int(event)]
        assert row["number_of_sources"] == len(expected)
        lists = (row[c].split(";") for c in ("source_office", "source_date", "source_headline"))
        assert list(zip(*lists, strict=True)) == expected
        assert row["source_article"] == ";".join(f'"{",".join(report)}"' for report in expected)


def test_headlines_name_the_number_told_and_the_place(truth):
    titles = headlines(truth).to_pylist()
    reports, places = truth.reports, truth.places
    for k, title in enumerate(titles):
        source = reports.headline_of[k]
        outlet = truth.world.outlets[reports.outlet[source]]
        place = truth.events.place[reports.event[source]]
        arabic = outlet.language in {"ar", "fa"}
        spot = truth.world.provinces[places.province[place]][1] if arabic else places.name[place]
        assert spot in title
        assert (str(reports.deaths[source]) in title) == (reports.deaths[source] > 1)
        assert not set(title) & set(';"{}<>')


def test_columns_are_those_of_the_real_file_in_their_order(shared_data):
    with gzip.open(shared_data / "ucdp" / "ged_myanmar_1989_2023.csv.gz", "rt", encoding="utf-8") as real:
        assert real.readline().strip().split(",") == GED_COLUMNS


def test_grid_cells_are_prio_grids():
    # Rows 48528 and 48529 of UCDP GED 24.1 for Myanmar, rounded: (19.0, 94.25) lies in cell 157509 and
    # (20.630564, 92.367972) in 159665.
    cells = grid_cell(np.array([19.0, 20.630564]), np.array([94.25, 92.367972]))
    assert cells.tolist() == [157509, 159665]


def test_a_dyad_is_active_in_years_with_25_deaths(rows):
    deaths = defaultdict(int)
    for row in rows:
        deaths[row["dyad_new_id"], row["year"]] += row["best"]
    for row in rows:
        assert row["active_year"] == ("TRUE" if deaths[row["dyad_new_id"], row["year"]] >= 25 else "FALSE")


def test_a_quiet_dyad_is_not_active():
    truth = simulate(World(events=50), seed=1)
    table = ged_table(truth, code_events(truth, stream(1, CODING)), 1, stream(1, CODING))
    assert "FALSE" in table["active_year"].to_pylist()


def test_vague_places_leave_their_districts_and_provinces_empty(rows):
    seen = set()
    for row in rows:
        code = row["where_prec"]
        seen.add(code)
        assert (row["adm_2"] is None) == (code >= 4)
        assert (row["adm_1"] is None) == (code == 6)
        if code == 6:
            assert row["where_coordinates"] == "Halvanea"
        if code == 4:
            assert row["where_coordinates"] == row["adm_1"]
    assert seen == {1, 2, 3, 4, 5, 6}


def test_sides_and_kinds_are_those_of_the_campaign(truth, coded, rows):
    for event, row in zip(coded.event, rows, strict=True):
        campaign = truth.world.campaigns[truth.events.campaign[event]]
        assert (row["type_of_violence"], row["side_a"], row["side_b"], row["dyad_new_id"]) == (
            campaign.kind,
            campaign.side_a,
            campaign.side_b,
            campaign.id,
        )
        assert (row["gwnoa"] == "999") == (row["side_a"] == "Government of Halvanea")
        assert isinstance(row["id"], int)
    assert pa.table({"id": [r["id"] for r in rows]})["id"].to_pylist() == list(range(500, 500 + len(rows)))
