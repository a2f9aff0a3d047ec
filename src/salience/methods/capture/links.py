"""Uncertain links: posteriors of N combined over draws of who matches whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.capture.patterns import PopulationEstimate, midpoints
from salience.methods.cells import FloatArray

Table = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined(PopulationEstimate):
    """The mixture of the posteriors of N under each draw of the links.

    Attributes
    ----------
    parts : tuple of PopulationEstimate
        One for each table. `n_recorded` of the mixture is their median.
    from_links : float
        Share of the variance of log N that lies between the tables: what not knowing the links costs.
    """

    parts: tuple[PopulationEstimate, ...]
    from_links: float


def combine_links(
    tables: Sequence[Table],
    method: Callable[[npt.ArrayLike, npt.ArrayLike], PopulationEstimate],
    *,
    level: float = 0.95,
) -> Combined:
    """Apply a method to every capture table and mix the results with equal weights.

    With tables drawn from the posterior of the links, the mixture is the posterior of N with the links integrated
    out (Tancredi & Liseo 2011; Sadinle 2018 calls it linkage averaging).

    Parameters
    ----------
    tables : M pairs (patterns, counts)
        Capture tables under M draws of who matches whom; 2 or more.
    method : callable
        Such as `decomposable` or `latent_class`.
    level : float
        Coverage of the interval.

    Raises
    ------
    MethodError
        On fewer than two tables, or what the method raises for one, with the table's number.
    """
    if len(tables) < 2:
        raise MethodError(f"{len(tables)} capture table; expected 2 or more draws of the links")
    parts = []
    for k, (patterns, counts) in enumerate(tables):
        try:
            parts.append(method(patterns, counts))
        except MethodError as error:
            raise MethodError(f"capture table {k}: {error}") from error
    return mix_estimates(parts, level)


def mix_estimates(parts: Sequence[PopulationEstimate], level: float = 0.95) -> Combined:
    """Mix distributions of N with equal weights.

    Raises
    ------
    MethodError
        When a part has no distribution.
    """
    samples = [_sample(part, k) for k, part in enumerate(parts)]
    draws = np.concatenate(samples)
    logs = [np.log(sample) for sample in samples]
    between = float(np.var([x.mean() for x in logs]))
    within = float(np.mean([x.var() for x in logs]))
    tail = (1.0 - level) / 2.0
    low, middle, high = (float(q) for q in np.quantile(draws, [tail, 0.5, 1.0 - tail]))
    broken = sum(part.low is None for part in parts)
    said = list(dict.fromkeys(w for part in parts for w in part.warnings)) if len(parts) <= 3 else []
    if broken:
        said.insert(0, f"{broken} of {len(parts)} tables gave no interval, so none is given for the mixture")
    return Combined(
        method=f"{parts[0].method}, over {len(parts)} draws of the links",
        estimate=middle,
        mean=float(draws.mean()),
        low=None if broken else low,
        high=None if broken else high,
        level=level,
        n_recorded=int(np.median([part.n_recorded for part in parts])),
        warnings=tuple(said),
        draws=draws,
        parts=tuple(parts),
        from_links=between / (between + within) if between + within > 0 else 0.0,
    )


def _sample(part: PopulationEstimate, k: int) -> FloatArray:
    found = part.quantiles(midpoints())
    if found is None:
        raise MethodError(f"capture table {k}: {part.method} gave no distribution to combine")
    return found
