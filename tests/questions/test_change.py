"""The change question: hand-counted series, known truth, refusals, coverage beside, real data, both engines."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from salience.errors import QuestionError
from salience.questions.answer import Answer
from salience.questions.change.ask import ask_change
from salience.questions.change.params import ChangeParams
from salience.questions.change.periods import make_periods
from salience.questions.change.responses import quad_classes
from salience.questions.change.series import reduce_series
from salience.questions.setting import Area, Period, Setting
from salience.record.store import ParquetRecord, Record
from salience.sources.load import import_file
from small_ged import OFFICES, row, write_ged

MAP = """\
[dataset]
name = "Responses"

[source]
name = "Watch"
kind = "ngo"

[columns]
id = "id"
date_from = "day"
kind = "kind"
side_a = "actor"
"""


def setting(start: str | None = "2015-01-01", end: str | None = "2019-12-31") -> Setting:
    return Setting(period=Period(start=start, end=end), area=Area(countries=("Testland",)), capital=None)


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Record] = []

    def make_record(
        monthly: Any, sources: Any = None, first: tuple[int, int] = (2015, 1), **changes: Any
    ) -> Record:
        """Make a record with so many events in each month, each told by the first so many of four sources."""
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        rows = []
        for m, number in enumerate(monthly):
            month = first[0] * 12 + first[1] - 1 + m
            told = OFFICES[: 2 if sources is None else sources[m]]
            for k in range(int(number)):
                day = f"{month // 12}-{month % 12 + 1:02d}-{1 + k % 28:02d}"
                rows.append(
                    row(len(rows), date_start=day, date_end=day, number_of_sources=len(told), best=2, side_b="Group 1",
                        dyad_name="Government of Testland - Group 1", deaths_civilians=k % 2,
                        source_office=";".join(told), source_date=";".join([day] * len(told)),
                        source_headline=";".join(["Clash"] * len(told))) | changes
                )  # fmt: skip
        record = Record(folder / "record.duckdb")
        import_file(record, write_ged(folder / "ged.csv", rows), folder / "raw")
        opened.append(record)
        return record

    yield make_record
    for record in opened:
        record.close()


def ask(record: Any, where: Setting | None = None, **params: Any) -> Answer:
    return ask_change(record, ChangeParams(**{"draws": 100, **params}), where or setting(), version="test")


def steady(
    months: int = 60, mean: float = 6.0, at: int | None = None, ratio: float = 1.0, seed: int = 1
) -> Any:
    rate = np.full(months, mean)
    if at is not None:
        rate[at:] *= ratio
    return np.maximum(np.random.default_rng(seed).poisson(rate), 1)


def test_months_are_counted_by_hand(make):
    record = make([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], first=(2015, 1))
    found = reduce_series(record, ChangeParams(), setting(end="2015-12-31"))
    assert found.counts.tolist() == [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    assert found.periods.days.tolist() == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert found.coverage.sources.tolist() == [2] * 12
    assert found.coverage.reports.tolist() == [2 * c for c in found.counts]
    deaths = reduce_series(record, ChangeParams(count="deaths"), setting(end="2015-12-31"))
    assert deaths.counts.tolist() == [2 * c for c in found.counts]
    civilians = reduce_series(record, ChangeParams(count="civilian deaths"), setting(end="2015-12-31"))
    assert civilians.counts.tolist() == [c // 2 for c in found.counts.astype(int)]


def test_weeks_begin_on_monday_and_a_period_may_start_in_the_middle_of_a_month(make):
    record = make([6] * 12)
    found = reduce_series(record, ChangeParams(step="week"), setting("2015-01-01", "2015-12-31"))
    assert found.periods.starts[0] == datetime.date(2014, 12, 29)
    assert found.counts.sum() == 72 and found.periods.days[0] == 4
    middle = reduce_series(record, ChangeParams(), setting("2015-01-20", "2015-12-31"))
    # six events on days 1 to 6 of January lie before the period; twelve of its days are covered, under half
    assert middle.counts[0] == 0 and middle.periods.days[0] == 12 and not middle.keep[0]
    assert middle.keep[1:].all()


@pytest.mark.parametrize(
    ("day", "cut"),
    [
        ("2015-03-01", (2, False)),
        ("2015-03-02", (3, True)),
        ("2015-03-31", (3, True)),
        ("2015-01-01", (0, False)),
    ],
)
def test_a_date_inside_a_month_splits_it(day, cut):
    periods = make_periods(datetime.date(2015, 1, 1), datetime.date(2015, 12, 31), "month")
    assert periods.cut(datetime.date.fromisoformat(day)) == cut


def test_a_step_is_found_with_its_rank_and_interval(make):
    answer = ask(make(steady(at=30, ratio=4.0)), at=("law = 2017-07-01",))
    step = answer.estimate("level_change")
    assert step.low > 1.5 and step.low < 4.0 < step.high
    assert answer.headline.startswith("After 1 July 2017 (law) events rose from ")
    assert "Of 46 placebo dates none shows as large a step (p ≤ 0.021)." in answer.more
    assert answer.estimate("no_change").value < 0.01
    assert {figure.name for figure in answer.figures} == {"series_1", "placebo_1", "coverage", "changes"}
    changes = answer.find_table("changes").to_records()
    assert changes[0]["first"] in {"June 2017", "July 2017", "August 2017"}
    assert len(answer.find_table("placebo").rows) == 47
    assert "nan" not in answer.to_json().lower().replace("unan", "")
    assert Answer.from_json(answer.to_json()).to_json() == answer.to_json()


def test_the_headline_gives_what_was_counted_and_what_the_ratio_is_without(make):
    monthly = np.rint(5 * steady(at=30, ratio=4.0) * 1.05 ** np.arange(60)).astype(int)
    answer = ask(make(monthly), at=("2017-07-01",), season=0)
    before, after = int(monthly[23:30].sum()), int(monthly[30:37].sum())
    assert (
        f"rose from {before} in the 7 months before to {after:,} in the 7 months after: " in answer.headline
    )
    step = answer.estimate("level_change")
    # 5 % a month make 1.05^7 = 1.41 between the middles of two windows of 7 months: the drift that is taken out
    assert step.value == pytest.approx(after / before / 1.05**7, rel=0.1)
    assert f"about {step.value:.2f} times with usual drift taken out (95 % interval " in answer.headline
    row_ = answer.find_table("dates").to_records()[0]
    assert (row_["before"], row_["after"]) == (before, after)
    assert step.note.startswith(
        f"{before} in the 7 months before, {after:,} in the 7 months after; the ratio has usual"
    )


def test_of_few_on_one_side_no_ratio_leads(make):
    answer = ask(make([1] * 3 + [0] * 26 + [1] + [6] * 30), at=("2017-07-01",))
    assert (
        "from 1 in the 7 months before to 42 in the 7 months after, too few to say how many"
        in answer.headline
    )
    assert "about" not in answer.headline
    began = ask(make([1] * 3 + [0] * 27 + [6] * 30), at=("2017-07-01",))
    assert "events began: none in the 7 months before, 42 in the 7 months after." in began.headline


def test_no_step_comes_with_what_would_have_been_seen(make):
    answer = ask(make(steady()), at=("2017-07-01",))
    assert answer.headline.startswith("The record does not show that events changed after 1 July 2017: ")
    assert "would have been shown in four cases of five" in answer.more
    row_ = answer.find_table("dates").to_records()[0]
    assert 0 < row_["smallest_fall"] < 1 < row_["smallest_rise"] < 20
    assert (
        answer.estimate("no_change").low
        < answer.estimate("no_change").value
        < answer.estimate("no_change").high
    )


def test_coverage_that_moves_with_conduct_is_said(make):
    sources = [1] * 30 + [4] * 30
    both = ask(make(steady(at=30, ratio=4.0), sources), at=("2017-07-01",))
    assert both.headline.endswith("; part of this may be coverage.")
    assert "The number of sources rose as well." in both.more
    assert any(w.startswith("Both moved after 1 July 2017") for w in both.warnings)
    assert both.assumptions[0].status == "fails" and "sources" in both.assumptions[0].how
    assert both.estimate("sources_change").value == pytest.approx(4.0, rel=0.05)
    conduct = ask(make(steady(at=30, ratio=4.0)), at=("2017-07-01",))
    assert "coverage" not in conduct.headline and not any("Both moved" in w for w in conduct.warnings)
    assert conduct.assumptions[0].status == "holds"
    coverage = ask(make(steady(), sources), at=("2017-07-01",))
    assert "The number of sources rose, which may hide a change." in coverage.more


def test_a_new_mix_of_events_is_no_change_of_coverage(tmp_path):
    """Events of a pair told by one source become frequent beside those of a pair told by four: nobody tells more."""
    rows = []
    for m in range(60):
        for pair, number, told in ((1, 6, 4), (2, 2 if m < 30 else 14, 1)):
            for k in range(number):
                day, offices = f"{2015 + m // 12}-{m % 12 + 1:02d}-{1 + k % 28:02d}", OFFICES[:told]
                rows.append(
                    row(len(rows), date_start=day, date_end=day, number_of_sources=told, side_b=f"Group {pair}",
                        dyad_name=f"Government of Testland - Group {pair}", source_office=";".join(offices),
                        source_date=";".join([day] * told), source_headline=";".join(["Clash"] * told))
                )  # fmt: skip
    with Record(tmp_path / "record.duckdb") as record:
        import_file(record, write_ged(tmp_path / "ged.csv", rows), tmp_path / "raw")
        answer = ask(record, at=("2017-07-01",), actor=("Group 2",))
    # Plainly counted, reports for each event fall from 26 / 8 to 38 / 20.
    assert answer.assumptions[0].status == "holds", answer.assumptions[0].how
    assert answer.estimate("reports_per_event_change").value == pytest.approx(1.0, abs=0.02)
    assert answer.estimate("level_change").value == pytest.approx(7.0, rel=0.05)


def test_more_events_are_told_of_by_more_sources_and_that_is_no_change_of_coverage(tmp_path):
    """Each of four sources tells of one event in five, by turns, while events become five times as many."""
    rows = []
    for m in range(60):
        for k in range(2 if m < 30 else 10):
            day = f"{2015 + m // 12}-{m % 12 + 1:02d}-{1 + k % 28:02d}"
            teller = OFFICES[(7 * len(rows) + m) % 4]
            rows.append(
                row(len(rows), date_start=day, date_end=day, number_of_sources=1, side_b="Group 1",
                    dyad_name="Government of Testland - Group 1", source_office=teller, source_date=day,
                    source_headline="Clash")
            )  # fmt: skip
    with Record(tmp_path / "record.duckdb") as record:
        import_file(record, write_ged(tmp_path / "ged.csv", rows), tmp_path / "raw")
        series = reduce_series(record, ChangeParams(), setting())
        answer = ask(record, at=("2017-07-01",))
    # By hand: a source tells of an event with chance 1/4, so of two events 4 (1 - (3/4)^2) = 1.75 sources tell.
    assert series.coverage.expected[:30] == pytest.approx(1.75, rel=0.02)
    assert series.coverage.expected[30:] == pytest.approx(4 * (1 - 0.75**10), rel=0.02)
    assert answer.assumptions[0].status == "holds", answer.assumptions[0].how
    assert answer.estimate("level_change").value == pytest.approx(5.0, rel=0.05)


def test_one_source_alone_cannot_show_whether_coverage_changed(make):
    answer = ask(make(steady(at=30, ratio=4.0), [1] * 60), at=("2017-07-01",))
    assert answer.assumptions[0].status == "cannot be checked"
    assert any(
        w.startswith("100 % of all that sources told is from one of them, Local Herald")
        for w in answer.warnings
    )


def test_a_control_takes_out_what_moves_both(make):
    wave = np.where((np.arange(60) // 15) % 2 == 1, 3.0, 1.0)
    own = np.rint(5 * wave * np.where(np.arange(60) >= 30, 2, 1)).astype(int)
    record = make(own)
    folder = Path(
        record.connection.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchone()[0]
    ).parent
    rows = []
    for m, number in enumerate(np.rint(5 * wave).astype(int)):
        day = f"{2015 + m // 12}-{m % 12 + 1:02d}-03"
        rows += [
            row(100_000 + len(rows) + k, date_start=day, date_end=day, side_b="Other", dyad_name="x")
            for k in range(number)
        ]
    import_file(record, write_ged(folder / "more.csv", rows), folder / "raw")
    answer = ask(record, at=("2017-07-01",), actor=("Group 1",), control=("Other",))
    assert answer.estimate("level_change").value == pytest.approx(2.0, rel=0.05)
    assert (
        "held against these" in answer.headline
        and "(beside " in answer.headline
        and " Other) in" in answer.headline
    )
    assert any("The conduct of Other did not change" in a.text for a in answer.assumptions)


def test_words_or_deeds(tmp_path):
    """A body answers with condemnations alone until a date, with sanctions half of the time from then on."""
    rng, lines = np.random.default_rng(1), ["id,day,kind,actor"]
    for m in range(60):
        for k in range(8):
            deed = rng.random() < (0.5 if m >= 30 else 0.08)
            day = f"{2015 + m // 12}-{m % 12 + 1:02d}-{1 + k:02d}"
            lines.append(f"{len(lines)},{day},{'SANCTION' if deed else 'ACCUSE'},Council")
    (tmp_path / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAP, encoding="utf-8")
    record = Record(tmp_path / "record.duckdb")
    import_file(record, tmp_path / "r.csv", tmp_path / "raw", mapping=tmp_path / "m.toml")
    answer = ask(record, at=("conference = 2017-07-01",), actor=("Council",), count="material responses")
    record.close()
    # the odds of a deed: from .08/.92 to .5/.5
    step = answer.estimate("level_change")
    assert step.low < 11.5 < step.high and step.low > 1
    assert "held against these" in answer.headline and "verbal responses) in" in answer.headline
    assert quad_classes()["CONCEDE"] == "verbal" and quad_classes()["RETREAT"] == "material"


@pytest.mark.parametrize(
    ("monthly", "params", "where", "reason"),
    [
        ([9], {}, setting("2015-01-01", "2015-01-31"), "it covers 1 month, and at least 12 are needed"),
        ([5] * 8, {}, setting(end="2015-08-31"), "it covers 8 months, and at least 12 are needed"),
        ([5] * 24, {"at": ("2031-01-01",)}, setting(end="2016-12-31"), "2031-01-01 lies outside"),
        ([5] * 24, {"at": ("2015-02-01",)}, setting(end="2016-12-31"), "has 1 whole month before 2015-02-01"),
        ([5] * 24, {"count": "statements"}, setting(end="2016-12-31"), "it holds no statements of this kind"),
        ([5] * 24, {"count": "material responses"}, setting(end="2016-12-31"), "no verbal responses to hold"),
        ([5] * 24, {}, setting("2030-01-01", None), "nothing with a date in the period"),
        ([1] * 9 + [0] * 15, {}, setting(end="2016-12-31"), "it covers 9 months"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_an_answer(make, monthly, params, where, reason):
    answer = ask(make(monthly), where, **params)
    assert answer.headline.startswith("The record cannot say whether")
    assert any(reason in text for text in (answer.headline, *answer.warnings))
    assert all(e.value is None for e in answer.estimates if e.name == "level_change")


def test_deaths_that_are_all_zero_are_refused(make):
    answer = ask(make([5] * 24, best=0), setting(end="2016-12-31"), count="deaths", at=("2016-01-01",))
    assert "it holds no deaths of this kind in the period" in answer.headline and answer.estimates == ()


def test_too_few_placebo_dates_are_said_and_no_rank_is_claimed(make):
    answer = ask(make([5] * 12 + [15] * 6), setting(end="2016-06-30"), at=("2016-01-01",))
    assert answer.headline.startswith(
        "The record cannot say whether events changed after 1 January 2016: 10 other dates"
    )
    assert any("Weeks in place of months give more" in w for w in answer.warnings)
    assert "too few placebo dates" in answer.estimate("level_change").note


def test_a_misspelt_actor_is_no_silence(make):
    record = make([5] * 24)
    with pytest.raises(
        QuestionError, match="no event of the period has the actor 'Grup 1'; did you mean 'Group 1'"
    ):
        ask(record, actor=("Grup 1",))
    with pytest.raises(QuestionError, match="no event of the period has the place 'Atlantis'"):
        ask(record, place=("Atlantis",))


def test_several_dates_are_corrected(make):
    answer = ask(make(steady(at=30, ratio=4.0)), at=("2017-07-01", "2016-03-10"))
    rows = answer.find_table("dates").to_records()
    assert rows[0]["p_adjusted"] == pytest.approx(2 * rows[0]["p"])
    assert rows[1]["p_adjusted"] >= rows[1]["p"]
    assert "the month of the date is left out" in rows[1]["note"] and rows[0]["placebos"] == 45
    assert any("2 dates are asked about" in w for w in answer.warnings)
    assert answer.estimate("level_change_2").value is not None


def test_a_change_is_found_without_a_date(make):
    answer = ask(make(steady(at=30, ratio=4.0)))
    assert answer.headline.startswith("Events changed: most probably once")
    assert not [e for e in answer.estimates if e.name.startswith("level")]
    quiet = ask(make(steady()))
    assert quiet.headline.startswith(
        "The record does not show that events changed: the probability of no change is"
    )
    assert "would have been shown in four cases of five" in quiet.more


def test_same_answer_from_exported_parquet_and_the_same_bytes_again(make, tmp_path):
    record = make(steady(at=30, ratio=2.0))
    record.export(tmp_path / "out")
    first, second = (ask(r, at=("2017-07-01",)) for r in (record, ParquetRecord(tmp_path / "out")))
    assert json.loads(first.to_json())["tables"] == json.loads(second.to_json())["tables"]
    assert first.headline == second.headline
    assert ask(record, at=("2017-07-01",)).to_json() == first.to_json()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"at": ("soon",)}, "'soon' is no date; expected '2021-08-15'"),
        ({"at": ("a = 2021-01-01", "2021-01-01")}, "two of the dates are the same day"),
        ({"control": ("B",)}, "a control needs an actor"),
        ({"control": ("A",), "actor": ("A",)}, "cannot be its own control"),
        ({"count": "reports", "actor": ("A",)}, "reports cannot be told apart by actor"),
        (
            {"count": "mentions", "control": ("B",), "actor": ("A",)},
            "a control does not go with count mentions",
        ),
        ({"window": 1}, "greater than or equal to 2"),
    ],
)
def test_wrong_parameters_are_said_in_words(params, message):
    with pytest.raises(ValueError, match=message):
        ChangeParams(**params)


def test_dates_may_be_written_in_several_ways():
    assert ChangeParams(at=datetime.date(2021, 8, 15)).dates() == [("", datetime.date(2021, 8, 15))]
    assert ChangeParams(at="change of power = 2021-08-15").dates() == [
        ("change of power", datetime.date(2021, 8, 15))
    ]


def test_the_methods_in_the_docs_print_what_the_docs_show():
    page = (Path(__file__).parents[2] / "docs" / "change.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = re.findall(r"```text\n(.*?)```", page, re.DOTALL)[-1]
    done = subprocess.run([sys.executable, "-c", snippet], capture_output=True, text=True, check=True)
    assert done.stdout == shown
