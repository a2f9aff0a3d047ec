"""Segments of one level, which is integrated out: Poisson counts with a gamma level, normal measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from salience.errors import MethodError
from salience.methods.cells import FloatArray


class Segments(Protocol):
    """What the sums over all cuts need of a model of segments."""

    @property
    def length(self) -> int:
        """Periods of the series."""

    def log_marginal(self, start: int, ends: npt.NDArray[np.intp]) -> FloatArray:
        """Return the log marginal likelihood of the segments from `start` up to, not including, each end."""

    def draw_level(self, start: int, end: int, rng: np.random.Generator) -> float:
        """Draw the level of a segment from its posterior."""


@dataclass(frozen=True, slots=True)
class PoissonSegments:
    """Poisson counts; the level has a gamma prior. Cumulative sums (n + 1,) of counts, exposure and constants."""

    totals: FloatArray
    sizes: FloatArray
    constants: FloatArray
    shape: float
    rate: float
    dispersion: float

    @property
    def length(self) -> int:
        """Periods of the series."""
        return len(self.totals) - 1

    def log_marginal(self, start: int, ends: npt.NDArray[np.intp]) -> FloatArray:
        """Return log ∫ gamma(λ) ∏ Poisson(y | λ e)^(1/dispersion) dλ."""
        a, b = self.shape, self.rate
        total = (self.totals[ends] - self.totals[start]) / self.dispersion
        size = (self.sizes[ends] - self.sizes[start]) / self.dispersion
        constant = (self.constants[ends] - self.constants[start]) / self.dispersion
        return np.asarray(
            a * np.log(b) - gammaln(a) + gammaln(a + total) - (a + total) * np.log(b + size) + constant
        )

    def draw_level(self, start: int, end: int, rng: np.random.Generator) -> float:
        """Draw from gamma(shape + counts, rate + exposure)."""
        total = (self.totals[end] - self.totals[start]) / self.dispersion
        size = (self.sizes[end] - self.sizes[start]) / self.dispersion
        return float(rng.gamma(self.shape + total) / (self.rate + size))


@dataclass(frozen=True, slots=True)
class NormalSegments:
    """Normal measurements about `centre`; cumulative sums (n + 1,) of values and squares, and the prior."""

    totals: FloatArray
    squares: FloatArray
    centre: float
    kappa: float
    alpha: float
    beta: float

    @property
    def length(self) -> int:
        """Periods of the series."""
        return len(self.totals) - 1

    def log_marginal(self, start: int, ends: npt.NDArray[np.intp]) -> FloatArray:
        """Return the multivariate t density of the values (Murphy 2007, eq. 95)."""
        m = (ends - start).astype(np.float64)
        kappa, alpha, beta = self._posterior(start, ends)
        return np.asarray(
            gammaln(alpha)
            - gammaln(self.alpha)
            + self.alpha * np.log(self.beta)
            - alpha * np.log(beta)
            + 0.5 * np.log(self.kappa / kappa)
            - 0.5 * m * np.log(2 * np.pi)
        )

    def _posterior(self, start: int, ends: npt.NDArray[np.intp]) -> tuple[FloatArray, FloatArray, FloatArray]:
        m = (ends - start).astype(np.float64)
        total = self.totals[ends] - self.totals[start]
        square = self.squares[ends] - self.squares[start]
        within = np.maximum(square - total**2 / m, 0.0)
        kappa = self.kappa + m
        beta = self.beta + 0.5 * within + 0.5 * self.kappa * m / kappa * (total / m) ** 2
        return kappa, self.alpha + 0.5 * m, beta

    def draw_level(self, start: int, end: int, rng: np.random.Generator) -> float:
        """Draw the mean from its t distribution."""
        kappa, alpha, beta = (float(x[0]) for x in self._posterior(start, np.array([end])))
        middle = float(self.totals[end] - self.totals[start]) / kappa
        return (
            self.centre + middle + float(rng.standard_t(2 * alpha)) * float(np.sqrt(beta / (alpha * kappa)))
        )


def poisson_segments(
    y: FloatArray, exposure: FloatArray, shape: float, rate: float | None, dispersion: float
) -> PoissonSegments:
    """Return Poisson segments; the prior's mean is the overall level unless a rate is given.

    Raises
    ------
    MethodError
        When shape, rate or dispersion is not above 0.
    """
    chosen = shape * float(exposure.sum()) / float(y.sum()) if rate is None else rate
    if not (shape > 0 and chosen > 0 and dispersion > 0):
        raise MethodError(
            f"shape is {shape:g}, rate {chosen:g}, dispersion {dispersion:g}; expected all above 0"
        )
    constant = y * np.log(np.where(exposure > 0, exposure, 1.0)) - gammaln(y + 1.0)
    return PoissonSegments(_sums(y), _sums(exposure), _sums(constant), shape, chosen, dispersion)


def normal_segments(y: FloatArray) -> NormalSegments:
    """Return normal segments with a weak prior from the series.

    The mean of a segment is normal about the overall mean with ten times the variance within segments; that variance is
    inverse-gamma(2) with mean half the mean square of differences between neighbours.

    Raises
    ------
    MethodError
        When all values are the same.
    """
    within = 0.5 * float(np.mean(np.diff(y) ** 2))
    if within <= 0:
        raise MethodError("all values are the same; expected some that differ")
    centre = float(y.mean())
    return NormalSegments(_sums(y - centre), _sums((y - centre) ** 2), centre, 0.1, 2.0, within)


def _sums(values: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(values)])
