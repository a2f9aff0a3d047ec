"""The sentences of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from salience.claims.file import Test, Thresholds
from salience.claims.verdict import Reason
from salience.questions.answer import Assumption, Estimate, format_interval
from salience.questions.quantities import Asked

if TYPE_CHECKING:
    from salience.claims.doubts import Held


def say_estimate(estimate: Estimate) -> str:
    """Return an estimate in one sentence."""
    return as_sentence(f"{estimate.label}: {format_interval(estimate)}")


def say_rival(rival: Estimate) -> str:
    """Return the estimate of another method, with the view it belongs to."""
    view = f"{rival.view}: " if rival.view else ""
    return as_sentence(f"{view}{rival.label}: {format_interval(rival)}")


def as_sentence(text: str) -> str:
    """Return a text with a capital at its beginning and a stop at its end."""
    plain = text.strip()
    if not plain:
        return ""
    # A first word with a capital or a stop inside is a name as it is written: iPhone, persons.csv.
    first = plain.split(maxsplit=1)[0]
    begun = plain if first[1:].lower() != first[1:] or "." in first[:-1] else plain[0].upper() + plain[1:]
    return begun if begun[-1] in ".!?…" else f"{begun}."


def say_tests(held: Sequence[Held]) -> str:
    """Return in words what a part's quantity is held against, and its complement."""
    said = [say_test(each.test, each.estimate) for each in held]
    also = [f"and {each.estimate.label} {text}" for each, text in zip(held[1:], said[1:], strict=True)]
    return ", ".join([said[0], *also])


def say_test(test: Test, estimate: Estimate | None) -> str:
    """Return in words what a quantity is held against: "above 50 %"."""
    unit = estimate.unit if estimate else ""
    if test.is_ in ("within", "outside"):
        ends = (say_threshold(test.low, unit), say_threshold(test.high, unit))
        return f"{test.is_} {ends[0]} to {ends[1]}"
    if test.is_ in ("true", "false"):
        return "is so" if test.is_ == "true" else "is not so"
    return f"{test.is_} {say_threshold(test.threshold, unit)}"


def say_threshold(value: float | None, unit: str) -> str:
    """Write a threshold as it was set, without rounding: 2.5 groups, 66.7 %."""
    if value is None:
        return "unknown"
    if unit in ("share", "chance"):
        text = f"{100 * value:.10g} %"
    elif unit == "difference in chance":
        text = f"{100 * value:.10g} points"
    else:
        text = f"{value:,.10g}"
    return text.replace("-", "−")


def say_chance(low: float | None, high: float | None) -> str:
    """Return a probability or its bounds: "97 %", "between 40 % and 97 %", "over 99.9 %"."""
    if low is None or high is None:
        return "–"
    if abs(high - low) < 0.01:
        return _percent((low + high) / 2)
    return f"between {_percent(low)} and {_percent(high)}"


def say_lone(voice: str, chance: tuple[float, float] | None) -> str:
    """Return why one source does not decide, and what it says itself."""
    by_itself = f" By its own account the probability is {say_chance(*chance)}." if chance else ""
    if voice == "not stated":
        return f"The rows behind it name no source.{by_itself}"
    return f"All that it rests on was told by one source, {voice}: no source can bear itself out.{by_itself}"


def say_failing(assumption: Assumption) -> str:
    """Return which assumption fails, and how that was checked."""
    return f"It rests on this, which fails: “{assumption.text}” {as_sentence(assumption.how)}"


def say_span(chance: tuple[float, float], thresholds: Thresholds, *, least: bool = False) -> str:
    """Return how far the probability is from deciding."""
    bound = "The estimate is a lower bound, and the truth may lie anywhere above it. " if least else ""
    return (
        f"{bound}By the record the probability is {say_chance(*chance)}. This case calls a claim supported from "
        f"{_percent(thresholds.supported)} on, and contradicted at {_percent(thresholds.contradicted)} or less."
    )


def say_what_decides(reason: Reason, asked: Asked, more: float | None = None) -> str:
    """Return what data would decide a part, worked out from the reason and the question.

    Parameters
    ----------
    reason : str
    asked : Asked
        What the question needs of a record, and what more would help.
    more : float or None
        How many times the data would do (`methods.threshold`), where the interval is what leaves it open.
    """
    if reason == "no data":
        return f"The record must hold {asked.needs}."
    if reason == "data of one source":
        return f"A second source that does not draw on the first: {asked.data}."
    if reason == "methods disagree":
        return f"Data that tell the methods apart: {asked.data}."
    if reason == "assumption fails":
        return f"Data without that fault: {asked.data}."
    times = f"; about {more:.2g} times what there is now, if the estimate stays where it is" if more else ""
    return as_sentence(f"{asked.data}{times}")


def _percent(chance: float) -> str:
    if chance > 0.999:
        return "over 99.9 %"
    if chance < 0.001:
        return "under 0.1 %"
    digits = 1 if chance < 0.1 or chance > 0.9 else 0
    return f"{100 * chance:.{digits}f} %".replace(".0 %", " %")
