"""Probabilities of claims against closed forms, and how often they are right where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, kstest, lognorm, norm, poisson

from salience.claims.chance import chance_of, joint_chance
from salience.claims.file import Test as Held
from salience.questions.answer import EXACT, Estimate
from salience.questions.quantities import Quantity

SHARE, AMOUNT = Quantity("x", "a share"), Quantity("x", "an amount", scale="log")
LEAST = Quantity("x", "at least", scale="log", least=True)


def estimate(
    value: float, low: float | None, high: float | None, unit: str = "share", **more: Any
) -> Estimate:
    return Estimate("x", "x", value, low, high, unit, 100, **more)


def held(is_: str, *numbers: float) -> Held:
    names = ("threshold",) if len(numbers) == 1 else ("low", "high")
    return Held.model_validate({"quantity": "x", "is": is_, **dict(zip(names, numbers, strict=False))})


@pytest.mark.parametrize("threshold", [0.5, 1.0, 1.7, 3.0])
def test_a_log_normal_amount_has_its_own_distribution(threshold: float) -> None:
    truth = lognorm(s=0.4, scale=1.5)
    found = chance_of(
        held("above", threshold), AMOUNT, estimate(1.5, *truth.ppf([0.025, 0.975]), unit="ratio")
    )
    assert found == pytest.approx((truth.sf(threshold),) * 2, abs=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_the_level_of_the_interval_does_not_matter(level: float) -> None:
    reach = float(norm.ppf(0.5 + level / 2))
    found = chance_of(
        held("below", 1.0),
        Quantity("x", "x", scale="linear"),
        estimate(0.0, -reach, reach, "points", level=level),
    )
    assert found == pytest.approx((norm.cdf(1.0),) * 2, abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [(8, 12), (30, 70), (45, 5)])
def test_a_posterior_share_is_met_within_two_points(a: int, b: int) -> None:
    """Beta posteriors are nearly normal in the logit; the largest error over thresholds is under 0.02."""
    truth = beta(a, b)
    interval = estimate(float(truth.median()), *(float(x) for x in truth.ppf([0.025, 0.975])))
    for threshold in truth.ppf([0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99]):
        found = chance_of(held("above", float(threshold)), SHARE, interval)
        assert found is not None
        assert found[0] == pytest.approx(float(truth.sf(threshold)), abs=0.02)


def test_a_true_share_is_called_wrong_as_often_as_the_threshold_says() -> None:
    """60 of 200 or so, Jeffreys' interval: over 4,000 samples the probability of a true threshold is uniform.

    A count is a step of 3 points of probability here, hence the tolerance of 0.03 on the distribution.
    """
    rng = np.random.default_rng(11)
    counts, seen = np.unique(rng.binomial(200, 0.3, 4000), return_counts=True)
    chances = []
    for count, times in zip(counts, seen, strict=True):
        posterior = beta(count + 0.5, 200 - count + 0.5)
        low, value, high = (float(x) for x in posterior.ppf([0.025, 0.5, 0.975]))
        found = chance_of(held("above", 0.3), SHARE, estimate(value, low, high))
        assert found is not None
        chances += [found[0]] * int(times)
    assert kstest(chances, "uniform").statistic < 0.05
    assert np.mean(np.array(chances) <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(np.array(chances) >= 0.95) == pytest.approx(0.05, abs=0.015)


def test_whole_numbers_are_judged_by_their_draws() -> None:
    draws = tuple(float(x) for x in poisson(1.3).ppf((np.arange(200) + 0.5) / 200))
    counted = estimate(1.0, 0.0, 4.0, "actors", draws=draws)
    found = chance_of(held("within", 0.5, 1.5), Quantity("x", "x", scale="linear"), counted)
    assert found == pytest.approx((poisson(1.3).pmf(1),) * 2, abs=0.006)


def test_a_lower_bound_bears_out_above_and_never_below() -> None:
    bound = estimate(30.0, 26.0, 40.0, "labels")
    above, below = (chance_of(held(is_, 20.0), LEAST, bound) for is_ in ("above", "below"))
    assert above is not None and below is not None
    assert above[0] > 0.99 and above[1] == 1.0
    assert below == pytest.approx((0.0, 1 - above[0]))
    inside = chance_of(held("within", 17.0, 31.0), LEAST, bound)
    outside = chance_of(held("outside", 17.0, 31.0), LEAST, bound)
    assert inside is not None and outside is not None
    assert inside[0] == 0.0 and 0.0 < inside[1] < 1.0
    assert outside == pytest.approx((1 - inside[1], 1.0))


def test_an_open_end_excludes_nothing_on_its_side() -> None:
    open_above = estimate(3.0, 2.0, None, "ratio")
    assert chance_of(held("above", 9.0), AMOUNT, open_above) == pytest.approx((0.5, 0.5))
    over = chance_of(held("above", 1.0), AMOUNT, open_above)
    assert over is not None and over[0] > 0.95


def test_a_number_without_interval_has_a_probability_only_if_it_was_counted() -> None:
    assert chance_of(held("above", 3), AMOUNT, estimate(12.0, None, None, "passages")) is None
    counted = estimate(12.0, None, None, "passages", note=EXACT)
    assert chance_of(held("above", 3), AMOUNT, counted) == (1.0, 1.0)


def test_bounds_of_several_parts_are_those_of_frechet() -> None:
    assert joint_chance([(0.9, 0.95), (0.8, 1.0)]) == pytest.approx((0.7, 0.95))
    assert joint_chance([(0.9, 0.95)]) == (0.9, 0.95)
    assert joint_chance([(0.9, 0.9), None]) is None
    assert joint_chance([]) is None
