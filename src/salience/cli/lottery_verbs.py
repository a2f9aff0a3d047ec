"""`salience lottery`: delegates by lot, with everybody's chance published before the draw."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salience.cli.running import AsJson, Debug, Quiet, app, explained

if TYPE_CHECKING:
    from salience.questions.table.pool import PoolLottery


@app.command()
def lottery(
    pool: Annotated[
        Path,
        typer.Argument(
            metavar="POOL", help="CSV: a column person (a number, no name), and a column a feature."
        ),
    ],
    seats: Annotated[int, typer.Option(min=1, help="Persons to draw.")],
    quotas: Annotated[
        list[str] | None,
        typer.Option(
            "--quota", metavar="QUOTA", help="'sex: woman >= 50%' or 'region: north <= 4'; may be repeated."
        ),
    ] = None,
    chances: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each person's chance there, as CSV.")
    ] = None,
    draw: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            min=0,
            help="Draw, by a number from a public event that nobody knew when the chances were published.",
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw delegates by lot under quotas, so that the smallest chance of anybody is as large as it can be.

    Publish what it prints first; then draw with --draw. The same pool, quotas and number draw the same persons.
    """
    with explained(debug):
        from salience.questions.table.pool import make_lottery

        found = make_lottery(pool, seats, quotas or [])
        drawn = found.draw(draw) if draw is not None else None
        if chances is not None:
            _write(found, chances)
        if as_json:
            told = found.to_dict() | {"drawn": list(drawn) if drawn is not None else None}
            typer.echo(json.dumps(told, ensure_ascii=False))
        elif not quiet:
            _show(found)
            if drawn is not None:
                typer.echo(f"\nDrawn with {draw}: {', '.join(drawn)}")


def _write(found: PoolLottery, path: Path) -> None:
    from salience.case_inputs import write_whole
    from salience.errors import InputError

    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(["person", "chance"])
    for person, chance in zip(found.pool.persons, found.lottery.chances, strict=True):
        writer.writerow([person, f"{chance:.6f}"])
    try:
        write_whole(path, sink.getvalue())
    except OSError as error:
        raise InputError(f"it cannot be written: {error.strerror}", file=path.name) from error


def _show(found: PoolLottery) -> None:
    from rich.console import Console
    from rich.table import Table

    lottery = found.lottery
    typer.echo(
        f"{found.seats} of {len(found.pool.persons)} persons of {found.pool.file} (SHA-256 {found.pool.sha256[:12]}…) "
        "are drawn."
    )
    for quota in found.quotas:
        typer.echo(f"  quota: {quota}")
    low, high = float(lottery.chances.min()), float(lottery.chances.max())
    equal = "Everybody's chance is" if high - low < 1e-6 else "The smallest chance is"
    rest = "" if high - low < 1e-6 else f", the largest {high:.1%}"
    best = (
        "no lottery that keeps the quotas is fairer"
        if lottery.relaxed
        else f"none gives the smallest more than {lottery.bound:.1%}"
    )
    typer.echo(f"{equal} {low:.1%}{rest}; {best}. {len(lottery.panels)} panels can come out.\n")
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = list(found.kinds[0].features)
    for name in columns:
        table.add_column(name)
    for name in ("in the pool", "chance of each", "seats expected"):
        table.add_column(name, justify="right")
    for kind in found.kinds:
        cells = [kind.features[name] or "not known" for name in columns]
        table.add_row(*cells, str(kind.persons), f"{kind.chance:.1%}", f"{kind.seats:.2f}")
    Console(highlight=False).print(table)
    if low < 1e-9:
        nobody = sum(k.persons for k in found.kinds if k.chance < 1e-9)
        typer.echo(f"\nThe quotas leave {nobody} persons no chance at all.")
