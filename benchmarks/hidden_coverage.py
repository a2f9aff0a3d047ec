"""How often the intervals of the capture methods hold the truth, in simulated conflicts.

    python benchmarks/hidden_coverage.py [--seeds 200] [--events 1000]
    python benchmarks/hidden_coverage.py --strata 20      # by actor, in conflicts as `salience world` draws them

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
from salience.questions.hidden.lists import add_up
from salience.worlds import World
from salience.worlds.lists import Lists, capture_worlds, draw_lists
from salience.worlds.simulate import simulate

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


def try_strata(seed: int) -> tuple[int, list[capture.PopulationEstimate]]:
    """Return the true number of events and three estimates: by actor, latent classes without, decomposable graphs."""
    truth = simulate(World(), seed)
    kinds = np.array([o.kind for o in truth.world.outlets])
    held = np.stack([truth.carried[:, kinds == kind].any(axis=1) for kind in np.unique(kinds)], axis=1)
    held = held[:, np.argsort(-held.sum(axis=0))[:5]]
    dyads = np.array([f"{c.side_a} - {c.side_b}" for c in truth.world.campaigns])
    stratum = np.unique(dyads, return_inverse=True)[1][truth.events.campaign]
    on = held.any(axis=1)
    largest = np.argsort(-np.bincount(stratum[on]), kind="stable")
    rank = np.minimum(np.argsort(largest)[stratum[on]], 8)
    rows, counts = np.unique(np.column_stack([held[on], rank]), axis=0, return_counts=True)
    lists, strata = rows[:, :-1].astype(bool), rows[:, -1]
    by_actor = capture.stratified(lists, counts, strata, draws=1000, seed=seed).total
    together, number = add_up(lists, counts)
    return len(truth.events), [
        by_actor,
        capture.latent_class(together, number, draws=1000, seed=seed),
        capture.decomposable(together, number),
    ]


def print_strata(seeds: int) -> None:
    done = [try_strata(seed) for seed in range(1, seeds + 1)]
    print(f"| {seeds} conflicts | intervals that hold the truth | median error |\n|---|---|---|")
    for k, name in enumerate(("latent classes, by actor", "latent classes", "decomposable graphs")):
        found = [(total, each[k]) for total, each in done]
        held = sum(e.low is not None and e.high is not None and e.low <= n <= e.high for n, e in found)
        error = np.median([(e.estimate or np.nan) / n - 1 for n, e in found])
        print(f"| {name} | {held} | {100 * error:+.1f} % |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--strata", type=int, default=0, help="conflicts, for the estimate by actor")
    options = parser.parse_args()
    if options.strata:
        print_strata(options.strata)
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for world in capture_worlds():
            work = partial(try_methods, world, options.events)
            print_world(world, list(pool.map(work, range(options.seeds), chunksize=5)))


if __name__ == "__main__":
    main()
