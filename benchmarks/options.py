"""Speed of the bargaining models and of the options question: python benchmarks/options.py FOLDER.

FOLDER holds the negotiation tables (copenhagen.csv, emission_standards.csv, deu3_part.csv). The machine may be shared,
so each rate is printed per second and per second of processor time.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from salience.case import new_case, open_case
from salience.methods import bargaining
from salience.questions.backtest import backtest_file
from salience.questions.landscape.inputs import read_landscape
from salience.questions.options.draws import lay_table
from salience.questions.options.models import MODELS
from salience.questions.options.params import OptionsParams

# Measured beforehand, not in the same run.
PEERS = (
    "KTAB 1.5 to 3.3 s a run of 25 × 3 and 642 s of 100 × 1; the Python replication 73 s a round at 25 actors; "
    "decide-exchange-model 22 s for COP21 (15 × 13, 10 rounds)"
)


def scenarios(draws: int, actors: int = 25, issues: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    shape = (draws, actors, issues)
    return rng.uniform(0, 100, shape), rng.uniform(0.1, 1, shape), rng.uniform(0.1, 1, (draws, actors, 1))


def clock(work: Callable[[], object]) -> tuple[float, float]:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def measure_rates() -> None:
    print(
        "25 actors × 3 issues\n\n| model | scenarios | a second | a CPU second | aimed at, two cores |\n"
        "|---|---|---|---|---|"
    )
    for name, draws, aim, run in (
        ("compromise", 100_000, "200,000", lambda x: bargaining.compromise(*x)),
        ("challenges, as written, 10 rounds", 4000, "2,000", lambda x: bargaining.expected_utility(*x, "as_written")),
        ("challenges, as coded, 10 rounds", 2000, "600", lambda x: bargaining.expected_utility(*x, "as_coded")),
        ("votes of every pair", 4000, "–", lambda x: bargaining.condorcet(*x)),
        ("Nash bargaining", 4000, "–", lambda x: bargaining.nash(*x)),
        ("equal-gain exchange", 1000, "–", lambda x: bargaining.exchange(*x)),
    ):  # fmt: skip
        run(scenarios(2))
        tables = scenarios(draws)
        wall, cpu = min(clock(lambda run=run, tables=tables: run(tables)) for _ in range(3))
        print(f"| {name} | {draws:,} | {draws / wall:,.0f} | {draws / cpu:,.0f} | {aim} |", flush=True)


def measure_copenhagen(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place, open_case(new_case(Path(place) / "case")) as case:
        case.add(folder / "copenhagen.csv", "negotiation")
        table = lay_table(read_landscape(case.record), OptionsParams())
        values = table.draw_values(10_000, 0)
        table.outcomes(values[:4], [model.name for model in MODELS])
        wall, cpu = clock(lambda: table.outcomes(values, [model.name for model in MODELS]))
        print(
            f"\nCopenhagen, 11 × 7, all {len(MODELS)} models on 10,000 draws: {wall:.1f} s, "
            f"{cpu:.1f} s of CPU (aim 15 s)"
        )
        wall, cpu = clock(lambda: case.ask("options"))
        print(f"the whole question on it, without options of the case: {wall:.1f} s, {cpu:.1f} s of CPU")


def show_emission_standards(folder: Path) -> None:
    with (folder / "emission_standards.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    p, s, c = ([[float(row[k])] for row in rows] for k in ("Position", "Salience", "Capability"))
    print("\nEmission standards, medians of rounds 1 to 8:")
    for reading in ("as_written", "as_coded"):
        found = bargaining.expected_utility(p, s, c, reading, 8)
        print(f"  {reading}: {', '.join(f'{v:.3f}' for v in found.outcome[:, 0])}")


def main() -> None:
    folder = Path(sys.argv[1])
    measure_rates()
    print(f"\nPeers: {PEERS}.")
    measure_copenhagen(folder)
    wall, cpu = clock(lambda: backtest_file(folder / "deu3_part.csv"))
    print(f"back-test of 249 issues, all models: {wall:.1f} s, {cpu:.1f} s of CPU")
    show_emission_standards(folder)


if __name__ == "__main__":
    main()
