"""Disparity: how often intervals and bounds hold the truth, what batches do, and how long a million persons take.

Run: python benchmarks/conduct_disparity.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from salience.case import new_case, open_case
from salience.methods import rates

SHARE, RATIO, PERSONS = 0.15, 2.0, 200
UNKNOWN = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


def print_intervals(runs: int) -> None:
    """Coverage of each interval of a ratio of two Poisson rates, with statsmodels' in the same run."""
    rng = np.random.default_rng(1)
    designs = [(4.0, 2.0, 1.0), (20.0, 10.0, 1.0), (20.0, 200.0, 0.1), (60.0, 60.0, 1.0), (3.0, 30.0, 0.1)]
    print("\n| expected events | exact | mid-P | Jeffreys | score | statsmodels sqrtcc |")
    print("|---|---|---|---|---|---|")
    for one, two, exposure in designs:
        truth = one / exposure / two
        x, y = rng.poisson(one, runs), rng.poisson(two, runs)
        held = []
        for method in rates.METHODS:
            ends = [
                rates.rate_ratio([a, b], [exposure, 1.0], method=method) for a, b in zip(x, y, strict=True)
            ]
            held.append(np.mean([e.low <= truth <= e.high for e in ends]))
        held.append(peer(x, y, exposure, truth))
        cells = " | ".join(f"{100 * h:.1f} %" for h in held)
        print(f"| {one:g} against {two:g}, exposure {exposure:g} to 1 | {cells} |", flush=True)


def peer(x: np.ndarray, y: np.ndarray, exposure: float, truth: float) -> float:
    try:
        from statsmodels.stats.rates import confint_poisson_2indep
    except ImportError:
        return float("nan")
    held = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for a, b in zip(x, y, strict=True):
            low, high = confint_poisson_2indep(a, exposure, b, 1.0, method="sqrtcc", compare="ratio")
            held.append(low <= truth <= high)
    return float(np.mean(held))


