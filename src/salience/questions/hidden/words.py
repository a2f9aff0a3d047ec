"""The hidden answer in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.methods.capture import UnseenSpecies
from salience.questions.answer import Estimate, Method, format_number
from salience.questions.hidden.groups import GROUPS
from salience.questions.hidden.lists import Patterns
from salience.questions.hidden.methods import SLUGS, TWO, Fitted
from salience.questions.hidden.params import HiddenParams
from salience.questions.hidden.trust import Findings, Trust

METHODS = (
    Method(
        "Two lists", "Chapman (1951); interval of Sadinle (2009), Commun. Stat. Simul. Comput. 38: 1909-1924"
    ),
    Method(
        "Lower bound for unequal lists", "Chao (1987), Biometrics 43: 783-791; Rivest & Baillargeon (2007)"
    ),
    Method(
        "Log-linear models", "Fienberg (1972), Biometrika 59: 591-603; Cormack (1992), Biometrics 48: 567-576"
    ),
    Method("Existence of estimates", "Fienberg & Rinaldo (2012); Chan, Silverman & Vincent (2021)"),
    Method("Decomposable graphs", "Madigan & York (1997), Biometrika 84: 19-31"),
    Method("Latent classes", "Manrique-Vallier (2016), Biometrics 72: 1246-1254"),
    Method("Unseen groups", "Chao (1984, 1987); Chao et al. (2014), Ecological Monographs 84: 45-67"),
)


def say_headline(patterns: Patterns, found: Findings | None, trust: Trust, unit: str) -> tuple[str, str]:
    """Say how much is hidden, or that the record cannot say; and what follows that sentence."""
    if found is None:
        return f"The record cannot say how many {unit} no source recorded: {trust.reasons[0]}.", ""
    n = patterns.recorded
    reach = found.reach()
    ends = f"{format_number(max(reach[0] - n, 0))} to {format_number(reach[1] - n)}" if reach else ""
    best = found.recommended.fitted.found if found.recommended else None
    if not trust.decides or best is None or best.estimate is None or best.low is None or best.high is None:
        face = f"Taken at face value, the methods put what the lists lack at {ends} {unit}." if ends else ""
        return f"The record cannot say how many {unit} no source recorded: {trust.reasons[0]}.", face
    level = f"{100 * best.level:.0f} % interval"
    numbers = (
        f"about {format_number(best.estimate - n)} {unit} are on none of the lists ({level} "
        f"{format_number(max(best.low - n, 0))} to {format_number(best.high - n)}), beside {n:,} recorded"
    )
    more = f"Over all methods that allow lists to depend on each other it is {ends}." if ends else ""
    if trust.one_coder:
        return (
            f"If the sources that the dataset lists had been found independently of each other, {numbers}; the record "
            "cannot show whether they were.",
            more,
        )
    return numbers[0].upper() + numbers[1:] + ".", more


def estimate_totals(found: Findings, params: HiddenParams, trust: Trust) -> list[Estimate]:
    """Return the recommended numbers, the reach of all methods, and each method's total."""
    unit, level, n = params.count, params.level, found.patterns.recorded
    what = unit.capitalize()
    estimates = []
    chosen = found.recommended
    best = chosen.fitted.found if chosen else None
    if chosen and best and best.estimate is not None and best.low is not None and best.high is not None:
        view = "recommended" if trust.decides else "at face value: the record does not decide this"
        note = f"by {chosen.fitted.name}: {chosen.reason}"
        hidden = (best.estimate - n, max(best.low - n, 0.0), best.high - n)
        shares = (n / best.estimate, n / best.high, n / best.low)
        estimates += [
            Estimate("hidden", f"{what} that no list holds", *hidden, unit, n, level, view, note),
            Estimate("total", f"{what} in all", best.estimate, best.low, best.high, unit, n, level, view),
            Estimate(
                "recorded_share", f"Share of the {unit} that is recorded", *shares, "share", n, level, view
            ),
        ]
    reach = found.reach()
    if reach is not None:
        middle = float(np.median([each.estimate or 0.0 for each in found.open_methods]))
        estimates.append(
            Estimate("total_all_methods", f"{unit.capitalize()} in all, over all methods that allow dependence",
                     middle, *reach, unit, n, level, "all methods",
                     "from the lowest to the highest end of their intervals")
        )  # fmt: skip
    for each in found.fitted:
        estimates.append(_method_estimate(each, unit, n, level))
    return estimates


def _method_estimate(each: Fitted, unit: str, n: int, level: float) -> Estimate:
    label = f"{unit.capitalize()} in all: {each.name}"
    name = f"total_{SLUGS[each.name]}"
    if each.found is None or each.found.estimate is None:
        return Estimate(name, label, None, None, None, unit, n, level, "each method", each.reason)
    found = each.found
    note = "; ".join(found.warnings)
    rests = n
    if each.name == TWO and found.n_recorded != n:
        rests = found.n_recorded
        note = "; ".join(filter(None, [f"from the {rests:,} on these two lists alone", note]))
    return Estimate(
        name, label, found.estimate, found.low, found.high, unit, rests, level, "each method", note
    )


def estimate_groups(groups: Sequence[tuple[str, UnseenSpecies]], level: float) -> list[Estimate]:
    """Return the lower bounds of the number of groups and sources."""
    return [
        Estimate(
            "actors_in_all" if what == GROUPS else "sources_in_all",
            f"{what[0].upper()}{what[1:]}, at least",
            each.estimate,
            each.low,
            each.high,
            "labels" if what == GROUPS else "sources",
            each.n_recorded,
            level,
            "groups",
            "a lower bound",
        )
        for what, each in groups
    ]
