"""Contradictory numbers: what is common to the accounts of an event, and what each source adds.

On the log scale an account tells x = θ + b + e: the toll of its event, the bias of its source, an error whose spread is
the source's own. A number n says that exp(x) lies between n − ½ and n + ½ (under ½ for 0), or in the wider interval
that rounds to n; a range, "at least" and "dozens" say less. Adding a constant to all θ and taking it from all b changes
nothing: accounts alone give only contrasts between sources, and a level once somebody is believed.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray, IntArray
from salience.methods.chains import check_chains
from salience.methods.intervals import Intervals
from salience.methods.reports.links import NONE, Links, link

Flags = npt.NDArray[np.bool_]
MOST_BIASES = 400


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the accounts say of tolls and sources.

    Attributes
    ----------
    bias : (chains, draws, biases) float
        Log biases; only differences within a component mean anything.
    spread : (chains, draws, sources) float
        Standard deviation of a source's log error.
    rounding : (chains, draws, sources) float
        Share of a source's numbers from 10 on that are rounded.
    log_toll : (kept, items) float
        Log tolls, each meaningful only together with `bias_kept`; nan for items without an account.
    bias_kept : (kept, biases) float
        The biases of the same draws.
    bias_component, item_component : (biases,), (items,) int
        Which biases are linked through shared items; between components nothing can be compared. Negative for items
        without an account that links them.
    accounts : (biases,) int
        Accounts counted for each bias.
    shared : (biases,) int
        Those of them about an item that another bias tells of too.
    counted : (n,) bool
        False for copies.
    oddness : (n,) float
        Mean standardised residual of each account; nan for copies.
    rhat, ess : float
        The worst over contrasts and spreads.
    level : float
    """

    bias: FloatArray
    spread: FloatArray
    rounding: FloatArray
    log_toll: FloatArray
    bias_kept: FloatArray
    bias_component: IntArray
    item_component: IntArray
    accounts: IntArray
    shared: IntArray
    counted: Flags
    oddness: FloatArray
    rhat: float
    ess: float
    level: float

    def contrast(self, first: int, second: int) -> Intervals | None:
        """Return how many times as high `first` runs as `second`; None when nothing links them."""
        if self.bias_component[first] != self.bias_component[second]:
            return None
        return self._ratio(self.bias[..., first] - self.bias[..., second])

    def tendency(self, which: int) -> Intervals | None:
        """Return how many times as high a bias runs as the geometric mean of the others linked to it."""
        others = self.bias_component == self.bias_component[which]
        others[which] = False
        if not others.any():
            return None
        return self._ratio(self.bias[..., which] - self.bias[..., others].mean(axis=-1))

    def scatter(self, source: int) -> Intervals:
        """Return the factor exp(spread) within which two thirds of a source's numbers lie."""
        return self._ratio(self.spread[..., source])

    def share_rounded(self, source: int) -> Intervals:
        """Return the share of a source's numbers from 10 on that are rounded."""
        return self._summary(self.rounding[..., source])

    def tolls(self, anchor: npt.ArrayLike) -> FloatArray:
        """Return draws of every item's toll, whole numbers, if the anchor's numbers have no bias.

        Parameters
        ----------
        anchor : int or (items,) int
            A bias, or for each item the bias that is believed there; −1 where none is.

        Returns
        -------
        (kept, items) float
            nan where nothing links the item to its anchor.
        """
        of = np.broadcast_to(np.asarray(anchor, dtype=np.intp), self.item_component.shape)
        linked = (of >= 0) & (self.bias_component[of] == self.item_component)
        tolls = np.full(self.log_toll.shape, np.nan)
        tolls[:, linked] = np.rint(np.exp(self.log_toll[:, linked] + self.bias_kept[:, of[linked]]))
        return tolls

    def _ratio(self, draws: FloatArray) -> Intervals:
        found = self._summary(draws)
        return Intervals(np.exp(found.value), np.exp(found.low), np.exp(found.high), self.level)

    def _summary(self, draws: FloatArray) -> Intervals:
        tails = [0.5, (1 - self.level) / 2, (1 + self.level) / 2]
        value, low, high = np.quantile(draws, tails)
        return Intervals(value, low, high, self.level)


