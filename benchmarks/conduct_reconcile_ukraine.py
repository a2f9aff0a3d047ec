"""Cumulative claims of losses in Ukraine (Radford et al. 2023): biases by source and target, and a fitted series.

    python benchmarks/conduct_reconcile_ukraine.py ukraine_loss_reports_radford2023.csv [series.html]

Prints Markdown tables; with a second argument draws the series of Russian military deaths as a page. Reports of one
day's losses (162 of 4,609) are left out: the model is of totals so far.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from salience.methods.reports import Cumulative, reconcile_cumulative

SHOWN = "Military Deaths-Russia"
THIRD = ("US Source", "GB Source", "Other")
Source = tuple[str, str]


def fit_claims(path: Path) -> tuple[Cumulative, list[str], list[Source]]:
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["time_frame"] == "Cumulative"]
    series = sorted({r["loss_type"] for r in rows})
    of = [
        (r["claim_source"], "civilians" if "Civilian" in r["category"] else r["loss_country"]) for r in rows
    ]
    sources = sorted(set(of))
    number = np.array([float(r["loss_count"]) for r in rows])
    found = reconcile_cumulative(
        np.array([series.index(r["loss_type"]) for r in rows]),
        np.array([float(r["days"]) for r in rows]),
        np.array([sources.index(s) for s in of]),
        np.where([r["maximum"] == "1" for r in rows], np.nan, number),  # "up to": no lowest
        np.where([r["minimum"] == "1" for r in rows], np.nan, number),  # "at least": no highest
        seed=1,
    )
    return found, series, sources


def print_biases(found: Cumulative, sources: list[Source]) -> None:
    print("| source | of losses of | reports | times the mean of the others | scatters by a factor of |")
    print("|---|---|---|---|---|")
    for k, (name, target) in enumerate(sources):
        run = found.tendency(k)
        said = "–" if run is None else f"{run.value:.2f} ({run.low:.2f}–{run.high:.2f})"
        scatter = np.exp(np.median(found.spread[..., k]))
        print(f"| {name} | {target} | {found.accounts[k]:,} | {said} | {scatter:.2f} |")


def print_one_series(found: Cumulative, series: list[str], sources: list[Source]) -> None:
    """Print contrasts within one series, against the geometric mean of third parties."""
    j = series.index(SHOWN)
    cells = {
        sources[b]: k
        for k, (b, s) in enumerate(zip(found.cell_bias, found.cell_series, strict=True))
        if s == j
    }
    third = np.mean([found.cell[:, cells[s, "Russia"]] for s in THIRD], axis=0)
    print(f"\n| {SHOWN}: source | times third parties' | total on the last day if it is right |")
    print("|---|---|---|")
    for (name, target), k in cells.items():
        value, low, high = np.exp(np.quantile(found.cell[:, k] - third, [0.5, 0.025, 0.975]))
        got = found.series(j, sources.index((name, target)))
        assert got is not None
        _, level = got
        print(
            f"| {name} | {value:.2f} ({low:.2f}–{high:.2f}) | {level.value[-1]:,.0f} ({level.low[-1]:,.0f}–"
            f"{level.high[-1]:,.0f}) |"
        )


def draw_series(found: Cumulative, series: list[str], sources: list[Source], target: Path) -> None:
    from salience.questions.reconcile.figures import chart_series

    levels = {
        name: found.series(series.index(SHOWN), sources.index((name, "Russia")))
        for name in ("UA Source", *THIRD)
    }
    figure = chart_series({k: v for k, v in levels.items() if v is not None}, "Russian military deaths")
    figure.to_chart().save(str(target))


if __name__ == "__main__":
    fitted, kinds, who = fit_claims(Path(sys.argv[1]))
    print(f"Worst R-hat {fitted.rhat:.3f}, fewest effective draws {fitted.ess:.0f}.\n")
    print_biases(fitted, who)
    print_one_series(fitted, kinds, who)
    if len(sys.argv) > 2:
        draw_series(fitted, kinds, who, Path(sys.argv[2]))
