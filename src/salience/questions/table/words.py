"""What the table answer says in sentences: the headline, the groups left short, assumptions and warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from salience.methods.cells import FloatArray
from salience.methods.intervals import wilson
from salience.questions.answer import Assumption, Estimate, Method, format_number, is_undecided
from salience.questions.table.audit import AXIOMS, Audit, Group
from salience.questions.table.inputs import Seating
from salience.questions.table.names import name_some
from salience.questions.table.params import TableParams
from salience.questions.table.proposals import EQUAL_SHARES, SAFE, Proposals, Stability

UNDER = "under these weights and mandates"

METHODS = (
    Method(
        "justified representation",
        "Aziz, Brill, Conitzer, Elkind, Freeman & Walsh 2017, Soc. Choice Welf. 48",
    ),
    Method("EJR+ and PJR+", "Brill & Peters 2023, EC '23 (robust and verifiable proportionality axioms)"),
    Method("method of equal shares", "Peters & Skowron 2020, EC '20"),
    Method(
        "Phragmén's sequential rule and proportional approval",
        "Lackner & Skowron 2023, Multi-Winner Voting with Approval Preferences",
    ),
)

# Of more actors than this share without a weight nobody can say how much a list leaves out.
UNWEIGHED = 0.25


def interval(drawn: FloatArray, level: float) -> tuple[float, float]:
    """Return the ends of the central interval of draws."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def say_headline(
    audits: Sequence[Audit], proposals: Proposals, seating: Seating, level: float
) -> tuple[str, str]:
    """Say what the first list leaves out under the main weighting; without a list, how firm a proposal would be."""
    if not audits:
        firm = int((proposals.stability[0].seated >= SAFE).sum())
        return (
            f"{UNDER[0].upper() + UNDER[1:]}, {firm} of {seating.size} seats are safe: filled by the same actor in "
            f"{format_number(SAFE, 'share')} of the draws or more.",
            "No list was given to judge; one proposal alone is no answer.",
        )
    first = audits[0]
    low, high = interval(first.without_drawn, level)
    share = (
        "a share that the record cannot decide"
        if is_undecided(low, high)
        else format_number(first.without, "share")
    )
    weight = f"{share} of the weight ({100 * level:.0f} % interval " + (
        f"{format_number(low, 'share')} to {format_number(high, 'share')})"
    )
    who = list_outside(first, seating)
    names = f": {name_some(who)}" if who else ""
    failing = first.fails_drawn["EJR+"]
    left = f"the list “{first.list}” leaves {weight} without anyone at the table{names}."
    first_said = f"{UNDER[0].upper() + UNDER[1:]}, {left}"
    if failing == 0:
        return first_said, "No group that its weight would entitle to seats is left short in any draw."
    share = format_number(failing, "share")
    text = f"Some group is left short of the seats that its weight is worth in {share} of the draws"
    if first.repair is not None and first.repair.added[0]:
        number = len(first.repair.added[0])
        ways = len(first.repair.added)
        added = name_some([seating.names[c] for c in first.repair.added[0]])
        most = "" if first.repair.exact else "at most "
        other = f", or {ways - 1} other ways" if ways > 1 else ""
        text += f"; {most}{number} more {'seat' if number == 1 else 'seats'} would repair it ({added}{other})"
    return first_said, text + "."


def list_outside(audit: Audit, seating: Seating) -> list[str]:
    """Name who has a weight and nobody on the list, the heaviest first."""
    order = np.argsort(-audit.deserved, kind="stable")
    return [seating.voter_names[v] for v in order if audit.outside[v] and audit.deserved[v] > 0]


def say_group(group: Group, audit: Audit, seating: Seating, level: float) -> str:
    """Say of a group what it is worth, what it has, and whom it has in common."""
    names = name_some([seating.voter_names[v] for v in np.flatnonzero(group.members)], 6)
    low, high = interval(group.drawn, level)
    size = len(audit.members)
    one = format_number(1 / size, "share")
    weight = f"{format_number(low, 'share')} to {format_number(high, 'share')} of the weight"
    common = name_some([seating.names[c] for c in group.candidates], 6)
    worth = f"{group.worth} {'seat' if group.worth == 1 else 'seats'}"
    if group.seats == 0:
        has = "no seat"
    elif group.axiom == "EJR+":
        has = f"at most {group.seats} each"
    else:
        has = f"{group.seats} together"
    return (
        f"{names} ({weight}) have {has} at a table of {size}, where {one} is worth one; their weight is worth {worth}. "
        + (f"In common, and not seated: {common}.")
    )


