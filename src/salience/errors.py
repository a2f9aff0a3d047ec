"""What can go wrong, said to the analyst rather than to the programmer."""

from __future__ import annotations


class SalienceError(Exception):
    """The parent of every error this package raises on purpose."""


class InputError(SalienceError):
    """A file cannot be taken: which file, where in it, what was found, what was expected, what to do.

    Parameters
    ----------
    message : str
        What was found and what was expected, in plain words.
    file : str, optional
        The file's name as the user gave it.
    line : int, optional
        Its physical line, counted from 1.
    column : str, optional
        The column's name in the file.
    """

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        self.file, self.line, self.column, self.reason = file, line, column, message
        where = ", ".join(
            part
            for part in (
                file,
                f"line {line:,}" if line is not None else None,
                f"column {column}" if column is not None else None,
            )
            if part
        )
        super().__init__(f"{where}: {message}" if where else message)


class MissingInputError(InputError):
    """An input file is nowhere to be found."""


class CaseError(SalienceError):
    """A case folder or its `case.toml` is not as it must be; names the key."""


class RecordError(SalienceError):
    """The record cannot be opened, read or written."""


class QuestionError(SalienceError):
    """A question cannot be asked with these parameters, or of this record."""


class NothingToAskError(QuestionError):
    """The record holds nothing that the question could be asked of; the question makes an answer of it."""


class MethodError(SalienceError):
    """Arrays of wrong shape or content, or an estimate that does not exist."""
