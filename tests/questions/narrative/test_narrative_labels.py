"""How actors are called: labels counted by hand, shifts, names with dates, what people decided."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from salience.questions.answer import Answer
from salience.record.store import Record
from small_narrative import SPEECH, Make, Told, ask, day, rows, told


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
    assert "The share of" in found.more and "interval" in found.headline


def test_a_name_means_nobody_before_its_first_day(make: Make) -> None:
    """De facto authorities are the Front from 15 August 2021 on; before, the name stood for others."""
    texts = [
        ("Courier", "2020-05-0" + str(k), f"De facto authorities spoke on day {k}.") for k in range(1, 7)
    ]
    found = ask(make(texts))
    assert not found.find_table("labels").rows
    assert any("aliases.csv" in warning for warning in found.warnings)


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
