"""Whether chains of draws have met, how many independent draws they are worth, and where their hills are.

Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and localization: an improved
R-hat for assessing convergence of MCMC", Bayesian Analysis 16(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.intervals import weighted_quantiles


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What the chains say of themselves.

    Attributes
    ----------
    rhat : float
        Rank-normalised split R-hat, the larger of bulk and folded; near 1 when the chains agree.
    ess_bulk, ess_tail : float
        Effective draws for the middle, and for the 5 % and 95 % quantiles.
    """

    rhat: float
    ess_bulk: float
    ess_tail: float


@dataclass(frozen=True, slots=True)
class Mode:
    """A hill of the posterior of N: where it is highest, and the share of the draws on it."""

    at: float
    weight: float


def check_chains(draws: npt.ArrayLike) -> ChainCheck:
    """Compute R-hat and effective sample sizes.

    Parameters
    ----------
    draws : (chains, draws) float
        At least 4 draws a chain. Where all draws are equal there is nothing to disagree on: R-hat is 1 and all
        draws count.

    Raises
    ------
    MethodError
        On another shape, too few draws, or draws that are not finite.
    """
    x = np.asarray(draws, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < 4 or not np.isfinite(x).all():
        raise MethodError(f"draws has shape {x.shape}; expected (chains, 4 or more) finite numbers")
    if (x == x.flat[0]).all():
        return ChainCheck(1.0, float(x.size), float(x.size))
    halves = _split(x)
    folded = np.abs(halves - np.median(halves))
    rhat = max(_rhat(_normalised(halves)), _rhat(_normalised(folded)))
    tails = [_effective(_split(x <= np.quantile(x, q)).astype(np.float64)) for q in (0.05, 0.95)]
    return ChainCheck(rhat, _effective(_normalised(halves)), min(tails))


def find_modes(
    totals: FloatArray, probability: FloatArray | None = None, *, least: float = 0.02, valley: float = 0.5
) -> tuple[Mode, ...]:
    """Find the hills of a distribution of N, on the scale of its logarithm.

    A hill counts when it holds `least` of the probability and the lowest point towards its neighbour is under
    `valley` of the lower top; a kernel estimate with Silverman's bandwidth (1986, equation 3.31) says where they are.

    Parameters
    ----------
    totals : (d,) float
        Draws, or the support in ascending order.
    probability : (d,) float, optional
        Of the support; draws all weigh alike.
    """
    if probability is None:
        totals, weight = np.sort(totals), np.full(len(totals), 1.0 / len(totals))
    else:
        weight = probability
    middle = weighted_quantiles(totals, weight, np.array([0.25, 0.5, 0.75]))
    x = np.log(totals)
    spread = min(
        float(np.sqrt(np.cov(x, aweights=weight, ddof=0))), float(np.log(middle[2] / middle[0])) / 1.34
    )
    if spread <= 0:
        return (Mode(float(middle[1]), 1.0),)
    width = 0.9 * spread * min(len(x), 4000) ** -0.2
    edges = np.arange(x.min() - 4 * width, x.max() + 4 * width, width / 4)
    if len(edges) > 100_000:
        return (Mode(float(middle[1]), 1.0),)
    number = np.histogram(x, edges, weights=weight)[0]
    kernel = np.exp(-0.5 * (np.arange(-16, 17) / 4) ** 2)
    height = np.convolve(number, kernel / kernel.sum(), mode="same")
    at = (edges[1:] + edges[:-1]) / 2
    tops = _true_tops(height, valley)
    cuts = [int(i + np.argmin(height[i : j + 1])) for i, j in pairwise(tops)]
    shares = np.add.reduceat(number, [0, *cuts])
    found = [Mode(float(np.exp(at[t])), float(s)) for t, s in zip(tops, shares, strict=True) if s >= least]
    return tuple(sorted(found, key=lambda mode: -mode.weight))


def say_modes(modes: tuple[Mode, ...]) -> tuple[str, ...]:
    """Warn of a posterior with several hills."""
    if len(modes) < 2:
        return ()
    hills = ", ".join(f"near {m.at:,.0f} ({100 * m.weight:.0f} %)" for m in modes)
    return (f"the posterior has {len(modes)} hills: {hills}; the data do not choose between them",)


def _true_tops(height: FloatArray, valley: float) -> list[int]:
    """Return local maxima that a deep enough valley parts."""
    rises = np.diff(height) > 0
    tops = [int(i) + 1 for i in np.flatnonzero(rises[:-1] & ~rises[1:])] or [int(np.argmax(height))]
    kept = [tops[0]]
    for top in tops[1:]:
        low = height[kept[-1] : top + 1].min()
        if low < valley * min(height[kept[-1]], height[top]):
            kept.append(top)
        elif height[top] > height[kept[-1]]:
            kept[-1] = top
    return kept


def _split(x: npt.NDArray[np.generic]) -> FloatArray:
    """Return both halves of every chain as chains: (2 · chains, draws // 2); the middle of an odd number goes."""
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, -half:]], dtype=np.float64)


def _normalised(x: FloatArray) -> FloatArray:
    """Replace draws by normal scores of their ranks (equation 14)."""
    ranks = rankdata(x, method="average").reshape(x.shape)
    return np.asarray(ndtri((ranks - 0.375) / (x.size + 0.25)))


def _rhat(x: FloatArray) -> float:
    n = x.shape[1]
    within = x.var(axis=1, ddof=1).mean()
    between = x.mean(axis=1).var(ddof=1)
    if within <= 0:
        return 1.0 if between <= 0 else float("inf")
    return float(np.sqrt((n - 1) / n + between / within))


def _effective(x: FloatArray) -> float:
    """Effective sample size by Geyer's initial monotone sequence (equations 10 and 11)."""
    chains, n = x.shape
    if (x == x.flat[0]).all():
        return float(x.size)
    centred = x - x.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n, axis=1)
    autocovariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :n] / n
    within = (autocovariance[:, 0] * n / (n - 1)).mean()
    total = within * (n - 1) / n + x.mean(axis=1).var(ddof=1)
    rho = 1.0 - (within - autocovariance.mean(axis=0)) / total
    rho[0] = 1.0
    pairs = rho[: (n - 1) // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    last = int(negative[0]) if len(negative) else len(pairs) - 1
    time = -1.0 + 2.0 * np.minimum.accumulate(pairs[:last]).sum()
    # The first term of the pair at which the sequence ends still counts where it is positive, as in Stan and ArviZ.
    time += max(float(rho[2 * last]), 0.0)
    size = chains * n
    return float(min(size / max(time, 1.0 / np.log10(size)), size * np.log10(size)))
