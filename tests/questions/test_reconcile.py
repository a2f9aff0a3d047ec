"""The reconcile question: hand-made accounts, known truth, refusals, copies, both engines, coverage undisturbed."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from salience.case import open_case
from salience.errors import QuestionError
from salience.questions.answer import Answer
from salience.questions.reconcile.accounts import ENEMY, OWN, gather_figures, reduce_accounts
from salience.questions.reconcile.ask import ask_reconcile
from salience.questions.reconcile.params import ReconcileParams
from salience.questions.setting import Setting
from salience.record.source_names import SourceRule
from salience.record.store import ParquetRecord, Record
from salience.sources.load import import_file
from salience.worlds import World, write_case
from salience.worlds.tolls import TELLERS
from small_ged import row, write_ged

COLUMNS = ["no", "event", "who", "day", "low", "best", "high", "a", "b", "c", "blamed"]
MAP = """
[dataset]
events_of = "UCDP GED"
figures_only = true
[columns]
id = "no"
event = "event"
source = "who"
published = "day"
deaths_low = "low"
deaths_best = "best"
deaths_high = "high"
deaths_a = "a"
deaths_b = "b"
deaths_civilians = "c"
side_a = "blamed"
"""
GOV = "Government of Testland"
RULES = [
    SourceRule("Ministry", "Ministry", "official", "Testland", speaks_for=GOV),
    SourceRule("Monitor", "Monitor", "ngo", "Testland"),
    SourceRule("Paper", "Paper", "outlet", "Testland"),
    SourceRule("Wire", "Wire", "agency", "Elsewhere", independence_group="Wire and clients"),
    SourceRule("Client", "Client", "outlet", "Elsewhere", independence_group="Wire and clients"),
]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Record] = []

    def make_record(told: list[dict[str, Any]], events: int = 30) -> Record:
        """Make a record of GED events and a table of numbers told of them."""
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        record = Record(folder / "record.duckdb")
        opened.append(record)
        ged = write_ged(folder / "ged.csv", [row(n, type_of_violence=1) for n in range(events)])
        import_file(record, ged, folder / "raw", rules=RULES)
        with (folder / "told.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows({"no": k, **t, "event": 1000 + t["event"]} for k, t in enumerate(told))
        (folder / "map.toml").write_text(MAP, encoding="utf-8")
        import_file(
            record,
            folder / "told.csv",
            folder / "raw",
            importer="table",
            rules=RULES,
            mapping=folder / "map.toml",
        )
        return record

    yield make_record
    for record in opened:
        record.close()


def ask(record: Any, **params: Any) -> Answer:
    return ask_reconcile(record, ReconcileParams(**{"draws": 150, **params}), Setting(), version="test")


def quarrel(events: int = 30, seed: int = 1) -> list[dict[str, Any]]:
    """Return numbers of three sources: the ministry tells 0.4 of its own losses and 2.5 times its enemy's."""
    rng = np.random.default_rng(seed)
    told = []
    for e in range(events):
        a, b = np.rint(np.exp(rng.normal(2.5, 0.8, 2)))
        for who, own, enemy, spread in (
            ("Ministry", 0.4, 2.5, 0.15),
            ("Monitor", 1, 1, 0.1),
            ("Paper", 1, 1, 0.3),
        ):
            error = np.exp(spread * rng.standard_normal(2))
            told.append({"event": e, "who": who, "a": round(a * own * error[0]), "b": round(b * enemy * error[1]),
                         "best": round((a + b) * error[0]) if who != "Ministry" else ""})  # fmt: skip
    return told


def test_a_partys_own_and_its_enemys_losses_are_two_biases(make):
    record = make(quarrel())
    answer = ask(record)
    own = answer.estimate("contrast_sides_ministry_its_own_losses")
    enemy = answer.estimate("contrast_sides_ministry_its_enemy_s_losses")
    assert own.low < 0.4 < own.high < 0.6
    assert 1.8 < enemy.low < 2.5 < enemy.high
    assert "Ministry's numbers of its own losses are 0.3" in answer.headline
    assert "interval" in answer.headline
    rows = {
        r["source"]: r for r in answer.find_table("sources").to_records() if r["what"] == "losses by side"
    }
    assert rows["Ministry: its own losses"]["runs"] == "runs low"
    assert rows["Ministry: its enemy's losses"]["runs"] == "runs high"
    # the level follows whom one believes: never one total
    totals = {
        r["anchor"]: r
        for r in answer.find_table("totals").to_records()
        if r["side"] == GOV and r["period"] == "all"
    }
    assert set(totals) == {"Monitor", "Ministry", "Paper"}
    assert totals["Ministry"]["high"] < totals["Monitor"]["low"]
    assert {f.name for f in answer.figures} >= {
        "contrasts_sides",
        "levels_sides",
        "disputed_sides",
        "contrasts_deaths",
    }


