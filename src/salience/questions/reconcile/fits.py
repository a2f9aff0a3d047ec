"""The fit of one kind of count: contrasts between sources, and levels under each choice of whom to believe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.methods.reports import Reconciled, reconcile
from salience.questions.reconcile.accounts import ENEMY, OWN, PLAIN, Figures
from salience.questions.reconcile.params import ReconcileParams

Floats = npt.NDArray[np.float64]

LEAST_SHARED = 3
FIRST_TIME = " (compiled on first use)"
ANCHORS = 5
# Few numbers are small and tell little each: their chains mix slowly and cost little.
LARGE, MORE, FEWER = 20_000, 1500, 500


@dataclass(frozen=True, slots=True)
class Total:
    """A total of a period under one anchor, or of all periods."""

    period: str
    side: str
    anchor: str
    items: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found for one kind of count, or why nothing was.

    Attributes
    ----------
    figures : Figures
    found : Reconciled or None
    refusal : str
        Fits after "because"; empty when there is a fit.
    against : int
        The bias that the others are compared with, −1 without a fit.
    anchors : tuple of int
        Voices believed in turn.
    totals : tuple of Total
    event_low, event_value, event_high : (items,) float
        Tolls if the first anchor is right.
    """

    figures: Figures
    found: Reconciled | None
    refusal: str
    against: int = -1
    anchors: tuple[int, ...] = ()
    totals: tuple[Total, ...] = ()
    event_low: Floats | None = None
    event_value: Floats | None = None
    event_high: Floats | None = None


def fit_figures(
    figures: Figures, events: Mapping[int, Mapping[str, Any]], params: ReconcileParams, seed: int
) -> Fit:  # fmt: skip
    """Fit one kind of count, unless its numbers cannot be compared."""
    refusal = refuse(figures)
    if refusal:
        return Fit(figures, None, refusal)
    found = reconcile(
        figures.item,
        figures.voice,
        figures.low,
        figures.high,
        bias=figures.bias,
        copy_of=figures.copy_of,
        rounding=params.rounding,
        draws=params.draws or (FEWER if len(figures.item) >= LARGE else MORE),
        seed=seed,
        level=params.level,
    )
    against = _find_reference(figures, found, params)
    anchors = _find_anchors(figures, found, params, against)
    totals: list[Total] = []
    shown: tuple[Floats, ...] | None = None
    groups = _groups(figures, events, params.by)
    tails = [0.5, (1 - params.level) / 2, (1 + params.level) / 2]
    for voice in anchors:
        draws = found.tolls(anchor_biases(figures, voice, events))
        totals += _add_up(draws, groups, figures.voices[voice].name, tails)
        if shown is None:
            shown = tuple(np.quantile(draws, tails, axis=0))
    assert shown is not None
    return Fit(figures, found, "", against, anchors, tuple(totals), shown[1], shown[0], shown[2])


def refuse(figures: Figures) -> str:
    """Return why the numbers cannot be compared, or nothing."""
    counted = figures.counted
    told = {"deaths": "deaths", "sides": "each side's losses", "civilians": "deaths of civilians"}[
        figures.what
    ]
    if not counted.any():
        return f"no source but datasets tells numbers of {told}"
    voices = np.unique(figures.voice[counted])
    if len(voices) == 1:
        return f"all numbers of {told} come from one source, {figures.voices[voices[0]].name}"
    shared = int((np.bincount(figures.item[figures.numbered], minlength=1) > 1).sum())
    if shared < LEAST_SHARED:
        return (
            f"numbers of {told} by two sources or more are there for {shared} event{'s' * (shared != 1)}, and at "
            f"least {LEAST_SHARED} are asked for: one event does not show a source's habit, nor does “at least”"
        )
    if np.nanmax(np.append(figures.low[counted], figures.high[counted])) == 0:
        return f"all numbers of {told} are zero, and zeros cannot run high or low"
    return ""


