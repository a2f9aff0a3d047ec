"""The tables of the landscape answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salience.methods.cells import FloatArray
from salience.questions.answer import Cell, Column, Table
from salience.questions.landscape.find import Found, Span, span_of

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Standing:
    """An actor's capability against its legitimacy; nan where not stated.

    Attributes
    ----------
    at : int
    capability : Span
        Share of all actors' capability.
    legitimacy, constituency : Span
    distrusted : float
        Chance that it can do more than the median actor and is trusted less than halfway.
    trusted : float
        Chance that it can do less than the median actor and is trusted more than halfway.
    """

    at: int
    capability: Span
    legitimacy: Span
    constituency: Span
    distrusted: float
    trusted: float


def find_standings(found: Found) -> list[Standing]:
    """Return the standing of every actor."""
    drawn, level = found.drawn, found.params.level
    share = drawn.able / drawn.able.sum(axis=1, keepdims=True)
    able = share > np.median(share, axis=1, keepdims=True)
    standings = []
    for i in range(len(drawn.landscape.actors)):
        trust = drawn.legitimacy[:, i]
        known = bool(np.isfinite(trust).all())
        standings.append(
            Standing(
                i, span_of(share[:, i], level), span_of(trust, level), span_of(drawn.constituency[:, i], level),
                float((able[:, i] & (trust < 0.5)).mean()) if known else float("nan"),
                float((~able[:, i] & (trust > 0.5)).mean()) if known else float("nan"),
            )
        )  # fmt: skip
    return standings


def tabulate_issues(found: Found) -> Table:
    """One row an issue: where the weight lies, and how contested it is."""
    landscape, rows = found.drawn.landscape, []
    for each in found.issues:
        issue = landscape.issues[each.at]
        # On an issue with two poles a mean is a place where nobody can stand.
        median = (None,) * 3 if each.two_poles else each.median.ends
        known = found.drawn.known[:, each.at]
        rows.append(
            (each.name, issue["meaning_0"], issue["meaning_100"], int(known.sum()), int((~known).sum()),
             int((known & ~landscape.sourced[:, each.at]).sum()), *median,
             None if each.two_poles else each.mean.value, None if each.two_poles else each.spread.value,
             *each.contested.ends, *each.polarised.ends)
        )  # fmt: skip
    columns = [
        Column("issue", "issue"), Column("meaning_0", "0 means"), Column("meaning_100", "100 means"),
        Column("actors", "actors with a position", "integer"), Column("missing", "missing", "integer"),
        Column("unsourced", "without source", "integer"), *_triple("median", "median"),
        Column("mean", "mean", "number"),
        Column("spread", "spread", "number"), *_triple("contested", "contested"), *_triple("polarised", "in two camps"),
    ]  # fmt: skip
    note = (
        "Median, mean and spread in points of the scale, weighted. Contested and in two camps: 0 when all "
        "agree, 1 when "
        "half of the weight stands at each end. Issues with two poles have shares instead, in a table of their own."
    )
    return Table("issues", "Where the weight of each issue lies", tuple(columns), _cells(rows), note)


def tabulate_poles(found: Found) -> Table:
    """One row an issue with two poles: the shares at them."""
    rows = []
    for each in found.issues:
        if each.two_poles:
            issue = found.drawn.landscape.issues[each.at]
            ends = [end for pole in each.poles for end in pole.ends]
            rows.append((each.name, issue["meaning_0"], issue["meaning_100"], *ends))
    columns = (
        Column("issue", "issue"), Column("meaning_0", "0 means"), Column("meaning_100", "100 means"),
        *_triple("pole_0", "weight at 0", "share"), *_triple("pole_100", "weight at 100", "share"),
        *_triple("undecided", "undecided", "share"),
    )  # fmt: skip
    return Table("poles", "Issues with two poles: the weight at each", columns, _cells(rows))


def tabulate_consensus(found: Found) -> Table:
    """One row an issue: how much of the weight stands in one place, and who stands outside."""
    names, rows = found.drawn.landscape.names, []
    for each in found.issues:
        outside = [names[i] for i in np.flatnonzero(np.nan_to_num(each.outside) > 0.5)]
        silent = [n for n, k in zip(names, found.drawn.known[:, each.at], strict=True) if not k]
        rows.append(
            (each.name, *each.share.ends, each.chance, *each.centre.ends, *each.left_out.ends,
             ", ".join(outside), ", ".join(silent), *each.with_missing,
             *(each.chance_by.get(name) for name in ("capability and salience", "constituency", "equal")))
        )  # fmt: skip
    columns = [
        Column("issue", "issue"), *_triple("share", "weight in one place", "share"),
        Column("chance", "chance of consensus", "share"), *_triple("centre", "around"),
        *_triple("left_out", "actors outside"), Column("outside", "outside (in most draws)"),
        Column("silent", "position missing"), Column("least", "if the missing stood outside", "share"),
        Column("most", "if the missing stood inside", "share"),
        Column("chance_capability", "chance, by capability and salience", "share"),
        Column("chance_constituency", "chance, by constituency", "share"),
        Column("chance_equal", "chance, all alike", "share"),
    ]  # fmt: skip
    note = (
        f"Consensus: at least {100 * found.params.consensus:.0f} % of the weight within "
        f"{found.params.tolerance:g} points "
        "of one place. Shares are of the weight of actors with a position."
    )
    return Table(
        "consensus", "Where there is consensus, and who stands outside", tuple(columns), _cells(rows), note
    )


def tabulate_positions(found: Found) -> Table:
    """One row an actor and issue, the missing ones too."""
    landscape, known, deciding = found.drawn.landscape, found.drawn.known, found.deciding
    rows: list[tuple[object, ...]] = []
    for each in found.issues:
        for i, actor in enumerate(landscape.names):
            k = each.at
            if not known[i, k]:
                rows.append((each.name, actor, *(None,) * 6, MISSING, None, None, None, None))
                continue
            rows.append(
                (each.name, actor, *_stated(landscape.position[i, k]), *_stated(landscape.salience[i, k]),
                 "with source" if landscape.sourced[i, k] else "no source", int(landscape.coders[i, k]),
                 each.outside[i], deciding.pivot[i, k], deciding.block[i, k])
            )  # fmt: skip
    columns = (
        Column("issue", "issue"), Column("actor", "actor"), Column("best", "position", "number"),
        Column("low", "lowest", "number"), Column("high", "highest", "number"),
        Column("salience", "salience", "number"), Column("salience_low", "lowest", "number"),
        Column("salience_high", "highest", "number"), Column("status", "source"),
        Column("coders", "coders", "integer"), Column("outside", "chance outside", "share"),
        Column("pivot", "chance it holds the median", "share"), Column("block", "chance it can block alone", "share"),
    )  # fmt: skip
    note = "As stated, before the assumed imprecision. A missing position is missing: nothing was put in its place."
    return Table("positions", "Who wants what", columns, _cells(rows), note)


def tabulate_between(found: Found) -> list[Table]:
    """Distances, the map, its axes, and the groups."""
    between, names, level = found.between, found.drawn.landscape.names, found.params.level
    actors = [names[i] for i in between.placed]
    pairs = [(a, b) for a in range(len(actors)) for b in range(a + 1, len(actors))]
    near = [
        (actors[a], actors[b], *(span_of(between.apart[:, a, b], level).ends if between.shared[a, b] else (None,) * 3),
         int(between.shared[a, b]))
        for a, b in pairs
    ]  # fmt: skip
    near.sort(key=lambda r: (r[2] is None, r[2] or 0.0))
    tables = [
        Table(
            "distances", "How far apart actors stand, nearest first",
            (Column("actor", "actor"), Column("other", "other"), *_triple("distance", "distance"),
             Column("shared", "issues in common", "integer")),
            _cells(near),
            "Root mean squared difference in points of the scale, over the issues on which both have a "
            "position, weighted "
            "by how much the two care.",
        )
    ]  # fmt: skip
    if between.map is None or between.axes is None or between.groups is None:
        return tables
    at = between.map.draws
    groups = between.groups
    tables += [
        Table(
            "map", "Where actors stand on the map",
            (Column("actor", "actor"), Column("group", "group"), Column("x", "across", "number"),
             Column("x_sd", "standard deviation", "number"), Column("y", "up", "number"),
             Column("y_sd", "standard deviation", "number"), Column("xy", "correlation", "number"),
             Column("within", "with its group", "share"), Column("beyond", "with the next group", "share")),
            _cells([
                (actor, group_letter(int(groups.labels[a])), float(at[:, a, 0].mean()), float(at[:, a, 0].std()),
                 float(at[:, a, 1].mean()), float(at[:, a, 1].std()), _correlation(at[:, a]), groups.within[a],
                 groups.beyond[a])
                for a, actor in enumerate(actors)
            ]),
            "Over draws, each turned onto the others. With its group: in which share of draws it is in "
            "one group with "
            "each of the others of its group, on average.",
        ),
        Table(
            "axes", "What the axes of the map mean",
            (Column("issue", "issue"), *_triple("across", "correlation with across"),
             *_triple("up", "correlation with up")),
            _cells([
                (each.name, *_correlations(between.axes[:, each.at, 0], level),
                 *_correlations(between.axes[:, each.at, 1], level))
                for each in found.issues
            ]),
            "An axis means what the issues that correlate with it mean; below about 0.5 it says little of "
            "an issue.",
        ),
        Table(
            "together", "How often two actors are in one group",
            (Column("actor", "actor"), Column("other", "other"), Column("together", "share of draws", "share")),
            _cells([(actors[a], actors[b], groups.together[a, b]) for a, b in pairs]),
        ),
    ]  # fmt: skip
    return tables


def tabulate_actors(found: Found, standings: Sequence[Standing]) -> list[Table]:
    """Who decides, and capability against legitimacy."""
    names, deciding, level = found.drawn.landscape.names, found.deciding, found.params.level
    rows, indices = [], (deciding.banzhaf, deciding.shapley)
    for i, name in enumerate(names):
        powers = [span_of(p[:, i], level).ends if p is not None else (None,) * 3 for p in indices]
        held = deciding.pivot[i][np.isfinite(deciding.pivot[i])]
        rows.append(
            (name, *span_of(deciding.weight[:, i], level).ends, *powers[0], *powers[1],
             float(held.sum()) if len(held) else None, deciding.block_overall[i])
        )  # fmt: skip
    rows.sort(key=lambda r: -float(r[1]))
    decide = Table(
        "deciding", "Who decides, and who could block",
        (Column("actor", "actor"), *_triple("weight", "weight", "share"),
         *_triple("banzhaf", "power (Banzhaf)", "share"),
         *_triple("shapley", "power (Shapley–Shubik)", "share"),
         Column("pivotal_on", "issues whose median it holds", "number"),
         Column("block", "chance it can block alone", "share")),
        _cells(rows),
        "Weight: mean share over the issues. Power: how often an actor's yes turns a lost vote into a won "
        "one, when more "
        f"than {100 * found.params.majority:.0f} % of the weight decides. Block: the others do not reach "
        f"{100 * found.params.consensus:.0f} % of the weight without it.",
    )  # fmt: skip
    stand = Table(
        "standing", "Capability against legitimacy",
        (Column("actor", "actor"), *_triple("capability", "share of capability", "share"),
         *_triple("legitimacy", "legitimacy"), *_triple("constituency", "constituency", "share"),
         Column("distrusted", "chance: can mobilise, little trusted", "share"),
         Column("trusted", "chance: trusted, little it can do", "share")),
        _cells([
            (names[s.at], *s.capability.ends, *s.legitimacy.ends, *s.constituency.ends, s.distrusted, s.trusted)
            for s in standings
        ]),
        "Can mobilise: more capability than the median actor. Little trusted: legitimacy below 0.5.",
    )  # fmt: skip
    return [decide, stand]


def tabulate_unknown(found: Found) -> Table:
    """Return whom to ask next."""
    names, issues = found.drawn.landscape.names, found.drawn.landscape.issue_names
    columns = (
        Column("actor", "ask about"), Column("issue", "on"), Column("why", "now"),
        Column("weight", "its share of the weight", "share"), Column("mean", "would move the mean by", "number"),
        Column("median", "the median by", "number"), Column("consensus", "the chance of consensus by", "share"),
    )  # fmt: skip
    note = (
        "Standard deviations over what the answer might be: anywhere on the scale where a position is "
        "missing or has no "
        "source, within its interval where it has one. Shares in percentage points."
    )
    rows = [
        (names[u.actor], issues[u.issue], u.why, u.weight, u.mean, u.median, u.consensus)
        for u in found.unknown
    ]
    return Table("ask_next", "Which position would change the picture most", columns, _cells(rows), note)


def tabulate_relations(found: Found) -> Table:
    """Return the relations between actors, as stated."""
    names = found.drawn.landscape.names
    rows = [(names[a], names[b], kind) for a, b, kind in found.drawn.landscape.relations]
    columns = (Column("actor", "actor"), Column("other", "other"), Column("kind", "relation"))
    return Table("relations", "Relations between actors, as stated", columns, _cells(rows))


def group_letter(label: int) -> str:
    """Return the letter of a group: A is the largest."""
    return chr(ord("A") + label)


def _triple(name: str, label: str, how: str = "number") -> tuple[Column, Column, Column]:
    kind = "share" if how == "share" else "number"
    return (
        Column(name, label, kind),  # type: ignore[arg-type]
        Column(f"{name}_low", "from", kind),  # type: ignore[arg-type]
        Column(f"{name}_high", "to", kind),  # type: ignore[arg-type]
    )


def _stated(triple: FloatArray) -> tuple[float, float, float]:
    low, best, high = (float(v) for v in triple)
    return best, low, high


def _correlation(points: FloatArray) -> float | None:
    sd = points.std(axis=0)
    if (sd < 1e-9).any():
        return None
    return float(np.asarray(np.corrcoef(points.T))[0, 1])


def _correlations(values: FloatArray, level: float) -> tuple[float | None, ...]:
    return span_of(values, level).ends if np.isfinite(values).all() else (None,) * 3


def _cells(rows: Sequence[Sequence[object]]) -> tuple[tuple[Cell, ...], ...]:
    """Turn NumPy's numbers into Python's, and nan into unknown."""
    return tuple(tuple(_cell(value) for value in row) for row in rows)


def _cell(value: object) -> Cell:
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None