def test_numbers_are_read_by_hand(make):
    told = [
        {"event": 1, "who": "Wire", "day": "2021-02-03", "best": 10},
        {"event": 1, "who": "Client", "day": "2021-02-04", "best": 10},
        {"event": 1, "who": "Monitor", "day": "2021-02-03", "low": 24, "high": 99},
        {"event": 1, "who": "Paper", "day": "2021-02-03", "best": 5},
        {"event": 1, "who": "Paper", "day": "2021-02-05", "best": 7},
        {"event": 2, "who": "Paper", "low": 12},
        {"event": 2, "who": "Ministry", "a": 1, "b": 4},
    ]
    record = make(told)
    reduced = reduce_accounts(record, ReconcileParams(), Setting())
    assert reduced.named > 0
    figures = gather_figures(reduced, "deaths", ReconcileParams())
    seen = sorted(
        (figures.voices[v].name, low, high)
        for v, low, high, on in zip(figures.voice, figures.low, figures.high, figures.counted, strict=True)
        if on
    )
    assert [(n, lo) for n, lo, _ in seen] == [
        ("Monitor", 24),
        ("Paper", 7),
        ("Paper", 12),
        ("Wire and clients", 10),
    ]
    assert np.isnan(next(h for n, lo, h in seen if lo == 12))
    assert (figures.copies, figures.replaced) == (1, 1)
    # GED's own figure of event 1 is 1; it stands beside and is no source
    item = next(k for k, i in enumerate(figures.items) if figures.tellers()[k] == 3)
    assert figures.dataset[item] == 1
    sides = gather_figures(reduced, "sides", ReconcileParams())
    about = {sides.items[i].side: sides.biases[b][1] for i, b in zip(sides.item, sides.bias, strict=True)}
    assert about == {GOV: OWN, "Group 2": ENEMY}
    as_source = ReconcileParams(datasets="as sources")
    assert "UCDP GED" in " ".join(
        v.name
        for v in gather_figures(reduce_accounts(record, as_source, Setting()), "deaths", as_source).voices
    )


