"""A case folder in; a record, answers and a report out: the main job."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from salience.case_file import (
    CASE_FILE,
    SOURCE_COLUMNS,
    SOURCES_FILE,
    CaseFile,
    check_params,
    new_case_text,
    read_case_file,
    read_sources,
)
from salience.case_inputs import (
    RAW,
    find_inputs,
    list_absent,
    list_input,
    read_actors,
    settle,
    state_terms,
    take_in,
    write_whole,
)
from salience.claims.file import read_claims
from salience.claims.judge import judge_claims
from salience.claims.verdict import Verdict, write_verdicts
from salience.errors import CaseError, RecordError
from salience.linking.source_names import Suggestion, suggest_sources
from salience.questions.answer import Answer, answer_key
from salience.questions.catalogue import find_question
from salience.record.actors import ActorRule
from salience.record.decisions import count_orphans
from salience.record.names import normalise_name
from salience.record.places import unknown_areas
from salience.record.source_names import SourceRule, sources_differ
from salience.record.store import Record
from salience.sources.load import Imported
from salience.sources.place_files import PLACES
from salience.version import __version__

RECORD_FILE, ANSWERS, REPORT = "record.duckdb", "answers", "report.html"

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: the files it took in, the answers, the verdicts on claims, and where the report lies."""

    imports: tuple[Imported, ...]
    answers: tuple[Answer, ...]
    report: Path
    warnings: tuple[str, ...]
    verdicts: tuple[Verdict, ...] = ()


