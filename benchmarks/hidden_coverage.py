"""How often the intervals of the capture methods hold the truth, in simulated conflicts.

    python benchmarks/hidden_coverage.py [--seeds 200] [--events 1000]

Four worlds of four lists; in the first the methods' assumptions hold, in the others some fail. Prints one Markdown
table a world. With 200 conflicts a coverage of 95 % is known to ± 3 points.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from salience.errors import MethodError
from salience.methods import capture
from salience.worlds.lists import Lists, capture_worlds, draw_lists

Row = tuple[str, float | None, float | None, float | None]


def two_largest(lists: Lists) -> capture.PopulationEstimate:
    on = lists.patterns.T @ lists.counts
    first, second = np.argsort(-on)[:2]
    both = lists.counts[lists.patterns[:, first] & lists.patterns[:, second]].sum()
    return capture.chapman(int(on[first]), int(on[second]), int(both))


def averaged(lists: Lists) -> capture.PopulationEstimate:
    found = capture.log_linear(lists.patterns, lists.counts).averaged
    assert found is not None
    return found


METHODS: dict[str, Callable[[Lists], capture.PopulationEstimate]] = {
    "Chapman, two largest lists": two_largest,
    "Chao's lower bound": lambda x: capture.chao_lower(x.patterns, x.counts),
    "log-linear, independence": lambda x: capture.log_linear(x.patterns, x.counts, ()),
    "log-linear, best BIC": lambda x: capture.log_linear(x.patterns, x.counts),
    "log-linear, averaged by BIC": averaged,
    "decomposable graphs": lambda x: capture.decomposable(x.patterns, x.counts),
    "latent classes": lambda x: capture.latent_class(x.patterns, x.counts),
}


def try_methods(world: str, events: int, seed: int) -> tuple[int, list[Row]]:
    lists = draw_lists(capture_worlds(events)[world], seed)
    rows: list[Row] = []
    for name, method in METHODS.items():
        try:
            found = method(lists)
            rows.append((name, found.estimate, found.low, found.high))
        except MethodError:
            rows.append((name, None, None, None))
    return lists.total, rows


def print_world(world: str, results: list[tuple[int, list[Row]]]) -> None:
    print(f"\n**{world}**, {len(results)} conflicts\n")
    print("| method | interval holds the truth | too low | too high | median error | median width | none |")
    print("|---|---|---|---|---|---|---|")
    for i, name in enumerate(METHODS):
        truth = np.array([total for total, _ in results], dtype=float)
        estimate, low, high = (
            np.array([np.nan if rows[i][k] is None else rows[i][k] for _, rows in results], dtype=float)
            for k in (1, 2, 3)
        )
        given = np.isfinite(low) & np.isfinite(high)
        under, over = (high < truth)[given].mean(), (low > truth)[given].mean()
        error = np.nanmedian(estimate / truth - 1)
        width = np.median(((high - low) / truth)[given])
        print(
            f"| {name} | {100 * (1 - under - over):.1f} % | {100 * under:.1f} % | {100 * over:.1f} % | "
            f"{100 * error:+.1f} % | {100 * width:.0f} % | {100 * (1 - given.mean()):.1f} % |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--events", type=int, default=1000)
    options = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for world in capture_worlds():
            work = partial(try_methods, world, options.events)
            print_world(world, list(pool.map(work, range(options.seeds), chunksize=5)))


if __name__ == "__main__":
    main()