def _find_reference(figures: Figures, found: Reconciled, params: ReconcileParams) -> int:
    """Return the bias to compare with: of the named source, or with most shared numbers, no party's if possible."""
    if params.against is not None:
        own = [k for k, (v, _) in enumerate(figures.biases) if figures.voices[v].name == params.against]
        if own:
            return max(own, key=lambda k: found.shared[k])
    neutral = [k for k, (v, _) in enumerate(figures.biases) if not figures.voices[v].is_party]
    return max(neutral or range(len(figures.biases)), key=lambda k: (found.shared[k], -k))


def _find_anchors(
    figures: Figures, found: Reconciled, params: ReconcileParams, against: int
) -> tuple[int, ...]:
    """Return the voices to believe in turn, the one compared with first."""
    names = {voice.name: k for k, voice in enumerate(figures.voices)}
    if params.anchors and (known := [names[n] for n in params.anchors if n in names]):
        return tuple(known)
    shared = np.bincount(
        [v for v, _ in figures.biases], weights=found.shared.astype(float), minlength=len(figures.voices)
    )
    first = figures.biases[against][0]
    ranked = sorted(range(len(figures.voices)), key=lambda v: (v != first, -shared[v], v))
    return tuple(v for v in ranked[:ANCHORS] if shared[v] > 0)


def require_named(params: ReconcileParams, names: Sequence[str]) -> None:
    """Raise QuestionError when a named source tells no numbers."""
    for name in (*params.anchors, *([params.against] if params.against else [])):
        if names and name not in names:
            listed = ", ".join(names[:12])
            raise QuestionError(f"no numbers are told by '{name}'; those who tell numbers are: {listed}")


def anchor_biases(
    figures: Figures, voice: int, events: Mapping[int, Mapping[str, Any]]
) -> npt.NDArray[np.intp]:
    """Return for each item the anchor's bias there, −1 where it has none."""
    position = {key: k for k, key in enumerate(figures.biases)}
    speaks_for = figures.voices[voice].speaks_for
    found = np.full(len(figures.items), -1, dtype=np.intp)
    for k, item in enumerate(figures.items):
        about = PLAIN
        if figures.what == "sides" and speaks_for:
            event = events[item.event]
            if speaks_for in (event["side_a"], event["side_b"]):
                about = OWN if item.side == speaks_for else ENEMY
        found[k] = position.get((voice, about), -1)
    return found


def _groups(
    figures: Figures, events: Mapping[int, Mapping[str, Any]], by: str
) -> list[tuple[str, str, npt.NDArray[np.intp]]]:
    """Return period, side and members of every group to add up; the whole first."""
    members: dict[tuple[str, str], list[int]] = {}
    for k, item in enumerate(figures.items):
        period = name_period(events[item.event]["date_from"], by)
        for key in (("all", item.side), (period, item.side)):
            members.setdefault(key, []).append(k)
    ranked = sorted(members, key=lambda key: (key[0] != "all", key[1], key[0]))
    return [(period, side, np.array(members[period, side])) for period, side in ranked]


def name_period(day: Any, by: str) -> str:
    """Return the year, quarter or month of a day."""
    if day is None:
        return "not dated"
    return {
        "year": f"{day:%Y}",
        "quarter": f"{day:%Y} Q{(day.month + 2) // 3}",
        "month": f"{day:%Y-%m}",
    }[by]


def _add_up(
    draws: Floats,
    groups: Sequence[tuple[str, str, npt.NDArray[np.intp]]],
    anchor: str,
    tails: Sequence[float],
) -> list[Total]:
    totals = []
    linked = np.isfinite(draws[0])
    for period, side, members in groups:
        inside = members[linked[members]]
        if len(inside):
            value, low, high = np.quantile(draws[:, inside].sum(axis=1), tails)
            totals.append(Total(period, side, anchor, len(inside), float(value), float(low), float(high)))
    return totals
