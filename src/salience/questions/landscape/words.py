"""The landscape answer in words: the headline, what was left out, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.questions.answer import Assumption, Method, format_number, is_undecided
from salience.questions.landscape.find import CLEAR, Found, IssueFound
from salience.questions.landscape.inputs import say_absent

METHODS = (
    Method("Weighted median", "Black (1958), The Theory of Committees and Elections"),
    Method("Polarisation", "Esteban & Ray (1994), Econometrica 62: 819-851; Duclos, Esteban & Ray (2004), ibid. 72"),
    Method("Distances with missing positions", "Gower (1971), Biometrics 27: 857-871"),
    Method("Map", "Borg & Groenen (2005), Modern Multidimensional Scaling; Kruskal (1964), Psychometrika 29: 1-27"),
    Method("Draws laid over each other", "Schönemann (1966), Psychometrika 31: 1-10"),
    Method("Groups", "Rousseeuw (1987), J. Comput. Appl. Math. 20: 53-65; Monti et al. (2003), Mach. Learn. 52"),
    Method("Power", "Shapley & Shubik (1954), APSR 48: 787-792; Banzhaf (1965), Rutgers Law Review 19: 317-343"),
    Method("Whom to ask next", "Oakley & O'Hagan (2004), JRSS B 66: 751-769"),
    Method("Draws between low, best and high", "Owen (1998), scrambled Sobol points; PERT: Malcolm et al. (1959)"),
)  # fmt: skip
GOOD_STRESS = 0.2


def say_headline(found: Found) -> tuple[str, str]:
    """Say on how many issues there is consensus and what is most contested; then who agrees on what."""
    share = f"{100 * found.params.consensus:.0f} %"
    agreed = sorted(
        (i for i in found.issues if i.chance >= 0.5), key=lambda i: (-i.chance, -i.share.value, i.at)
    )
    number = len(found.issues)
    issues = f"issue{'s' if number > 1 else ''}"
    worst = max(found.issues, key=lambda i: (i.contested.value, -i.at))
    if agreed:
        on = _and([i.name for i in agreed[:3]]) + (f" and {len(agreed) - 3} more" if len(agreed) > 3 else "")
        first = (
            f"On {len(agreed)} of {number} {issues} at least {share} of the weight stands in one place ({on})"
        )
        who = f"{agreed[0].name}: {say_consensus(found, agreed[0])}."
    else:
        nearest = max(found.issues, key=lambda i: (i.share.value, -i.at))
        first = f"On none of {number} {issues} does {share} of the weight stand in one place"
        who = f"Nearest is {nearest.name}: {say_consensus(found, nearest)}."
    level = f"{100 * found.params.level:.0f} % intervals in brackets"
    if one := found.drawn.landscape.one_source:
        first = f"By the account of one source alone ({one}): {first[0].lower() + first[1:]}"
    if number == 1:
        return f"{first}.", f"{who} The weight: {say_weight(worst)}; {level}."
    return f"{first}; most contested is {worst.name}.", f"{who} {worst.name}: {say_weight(worst)}; {level}."


def say_consensus(found: Found, each: IssueFound) -> str:
    """Say who agrees: "all but one actor (X), 83 % (70 % to 90 %) of the weight, around 88; chance 97 %"."""
    names = found.drawn.landscape.names
    out = [names[i] for i in np.flatnonzero(np.nan_to_num(each.outside) > 0.5)]
    here = int(found.drawn.known[:, each.at].sum())
    if not out:
        who = f"all {here} actors with a position"
    elif len(out) == 1:
        who = f"all but one actor ({out[0]})"
    elif len(out) <= min(3, here // 2):
        who = f"all but {len(out)} actors ({_and(out)})"
    else:
        who = f"{here - len(out)} of {here} actors"
    place = f"around {each.centre.value:.0f}"
    if each.two_poles:
        meaning = found.drawn.landscape.issues[each.at][
            "meaning_100" if each.centre.value > 50 else "meaning_0"
        ]
        place = f"for '{meaning}'" if meaning else f"at {each.centre.value:.0f}"
    least, most = (format_number(s, "share") for s in each.with_missing)
    silent = len(names) - here
    if_missing = ""
    if silent and each.with_missing[1] - each.with_missing[0] >= 0.02:
        whose = "one position is" if silent == 1 else f"{silent} positions are"
        if_missing = f" ({whose} missing: {least} to {most} if known)"
    said = f"{who}, {_ends(each.share.ends, 'share')} of the weight, {place}{if_missing}"
    among = " among those with a position" if if_missing else ""
    return f"{said}; chance {say_chance(each.chance)}{among}"


def say_weight(each: IssueFound) -> str:
    """Say where an issue's weight lies."""
    if each.two_poles:
        at_0, at_100 = (_ends(pole.ends, "share") for pole in each.poles[:2])
        return f"{at_100} of the weight at the pole 100, {at_0} at 0"
    return f"median {_ends(each.median.ends)}"


def say_chance(chance: float) -> str:
    """Write a chance over draws; none and all of the draws are not impossible and sure."""
    return "under 1 %" if chance < 0.01 else "over 99 %" if chance > 0.99 else format_number(chance, "chance")


