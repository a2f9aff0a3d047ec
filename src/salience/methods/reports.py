"""Contradictory reports: numbers, cumulative numbers, categories, and the classic mean of unequal estimates."""

from salience.methods.reports_cumulative import Cumulative, reconcile_cumulative
from salience.methods.reports_effects import RandomEffects, random_effects
from salience.methods.reports_model import Reconciled, reconcile
from salience.methods.reports_raters import Raters, dawid_skene

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
