"""How often series without a change are said to have one, how often intervals hold the truth, and how long it takes.

    python benchmarks/conduct_change.py [--runs 1000]

Counts of 72 months with mean 10 whose log intensity is autoregressive (stationary standard deviation 0.5); the date is
month 36 unless the table says otherwise. Prints Markdown tables; with 1,000 series 5 % is known to ± 1.4 points.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from salience.methods import series

MONTHS, AT = 72, 36


def draw(
    rng: np.random.Generator,
    months: int = MONTHS,
    mean: float = 10.0,
    persistence: float = 0.7,
    spread: float = 0.5,
    ratio: float = 1.0,
    at: int = AT,
) -> np.ndarray:
    shock = spread * np.sqrt(1 - persistence**2) * rng.standard_normal(months)
    walk = np.empty(months)
    walk[0] = spread * rng.standard_normal()
    for m in range(1, months):
        walk[m] = persistence * walk[m - 1] + shock[m]
    return rng.poisson(mean * np.exp(walk - spread**2 / 2) * np.where(np.arange(months) >= at, ratio, 1.0))


def false_alarms(runs: int) -> None:
    print(f"\n**False alarms at 5 %**, {runs} series without any change\n")
    print(
        "| autocorrelation | Poisson | quasi-Poisson | negative binomial | HAC | best of all dates | placebo rank |"
    )
    print("|---|---|---|---|---|---|---|")
    for persistence, spread in ((0.0, 0.0), (0.0, 0.5), (0.4, 0.5), (0.7, 0.5), (0.9, 0.5)):
        rng, alarms = np.random.default_rng(1), np.zeros(6)
        for _ in range(runs):
            y = draw(rng, persistence=persistence, spread=spread)
            design = series.step_design(MONTHS, AT)
            fit = series.interrupted(y, design)
            wide = series.interrupted(y, design, family="negative_binomial")
            step, scale = abs(fit.coefficients[-1]), np.sqrt(fit.dispersion)
            best = max(
                abs(one.coefficients[-1]) / one.standard_errors[-1]
                for one in (
                    series.interrupted(y, series.step_design(MONTHS, s)) for s in range(6, MONTHS - 5, 3)
                )
            )
            alarms += [
                step / (fit.standard_errors[-1] / scale) > 1.96,
                step / fit.standard_errors[-1] > 1.96,
                abs(wide.coefficients[-1]) / wide.standard_errors[-1] > 1.96,
                step / fit.hac_errors[-1] > 1.96,
                best > 1.96,
                series.placebo_rank(y, AT, window=series.usual_window(MONTHS, 12)).p_value <= 0.05,
            ]
        name = f"{persistence}" if spread else "0, Poisson"
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in alarms / runs) + " |", flush=True)


def coverage(runs: int) -> None:
    print(f"\n**Coverage of the 95 % interval and power of the rank**, {runs} series each\n")
    print(
        "| months | date at | mean | autocorrelation | ratio | holds the truth | rank ≤ 5 % | half-width, times |"
    )
    print("|---|---|---|---|---|---|---|---|")
    worlds = [
        (48, 26, 10, 0.7, 0.5, 1.0), (48, 26, 10, 0.7, 0.5, 3.0), (72, 36, 10, 0.7, 0.5, 1.0),
        (72, 36, 10, 0.7, 0.5, 3.0), (72, 16, 10, 0.7, 0.5, 1.0), (72, 36, 10, 0.4, 0.3, 2.0),
        (72, 36, 10, 0.9, 0.5, 3.0), (120, 85, 10, 0.7, 0.5, 1.0), (120, 85, 10, 0.7, 0.5, 3.0),
        (120, 85, 2, 0.7, 0.5, 3.0), (120, 85, 10, 0.7, 0.5, 1 / 3),
    ]  # fmt: skip
    for months, at, mean, persistence, spread, ratio in worlds:
        rng, held, shown, width = np.random.default_rng(2), 0, 0, []
        for _ in range(runs):
            y = draw(rng, months, mean, persistence, spread, ratio, at)
            rank = series.placebo_rank(y, at, window=series.usual_window(months, 12), drift=True)
            held += rank.low <= np.log(ratio) <= rank.high
            shown += rank.p_value <= 0.05
            width.append(np.exp((rank.high - rank.low) / 2))
        print(
            f"| {months} | {at} | {mean} | {persistence} ({spread}) | {ratio:.2g} | {100 * held / runs:.1f} % | "
            f"{100 * shown / runs:.1f} % | {np.median(width):.1f} |",
            flush=True,
        )


def windows(runs: int) -> None:
    print(f"\n**Power of the rank by window**, step of 3, {runs} series each\n")
    sizes = (3, 4, 6, 9, 12, 18)
    print("| months | " + " | ".join(f"{w}" for w in sizes) + " | used |")
    print("|---" * (len(sizes) + 2) + "|")
    for months, at in ((48, 26), (72, 36), (120, 85)):
        cells = []
        for window in sizes:
            rng = np.random.default_rng(3)
            shown = [
                series.placebo_rank(draw(rng, months, ratio=3.0, at=at), at, window=window).p_value <= 0.05
                for _ in range(runs)
            ]
            cells.append(f"{100 * np.mean(shown):.0f} %")
        print(f"| {months} | " + " | ".join(cells) + f" | {series.usual_window(months, 12)} |", flush=True)


def undated(runs: int) -> None:
    print(f"\n**Share of series with a probability of no change under 5 %**, {runs} series each\n")
    print(
        "| autocorrelation | ratio | periods independent | dispersion between neighbours | over the long run |"
    )
    print("|---|---|---|---|---|")
    for persistence, spread, ratio in (
        (0.0, 0.0, 1.0), (0.0, 0.5, 1.0), (0.4, 0.5, 1.0), (0.7, 0.5, 1.0), (0.9, 0.5, 1.0),
        (0.0, 0.0, 1.5), (0.4, 0.5, 3.0), (0.7, 0.5, 3.0),
    ):  # fmt: skip
        rng, seen = np.random.default_rng(4), np.zeros(3)
        for _ in range(runs):
            y = draw(rng, persistence=persistence, spread=spread, ratio=ratio)
            for i, size in enumerate((1.0, series.local_dispersion(y), series.long_run_dispersion(y))):
                seen[i] += (
                    series.change_points(y, dispersion=size, most=6, shortest=2, draws=1).no_change < 0.05
                )
        name = f"{persistence}" if spread else "0, Poisson"
        print(f"| {name} | {ratio} | " + " | ".join(f"{x:.3f}" for x in seen / runs) + " |", flush=True)


def times() -> None:
    print("\n**Seconds**\n\n| what | seconds |\n|---|---|")
    rng = np.random.default_rng(5)
    for periods in (120, 520, 3000):
        y = rng.poisson(10.0, periods)
        for name, work in (
            (
                "quasi-Poisson with step",
                lambda y=y, n=periods: series.interrupted(y, series.step_design(n, n // 2)),
            ),
            ("placebo rank with interval", lambda y=y, n=periods: series.placebo_rank(y, n // 2, window=12)),
            ("change points, up to 8", lambda y=y: series.change_points(y)),
        ):
            start = time.perf_counter()
            work()
            print(f"| {periods:,} periods: {name} | {time.perf_counter() - start:.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    times()
    undated(max(runs // 3, 50))
    coverage(max(runs // 2, 50))
    windows(max(runs // 2, 50))
    false_alarms(runs)


if __name__ == "__main__":
    main()
