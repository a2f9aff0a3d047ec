"""Writing a GED-format file of any size, a piece at a time: to try how importing and counting hold up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from salience.errors import CaseError
from salience.worlds.coding import code_events
from salience.worlds.ged import ged_table
from salience.worlds.simulate import (
    CODING,
    EVENTS,
    PLACES,
    REPORTS,
    draw_events,
    draw_places,
    draw_rates,
    draw_reports,
    stream,
)
from salience.worlds.truth import Truth
from salience.worlds.world import World

PIECE = 50_000  # events drawn at a time, reported or not; bounds the memory


def write_ged(
    path: Path | str,
    events: int = 1_000_000,
    seed: int = 1,
    *,
    world: World | None = None,
    overwrite: bool = False,
) -> None:
    """Write a clean GED-format CSV with a given number of reported events.

    The rows come in pieces of some tens of thousands; each piece runs through the whole period.

    Parameters
    ----------
    path : Path or str
        The file to write.
    events : int
        Number of rows.
    seed : int
        Not negative. The same seed, world and number of rows give the same bytes; a longer file begins with
        a shorter one.
    world : World, optional
        The conflict; Halvanea without. Its own number of events plays no part.
    overwrite : bool
        Replace a file of this name.

    Raises
    ------
    CaseError
        The file exists and `overwrite` is not set, cannot be written, or nobody in this world reports anything.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise CaseError(f"{path}: the file exists. Name another, or ask to overwrite it.")
    if events < 1:
        raise CaseError(f"{events} events were asked for; at least one is needed")
    pieces = _pieces(world or World(), events, seed)
    first = next(pieces)
    reader = pa.RecordBatchReader.from_batches(first.schema, _batches(first, pieces))
    # Written aside and renamed, so that a file under this name is always whole.
    part = path.with_name(path.name + ".part")
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.register("rows", reader)
            target = str(part).replace("'", "''")
            connection.execute(f"COPY (FROM rows) TO '{target}' (FORMAT csv, HEADER, DELIMITER ',')")
        part.replace(path)
    except (duckdb.IOException, OSError) as error:
        part.unlink(missing_ok=True)
        raise CaseError(f"{path}: the file cannot be written: {error}") from error


def _pieces(world: World, wanted: int, seed: int) -> Iterator[pa.Table]:
    """Draw and code pieces of the conflict until so many reported events have been given."""
    places = draw_places(world, stream(seed, PLACES))
    rates = draw_rates(world, stream(seed, EVENTS))
    given = piece = 0
    while given < wanted:
        events = draw_events(world, places, rates, PIECE, stream(seed, EVENTS, piece))
        reports = draw_reports(world, places, events, stream(seed, REPORTS, piece))
        truth = Truth(world, seed, places, events, reports)
        if not len(reports):
            raise CaseError("in this world nobody reports anything; raise the outlets' base chances")
        rng = stream(seed, CODING, piece)
        table = ged_table(truth, code_events(truth, rng), 1 + given, rng).slice(0, wanted - given)
        given += len(table)
        piece += 1
        yield table


def _batches(first: pa.Table, pieces: Iterator[pa.Table]) -> Iterator[pa.RecordBatch]:
    yield from first.to_batches()
    for table in pieces:
        yield from table.to_batches()
