"""Asking in the browser: forms, answers, rows behind numbers, two answers side by side."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from app_client import send
from salience.app.desk import Desk
from salience.case_file import read_case_file
from salience.errors import RecordError
from salience.questions.catalogue import question_names
from salience.record.conditions import check_condition


def ask(desk: Desk, client: Any, question: str, **fields: str) -> str:
    """Ask a question and return the answer's address."""
    sent = send(desk, client, f"/questions/{question}/run", fields)
    assert sent.status_code == 303, sent.text
    number = sent.headers["location"].rpartition("/")[2]
    job = desk.jobs.find(number)
    assert job is not None
    for _ in range(600):
        if job.ended:
            break
        time.sleep(0.05)
    assert job.state == "done", (job.state, job.error, job.fault)
    return job.page


@pytest.fixture(scope="module")
def answers(desk: Desk) -> list[str]:
    from app_client import enter

    client = enter(desk)
    return [ask(desk, client, "attention"), ask(desk, client, "attention", level="0.9", left_out="0")]


def test_all_questions_are_listed_and_have_a_form(client: Any) -> None:
    page = client.get("/questions").text
    for name in question_names():
        assert f'href="/questions/{name}"' in page
        form = client.get(f"/questions/{name}")
        assert form.status_code == 200
        assert f'action="/questions/{name}/run"' in form.text
    assert client.get("/questions/weather").status_code == 404


def test_an_answer_is_shown_with_its_rows_one_click_away(client: Any, answers: list[str]) -> None:
    page = client.get(answers[0]).text
    assert "single_source" in page
    rows = client.get(f"{answers[0]}/rows?estimate=single_source")
    assert rows.status_code == 200
    assert re.search(r'href="/events/-?\d+"', rows.text)
    last = client.get(f"{answers[0]}/rows?estimate=single_source&page=9999")
    assert last.status_code == 200
    for link in re.findall(r'(?:href|data-spec)="(/answers/[^"#]+)"', page):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_tables_are_sent_whole_and_without_formulas(client: Any, answers: list[str]) -> None:
    told = client.get(f"{answers[0]}.json").json()
    name = told["tables"][0]["name"]
    text = client.get(f"{answers[0]}/tables/{name}.csv").text
    assert len(text.splitlines()) >= len(told["tables"][0]["rows"]) + 1
    assert not re.search(r"(?m)(^|,)[=@]", text)
    assert client.get(f"{answers[0]}/tables/none.csv").status_code == 404


def test_two_answers_stand_side_by_side(client: Any, answers: list[str]) -> None:
    left, right = (address.removeprefix("/answers/") for address in answers)
    page = client.get(f"/compare?left={left}&right={right}").text
    assert "left out" in page
    assert "0.95" in page and "0.9" in page
    assert client.get(f"/compare?left={left}&right=attention/000000000000").status_code == 404
    assert client.get("/compare?left=../../etc&right=x").status_code == 422


def test_what_is_wrong_stands_at_its_field(desk: Desk, client: Any) -> None:
    page = send(desk, client, "/questions/attention/run", {"level": "2", "compare": "One\r\nOne"})
    assert page.status_code == 422
    assert 'id="level-fault"' in page.text
    assert "less than 1" in page.text
    assert 'value="2"' in page.text
    both = send(desk, client, "/questions/attention/run", {"compare": "One\r\nOne"})
    assert "two different labels" in both.text
    seed = send(desk, client, "/questions/attention/run", {"seed": "no"})
    assert seed.status_code == 422


def test_saving_writes_the_case_file(desk: Desk, client: Any, case_folder: Path) -> None:
    sent = send(desk, client, "/questions/hidden/save", {"count": "victims", "draws": "200"})
    assert sent.status_code == 303
    assert read_case_file(case_folder).questions["hidden"] == {"count": "victims", "draws": 200}
    form = client.get(sent.headers["location"]).text
    assert 'value="200"' in form
    assert '<option value="victims" selected>' in form


def test_the_form_is_filled_in_as_an_answer_was_asked(client: Any, answers: list[str]) -> None:
    key = answers[1].rpartition("/")[2]
    assert 'value="0.9"' in client.get(f"/questions/attention?from={key}").text


@pytest.mark.parametrize(
    "condition",
    [
        "id IN (SELECT id FROM report)",
        "TRUE; DROP TABLE event",
        "read_text('/etc/passwd') IS NOT NULL",
        "deaths_best > 3 -- and",
        "deaths_best > 3 /* x */",
        "(deaths_best > 3",
        "deaths_best) OR (TRUE",
        "",
    ],
)
def test_a_condition_that_does_more_than_choose_is_refused(condition: str) -> None:
    with pytest.raises(RecordError, match="not understood"):
        check_condition("event", condition)


def test_a_forged_answer_reaches_no_other_rows(client: Any, desk: Desk, answers: list[str]) -> None:
    question, key = answers[0].split("/")[2:]
    kept = desk.folder / "answers" / f"{question}-{key}.json"
    told = json.loads(kept.read_text(encoding="utf-8"))
    told["evidence"] = [
        {
            "name": "x",
            "table": "event",
            "n": 5,
            "ids": [],
            "condition": "read_text('/etc/passwd') IS NOT NULL",
        }
    ]
    (kept.parent / f"{question}-0123456789ab.json").write_text(json.dumps(told), encoding="utf-8")
    page = client.get(f"/answers/{question}/0123456789ab/rows")
    assert page.status_code == 400
    assert "not understood" in page.text
