"""The table: audit, equal shares, proportional approval under limits, 1,000 draws, leximin. Prints one table.

    python benchmarks/table.py

100 constituencies, 60 actors, 15 seats. The package abcvoting 2.19, which has no weights, took 0.012 to 0.09 s for
equal shares on profiles of this size; sortition-algorithms with a commercial solver took 11.6 s for a leximin panel of
30 of 200 (figures measured once, on a machine of two cores).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from salience.methods.lottery import fair_lottery
from salience.methods.seats.audit import find_witnesses, violated
from salience.methods.seats.limits import Limits, make_limits, unit
from salience.methods.seats.profile import read_profile, read_seated
from salience.methods.seats.proposal import proportional_approval
from salience.methods.seats.rules import equal_shares

VOTERS, ACTORS, SEATS, DRAWS = 100, 60, 15, 1000


def measure(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    wall, cpu = [], []
    for _ in range(times):
        start, begin = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - begin)
    return min(wall), min(cpu)


def near_profile(rng: np.random.Generator) -> np.ndarray:
    """Constituencies and actors as points; who is within a fifth is approved."""
    voters, actors = rng.random((VOTERS, 2)), rng.random((ACTORS, 2))
    return np.asarray(np.linalg.norm(voters[:, None] - actors[None], axis=2) < 0.2)


def some_limits(rng: np.random.Generator) -> Limits:
    women, region = 0.8 * rng.random(ACTORS), rng.integers(0, 5, ACTORS)
    rules = [("women", women - 0.3, 0.0)]
    rules += [(f"region {r}", (region == r).astype(float), 2.0) for r in range(5)]
    rules += [
        (f"veto {a} {b}", -unit(ACTORS, a, b), -1.0) for a, b in rng.permutation(ACTORS)[:20].reshape(10, 2)
    ]
    return make_limits(ACTORS, rules)


def draws_of_both(
    weights: np.ndarray, approvals: np.ndarray, listed: np.ndarray, rng: np.random.Generator
) -> None:
    for _ in range(DRAWS):
        profile = read_profile(weights * rng.uniform(0.8, 1.2, VOTERS), approvals)
        violated(profile, listed)
        equal_shares(profile.weights, profile.approvals, SEATS)


def worst_audit(rng: np.random.Generator) -> tuple[float, float]:
    """Time the slowest of 100 audits of bad lists: the 15 actors nearest a corner, or any 15."""
    times = []
    for k in range(100):
        voters, actors = rng.random((VOTERS, 2)), rng.random((ACTORS, 2))
        approvals = np.linalg.norm(voters[:, None] - actors[None], axis=2) < rng.choice([0.2, 0.3, 0.45])
        corner = np.argsort(np.linalg.norm(actors - 0.1, axis=1))
        listed = (corner if k % 2 else rng.permutation(ACTORS))[:SEATS]
        weights = rng.dirichlet(np.ones(VOTERS))
        times.append(measure(lambda w=weights, a=approvals, x=listed: find_witnesses(w, a, x), 1))
    return max(times, key=lambda pair: pair[1])


def make_pool(rng: np.random.Generator) -> tuple[np.ndarray, list[int], list[int]]:
    features, least, most = [], [], []
    for size in (2, 4, 3, 5, 2, 6):
        value = rng.choice(size, 200, p=rng.dirichlet(np.ones(size) * 4))
        target = rng.dirichlet(np.ones(size) * 8)
        for v in range(size):
            features.append(value == v)
            share = 0.5 * (value == v).mean() + 0.5 * target[v]
            least.append(max(0, int(np.floor(30 * share)) - 1))
            most.append(int(np.ceil(30 * share)) + 1)
    return np.array(features).T, least, most


def main() -> None:
    rng = np.random.default_rng(0)
    weights, limits = rng.dirichlet(2 * np.ones(VOTERS)), some_limits(rng)
    near, sparse = near_profile(rng), rng.random((VOTERS, ACTORS)) < 0.1
    listed = read_seated(np.arange(SEATS), ACTORS)
    pool = make_pool(np.random.default_rng(1))
    rows: list[tuple[str, str, tuple[float, float]]] = []
    for name, approvals in (("near", near), ("sparse", sparse)):

        def run(work: Callable[[np.ndarray], object], a: np.ndarray = approvals) -> tuple[float, float]:
            return measure(lambda: work(a))

        rows.append(
            (
                f"audit, three axioms, every witness ({name})",
                "0.1",
                run(lambda a: find_witnesses(weights, a, listed)),
            )
        )
        rows.append((f"equal shares ({name})", "0.05", run(lambda a: equal_shares(weights, a, SEATS))))
        rows.append(
            (
                f"equal shares under 16 limits ({name})",
                "–",
                run(lambda a: equal_shares(weights, a, SEATS, limits)),
            )
        )
        rows.append(
            (
                f"PAV under 16 limits ({name})",
                "1",
                run(lambda a: proportional_approval(weights, a, SEATS, limits)),
            )
        )
        rows.append(
            (f"1,000 draws of audit and equal shares ({name})", "10",
             measure(lambda a=approvals: draws_of_both(weights, a, listed, np.random.default_rng(2)), 1))
        )  # fmt: skip
    rows.append(("the slowest audit of 100 bad lists", "0.1", worst_audit(np.random.default_rng(3))))
    rows.append(("leximin, 30 of 200, 6 categories", "5", measure(lambda: fair_lottery(*pool, 30), 1)))
    profile = read_profile(weights, near)
    assert violated(profile, listed).jr
    print("| task | bound, s | wall, s | processor, s |\n|---|---|---|---|")
    for task, bound, (wall, cpu) in rows:
        print(f"| {task} | {bound} | {wall:.4f} | {cpu:.4f} |")


if __name__ == "__main__":
    main()
