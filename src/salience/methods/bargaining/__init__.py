"""Rival models of where a negotiation leads; none is privileged.

Arrays are positions, salience and capability : (…, actors, issues); leading axes are draws, nan is a missing position.
Each model returns a `Bargain` with the outcome and the positions after every round. What they assume and how far off
they were on decisions whose outcome is known stands in `docs/options.md`.
"""

from salience.methods.bargaining.challenge import expected_utility
from salience.methods.bargaining.exchange import exchange
from salience.methods.bargaining.nash import nash
from salience.methods.bargaining.table import Bargain
from salience.methods.bargaining.votes import compromise, condorcet, condorcet_shares, weighted_median

__all__ = [
    "Bargain",
    "compromise",
    "condorcet",
    "condorcet_shares",
    "exchange",
    "expected_utility",
    "nash",
    "weighted_median",
]
