"""How long the reconcile method takes, and how often its intervals hold the truth in simulated worlds.

    python benchmarks/conduct_reconcile.py                    # speed: 10,000 and 100,000 accounts
    python benchmarks/conduct_reconcile.py --coverage 200     # coverage over 200 worlds of each kind
    python benchmarks/conduct_reconcile.py --deaths 50        # deaths in all, as `salience world` draws them, 50 worlds

Prints Markdown tables. With 200 worlds a coverage of 95 % is known to ± 3 points.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict

import numpy as np

from salience.methods.reports import reconcile
from salience.worlds import World
from salience.worlds.coding import code_events
from salience.worlds.simulate import simulate, stream
from salience.worlds.toll_accounts import draw_accounts
from salience.worlds.tolls import TELLERS, draw_tolls
from salience.worlds.write import CODING

WORLDS = {
    "honest sources": {"lying": False, "vague": False},
    "a lying party": {"lying": True, "vague": False},
    "a lying party; rounded, vague and copied numbers": {"lying": True, "vague": True},
}


def measure_speed() -> None:
    small = draw_accounts(50, 1, lying=True, vague=True)
    reconcile(small.item, small.source, small.low, small.high, bias=small.bias, warmup=5, draws=5)
    print(
        "| accounts | items | seconds | processor seconds | worst R-hat | fewest effective draws | peak MB |"
    )
    print("|---|---|---|---|---|---|---|")
    for events in (2_300, 23_000):
        w = draw_accounts(events, 2, lying=True, vague=True)
        start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
        found = reconcile(w.item, w.source, w.low, w.high, bias=w.bias, copy_of=w.copy_of)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {len(w.item):,} | {len(w.toll):,} | {wall:.1f} | {used:.1f} | {found.rhat:.3f} | {found.ess:.0f} "
            f"| {peak:,.0f} |"
        )


def measure_coverage(runs: int, events: int) -> None:
    print("| | bias of sources | bias of the party | spread | toll of an event | total |")
    print("|---|---|---|---|---|---|")
    for name, kind in WORLDS.items():
        held: dict[str, list[bool]] = defaultdict(list)
        for seed in range(runs):
            w = draw_accounts(events, seed, **kind)
            found = reconcile(
                w.item,
                w.source,
                w.low,
                w.high,
                bias=w.bias,
                copy_of=w.copy_of,
                warmup=300,
                draws=500,
                seed=seed,
            )
            for k in (0, 2, 3, 5):
                ratio, true = found.contrast(k, 1), np.exp(w.true_bias[k])
                assert ratio is not None
                held["party" if k in (3, 5) else "bias"].append(bool(ratio.low <= true <= ratio.high))
            for s in range(4):
                scatter = found.scatter(s)
                held["spread"].append(bool(scatter.low <= np.exp(w.spread[s]) <= scatter.high))
            draws = found.tolls(1)
            linked = np.isfinite(draws[0])
            low, high = np.quantile(draws[:, linked], [0.025, 0.975], axis=0)
            toll = w.toll[: draws.shape[1]][linked]
            held["toll"].append(float(((low <= toll) & (toll <= high)).mean()))  # type: ignore[arg-type]
            ends = np.quantile(draws[:, linked].sum(axis=1), [0.025, 0.975])
            held["total"].append(bool(ends[0] <= toll.sum() <= ends[1]))
        shares = [f"{100 * np.mean(held[key]):.1f} %" for key in ("bias", "party", "spread", "toll", "total")]
        print(f"| {name} | {' | '.join(shares)} |", flush=True)


def measure_deaths_in_all(runs: int) -> None:
    """Print how often intervals hold what sources multiply deaths in all by, against the first, which is right."""
    held: dict[str, list[bool]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    for seed in range(1, runs + 1):
        truth = simulate(World(), seed)
        tolls = draw_tolls(truth, code_events(truth, stream(seed, CODING)))
        assert tolls is not None
        told = np.flatnonzero((tolls.best >= 0) | (tolls.low >= 0) | (tolls.high >= 0))
        repeats = np.array([bool(t.repeats) for t in TELLERS])[tolls.teller[told]]
        told = told[~repeats]
        best, low, high = (
            np.where(x[told] >= 0, x[told], np.nan) for x in (tolls.best, tolls.low, tolls.high)
        )
        item = np.unique(tolls.event[told], return_inverse=True)[1]
        low, high = np.where(np.isnan(best), low, best), np.where(np.isnan(best), high, best)
        found = reconcile(item, tolls.teller[told], low, high, warmup=300, draws=500, seed=seed)
        for j in np.unique(tolls.teller[told])[1:]:
            ratio = found.contrast(int(j), 0)
            assert ratio is not None
            held[TELLERS[j].name].append(bool(ratio.low <= TELLERS[j].bias <= ratio.high))
            values[TELLERS[j].name].append(float(ratio.value))
    print(f"| deaths in all, {runs} worlds | truth | median found | intervals that hold it |")
    print("|---|---|---|---|")
    for name, found_in in values.items():
        bias = next(t.bias for t in TELLERS if t.name == name)
        print(f"| {name} | {bias:g} | {np.median(found_in):.3f} | {100 * np.mean(held[name]):.0f} % |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--coverage", type=int, default=0, help="worlds of each kind")
    parser.add_argument("--events", type=int, default=150)
    parser.add_argument("--deaths", type=int, default=0, help="worlds of `salience world`, for deaths in all")
    chosen = parser.parse_args()
    if chosen.deaths:
        measure_deaths_in_all(chosen.deaths)
    elif chosen.coverage:
        measure_coverage(chosen.coverage, chosen.events)
    else:
        measure_speed()
