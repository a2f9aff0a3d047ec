"""The narrative answer as a whole: places, parameters, both engines, periods, refusals, cases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salience.case import open_case
from salience.questions.answer import Answer
from salience.questions.setting import Period, Setting
from salience.record.source_names import SourceRule
from salience.record.store import ParquetRecord, Record
from small_narrative import RULES, Make, Told, ask, day, rows, told


def test_every_row_points_to_a_place_that_says_it(plain: Record) -> None:
    """All numbers lead to excerpts; an excerpt's marked words stand at its characters in the kept text."""
    record, answer = plain, ask(plain)
    excerpts = {str(row["number"]): row for row in answer.find_table("excerpts").to_records()}
    kept = {r["sha256"][:12]: r["content"] for r in record.rows("SELECT sha256, content FROM text")}
    pointed = 0
    for table in answer.tables:
        column = next((k for k, c in enumerate(table.columns) if c.format == "anchors"), None)
        if column is None:
            assert table.name in {"review", "voices_years", "excerpts"}
            continue
        for row in table.rows:
            numbers = str(row[column]).split()
            pointed += len(numbers)
            assert set(numbers) <= set(excerpts)
            assert numbers or (table.name == "repeated" and row[3] == 0)
    assert pointed > 50
    for row in excerpts.values():
        sha, span = row["place"].split(":")
        start, end = map(int, span.split("–"))
        marked = row["excerpt"].partition("⟦")[2].rpartition("⟧")[0]
        assert marked == " ".join(kept[sha][start:end].split()) or " […] " in marked


@pytest.mark.parametrize(
    "params",
    [
        {"by": "kind"}, {"by": "class"}, {"by": "country"}, {"by": "independence group"}, {"most_groups": 2},
        {"actors": ("Varen Army",)}, {"most_labels": 2},
        {"split": date(2021, 6, 1)}, {"copies": "each"}, {"topic": "Varen Army"}, {"words_shown": 3}, {"prior": 5000.0},
        {"fewest_texts": 12}, {"passage": 60}, {"common": 2}, {"party": ("Courier",)}, {"draws": 60}, {"level": 0.8},
        {"rows": "accepted"},
    ],
)  # fmt: skip
def test_every_parameter_changes_the_answer_and_keeps_its_shape(
    shared: Record, params: dict[str, Any]
) -> None:
    usual, found = ask(shared), ask(shared, **params)
    assert found.params != usual.params
    plain, other = (json.loads(a.to_json()) for a in (usual, found))
    assert any(plain[key] != other[key] for key in ("headline", "estimates", "tables"))
    assert found.headline
    for estimate in found.estimates:
        if estimate.low is not None and estimate.high is not None and estimate.value is not None:
            assert estimate.low <= estimate.value <= estimate.high
        else:
            assert estimate.note
    assert Answer.from_json(found.to_json()).to_json() == found.to_json()


def test_the_same_record_gives_the_same_bytes_on_both_engines(
    plain: Record, tmp_path: Path, drawn: None
) -> None:
    record = plain
    first, again = ask(record), ask(record)
    assert first.to_json() == again.to_json()
    record.export(tmp_path / "parquet")
    exported = ParquetRecord(tmp_path / "parquet")
    try:
        other = ask(exported)
    finally:
        exported.close()
    mine, theirs = json.loads(first.to_json()), json.loads(other.to_json())
    assert mine.pop("record") and not theirs.pop("record")
    assert mine == theirs


def test_the_period_is_kept_and_undated_texts_are_said(make: Make) -> None:
    texts = [*told(), ("Courier", None, "The Hill Front rebels, on no day.")]
    record = make(texts)
    assert rows(ask(record), "voices", source="Courier")[0]["texts"] == 17
    inside = ask(record, Setting(period=Period(start=date(2021, 1, 1), end=date(2021, 12, 31))))
    assert rows(inside, "voices", source="Courier")[0]["texts"] == 6
    dated = next(a for a in inside.assumptions if "date" in a.text)
    assert dated.status == "fails"
    assert "1 more without a date" in dated.how


