"""What is repeated: planted passages, copies, who is first, words that set apart, who fell silent."""

from __future__ import annotations

import pytest

from salience.questions.answer import Answer
from salience.report.page import mark_span
from small_narrative import SPEECH, Make, ask, day, rows, told


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


def test_marks_of_the_text_itself_do_not_pass_for_a_span(make: Make) -> None:
    texts = [("Courier", day(k), f"<b>⟦No⟧</b> The Hill Front rebels ⟧ left {k}.") for k in range(4)]
    excerpts = ask(make(texts)).find_table("excerpts").to_records()
    shown = str(mark_span(next(r["excerpt"] for r in excerpts if "⟦rebels⟧" in r["excerpt"])))
    assert shown.count("<mark>") == 1
    assert "<mark>rebels</mark>" in shown
    assert "&lt;b&gt;[No]" in shown
