"""The same question in the words of the command line, of Python and of `case.toml`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salience.case_file import CASE_FILE, read_case_file
from salience.case_inputs import write_whole
from salience.errors import CaseError


def as_command(folder: Path, question: str, params: Mapping[str, Any], seed: int = 0) -> str:
    """Return the command that asks the same, for a POSIX shell.

    Parameters
    ----------
    folder : Path
        The case folder, as the command names it.
    question : str
        Its name.
    params : mapping
        What differs from `case.toml`, which the command reads too; tables are left out, for they stand there.
    seed : int
        For what is drawn by chance.
    """
    words = ["salience", "ask", str(folder), question]
    for name, value in params.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, Mapping):
            continue
        if value is True:
            words.append(option)
        elif value is False:
            words.append(f"--no-{name.replace('_', '-')}")
        elif isinstance(value, (list, tuple)):
            words += _several(option, [str(each) for each in value])
        else:
            words += [option, "none" if value is None else str(value)]
    if seed:
        words += ["--seed", str(seed)]
    return shlex.join(words)


def _several(option: str, values: list[str]) -> list[str]:
    """Give each value by itself; a lone one is taken apart at its commas unless they are escaped."""
    if len(values) < 2:
        return [option, "".join(values).replace(",", "\\,")]
    return [word for value in values for word in (option, value)]


def as_python(folder: Path, question: str, params: Mapping[str, Any], seed: int = 0) -> str:
    """Return the lines of Python that ask the same."""
    given = "".join(f", {name}={value!r}" for name, value in params.items() if not isinstance(value, Mapping))
    seeded = f", seed={seed}" if seed else ""
    return (
        "import salience\n\n"
        f"with salience.open({str(folder)!r}) as case:\n"
        f"    answer = case.ask({question!r}{given}{seeded})\n"
        "    print(answer.headline)\n"
    )


def save_question(folder: Path, question: str, params: Mapping[str, Any]) -> None:
    """Write a question's parameters into `case.toml`, and keep everything else there as it is, comments too.

    Parameters
    ----------
    folder : Path
        The case folder.
    question : str
        Its name.
    params : mapping
        What differs from what the question has; the file's other parameters of it are taken out, but for tables
        (such as options), which a form cannot hold.

    Raises
    ------
    CaseError
        The file cannot be read or written, or would not be a case any more; it is then unchanged.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = folder / CASE_FILE
    try:
        before = path.read_text(encoding="utf-8-sig")
        document = tomlkit.parse(before)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise CaseError(f"{CASE_FILE} cannot be read: {error}; nothing was changed") from error
    if "questions" not in document:
        document["questions"] = tomlkit.table(is_super_table=True)
    questions: Any = document["questions"]
    if question not in questions:
        questions[question] = tomlkit.table()
    section = questions[question]
    for name in [name for name in section if name not in params and not isinstance(section[name], Mapping)]:
        del section[name]
    for name, value in params.items():
        if not isinstance(value, Mapping):
            section[name] = list(value) if isinstance(value, tuple) else value
    try:
        write_whole(path, tomlkit.dumps(document))
        read_case_file(folder)
    except CaseError as error:
        write_whole(path, before)
        raise CaseError(f"{error}; {CASE_FILE} was left as it was") from error
    except OSError as error:
        raise CaseError(f"{CASE_FILE} cannot be written: {error.strerror}; nothing was changed") from error
