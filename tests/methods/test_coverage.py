"""Intervals of 95 % hold the truth in about 95 % of simulated worlds.

Bounds are 3.5 binomial standard errors from 95 %: 4.4 points with 300 worlds, 3.8 with 400.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from salience.methods.binary import fit_logit
from salience.methods.counts import fit_poisson, fit_zero_truncated
from salience.methods.margins import predictive_margins


def noise(worlds: int) -> float:
    return 3.5 * np.sqrt(0.95 * 0.05 / worlds)


@pytest.mark.parametrize(
    ("family", "theta", "worlds"), [("poisson", None, 400), ("negative_binomial", 1.5, 300)]
)
def test_intervals_of_truncated_models_cover(draw_truncated, family, theta, worlds) -> None:
    rng = np.random.default_rng(100)
    deaths = np.repeat([0, 1, 3, 10, 40], 60)
    X = np.column_stack([np.ones(300), np.log1p(deaths), np.arange(300) % 2])
    truth = np.array([-0.3, 0.4, -0.2])
    hits = np.zeros(3)
    for _ in range(worlds):
        fit = fit_zero_truncated(draw_truncated(np.exp(X @ truth), rng, theta=theta), X, family=family)
        assert fit.converged
        low, high = fit.interval().T
        hits += (low <= truth) & (truth <= high)
    assert (np.abs(hits / worlds - 0.95) < noise(worlds)).all(), hits / worlds


def test_margins_of_truncated_negative_binomial_cover(draw_truncated) -> None:
    rng = np.random.default_rng(101)
    worlds, theta = 300, 1.5
    x = np.tile([0.0, 1.0, 2.0], 100)
    X = np.column_stack([np.ones(300), x])
    mu = np.exp(0.2 + 0.5 * np.array([0.0, 2.0]))
    truth = mu / (1 - nbinom.pmf(0, theta, theta / (theta + mu)))
    hits = np.zeros(2)
    for _ in range(worlds):
        y = draw_truncated(np.exp(0.2 + 0.5 * x), rng, theta=theta)
        margins = predictive_margins(
            fit_zero_truncated(y, X, family="negative_binomial"), X, [{1: 0.0}, {1: 2.0}]
        )
        hits += (margins.low <= truth) & (truth <= margins.high)
    assert (np.abs(hits / worlds - 0.95) < noise(worlds)).all(), hits / worlds


def test_clustered_intervals_cover_with_twenty_unequal_clusters() -> None:
    # Clusters of 6 to 44 rows share a shock and part of the column. CRV3 may fall short by three points with
    # clusters so unequal; what ignores them is far off.
    rng = np.random.default_rng(102)
    worlds = 300
    cluster = np.repeat(np.arange(20), np.arange(6, 46, 2))
    hits = {"CRV3": 0, "hessian": 0}
    for _ in range(worlds):
        x = 0.7 * rng.normal(size=len(cluster)) + 0.7 * rng.normal(size=20)[cluster]
        y = rng.poisson(np.exp(0.3 + 0.5 * x) * rng.gamma(4.0, 0.25, 20)[cluster])
        X = np.column_stack([np.ones(len(x)), x])
        for kind, options in (("CRV3", {"clusters": cluster}), ("hessian", {"vcov": "hessian"})):
            low, high = fit_poisson(y, X, **options).interval()[1]
            hits[kind] += low <= 0.5 <= high
    assert 0.95 - 0.03 - noise(worlds) < hits["CRV3"] / worlds < 0.95 + noise(worlds), hits
    assert hits["hessian"] / worlds < 0.75, hits


def test_clustered_intervals_cover_in_truncated_counts_and_logit() -> None:
    # A third of the rows of a cluster share one uniform draw, so that each row keeps its distribution.
    rng = np.random.default_rng(103)
    worlds, theta = 200, 1.5
    cluster = np.repeat(np.arange(20), np.arange(6, 46, 2))
    hits = {"truncated": 0, "logit": 0}
    for _ in range(worlds):
        x = 0.7 * rng.normal(size=len(cluster)) + 0.7 * rng.normal(size=20)[cluster]
        X = np.column_stack([np.ones(len(x)), x])
        shared = rng.uniform(size=len(x)) < 1 / 3
        u = np.where(shared, rng.uniform(size=20)[cluster], rng.uniform(size=len(x)))
        p = theta / (theta + np.exp(0.3 + 0.5 * x))
        y = nbinom.ppf(p**theta + u * (1 - p**theta), theta, p).clip(1)
        low, high = fit_zero_truncated(y, X, family="negative_binomial", clusters=cluster).interval()[1]
        hits["truncated"] += low <= 0.5 <= high
        low, high = fit_logit(u < 1 / (1 + np.exp(0.5 - 0.8 * x)), X, clusters=cluster).interval()[1]
        hits["logit"] += low <= 0.8 <= high
    for kind, count in hits.items():
        assert 0.95 - 0.03 - noise(worlds) < count / worlds < 0.95 + noise(worlds), (kind, hits)
