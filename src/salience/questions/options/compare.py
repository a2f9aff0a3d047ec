"""Options against "as now" on the same draws: what differs, for whom, and who is left far from the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from salience.methods.cells import FloatArray
from salience.questions.options.draws import Table
from salience.questions.options.levers import leave_each_out
from salience.questions.options.models import FORECASTERS, MODELS
from salience.questions.options.params import Option

AS_NOW = "as now"
# Differences between options need fewer draws than a forecast: chance is common to all and cancels out.
COMPARED, EXCLUDED = 2048, 512
NAMES = tuple(model.name for model in MODELS)


@dataclass(frozen=True, slots=True)
class Led:
    """Where an option leads, by the models that can say.

    Attributes
    ----------
    name : str
    option : Option or None
        None is as now.
    models : tuple of str
    outcomes : (models, draws, issues) float
    losses : (models, draws, actors) float
        Distance of the outcome from what an actor wants as now, weighted by what it cares for; nan: it wants nothing.
    score : (models, draws) float
        Distance from the goal, or without one the mean of the losses; lower is better.
    far : (models, draws) float
        Share of the weight at the table whose actors are left further than the tolerance from the outcome.
    refused : str
        Why there is no outcome.
    """

    name: str
    option: Option | None
    models: tuple[str, ...]
    outcomes: FloatArray
    losses: FloatArray
    score: FloatArray
    far: FloatArray
    refused: str = ""


def compare_options(table: Table, values: FloatArray, progress: Callable[[str, float], None]) -> list[Led]:
    """Run every model under every option; the first is as now."""
    values = values[:COMPARED]
    reference = np.isfinite(table.reference).all()
    names = tuple(name for name in NAMES if name != "nash_disagreement" or reference)
    found = []
    wanted: list[tuple[str, Option | None]] = [(AS_NOW, None), *table.params.option.items()]
    for k, (key, option) in enumerate(wanted):
        name = key.replace("_", " ")  # a table's name in case.toml has no spaces; what people read has
        progress(f"option '{name}'" if option else "the models", 0.3 + 0.3 * k / len(wanted))
        found.append(lead(table, values, name, option, names))
    return found


def exclude_each(table: Table, values: FloatArray) -> list[Led]:
    """Leave every actor at the table out in turn; the first is as now."""
    values = values[:EXCLUDED]
    options: list[tuple[str, Option | None]] = [
        (AS_NOW, None),
        *leave_each_out(table.land, table.present).items(),
    ]
    return [lead(table, values, name, option, FORECASTERS) for name, option in options]


def lead(table: Table, values: FloatArray, name: str, option: Option | None, models: Sequence[str]) -> Led:
    """Run models under one option and measure what follows."""
    refused = table.can_run(option)
    if refused:
        cube, square = np.empty((0, 0, 0)), np.empty((0, 0))
        return Led(name, option, tuple(models), cube, cube, square, square, refused)
    outcomes = table.outcomes(values, models, option)
    losses = losses_of(table, values, outcomes)
    return Led(name, option, tuple(models), outcomes, losses, score_of(table, outcomes, losses),
               far_share(table, values, outcomes, option))  # fmt: skip


def losses_of(table: Table, values: FloatArray, outcomes: FloatArray) -> FloatArray:
    """Return each actor's distance from the outcome: what it wants and cares for as now, absent actors too."""
    now = table.edit(values, None)
    p, s = now.positions[..., table.columns], now.salience[..., table.columns]
    care = np.where(np.isfinite(p), s, 0.0)
    total = care.sum(axis=2)
    found = np.empty((*outcomes.shape[:2], p.shape[1]))
    for m, outcome in enumerate(outcomes):
        apart = (care * np.abs(np.nan_to_num(p) - outcome[:, None])).sum(axis=2)
        found[m] = np.where(total > 0, apart / np.where(total > 0, total, 1.0), np.nan)
    return found


def score_of(table: Table, outcomes: FloatArray, losses: FloatArray) -> FloatArray:
    """Return the distance from the goal; without one, the mean distance from what actors want, all counted alike."""
    goal = [(table.issues.index(i), value) for i, value in table.params.goal.items() if i in table.issues]
    if goal:
        at, value = (np.array(x) for x in zip(*goal, strict=True))
        return np.asarray(np.abs(outcomes[..., at] - value).mean(axis=2))
    known = np.isfinite(losses)
    return np.asarray(np.nansum(losses, axis=2) / known.sum(axis=2))


def far_share(table: Table, values: FloatArray, outcomes: FloatArray, option: Option | None) -> FloatArray:
    """Return the share of the weight at the table that is left further from the outcome than the tolerance."""
    p, s, c = (a[..., table.columns] for a in table.edit(values, option).seated())
    weight = np.where(np.isfinite(p), s * c, 0.0)
    far = np.stack(
        [np.abs(np.nan_to_num(p) - outcome[:, None]) > table.params.tolerance for outcome in outcomes]
    )
    return np.asarray((weight * far).sum(axis=(2, 3)) / weight.sum(axis=(1, 2)))


def regrets(led: Sequence[Led]) -> FloatArray:
    """Return how much worse each option does than the best one in the same draw and model: (options, models, draws)."""
    scores = np.stack([each.score for each in led])
    return np.asarray(scores - scores.min(axis=0))


def forecasters(led: Led) -> list[int]:
    """Return the places of the models that forecast."""
    return [k for k, name in enumerate(led.models) if name in FORECASTERS]
