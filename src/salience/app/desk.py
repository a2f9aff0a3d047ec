"""The desk: one open case, shared by every page and every question that runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from salience.app.jobs import Jobs
from salience.app.sessions import Password, Sessions
from salience.case import RECORD_FILE, Case
from salience.case_file import read_case_file
from salience.errors import CaseError, SalienceError
from salience.record.restricted import Names, plain_words, private_names
from salience.record.store import Record

KEPT_AT_MOST = 64
WAIT_TO_WRITE = 10.0
# What a change to the case shows itself by; read again when one of them is newer.
OWN_FILES = (
    "case.toml", "sources.csv", "aliases.csv", "actors.csv", "issues.csv", "positions.csv", "relations.csv",
    "seats.csv", "weights.csv", "attributes.csv", "population.csv", "claims.toml",
)  # fmt: skip

Made = TypeVar("Made")


class Desk:
    """One case, open for pages in many threads.

    Parameters
    ----------
    folder : Path
        The case folder.
    read_only : bool
        Change nothing in it, whatever is asked.
    restricted : bool
        Show what is restricted (see `record/restricted.py`); only for the person at this machine.
    host, port : str, int
        Where it is served.
    password : Password, optional
        Needed where others can reach the server.

    Raises
    ------
    SalienceError
        The case or its record cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        restricted: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        password: Password | None = None,
    ) -> None:
        self.folder, self.read_only, self.restricted = folder, read_only, restricted
        self.host, self.port, self.password = host, port, password
        self.sessions = Sessions(port)
        # A case whose record is not made yet, and may not be, is shown as an empty one.
        empty = read_only and not (folder / RECORD_FILE).is_file()
        file = Path(":memory:") if empty else folder / RECORD_FILE
        read_case_file(folder)
        self._record = Record(file, read_only=read_only and not empty)
        try:
            self._case = Case(folder, read_only=read_only, record=self._record)
        except SalienceError:
            self._record.close()
            raise
        # What is wrong with the case's files since somebody changed them; what was read before stays in use.
        self.fault = ""
        self._opening, self._writer = threading.Lock(), threading.RLock()
        self._seen = self._stamps()
        self._settled: tuple[Any, ...] = ()
        self._changes = self._decisions = 0
        self.jobs = Jobs(self)
        self._kept: dict[tuple[Any, ...], Any] = {}
        self._making: dict[str, threading.RLock] = {}

    @property
    def case(self) -> Case:
        """The case as its files are now; its record belongs to no thread, so read through `reading()`."""
        with self._opening:
            stamps = self._stamps()
            if stamps != self._seen:
                self._seen = stamps
                try:
                    self._case = Case(self.folder, read_only=self.read_only, record=self._record)
                    self.fault = ""
                except SalienceError as error:
                    self.fault = str(error)
            return self._case

    @property
    def names(self) -> Names:
        """Names of private persons, to be masked in whatever leaves; none where they may be seen."""
        if self.restricted or self.case.file.persons == "keep":
            return Names()

        def find() -> Names:
            with self.reading() as record:
                plain = self.keep("plain words", lambda: plain_words(record), by_decisions=False)
                return private_names(record, plain)

        return self.keep("names", find)

    @contextmanager
    def reading(self) -> Iterator[Record]:
        """Give a record to read from, on a connection that only this block uses."""
        record = self._record.sharing()
        try:
            yield record
        finally:
            record.close()

    @contextmanager
    def asking(self) -> Iterator[Case]:
        """Give a case to ask or look through, on a connection of its own; its record cannot be written."""
        case = self.case.sharing()
        try:
            yield case
        finally:
            case.close()

    @contextmanager
    def writing(self, *, only_decisions: bool = False, wait: float = WAIT_TO_WRITE) -> Iterator[Case]:
        """Give a case to change, to one block at a time.

        Parameters
        ----------
        only_decisions : bool
            Nothing but decisions is added, so what was worked out from events stays true.
        wait : float
            For so many seconds where somebody else writes.

        Raises
        ------
        CaseError
            The server was started for reading only, or somebody else writes for longer.
        """
        if self.read_only:
            raise CaseError("this case is open for reading only; nothing was changed")
        if not self._writer.acquire(timeout=wait):
            raise CaseError(
                "another change of this case is under way; nothing was changed. Try again in a while."
            )
        try:
            case = self.case.sharing(read_only=False)
            try:
                yield case
            finally:
                self._decisions += 1
                self._changes += not only_decisions
                case.close()
        finally:
            self._writer.release()

    def settle(self, progress: Callable[[str, float], None] | None = None) -> None:
        """Let the record follow the case's own lists, where it may be written and they were changed."""
        case = self.case
        if not self.read_only and self._settled != self._seen:
            with self.writing(wait=threading.TIMEOUT_MAX) as case:
                case.settle(progress)
                self._settled = self._seen

    def keep(self, name: str, make: Callable[[], Made], *more: Any, by_decisions: bool = True) -> Made:
        """Return what `make` gives, made once for this state of the case and these further values.

        Parameters
        ----------
        name : str
            What it is.
        make : callable
            Makes it from the record or the case's files; must depend on nothing else.
        *more
            Hashable values that it depends on too.
        by_decisions : bool
            Whether it depends on what people decided in review, too.
        """
        key = (name, self._changes, by_decisions and self._decisions, self._stamps(), *more)
        with self._opening:
            making = self._making.setdefault(name, threading.RLock())
        # Who comes second waits for the first instead of doing the same work beside it.
        with making:
            if key not in self._kept:
                made = make()
                with self._opening:
                    while len(self._kept) >= KEPT_AT_MOST:
                        self._kept.pop(next(iter(self._kept)))
                    self._kept[key] = made
                return made
            found: Made = self._kept[key]
            return found

    def close(self) -> None:
        """Stop what runs and close the record once nobody writes; safe to call twice."""
        self.jobs.close()
        with self._writer:
            self._record.close()

    def _stamps(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for name in OWN_FILES:
            try:
                stat = (self.folder / name).stat()
            except OSError:
                continue
            found.append((name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)
