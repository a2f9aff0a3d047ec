"""The sentences of a verdict."""

from __future__ import annotations

from salience.claims.file import Claim, Part, Test, Thresholds
from salience.claims.verdict import Reason
from salience.questions.answer import Estimate, format_interval, format_number
from salience.questions.quantities import Asked

# More than this many times the data is no advice.
MOST_TIMES = 1000.0


def say_estimate(estimate: Estimate) -> str:
    """Return an estimate in one sentence."""
    return f"{estimate.label}: {format_interval(estimate)}."


def say_test(test: Test, estimate: Estimate | None) -> str:
    """Return in words what a quantity is held against: "above 50 %"."""
    unit = estimate.unit if estimate else ""
    if test.is_ in ("within", "outside"):
        ends = (format_number(test.low, unit), format_number(test.high, unit))
        return f"{test.is_} {ends[0]} to {ends[1]}"
    if test.is_ in ("true", "false"):
        return "is so" if test.is_ == "true" else "is not so"
    return f"{test.is_} {format_number(test.threshold, unit)}"


def say_chance(low: float | None, high: float | None) -> str:
    """Return a probability or its bounds: "97 %", "between 40 % and 97 %", "over 99.9 %"."""
    if low is None or high is None:
        return "–"
    if abs(high - low) < 0.01:
        return _percent((low + high) / 2)
    return f"between {_percent(low)} and {_percent(high)}"


def say_lone(voice: str, chance: tuple[float, float] | None, claim: Claim) -> str:
    """Return why one source does not decide, and what it says itself."""
    by_itself = f" By its own account the probability is {say_chance(*chance)}." if chance else ""
    if voice == "not stated":
        return f"The rows behind it name no source.{by_itself}"
    return f"All that it rests on was told by one source, {voice}: no source can bear itself out.{by_itself}"


def say_span(chance: tuple[float, float], thresholds: Thresholds) -> str:
    """Return how far the probability is from deciding."""
    return (
        f"By the record the probability is {say_chance(*chance)}. This case calls a claim supported from "
        f"{_percent(thresholds.supported)} on, and contradicted at {_percent(thresholds.contradicted)} or less."
    )


def say_what_decides(reason: Reason, asked: Asked, part: Part, estimate: Estimate | None) -> str:
    """Return what data would decide a part, worked out from the reason and the question."""
    if reason == "no data":
        return f"The record must hold {asked.needs}."
    if reason == "data of one source":
        return f"A second source that does not draw on the first: {asked.data}."
    if reason == "methods disagree":
        return f"Data that tell the methods apart: {asked.data}."
    if reason == "assumption fails":
        return f"Data without that fault: {asked.data}."
    return f"{asked.data[0].upper()}{asked.data[1:]}{_how_much(part, estimate)}."


def _how_much(part: Part, estimate: Estimate | None) -> str:
    """Say how many times the data would do, if the estimate stayed: widths go with the root of the rows."""
    if estimate is None or part.threshold is None or part.is_ not in ("above", "below"):
        return ""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    distance = abs(estimate.value - part.threshold)
    half = (
        estimate.value - estimate.low if estimate.value > part.threshold else estimate.high - estimate.value
    )
    if distance == 0 or half <= 0 or (half / distance) ** 2 > MOST_TIMES:
        return ""
    times = (half / distance) ** 2
    return f"; about {max(times, 1.5):.2g} times as many rows, if the estimate stays where it is"


def _percent(chance: float) -> str:
    if chance > 0.999:
        return "over 99.9 %"
    if chance < 0.001:
        return "under 0.1 %"
    digits = 1 if chance < 0.1 or chance > 0.9 else 0
    return f"{100 * chance:.{digits}f} %".replace(".0 %", " %")
