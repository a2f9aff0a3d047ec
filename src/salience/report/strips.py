"""A strip a part: the estimate and its interval on a line, with what it is held against."""

from __future__ import annotations

import math
from dataclasses import dataclass

from salience.claims.verdict import PartVerdict
from salience.claims.words import say_threshold
from salience.methods.threshold import Scale
from salience.questions.answer import Estimate, format_number
from salience.questions.quantities import describe_quantities

# Room at either end of the line, as a share of what is shown.
MARGIN = 0.14
# Labels nearer to an end than this, in per cent of the line, begin or end there.
NEAR_END = 14.0


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place of the line."""

    at: float
    text: str

    @property
    def anchor(self) -> str:
        """How the words stand to the place, as SVG has it."""
        return "start" if self.at < NEAR_END else "end" if self.at > 100 - NEAR_END else "middle"


@dataclass(frozen=True, slots=True)
class Strip:
    """What a strip shows, in per cent of its length.

    Attributes
    ----------
    low, value, high : float
        The interval and the estimate.
    holds : tuple of (float, float)
        Pieces of the line where the part would hold.
    ticks : tuple of Label
        Thresholds.
    label : Label
        The estimate in words.
    """

    low: float
    value: float
    high: float
    holds: tuple[tuple[float, float], ...]
    ticks: tuple[Label, ...]
    label: Label


def draw_strip(part: PartVerdict, supported: float) -> Strip | None:
    """Return the strip of a part; None where it has no estimate with an interval.

    Parameters
    ----------
    part : PartVerdict
    supported : float
        From which probability on a claim is supported: the threshold where the estimate is itself a probability.
    """
    estimate, kind = part.estimate, str(part.test.get("is", ""))
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    cuts = _cuts(part, supported)
    scale = _scale(part, estimate, cuts)
    places = [_onto(x, scale) for x in (estimate.low, estimate.value, estimate.high, *cuts)]
    start, end = _reach(places, estimate.unit)

    def at(value: float) -> float:
        return round(100 * min(max((_onto(value, scale) - start) / (end - start), 0.0), 1.0), 2)

    marks = [at(cut) for cut in cuts]
    pieces = {
        "above": [(marks[0], 100.0)], "true": [(marks[0], 100.0)],
        "below": [(0.0, marks[0])], "false": [(0.0, marks[0])],
        "within": [(marks[0], marks[-1])],
        "outside": [(0.0, marks[0]), (marks[-1], 100.0)],
    }.get(kind, [])  # fmt: skip
    return Strip(
        at(estimate.low),
        at(estimate.value),
        at(estimate.high),
        tuple(pieces),
        tuple(Label(mark, say_threshold(cut, estimate.unit)) for mark, cut in zip(marks, cuts, strict=True)),
        Label(at(estimate.value), format_number(estimate.value, estimate.unit)),
    )


def _cuts(part: PartVerdict, supported: float) -> list[float]:
    kind = part.test.get("is")
    if kind in ("true", "false"):
        return [supported if kind == "true" else 1.0 - supported]
    if kind in ("within", "outside"):
        return [float(part.test["low"]), float(part.test["high"])]
    return [float(part.test["threshold"])]


def _scale(part: PartVerdict, estimate: Estimate, cuts: list[float]) -> Scale:
    """Take the logarithm where the judging took it and all that is shown has one."""
    quantity = describe_quantities(part.question).find(part.quantity)
    shown = [x for x in (estimate.low, estimate.value, estimate.high, *cuts) if x is not None]
    log = quantity is not None and quantity.scale_for(estimate.unit) == "log"
    return "log" if log and min(shown) > 0 else "linear"


def _reach(places: list[float], unit: str) -> tuple[float, float]:
    low, high = min(places), max(places)
    room = MARGIN * (high - low) or 0.5 * abs(high) or 0.5
    start, end = low - room, high + room
    if unit in ("share", "chance") and low >= 0 and high <= 1:
        start, end = max(start, 0.0), min(end, 1.0)
    return start, end


def _onto(value: float, scale: Scale) -> float:
    return math.log(value) if scale == "log" else value
