"""What every verb shares: its common options, its errors in plain words, its progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from salience.errors import QuestionError, SalienceError

FAILED, USAGE, FAULT, INTERRUPTED = 1, 2, 70, 130

app = typer.Typer(
    name="salience",
    help="What a conflict's reporting shows, what it leaves out, and what would follow if those were heard.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CaseFolder = Annotated[Path, typer.Argument(metavar="CASE", help="The case folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the program's own traceback when something fails.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="PATH", help="Folder (or file) of input files that are not in the case folder."
    ),
]


@contextmanager
def explained(debug: bool) -> Iterator[None]:
    """Turn what goes wrong into a sentence and an exit code."""
    try:
        yield
    except SalienceError as error:
        if debug:
            raise
        fail(str(error), USAGE if isinstance(error, QuestionError) else FAILED)
    except KeyboardInterrupt:
        fail("stopped; what was not finished was not written", INTERRUPTED)
    except BrokenPipeError:
        # The reader went away, as `head` does; nothing is lost.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if debug:
            raise
        fail(
            f"this is a fault of the program, not of your data, which is unchanged ({type(error).__name__}: {error}). "
            "Repeat with --debug and report what it prints.",
            FAULT,
        )


def fail(message: str, code: int) -> NoReturn:
    """Print an error and end."""
    typer.echo(f"salience: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def progressing(quiet: bool) -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar on the terminal's error stream while work goes on; nothing when nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=1.0)

        def show(stage: str, share: float) -> None:
            bars.update(task, description=stage, completed=share)

        yield show


def quoted(path: Path) -> str:
    """Quote a path for the shell."""
    import shlex

    return shlex.quote(str(path))
