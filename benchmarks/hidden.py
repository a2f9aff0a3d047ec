"""The capture methods: exact graphs, all log-linear models, effective draws a second, strata, first compilation.

    python benchmarks/hidden.py FOLDER-WITH-mse-TABLES

The tables are kosovo.csv, UKdat_5.csv and Ned_5.csv. The figures of the R packages were measured once on a machine of
this kind: dga 1.4 s (UK) and 6.8 s (Netherlands); Rcapture 5 s for 1,024 models; LCMCR 142, 83 and 11 effective draws a
second.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from salience.methods import capture
from salience.methods.capture.graphs import graph_terms

LCMCR = {"kosovo.csv": 142, "UKdat_5.csv": 83, "Ned_5.csv": 11}
NAMES = {"kosovo.csv": "Kosovo", "UKdat_5.csv": "UK", "Ned_5.csv": "Netherlands"}
COMPILE = """
import time
from salience.methods import capture
start = time.perf_counter()
capture.latent_class([[1, 0], [0, 1], [1, 1]], [9, 8, 7], draws=10)
print(time.perf_counter() - start)
"""


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with path.open(newline="") as file:
        rows = np.array([[int(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    rows = rows[rows[:, -1] > 0]
    return rows[:, :-1].astype(bool), rows[:, -1]


def least_time(work: Callable[[], object], times: int = 5) -> float:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def independent(total: int, chances: list[float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    codes = np.array([[code >> j & 1 for j in range(len(chances))] for code in range(2 ** len(chances))])
    weights = np.prod(np.where(codes, chances, 1 - np.array(chances)), axis=1)
    counts = np.random.default_rng(seed).multinomial(total, weights)
    return codes[1:].astype(bool), counts[1:]


def measure_compilation() -> None:
    for what in ("nothing kept", "kept on disk"):
        if what == "nothing kept":
            folder = tempfile.mkdtemp()
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True, check=True
        )
        print(f"first latent class of a process, {what}: {float(done.stdout):.1f} s")


def measure_exact(tables: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    for name in ("UKdat_5.csv", "Ned_5.csv"):
        graph_terms(5)
        cut = 12 * int(tables[name][1].sum())
        took = least_time(lambda name=name, cut=cut: capture.decomposable(*tables[name], max_missing=cut))
        print(f"decomposable graphs, {NAMES[name]}, 822 graphs, R's grid: {took:.3f} s")
    graph_terms.cache_clear()
    six = independent(5000, [0.3, 0.25, 0.2, 0.3, 0.15, 0.2], 1)
    took = least_time(lambda: (graph_terms.cache_clear(), capture.decomposable(*six)), 3)
    print(f"decomposable graphs, six lists, 18,154 graphs, with finding them: {took:.2f} s")
    for name in ("UKdat_5.csv", "Ned_5.csv"):
        took = least_time(lambda name=name: capture.log_linear(*tables[name]), 3)
        print(f"log-linear, {NAMES[name]}, 1,024 models with existence: {took:.2f} s")


def measure_chains(tables: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    print("\n| table | draws | effective | R-hat | s | a second, warm-up included | LCMCR | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, table in tables.items():
        for draws in (1000, 10_000):
            start = time.perf_counter()
            found = capture.latent_class(*table, draws=draws)
            took = time.perf_counter() - start
            rate = found.check.ess_bulk / took
            print(
                f"| {NAMES[name]} | {4 * draws:,} | {found.check.ess_bulk:,.0f} | {found.check.rhat:.3f} | "
                f"{took:.2f} | {rate:,.0f} | {LCMCR[name]} | {rate / LCMCR[name]:.1f} |",
                flush=True,
            )


def measure_sizes() -> None:
    print("\n| recorded | s | effective draws |\n|---|---|---|")
    for total in (2_000, 20_000, 200_000, 2_000_000, 20_000_000):
        table = independent(total, [0.25, 0.2, 0.15, 0.1], 3)
        start = time.perf_counter()
        found = capture.latent_class(*table)
        took = time.perf_counter() - start
        print(f"| {found.n_recorded:,} | {took:.2f} | {found.check.ess_bulk:,.0f} |", flush=True)


def measure_strata(number: int = 100) -> None:
    rng = np.random.default_rng(0)
    patterns, counts, strata = [], [], []
    for s in range(number):
        total = int(rng.integers(30, 400))
        often = rng.random(total) < rng.beta(2, 4)
        chance = np.where(often[:, None], [0.6, 0.5, 0.4, 0.3, 0.3], [0.15, 0.1, 0.12, 0.08, 0.05])
        held = rng.random((total, 5)) < chance
        rows, n = np.unique(held[held.any(axis=1)], axis=0, return_counts=True)
        patterns.append(rows)
        counts.append(n)
        strata.append(np.full(len(n), s))
    start = time.perf_counter()
    found = capture.stratified(np.concatenate(patterns), np.concatenate(counts), np.concatenate(strata))
    took = time.perf_counter() - start
    print(f"\n{number} strata: {took:.1f} s, R-hat of the total {found.total.check.rhat:.3f}")


def main() -> None:
    folder = Path(sys.argv[1])
    tables = {name: read_table(folder / name) for name in LCMCR}
    measure_compilation()
    capture.latent_class(*tables["kosovo.csv"], draws=10)
    measure_exact(tables)
    measure_chains(tables)
    measure_sizes()
    measure_strata()


if __name__ == "__main__":
    main()