def make_estimates(
    audits: Sequence[Audit], seating: Seating, proposals: Proposals, level: float
) -> list[Estimate]:
    """Return each list's numbers under each weighting, and how many seats are safe."""
    found = []
    several = len(seating.weights) > 1
    for k, audit in enumerate(audits):
        low, high = interval(audit.without_drawn, level)
        view = f"{audit.list}{f', {audit.weighting}' if several else ''}"
        n = len(seating.voters)
        found.append(
            Estimate(
                f"unrepresented_{k + 1}",
                f"weight without anyone on “{view}”",
                audit.without,
                low,
                high,
                "share",
                n,
                level,
                view,
            )
        )
        for axiom in AXIOMS:
            found.append(
                Estimate(
                    f"fails_{axiom.lower().replace('+', '_plus')}_{k + 1}",
                    f"draws in which “{view}” fails {axiom}",
                    audit.fails_drawn[axiom],
                    *chance_interval(audit.fails_drawn[axiom], len(audit.without_drawn), level),
                    "share",
                    n,
                    level,
                    view,
                    "the interval is that of the number of draws",
                )
            )
        found += _each_without(audit, seating, k, view, level)
    for k, stable in enumerate(proposals.stability):
        found += _each_seated(stable, seating, k, level)
        firm = float((stable.seated >= SAFE).sum())
        low, high = chance_interval(stable.seated, stable.draws, level)
        ends = float((np.asarray(low) >= SAFE).sum()), float((np.asarray(high) >= SAFE).sum())
        found.append(
            Estimate(
                f"safe_seats_{k + 1}",
                f"seats of {seating.size} that are safe ({stable.weighting})",
                firm,
                *ends,
                "seats",
                stable.draws,
                level,
                "proposal",
                f"filled by the same actor in {SAFE:.0%} of the draws, by {EQUAL_SHARES}",
            )
        )
    return found


def _each_without(audit: Audit, seating: Seating, k: int, view: str, level: float) -> list[Estimate]:
    """Say of each constituency in how many draws it has nobody on a list whom it recognises."""
    draws = len(audit.without_drawn)
    return [
        Estimate(
            f"without_anyone_{k + 1}:{name}", f"{name}: chance that it has nobody on “{view}”", float(share),
            *chance_interval(float(share), draws, level), "share", draws, level, view,
            "the interval is that of the number of draws",
        )
        for name, share in zip(seating.voter_names, audit.outside_drawn, strict=True)
    ]  # fmt: skip


def _each_seated(stable: Stability, seating: Seating, k: int, level: float) -> list[Estimate]:
    """Say of each candidate in how many draws equal shares would seat it."""
    return [
        Estimate(
            f"seated_{k + 1}_{slug(name)}", f"{name}: chance of a seat ({stable.weighting})", float(share),
            *chance_interval(float(share), stable.draws, level), "share", stable.draws, level, "proposal",
            f"of {seating.size} seats, by {EQUAL_SHARES}; the interval is that of the number of draws",
        )
        for name, share in zip(seating.names, stable.seated, strict=True)
    ]  # fmt: skip


