"""Log-likelihoods of one cell as functions of its linear predictor, with two derivatives.

Each family is bound to the outcomes of the cells. `evaluate` gives the log-likelihood of each cell and its
derivatives in the linear predictor `eta` and, where the family has one, in `tau`, the logarithm of the
dispersion theta. All are written so that they keep their digits from means of 1e-12 to 1e5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from salience.errors import MethodError
from salience.methods.cells import FloatArray

# exp() of more than this is past any count and its square would overflow; of less it would vanish.
_LARGEST_PREDICTOR = 300.0
# Below this mean the series are exact to the last digit and the closed forms are not.
_SMALL_MEAN = 0.1
_LARGEST_COUNT = 10_000_000


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Log-likelihood of each cell and its derivatives; those in tau are None for families without it."""

    value: FloatArray
    eta: FloatArray
    eta_eta: FloatArray
    tau: FloatArray | None = None
    eta_tau: FloatArray | None = None
    tau_tau: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """Expected outcome of each cell and its derivatives in the predictor and in log theta."""

    value: FloatArray
    eta: FloatArray
    eta_eta: FloatArray | None
    tau: FloatArray | None = None


class Family(Protocol):
    """What the fitting needs to know of a distribution."""

    has_dispersion: bool

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean: a place to start."""


class Poisson:
    """Counts of 0 and more with mean mu = exp(eta)."""

    has_dispersion = False

    def __init__(self, counts: FloatArray) -> None:
        self._y = counts
        self._constant = gammaln(counts + 1.0)

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        mu = exp_predictor(eta)
        return Likelihood(self._y * eta - mu - self._constant, self._y - mu, -mu)

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return np.log(np.maximum(mean, 1e-8))

    @staticmethod
    def expectation(eta: FloatArray, tau: float) -> Expectation:
        """Return the expected outcome and its derivatives."""
        mu = exp_predictor(eta)
        return Expectation(mu, mu, mu)


class NegativeBinomial:
    """Counts of 0 and more: negative binomial (NB2) with mean mu = exp(eta) and variance mu + mu²/theta.

    log f(y) = sum_{j<y} log(1 + j/theta) + y (eta − L) − theta L − log y!, with L = log(1 + mu/theta)
    (Cameron & Trivedi 2013, section 3.3.1).
    """

    has_dispersion = True

    def __init__(self, counts: FloatArray) -> None:
        if counts.max() > _LARGEST_COUNT:
            raise MethodError(f"counts reach {counts.max():g}; expected at most {_LARGEST_COUNT:,}")
        self._y = counts
        self._index = counts.astype(np.intp)
        self._constant = gammaln(counts + 1.0)
        self._below = np.arange(int(counts.max()), dtype=np.float64)

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        theta = float(np.exp(tau))
        y, mu = self._y, exp_predictor(eta)
        c = mu / theta
        L = np.log1p(c)
        p = c / (1.0 + c)
        u_tau = theta * _log1p_less_fraction(c, L, p)
        gamma, gamma_tau, gamma_tau_tau = gamma_ratio(self._below, self._index, theta)
        surprise = (y - mu) / (1.0 + c)
        return Likelihood(
            value=gamma + y * (eta - L) - theta * L - self._constant,
            eta=surprise,
            eta_eta=-p * surprise - mu / (1.0 + c),
            tau=gamma_tau + y * p - u_tau,
            eta_tau=p * surprise,
            tau_tau=gamma_tau_tau - y * p / (1.0 + c) - u_tau + theta * p * p,
        )

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return np.log(np.maximum(mean, 1e-8))


class Binary:
    """Outcomes of 0 or 1 with probability 1 / (1 + exp(−eta))."""

    has_dispersion = False

    def __init__(self, outcome: FloatArray) -> None:
        self._sign = 1.0 - 2.0 * outcome

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        against = self._sign * eta
        wrong = expit(against)  # the probability given to what did not happen
        return Likelihood(-np.logaddexp(0.0, against), -self._sign * wrong, -wrong * expit(-against))

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        inside = np.clip(mean, 1e-8, 1.0 - 1e-8)
        return np.log(inside) - np.log1p(-inside)

    @staticmethod
    def expectation(eta: FloatArray, tau: float) -> Expectation:
        """Return the expected outcome and its derivatives."""
        p = expit(eta)
        slope = p * expit(-eta)
        return Expectation(p, slope, slope * expit(-eta) - slope * p)


class ZeroTruncatedPoisson:
    """Counts of 1 and more: Poisson with mean mu = exp(eta), given that it is not 0.

    An exponential family in eta, so the log-likelihood is concave. Its mean is m = mu / (1 − exp(−mu)) and
    the variance m (1 + mu − m) (Johnson, Kemp & Kotz 2005, section 4.10).
    """

    has_dispersion = False

    def __init__(self, counts: FloatArray) -> None:
        self._y = counts
        self._constant = gammaln(counts + 1.0)

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        mu = exp_predictor(eta)
        seen = -np.expm1(-mu)
        beyond = _mean_beyond_one(mu, seen)
        value = self._y * eta - mu - np.log(seen) - self._constant
        return Likelihood(value, (self._y - 1.0) - beyond, -(1.0 + beyond) * (mu - beyond))

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return log_mean_before_truncation(mean)

    @staticmethod
    def expectation(eta: FloatArray, tau: float) -> Expectation:
        """Return the expected outcome and its derivatives."""
        mu = exp_predictor(eta)
        beyond = _mean_beyond_one(mu, -np.expm1(-mu))
        return Expectation(1.0 + beyond, (1.0 + beyond) * (mu - beyond), None)


class ZeroTruncatedNegativeBinomial:
    """Counts of 1 and more: negative binomial (NB2) with variance mu + mu²/theta, given that it is not 0.

    With c = mu/theta, L = log(1 + c), p = mu/(mu + theta) and u = theta L, the chance of 0 is exp(−u) and
    log f(y) = sum_{j<y} log(1 + j/theta) + y (eta − L) − u − log(1 − exp(−u)) − log y!
    (Cameron & Trivedi 2013, section 4.3). The sum replaces the difference of two gamma functions, which
    loses all digits when theta is large.
    """

    has_dispersion = True

    def __init__(self, counts: FloatArray) -> None:
        if counts.max() > _LARGEST_COUNT:
            raise MethodError(f"counts reach {counts.max():g}; expected at most {_LARGEST_COUNT:,}")
        self._y = counts
        self._index = counts.astype(np.intp)
        self._constant = gammaln(counts + 1.0)
        self._below = np.arange(int(counts.max()), dtype=np.float64)

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        theta = float(np.exp(tau))
        y, mu = self._y, exp_predictor(eta)
        c = mu / theta
        L = np.log1p(c)
        p = c / (1.0 + c)
        u = theta * L
        seen = -np.expm1(-u)
        odds_unseen = (1.0 - seen) / seen
        mean = mu / seen
        u_tau = theta * _log1p_less_fraction(c, L, p)
        u_tau_tau = u_tau - theta * p * p
        gamma, gamma_tau, gamma_tau_tau = gamma_ratio(self._below, self._index, theta)
        surprise = (y - mean) / (1.0 + c)
        return Likelihood(
            value=gamma + y * (eta - L) - u - np.log(seen) - self._constant,
            eta=surprise,
            eta_eta=-p * surprise - mean * (1.0 - odds_unseen * theta * p) / (1.0 + c),
            tau=gamma_tau + y * p - u_tau / seen,
            eta_tau=p * surprise + mean * odds_unseen * u_tau / (1.0 + c),
            tau_tau=gamma_tau_tau - y * p / (1.0 + c) - (u_tau_tau - odds_unseen * u_tau**2) / seen,
        )

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return log_mean_before_truncation(mean)

    @staticmethod
    def expectation(eta: FloatArray, tau: float) -> Expectation:
        """Return the expected outcome and its derivatives."""
        theta = float(np.exp(tau))
        mu = exp_predictor(eta)
        c = mu / theta
        L = np.log1p(c)
        p = c / (1.0 + c)
        seen = -np.expm1(-theta * L)
        odds_unseen = (1.0 - seen) / seen
        mean = mu / seen
        u_tau = theta * _log1p_less_fraction(c, L, p)
        return Expectation(mean, mean * (1.0 - odds_unseen * theta * p), None, -mean * odds_unseen * u_tau)


class LogSeries:
    """The limit of the zero-truncated negative binomial as theta falls to 0: Fisher's logarithmic series.

    mu and theta vanish together and only c = exp(eta) = mu/theta is left: f(y) = p^y / (y log(1 + c)) with
    p = c/(1 + c) (Fisher, Corbet & Williams 1943). Ratios of means between cells remain; the means do not.
    """

    has_dispersion = False

    def __init__(self, counts: FloatArray) -> None:
        self._y = counts
        self._constant = np.log(counts)

    def evaluate(self, eta: FloatArray, tau: float) -> Likelihood:
        """Return the log-likelihood of each cell and its derivatives."""
        c = exp_predictor(eta)
        L = np.log1p(c)
        rest = 1.0 / (1.0 + c)
        p = c * rest
        ratio = np.where(c > 0, p / np.where(L > 0, L, 1.0), 1.0)
        value = self._y * (eta - L) - np.log(np.maximum(L, 1e-300)) - self._constant
        return Likelihood(value, self._y * rest - ratio, -self._y * p * rest - ratio * (rest - ratio))

    def score_of_theta(self, eta: FloatArray) -> FloatArray:
        """Return the derivative of the log-likelihood in theta, at theta = 0: psi(y) − psi(1) − L/2."""
        harmonic = np.append(0.0, np.cumsum(1.0 / np.arange(1.0, self._y.max() + 1.0)))
        return harmonic[self._y.astype(np.intp) - 1] - 0.5 * np.log1p(exp_predictor(eta))

    def predictor_of_mean(self, mean: FloatArray) -> FloatArray:
        """Return a predictor whose expected outcome is about this mean."""
        return np.log(np.maximum(2.0 * (mean - 1.0), 1e-8))

    @staticmethod
    def expectation(eta: FloatArray, tau: float) -> Expectation:
        """Return the expected outcome and its derivatives."""
        c = exp_predictor(eta)
        L = np.log1p(c)
        mean = np.where(c > 0, c / np.where(L > 0, L, 1.0), 1.0)
        p = c / (1.0 + c)
        return Expectation(mean, mean * (1.0 - np.where(c > 0, p / np.where(L > 0, L, 1.0), 1.0)), None)


def gamma_ratio(
    below: FloatArray, index: npt.NDArray[np.intp], theta: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return sum_{j<y} log(1 + j/theta) and its two derivatives in log theta, for each cell.

    `below` holds 0, 1, … up to the largest count, less one; `index` the counts.
    """
    share = below / (theta + below)
    tables = (np.log1p(below / theta), -share, share * (theta / (theta + below)))
    first, second, third = (np.append(0.0, np.cumsum(table))[index] for table in tables)
    return first, second, third


