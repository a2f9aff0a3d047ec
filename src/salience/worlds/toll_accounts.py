"""Accounts of known tolls by sources of known habits, as arrays: to try the method by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.worlds.simulate import stream
from salience.worlds.truth import Floats, Ints

SOURCES = ("agency", "monitor", "paper", "party", "copier")
SPREAD = (0.30, 0.15, 0.40, 0.25, 0.30)


@dataclass(frozen=True, slots=True)
class TollAccounts:
    """Accounts, and what is true of them.

    Attributes
    ----------
    item, source, bias : (n,) int
    low, high : (n,) float
        nan where a number has no such bound.
    copy_of : (n,) int
    toll : (items,) int
    true_bias : (biases,) float
        Log factors; the last is the party's for its enemy's losses.
    spread : (sources,) float
    """

    item: Ints
    source: Ints
    bias: Ints
    low: Floats
    high: Floats
    copy_of: Ints
    toll: Ints
    true_bias: Floats
    spread: Floats


def draw_accounts(events: int, seed: int, *, lying: bool = False, vague: bool = False) -> TollAccounts:
    """Draw accounts of both sides' losses in events.

    Parameters
    ----------
    events : int
        Each with losses on two sides; tolls are rounded log-normal (mean log 1.8, standard deviation 1.2), zeros among
        them.
    seed : int
    lying : bool
        Whether one party tells 0.4 of its own losses and 2.5 times its enemy's; else it is honest.
    vague : bool
        Whether numbers are rounded to tens, told as ranges, "at least" and "dozens", and copied.
    """
    rng = stream(seed, 43)
    items = 2 * events
    toll = np.rint(np.exp(rng.normal(1.8, 1.2, items))).astype(np.int64)
    habit = np.array(
        [0.0, 0.0, np.log(1.4), np.log(0.4) if lying else 0.0, 0.0, np.log(2.5) if lying else 0.0]
    )
    item, source, bias, told = [], [], [], []
    for s, chance in enumerate((0.5, 0.4, 0.4, 0.6)):
        who = np.flatnonzero(rng.random(items) < chance)
        which = np.where((who % 2 == 1) & (s == 3), 5, s)
        error = SPREAD[s] * rng.standard_normal(len(who))
        item.append(who)
        source.append(np.full(len(who), s))
        bias.append(which)
        told.append(np.rint(toll[who] * np.exp(habit[which] + error)))
    number = np.concatenate(told)
    low, high = number.copy(), number.copy()
    at, of = np.concatenate(item), np.concatenate(source)
    copy_of = np.full(len(number), -1)
    if vague:
        low, high = _vaguely(number, of, rng)
        copied = np.flatnonzero((of == 0) & (rng.random(len(of)) < 0.6))
        at, of = np.append(at, at[copied]), np.append(of, np.full(len(copied), 4))
        low, high = np.append(low, low[copied]), np.append(high, high[copied])
        bias.append(np.full(len(copied), 4))
        copy_of = np.append(copy_of, copied)
    return TollAccounts(
        at, of, np.concatenate(bias), low, high, copy_of, toll, habit, np.array(SPREAD)[: of.max() + 1]
    )  # fmt: skip


def _vaguely(number: Floats, source: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Round half of the agency's numbers to tens; make a third of the paper's vague."""
    tens = (source == 0) & (number >= 10) & (rng.random(len(number)) < 0.5)
    number = np.where(tens, np.rint(number / 10) * 10, number)
    low, high = number.copy(), number.copy()
    draw = np.where(source == 2, rng.random(len(number)), 1.0)
    dozens = (draw < 0.33) & (number >= 24) & (number <= 99)
    low[dozens], high[dozens] = 24.0, 99.0
    least = (draw < 0.15) & ~dozens & (number >= 2)
    low[least], high[least] = np.floor(0.8 * number[least]), np.nan
    wide = (draw >= 0.15) & (draw < 0.33) & ~dozens
    low[wide], high[wide] = np.floor(0.75 * number[wide]), np.ceil(1.25 * number[wide])
    return low, high
