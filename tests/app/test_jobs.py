"""Questions run beside the pages, two at once; they can be stopped, and a failure is a sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_client import enter, send, wait_until, words_of
from salience.app.desk import Desk
from salience.app.jobs import Job
from salience.case import Case
from salience.errors import QuestionError


@pytest.fixture
def desk(case_folder: Path) -> Iterator[Desk]:
    """Return a desk of this test's own, so that its jobs are the only ones."""
    opened = Desk(case_folder)
    yield opened
    opened.close()


def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Make every question report progress until this event is set, so that a test can look at it running."""
    go = threading.Event()

    def ask(self: Case, question: str, *, seed: int = 0, progress: Any = None, **params: Any) -> Any:
        while not go.is_set():
            progress("counting sources", 0.25)
            go.wait(0.01)
        raise QuestionError("there is nothing to count")

    monkeypatch.setattr(Case, "ask", ask)
    return go


def test_an_answer_is_kept_and_found_again(desk: Desk) -> None:
    first = desk.jobs.start("attention", {})
    wait_until(lambda: first.ended)
    assert first.state == "done" and first.share > 0
    assert (desk.folder / "answers" / f"attention-{first.key}.json").is_file()
    again = desk.jobs.start("attention", {})
    wait_until(lambda: again.ended)
    assert again.key == first.key
    assert "attention" in enter(desk).get("/jobs").text
    assert enter(desk).get(f"/jobs/{first.number}").headers["location"] == f"/answers/attention/{first.key}"


def test_the_page_tells_progress_and_stops_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held(monkeypatch)
    client = enter(desk)
    job = desk.jobs.start("attention", {})
    wait_until(lambda: job.share == 0.25)
    assert client.get(f"/jobs/{job.number}.json").json() == {
        "state": "running", "words": "Working: counting sources", "share": 0.25,
    }  # fmt: skip
    page = client.get(f"/jobs/{job.number}").text
    assert "counting sources" in words_of(page)
    assert '<noscript><meta http-equiv="refresh"' in page  # without scripts the page brings itself up to date
    assert send(desk, client, f"/jobs/{job.number}/stop", {}).status_code == 303
    wait_until(lambda: job.ended)
    assert job.state == "stopped" and not job.key
    assert "Nothing was kept" in client.get(f"/jobs/{job.number}").text


def test_two_run_at_once_and_the_third_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go = held(monkeypatch)
    jobs = [desk.jobs.start("attention", {}, seed) for seed in range(3)]
    wait_until(lambda: [j.state for j in jobs] == ["running", "running", "waiting"])
    desk.jobs.stop(jobs[2])
    assert jobs[2].state == "stopped"
    go.set()
    wait_until(lambda: all(job.ended for job in jobs))
    assert jobs[0].error == "there is nothing to count"


def test_a_query_under_way_is_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = threading.Event()

    def ask(self: Case, question: str, **more: Any) -> Any:
        reading.set()
        # Hours of work for any machine.
        self.record.rows("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")

    monkeypatch.setattr(Case, "ask", ask)
    job = desk.jobs.start("attention", {})
    wait_until(lambda: reading.is_set() and job.state == "running")

    def stopped() -> bool:
        desk.jobs.stop(job)
        return job.ended

    wait_until(stopped)
    assert job.state == "stopped"


def test_a_fault_of_the_program_is_a_number_and_not_a_traceback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(self: Case, question: str, **more: Any) -> Any:
        raise ZeroDivisionError("Daro Venn")

    monkeypatch.setattr(Case, "ask", ask)
    client, job = enter(desk), desk.jobs.start("attention", {})
    wait_until(lambda: job.ended)
    page = client.get(f"/jobs/{job.number}").text
    assert job.state == "failed" and job.fault in page
    assert "Daro Venn" not in page and "Traceback" not in page


def test_what_is_wrong_with_the_parameters_is_said(desk: Desk) -> None:
    client, job = enter(desk), desk.jobs.start("attention", {"deaths": "many"})
    wait_until(lambda: job.ended)
    assert "deaths" in words_of(client.get(f"/jobs/{job.number}").text)
    assert client.get("/jobs/0123456789abcdef").status_code == 404


def test_a_job_is_asked_of_one_state_of_the_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def ask(self: Case, question: str, **more: Any) -> Any:
        counted.append(self.record.rows("SELECT count(*) AS n FROM source")[0]["n"])
        with desk.writing() as case, case.record.transaction() as connection:
            connection.execute("INSERT INTO source (id, name) VALUES (1, 'Late Paper')")
        counted.append(self.record.rows("SELECT count(*) AS n FROM source")[0]["n"])
        raise QuestionError("enough")

    monkeypatch.setattr(Case, "ask", ask)
    job: Job = desk.jobs.start("attention", {})
    wait_until(lambda: job.ended)
    with desk.writing() as case, case.record.transaction() as connection:
        connection.execute("DELETE FROM source WHERE id = 1")
    assert job.error == "enough" and counted[0] == counted[1]
