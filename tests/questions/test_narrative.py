"""The narrative question: labels counted by hand, planted passages, review, silence, both engines, refusals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from salience.case import open_case
from salience.case_inputs import settle
from salience.questions.answer import Answer
from salience.questions.narrative.ask import ask_narrative
from salience.questions.narrative.params import NarrativeParams
from salience.questions.setting import Period, Setting
from salience.record.actors import ActorRule
from salience.record.source_names import SourceRule
from salience.record.store import ParquetRecord, Record
from salience.report.page import mark_span
from salience.sources.documents import import_documents

ANY = Setting(period=Period(start=None, end=None))
RULES = [
    SourceRule("Office", "Office", "official", "Testland", "en"),
    SourceRule("State Agency", "State Agency", "agency", "Testland", "en"),
    SourceRule("Courier", "Courier", "outlet", "Elsewhere", "en"),
    SourceRule("Watch", "Watch", "ngo", "Elsewhere", "en", independence_group="wires"),
    SourceRule("پیک شرق", "پیک شرق", "outlet", "Iran", "fa"),
]
ACTORS = [
    ActorRule("Hill Front", "Hill Front", "organisation", None, None),
    ActorRule("HFT", "Hill Front", "organisation", None, None),
    ActorRule("de facto authorities", "Hill Front", "organisation", date(2021, 8, 15), None),
    ActorRule("جبههٔ تپه", "Hill Front", "organisation", None, None),
    ActorRule("Varen Army", "Varen Army", "organisation", None, None),
]
SPEECH = (
    "The office affirms that calm has returned to every quarter of the town, shops and schools will open tomorrow, "
    "and that relief is on its way to all families in need."
)
Told = tuple[str, str | None, str]
Make = Callable[..., Record]


def make_in(
    folder: Path,
    told: Sequence[Told],
    rules: Sequence[SourceRule] = RULES,
    actors: Sequence[ActorRule] = ACTORS,
) -> Record:
    """Make a record of texts, each a source, a day and what it says."""
    file = folder / "texts.jsonl"
    lines = [json.dumps({"source": s, "published": d, "text": t}) + "\n" for s, d, t in told]
    file.write_text("".join(lines), encoding="utf-8")
    record = Record(folder / "record.duckdb")
    import_documents(record, file, folder / "raw", rules=list(rules))
    settle(record, folder, list(rules), list(actors), None)
    return record


@pytest.fixture
def make(tmp_path: Path) -> Any:
    opened: list[Record] = []

    def make_record(told: Sequence[Told], *lists: Any, **named: Any) -> Record:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(make_in(folder, told, *lists, **named))
        return opened[-1]

    yield make_record
    for record in opened:
        record.close()


def ask(record: Any, setting: Setting = ANY, **params: Any) -> Answer:
    quick = {"draws": 100, "fewest_texts": 3, "actors": ("Hill Front",)}
    return ask_narrative(record, NarrativeParams(**{**quick, **params}), setting, version="test")


def day(number: int) -> str:
    return str(date(2021, 1, 1) + timedelta(days=number))


def filler(name: str, k: int, words: int = 24) -> str:
    """Return a sentence that stands in no other text, so that texts are not near copies of each other."""
    return "Then " + " ".join(f"{name}{k}x{n}" for n in range(words)) + "."


def told() -> list[Told]:
    """Four sources over years: the office repeats itself, the agency repeats the office, one falls silent."""
    texts: list[Told] = []
    for k in range(16):
        fired, fled = (
            f"The Hill Front terrorists fired on town {k}.",
            f"The Hill Front terrorists fled town {k}.",
        )
        rebels = "The Hill Front rebels spoke of drought and harvest, a witness said."
        met = f"The HFT met the Varen Army in village {k}; civilians need water."
        texts.append(("Office", day(70 * k), f"{fired} {SPEECH} {filler('o', k)}"))
        texts.append(("State Agency", day(70 * k + 1), f"{fled} {SPEECH} {filler('a', k)}"))
        texts.append(("Courier", day(70 * k + 2), f"{rebels} {filler('c', k)}"))
        if k < 6:
            texts.append(("Watch", day(70 * k + 3), f"{met} {filler('w', k)}"))
    return texts


@pytest.fixture(autouse=True)
def without_charts(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Draw nothing where charts are not what is tested: they take most of the time."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("salience.questions.narrative.ask._figures", lambda found: ())


@pytest.fixture
def drawn() -> None:
    """Draw the charts in this test."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a record that several tests only read; its last text is a whole copy."""
    texts = told()
    with make_in(
        tmp_path_factory.mktemp("shared"), [*texts, ("State Agency", day(700), texts[0][2])]
    ) as record:
        yield record


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the record of `told` for tests that only read it."""
    with make_in(tmp_path_factory.mktemp("plain"), told()) as record:
        yield record


@pytest.fixture(scope="module")
def answer(plain: Record) -> Answer:
    """Return its answer, with charts."""
    return ask(plain, split=date(2022, 3, 1))


def rows(answer: Answer, table: str, **wanted: Any) -> list[dict[str, Any]]:
    found = answer.find_table(table).to_records()
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


def test_labels_are_counted_by_hand(answer: Answer) -> None:
    """Each text of the office names the Front once and labels it once: 16 of 32."""
    (found,) = rows(answer, "labels", group="Office", label="terrorists")
    assert (found["uses"], found["texts"], found["share"]) == (16, 16, 0.5)
    assert 0.3 < found["low"] < 0.5 < found["high"] < 0.7
    assert not rows(answer, "labels", group="Courier", label="terrorists")
    (watch,) = rows(answer, "labels", group="Watch")
    assert (watch["label"], watch["uses"], watch["share"]) == ("HFT", 6, 1.0)
    (users,) = rows(answer, "label_users", label="terrorists")
    assert (users["sources"], users["first"], users["by"]) == (2, day(0), "Office")
    by_year = rows(answer, "label_years", year="2021", label="terrorists")
    assert (by_year[0]["uses"], by_year[0]["of"]) == (12, 42)


def test_a_label_that_differs_in_case_alone_is_one(make: Make) -> None:
    record = make(
        [
            ("Courier", day(k), f"{'HILL FRONT' if k == 0 else 'Hill Front'} fighters left {k}.")
            for k in range(6)
        ]
    )
    labels = {row["label"]: row["uses"] for row in ask(record).find_table("labels").to_records()}
    assert labels["Hill Front"] == 6


def test_a_shift_at_the_split_is_seen_with_its_interval(make: Make) -> None:
    texts = [("Courier", day(10 * k), f"In week {k} the Hill Front rebels marched.") for k in range(12)]
    texts += [
        ("Courier", day(300 + 10 * k), f"In week {k} de facto authorities spoke again.") for k in range(12)
    ]
    found = ask(make(texts), split=date(2021, 8, 15))
    change = found.estimate("label:Hill Front:de facto authorities:change")
    assert change.value == pytest.approx(1.0)
    assert change.low is not None and change.low > 0.4
    assert "the share of" in found.headline and "interval" in found.headline


def test_a_name_means_nobody_before_its_first_day(make: Make) -> None:
    """De facto authorities are the Front from 15 August 2021 on; before, the name stood for others."""
    texts = [
        ("Courier", "2020-05-0" + str(k), f"De facto authorities spoke on day {k}.") for k in range(1, 7)
    ]
    found = ask(make(texts))
    assert not found.find_table("labels").rows
    assert any("aliases.csv" in warning for warning in found.warnings)


def test_shared_passages_stand_side_by_side_with_both_places(answer: Answer) -> None:
    passages = rows(answer, "passages")
    assert {(p["earlier"], p["later"]) for p in passages} <= {
        ("Office", "State Agency"),
        ("State Agency", "Office"),
    }
    first = passages[0]
    assert first["on"] <= first["then"]
    assert "calm has returned to every quarter" in first["there"]
    assert "calm has returned to every quarter" in first["here"]
    numbers = first["excerpts"].split()
    excerpts = {str(row["number"]): row for row in answer.find_table("excerpts").to_records()}
    assert excerpts[numbers[0]]["source"] == first["earlier"]
    assert excerpts[numbers[1]]["source"] == first["later"]


def test_what_repeats_a_party_is_measured(answer: Answer) -> None:
    (agency,) = rows(answer, "repeated", group="State Agency")
    assert agency["repeating"] == 16
    # "fired on" and "fled" differ by two words, which a passage may skip: the sentence before the speech is shared too.
    # So is the "Then" after it.
    shared_part = sum(len(f"The Hill Front terrorists fled town {k}. {SPEECH} Then") for k in range(16))
    assert agency["repeated"] == shared_part
    assert agency["characters"] == sum(len(t) for s, _, t in told() if s == "State Agency")
    assert agency["low"] < agency["share"] < agency["high"]
    (courier,) = rows(answer, "repeated", group="Courier")
    assert courier["share"] == 0.0
    assert not rows(answer, "repeated", group="Office")


def test_a_whole_copy_counts_as_repeating_and_as_speaking(make: Make) -> None:
    """Copies are left out of labels and words; a source that only copies is neither silent nor original."""
    texts = [
        ("Office", day(30 * k), f"Day {k}. {SPEECH} The Hill Front fled from town {k}.") for k in range(4)
    ]
    texts += [("State Agency", day(30 * k + 1), texts[k][2]) for k in range(4)]
    found = ask(make(texts))
    (agency,) = rows(found, "repeated", group="State Agency")
    assert (agency["repeating"], agency["share"]) == (4, pytest.approx(1.0, abs=0.02))
    assert {row["source"]: row["texts"] for row in rows(found, "voices")} == {"Office": 4, "State Agency": 4}
    assert {row["group"] for row in rows(found, "labels")} == {"Office"}
    each = ask(make(texts), copies="each")
    assert {row["group"] for row in rows(each, "labels")} == {"Office", "State Agency"}
    # Excerpts of equal texts name the source whose text is meant.
    excerpts = {str(row["number"]): row["source"] for row in each.find_table("excerpts").to_records()}
    for row in rows(each, "labels"):
        assert {excerpts[n] for n in row["excerpts"].split()} == {row["group"]}


def test_of_one_day_the_party_is_taken_for_the_source(make: Make) -> None:
    texts = [("State Agency", day(k), f"Note {k}. {SPEECH}") for k in range(3)]
    texts += [("Office", day(k), f"Decree {k}. {SPEECH}") for k in range(3)]
    (agency,) = rows(ask(make(texts)), "repeated")
    assert (agency["group"], agency["repeating"]) == ("State Agency", 3)


def test_ten_passages_from_one_text_are_one_item_of_who_is_first(make: Make) -> None:
    parts = [" ".join(f"word{p}x{k}" for k in range(14)) for p in range(10)]
    filler = [" ".join(f"{name}{p}y{k}" for k in range(6)) for name in ("one", "two") for p in range(10)]
    texts = [
        ("Office", day(0), " ".join(f"{part} {gap}." for part, gap in zip(parts, filler[:10], strict=True))),
        ("Courier", day(9), " ".join(f"{part} {gap}." for part, gap in zip(parts, filler[10:], strict=True))),
    ]
    found = ask(make(texts), fewest_texts=1)
    assert len(rows(found, "passages")) == 10
    (lead,) = rows(found, "leads")
    assert (lead["shared"], lead["days"]) == (1, pytest.approx(9 if lead["first"] == "Office" else -9))


def test_words_that_set_a_group_apart_have_places(answer: Answer) -> None:
    words = {row["word"] for row in rows(answer, "words", group="Courier")}
    assert {"drought", "harvest"} <= words
    assert "town" not in words
    excerpts = {str(row["number"]): row for row in answer.find_table("excerpts").to_records()}
    for row in rows(answer, "words", word="drought"):
        for number in row["excerpts"].split():
            assert "⟦drought⟧" in excerpts[number]["excerpt"]
            assert excerpts[number]["source"] == "Courier"


def test_who_fell_silent_is_named_with_the_last_text(answer: Answer) -> None:
    assert [(row["source"], row["texts"]) for row in rows(answer, "silent")] == [("Watch", 6)]
    (watch,) = rows(answer, "voices", source="Watch")
    assert (watch["years"], watch["last"], watch["silent"]) == (1, day(353), 2)
    by_year = {row["year"]: row["sources"] for row in rows(answer, "voices_years")}
    assert by_year == {"2021": 4, "2022": 3, "2023": 3}
    assert answer.estimate("sources_silent").value == 1


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


def decide(record: Record, target: int, layer: str, state: str, change: dict[str, str] | None = None) -> None:
    """Add a decision as the schema describes it: each row holds the hash of the one before."""
    before = record.rows("SELECT number, hash FROM decision ORDER BY number DESC LIMIT 1")
    number, previous = (before[0]["number"] + 1, before[0]["hash"]) if before else (1, "")
    told = [
        number,
        target,
        layer,
        state,
        json.dumps(change or {}),
        "tester",
        "2024-01-01T00:00:00Z",
        "",
        previous,
    ]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    with record.transaction() as connection:
        connection.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*told, digest])


def test_all_suggestions_and_accepted_ones_stand_side_by_side(make: Make) -> None:
    record = make(told())
    before = ask(record)
    assert not any(table.name == "review" for table in before.tables)
    mentions = record.rows("SELECT id FROM mention WHERE quote = 'Hill Front' ORDER BY id")
    labels = record.rows("SELECT id FROM statement WHERE kind = 'label' AND quote = 'terrorists' ORDER BY id")
    for row in mentions[:30]:
        decide(record, row["id"], "mention", "accepted")
    assert len(labels) == 32
    for row in labels[:10]:
        decide(record, row["id"], "statement", "accepted")
    for row in labels[10:20]:
        decide(record, row["id"], "statement", "rejected")
    every = ask(record)
    (found,) = rows(every, "review", label="terrorists")
    assert (found["uses"], found["accepted"]) == (len(labels) - 10, 10)
    assert found["accepted_share"] == pytest.approx(10 / 40)
    assert found["difference"] == pytest.approx(found["accepted_share"] - found["share"])
    assert found["difference_low"] <= found["difference"] <= found["difference_high"]
    assert every.estimate("label:Hill Front:terrorists:accepted").value == pytest.approx(0.25)
    only = ask(record, rows="accepted")
    assert only.estimate("label:Hill Front:terrorists").value == pytest.approx(0.25)
    assert next(a for a in only.assumptions if "read as a name" in a.text).status == "holds"
    assert every.record != before.record  # a decision makes the kept answer stale


def test_what_people_edit_and_add_counts(make: Make) -> None:
    """An edit may move a label to another actor; a name outside aliases.csv counts once accepted."""
    record = make(told())
    label = record.rows(
        "SELECT id FROM statement WHERE kind = 'label' AND quote = 'rebels' ORDER BY id LIMIT 1"
    )[0]
    decide(record, label["id"], "statement", "edited", {"about": "Varen Army"})
    found = ask(record, actors=("Varen Army",))
    assert {row["label"] for row in rows(found, "labels")} == {"Varen Army", "rebels"}


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


def test_inferred_labels_can_be_left_out(make: Make) -> None:
    texts = [
        ("Courier", day(k), f"The Hill Front left town {k}. The rebels took the road of the hills.")
        for k in range(6)
    ]
    record = make(texts)
    inferred = record.rows("SELECT count(*) AS n FROM statement WHERE kind = 'label' AND how = 'inferred'")[
        0
    ]["n"]
    assert inferred == 6
    labels = [
        {row["label"] for row in rows(ask(record, inferred=how), "labels")} for how in ("count", "leave out")
    ]
    assert labels == [{"Hill Front", "rebels"}, {"Hill Front"}]


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


def test_no_actors_are_known(make: Make) -> None:
    texts = [("Office", day(k), f"Town {k} was calm. {SPEECH}") for k in range(3)]
    found = ask(make([*texts, ("Courier", day(9), SPEECH)], actors=[]), actors=())
    assert any("aliases.csv" in warning for warning in found.warnings)
    assert rows(found, "voices")
    assert rows(found, "passages")


def test_actors_with_several_labels_are_chosen_when_none_is_named(make: Make) -> None:
    front = [("Courier", day(k), f"The Hill Front rebels left town {k}.") for k in range(6)]
    army = [("Courier", day(20 + k), f"The Varen Army militants left village {k}.") for k in range(4)]
    record = make([*front, *army])
    chosen = [{row["actor"] for row in rows(ask(record, actors=(), most_actors=n), "labels")} for n in (1, 2)]
    assert chosen == [{"Hill Front"}, {"Hill Front", "Varen Army"}]


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


def test_right_to_left_labels_are_kept_and_drawn(make: Make, drawn: None) -> None:
    persian = "جبههٔ تپه امروز از شهر خارج شد."
    years = [f"{2019 + k}-03-0{1 + k}" for k in range(5)]
    texts: list[Told] = [("پیک شرق", d, f"{persian} {d}") for d in years]
    texts += [("Courier", d, f"The Hill Front rebels left the town on {d}.") for d in years]
    found = ask(make(texts))
    (row,) = rows(found, "labels", group="پیک شرق")
    assert (row["label"], row["share"]) == ("جبههٔ تپه", 1.0)
    figure = next(f for f in found.figures if f.name.startswith("label_years"))
    assert "\u200fجبههٔ تپه" in json.dumps(figure.spec, ensure_ascii=False)


def test_marks_of_the_text_itself_do_not_pass_for_a_span(make: Make) -> None:
    texts = [("Courier", day(k), f"<b>⟦No⟧</b> The Hill Front rebels ⟧ left {k}.") for k in range(4)]
    excerpts = ask(make(texts)).find_table("excerpts").to_records()
    shown = str(mark_span(next(r["excerpt"] for r in excerpts if "⟦rebels⟧" in r["excerpt"])))
    assert shown.count("<mark>") == 1
    assert "<mark>rebels</mark>" in shown
    assert "&lt;b&gt;[No]" in shown


def test_the_case_of_texts_runs(tmp_path: Path, shared_data: Path, drawn: None) -> None:
    """The essay and the events lie in two folders below --data; every statement leads to its place."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for file in (Path(__file__).parents[2] / "cases" / "texts").iterdir():
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
    for file in (Path(__file__).parents[2] / "cases" / "ungd").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with open_case(folder, data=shared_data) as case:
        (answer,) = case.run().answers
    by_year = {row["year"]: row["sources"] for row in rows(answer, "voices_years")}
    assert {y: by_year[y] for y in ("2018", "2019", "2020", "2021", "2022", "2023", "2024")} == {
        "2018": 22, "2019": 24, "2020": 19, "2021": 84, "2022": 40, "2023": 26, "2024": 24,
    }  # fmt: skip
    assert answer.estimate("sources_silent").value == 64