class Case:
    """A case folder.

    Parameters
    ----------
    folder : Path
        With a `case.toml`.
    read_only : bool
        Only look: nothing in the folder is changed, and several programs may look at once.
    data : Path, optional
        Where input files are that do not lie in the case folder; a folder, or the file itself when there is one.
    record : Record, optional
        One that is open already, instead of the folder's own.

    Raises
    ------
    CaseError
        The folder or its `case.toml` is not as it must be.
    InputError
        `sources.csv` is not as it must be.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        data: Path | None = None,
        record: Record | None = None,
    ) -> None:
        self.folder = folder
        self.read_only = read_only
        self.data = data
        self.file: CaseFile = read_case_file(folder)
        self.rules: list[SourceRule] = read_sources(folder)
        self.actors: list[ActorRule] = read_actors(folder)
        self._record = record

    @property
    def record(self) -> Record:
        """What is known and who said so; opened on first use.

        Raises
        ------
        RecordError
            It does not exist yet, is in use by another program, or cannot be opened.
        """
        if self._record is None:
            self._record = Record(self.folder / RECORD_FILE, read_only=self.read_only)
            # Frames that outlive the interpreter's last lines must not find the file open.
            weakref.finalize(self, self._record.close)
        return self._record

    def sharing(self, *, read_only: bool = True) -> Case:
        """Return the same case on a connection of its own, for another thread; closing it closes only that.

        Parameters
        ----------
        read_only : bool
            Leave the record as it is; answers are kept all the same.
        """
        shared = copy(self)
        shared.read_only = read_only or self.read_only
        shared._record = self.record.sharing(read_only=shared.read_only)
        return shared

    def settle(self, progress: Progress | None = None) -> None:
        """Let the record follow the case's own lists, and read the texts that are not read yet."""
        self._settle(progress)

    def add(
        self,
        file: str | Path,
        format: str | None = None,  # noqa: A002 - the words of the command line
        map: str | Path | None = None,  # noqa: A002
        progress: Progress | None = None,
    ) -> Imported:
        """Take a file into the record, keep its bytes in `raw/`, and list it in `case.toml`.

        Parameters
        ----------
        file : str or Path
            UCDP GED, ACLED or any table; plain, `.gz`, `.zip`, XLSX or Parquet.
        format : {"ucdp", "acled", "table"}, optional
            Recognised from the columns when left out.
        map : str or Path, optional
            The TOML mapping of a table.
        progress : callable, optional
            Called with a stage and the share done.

        Returns
        -------
        Imported
            Rows read, kept and set aside; `already` when the record held the file.

        Raises
        ------
        InputError, RecordError
            Nothing was changed.
        """
        path, mapping = Path(file), Path(map) if map is not None else None
        imported = self._import(path, format, mapping, progress)
        self._settle(progress)
        self.file = list_input(self.folder, self.file, self.record, path, imported, mapping)
        return imported

    def ask(self, question: str, *, seed: int = 0, progress: Progress | None = None, **params: Any) -> Answer:
        """Ask a question of the record.

        Parameters
        ----------
        question : str
            Its name: "attention".
        seed : int
            For what is drawn by chance.
        progress : callable, optional
            Called with a stage and the share done.
        **params
            The question's parameters; what is left out is taken from `case.toml`, then from the question.

        Returns
        -------
        Answer
            The one kept in `answers/` when record, parameters, seed and version are the same.

        Raises
        ------
        QuestionError, CaseError
            There is no such question, or a parameter is wrong.
        """
        found = find_question(question)
        given = {**self.file.given(question), **params}
        checked = check_params(question, given, f"question {question}")
        self._settle()
        setting = self.file.setting
        told = {**checked.model_dump(mode="json"), "setting": setting.model_dump(mode="json")}
        key = answer_key(question, told, seed, self.record.fingerprint(), __version__)
        if (kept := self.kept(question, key)) is not None:
            return kept
        answer = found.ask(self.record, checked, setting, seed=seed, version=__version__, progress=progress)
        _write_quietly(self.folder / ANSWERS / f"{question}-{key}.json", answer.to_json())
        # Read back, so that the first answer and the kept one are the same to the last digit.
        return Answer.from_json(answer.to_json())

    def judge(self, progress: Progress | None = None) -> tuple[Verdict, ...]:
        """Judge the claims of `claims.toml`, and write `answers/claims.json` and `answers/claims.csv`.

        Returns
        -------
        tuple of Verdict
            In the order of the file; empty when the case has none.

        Raises
        ------
        InputError
            `claims.toml` is not as it must be; the line is named.
        """
        claims = read_claims(self.folder)
        if claims is None:
            return ()

        def ask(question: str, params: Mapping[str, Any]) -> Answer:
            return self.ask(question, progress=progress, **params)

        verdicts = judge_claims(claims, ask, self.record, progress)
        if not self.read_only:
            write_verdicts(self.folder / ANSWERS, verdicts)
        return verdicts

    def run(self, progress: Progress | None = None, *, interactive: bool = False) -> Run:
        """Take in the inputs of `case.toml`, ask its questions, and write the answers and the report.

        With `interactive`, the report's charts answer to the pointer, and its file is 0.9 MB larger.

        Raises
        ------
        SalienceError
            An input, a parameter or the record is not as it must be; what was taken in before stays.
        """
        from salience.report.page import CaseHead, write_report
        from salience.report.tables import write_tables

        imports = tuple(
            self._import(
                place, i.importer, self.folder / i.map if i.map else None, progress, i.guessed_groups
            )
            for i, place in find_inputs(self.folder, self.file, self.data)
        )
        self._settle(progress)
        # A case may be made of its own tables alone: actors, their positions, who is invited.
        if not self.file.inputs and not self.record.rows(
            "SELECT 1 FROM origin UNION ALL SELECT 1 FROM stakeholder LIMIT 1"
        ):
            raise CaseError(
                f"{CASE_FILE} lists no inputs and the record is empty; `salience add` takes a file in"
            )
        answers = tuple(self.ask(question, progress=progress) for question in self.file.questions)
        verdicts = self.judge(progress)
        for answer in answers:
            write_tables(self.folder / ANSWERS / answer.question, answer)
        if progress:
            progress("writing the report", 0.0)
        warnings = tuple(self.warnings())
        head = CaseHead(self.file.name, self.file.summary, self.file.setting, warnings)
        extra = self._asked_for_claims(verdicts, {answer.key for answer in answers})
        page = self.folder / REPORT
        report = write_report(page, head, self.record, answers, verdicts, extra, interactive=interactive)
        return Run(imports, answers, report, warnings, verdicts)

    def kept(self, question: str, key: str) -> Answer | None:
        """Return an answer that was given before, by its question and key; None when it is not kept."""
        path = self.folder / ANSWERS / f"{question}-{key}.json"
        return Answer.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None

    def _asked_for_claims(self, verdicts: Sequence[Verdict], shown: set[str]) -> list[Answer]:
        """Return the answers that only claims asked for, and write their tables."""
        from salience.report.claims import kept_as
        from salience.report.tables import write_tables

        wanted = {part.answer: part.question for verdict in verdicts for part in verdict.parts if part.answer}
        kept = [self.kept(question, key) for key, question in wanted.items() if key not in shown]
        extra = [answer for answer in kept if answer is not None]
        for answer in extra:
            write_tables(self.folder / ANSWERS / kept_as(answer), answer)
        return extra

    def suggestions(self) -> list[Suggestion]:
        """Return pairs of source names that may be one source; only `sources.csv` makes them one."""
        rows = self.source_rows()
        return suggest_sources([row["name"] for row in rows], [row["events"] for row in rows])

    def source_rows(self) -> list[dict[str, Any]]:
        """Return the sources that tell of events, the most frequent first, with their spellings."""
        self._settle()
        return self.record.rows(
            """SELECT s.name, s.kind, s.country, s.language, s.speaks_for, s.independence_group,
                      count(DISTINCT l.event) AS events, list(DISTINCT a.spelling ORDER BY a.spelling) AS spellings
               FROM source s JOIN source_alias a ON a.source = s.id JOIN account t ON t.alias = a.id
                    JOIN link l ON l.account = t.id
               WHERE s.kind IS DISTINCT FROM 'dataset'
               GROUP BY ALL ORDER BY events DESC, s.name"""
        )

    def set_aside_rows(self) -> list[dict[str, Any]]:
        """Return what could not be taken, row by row, with file, line, column, value and reason."""
        return self.record.rows(
            """SELECT o.file, s.scope, s.line, s."column", s.value, s.reason, s.raw
               FROM set_aside s JOIN origin o ON o.id = s.origin ORDER BY o.file, s.line, s."column" """
        )

    def check(self) -> list[str]:
        """Return what is wrong with the case, in plain sentences; empty when all is well."""
        problems = self.record.check()
        for row in self.record.rows("SELECT file, sha256 FROM origin ORDER BY file"):
            if not any((self.folder / RAW).glob(f"{row['sha256']}*")):
                problems.append(f"raw/ no longer holds the file {row['file']} that the record was made from")
        return problems

    def warnings(self) -> list[str]:
        """Return what a person should look at: inputs that are not here, unused lines of sources.csv."""
        known = {
            row["normalised"] for row in self.record.rows("SELECT DISTINCT normalised FROM source_alias")
        }
        used = {normalise_name(r.canonical) for r in self.rules if normalise_name(r.name) in known}
        unused = [
            rule.name
            for rule in self.rules
            if normalise_name(rule.name) not in known and normalise_name(rule.name) not in used
        ]
        found = list_absent(self.record, self.file)
        # A list of sources is not at fault while the data that name them are not here.
        if unused and not found:
            found.append(
                f"{SOURCES_FILE} names {len(unused)} sources that the record does not: {_some(unused)}"
            )
        if areas := unknown_areas(self.record.connection):
            found.append(
                f"{PLACES} knows no area by {len(areas)} spellings of the data, which stay as they are: {_some(areas)}"
            )
        if orphans := count_orphans(self.record):
            found.append(
                f"{orphans} decided suggestions are no longer made by the reading; their decisions are kept"
            )
        if self.read_only and sources_differ(self.record.connection, self.rules):
            found.append(
                f"{SOURCES_FILE} was changed since the record was made; `salience run` takes it over"
            )
        return found

    def close(self) -> None:
        """Close the record; safe to call twice."""
        if self._record is not None:
            self._record.close()
            self._record = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _import(
        self,
        path: Path,
        importer: str | None,
        mapping: Path | None,
        progress: Progress | None,
        guessed_groups: bool = False,
    ) -> Imported:
        if self.read_only:
            raise RecordError("the case was opened for reading only")
        return take_in(
            self.record, path, self.folder / RAW, importer, mapping, self.rules, progress, guessed_groups
        )

    def _settle(self, progress: Progress | None = None) -> None:
        """Let the record follow `sources.csv` and `aliases.csv`, and read the texts that are not read yet."""
        if not self.read_only:
            settle(self.record, self.folder, self.rules, self.actors, progress)
            state_terms(self.record, self.file.inputs)


