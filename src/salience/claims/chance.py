"""The probability that a part of a claim holds, from the estimate that it is held against."""

from __future__ import annotations

from collections.abc import Sequence

from salience.claims.file import Test
from salience.methods.threshold import chance_above, chance_above_in_draws, frechet_bounds
from salience.questions.answer import EXACT, Estimate
from salience.questions.quantities import Quantity

Bounds = tuple[float, float]


def chance_of(test: Test, quantity: Quantity, estimate: Estimate) -> Bounds | None:
    """Return the probability that an estimate passes a test, as bounds; None where it has no interval.

    Parameters
    ----------
    test : Test
    quantity : Quantity
        Says on which scale the interval is taken as normal, whether the estimate is itself a probability (its own
        interval then gives the bounds), and whether it is a lower bound of what is asked (then the truth may lie
        anywhere above it, and so may the probability).
    estimate : Estimate
        With a value.

    Raises
    ------
    MethodError
        The threshold is not on the quantity's scale: a share of 90.
    """
    value = estimate.value
    if value is None:
        return None
    if test.is_ in ("true", "false"):
        low = value if estimate.low is None else estimate.low
        high = value if estimate.high is None else estimate.high
        return (low, high) if test.is_ == "true" else (1.0 - high, 1.0 - low)
    ends = _ends(estimate)
    if ends is None:
        return None

    def above(threshold: float | None) -> float:
        at = float(threshold or 0.0)
        if estimate.draws:
            return chance_above_in_draws(at, estimate.draws)
        # A median of draws may lie a last digit outside their own quantiles.
        middle = min(max(value, ends[0]), ends[1])
        return chance_above(at, middle, *ends, estimate.level, quantity.scale_for(estimate.unit))

    if test.is_ in ("above", "below"):
        over = above(test.threshold)
        bounds = (over, 1.0 if quantity.least else over)
        return bounds if test.is_ == "above" else _opposite(bounds)
    beyond = above(test.high)
    inside = (0.0, 1.0 - beyond) if quantity.least else (above(test.low) - beyond,) * 2
    return inside if test.is_ == "within" else _opposite(inside)


def joint_chance(chances: Sequence[Bounds | None]) -> Bounds | None:
    """Return bounds of the probability that all of several hold, whatever hangs together with what."""
    known = [chance for chance in chances if chance is not None]
    if not known or len(known) < len(chances):
        return None
    if len(known) == 1:
        return known[0]
    return frechet_bounds([low for low, _ in known])[0], frechet_bounds([high for _, high in known])[1]


def _ends(estimate: Estimate) -> Bounds | None:
    """Return the interval; one end that is missing is open, and what was counted has no width."""
    if estimate.low is None and estimate.high is None:
        value = estimate.value
        return None if value is None or not estimate.note.startswith(EXACT) else (value, value)
    low = float("-inf") if estimate.low is None else estimate.low
    return low, float("inf") if estimate.high is None else estimate.high


def _opposite(bounds: Bounds) -> Bounds:
    return 1.0 - bounds[1], 1.0 - bounds[0]
