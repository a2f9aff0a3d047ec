"""The expected-utility challenge model of Bueno de Mesquita, in two readings that do not agree with each other."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.bargaining.table import Bargain, in_blocks, read_bargainers
from salience.methods.bargaining.votes import median_of

Reading = Literal["as_written", "as_coded"]


def expected_utility(
    positions: npt.ArrayLike,
    salience: npt.ArrayLike,
    capability: npt.ArrayLike,
    reading: Reading = "as_written",
    rounds: int = 10,
    *,
    status_quo: float = 1.0,
) -> Bargain:
    """Actors challenge each other, give way, and meet half way, round by round; the outcome is the weighted median.

    Bueno de Mesquita's model as made explicit by Scholz, Calbert & Smith (2011, J. Theoretical Politics 23: 510-531),
    issue by issue. Dynamics, not a forecast: the published equations and the published results do not agree, and
    small changes of input can send it elsewhere. For actor i with exponent r of its attitude to risk, and d the
    distance as a share of the span of positions at the start,

        success 2 − 4 (½ − ½ d)^r,   failure 2 − 4 (½ + ½ d)^r,   status quo 2 − 4 (½)^r,
        E(i challenges j) = sⱼ (P · success + (1 − P) · failure) + (1 − sⱼ) · success
                            − Q · status quo − (1 − Q)(T · better + (1 − T) · worse).

    Both E(i challenges j) and E(j challenges i) are taken with i's exponent: what i thinks of it. If j's is larger
    and both are positive, i yields; if only j's is positive, i moves a part |E(i)/E(j)| of the way where j's is the
    larger in size, and gives in where it is not. i takes the offer that moves it least, demands before compromises
    before giving in. r = (1 − R/3)/(1 + R/3), with R between −1 and 1 by how much is to be feared from others.

    `as_written`: votes are linear in distance; P is the share of the votes cast on the pair of positions; R compares
    the fear at i's own position with that at every other position that it might hold.
    `as_coded`, as the program behind the published rounds seems to do: votes are bent by each actor's exponent; P
    divides by the votes on all ordered pairs of actors; R compares the fears of all actors; of compromises the one with
    the lowest mean of the two positions, weighted by the sizes of the expected utilities, is taken; nobody gives in.

    Parameters
    ----------
    positions, salience, capability : (…, actors, issues) float
        See `read_bargainers`. Salience is taken as a chance of resisting and must lie between 0 and 1.
    reading : {"as_written", "as_coded"}
    rounds : int
    status_quo : float
        Q, the chance that j does not move unless challenged, 0 to 1. Below 1, T is 1 where j lies further from the
        median than i, so that j is expected to come nearer.

    Returns
    -------
    Bargain

    Raises
    ------
    MethodError
        As `read_bargainers`; a salience above 1; a wrong reading, number of rounds or Q.
    """
    from salience.methods.bargaining.kernels_challenge import challenge_draws

    if reading not in ("as_written", "as_coded"):
        raise MethodError(f"reading is {reading!r}; expected 'as_written' or 'as_coded'")
    if rounds < 1:
        raise MethodError(f"rounds is {rounds}; expected 1 or more")
    if not 0.0 <= status_quo <= 1.0:
        raise MethodError(f"status_quo is {status_quo:g}; expected 0 to 1")
    table = read_bargainers(positions, salience, capability)
    if (table.salience > 1.0).any():
        raise MethodError("salience holds a value above 1; this model takes it as a chance of resisting")
    draws, actors, issues = table.positions.shape
    moved = np.empty((draws, rounds, actors, issues))

    def work(first: int, after: int) -> None:
        part = slice(first, after)
        challenge_draws(
            table.positions[part], table.salience[part], table.capability[part],
            reading == "as_coded", float(status_quo), moved[part],
        )  # fmt: skip

    in_blocks(draws, work)
    outcome = np.empty((draws, rounds, issues))
    weight = table.weight
    for k in range(rounds):
        outcome[:, k] = median_of(moved[:, k], weight)
    return table.result("expected_utility", outcome, moved)
