"""Decisions and annotations taken into a record: whole or not at all, by whom, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salience.case import Case, open_case
from salience.errors import InputError, RecordError
from salience.reading.agreeing import measure_agreement
from salience.reading.exchange import export_annotations
from salience.reading.review import count_progress, decide_all, find_items
from salience.reading.taking import take_file
from salience.record.decisions import decision_rows, last_by_person, standing
from small_texts import TEXTS, write_texts_case

AT = "2026-01-01T00:00:00Z"
Steps = list[dict[str, object]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_texts_case(tmp_path_factory.mktemp("made") / "case")


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Iterator[Case]:
    with open_case(shutil.copytree(made, tmp_path / "case")) as opened:
        yield opened


def page_file(
    case: Case,
    path: Path,
    edit: Callable[[Steps], object] = lambda steps: None,
    head: dict[str, object] | None = None,
) -> Path:
    """Write what the review page saves when somebody accepts all, with changes."""
    steps: Steps = [
        {"target": str(i.id), "layer": i.layer, "state": "accepted", "change": {}, "note": "", "at": AT, "text": i.text,
         "start": i.start, "end": i.end, "quote": i.quote, "kind": i.kind}
        for i in find_items(case.record)
    ]  # fmt: skip
    edit(steps)
    lines = [
        {"salience": "decisions 1", "case": "case", "by": "Ana"} | (head or {}),
        *steps,
        {"end": len(steps)},
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_what_the_page_saved_is_taken_once(case: Case, tmp_path: Path) -> None:
    path = page_file(case, tmp_path / "d.jsonl")
    count = len(find_items(case.record))
    done = take_file(case.record, path, case="case")
    assert (done.form, done.decisions, done.people) == ("page", count, ("Ana",))
    again = take_file(case.record, path, case="case")
    assert (again.decisions, again.known) == (0, count)
    assert {item.state for item in find_items(case.record)} == {"accepted"}


@pytest.mark.parametrize(
    ("edit", "head", "said"),
    [
        (lambda s: None, {"case": "other"}, "review page of the case 'other'; this case is 'case'"),
        (lambda s: None, {"by": ""}, "nobody is named"),
        (lambda s: s[1].update(state="right"), {}, "line 3: 'right' is no state"),
        (lambda s: s[0].update(target="12345"), {}, "no suggestion has the id 12345"),
        (lambda s: s[0].update(target="x"), {}, "target is 'x'"),
        (lambda s: s[0].update(text="0" * 64), {}, "not in this record"),
        (lambda s: s[0].update(start=int(s[0]["start"]) + 1), {}, "counted in another text"),
        (lambda s: s[0].update(end=10_000), {}, "lies outside its text"),
        (lambda s: s[0].update(quote="x"), {}, "'x' stands at"),
        (lambda s: s[0].update(kind="militia"), {}, "'militia' is no kind"),
        (lambda s: s[0].update(state="edited"), {}, "nothing is changed"),
        (lambda s: s[0].update(change=["x"]), {}, "an object is expected"),
        (lambda s: s[0].update(at="noon"), {}, "no time"),
        (lambda s: s[0].pop("quote"), {}, "line 2: 'quote' is missing"),
        (lambda s: None, {"salience": "decisions 9"}, "'decisions 1' is expected"),
    ],
)
def test_a_faulty_file_is_refused_whole(
    case: Case, tmp_path: Path, edit: Callable[[Steps], object], head: dict[str, object], said: str
) -> None:
    path = page_file(case, tmp_path / "d.jsonl", edit, head)
    with pytest.raises((InputError, RecordError), match=said):
        take_file(case.record, path, case="case")
    assert decision_rows(case.record) == []


@pytest.mark.parametrize("lost", [1, 40, 400])
def test_a_file_of_the_page_that_is_cut_off_is_refused(case: Case, tmp_path: Path, lost: int) -> None:
    path = page_file(case, tmp_path / "d.jsonl")
    path.write_bytes(path.read_bytes()[: -lost - 1])
    with pytest.raises(InputError, match=r"cut off|not whole"):
        take_file(case.record, path, case="case")
    lines = page_file(case, path).read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(lines[:-3] + lines[-2:]), encoding="utf-8")
    with pytest.raises(InputError, match="not whole"):
        take_file(case.record, path, case="case")
    assert decision_rows(case.record) == []


def test_a_name_given_twice_must_be_the_same(case: Case, tmp_path: Path) -> None:
    path = page_file(case, tmp_path / "d.jsonl")
    with pytest.raises(InputError, match="'Ana' decided and --by says 'Ben'"):
        take_file(case.record, path, "Ben", case="case")
    assert take_file(case.record, path, " Ana ", case="case").people == ("Ana",)


def test_a_decision_about_a_suggestion_that_is_no_longer_made_is_kept(case: Case, tmp_path: Path) -> None:
    path = page_file(case, tmp_path / "d.jsonl")
    gone = find_items(case.record)[0]
    case.record.connection.execute(f"DELETE FROM {gone.layer} WHERE id = ?", [gone.id])
    take_file(case.record, path, case="case")
    assert gone.id in standing(decision_rows(case.record))
    assert count_progress(case.record).orphans == 1


def test_the_w3c_form_carries_every_persons_decisions_to_another_record(
    case: Case, tmp_path: Path, made: Path
) -> None:
    items = find_items(case.record)
    edited = next(i for i in items if i.layer == "mention" and i.value == "Taliban")
    ids = [str(i.id) for i in items]
    decide_all(
        case.record, {"accepted": ids[:4], "rejected": ids[4:6], "unsure": ids[6:7]}, "Ana", "با یادداشت"
    )
    decide_all(case.record, {"rejected": ids[:2]}, "Ben")
    steps = tmp_path / "e.jsonl"
    page_file(case, steps, lambda s: s.__setitem__(slice(None), [
        x | {"state": "same-as", "change": {"same_as": "Islamic Emirate", "value": "Islamic Emirate"}}
        for x in s if x["target"] == str(edited.id)]), {"by": "Cyra"})  # fmt: skip
    take_file(case.record, steps, case="case")
    for name in ("a.jsonld", "a.csv"):
        export_annotations(case.record, tmp_path / name)
        with open_case(shutil.copytree(made, tmp_path / f"other {name}")) as other:
            done = take_file(other.record, tmp_path / name)
            assert done.people == ("Ana", "Ben", "Cyra")
            assert _told(other) == _told(case)
            assert take_file(other.record, tmp_path / name).decisions == 0


def _told(case: Case) -> dict[object, object]:
    return {
        key: (row["state"], row["note"], row["at"], {k: v for k, v in row["change"].items() if k != "saw"})
        for key, row in last_by_person(decision_rows(case.record)).items()
    }


def test_annotations_of_another_coder_become_their_decisions(case: Case, tmp_path: Path) -> None:
    text = TEXTS[0][2]
    start = text.index("Daro Venn")
    front = text.index("Hill Front")
    rows = {
        "text": text,
        "label": [[front, front + 10, "person"], [start, start + 9, "person"], [4, 8, "place"]],
    }
    path = tmp_path / "ben.jsonl"
    path.write_text(json.dumps(rows) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="--by NAME"):
        take_file(case.record, path)
    done = take_file(case.record, path, "Ben")
    assert (done.form, done.people, done.decisions, done.new_spans) == ("doccano", ("Ben",), 3, 1)
    by_place = {
        (i.start, i.end): i for i in find_items(case.record) if i.layer == "mention" and i.quote in text
    }
    assert by_place[front, front + 10].state == "edited"
    assert by_place[front, front + 10].told("kind") == "person"
    assert by_place[start, start + 9].state == "accepted"
    marked = by_place[4, 8]
    assert (marked.how, marked.quote, marked.state) == ("person", "Hill", "accepted")
    assert take_file(case.record, path, "Ben").decisions == 0


def test_what_a_person_marked_survives_a_new_reading(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "ben.jsonl"
    path.write_text(json.dumps({"text": TEXTS[0][2], "label": [[4, 8, "place"]]}) + "\n", encoding="utf-8")
    take_file(case.record, path, "Ben")
    folder = case.folder
    case.close()
    (folder / "aliases.csv").write_text("label,actor,kind\nDray,Dray,place\n", encoding="utf-8")
    with open_case(folder) as opened:
        opened.add(folder / "articles.jsonl", "documents")
        assert [i.quote for i in find_items(opened.record) if i.how == "person"] == ["Hill"]


def test_a_complete_file_rejects_what_it_leaves_out(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "ben.jsonl"
    text = TEXTS[0][2]
    front = text.index("Hill Front")
    path.write_text(
        json.dumps({"text": text, "label": [[front, front + 10, "organisation"]]}) + "\n", encoding="utf-8"
    )
    done = take_file(case.record, path, "Ben", complete=True)
    states = {i.id: i.state for i in find_items(case.record) if i.layer == "mention"}
    others = find_items(case.record, states=["rejected"])
    assert done.left_out == len(others) > 0
    # Other texts, and statements, which the file says nothing of, are left alone.
    assert "suggested" in states.values()
    assert all(i.layer == "mention" and i.quote in text for i in others)


def test_texts_that_differ_by_one_sign_are_refused(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "ben.jsonl"
    row = {"text": TEXTS[0][2].replace("🙃", ":-)"), "label": [[0, 3, "place"]]}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="not in this record"):
        take_file(case.record, path, "Ben")


def test_every_way_out_and_in_agrees_with_itself(case: Case, tmp_path: Path) -> None:
    """Export all suggestions, let somebody accept them elsewhere, take them in: all are accepted, nothing is new."""
    for by, name, form in (("A", "a.jsonl", "doccano"), ("B", "b.jsonl", "prodigy"), ("C", "c.zip", "uima")):
        export_annotations(case.record, tmp_path / name, form)
        done = take_file(case.record, tmp_path / name, by)
        assert done.new_spans == 0
        # Two kinds of statement may stand at one place; each has its own row.
        assert done.decisions == len(find_items(case.record))
    assert {row["state"] for row in last_by_person(decision_rows(case.record)).values()} == {"accepted"}


def test_agreement_counts_what_two_people_decided(case: Case) -> None:
    ids = [str(i.id) for i in find_items(case.record)]
    assert measure_agreement(case.record)[0].found is None
    decide_all(case.record, {"accepted": ids[:6], "rejected": ids[6:10], "unsure": ids[10:11]}, "Ana")
    decide_all(
        case.record, {"accepted": ids[1:6], "rejected": [ids[0], *ids[6:10]], "unsure": ids[11:12]}, "Ben"
    )
    found = measure_agreement(case.record)[0].found
    assert found is not None
    assert (found.units, found.coders) == (10, 2)
    # One disagreement among 10 units of 2 values: o = 2 of 20; 11 accepted, 9 rejected: 1 - (2/20)/(2·11·9/(20·19)).
    assert found.alpha == pytest.approx(1 - (2 / 20) / (2 * 11 * 9 / 380), abs=1e-12)


def test_two_kinds_of_one_place_by_one_person_are_refused(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "ben.jsonl"
    row = {"text": TEXTS[0][2], "label": [[0, 3, "place"], [0, 3, "person"]]}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="Keep one"):
        take_file(case.record, path, "Ben")
    row["label"] = [[0, 3, "place"], [0, 3, "place"]]
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert take_file(case.record, path, "Ben").decisions == 1


def test_an_edited_kind_of_a_statement_keeps_its_row_in_every_format(case: Case, tmp_path: Path) -> None:
    item = next(i for i in find_items(case.record) if i.kind == "attribution")
    steps = page_file(case, tmp_path / "e.jsonl", lambda s: s.__setitem__(slice(None), [
        x | {"state": "edited", "change": {"kind": "claim"}} for x in s if x["target"] == str(item.id)]))  # fmt: skip
    take_file(case.record, steps, case="case")
    before = len(find_items(case.record))
    for by, name in (
        ("", "a.jsonld"),
        ("", "a.csv"),
        ("Ben", "a.jsonl"),
        ("Cyra", "a.json"),
        ("Dara", "a.zip"),
    ):
        export_annotations(case.record, tmp_path / name, kinds=["attribution"])
        if name == "a.json":
            tasks = json.loads((tmp_path / name).read_text(encoding="utf-8"))
            tasks = [{"data": t["data"], "annotations": t["predictions"]} for t in tasks]
            (tmp_path / name).write_text(json.dumps(tasks), encoding="utf-8")
        assert take_file(case.record, tmp_path / name, by).new_spans == 0
    assert len(find_items(case.record)) == before
    told = {by: row["change"]["kind"] for (target, by), row in last_by_person(decision_rows(case.record)).items()
            if target == item.id}  # fmt: skip
    assert told == {"Ana": "claim", "Ben": "claim", "Cyra": "claim", "Dara": "claim"}