def test_numbers_on_one_partys_word_alone_are_listed(make):
    told = [*quarrel(), {"event": 29, "who": "Ministry", "c": 44}]
    table = ask(make(told)).find_table("alone").to_records()
    assert [(r["what"], r["source"], r["told"], r["speaks_for"]) for r in table] == [
        ("deaths of civilians", "Ministry", 44, GOV)
    ]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([{"event": 1, "who": "Paper"}], "of .* accounts the dataset names the source and not what it told"),
        ([{"event": e, "who": "Paper", "best": 3} for e in range(9)], "come from one source, Paper"),
        ([{"event": 1, "who": w, "best": 3} for w in ("Paper", "Monitor")], "are there for 1 event, and at least 3"),
        ([{"event": e, "who": w, "best": 0} for e in range(9) for w in ("Paper", "Monitor")], "are zero"),
        (
            [{"event": e, "who": "Paper", "best": 3} for e in range(9)]
            + [{"event": e, "who": "Monitor", "best": 3} for e in range(10, 19)],
            "for 0 events",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_an_answer_and_says_what_would_do(make, told, said):
    import re

    answer = ask(make(told))
    assert answer.headline.startswith("The record cannot say")
    assert re.search(said, answer.headline), answer.headline
    assert "salience add CASE TABLE" in answer.headline
    assert answer.estimates == ()
    assert answer.to_json()


def test_disconnected_sources_are_not_compared_and_it_is_said(make):
    told = [{"event": e, "who": w, "best": 5 + e} for e in range(8) for w in ("Paper", "Monitor")]
    told += [{"event": e, "who": w, "best": 5 + e} for e in range(10, 18) for w in ("Wire", "Ministry")]
    answer = ask(make(told), against="Paper")
    lost = answer.estimate("contrast_deaths_ministry")
    assert lost.value is None and "no chain of shared events" in lost.note
    assert "fall into 2 parts" in " ".join(answer.warnings)
    pairs = {(r["first"], r["second"]): r for r in answer.find_table("pairs").to_records()}
    assert any(r["ratio"] is None and "no chain" in r["note"] for r in pairs.values())


def test_a_source_with_one_number_is_said_to_have_no_habit(make):
    answer = ask(make([*quarrel(), {"event": 3, "who": "Wire", "best": 9}]), counts=("deaths",))
    one = answer.estimate("contrast_deaths_wire_and_clients")
    assert one.n == 1 and "cannot be told apart" in one.note
    assert "one number alone comes from Wire and clients" in " ".join(answer.warnings)


def test_impossible_numbers_are_emptied_and_listed(make):
    told = [{"event": 1, "who": "Paper", "best": -4}, {"event": 2, "who": "Monitor", "low": 9, "high": 3}]
    record = make(told)
    aside = record.rows("SELECT value, reason FROM set_aside WHERE scope = 'value' ORDER BY value")
    assert [a["value"] for a in aside] == ["-4", "3"]
    figures = gather_figures(
        reduce_accounts(record, ReconcileParams(), Setting()), "deaths", ReconcileParams()
    )
    assert figures.low.tolist() == [9] and np.isnan(figures.high).all()  # "at least 9" is left


def test_a_source_that_tells_nothing_cannot_be_believed(make):
    with pytest.raises(QuestionError, match="no numbers are told by 'Nobody'; those who tell numbers are: "):
        ask(make(quarrel()), against="Nobody")
    with pytest.raises(QuestionError, match="'Nobody'"):
        ask(make(quarrel()), anchors=("Monitor", "Nobody"))


def test_who_did_it_is_compared(make):
    rng = np.random.default_rng(5)
    told = []
    for e in range(30):
        true = ("Group 1", "Group 2")[e % 2]
        for who, right in (("Monitor", 0.95), ("Paper", 0.9), ("Wire", 0.9), ("Ministry", 0.2)):
            other = "Group 2" if true == "Group 1" else "Group 1"
            told.append(
                {"event": e, "who": who, "best": 4, "blamed": true if rng.random() < right else other}
            )
    answer = ask(make(told))
    assert answer.estimate("right_ministry").high < answer.estimate("right_monitor").low
    disputed = answer.find_table("blame").to_records()
    assert "Ministry" in disputed[0]["said"] and 0.5 <= disputed[0]["probability"] <= 1
    assert not [t for t in ask(make(told), blame=False).tables if t.name in {"raters", "blame"}]


def test_same_answer_on_exported_parquet_and_the_same_bytes_twice(make, tmp_path):
    record = make(quarrel(12))
    record.export(tmp_path / "out")
    first = ask(record).to_dict()
    exported = ParquetRecord(tmp_path / "out")
    second = ask(exported).to_dict()
    exported.close()
    assert {k: v for k, v in first.items() if k != "record"} == {
        k: v for k, v in second.items() if k != "record"
    }
    assert ask(record).to_json() == ask(record).to_json()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reconcile") / "case"
    write_case(folder, World(events=900), seed=7, dirt=False)
    text = (folder / "case.toml").read_text(encoding="utf-8")
    (folder / "case.toml").write_text(text[: text.index("[questions.")], encoding="utf-8")
    return folder


def test_the_simulated_case_recovers_its_tellers(simulated):
    truth = {t["name"]: t for t in json.loads((simulated / "truth" / "tolls.json").read_text())["tellers"]}
    with open_case(simulated) as case:
        case.run()
        answer = case.ask("reconcile", draws=300)
    monitor = "Casualty Watch Halvanea"
    assert truth[monitor]["bias"] == 1.0
    for name, key, true in (
        ("sides_ministry_of_public_order_its_own_losses", "own", 0.4),
        ("sides_ministry_of_public_order_its_enemy_s_losses", "enemy", 2.0),
        ("deaths_tidewater_herald", "bias", 1.4),
    ):
        teller = "Tidewater Herald" if "tidewater" in name else "Ministry of Public Order"
        assert truth[teller][key] == true
        found = answer.estimate(f"contrast_{name}")
        # numbers are small and round to whole ones: a fiftieth beside the interval is let pass
        assert found.low / 1.02 < true < found.high * 1.02
    # a third of its numbers are vague; "at least" made it run high, 1.50 (1.42 to 1.59), until it no longer spoke to it
    herald = answer.estimate("contrast_deaths_tidewater_herald")
    assert herald.low < 1.4 < herald.high
    assert answer.headline.endswith("; who is right, numbers alone do not tell.")
    assert "come to" in answer.more and "rest on one party's word alone." in answer.more
    assert "The Continental Post" in {t.name for t in TELLERS}
    assert not any("Continental" in e.name for e in answer.estimates)  # it copies, and counts once
    alone = answer.find_table("alone").to_records()
    assert alone and {r["source"] for r in alone} <= {
        "Ministry of Public Order",
        "Harrow Front Information Office",
    }


def test_numbers_gathered_leave_coverage_as_it_was(simulated, tmp_path):
    without = tmp_path / "without"
    shutil.copytree(
        simulated, without, ignore=shutil.ignore_patterns("record*", "raw", "answers", "report.html")
    )
    text = (without / "case.toml").read_text(encoding="utf-8")
    inputs = re.findall(r"\[\[inputs\]\]\n(?:\w+ = .*\n)+", text)
    (cut,) = [part for part in inputs if 'file = "tolls.csv"' in part]
    (without / "case.toml").write_text(text.replace(cut, ""), encoding="utf-8")
    answers = []
    for folder in (simulated, without):
        with open_case(folder) as case:
            case.run()
            answers.append(
                [
                    case.ask("attention").to_dict(),
                    case.ask("hidden", draws=100, strata="none", classes=2, leave_out=False).to_dict(),
                ]
            )
    for with_tolls, plain in zip(*answers, strict=True):
        for answer in (with_tolls, plain):
            answer.pop("record")
        assert with_tolls == plain


def test_syria_is_refused_with_what_would_do(shared_data, tmp_path):
    record = Record(tmp_path / "record.duckdb")
    import_file(record, shared_data / "ucdp" / "ged191_syria_2016_2018.csv.gz", tmp_path / "raw")
    answer = ask(record)
    record.close()
    assert answer.headline.startswith("The record cannot say")
    assert "the dataset names the source and not what it told" in answer.headline
    assert answer.estimates == ()
