"""The attention question: hand-counted tables, known truth, real data, and records that cannot answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from salience.case_file import read_case_file
from salience.errors import QuestionError
from salience.questions.answer import Answer, format_interval
from salience.questions.attention.ask import ask_attention
from salience.questions.attention.cells import Cells, Factor, reduce_events
from salience.questions.attention.checks import Variant, _stays
from salience.questions.attention.fits import fit_view
from salience.questions.attention.gap import Gap, Number, measure_gap
from salience.questions.attention.params import AttentionParams
from salience.questions.attention.words import TAIL_ONLY, estimate_gap
from salience.questions.setting import Area, Capital, Period, Setting
from salience.record.source_names import SourceRule
from salience.record.store import ParquetRecord, Record
from salience.sources.load import import_file
from small_ged import row, write_ged

RULES = [
    SourceRule("Local Herald", "Local Herald", "outlet", "Testland"),
    SourceRule("World Wire", "World Wire", "agency", "Elsewhere"),
    SourceRule("Rights Group", "Rights Group", "ngo", "Testland"),
    SourceRule("صدای مردم", "صدای مردم", "outlet", "Elsewhere"),
]
SETTING = Setting(
    period=Period(start=None, end=None),
    area=Area(countries=("Testland",)),
    capital=Capital(name="Capital City", latitude=13, longitude=23, radius_km=60, admin1="Capital"),
)
Make = Callable[..., Record]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Record] = []

    def make_record(rows: list[dict[str, Any]], rules: list[SourceRule] = RULES) -> Record:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        record = Record(folder / "record.duckdb")
        import_file(record, write_ged(folder / "ged.csv", rows), folder / "raw", rules=rules)
        opened.append(record)
        return record

    yield make_record
    for record in opened:
        record.close()


def ask(record: Any, seed: int = 0, setting: Setting = SETTING, **params: Any) -> Answer:
    return ask_attention(record, AttentionParams(**params), setting, seed=seed, version="test")


def test_the_plain_table_counts_what_can_be_counted_by_hand(make: Make) -> None:
    def event(number: int, deaths: int, offices: str) -> dict[str, Any]:
        listed = offices.split(";")
        return row(number, best=deaths, low=deaths, high=deaths, source_office=offices,
                   source_date=";".join(["2021-02-02"] * len(listed)), source_headline=";".join(listed))  # fmt: skip

    record = make(
        [
            event(1, 0, "Local Herald"),
            event(2, 0, "Local Herald;World Wire"),
            event(3, 0, "World Wire"),
            event(4, 3, "Rights Group;World Wire;صدای مردم"),
            event(5, 4, "Rights Group;Rights Group"),
            event(6, 70, "Local Herald;World Wire"),
        ]
    )
    answer = ask(record)
    bands = {r["level"]: r for r in answer.find_table("by_deaths").to_records()}
    assert list(bands) == ["0", "2 to 4", "50 and more"]
    none = bands["0"]
    assert (none["events"], none["mean_sources"], none["several"]) == (
        3,
        pytest.approx(4 / 3),
        pytest.approx(1 / 3),
    )
    # Wilson (1927) for 1 of 3 at 95 %: 0.0615 to 0.7923.
    assert (none["several_low"], none["several_high"]) == (
        pytest.approx(0.0615, abs=1e-4),
        pytest.approx(0.7923, abs=1e-4),
    )
    assert (none["listed"], none["carried"]) == (2, 0.5)
    assert (bands["2 to 4"]["mean_sources"], bands["2 to 4"]["listed"], bands["2 to 4"]["carried"]) == (
        2,
        2,
        0.5,
    )
    single = answer.estimate("single_source")
    assert (single.value, single.n) == (pytest.approx(0.5), 6)
    sources = {r["source"]: r for r in answer.find_table("sources").to_records()}
    assert (sources["Rights Group"]["events"], sources["Rights Group"]["only"]) == (2, 1)
    assert sources["World Wire"]["class"] == "agency"
    assert sources["صدای مردم"]["class"] == "international outlet"


def test_the_same_question_gives_the_same_bytes_and_parquet_the_same_answer(
    make: Make, tmp_path: Path
) -> None:
    record = make([row(n) for n in range(300)])
    text = ask(record).to_json()
    assert ask(record).to_json() == text
    assert json.loads(ask(record, seed=1).to_json())["seed"] == 1
    record.export(tmp_path / "parquet")
    exported = ParquetRecord(tmp_path / "parquet")
    first, second = json.loads(text), json.loads(ask(exported).to_json())
    exported.close()
    assert first.pop("record") != second.pop("record")
    assert first == second


def simulated(rng: np.random.Generator, slope: float, events: int = 4000, areas: int = 20) -> Cells:
    """Draw cells whose sources beyond the first follow a Poisson law with the given slope; actor B kills more."""
    area = rng.integers(0, areas, events)
    second = rng.random(events) < 0.5
    deaths = rng.poisson(np.where(second, 6.0, 1.5) * rng.gamma(1.0, 1.0, events)).astype(float)
    mean = np.exp(-1.6 + slope * np.log1p(deaths) + rng.normal(0, 0.2, areas)[area])
    carried = rng.random(events) < 1 / (1 + np.exp(2.5 - slope * np.log1p(deaths)))
    constant = Factor(np.zeros(events, dtype=np.int64), ("x",))
    factors = dict.fromkeys(("kind", "precision", "place", "year", "month"), constant)
    factors["admin1"] = Factor(area.astype(np.int64), tuple(f"area {i}" for i in range(areas)))
    factors["actor"] = Factor(second.astype(np.int64), ("A", "B"))
    return Cells(
        n=1 + rng.poisson(mean), deaths=deaths, weight=np.ones(events), factors=factors,
        reference=np.ones(events, dtype=bool), carried=carried,
    )  # fmt: skip


@pytest.mark.parametrize("view", ["extra reports", "reference list"])
def test_slope_and_explained_share_are_recovered_in_simulated_worlds(view: Any) -> None:
    """Casualties make the whole gap: the slope's and the share's intervals hold 0.7 and 1 in most of 40 worlds."""
    rng, params = np.random.default_rng(5), AttentionParams()
    slope_held = share_held = 0
    for _ in range(40):
        cells = simulated(rng, 0.7)
        fit = fit_view(view, cells, params)
        assert fit.slope is not None
        slope_held += fit.slope[2] <= 0.7 <= fit.slope[3]
        gap = measure_gap(view, cells, fit, params, "actor", "B", "A")
        assert gap.explained is not None
        assert gap.explained.low is not None and gap.explained.high is not None
        share_held += gap.explained.low <= 1.0 <= gap.explained.high
        assert gap.equal_deaths is not None
    # 95 % of 40 is 38; fewer than 34 has a chance below 1 in 100 under that law.
    assert slope_held >= 34
    assert share_held >= 34


def test_a_gap_that_casualties_do_not_make_is_not_explained_by_them() -> None:
    rng = np.random.default_rng(8)
    cells = simulated(rng, 0.0)
    second = cells.factors["actor"].codes == 1
    cells = Cells(
        n=1 + rng.poisson(np.where(second, 0.6, 0.2)), deaths=cells.deaths, weight=cells.weight, factors=cells.factors,
        reference=cells.reference, carried=cells.carried,
    )  # fmt: skip
    fit = fit_view("extra reports", cells, AttentionParams())
    gap = measure_gap("extra reports", cells, fit, AttentionParams(), "actor", "B", "A")
    assert gap.raw is not None and gap.raw.value == pytest.approx(3.0, rel=0.2)
    assert gap.explained is not None and gap.explained.low is not None and gap.explained.high is not None
    assert gap.explained.low < 0 < gap.explained.high or abs(gap.explained.value) < 0.1


def test_where_there_is_no_gap_none_is_explained() -> None:
    cells = simulated(np.random.default_rng(2), 0.0)
    gap = measure_gap(
        "extra reports",
        cells,
        fit_view("extra reports", cells, AttentionParams()),
        AttentionParams(),
        "actor",
        "A",
        "B",
    )
    assert gap.explained is None
    assert "none to explain" in gap.reason


def test_total_silence_on_one_of_two_is_a_gap_that_needs_no_model() -> None:
    cells = simulated(np.random.default_rng(3), 0.7)
    first = cells.factors["actor"].codes == 0
    cells = replace(cells, carried=cells.carried & ~first)
    fit = fit_view("reference list", cells, AttentionParams())
    gap = measure_gap("reference list", cells, fit, AttentionParams(), "actor", "A", "B")
    assert gap.raw is not None and gap.raw.low is not None and gap.raw.high is not None
    # A is never carried, so the gap is minus B's share.
    assert gap.raw.value == pytest.approx(-cells.carried[~first].mean())
    assert gap.raw.low < gap.raw.value < gap.raw.high < 0
    assert gap.equal_deaths is None and gap.explained is None and "never carried" in gap.reason


@pytest.fixture(scope="module")
def myanmar(real_case: Callable[[str], Path]) -> Any:
    folder = real_case("myanmar")
    with Record(folder / "record.duckdb", read_only=True) as record:
        yield record, read_case_file(folder).setting


def test_myanmar_is_answered_as_independent_counts_say(myanmar: Any) -> None:
    record, setting = myanmar
    answer = ask(record, setting=setting)
    # 5,159 events of 2014 to 2023, and those alone: before, number_of_sources is -1 or the year is out of the period.
    assert answer.estimate("single_source").n == 5159
    cells = reduce_events(record, AttentionParams(), setting)
    assert cells.events == 5159
    # About 4,900 events with a source that is not international, 8.7 % of them also in an international one.
    listed = float(cells.weight[cells.reference].sum())
    carried = float(cells.weight[cells.reference & cells.carried].sum())
    assert listed == pytest.approx(4917, rel=0.03)
    assert carried / listed == pytest.approx(0.087, abs=0.004)
    # The slope by a crude list of outlets was 1.184 (0.181).
    slope = answer.estimate("slope_carried")
    assert slope.value == pytest.approx(1.184, abs=0.181)
    assert slope.low is not None and slope.low > 0
    extra = answer.estimate("slope_sources")
    assert extra.value == pytest.approx(0.726, abs=0.098)
    assert "5,159" not in answer.headline
    assert "interval" in answer.headline
    assert "significant" not in answer.to_json()
    assert not any("unseen" in e.name for e in answer.estimates)


def test_capital_within_one_area_gets_no_interval_and_says_why(myanmar: Any) -> None:
    record, setting = myanmar
    gap = ask(record, setting=setting).estimate("gap_capital_sources_raw")
    assert gap.value is None
    assert "one first-level area" in gap.note


@pytest.mark.parametrize(
    "params",
    [
        {"deaths": "high"},
        {"actor_by": "side_b", "actors_shown": 3},
        {"time": "month"},
        {"time": "none", "place": "distance"},
        {"absorb": "admin1"},
        {"absorb": "month"},
        {"precise_dates": True, "listed": 0, "left_out": 0},
        {"carried_by": ("official", "party"), "level": 0.9},
        {"compare": ("Government of Myanmar (Burma) - KIO", "ULA")},
    ],
)
def test_every_parameter_changes_the_answer_and_keeps_its_shape(myanmar: Any, params: dict[str, Any]) -> None:
    record, setting = myanmar
    answer = ask(record, setting=setting, **params)
    assert answer.headline
    for estimate in answer.estimates:
        if estimate.value is not None:
            assert estimate.low is not None and estimate.high is not None
            assert estimate.low <= estimate.value <= estimate.high
        else:
            assert estimate.note
    assert Answer.from_json(answer.to_json()) == Answer.from_json(
        Answer.from_json(answer.to_json()).to_json()
    )
    if "compare" in params:
        assert "ULA" in {g["second"] for g in answer.find_table("gap").to_records()}


def single(number: int, **changes: Any) -> dict[str, Any]:
    return row(
        number, **{"source_office": "Local Herald", "source_headline": "h", "number_of_sources": 1} | changes
    )


@pytest.mark.parametrize(
    ("rows", "rules", "said"),
    [
        ([single(n) for n in range(60)], RULES, "cannot be asked"),
        ([row(n) for n in range(60)], [], "cannot be asked"),
        ([row(n, dyad_name="A - B", side_a="A", side_b="B") for n in range(200)], RULES, ""),
        ([row(n, best="", low="", high="") for n in range(60)], RULES, "without a known best figure"),
        ([row(n, adm_1="North") for n in range(200)], RULES, ""),
        ([row(n, latitude="", longitude="", adm_1="") for n in range(200)], RULES, ""),
        ([row(n, best=2, low=2, high=2) for n in range(200)], RULES, ""),
    ],
)
def test_records_that_say_little_are_answered_honestly(
    make: Make, rows: list[dict[str, Any]], rules: list[SourceRule], said: str
) -> None:
    answer = ask(make(rows, rules))
    assert answer.headline
    assert said in " ".join(answer.warnings)
    for estimate in answer.estimates:
        assert estimate.value is not None or estimate.note


def test_too_few_events_are_a_refusal_and_unknown_labels_an_error_in_words(make: Make) -> None:
    record = make([row(n) for n in range(3)])
    few = ask(record)
    assert not few.estimates and "only 3 events" in few.headline and "at least 5" in few.headline
    with pytest.raises(QuestionError, match="no covered event has 'Nobody'"):
        ask(make([row(n) for n in range(30)]), compare=("Nobody", "Group 1"))
    empty = Setting(
        period=Period.model_validate({"start": "1990-01-01", "end": "1990-12-31"}),
        area=Area(),
        capital=None,
    )
    assert "no event in the period" in ask(record, setting=empty).headline


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"compare": ("A",)}, "two different labels"),
        ({"compare": ("A", "A")}, "two different labels"),
        ({"reference": ("ngo",), "carried_by": ("ngo",)}, "cannot be both"),
        ({"reference": ()}, "at least one class"),
        ({"deaths": "most"}, "deaths"),
        ({"level": 1.5}, "level"),
    ],
)
def test_wrong_parameters_are_refused(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AttentionParams(**params)


def test_events_whose_sources_were_not_counted_are_left_out_and_counted(make: Make) -> None:
    uncounted = {"number_of_sources": -1, "source_office": "", "source_date": "", "source_headline": ""}
    record = make([row(n, **(uncounted if n < 20 else {})) for n in range(120)])
    answer = ask(record)
    assert answer.estimate("single_source").n == 100
    assert any("20 events in the period are left out" in w for w in answer.warnings)


def test_over_covered_events_are_named_with_their_rows(make: Make) -> None:
    told = "Local Herald;World Wire;Rights Group;صدای مردم"
    dates = ";".join(["2021-02-02"] * 4)
    pair = {"source_office": "Local Herald;World Wire", "source_headline": "a;b", "source_date": dates[:21]}
    rows = [single(n, best=1, low=1, high=1, **(pair if n % 5 == 0 else {})) for n in range(400)]
    rows.append(
        row(500, best=1, low=1, high=1, source_office=told, source_headline="a;b;c;d", source_date=dates)
    )
    record = make(rows)
    answer = ask(record)
    first = answer.find_table("unusual").to_records()[0]
    assert (first["event"], first["sources"], first["how"]) == ("1500", 4, "more than expected")
    evidence = next(e for e in answer.evidence if e.name == "events covered more than expected")
    assert record.rows("SELECT id FROM event WHERE native_id = '1500'")[0]["id"] in evidence.ids


def test_leaving_a_source_out_takes_its_own_events_away(make: Make) -> None:
    record = make([row(n) for n in range(200)])
    herald = record.rows("SELECT id FROM source WHERE name = 'Local Herald'")[0]["id"]
    alone = record.rows("SELECT count(*) AS n FROM event WHERE sources = 1")[0]["n"]
    whole = reduce_events(record, AttentionParams(), SETTING)
    rest = reduce_events(record, AttentionParams(), SETTING, without=herald)
    only = {r["source"]: r["only"] for r in ask(record).find_table("sources").to_records()}
    assert sum(v for v in only.values() if isinstance(v, int)) == alone
    assert whole.events - rest.events == only["Local Herald"]


def test_only_events_of_a_kind_are_looked_at_when_asked(make: Make) -> None:
    record = make([row(i) for i in range(240)])
    answer = ask(record, kind=("one-sided violence",))
    # Odd numbers are one-sided violence; half of 240.
    assert answer.estimate("single_source").n == 120
    with record.connection.cursor() as cursor:
        found = cursor.execute(f"SELECT count(*) FROM event WHERE {answer.evidence[0].condition}").fetchone()
    assert found == (120,)
    assert "no event in the period has sources" in ask(record, kind=("festival",)).headline


@pytest.mark.parametrize(("other", "status"), [(0.56, "holds"), (0.75, "fails")])
def test_a_slope_that_hardly_moves_fails_no_assumption_however_narrow_its_interval(
    other: float, status: str
) -> None:
    # 0.06 apart is outside the interval and changes no sentence: 11^0.06 = 1.15; 0.25 apart does: 11^0.25 = 1.8.
    extra = SimpleNamespace(slope=(0.50, 0.005, 0.49, 0.51))
    variant = Variant("deaths: low", 100, (other, 0.005, other - 0.01, other + 0.01), "")
    assert _stays("It stays.", extra, [variant]).status == status  # type: ignore[arg-type]


def test_areas_are_counted_one_way_and_shares_above_all_are_explained(make: Make) -> None:
    """Four areas and events without one, which count as a fifth wherever areas are counted."""
    rows = [row(n, **({"adm_1": ""} if n % 7 == 0 else {})) for n in range(260)]
    answer = ask(make(rows, RULES))
    words = "5 areas (events without a stated area count as one)"
    slopes = [e for e in answer.estimates if e.name.startswith("slope_") and e.value is not None]
    assert slopes
    # the events of the reference list lie in fewer areas than all; every other view has them all
    expected = {f"its events lie in {words}; interval by leaving out one at a time", TAIL_ONLY}
    assert {e.note for e in slopes if e.name != "slope_carried"} <= expected
    assert answer.estimate("slope_carried").note.startswith("its events lie in 3 areas (events without")
    (areas,) = [a for a in answer.assumptions if a.text.startswith("Events in different first-level areas")]
    assert areas.how.startswith(words)
    assert "CRV3" not in answer.to_json()
    wide = Gap("extra reports", "A", "B", 9, None, None, None, Number(0.81, 0.44, 1.19))
    explained = estimate_gap("actors", wide, 0.95)[-1]
    assert explained.note == "above 100 % the gap at equal deaths is turned round"
    raw = Gap("reference list", "A", "B", 9, Number(-0.16, -0.29, -0.03), None, None, None)
    said = estimate_gap("actors", raw, 0.95)[0]
    # what the page shows is in points, and the label does not say that the number in JSON is
    assert format_interval(said) == "−16 points (95 % interval −29 points to −3.0 points)"
    assert "percentage" not in said.label