def exp_predictor(eta: FloatArray) -> FloatArray:
    """Return exp(eta), kept finite and above 0."""
    return np.exp(np.clip(eta, -_LARGEST_PREDICTOR, _LARGEST_PREDICTOR))


def log_mean_before_truncation(mean: FloatArray) -> FloatArray:
    """Return log mu of the Poisson whose mean given 1 and more is `mean`, by a few Newton steps on log mu."""
    target = np.maximum(mean, 1.0 + 1e-8)
    eta = np.log(np.where(target > 2.0, target, 2.0 * (target - 1.0)))
    for _ in range(8):
        mu = np.exp(eta)
        beyond = _mean_beyond_one(mu, -np.expm1(-mu))
        eta = eta - np.clip(np.log(beyond / (target - 1.0)) * beyond / ((1 + beyond) * (mu - beyond)), -1, 1)
    return eta


def _mean_beyond_one(mu: FloatArray, seen: FloatArray) -> FloatArray:
    """Return mu / (1 − exp(−mu)) − 1 to full relative precision (Bernoulli series below 0.1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = mu / seen - 1.0
    small = mu < _SMALL_MEAN
    if small.any():
        x = mu[small]
        square = x * x
        beyond[small] = x / 2 + square / 12 * (1.0 - square / 60 * (1.0 - square / 42 * (1.0 - square / 40)))
    return beyond


def _log1p_less_fraction(c: FloatArray, L: FloatArray, p: FloatArray) -> FloatArray:
    """Return log(1 + c) − c/(1 + c) to full relative precision (alternating series below 0.01)."""
    difference = L - p
    small = c < 0.01
    if small.any():
        x = c[small]
        total = np.zeros_like(x)
        for k in range(9, 1, -1):
            total = (k - 1) / k * (-1.0) ** k + x * total
        difference[small] = x * x * total
    return difference


def rising_below(counts: FloatArray, lowest: float) -> npt.NDArray[np.int8]:
    """Mark cells whose likelihood keeps rising as the predictor falls: those at the lowest possible count."""
    return np.where(counts == lowest, -1, 0).astype(np.int8)