def open_case(path: str | Path, *, read_only: bool = False, data: str | Path | None = None) -> Case:
    """Open a case folder.

    Parameters
    ----------
    path : str or Path
        The folder.
    read_only : bool
        Change nothing in it.
    data : str or Path, optional
        Where input files are that do not lie in the folder.

    Returns
    -------
    Case
        Use it in a `with` block, or call `close()`.
    """
    return Case(Path(path), read_only=read_only, data=Path(data) if data is not None else None)


def new_case(path: str | Path) -> Path:
    """Make a case folder with a `case.toml` and a `sources.csv` to fill in.

    Raises
    ------
    CaseError
        The folder holds a case already, or cannot be made.
    """
    folder = Path(path)
    if (folder / CASE_FILE).exists():
        raise CaseError(f"{folder} holds a case already; nothing was changed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / CASE_FILE, new_case_text(folder.resolve().name))
        if not (folder / SOURCES_FILE).exists():
            write_whole(folder / SOURCES_FILE, ",".join(SOURCE_COLUMNS) + "\n")
    except OSError as error:
        raise CaseError(f"cannot make {folder}: {error.strerror}") from error
    return folder


def _write_quietly(path: Path, text: str) -> None:
    """Keep an answer where that is possible; in a read-only folder it is only not kept."""
    try:
        write_whole(path, text)
    except OSError:
        return


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
