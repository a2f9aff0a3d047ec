"""Averaging log-linear models by how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from salience.methods.capture.patterns import PopulationEstimate
from salience.methods.capture.profile import lognormal

if TYPE_CHECKING:
    from salience.methods.capture.loglinear import Criterion, LogLinearModel


def average_models(
    models: Sequence[LogLinearModel], criterion: Criterion, level: float, recorded: int
) -> PopulationEstimate:
    """Average the models that have an estimate (Buckland, Burnham & Augustin 1997, Biometrics 53(2), equation 9).

    Weights exp(−criterion / 2); the spread between models enters the standard error; the interval is symmetric in the
    logarithm of the number on no list.
    """
    value = np.array([getattr(model, criterion) for model in models])
    weight = np.exp(-(value - value.min()) / 2.0)
    weight /= weight.sum()
    missing = np.array([float(model.estimate or 0.0) for model in models]) - recorded
    error = np.array([float(model.standard_error or 0.0) for model in models])
    mean = float(weight @ missing)
    spread = float(weight @ np.sqrt(error**2 + (missing - mean) ** 2))
    low, high, support, probability = lognormal(mean, spread, recorded, level)
    top = float(weight.max())
    said = () if top > 0.5 else (f"no model holds half the weight; the best has {100 * top:.0f} %",)
    return PopulationEstimate(
        method=f"log-linear, averaged by {criterion.upper()}",
        estimate=recorded + mean,
        mean=recorded + mean,
        low=low,
        high=high,
        level=level,
        n_recorded=recorded,
        warnings=said,
        support=support,
        probability=probability,
    )