def print_unknown(runs: int) -> None:
    """Coverage for shares of unknown from 0 to 60 %: when they are like the known, and when they are not."""
    rng = np.random.default_rng(2)
    print("\n| unknown | like the known: interval | bounds | group half as often named: interval | bounds |"
          " width of bounds |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for unknown in UNKNOWN:
        cells: list[float] = []
        width = 0.0
        for ratio_of_naming in (1.0, 0.5):
            held = bounded = 0
            # Chances of being named that leave this share unknown over all.
            members = RATIO * SHARE
            others = (1 - unknown) / (1 - members + members * ratio_of_naming)
            if others > 1:
                cells += [np.nan, np.nan]  # so few unknown cannot hold so many of the group
                continue
            group = others * ratio_of_naming
            for number in rng.binomial(PERSONS, members, runs):
                x, y = rng.binomial(number, group), rng.binomial(PERSONS - number, others)
                found = rates.bounds_with_unknown([x, y], PERSONS - x - y, [SHARE] * 3)
                held += found.like_known.low <= RATIO <= found.like_known.high
                bounded += found.limits[0] <= RATIO <= found.limits[1]
                width = found.limits[1] / found.limits[0]
            cells += [held / runs, bounded / runs]
        text = " | ".join("–" if np.isnan(c) else f"{100 * c:.1f} %" for c in cells)
        print(f"| {100 * unknown:.0f} % | {text} | × {width:.1f} |", flush=True)


def print_structures(runs: int) -> None:
    """Coverage of the ratio within places, of places' pooled ratios, and of all when persons come in raids."""
    print("\n| what | coverage |\n|---|---|")
    rng = np.random.default_rng(3)
    kinds = (
        ("one ratio in all places", 0.0),
        ("places differ (sd .4 of the log)", 0.4),
        ("places differ (sd 1)", 1.0),
    )
    for name, spread in kinds:
        common = pooled = typical = another = 0
        for _ in range(runs):
            share, number = rng.uniform(0.05, 0.5, 12), rng.integers(3, 60, 12)
            ratio = RATIO * np.exp(spread * rng.standard_normal(12))
            odds = ratio * share / (1 - share)
            x = rng.binomial(number, odds / (1 + odds))
            counts, shares = np.stack([x, number - x], axis=1), np.repeat(share[:, None], 3, axis=1)
            one = rates.common_ratio(counts, shares).ratio
            many = rates.pool_ratios(counts, shares)
            common += one.low <= RATIO <= one.high
            pooled += ((many.low <= ratio) & (ratio <= many.high)).mean()
            typical += many.typical[1] <= RATIO <= many.typical[2]
            new = RATIO * np.exp(spread * rng.standard_normal())
            another += many.another[1] <= new <= many.another[2]
        counted = {
            "common ratio": common,
            "typical place": typical,
            "each place": pooled,
            "another place": another,
        }
        for what, held in counted.items():
            print(f"| {name}: {what} | {100 * held / runs:.1f} % |", flush=True)
    for together in (0.0, 0.3, 1.0):
        plain = widened = 0
        for _ in range(runs):
            size = rng.geometric(1 / 3, 70)
            whole = rng.random(70) < together
            first = rng.random(70) < RATIO * SHARE
            x = np.where(whole, size * first, rng.binomial(size, RATIO * SHARE))
            k = size.astype(float)
            squares = [[(x * x).sum(), (x * k).sum(), (k * k).sum()]]
            dispersion = rates.dispersion_of_batches([x.sum()], [k.sum()], squares, [70])
            for wide in (False, True):
                found = rates.uncertain_share_ratio(
                    [x.sum(), (k - x).sum()], [SHARE] * 3, dispersion=dispersion if wide else 1.0
                )
                held = found.low <= RATIO <= found.high
                widened, plain = widened + (wide and held), plain + (not wide and held)
        what = f"70 raids of 3 on average, {100 * together:.0f} % of one group"
        print(f"| {what}: batches ignored | {100 * plain / runs:.1f} % |")
        print(f"| {what}: widened | {100 * widened / runs:.1f} % |", flush=True)
    for error in (0.05, 0.1, 0.2):
        carried = ignored = 0
        factor = np.exp(1.96 * error)
        for number in rng.binomial(2000, RATIO * SHARE, runs):
            stated = SHARE * np.exp(error * rng.standard_normal())
            wide = rates.uncertain_share_ratio(
                [number, 2000 - number], [stated / factor, stated, stated * factor]
            )
            narrow = rates.share_ratio(number, 2000, stated)
            carried += wide.low <= RATIO <= wide.high
            ignored += narrow.low <= RATIO <= narrow.high
        what = f"population table errs by {100 * error:.0f} %, 2,000 persons"
        print(f"| {what}: share taken as exact | {100 * ignored / runs:.1f} % |")
        print(f"| {what}: its interval carried | {100 * carried / runs:.1f} % |", flush=True)


def print_speed() -> None:
    """Seconds to import and to answer, by number of rows."""
    print("\n| persons | import s | answer s |\n|---|---|---|")
    for number in (10_000, 100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as name:
            folder = new_case(Path(name) / "case")
            rng = np.random.default_rng(4)
            groups = np.array(["A", "B", "C", ""])[rng.choice(4, number, p=[0.3, 0.2, 0.1, 0.4])]
            places = rng.integers(0, 30, number)
            lines = (
                f"2020-01-01,P{p},{g},S,{k // 3},1\n"
                for k, (p, g) in enumerate(zip(places, groups, strict=True))
            )
            (Path(name) / "persons.csv").write_text(
                "date,place,group,source,incident,count\n" + "".join(lines)
            )
            shares = (("A", 0.5), ("B", 0.3), ("C", 0.2))
            table = (f"{g},P{p},{s * 0.9},{s},{s * 1.1},1000,x\n" for p in range(30) for g, s in shares)
            header = "group,place,share_low,share_best,share_high,persons,source\n"
            (folder / "population.csv").write_text(header + "".join(table))
            with open_case(folder) as case:
                start = time.perf_counter()
                case.add(Path(name) / "persons.csv", "persons")
                middle = time.perf_counter()
                case.ask("disparity", group="A")
                print(
                    f"| {number:,} | {middle - start:.1f} | {time.perf_counter() - middle:.1f} |", flush=True
                )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(
        f"{runs} draws a cell: coverage of 95 % is known to about ± {200 * np.sqrt(0.05 * 0.95 / runs):.1f} points."
    )
    print_speed()
    print_unknown(runs)
    print_structures(runs)
    print_intervals(runs)


if __name__ == "__main__":
    main()
