"""Contradictory reports: numbers, cumulative numbers, categories, and the classic mean of unequal estimates."""

from salience.methods.reports.cumulative import Cumulative, reconcile_cumulative
from salience.methods.reports.effects import RandomEffects, random_effects
from salience.methods.reports.model import Reconciled, reconcile
from salience.methods.reports.raters import Raters, dawid_skene

__all__ = [
    "Cumulative",
    "RandomEffects",
    "Raters",
    "Reconciled",
    "dawid_skene",
    "random_effects",
    "reconcile",
    "reconcile_cumulative",
]
