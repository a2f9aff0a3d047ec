"""Published results: random effects (BCG trials), raters (anaesthetists); and cumulative claims of losses."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.reports import dawid_skene, random_effects, reconcile_cumulative


@pytest.fixture
def bcg(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(shared_data / "reconcile" / "bcg.csv", delimiter=",", skiprows=1)
    return table[:, 0], table[:, 1]


@pytest.fixture
def ratings(shared_data: Path) -> np.ndarray:
    path = shared_data / "reconcile" / "anaesthesia.csv"
    return np.loadtxt(path, delimiter=",", skiprows=1, dtype=int).T - 1


def test_random_effects_match_metafor_on_bcg(bcg):
    # R package metafor, log relative risk of 13 trials.
    found = random_effects(*bcg)
    assert (found.value, found.standard_error) == pytest.approx((-0.714532, 0.179782), abs=1e-6)
    assert found.between == pytest.approx(0.313243, abs=1e-6)
    moments = random_effects(*bcg, method="DL")
    assert (moments.value, moments.standard_error) == pytest.approx((-0.714117, 0.178742), abs=1e-6)
    wide = random_effects(*bcg, hartung_knapp=True)
    assert (wide.low, wide.high) == pytest.approx((-1.10844, -0.32062), abs=1e-5)


def test_without_difference_random_effects_are_the_precision_weighted_mean():
    y, v = np.array([1.0, 1.1, 0.9]), np.array([1.0, 2.0, 4.0])
    for method in ("REML", "DL", "fixed"):
        found = random_effects(y, v, method=method)
        assert found.between == 0.0
        assert found.value == pytest.approx(np.average(y, weights=1 / v))
    with pytest.raises(MethodError, match="two or more"):
        random_effects([1.0], [1.0])
    with pytest.raises(MethodError, match="positive"):
        random_effects([1.0, 2.0], [1.0, 0.0])


def test_dawid_skene_matches_r_on_the_anaesthetists(ratings):
    # R package rater; Dawid & Skene 1979, table 2. Categories keep the order of the ratings, 1 to 4.
    found = dawid_skene(*ratings, resamples=50)
    assert found.prevalence == pytest.approx([0.4000, 0.4216, 0.1118, 0.0667], abs=5e-5)
    assert found.log_likelihood == pytest.approx(-190.731, abs=5e-4)
    assert found.converged
    assert (found.prevalence_low <= found.prevalence).all() and (
        found.prevalence <= found.prevalence_high
    ).all()
    assert (found.accuracy_low < found.accuracy).all() and (found.accuracy < found.accuracy_high).all()


def test_dawid_skene_recovers_raters_and_outvotes_a_bad_one():
    rng = np.random.default_rng(2)
    truth = rng.choice(3, 600, p=[0.5, 0.3, 0.2])
    right = np.array([0.95, 0.8, 0.7, 0.4])
    said = np.where(
        rng.random((600, 4)) < right, truth[:, None], (truth[:, None] + rng.integers(1, 3, (600, 4))) % 3
    )
    item, rater = np.divmod(np.arange(2400), 4)
    found = dawid_skene(item, rater, said.ravel(), resamples=100)
    assert ((found.accuracy_low < right) & (right < found.accuracy_high)).all()
    most = np.array([np.bincount(row, minlength=3).argmax() for row in said])
    assert (found.probability.argmax(axis=1) == truth).mean() > (most == truth).mean()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0, 1], [0, 0], [0, 1]), "1 raters"),
        (([0, 1], [0, 1], [0, 0]), "1 categories"),
        (([0, 2], [0, 1], [0, 1]), "item 1 has no rating"),
        (([], [], []), "not empty"),
        (([0, 1], [0, 1], [0, -1]), "rating must"),
    ],
)
def test_ratings_that_cannot_be_are_refused(columns, message):
    with pytest.raises(MethodError, match=message):
        dawid_skene(*(np.array(c, dtype=int) for c in columns))


def simulate_cumulative(seed: int):
    """Four series told by a neutral source, by one that doubles and by one that tells a fifth."""
    rng = np.random.default_rng(seed)
    rows = []
    truth = []
    for j in range(4):
        days = np.arange(1, 120)
        total = (
            40 * (j + 1) * days ** (0.8 + 0.1 * j) * np.exp(np.cumsum(0.02 * rng.standard_normal(len(days))))
        )
        truth.append(total)
        for s, (factor, spread) in enumerate([(1.0, 0.15), (2.0, 0.1), (0.2, 0.3)]):
            for t in np.flatnonzero(rng.random(len(days)) < 0.25):
                told = np.rint(total[t] * factor * np.exp(spread * rng.standard_normal()))
                rows.append((j, days[t], s, told, np.nan if rng.random() < 0.1 else told))
    return np.array(rows), truth


def test_cumulative_biases_and_series_are_recovered():
    rows, truth = simulate_cumulative(1)
    found = reconcile_cumulative(
        rows[:, 0].astype(int),
        rows[:, 1],
        rows[:, 2].astype(int),
        rows[:, 3],
        rows[:, 4],
        warmup=300,
        draws=300,
    )
    twice, fifth = found.contrast(1, 0), found.contrast(2, 0)
    assert twice.low < 2.0 < twice.high
    assert fifth.low < 0.2 < fifth.high
    days, level = found.series(2, 0)
    true = truth[2][days.astype(int) - 1]
    assert ((level.low < true) & (true < level.high)).mean() > 0.85  # days of one path miss together
    assert found.series(2, 1)[1].value.mean() == pytest.approx(2 * level.value.mean(), rel=0.2)


def test_cumulative_refuses_days_that_are_none():
    with pytest.raises(MethodError, match="day must hold a positive number"):
        reconcile_cumulative([0, 0], [0, 1], [0, 1], [1.0, 2.0], [1.0, 2.0])


def test_parties_to_the_war_in_ukraine_run_as_published(shared_data):
    # Radford et al. 2023, PNAS 120: each side under-reports its own losses and over-reports the enemy's; Ukrainian
    # reports of Russian military deaths almost twice, Russian reports of their own .3 of the estimate.
    path = shared_data / "reconcile" / "ukraine_loss_reports_radford2023.csv"
    with path.open(encoding="utf-8") as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if r["time_frame"] == "Cumulative" and r["loss_type"] in {"Military Deaths-Russia", "Military Deaths-Ukraine"}
        ]  # fmt: skip
    sources = sorted({(r["claim_source"], r["loss_country"]) for r in rows})
    number = np.array([float(r["loss_count"]) for r in rows])
    found = reconcile_cumulative(
        np.array([int(r["loss_country"] == "Russia") for r in rows]),
        np.array([float(r["days"]) for r in rows]),
        np.array([sources.index((r["claim_source"], r["loss_country"])) for r in rows]),
        np.where([r["maximum"] == "1" for r in rows], np.nan, number),
        np.where([r["minimum"] == "1" for r in rows], np.nan, number),
        warmup=500,
        draws=500,
    )
    series = {s: found.series(int(s[1] == "Russia"), k) for k, s in enumerate(sources)}

    def last(source: str, country: str) -> float:
        return float(series[source, country][1].value[-1])

    third = np.exp(np.mean([np.log(last(s, "Russia")) for s in ("US Source", "GB Source", "Other")]))
    assert 1.5 < last("UA Source", "Russia") / third < 4
    assert 0.1 < last("RU Source", "Russia") / third < 0.5
    assert last("RU Source", "Ukraine") > last("UA Source", "Ukraine")