def reconcile(
    item: npt.ArrayLike,
    source: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    bias: npt.ArrayLike | None = None,
    copy_of: npt.ArrayLike | None = None,
    known_spread: npt.ArrayLike | None = None,
    unbiased: bool = False,
    rounding: bool = True,
    chains: int = 4,
    warmup: int = 500,
    draws: int = 500,
    keep: int = 400,
    seed: int = 0,
    level: float = 0.95,
) -> Reconciled:
    """Fit the model of contradictory numbers by Gibbs sampling.

    Parameters
    ----------
    item, source : (n,) int
        What the account tells of (an event, or one side's losses in it), and who tells; both from 0 on.
    low, high : (n,) float
        What is told, in deaths: equal for a number, different for a range; `high` nan for "at least", `low` nan for
        "at most".
    bias : (n,) int, optional
        Which bias the account carries: one source may have several, one for its own losses and one for its
        enemy's. Its source when left out.
    copy_of : (n,) int, optional
        The account that this one repeats; −1 for none. Copies are not counted.
    known_spread : (sources,) float, optional
        Standard deviations of log errors, where known; nan elsewhere.
    unbiased : bool
        Take all biases as zero.
    rounding : bool
        Whether numbers from 10 on that end in 0 may be rounded.
    chains, warmup, draws, keep, seed : int
        `keep` draws of tolls are kept.
    level : float

    Raises
    ------
    MethodError
        On arrays of other shapes, negative counts, low above high, an account that tells nothing, no accounts, or more
        than 400 biases.

    Notes
    -----
    θ ~ N(μ, τ²), with one μ and τ for items that several tell of and one for those that each source alone tells of; b ~
    N(0, ω²), spread² inverse gamma around a common value; μ flat, the variances with weak conjugate priors. Compare
    Radford et al. 2023, PNAS 120.

    "At least" bounds the toll of its item and says nothing of the source's bias and spread (a cut, Plummer 2015,
    Statistics and Computing 25): who says "at least 12" mostly means about 12 and not any number above.
    """
    told = check_accounts(item, source, low, high, bias)
    counted = _without_copies(len(told.item), copy_of)
    data, order, links = _prepare(told, counted, rounding)
    known = _known(known_spread, int(told.source.max()) + 1)
    return _sample(
        data, order, links, counted, known, unbiased, chains, warmup, draws, keep, seed, level, len(told.item)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Checked accounts; all arrays (n,)."""

    item: IntArray
    source: IntArray
    bias: IntArray
    low: FloatArray
    high: FloatArray


def check_accounts(
    item: npt.ArrayLike, source: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, bias: npt.ArrayLike | None
) -> Told:  # fmt: skip
    """Return the accounts as arrays, or say what is wrong with which of them."""
    least, most = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    named = (("item", item), ("source", source), ("bias", bias))
    labels = [_labels(name, x) for name, x in named if x is not None]
    if any(x.shape != least.shape for x in (*labels, most)) or least.ndim != 1:
        raise MethodError("item, source, bias, low and high must be of one length")
    if not len(least):
        raise MethodError("there is no account")
    for wrong, what in (
        (np.isnan(least) & np.isnan(most), "tells no number"),
        ((least < 0) | (most < 0), "tells a negative number"),
        (np.isinf(least) | np.isinf(most), "tells an infinite number; 'at least' has no high (nan)"),
        (least > most, "has its low above its high"),
    ):
        if wrong.any():
            k = int(np.flatnonzero(wrong)[0])
            raise MethodError(f"account {k} ({least[k]:g} to {most[k]:g}) {what}")
    return Told(labels[0], labels[1], labels[2] if bias is not None else labels[1], least, most)


def _labels(name: str, values: npt.ArrayLike) -> IntArray:
    found = np.asarray(values)
    if found.dtype.kind not in "iu" or (found < 0).any():
        raise MethodError(f"{name} must be whole numbers from 0 on")
    return found.astype(np.intp)


def _without_copies(n: int, copy_of: npt.ArrayLike | None) -> Flags:
    if copy_of is None:
        return np.ones(n, dtype=bool)
    copies = np.asarray(copy_of)
    if copies.shape != (n,) or copies.dtype.kind not in "iu" or (copies < -1).any() or (copies >= n).any():
        raise MethodError(f"copy_of must hold for each of the {n} accounts the position of another, or −1")
    counted = np.asarray(copies < 0)
    if not counted.any():
        raise MethodError("every account is a copy; none is left to count")
    return counted


def _known(known_spread: npt.ArrayLike | None, sources: int) -> FloatArray:
    if known_spread is None:
        return np.full(sources, np.nan)
    known = np.asarray(known_spread, dtype=np.float64)
    if known.shape != (sources,) or (known <= 0).any():
        raise MethodError(f"known_spread must hold {sources} positive numbers or nan, one for each source")
    return known


def _prepare(
    told: Told, counted: Flags, rounding: bool
) -> tuple[tuple[npt.NDArray[np.generic], ...], IntArray, Links]:
    """Sort the counted accounts by item and put their bounds on the log scale."""
    order = np.flatnonzero(counted)[np.argsort(told.item[counted], kind="stable")]
    item, bias = told.item[order], told.bias[order]
    one_sided = np.isnan(told.low[order]) | np.isnan(told.high[order])
    if one_sided.all():
        raise MethodError(
            "every account says 'at least' or 'at most'; expected some that tell a number or a range"
        )
    biases, items = int(told.bias.max()) + 1, int(told.item.max()) + 1
    if biases > MOST_BIASES:
        raise MethodError(f"there are {biases} biases, more than {MOST_BIASES}; put small sources together")
    links = link(item, bias, one_sided, items, biases)
    there, first = np.unique(item, return_index=True)
    bounds = log_bounds(told.low[order], told.high[order], rounding)
    # What one source alone tells of may be of another size: it must not speak to that source's bias.
    alone = np.minimum.reduceat(bias, first) == np.maximum.reduceat(bias, first)
    label = np.where(alone, biases + items + bias[first], links.item_component[there])
    # A mean needs a number: where all of a group is "at least", it goes with those linked to it, or with any.
    numbered = ~np.logical_and.reduceat(one_sided, first)
    for instead in (links.item_component[there], label[numbered][0]):
        label = np.where(np.isin(label, label[numbered]), label, instead)
    group = np.unique(label, return_inverse=True)[1].astype(np.intp)
    return (np.append(first, len(item)), group, bias, told.source[order], *bounds, one_sided), order, links


def log_bounds(
    low: FloatArray, high: FloatArray, rounding: bool
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray]:
    """Return what accounts say of the logarithm: bounds, bounds if rounded, and whether they may be."""
    at_least = np.where(np.isnan(low), 0.0, low)
    with np.errstate(divide="ignore"):
        least = np.log(np.maximum(at_least - 0.5, 0.0))
        most = np.where(np.isnan(high), np.inf, np.log(np.where(np.isnan(high), 1.0, high) + 0.5))
    number = (low == high) & (low >= 10) & (low == np.floor(low))
    unit = np.ones(len(low))
    while rounding and (more := number & (np.mod(np.where(number, low, 1.0), unit * 10) == 0)).any():
        unit = np.where(more, unit * 10, unit)
        number = more
    heap = np.where((low == high) & (low >= 10) & (low == np.floor(low)), 0, -1)
    heap = np.where(unit > 1, 1, heap) if rounding else np.full(len(low), -1)
    wide = unit > 1
    low_round = np.where(wide, np.log(np.where(wide, low - unit / 2, 1.0)), least)
    high_round = np.where(wide, np.log(np.where(wide, low + unit / 2, 1.0)), most)
    return least, most, low_round, high_round, heap.astype(np.intp)


def _sample(
    data: tuple[npt.NDArray[np.generic], ...], order: IntArray, links: Links, counted: Flags, known: FloatArray,
    unbiased: bool, chains: int, warmup: int, draws: int, keep: int, seed: int, level: float, n: int,
) -> Reconciled:  # fmt: skip
    from salience.methods.reports.kernels import Accounts, Kept, Prior, run_chain

    if chains < 1 or draws < 4 or warmup < 0 or keep < chains or not 0 < level < 1:
        raise MethodError("expected one chain or more, four draws or more, and a level between 0 and 1")
    accounts = Accounts(*data)  # type: ignore[arg-type]
    biases, items = len(links.accounts), len(accounts.group)
    groups = int(accounts.group.max()) + 1
    prior = Prior(biases, len(known), groups, known, unbiased, 1.0, 0.25, 1.0, 0.5, 4.0, 1.0, 4.0)
    every = max(1, chains * draws // keep)
    streams = np.random.SeedSequence(seed).spawn(chains)

    def walk(stream: np.random.SeedSequence) -> Kept:
        rng = np.random.default_rng(stream)
        kept = Kept(
            np.zeros((draws, biases)), np.zeros((draws, len(known))), np.zeros((draws, len(known))),
            np.zeros((draws, groups)), np.zeros((draws, groups)), np.zeros((-(-draws // every), items)),
            np.zeros(len(order)),
        )  # fmt: skip
        run_chain(rng, accounts, prior, _starts(accounts.low, accounts.high, rng), warmup, kept, every)
        return kept

    with ThreadPoolExecutor(min(chains, os.cpu_count() or 1)) as pool:
        kept = list(pool.map(walk, streams))
    bias = np.stack([k.bias for k in kept])
    spread = np.stack([k.spread for k in kept])
    oddness = np.full(n, np.nan)
    oddness[order] = np.mean([k.oddness for k in kept], axis=0)
    log_toll = np.full((chains * len(kept[0].toll), len(links.item_component)), np.nan)
    log_toll[:, links.item_component != NONE] = np.concatenate([k.toll for k in kept])
    rhat, ess = _diagnose(bias, spread, links)
    return Reconciled(
        bias=bias,
        spread=spread,
        rounding=np.stack([k.rounding for k in kept]),
        log_toll=log_toll,
        bias_kept=np.concatenate([k.bias[::every] for k in kept]),
        bias_component=links.bias_component,
        item_component=links.item_component,
        accounts=links.accounts,
        shared=links.shared,
        counted=counted,
        oddness=oddness,
        rhat=rhat,
        ess=ess,
        level=level,
    )


def _starts(low: FloatArray, high: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return a point within each account's bounds, another for each chain."""
    a = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high - 1.0, 0.0))
    b = np.where(np.isfinite(high), high, a + 1.0)
    return np.asarray(a + rng.random(len(a)) * (b - a))


def _diagnose(bias: FloatArray, spread: FloatArray, links: Links) -> tuple[float, float]:
    """Return the largest R-hat and the smallest effective number of draws of what has been seen."""
    checks = []
    for c in np.flatnonzero(links.accounts):
        linked = (links.bias_component == links.bias_component[c]) & (links.accounts > 0)
        if linked.sum() > 1:
            checks.append(check_chains(bias[..., c] - bias[..., linked].mean(axis=-1)))
    checks += [check_chains(spread[..., s]) for s in range(spread.shape[2])]
    return max(c.rhat for c in checks), min(min(c.ess_bulk, c.ess_tail) for c in checks)
