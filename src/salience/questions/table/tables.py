"""The tables of the table answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.errors import MethodError
from salience.methods.apportionment import Rule, apportion, apportion_both_ways
from salience.methods.cells import FloatArray
from salience.questions.answer import Cell, Column, Table
from salience.questions.table.audit import AXIOMS, Audit, share_weights
from salience.questions.table.inputs import Seating
from salience.questions.table.limits import quota_value
from salience.questions.table.names import name_some
from salience.questions.table.params import TableParams
from salience.questions.table.proposals import SAFE, Proposals
from salience.questions.table.words import interval, say_group

AXIOM_WORDS = {
    "JR": "worth a seat, and nobody of it has anyone",
    "PJR+": "has fewer seats together than its weight is worth",
    "EJR+": "none of it has as many seats as its weight is worth",
}


def tabulate_audits(audits: Sequence[Audit], seating: Seating, level: float) -> Table:
    """Return one row a list and weighting."""
    rows: list[tuple[Cell, ...]] = []
    for audit in audits:
        low, high = interval(audit.without_drawn, level)
        additions = audit.repair.added[0] if audit.repair else ()
        number = len(additions) if audit.repair else None
        who = (
            name_some([seating.names[c] for c in additions])
            if additions
            else ""
            if audit.repair
            else "nothing does"
        )
        rows.append((audit.list, audit.weighting, len(audit.members), audit.without, low, high,
                     *(audit.fails_drawn[axiom] for axiom in AXIOMS), number, who))  # fmt: skip
    columns = (
        Column("list", "List"), Column("weighting", "Weights"), Column("seats", "Seats", "integer"),
        Column("without", "Weight without anyone", "share"), Column("low", "from", "share"),
        Column("high", "to", "share"),
        Column("jr", "Fails JR in", "share"), Column("pjr", "Fails PJR+ in", "share"),
        Column("ejr", "Fails EJR+ in", "share"), Column("additions", "Fewest additions", "integer"),
        Column("who", "For example"),
    )  # fmt: skip
    words = "; ".join(f"{axiom}: some group {text}" for axiom, text in AXIOM_WORDS.items())
    return Table("audit", "What each list leaves out", columns, tuple(rows),
                 f"Shares of the draws in which a list fails. {words}. Additions repair EJR+, the strongest."
                 )  # fmt: skip


def tabulate_groups(audits: Sequence[Audit], seating: Seating, level: float) -> Table:
    """Return every group that is left short, in plain words."""
    rows: list[tuple[Cell, ...]] = []
    for audit in audits:
        for group in audit.groups:
            low, high = interval(group.drawn, level)
            rows.append((audit.list, audit.weighting, group.axiom, say_group(group, audit, seating, level),
                         group.weight, low, high, group.worth, group.seats, group.holds))  # fmt: skip
    columns = (
        Column("list", "List"), Column("weighting", "Weights"), Column("axiom", "Fails"),
        Column("words", "Who, and how"),
        Column("weight", "Weight", "share"), Column("low", "from", "share"), Column("high", "to", "share"),
        Column("worth", "Seats worth", "integer"), Column("has", "Seats it has", "integer"),
        Column("holds", "Large enough in", "share"),
    )  # fmt: skip
    return Table("groups", "Who is left short", columns, tuple(rows),
                 "At the most likely values: for each actor not seated and each number of seats the largest such "
                 "group. The last column is the share of the draws in which its weight is large enough.")  # fmt: skip


def tabulate_representation(audits: Sequence[Audit], seating: Seating, level: float) -> Table:
    """Return what each constituency deserves and has, list by list, under the main weighting."""
    rows: list[tuple[Cell, ...]] = []
    for audit in audits:
        if audit.weighting != seating.main:
            continue
        for v in np.argsort(-audit.deserved, kind="stable"):
            low, high = interval(audit.deserved_drawn[:, v], level)
            who = [seating.names[c] for c in audit.members if seating.approvals[v, c]]
            how = (
                "nobody known"
                if not seating.approvals[v].any()
                else "inferred"
                if seating.inferred[v]
                else "mandate"
            )
            rows.append((audit.list, seating.voter_names[v], float(audit.deserved[v] / len(audit.members)),
                         float(audit.deserved[v]), low, high, float(audit.received[v]), name_some(who) if who else "",
                         how, float(audit.outside_drawn[v])))  # fmt: skip
    columns = (
        Column("list", "List"), Column("constituency", "Constituency"), Column("weight", "Weight", "share"),
        Column("deserved", "Seats deserved", "number"), Column("low", "from", "number"), Column("high", "to", "number"),
        Column("received", "Seats received", "number"), Column("who", "By whom"), Column("how", "Known by"),
        Column("outside", "Without anyone in", "share"),
    )  # fmt: skip
    return Table("representation", "Seats deserved and received", columns, tuple(rows),
                 "Deserved: its weight times the seats. Received: each seat is shared, by weight, by those who approve "
                 "whoever sits there.")  # fmt: skip


def tabulate_balance(audits: Sequence[Audit], seating: Seating, level: float) -> Table:
    """Return the mean position on each issue at the table and in the landscape."""
    weights = share_weights(seating, seating.main)
    rows: list[tuple[Cell, ...]] = []
    voters = list(seating.voters)
    seen: set[str] = set()
    for audit in audits:
        if audit.list in seen:
            continue
        seen.add(audit.list)
        members = [seating.candidates[c] for c in audit.members]
        for i, issue in enumerate(seating.land.issue_names):
            at_table, known = _mean(seating.positions[:, members, i], np.ones((len(weights), len(members))))
            outside, said = _mean(seating.positions[:, voters, i], weights)
            if known == 0 or said == 0:
                rows.append((audit.list, issue, known, *(None,) * 7))
                continue
            gap = at_table - outside
            cells = [(float(np.median(x)), *interval(x, level)) for x in (at_table, outside)]
            rows.append((audit.list, issue, known, cells[0][0], cells[0][1], cells[0][2], cells[1][0], cells[1][1],
                         cells[1][2], float(np.median(gap))))  # fmt: skip
    columns = (
        Column("list", "List"), Column("issue", "Issue"), Column("known", "Seats with a position", "integer"),
        Column("table", "Mean at the table", "number"), Column("table_low", "from", "number"),
        Column("table_high", "to", "number"), Column("landscape", "Mean of the landscape", "number"),
        Column("landscape_low", "from", "number"), Column("landscape_high", "to", "number"),
        Column("gap", "Difference", "number"),
    )  # fmt: skip
    return Table("balance", "Issue by issue: the table against the landscape", columns, tuple(rows),
                 "0 to 100 as in issues.csv. Every seat counts the same; the landscape counts by weight. Who has no "
                 "known position is left out.")  # fmt: skip


def _mean(positions: FloatArray, weights: FloatArray) -> tuple[FloatArray, int]:
    known = np.isfinite(positions[0])
    w = np.where(known, weights, 0.0)
    total = w.sum(axis=1)
    if not (total > 0).all():
        return np.zeros(len(positions)), 0
    return (w * np.nan_to_num(positions)).sum(axis=1) / total, int(known.sum())


def tabulate_quotas(audits: Sequence[Audit], seating: Seating, params: TableParams) -> Table:
    """Return whether each list keeps each quota."""
    rows: list[tuple[Cell, ...]] = []
    for name, members in {a.list: a.members for a in audits}.items():
        for quota in params.read_quotas():
            value = quota_value(seating, quota, members)
            kept = value >= quota.number - 1e-9 if quota.at_least else value <= quota.number + 1e-9
            unknown = sum(seating.names[c] not in seating.attributes[quota.name] for c in members)
            rows.append((name, quota.text, value, unknown, "kept" if kept else "not kept"))
    columns = (
        Column("list", "List"), Column("quota", "Quota"), Column("value", "It has", "number"),
        Column("unknown", "Attribute unknown", "integer"), Column("kept", "Kept"),
    )  # fmt: skip
    return Table(
        "quotas", "Quotas", columns, tuple(rows), "Shares are 0 to 1. Who has no such attribute adds nothing."
    )


def tabulate_proposals(found: Proposals, seating: Seating) -> Table:
    """Return every list that a rule proposes, all that are equally good."""
    rows: list[tuple[Cell, ...]] = []
    for each in found.proposals:
        for number, members in enumerate(each.lists, start=1):
            of = f"{number} of {len(each.lists)}{'' if each.complete else ' or more'}"
            rows.append((each.weighting, each.rule, of, ", ".join(seating.names[c] for c in members), each.represented,
                         each.score))  # fmt: skip
    columns = (
        Column("weighting", "Weights"), Column("rule", "Rule"), Column("number", "Equally good"),
        Column("list", "List"),
        Column("represented", "Weight with a seat", "share"), Column("score", "Score", "number"),
    )  # fmt: skip
    return Table("proposals", f"Lists of {seating.size} that rules propose", columns, tuple(rows),
                 "At the most likely values. No one list is the answer: see how firm each seat is. The score is that "
                 "of proportional approval; weight and score are those of the rule's first list.")  # fmt: skip


def tabulate_stability(found: Proposals, seating: Seating) -> Table:
    """Return how often each candidate is seated, and what that hangs on."""
    listed = seating.attributes.get("listed", {})
    rows: list[tuple[Cell, ...]] = []
    for stable in found.stability:
        for c in np.argsort(-stable.seated, kind="stable"):
            share = float(stable.seated[c])
            say = "safe" if share >= SAFE else "out" if share <= 1 - SAFE else "contested"
            name = seating.names[c]
            flag = "under listing" if listed.get(name, "").lower() in ("yes", "true", "1") else ""
            rows.append((stable.weighting, name, share, say, stable.hangs_on[c], flag))
    columns = (
        Column("weighting", "Weights"), Column("actor", "Actor"), Column("share", "Seated in", "share"),
        Column("say", "Seat"), Column("hangs_on", "Hangs on"), Column("flag", "Note"),
    )  # fmt: skip
    return Table("stability", "How firm each seat is", columns, tuple(rows),
                 f"Share of {found.stability[0].draws} draws of weights and positions in which equal shares seat the "
                 "actor. Hangs on: the drawn number that moves most with the seat.")  # fmt: skip


def tabulate_prices(found: Proposals, seating: Seating) -> Table:
    """Return what each limit costs."""
    rows = tuple(
        (p.name, p.groups, p.represented, p.score, name_some([seating.names[c] for c in p.joins]) if p.joins else "",
         name_some([seating.names[c] for c in p.leaves]) if p.leaves else "")
        for p in found.prices
    )  # fmt: skip
    columns = (
        Column("limit", "Without"), Column("groups", "Constituencies more with a seat", "integer"),
        Column("represented", "Weight more with a seat", "share"), Column("score", "Gain of the score", "number"),
        Column("joins", "Would join"), Column("leaves", "Would leave"),
    )  # fmt: skip
    return Table("prices", "What each veto and quota costs", columns, rows,
                 "The best list by proportional approval without that limit, compared with the best under all; main "
                 "weights, most likely values.")  # fmt: skip


def tabulate_tiers(found: Proposals, seating: Seating) -> Table:
    """Return the tables one around another."""
    rows = tuple(
        (name, len(members), ", ".join(seating.names[c] for c in members)) for name, members in found.tiers
    )
    columns = (Column("tier", "Tier"), Column("seats", "Seats", "integer"), Column("who", "Who"))
    return Table("tiers", "Tables one around another", columns, rows,
                 "Each makes all tables so far proportional together. Limits bind the inner one alone.")  # fmt: skip


def tabulate_body(seating: Seating, params: TableParams) -> Table:
    """Return the seats of a larger body in proportion to weight; by kind within region where regions are known."""
    body = params.body or 0
    weights = np.nan_to_num(seating.weights[seating.main])
    rules: tuple[Rule, ...] = ("sainte-lague", "dhondt", "hamilton")
    seats = [apportion(weights, body, rule) for rule in rules]
    both = _both_ways(seating, weights, body)
    rows = [
        ("constituency", name, float(weights[v] / weights.sum()), *(int(s[v]) for s in seats), None)
        for v, name in enumerate(seating.voter_names)
    ]
    columns = (
        Column("by", "By"), Column("name", "Name"), Column("weight", "Weight", "share"),
        Column("sainte_lague", "Sainte-Laguë", "integer"), Column("dhondt", "D'Hondt", "integer"),
        Column("hamilton", "Hamilton", "integer"), Column("both", "Both ways", "integer"),
    )  # fmt: skip
    return Table("body", f"A body of {body} in proportion", columns, (*rows, *both),
                 "Both ways: regions and kinds each have their Sainte-Laguë seats, and cells fit both.")  # fmt: skip


def _both_ways(seating: Seating, weights: FloatArray, body: int) -> list[tuple[Cell, ...]]:
    said = [seating.attributes.get(name, {}) for name in ("region", "kind")]
    if not all(all(v in s for v in seating.voter_names) for s in said):
        return []
    labels = [sorted({s[v] for v in seating.voter_names}) for s in said]
    cells = np.zeros((len(labels[0]), len(labels[1])))
    for v, name in enumerate(seating.voter_names):
        cells[labels[0].index(said[0][name]), labels[1].index(said[1][name])] += weights[v]
    try:
        given = apportion_both_ways(
            cells, apportion(cells.sum(axis=1), body), apportion(cells.sum(axis=0), body)
        )
    except MethodError:
        return []  # no table of cells fits both totals
    return [
        ("region and kind", f"{labels[0][i]}, {labels[1][j]}", float(cells[i, j] / cells.sum()), None, None, None,
         int(given[i, j]))
        for i, j in zip(*np.nonzero(cells), strict=True)
    ]  # fmt: skip