def test_no_texts_at_all(make: Make, tmp_path: Path) -> None:
    with Record(tmp_path / "empty.duckdb") as record:
        found = ask(record, actors=())
    assert "cannot say" in found.headline
    assert not found.table.rows
    assert not found.figures
    assert Answer.from_json(found.to_json()).headline == found.headline


def test_few_texts_and_one_source_are_said(make: Make) -> None:
    found = ask(make([("Courier", day(1), "The Hill Front rebels marched on the town.")]))
    said = " ".join(found.warnings)
    assert "1 text only" in said
    assert "of one source" in said
    share = found.estimate("label:Hill Front:rebels")
    assert (share.value, share.low) == (0.5, None)
    assert "no interval" in share.note
    assert "without an interval" in found.headline


def test_an_actor_or_topic_that_nobody_names_is_said(plain: Record) -> None:
    said = " ".join(ask(plain, actors=("Hil Front",)).warnings)
    assert "knows no actor 'Hil Front'. Is 'Hill Front' meant?" in said
    assert "no texts of the period that mention Atlantis" in ask(plain, topic="Atlantis").headline


def test_texts_of_one_topic_are_said(make: Make) -> None:
    texts = [("Courier", day(k), f"The Varen Army stood near village {k}.") for k in range(9)]
    said = " ".join(ask(make(texts)).warnings)
    assert "100 % of the texts name Varen Army" in said
    narrowed = " ".join(ask(make(texts), topic="Varen Army").warnings)
    assert "Only texts that mention Varen Army" in narrowed


def test_translations_and_several_languages_are_said(make: Make) -> None:
    persian = "نیروهای جبههٔ تپه امروز از شهر خارج شدند و مردم شهر به خانه‌های خود بازگشتند."
    rules = [*RULES[:2], SourceRule("Courier", "Courier", "outlet", "Elsewhere", "ar"), *RULES[3:]]
    english = "The Hill Front rebels left the town and the people of the town went back to their houses."
    texts: list[Told] = [("Courier", day(k), f"{english} Day {k}.") for k in range(4)]
    texts += [("پیک شرق", day(k), f"{persian} {k}") for k in range(4)]
    found = ask(make(texts, rules))
    translated = next(a for a in found.assumptions if "translator" in a.text)
    assert translated.status == "fails"
    assert translated.how.startswith("4 of 8 texts")
    assert any("several languages" in warning for warning in found.warnings)
    own = next(a for a in ask(make(texts)).assumptions if "translator" in a.text)
    assert own.status == "holds"


def test_the_case_of_texts_runs(tmp_path: Path, shared_data: Path, drawn: None) -> None:
    """The essay and the events lie in two folders below --data; every statement leads to its place."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for file in (Path(__file__).parents[3] / "cases" / "texts").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with open_case(folder, data=shared_data) as case:
        case.file = case.file.model_copy(
            update={"questions": {"narrative": case.file.questions["narrative"]}}
        )
        run = case.run()
    (answer,) = run.answers
    passages = [(r["earlier"], r["later"]) for r in rows(answer, "passages")]
    assert passages.count(("Information Office of the Governorate", "Sahel State Agency")) == 2
    assert ("Information Office of the Governorate", "Northern Courier") in passages
    assert ("Hill Brigades Media Office", "Free Hills Radio") in passages
    html = run.report.read_text(encoding="utf-8")
    assert "The narrative question" in html
    assert html.count('<a href="#x') > 40


def test_states_on_afghanistan(tmp_path: Path, shared_data: Path) -> None:
    """The UN case; expected figures were counted from the file with pandas alone, without Salience."""
    folder = tmp_path / "ungd"
    folder.mkdir()
    for file in (Path(__file__).parents[3] / "cases" / "ungd").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with open_case(folder, data=shared_data) as case:
        (answer,) = case.run().answers
    by_year = {row["year"]: row["sources"] for row in rows(answer, "voices_years")}
    assert {y: by_year[y] for y in ("2018", "2019", "2020", "2021", "2022", "2023", "2024")} == {
        "2018": 22, "2019": 24, "2020": 19, "2021": 84, "2022": 40, "2023": 26, "2024": 24,
    }  # fmt: skip
    assert answer.estimate("sources_silent").value == 64
