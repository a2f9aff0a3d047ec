"""Rates and shares of counts against a population: ratios, standardisation, unknowns, many comparisons.

Ratios compare a group with others through their exposures: persons, person-years, or shares of a population. What
is not known of the counted, which group they are of, is bounded and not guessed.
"""

from salience.methods.rates.intervals import (
    METHODS,
    RateInterval,
    rate,
    rate_ratio,
    share_ratio,
)
from salience.methods.rates.multiplicity import benjamini_hochberg, holm
from salience.methods.rates.pooled import PooledRatios, pool_ratios
from salience.methods.rates.population import uncertain_ratio, uncertain_share_ratio
from salience.methods.rates.standardised import (
    CommonRatio,
    common_ratio,
    composition,
    direct_rate,
    direct_ratio,
    indirect_ratio,
)
from salience.methods.rates.unknown import UnknownBounds, bounds_with_unknown, dispersion_of_batches

__all__ = [
    "METHODS",
    "CommonRatio",
    "PooledRatios",
    "RateInterval",
    "UnknownBounds",
    "benjamini_hochberg",
    "bounds_with_unknown",
    "common_ratio",
    "composition",
    "direct_rate",
    "direct_ratio",
    "dispersion_of_batches",
    "holm",
    "indirect_ratio",
    "pool_ratios",
    "rate",
    "rate_ratio",
    "share_ratio",
    "uncertain_ratio",
    "uncertain_share_ratio",
]
