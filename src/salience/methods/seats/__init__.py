"""Who must be seated: audits of a list, rules that propose one, limits it must keep, seats in proportion and by lot.

The names that users need, from the modules by topic.
"""

from salience.methods.apportionment import apportion, apportion_both_ways
from salience.methods.lottery import Lottery, fair_lottery
from salience.methods.seats.audit import (
    Repair,
    Violated,
    Witness,
    find_violations,
    find_witnesses,
    received_seats,
    repair_list,
    unrepresented,
)
from salience.methods.seats.limits import Limits, make_limits, smallest_conflict, unit
from salience.methods.seats.proposal import Best, Price, approval_score, price_limits, proportional_approval
from salience.methods.seats.rules import Lists, equal_shares, sequential_phragmen

__all__ = [
    "Best",
    "Limits",
    "Lists",
    "Lottery",
    "Price",
    "Repair",
    "Violated",
    "Witness",
    "apportion",
    "apportion_both_ways",
    "approval_score",
    "equal_shares",
    "fair_lottery",
    "find_violations",
    "find_witnesses",
    "make_limits",
    "price_limits",
    "proportional_approval",
    "received_seats",
    "repair_list",
    "sequential_phragmen",
    "smallest_conflict",
    "unit",
    "unrepresented",
]