def slug(name: str) -> str:
    """Return a name made of letters and digits of any script."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def chance_interval(share: float | FloatArray, draws: int, level: float) -> tuple[Any, Any]:
    """Return the interval of a share of the draws (Wilson 1927)."""
    found = wilson(np.rint(np.asarray(share) * draws), draws, level)
    low, high = np.asarray(found.low), np.asarray(found.high)
    return (float(low), float(high)) if low.ndim == 0 else (low, high)


def judge_assumptions(seating: Seating, params: TableParams) -> tuple[Assumption, ...]:
    """Say what the answer rests on."""
    weights = np.nan_to_num(seating.weights[seating.main])
    total = weights.sum()
    inferred = float(weights[seating.inferred].sum() / total)
    silent = float(weights[~seating.approvals.any(axis=1)].sum() / total)
    unsourced = float(weights[seating.unsourced].sum() / total)
    rival = len(seating.weights)
    return (
        Assumption(
            "The weights are those of the people concerned.",
            "cannot be checked" if unsourced == 0 else "fails",
            f"{format_number(1 - unsourced, 'share')} of the weight has a source; {rival} weighting"
            f"{'s stand side by side' if rival > 1 else ' was given, and rival ones (weights.csv) may say otherwise'}.",
        ),
        _judge_unweighed(seating, params),
        Assumption(
            "Constituencies recognise those whom the record says that they recognise.",
            "cannot be checked" if inferred == 0 else "fails",
            f"For {format_number(inferred, 'share')} of the weight no mandate is on record, and nearness "
            f"in the landscape (within {params.near:g} of 100) stands in for it."
            if inferred
            else "All approvals are mandates on record.",
        ),
        Assumption(
            "Whose spokesperson nobody knows has none.",
            "holds" if silent == 0 else "fails",
            f"{format_number(silent, 'share')} of the weight has no known spokesperson: it counts as not represented "
            "by any list, and is no vote against anyone."
            if silent
            else "Everyone with a weight recognises somebody.",
        ),
        Assumption(
            "A constituency is of one mind.",
            "cannot be checked",
            "Each is one block with its whole weight. Divide it in actors.csv where parts of it recognise others.",
        ),
    )


def _judge_unweighed(seating: Seating, params: TableParams) -> Assumption:
    """Say for how many actors nobody knows whom they speak for: they count as if they spoke for nobody."""
    weighed = set(seating.voters)
    spoken_for: set[int] = set()
    if params.choose == "table":
        mandated = np.flatnonzero(np.asarray(seating.mandated).any(axis=0))
        spoken_for = {seating.candidates[c] for c in mandated}
    number = len(seating.land.actors)
    unknown = number - len(weighed | spoken_for)
    return Assumption(
        "Those without a weight speak for few.",
        "fails" if unknown > UNWEIGHED * number else "cannot be checked" if unknown else "holds",
        f"{unknown} of {number} actors have neither a weight nor a constituency that recognises them, and count as if "
        "they spoke for nobody."
        if unknown
        else "Every actor has a weight, or a constituency that recognises it.",
    )


def make_warnings(seating: Seating, proposals: Proposals, audits: Sequence[Audit]) -> tuple[str, ...]:
    """Say what a reader should mind."""
    found = [
        "A seat is one of several ways to be included: consultation, observers and public decisions are others. "
        "No number here says who is right or who ought to speak for whom."
    ]
    listed = [n for n, v in seating.attributes.get("listed", {}).items() if v.lower() in ("yes", "true", "1")]
    named = sorted(
        {n for a in audits for c in a.members if (n := seating.names[c]) in listed}
        | {n for p in proposals.proposals for c in p.lists[0] if (n := seating.names[c]) in listed}
    )
    if named:
        found.append(
            f"Under listing, so that a legal exemption may be needed before they attend: {name_some(named)}."
        )
    if one := seating.land.one_source:
        found.append(f"All positions come from one source: {one}. Who is near whom is as it sees the actors.")
    weights = np.nan_to_num(seating.weights[seating.main])
    if weights.sum() > 1.0 + 1e-9:
        found.append(
            f"The weights of “{seating.main}” sum to {format_number(float(weights.sum()), 'share')}: some people are "
            "counted twice, or figures come from different counts. They are taken as relative."
        )
    for stable in proposals.stability:
        firm = int((stable.seated >= SAFE).sum())
        if firm < seating.size:
            found.append(
                f"Under “{stable.weighting}” {seating.size - firm} of {seating.size} seats go to different actors in "
                "different draws: no one list is the answer."
            )
    if proposals.unpriced:
        found.append(f"{proposals.unpriced} limits were kept but not priced.")
    if seating.inferred.any():
        found += [text for text in seating.land.assumed if "cares" in text]
    return tuple(found)
