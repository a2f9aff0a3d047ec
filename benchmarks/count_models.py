"""The zero-truncated Poisson model against statsmodels at row level, in one run, and its time by cells.

`python benchmarks/count_models.py`; about two minutes, nearly all of them statsmodels with dummies.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import poisson
from statsmodels.discrete.truncated_model import TruncatedLFPoisson

from salience.methods.counts import fit_zero_truncated

COLUMNS = 10


def main() -> None:
    print(f"{'what':<68}{'seconds':>10}{'ratio':>8}{'coefficients differ by':>25}")
    compare_without_groups(100_000)
    compare_with_groups(10_000, 100)
    y, x, group = simulate(100_000, 1_000)
    seconds, fit = timed(lambda: fit_zero_truncated(y, x, groups=group))
    report("ours, 100,000 rows, 1,000 groups eliminated", seconds, f"converged: {fit.converged}")
    clusters = group // 50
    seconds, fit = timed(lambda: fit_zero_truncated(y, x, groups=group, clusters=clusters))
    report("  the same with CRV3 over 20 clusters", seconds, f"converged: {fit.converged}")
    by_cells()


def compare_without_groups(n: int) -> None:
    y, x, _ = simulate(n, 1)
    X = np.column_stack([np.ones(n), x])
    seconds, fit = timed(lambda: fit_zero_truncated(y, X))
    report(f"ours, {n:,} rows, {COLUMNS} columns and a constant", seconds, f"converged: {fit.converged}")
    for method in ("bfgs", "newton"):
        theirs, oracle = timed(lambda method=method: fit_statsmodels(y, X, method), repeat=1)
        compare(f"  statsmodels ({method})", theirs, seconds, fit.coefficients, oracle)
    seconds, fit = timed(lambda: fit_zero_truncated(y, X, family="negative_binomial"))
    theta = f"theta {fit.dispersion:g}"
    report("  ours, negative binomial (the counts are Poisson)", seconds, theta)


def compare_with_groups(n: int, groups: int) -> None:
    """Compare at a size that statsmodels can take: it needs a column for each group."""
    y, x, group = simulate(n, groups)
    seconds, fit = timed(lambda: fit_zero_truncated(y, x, groups=group))
    report(f"ours, scaled down to {n:,} rows, {groups} groups", seconds, f"converged: {fit.converged}")
    dummies = np.column_stack([x, group[:, None] == np.arange(groups)]).astype(float)
    theirs, oracle = timed(lambda: fit_statsmodels(y, dummies, "bfgs"), repeat=1)
    compare("  statsmodels (bfgs), a dummy for each group", theirs, seconds, fit.coefficients, oracle)


def by_cells() -> None:
    """Time fits of a million rows held in ever more cells: time follows the cells, not the rows."""
    for cells in (1_000, 10_000, 100_000):
        y, x, group = simulate(cells, 50)
        spread = y + np.random.default_rng(1).negative_binomial(0.5, 0.2, cells)
        for counts, family, name in ((y, "poisson", "Poisson"), (spread, "negative_binomial", "NB2")):
            for clusters, label in ((None, ""), (group % 20, ", CRV3 (20 clusters)")):
                seconds, fit = time_cells(counts, x, family, clusters)
                what = f"ours, 1,000,000 rows in {cells:,} cells, {name}{label}"
                report(what, seconds, f"converged: {fit.converged}")


def time_cells(
    counts: np.ndarray, x: np.ndarray, family: str, clusters: np.ndarray | None
) -> tuple[float, Any]:
    X = np.column_stack([np.ones(len(x)), x])
    weights = np.full(len(x), 1_000_000 // len(x))
    return timed(lambda: fit_zero_truncated(counts, X, weights, family, clusters=clusters))


def simulate(n: int, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw truncated counts, columns and groups."""
    rng = np.random.default_rng(3)
    group = rng.integers(0, groups, n)
    x = rng.normal(size=(n, COLUMNS))
    mu = np.exp(0.3 + x @ rng.normal(0, 0.2, COLUMNS) + rng.normal(0, 0.5 * (groups > 1), groups)[group])
    return poisson.ppf(rng.uniform(np.exp(-mu), 1.0), mu).clip(1), x, group


def fit_statsmodels(y: np.ndarray, X: np.ndarray, method: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TruncatedLFPoisson(y, X, truncation=0).fit(method=method, disp=0, maxiter=500)


def timed(run: Callable[[], Any], repeat: int = 5) -> tuple[float, Any]:
    """Return the median time of a few runs, and the last result."""
    taken = []
    for _ in range(repeat):
        begin = time.perf_counter()
        result = run()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken)), result


def compare(what: str, theirs: float, ours: float, coefficients: np.ndarray, oracle: Any) -> None:
    found = coefficients[np.isfinite(coefficients)]
    apart = np.abs(oracle.params[: len(found)] - found).max()
    note = "" if oracle.mle_retvals["converged"] else ", not converged"
    report(what, theirs, f"{apart:.1e}{note}", theirs / ours)


def report(what: str, seconds: float, note: str, ratio: float | None = None) -> None:
    print(f"{what:<68}{seconds:>10.3f}{'' if ratio is None else f'{ratio:.0f}x':>8}{note:>25}", flush=True)


if __name__ == "__main__":
    main()
