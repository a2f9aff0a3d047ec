"""Work that goes on while pages are read: two at once, each with its progress, each of which can be stopped."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from salience.errors import SalienceError

if TYPE_CHECKING:
    from salience.app.desk import Desk

AT_ONCE, REMEMBERED = 2, 100

Tell = Callable[[str, float], None]
State = Literal["waiting", "running", "stopping", "done", "failed", "stopped"]


class StoppedError(Exception):
    """Somebody stopped the question; raised through its progress callback."""


@dataclass(slots=True)
class Job:
    """One piece of work: a question that was asked, a file that is taken in.

    Attributes
    ----------
    number : str
        Names it in its address.
    kind : str
        "ask" or "add"; with `title` it heads the page.
    title : str
        The question's name, the file's name.
    state : str
        waiting, running, stopping; then done, failed or stopped.
    stage, share : str, float
        What is being done, and how much of the work is behind.
    page : str
        The address of what came of it, once it is done.
    key : str
        Of a question: names the kept answer.
    error, fault : str
        Why it failed, in a sentence; the number in the log when it was the program's fault.
    """

    number: str
    kind: Literal["ask", "add"]
    title: str
    work: Callable[[Job, Tell], str] = field(repr=False)
    state: State = "waiting"
    stage: str = ""
    share: float = 0.0
    page: str = ""
    key: str = ""
    error: str = ""
    fault: str = ""
    _interrupt: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "stopped")


class Jobs:
    """The work of one desk.

    Parameters
    ----------
    desk : Desk
        Whose case is asked.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, question: str, params: Mapping[str, Any], seed: int = 0) -> Job:
        """Ask a question in the background.

        Parameters
        ----------
        question : str
            Its name.
        params : mapping
            As for `Case.ask`; what is left out is taken from `case.toml`, then from the question.
        seed : int
            For what is drawn by chance.
        """

        def ask(job: Job, tell: Tell) -> str:
            self._desk.settle(tell)
            with self._desk.asking() as case:
                job._interrupt = case.record.connection.interrupt
                tell("", 0.0)
                # One state of the record from the first query to the last, whoever decides something meanwhile.
                case.record.connection.begin()
                job.key = case.ask(question, seed=seed, progress=tell, **params).key
            return f"/answers/{question}/{job.key}"

        return self.run("ask", question, ask)

    def run(self, kind: Literal["ask", "add"], title: str, work: Callable[[Job, Tell], str]) -> Job:
        """Do some work in the background.

        Parameters
        ----------
        kind, title : str
            What it is called.
        work : callable
            Is given the job, and what to tell of a stage and the share done; that raises when somebody stops the
            job. Returns the address of what came of it.
        """
        job = Job(secrets.token_hex(8), kind, title, work)
        with self._lock:
            self._jobs[job.number] = job
            self._forget()
            if len(self._threads) < AT_ONCE:
                # Daemons: a step that cannot be stopped must not keep the program alive.
                self._threads.append(threading.Thread(target=self._work, daemon=True))
                self._threads[-1].start()
        self._waiting.put(job)
        return job

    def find(self, number: str) -> Job | None:
        """Return a job by its number; None when there is none, or it is long over."""
        return self._jobs.get(number)

    def recent(self) -> list[Job]:
        """Return the jobs, the latest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def stop(self, job: Job) -> None:
        """Stop a job: at once when it waits or reads the record, else at its next step."""
        with self._lock:
            if job.state == "waiting":
                job.state = "stopped"
            elif job.state == "running":
                job.state = "stopping"
            interrupt = job._interrupt
        if interrupt is not None and job.state == "stopping":
            interrupt()

    def close(self, timeout: float = 5.0) -> None:
        """Stop everything, and wait a little for it."""
        for job in self.recent():
            self.stop(job)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout)
        self._threads = []

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            with self._lock:
                if job.state != "waiting":
                    continue
                job.state = "running"
            self._run(job)

    def _run(self, job: Job) -> None:
        """Do the work, and note how it ended."""
        from salience.app.faults import note_fault

        def tell(stage: str, share: float) -> None:
            if job.state == "stopping":
                raise StoppedError
            job.stage, job.share = stage, max(job.share, min(1.0, share))

        ended: State = "failed"
        try:
            job.page = job.work(job, tell)
            ended = "done"
        except StoppedError:
            ended = "stopped"
        except duckdb.InterruptException as error:
            if job.state == "stopping":
                ended = "stopped"
            else:
                job.fault = note_fault(error)
        except SalienceError as error:
            job.error = str(error)
        except Exception as error:
            # Whatever it was, the thread goes on to the next question, and the page says so.
            job.fault = note_fault(error)
        with self._lock:
            job._interrupt, job.state = None, ended

    def _forget(self) -> None:
        over = [number for number, job in self._jobs.items() if job.ended]
        for number in over[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[number]
