"""The tables of the disparity answer; counts of few persons are not shown in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.methods import rates
from salience.questions.answer import Cell, Column, Table, format_number
from salience.questions.disparity.counts import SourceCount
from salience.questions.disparity.find import Finding
from salience.questions.disparity.labels import Category
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.population import Denominator
from salience.questions.disparity.release import hide_small, show_count

NOTHING = (None, None, None)
SCENARIOS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)


def tabulate_groups(
    found: Sequence[Finding], denominator: Denominator, params: DisparityParams, hidden: frozenset[Category]
) -> Table:
    """Put all groups side by side."""
    k = params.smallest_cell
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        s, w = each.shares, each.within
        if each.category in hidden:
            # Its ratios would give the count away.
            count = show_count(each.counts[0], k, hidden=True)
            rows.append((each.category.name, count, None, *(each.share or NOTHING), *[None] * 7))
            continue
        rows.append(
            (
                each.category.name,
                show_count(each.counts[0], k),
                None if s is None else s.named_share,
                *(each.share or NOTHING),
                *((None, None) if s is None else (s.like_known.low, _end(s.like_known.high))),
                *((None, None) if s is None else (s.limits[0], _end(s.limits[1]))),
                *((None, None) if w is None else (w.common.ratio.low, _end(w.common.ratio.high))),
                _chance(each.adjusted) if s is not None else None,
            )
        )
    columns = (
        Column("group", "group"),
        Column("count", "named"),
        Column("share", "share of the named", "share"),
        Column("population_low", f"share of {denominator.name}, from", "share"),
        Column("population", "best", "share"),
        Column("population_high", "to", "share"),
        Column("low", "times as often, from", "number"),
        Column("high", "to", "number"),
        Column("bound_low", "whoever the unnamed are, from", "number"),
        Column("bound_high", "to", "number"),
        Column("within_low", "in the same places, from", "number"),
        Column("within_high", "to", "number"),
        Column("chance", "chance of this if no difference (Holm)"),
    )
    unknown = found[0].shares.unknown_share if found and found[0].shares else 0.0
    return Table(
        "groups",
        f"Each group against {denominator.name}",
        columns,
        tuple(rows),
        f"{len(found)} groups are compared; the last column is adjusted for all of them together. Of "
        f"{100 * unknown:.0f} % "
        "the group is not named: the first interval takes them for like the others, the second for anyone. "
        f"Population: {'; '.join(denominator.sources)}"
        + (f", {denominator.year}" if denominator.year else "")
        + (". Shares over all are summed from places by their persons." if denominator.summed else "."),
    )


def tabulate_denominators(
    focus: Finding, name: Denominator, rivals: Sequence[tuple[Denominator, Finding]], params: DisparityParams
) -> Table:
    """Show what each denominator makes of the same counts."""
    rows: list[tuple[Cell, ...]] = []
    for denominator, each in [(name, focus), *rivals]:
        s = each.shares
        rows.append(
            (
                denominator.name,
                *(each.share or NOTHING),
                *(
                    (None, None, None)
                    if s is None
                    else (s.like_known.value, s.like_known.low, _end(s.like_known.high))
                ),
                *((None, None) if s is None else (s.limits[0], _end(s.limits[1]))),
                "; ".join(denominator.sources),
                denominator.year,
            )
        )
    columns = (
        Column("denominator", "against"),
        Column("share_low", f"share of {focus.category.name}, from", "share"),
        Column("share", "best", "share"),
        Column("share_high", "to", "share"),
        Column("ratio", "times as often", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("bound_low", "whoever the unnamed are, from", "number"),
        Column("bound_high", "to", "number"),
        Column("source", "source"),
        Column("year", "year"),
    )
    return Table(
        "denominators",
        f"{focus.category.name}: what each denominator makes of the same counts",
        columns,
        tuple(rows),
        "Residents ask who is hit among all who live there; those at risk or stopped ask what happens to people after "
        "they came into reach. A group that is stopped too often can look fairly treated against those stopped.",
    )


def tabulate_unknown(focus: Finding, params: DisparityParams) -> Table:
    """Show the ratio for what the group's share of the unnamed may be."""
    bounds = focus.shares
    assert bounds is not None and focus.share is not None
    x, y, unknown, possible = focus.counts
    most = possible / unknown if unknown else 0.0
    named = {share: "" for share in SCENARIOS if share <= most}
    named[min(bounds.named_share, most)] = "as among the named"
    if bounds.tipping_share is not None and bounds.tipping_share <= most:
        named[bounds.tipping_share] = "no difference is left"
    if bounds.undecided_share is not None:
        named[bounds.undecided_share] = "from here the interval holds 1"
    if most not in named:
        named[most] = "all that can be"
    rows: list[tuple[Cell, ...]] = []
    for share in sorted(named):
        found = rates.uncertain_share_ratio(
            [x + unknown * share, y + unknown * (1 - share)],
            focus.share,
            dispersion=focus.dispersion,
            level=bounds.level,
        )
        rows.append((share, named[share], found.value, found.low, _end(found.high)))
    columns = (
        Column("share", f"share of {focus.category.name} among the unnamed", "share"),
        Column("note", ""),
        Column("ratio", "times as often", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
    )
    return Table(
        "unknown",
        "Who the unnamed would have to be",
        columns,
        tuple(rows),
        f"Of the named, {100 * bounds.named_share:.0f} % are {focus.category.name}. {say_tipping(focus)} Each "
        "row takes its share as given; the headline does not know it either, and its interval is wider.",
    )


def say_tipping(focus: Finding) -> str:
    """Say how lopsided the unnamed would have to be to overturn the finding."""
    bounds = focus.shares
    assert bounds is not None
    name = focus.category.name
    if bounds.side == 0:
        return "With the unnamed like the named, the interval holds 1: there is no finding to overturn."
    if bounds.survives:
        return f"Whoever the unnamed are, {name} are hit {'more' if bounds.side > 0 else 'less'} than their share."
    limit = bounds.undecided_share
    tip = bounds.tipping_share
    way = "fewer" if bounds.side > 0 else "more"
    parts = []
    if limit is not None:
        parts.append(f"the interval holds 1 when {100 * limit:.0f} % or {way} of the unnamed are {name}")
    if tip is not None and bounds.tipping_odds is not None:
        odds = bounds.tipping_odds
        far = (
            f"odds {1 / odds:.1f} times smaller"
            if 0 < odds < 1
            else f"odds {odds:.1f} times larger"
            if odds > 0
            else "none"
        )
        parts.append(f"no difference is left at {100 * tip:.0f} % ({far} than among the named)")
    return ("It is overturned thus: " + "; ".join(parts) + ".") if parts else ""


def tabulate_methods(focus: Finding, params: DisparityParams) -> Table:
    """Put all intervals side by side, as if the best share of the population were exact and all persons independent."""
    assert focus.share is not None
    x, y, _, _ = focus.counts
    share = focus.share[1]
    rows: list[tuple[Cell, ...]] = []
    names = {"exact": "exact", "mid_p": "mid-P", "jeffreys": "Bayesian (Jeffreys)", "score": "score"}
    for method in rates.METHODS:
        s = rates.share_ratio(x, x + y, share, method=method, level=params.level)
        r = rates.rate_ratio([x, y], [share, 1 - share], method=method, level=params.level)
        rows.append((names[method], s.value, s.low, _end(s.high), _end(r.value), r.low, _end(r.high)))
    if focus.shares and focus.rates:
        s, r = focus.shares.like_known, focus.rates.like_known
        rows.append(("used here: mid-P, with the population's interval and batches", s.value, s.low, _end(s.high),
                     _end(r.value), r.low, _end(r.high)))  # fmt: skip
    columns = (
        Column("method", "interval"),
        Column("share_ratio", "share ratio", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("rate_ratio", "rate ratio to others", "number"),
        Column("rate_low", "from", "number"),
        Column("rate_high", "to", "number"),
    )
    return Table(
        "methods",
        f"{focus.category.name}: the same counts by every interval",
        columns,
        tuple(rows),
        "The first four take the best share of the population as exact and every person as independent of the others, "
        f"which is too narrow when persons come in batches (here variance is {focus.dispersion:.1f} times as large).",
    )


def tabulate_steps(focus: Finding) -> Table | None:
    """Part the plain ratio into where it happens and what remains in the same places."""
    within = focus.within
    if within is None or focus.shares is None or within.composition is None or within.indirect is None:
        return None
    worst = within.worst
    steps: list[tuple[str, rates.RateInterval]] = [
        ("plain share ratio", focus.shares.like_known),
        ("= more happens where they live (composition)", within.composition),
        ("× hit harder where they live (indirect standardisation)", within.indirect),
        ("rate against others in the same places", within.common.ratio),
    ]
    if within.direct is not None:
        steps.append(
            ("ratio of rates, each place weighted by its persons (direct standardisation)", within.direct)
        )
    rows: list[tuple[Cell, ...]] = [(n, _end(r.value), float(r.low), _end(r.high)) for n, r in steps]
    rows.append(
        (
            "rate in the same places, whoever the unnamed are",
            None,
            worst[0].ratio.low,
            _end(worst[1].ratio.high),
        )
    )
    columns = (
        Column("step", ""),
        Column("value", "ratio", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
    )
    return Table(
        "steps",
        f"{focus.category.name}: more where they live, or harder where they live?",
        columns,
        tuple(rows),
        "The second and third rows multiply to the ratio over the places that have a share, by persons of known group. "
        f"Chance of places differing this much if one ratio held in all: {100 * within.common.differs:.0f} %.",
    )


def tabulate_places(focus: Finding, denominator: Denominator, params: DisparityParams) -> Table | None:
    """List places with their pooled ratios."""
    within = focus.within
    if within is None:
        return None
    k, pooled = params.smallest_cell, within.pooled
    shown = within.counts[:, :3]
    hidden = hide_small(shown, k)
    rows: list[tuple[Cell, ...]] = []
    for i in np.argsort(-pooled.ratio, kind="stable"):
        counts = [show_count(shown[i, j], k, hidden=bool(hidden[i, j])) for j in range(3)]
        rows.append(
            (
                denominator.places.get(within.places[i], within.places[i]),
                *counts,
                float(within.share[i, 1]),
                float(pooled.ratio[i]),
                float(pooled.low[i]),
                float(pooled.high[i]),
                float(pooled.above_one[i]),
                None if hidden[i].any() else _chance(float(within.screened[i])),
            )
        )
    columns = (
        Column("place", "place"),
        Column("group", focus.category.name),
        Column("others", "others"),
        Column("unnamed", "not named"),
        Column("share", "share of residents" if denominator.name == "residents" else "share there", "share"),
        Column("ratio", "rate over others'", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("above", "chance that it is above 1", "share"),
        Column("screen", "chance of this if no difference, alone (Benjamini-Hochberg)"),
    )
    middle, low, high = pooled.another
    return Table(
        "places",
        f"{focus.category.name}: place by place",
        columns,
        tuple(rows),
        "Ratios are partially pooled: a place with few persons leans on the others. In a place like these of "
        "which nothing "
        f"is known the ratio would be {middle:.2f} (interval {low:.2f} to {high:.2f}). The last column takes "
        "each place "
        "alone and screens all: of those below 5 %, one in twenty is a false alarm. Counts under "
        f"{k} are not shown, nor others from which they could be had.",
    )


def tabulate_sources(sources: Sequence[SourceCount], params: DisparityParams) -> Table:
    """Show how many persons each source tells of, and of how many it names the group."""
    k = params.smallest_cell
    rows: list[tuple[Cell, ...]] = [
        (s.name, show_count(s.count, k), None if s.count < k else s.named / s.count if s.count else None)
        for s in sources
    ]
    columns = (
        Column("source", "source"),
        Column("count", "persons"),
        Column("named", "share whose group it names", "share"),
    )
    return Table(
        "sources",
        "Who says so",
        columns,
        tuple(rows),
        "An incident that two sources tell of is taken from one.",
    )


def _chance(p: float) -> str:
    return "under 0.1 %" if p < 0.001 else format_number(p, "share")


def _end(value: float) -> float | None:
    """Return None for what has no bound."""
    return float(value) if np.isfinite(value) else None
