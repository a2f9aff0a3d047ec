"""Equal-gain exchange: two actors each give way on what they care less about, by so much that both gain alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.bargaining.table import Bargain, in_blocks, read_bargainers


def exchange(
    positions: npt.ArrayLike, salience: npt.ArrayLike, capability: npt.ArrayLike, *, rounds: int = 1
) -> Bargain:
    """Outcome after exchanges of positions with equal gains for both partners.

    The expected outcome of an issue is the mean Oₚ of positions with weights cᵢₚ sᵢₚ / Wₚ. Two actors i and j who lie
    on opposite sides of it on two issues p and q can gain by an exchange where they care for the two in unequal
    proportion: i moves towards j on p, and j towards i on q. With uᵢ = −Σ sᵢₚ |Oₚ − xᵢₚ| their gains are equal when the
    outcomes move by ΔOₚ (sᵢₚ + sⱼₚ) = ΔO_q (sᵢ_q + sⱼ_q); the exchange is as large as it can be until one of the two
    has moved all the way to the other's position, or an outcome has come to the position of the one it moves towards
    (Stokman & van Oosten 1994; van Assen, Stokman & van Oosten 2003).

    In every round all possible exchanges are ranked by their gain. The best is made; then the best of those left in
    which neither actor has a position that was in an exchange already, and so on.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`.
    rounds : int
        Rounds, each from where the last one ended.

    Returns
    -------
    Bargain

    Raises
    ------
    MethodError
        As `read_bargainers`, or `rounds` is below 1.
    """
    from salience.methods.bargaining.kernels_exchange import exchange_draws

    if rounds < 1:
        raise MethodError(f"rounds is {rounds}; expected 1 or more")
    table = read_bargainers(positions, salience, capability)
    draws, actors, issues = table.positions.shape
    moved = np.empty((draws, rounds, actors, issues))
    outcome = np.empty((draws, rounds, issues))

    def work(first: int, after: int) -> None:
        part = slice(first, after)
        exchange_draws(
            table.positions[part], table.salience[part], table.capability[part], outcome[part], moved[part]
        )

    in_blocks(draws, work)
    return table.result("exchange", outcome, moved)
