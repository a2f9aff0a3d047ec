"""The landscape answer in numbers, with names that claims can refer to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.methods.intervals import wilson
from salience.questions.answer import Estimate
from salience.questions.landscape.find import Found, IssueFound, Span, counted_span
from salience.questions.landscape.tables import Standing
from salience.questions.landscape.words import say_consensus

POINTS = "points"
WEIGHED = {
    "capability and salience": "by capability and salience",
    "constituency": "by constituency",
    "equal": "with all alike",
}


def list_estimates(found: Found, standings: Sequence[Standing]) -> list[Estimate]:
    """Return all estimates, those of consensus first."""
    estimates = []
    for each in found.issues:
        estimates += _consensus(found, each)
    for each in found.issues:
        estimates += _weight(found, each)
    estimates += _deciding(found, standings)
    return estimates + _whole(found)


def _consensus(found: Found, each: IssueFound) -> list[Estimate]:
    here = int(found.drawn.known[:, each.at].sum())
    level, draws = found.params.level, found.params.draws
    low, high = _drawing_error(each.chance, draws, level)
    view = "consensus"
    others = "; ".join(f"{100 * c:.0f} % {WEIGHED[name]}" for name, c in each.chance_by.items())
    names = found.drawn.landscape.names
    out = ", ".join(names[i] for i in np.flatnonzero(np.nan_to_num(each.outside) > 0.5))
    return [
        Estimate(f"consensus:{each.name}", f"{each.name}: weight in one place", *each.share.ends, "share", here,
                 level, view, say_consensus(found, each)),
        Estimate(f"outside:{each.name}", f"{each.name}: actors outside", *each.left_out.ends, "actors", here,
                 level, view, f"in most draws: {out}" if out else "", each.left_out.steps or None),
        Estimate(f"consensus_chance:{each.name}", f"{each.name}: chance of consensus", each.chance, low, high, "chance",
                 here, level, view, f"share of {draws:,} draws, with the error of drawing alone; {others}"),
    ]  # fmt: skip


def _weight(found: Found, each: IssueFound) -> list[Estimate]:
    here, level = int(found.drawn.known[:, each.at].sum()), found.params.level
    spans: list[tuple[str, str, Span, str, str]] = []
    if each.two_poles:
        names = ("at 0", "at 100", "undecided")
        keys = ("pole_0", "pole_100", "undecided")
        for key, where, span in zip(keys, names, each.poles, strict=True):
            spans.append((key, f"weight {where}", span, "share", "where the weight lies"))
    else:
        spans += [
            ("median", "weighted median", each.median, POINTS, "where the weight lies"),
            ("mean", "weighted mean", each.mean, POINTS, "where the weight lies"),
            ("spread", "spread", each.spread, POINTS, "where the weight lies"),
        ]
    spans += [
        ("contested", "how contested", each.contested, "0 to 1", "how contested"),
        ("polarisation", "in two camps", each.polarised, "0 to 1", "how contested"),
    ]
    return [
        Estimate(f"{key}:{each.name}", f"{each.name}: {label}", *span.ends, unit, here, level, view)
        for key, label, span, unit, view in spans
    ]


def _deciding(found: Found, standings: Sequence[Standing]) -> list[Estimate]:
    deciding, level, names = found.deciding, found.params.level, found.drawn.landscape.names
    count = found.drawn.known.sum(axis=1)
    estimates = []
    for i, name in enumerate(names):
        n = int(count[i])
        if n and deciding.banzhaf is not None:
            span = found.span(deciding.banzhaf[:, i])
            block = f"could block alone in {100 * deciding.block_overall[i]:.0f} % of the draws"
            estimates.append(
                Estimate(
                    f"power:{name}", f"{name}: power", *span.ends, "share", n, level, "who decides", block
                )
            )
    for each in standings:
        if np.isfinite(each.distrusted):
            draws = found.params.draws
            low, high = _drawing_error(each.distrusted, draws, level)
            estimates.append(
                Estimate(f"distrusted:{names[each.at]}", f"{names[each.at]}: can mobilise, little trusted",
                         each.distrusted, low, high, "chance", int(count[each.at]), level, "capability and legitimacy",
                         "share of draws, with the error of drawing alone")
            )  # fmt: skip
    return estimates


def _whole(found: Found) -> list[Estimate]:
    known, sourced = found.drawn.known, found.drawn.landscape.sourced
    level, between = found.params.level, found.between
    missing, unsourced = int((~known).sum()), int((known & ~sourced).sum())
    estimates = []
    if between.map is not None:
        estimates.append(
            Estimate("stress", "Stress of the map", *found.span(between.map.stress).ends, "", len(between.placed),
                     level, "the map and the groups", "0 shows the distances as they are; above 0.2 is poor")
        )  # fmt: skip
    if between.groups is not None:
        span = counted_span(between.groups.number.astype(np.float64), level)
        estimates.append(
            Estimate("groups", "Groups of like-minded actors", *span.ends, "groups", len(between.placed), level,
                     "the map and the groups", draws=span.steps)
        )  # fmt: skip
    counted = "counted in the record, not estimated"
    return [
        *estimates,
        Estimate("missing", "Positions that are missing", missing, missing, missing, "positions", known.size, level,
                 "what is missing", counted),
        Estimate("unsourced", "Positions without a source", unsourced, unsourced, unsourced, "positions",
                 int(known.sum()), level, "what is missing", counted),
    ]  # fmt: skip


def _drawing_error(chance: float, draws: int, level: float) -> tuple[float, float]:
    found = wilson(round(chance * draws), draws, level)
    return float(np.asarray(found.low)), float(np.asarray(found.high))