def list_warnings(found: Found, standing_known: bool) -> tuple[str, ...]:
    """Return what was left out, what is missing, what has no source."""
    drawn, between = found.drawn, found.between
    landscape, known = drawn.landscape, drawn.known
    said = [*say_absent(landscape), *drawn.warnings]
    if one := landscape.one_source:
        said.append(
            f"All positions come from one source: {one}. This is how it sees the actors; nobody else was asked, and "
            "they were not either."
        )
    missing, all_cells = int((~known).sum()), known.size
    if missing:
        said.append(
            f"{missing} of {all_cells} positions are missing. They stay missing: shares are of the weight "
            "of those with a "
            "position, and the table of consensus says what the missing could change."
        )
    unsourced = int((known & ~landscape.sourced).sum())
    if unsourced:
        said.append(f"{unsourced} of {int(known.sum())} positions have no source; they are used, and marked.")
    bare = [a["name"] for a in landscape.actors if not a["source"] and _has_figures(a)]
    if bare:
        said.append(f"The figures of {_and(bare, 4)} have no source.")
    if between.unconnected:
        names = _and([landscape.names[i] for i in between.unconnected])
        said.append(f"{names}: no issue in common with the others, so that no distance can be said.")
    if between.map is None:
        said.append(
            "There is no map and there are no groups: fewer than three actors can be compared, or all agree."
        )
    elif float(np.median(between.map.stress)) > GOOD_STRESS:
        said.append(
            "Two dimensions do not hold these distances; read the table of distances rather than the map."
        )
    if between.groups is not None and float(np.median(between.groups.silhouette)) < CLEAR:
        said.append("The actors form no clear groups; those shown are the least bad ones.")
    if not standing_known:
        said.append("Nobody stated legitimacy, so that capability cannot be held against it.")
    if found.deciding.banzhaf is None:
        said.append("Power indices are left out: there are too many actors to count their coalitions.")
    return (*said, *drawn.assumed)


def judge_assumptions(found: Found) -> tuple[Assumption, ...]:
    """Say what must be true, and what of it could be checked."""
    drawn, between = found.drawn, found.between
    known = drawn.known
    sourced = int((known & drawn.landscape.sourced).sum())
    several = int((drawn.landscape.coders > 1).sum())
    assumptions = [
        Assumption(
            "A position is what somebody says an actor wants; the actor wants that.", "cannot be checked",
            f"{sourced} of {int(known.sum())} positions have a source; {several} have more than one coder",
        ),
        Assumption("An actor speaks with one voice; parts that want something else are actors of their own.",
                   "cannot be checked", "an analyst who knows the actors must say"),
        Assumption("All who count are in the table.", "cannot be checked", "who is not listed has no weight here"),
        *([_judge_one_source(one)] if (one := drawn.landscape.one_source) else []),
        _judge_weighting(found),
        Assumption(
            "Every position that matters is known.", "fails" if (~known).any() else "holds",
            f"{int((~known).sum())} of {known.size} are missing",
        ),
        Assumption(
            "The errors of the figures do not go together.", "cannot be checked",
            f"the correlation of one actor's positions is taken as {found.params.correlation:g}",
        ),
    ]  # fmt: skip
    if between.map is not None:
        stress = float(np.median(between.map.stress))
        assumptions.append(
            Assumption("Two dimensions hold the distances.", "holds" if stress <= GOOD_STRESS else "fails",
                       f"stress {stress:.2f}; 0 is exact, above {GOOD_STRESS:g} is poor")
        )  # fmt: skip
    if between.groups is not None:
        silhouette = float(np.median(between.groups.silhouette))
        assumptions.append(
            Assumption("The actors fall into groups.", "holds" if silhouette >= CLEAR else "fails",
                       f"mean silhouette {silhouette:.2f}; under {CLEAR:g} there is no structure to speak of")
        )  # fmt: skip
    return tuple(assumptions)


def _judge_one_source(source: str) -> Assumption:
    return Assumption(
        "Several sources, or the actors themselves, say who wants what.",
        "fails",
        f"all positions come from one source: {source}",
    )


def _judge_weighting(found: Found) -> Assumption:
    """Hold the verdicts on consensus against those under other weightings."""
    others = sorted({name for i in found.issues for name in i.chance_by} - {found.params.weighting})
    turned = [
        i.name for i in found.issues if any((c >= 0.5) != (i.chance >= 0.5) for c in i.chance_by.values())
    ]
    how = f"verdicts on consensus held against {_and(others)}"
    if turned:
        return Assumption(_weighed(found), "fails", f"{how}: another verdict on {_and(turned)}")
    return Assumption(_weighed(found), "holds", f"{how}: all the same")


def _weighed(found: Found) -> str:
    way = found.params.weighting
    return "All actors count alike." if way == "equal" else f"Actors count by {way}."


def _has_figures(actor: dict[str, object]) -> bool:
    return any(actor[f"{name}_best"] is not None for name in ("capability", "constituency", "legitimacy"))


def _ends(ends: tuple[float, float, float], unit: str = "") -> str:
    value, low, high = (format_number(v, unit) for v in ends)
    if unit == "share" and is_undecided(*ends[1:]):
        return f"an undecided share ({low} to {high})"
    return f"{value} ({low} to {high})"


def _and(names: Sequence[object], most: int = 6) -> str:
    words = [str(name) for name in names[:most]]
    if len(names) > most:
        return ", ".join(words) + f" and {len(names) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
