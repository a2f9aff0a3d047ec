"""True gaps in coverage, from the outlets' true chances."""

from __future__ import annotations

import numpy as np

from salience.worlds.truth import Flags, Floats, Truth


def any_of(chances: Floats) -> Floats:
    """Return the chance that any of several outlets reports: (events, outlets) to (events,)."""
    return np.asarray(1 - np.prod(1 - chances, axis=1))


def extra_reports(chances: Floats, of: Flags) -> tuple[float, float]:
    """Return, of some events, the expected sources beyond the first, and the expected number with any source."""
    told = any_of(chances[of])
    return float((chances[of].sum(axis=1) - told).sum()), float(told.sum())


def log_extra(chances: Floats, of: Flags) -> float:
    """Return the log of the expected sources beyond the first of an event that has one."""
    extra, told = extra_reports(chances, of)
    return float(np.log(extra / told))


def log_gap(truth: Truth, first: Flags, second: Flags) -> float:
    """Return the log ratio of extra reports of some events over others, at equal deaths.

    Each event of either stands for one with the deaths of all reported events of both in turn. Copying is left out of
    the chance of being the only source.
    """
    known, both = any_of(truth.chances()), first | second
    deaths, position = np.unique(truth.events.deaths[both], return_inverse=True)
    weight = np.bincount(position, known[both])
    extra, told = np.zeros((2, len(deaths))), np.zeros((2, len(deaths)))
    for k, d in enumerate(deaths):
        chances = truth.chances(int(d))
        for side, of in enumerate((first, second)):
            extra[side, k], told[side, k] = extra_reports(chances, of)
    at_equal = (extra / told) @ weight
    return float(np.log(at_equal[0] / at_equal[1]))
