"""Lists that rules propose, how firm each seat is, on which number it hangs, and what each limit costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.errors import QuestionError
from salience.methods.cells import FloatArray
from salience.methods.seats.limits import Limits, make_limits, unit
from salience.methods.seats.profile import BoolArray
from salience.methods.seats.proposal import Price, approval_score, price_limits, proportional_approval
from salience.methods.seats.rules import equal_shares, sequential_phragmen
from salience.questions.table.audit import share_weights
from salience.questions.table.inputs import Seating
from salience.questions.table.names import name_some
from salience.questions.table.params import TableParams

EQUAL_SHARES, PHRAGMEN, PAV = "equal shares", "Phragmén", "proportional approval"
MOST_LISTS = 20
MOST_PRICED = 20
SAFE = 0.95
# A number that moves with a seat less than this decides nothing by itself.
LEAST_CORRELATION = 0.2


@dataclass(frozen=True, slots=True)
class Proposal:
    """The equally good lists of a rule under a weighting."""

    rule: str
    weighting: str
    lists: tuple[tuple[int, ...], ...]
    complete: bool
    represented: float
    score: float


@dataclass(frozen=True, slots=True)
class Stability:
    """How often each candidate is seated over the draws, and the number that its seat hangs on."""

    weighting: str
    seated: FloatArray
    hangs_on: tuple[str, ...]
    draws: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that is proposed."""

    proposals: tuple[Proposal, ...]
    stability: tuple[Stability, ...]
    prices: tuple[Price, ...]
    unpriced: int
    tiers: tuple[tuple[str, tuple[int, ...]], ...]


def propose(seating: Seating, params: TableParams, limits: Limits) -> Proposals:
    """Propose lists by three rules under each weighting."""
    proposals = [each for weighting in seating.weights for each in _by_rules(seating, weighting, limits)]
    stability = tuple(_stability(seating, weighting, limits) for weighting in seating.weights)
    weights = np.nan_to_num(seating.weights[seating.main])
    prices = price_limits(weights, seating.approvals, seating.size, limits, MOST_PRICED)
    return Proposals(
        tuple(proposals), stability, tuple(prices), max(0, len(limits.names) - MOST_PRICED),
        _tiers(seating, params, limits),
    )  # fmt: skip


def _by_rules(seating: Seating, weighting: str, limits: Limits) -> list[Proposal]:
    weights = np.nan_to_num(seating.weights[weighting])
    approvals, size = seating.approvals, seating.size
    shares = equal_shares(weights, approvals, size, limits, MOST_LISTS)
    phragmen = sequential_phragmen(weights, approvals, size, limits, MOST_LISTS)
    best = proportional_approval(weights, approvals, size, limits, MOST_LISTS)
    found = []
    for rule, lists, complete in (
        (EQUAL_SHARES, shares.lists, shares.complete),
        (PHRAGMEN, phragmen.lists, phragmen.complete),
        (PAV, best.lists, best.complete),
    ):
        first = np.zeros(len(seating.names), dtype=bool)
        first[list(lists[0])] = True
        represented = float(weights[approvals[:, first].any(axis=1)].sum() / weights.sum())
        found.append(
            Proposal(rule, weighting, lists, complete, represented, approval_score(weights, approvals, first))
        )
    return found


def _stability(seating: Seating, weighting: str, limits: Limits) -> Stability:
    """Propose by equal shares in each draw; ties are broken by lot, for an order of names would favour somebody."""
    rng = np.random.default_rng(seating.seed)
    weights = share_weights(seating, weighting)
    seated = np.zeros((len(weights), len(seating.names)), dtype=bool)
    for k, (w, a) in enumerate(zip(weights, seating.drawn, strict=True)):
        if not a[w > 0].any():
            continue
        seated[
            k, list(equal_shares(w, a, seating.size, limits, order=rng.permutation(a.shape[1])).lists[0])
        ] = True
    return Stability(weighting, seated.mean(axis=0), _hangs_on(seating, weights, seated), len(weights))


def _hangs_on(seating: Seating, weights: FloatArray, seated: BoolArray) -> tuple[str, ...]:
    """Name the drawn number that moves most with each seat that is neither safe nor hopeless."""
    names = [f"the weight of {name}" for name in seating.voter_names]
    numbers = [weights]
    if seating.inferred.any():
        land = seating.land
        spread = land.position[..., 2] - land.position[..., 0]
        actors, issues = np.nonzero(np.isfinite(spread) & (spread > 0))
        names += [
            f"the position of {land.names[a]} on {land.issue_names[i]}"
            for a, i in zip(actors, issues, strict=True)
        ]
        numbers.append(seating.positions[:, actors, issues])
    x = np.hstack(numbers)
    moving = x.std(axis=0) > 1e-12
    z = np.where(moving, (x - x.mean(axis=0)) / np.where(moving, x.std(axis=0), 1.0), 0.0)
    words = []
    twins = (seating.approvals[:, :, None] == seating.approvals[:, None, :]).all(axis=0) & ~np.eye(
        seated.shape[1], dtype=bool
    )
    for c, column in enumerate(seated.T):
        share = column.mean()
        if share in (0.0, 1.0):
            words.append("")
            continue
        r = z.T @ (column - share) / len(column) / np.sqrt(share * (1.0 - share))
        k = int(np.abs(r).argmax())
        rivals = twins[c] & (seated.mean(axis=0) < 1.0)  # who always has a seat leaves nothing to a lot
        if rivals.any() and abs(r[k]) < 0.5:
            same = name_some([seating.names[t] for t in np.flatnonzero(rivals)])
            words.append(f"lot: {same} would be as good for the same people")
            continue
        strong = abs(r[k]) >= LEAST_CORRELATION
        words.append(
            f"{names[k]} ({'seated when high' if r[k] > 0 else 'seated when low'})"
            if strong
            else "no single number"
        )
    return tuple(words)


def _tiers(seating: Seating, params: TableParams, limits: Limits) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Fill tables one around another: each outer one makes the whole proportional. Limits bind the inner one alone."""
    weights = np.nan_to_num(seating.weights[seating.main])
    count = len(seating.names)
    inside: tuple[int, ...] = ()
    found = []
    total = sum(size for _, size in params.read_tiers())
    if total > count:
        raise QuestionError(f"the tiers have {total} seats for {count} candidates")
    for k, (name, size) in enumerate(params.read_tiers()):
        seated = [("seated", unit(count, c), 1.0) for c in inside]
        keep = limits if k == 0 else make_limits(count, seated)
        now = equal_shares(weights, seating.approvals, len(inside) + size, keep).lists[0]
        found.append((name, tuple(c for c in now if c not in inside)))
        inside = now
    return tuple(found)
