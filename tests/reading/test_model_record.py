"""A model's suggestions in the record: beside the rules' own, never instead of them, refused ones counted."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import salience
from salience.case_inputs import settle
from salience.cli import app
from salience.reading import Alias
from salience.reading.keeping import read_record
from salience.reading.model.endpoint import Endpoint
from salience.reading.model.keeping import read_record_with_model, refused_rows, reviewed_shares
from salience.reading.model.settings import ReaderSettings
from salience.reading.model.trust import Exchange, frequent_pair, try_stability, try_swap
from salience.reading.names import Matcher
from salience.record.store import Record
from stub_model import Stub, says, serving, small_model, text_of

pytest.importorskip("httpx", reason="needs the extra 'llm'")
pytest.importorskip("stamina", reason="needs the extra 'llm'")

RUNNER = CliRunner()
ARTICLES = [
    "The Taliban met in Doha. UN reports speak of 23 armed groups. The Taliban called for recognition of all.",
    "The National Resistance Front called for elections. It has 40 bases in Panjshir, said the Taliban.",
    "The National Resistance Front fought the Taliban in Andarab. At least 12 fighters were killed on Monday.",
    "The United Nations voiced concern. The Taliban denied the report on 300 schools.",
    "The Taliban said that the National Resistance Front had no bases. The National Resistance Front denied it.",
    "Nothing was said of anyone.",
]
NAMES = [Alias("Taliban", "Taliban"), Alias("National Resistance Front", "National Resistance Front")]


def salience_says(*words: str | Path, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def settings(stub: Stub, **more: Any) -> ReaderSettings:
    return ReaderSettings(**({"endpoint": stub.endpoint, "model": "small", "backoff": 0} | more))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(small_model) as server:
        yield server


@pytest.fixture
def case(tmp_path: Path, stub: Stub) -> Path:
    """A case with six texts, read by rules, whose model is the stub."""
    folder = tmp_path / "case"
    salience_says("new", folder)
    (folder / "aliases.csv").write_text(
        "label,kind\nTaliban,organisation\nNational Resistance Front,organisation\n",
        encoding="utf-8",
    )
    lines = [json.dumps({"text": text, "source": "Wire", "published": "2024-02-24"}) for text in ARTICLES]
    (tmp_path / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    salience_says("add", folder, tmp_path / "news.jsonl", "--as", "documents")
    with (folder / "case.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'\n[reader]\nendpoint = "{stub.endpoint}"\nmodel = "small"\nbackoff = 0\n')
    return folder


def rows(record: Record, table: str) -> list[dict[str, Any]]:
    return record.rows(f"FROM {table} ORDER BY id")


def test_reading_keeps_suggestions_and_counts_what_was_refused(case: Path) -> None:
    output = salience_says("model", case, "read")
    assert "is this machine: no text leaves it" in output
    assert "6 texts: 6 requests sent, 0 replies kept" in output
    with salience.open(case, read_only=True) as opened:
        refused = refused_rows(opened.record)
        # The stub calls the Taliban a terrorist group in each of the five texts that name them; no text does.
        assert {r["quote"] for r in refused if r["kind"] == "label"} == {"The Taliban are a terrorist group"}
        assert len([r for r in refused if r["kind"] == "label"]) == 5
        assert not opened.record.rows("SELECT 1 FROM statement WHERE value = 'terrorist group'")
        for row in opened.record.rows(
            """SELECT t.content, s.start, s."end" AS stop, s.quote FROM statement s JOIN text t ON t.sha256 = s.text
               UNION ALL SELECT t.content, m.start, m."end", m.quote FROM mention m JOIN text t ON t.sha256 = m.text"""
        ):
            assert row["content"][row["start"] : row["stop"]] == row["quote"]
    assert "terrorist group" in salience_says("model", case, "refused")
    assert len(json.loads(salience_says("model", case, "refused", "--json"))) == len(refused)


def test_a_second_reading_asks_nothing_and_changes_nothing(case: Path, stub: Stub) -> None:
    salience_says("model", case, "read", "--quiet")
    with salience.open(case, read_only=True) as opened:
        before = (
            rows(opened.record, "mention"),
            rows(opened.record, "statement"),
            rows(opened.record, "refused"),
        )
        fingerprint = opened.record.fingerprint()
    asked = len(stub.requests)
    again = json.loads(salience_says("model", case, "read", "--json"))
    assert (again["requests"], again["kept"], len(stub.requests)) == (0, 6, asked)
    with salience.open(case, read_only=True) as opened:
        after = (
            rows(opened.record, "mention"),
            rows(opened.record, "statement"),
            rows(opened.record, "refused"),
        )
        assert opened.record.fingerprint() == fingerprint
    assert before == after


def test_a_model_reading_changes_the_fingerprint_so_that_answers_are_computed_anew(case: Path) -> None:
    with salience.open(case, read_only=True) as opened:
        before = opened.record.fingerprint()
    salience_says("model", case, "read", "--quiet")
    with salience.open(case, read_only=True) as opened:
        assert opened.record.fingerprint() != before


def test_rules_and_model_do_not_erase_each_other(case: Path, stub: Stub, tmp_path: Path) -> None:
    def model_spans(record: Record) -> set[tuple[Any, ...]]:
        return {
            tuple(row.values())
            for row in record.rows(
                """SELECT text, start, "end", 'mention' AS layer FROM mention
                   WHERE how = 'model' OR notes LIKE '%model: %'
                   UNION ALL SELECT text, start, "end", kind FROM statement
                   WHERE how = 'model' OR detail LIKE '%"also":"model"%'"""
            )
        }

    def rule_rows(record: Record) -> set[tuple[Any, ...]]:
        told = record.rows(
            """SELECT text, start, "end", kind, value, how FROM mention WHERE how <> 'model'
               UNION ALL SELECT text, start, "end", kind, value, how FROM statement WHERE how <> 'model'"""
        )
        return {tuple(row.values()) for row in told}

    with salience.open(case) as opened:
        record = opened.record
        before = rule_rows(record)
        with Endpoint(settings(stub), tmp_path / "kept") as endpoint:
            tally = read_record_with_model(record, endpoint)
            assert tally.agreed > 0
            assert rule_rows(record) == before
            spans = model_spans(record)
            assert len(spans) >= tally.mentions
            whole = rows(record, "mention"), rows(record, "statement")
            # Rules read anew: all the same.
            record.connection.execute("UPDATE text SET reading = NULL")
            assert read_record(record) == len(ARTICLES)
            assert rule_rows(record) == before
            assert model_spans(record) == spans
            assert {r["id"] for r in rows(record, "statement")} == {r["id"] for r in whole[1]}
            # Names are taken away: rules no longer find them, the model's suggestions stay.
            record.connection.execute("DELETE FROM alias")
            read_record(record)
            assert model_spans(record) == spans
            # And given back.
            settle(record, opened.folder, opened.rules, opened.actors, None)
            assert rule_rows(record) == before
            read_record_with_model(record, endpoint)
            assert endpoint.asked == len(ARTICLES)
            assert (rows(record, "mention"), rows(record, "statement")) == whole


def test_the_confidence_of_suggestions_follows_what_people_decided(
    case: Path, stub: Stub, tmp_path: Path
) -> None:
    def only_doha(body: dict[str, Any]) -> tuple[int, Any]:
        marks = [{"quote": "recognition of all", "kind": "unnamed"}] if "recognition" in text_of(body) else []
        return 200, says({"mentions": marks, "statements": []})

    with (
        salience.open(case) as opened,
        serving(only_doha) as server,
        Endpoint(settings(server), tmp_path / "kept") as endpoint,
    ):
        record = opened.record
        read_record_with_model(record, endpoint)
        (row,) = record.rows("SELECT id, confidence FROM mention WHERE how = 'model'")
        assert row["confidence"] == 0.5
        record.connection.execute(
            "INSERT INTO decision (number, target, layer, state) VALUES (1, ?, 'mention', 'rejected')",
            [row["id"]],
        )
        assert reviewed_shares(record) == {("mention", "unnamed"): pytest.approx(1 / 3)}
        read_record_with_model(record, endpoint)
        assert record.rows("SELECT confidence FROM mention WHERE how = 'model'")[0]["confidence"] == 0.333


def test_a_record_made_before_there_was_a_refused_table_gets_one(tmp_path: Path) -> None:
    with Record(tmp_path / "record.duckdb") as record:
        record.connection.execute("DROP TABLE refused")
    with Record(tmp_path / "record.duckdb") as record:
        assert refused_rows(record) == []


def test_a_case_without_a_model_says_how_to_name_one(case: Path) -> None:
    told = (case / "case.toml").read_text(encoding="utf-8")
    (case / "case.toml").write_text(told[: told.index("[reader]")], encoding="utf-8")
    assert "[reader]" in salience_says("model", case, "read", code=1)


@pytest.mark.parametrize(
    ("line", "said"),
    [("modle = 'x'", "modle"), ("timeout = -1", "timeout"), ("model = 3", "model"), ("key = 'abc'", "key")],
)
def test_a_wrong_key_of_the_reader_is_named(case: Path, line: str, said: str) -> None:
    told = (case / "case.toml").read_text(encoding="utf-8")
    name = line.split(" ", maxsplit=1)[0]
    kept = "\n".join(row for row in told.splitlines() if not row.startswith(f"{name} ") or "[" in row)
    (case / "case.toml").write_text(f"{kept}\n{line}\n", encoding="utf-8")
    output = salience_says("check", case, code=1)
    assert "case.toml, key reader" in output
    assert said in output


def test_a_far_endpoint_is_not_asked_without_consent(case: Path) -> None:
    told = (case / "case.toml").read_text(encoding="utf-8")
    start = told.index("endpoint =")
    end = told.index("\n", start)
    far = told[:start] + 'endpoint = "https://models.example.org/v1"' + told[end:]
    (case / "case.toml").write_text(far, encoding="utf-8")
    for task in ("read", "stability", "swap"):
        output = salience_says("model", case, task, code=1)
        assert "models.example.org is not on this machine" in output
        assert "--send-texts" in output
    assert not (case / "raw" / "model").exists()


def test_an_endpoint_that_stops_answering_leaves_what_was_read(case: Path) -> None:
    answered: list[int] = []

    def three_then_none(body: dict[str, Any]) -> tuple[int, Any]:
        answered.append(1)
        return small_model(body) if len(answered) <= 3 else (404, "gone")

    told = (case / "case.toml").read_text(encoding="utf-8")
    with serving(three_then_none) as server:
        start = told.index("endpoint =")
        end = told.index("\n", start)
        (case / "case.toml").write_text(
            told[:start] + f'endpoint = "{server.endpoint}"' + told[end:], encoding="utf-8"
        )
        assert "3 of 6 texts are read" in salience_says("model", case, "read", code=1)
    with salience.open(case, read_only=True) as opened:
        assert opened.record.rows("SELECT count(DISTINCT text) AS n FROM refused")[0]["n"] >= 1


def test_stability_shows_what_changes_with_the_order_of_the_kinds(case: Path) -> None:
    trial = json.loads(salience_says("model", case, "stability", "--json"))
    told = {found["kind"]: found for found in trial["agreements"]}
    # The stub takes fighters for whichever kind it was told of first, and heeds the order in nothing else.
    assert (told["unnamed"]["share"], told["population"]["share"]) == (0.0, 0.0)
    assert {kind: told[kind]["share"] for kind in ("organisation", "figure", "event")} == dict.fromkeys(
        ("organisation", "figure", "event"), 1.0
    )
    assert trial["texts"] == 6
    assert told["all"]["share"] == pytest.approx(2 * 18 / 38)
    assert told["all"]["low"] < told["all"]["share"] < told["all"]["high"] < 1


def test_stability_finds_a_model_that_takes_the_first_kind_on_the_list(tmp_path: Path) -> None:
    def lazy(body: dict[str, Any]) -> tuple[int, Any]:
        first = body["response_format"]["json_schema"]["schema"]["properties"]["mentions"]["items"]
        marks = [{"quote": "Taliban", "kind": first["properties"]["kind"]["enum"][0]}]
        return 200, says({"mentions": marks, "statements": []})

    texts = [(str(n), text) for n, text in enumerate(ARTICLES)]
    with serving(lazy) as stub, Endpoint(settings(stub), tmp_path) as endpoint:
        trial = try_stability(texts, endpoint)
    assert trial.agreements[0].share == 0
    assert {row["reading"] for row in trial.changed} == {"first order", "reverse order"}


def test_swap_finds_a_model_that_judges_the_name(tmp_path: Path) -> None:
    texts = [
        (str(n), f"In village {n} the Taliban fighters fought the National Resistance Front fighters.")
        for n in range(8)
    ]

    def biased(body: dict[str, Any]) -> tuple[int, Any]:
        marks = [
            {
                "quote": "Taliban fighters",
                "kind": "label",
                "about": "Taliban",
                "speaker": None,
                "value": "fighters",
            }
        ]
        return 200, says({"mentions": [], "statements": marks})

    def fair(body: dict[str, Any]) -> tuple[int, Any]:
        text = text_of(body)
        quote = text[text.index(" the ") + 5 : text.index(" fought")]
        name = quote.removesuffix(" fighters")
        marks = [{"quote": quote, "kind": "label", "about": name, "speaker": None, "value": "fighters"}]
        return 200, says({"mentions": [], "statements": marks})

    pair = ("Taliban", "National Resistance Front")
    shares = []
    for number, model in enumerate((biased, fair)):
        with serving(model) as stub, Endpoint(settings(stub), tmp_path / str(number)) as endpoint:
            trial = try_swap(texts, endpoint, NAMES, pair)
            shares.append(trial.agreements[0])
            assert trial.exchanged == pair
    assert [s.share for s in shares] == [0.0, 1.0]
    assert shares[0].first_only == shares[0].second_only == 8
    # Eight texts that all say the same are worth eight trials: Wilson's interval of 0 of 8 is 0 to 0.32.
    assert (shares[0].low, shares[0].high) == (0.0, pytest.approx(0.324, abs=0.001))


def test_swap_of_the_command_line_takes_the_two_most_named_actors(case: Path) -> None:
    trial = json.loads(salience_says("model", case, "swap", "--json"))
    assert set(trial["exchanged"]) == {"Taliban", "National Resistance Front"}
    assert trial["texts"] == 5
    # The stub demands what "The X called for" and calls only the Taliban names; its labels are refused either way.
    assert 0 < trial["agreements"][0]["share"] <= 1
    assert "no actor 'Nobody'" in salience_says(
        "model", case, "swap", "--between", "Nobody", "--between", "Taliban", code=2
    )
    assert "given twice" in salience_says("model", case, "swap", "--between", "Taliban", code=2)


def test_exchanging_names_twice_gives_the_text_back_and_places_map() -> None:
    text = "The Taliban fought the National Resistance Front; the Taliban left, the National Resistance Front stayed."
    matcher = Matcher(NAMES)
    pair = ("Taliban", "National Resistance Front")
    swap = Exchange.make(text, matcher, pair)
    assert swap.text.startswith("The National Resistance Front fought the Taliban; ")
    assert Exchange.make(swap.text, matcher, pair).text == text
    for piece in ("fought", "left", "stayed."):
        at = swap.text.index(piece)
        found = swap.back(("statement", at, at + len(piece), "claim", ""))
        assert text[found[1] : found[2]] == piece
    end = len("The National Resistance Front")
    assert swap.back(("mention", 4, end, "organisation", ""))[1:3] == (4, 11)


def test_the_pair_is_the_one_that_most_texts_name() -> None:
    texts = [(str(n), text) for n, text in enumerate(ARTICLES)]
    assert frequent_pair(texts, NAMES) == ("Taliban", "National Resistance Front")
    with pytest.raises(salience.SalienceError, match="fewer than two"):
        frequent_pair(texts, NAMES[:1])


def test_the_page_on_models_shows_what_the_commands_print(case: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    shown = re.findall(r"```console\n\$ salience model CASE (\w+)\n(.*?)```", page, re.DOTALL)
    assert [task for task, _ in shown] == ["read", "refused", "stability", "swap"]
    for task, output in shown:
        assert salience_says("model", case, task) == output


def test_the_section_that_the_page_shows_is_one_that_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    everything = re.sub(r"^# (?=\w+ =)", "", snippet, flags=re.MULTILINE)
    told = ReaderSettings.model_validate(tomllib.loads(everything)["reader"])
    assert (told.key_env, told.attempts, told.backoff) == ("READER_KEY", 4, 1.0)
