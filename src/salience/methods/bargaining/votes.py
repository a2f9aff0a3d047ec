"""Models that weigh positions once: the compromise mean, the weighted median, and a vote of every pair."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.methods.bargaining.table import Bargain, in_blocks, read_bargainers
from salience.methods.cells import FloatArray


def compromise(positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike) -> Bargain:
    """Mean position, weighted by capability × salience.

    The compromise model of van den Bos (1991); Achen (2006, in *The European Union Decides*, ch. 4) shows when it
    comes near a Nash bargaining solution: actors with quadratic losses to whom no agreement is far worse than any.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`.

    Returns
    -------
    Bargain
        One round.
    """
    table = read_bargainers(positions, salience, capability)
    weight = table.weight
    mean = (weight * np.nan_to_num(table.positions)).sum(axis=1) / weight.sum(axis=1)
    return table.result("compromise", mean[:, None])


def weighted_median(positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike) -> Bargain:
    """Position with half of the weight (capability × salience) on either side.

    With losses that grow with distance it beats every other position in a weighted vote (Black 1958). Where exactly
    half of the weight lies below a position, the middle between it and the next is taken.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`.

    Returns
    -------
    Bargain
        One round.
    """
    table = read_bargainers(positions, salience, capability)
    return table.result("weighted_median", median_of(table.positions, table.weight)[:, None])


def median_of(positions: FloatArray, weight: FloatArray) -> FloatArray:
    """Return weighted medians over actors: (draws, actors, issues) twice to (draws, issues)."""
    order = np.argsort(np.where(weight > 0, positions, np.inf), axis=1, kind="stable")
    x = np.take_along_axis(positions, order, axis=1)
    w = np.take_along_axis(weight, order, axis=1)
    half = np.cumsum(w, axis=1) / w.sum(axis=1, keepdims=True)
    # Sums of weights that are equal on paper differ in their last digits.
    near = 1e-12
    at = (half >= 0.5 - near).argmax(axis=1)[:, None]
    after = np.minimum((half > 0.5 + near).argmax(axis=1)[:, None], x.shape[1] - 1)
    low, high = np.take_along_axis(x, at, axis=1)[:, 0], np.take_along_axis(x, after, axis=1)[:, 0]
    return np.asarray(0.5 * (low + high))


def condorcet(positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike) -> Bargain:
    """Mean over positions, weighted by how often each stands in an endless series of pairwise votes.

    Position a beats b with the chance v(a)/(v(a) + v(b)), v(a) = Σ capability × salience × how much nearer a is. From
    any standing position a challenger is drawn from the others with equal chances; the outcome is the mean under the
    chain's stationary distribution (Jesse & Brown, the probabilistic Condorcet election of the KAPSARC toolkit;
    Levin, Peres & Wilmer 2017, section 1.5). `condorcet_shares` gives that distribution.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`.

    Returns
    -------
    Bargain
        One round.
    """
    table = read_bargainers(positions, salience, capability)
    shares = _stationary(table.positions, table.weight)
    mean = (shares * np.nan_to_num(table.positions)).sum(axis=1)
    return table.result("condorcet", mean[:, None])


def condorcet_shares(
    positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike
) -> FloatArray:
    """Return how often each actor's position stands in the long run: (…, actors, issues), 1 in sum.

    Actors with one position share its part equally.
    """
    table = read_bargainers(positions, salience, capability)
    return _stationary(table.positions, table.weight).reshape(*table.lead, *table.positions.shape[1:])


def _stationary(positions: FloatArray, weight: FloatArray) -> FloatArray:
    from salience.methods.bargaining.kernels_nash import condorcet_draws

    shares = np.zeros_like(positions)

    def work(first: int, after: int) -> None:
        condorcet_draws(positions[first:after], weight[first:after], shares[first:after])

    in_blocks(len(positions), work)
    return shares
