"""The tables of the hidden answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.methods.capture import LatentClass, Stratified, UnseenSpecies
from salience.questions.answer import Cell, Column, Table
from salience.questions.hidden.dependence import Pair
from salience.questions.hidden.lists import Patterns
from salience.questions.hidden.methods import BOUND, OPEN, TWO, Fitted, Recommended

ASSUMES = {
    "two largest lists (Chapman)": "the two lists are independent; all events alike",
    "lower bound (Chao)": "events may differ; bounds from below only",
    "log-linear, independent lists": "all lists independent; all events alike",
    "log-linear, best by BIC": "pairs of lists may depend on each other; one model taken as true",
    "log-linear, averaged": "pairs of lists may depend on each other; models averaged",
    "decomposable graphs": "groups of lists may depend on each other; graphs averaged",
    "latent classes": "events fall into kinds; lists independent within a kind",
    "latent classes, by stratum": "the same, and how often each kind occurs differs by stratum; strata added up; too "
    "low where events differ within a stratum",
}


def tabulate_methods(
    fitted: Sequence[Fitted], recommended: Recommended | None, recorded: int, unit: str
) -> Table:
    """Put all methods side by side; the share recorded is of the same number in every row."""
    rows: list[tuple[Cell, ...]] = []
    for each in fitted:
        found = each.found
        chosen = recommended is not None and recommended.fitted.name == each.name
        note = "recommended" if chosen else ""
        if each.name == BOUND:
            note = "a lower bound"
        numbers: tuple[Cell, ...] = (None,) * 4
        said = each.reason or "; ".join(found.warnings if found is not None else ())
        if found is not None and found.estimate is not None:
            numbers = (found.estimate, found.low, found.high, recorded / found.estimate)
            if found.estimate < recorded:
                said = "; ".join(filter(None, [said, "fewer than are recorded: an assumption fails"]))
            if found.n_recorded != recorded:
                note = f"from the {found.n_recorded:,} on two lists" if each.name == TWO else note
        rows.append((each.name, *numbers, note, ASSUMES[each.name], said))
    columns = (
        Column("method", "method"),
        Column("total", f"{unit} in all", "integer"),
        Column("low", "from", "integer"),
        Column("high", "to", "integer"),
        Column("recorded", "share recorded", "share"),
        Column("note", ""),
        Column("assumes", "what it assumes"),
        Column("warnings", "what it warns of"),
    )
    return Table(
        "methods",
        "How many there were: all methods side by side",
        columns,
        tuple(rows),
        f"The share recorded is that of all {recorded:,} recorded {unit}, whichever of them a method uses. Methods "
        f"disagree where their assumptions do. The last {len(OPEN)} allow lists to depend on each other or "
        "events to differ; the spread between those is part of what is not known.",
    )


def tabulate_lists(patterns: Patterns) -> Table:
    """List the lists, used and left out."""
    alone = patterns.held.sum(axis=1) == 1
    rows: list[tuple[Cell, ...]] = []
    for j, each in enumerate(patterns.lists):
        on = patterns.held[:, j]
        size = int(patterns.counts[on].sum())
        only = int(patterns.counts[on & alone].sum())
        names = ", ".join(each.source_names[:6]) + (", …" if len(each.source_names) > 6 else "")
        rows.append((each.name, "used", size, only, only / size if size else None, len(each.sources), names))
    for each in patterns.left_out[:20]:
        names = ", ".join(each.source_names[:6]) + (", …" if len(each.source_names) > 6 else "")
        rows.append((each.name, "left out", each.events, None, None, len(each.sources), names))
    columns = (
        Column("list", "list"),
        Column("used", ""),
        Column("size", "on it", "integer"),
        Column("only", "on no other", "integer"),
        Column("share", "share on no other", "share"),
        Column("sources", "sources", "integer"),
        Column("names", "which"),
    )
    return Table(
        "lists",
        "The lists",
        columns,
        tuple(rows),
        "The dataset's own account is no list: what it says, it has from its sources.",
    )


def tabulate_patterns(patterns: Patterns) -> Table:
    """Count what each combination of lists holds, the commonest first."""
    held, counts = patterns.table()
    order = np.lexsort((*held.T, -counts))
    rows: list[tuple[Cell, ...]] = []
    for i in order:
        names = [each.name for each, on in zip(patterns.lists, held[i], strict=True) if on]
        rows.append((" + ".join(names), len(names), int(counts[i]), counts[i] / patterns.recorded))
    columns = (
        Column("lists", "on these lists and no other"),
        Column("number", "lists", "integer"),
        Column("count", "recorded", "integer"),
        Column("share", "share", "share"),
    )
    return Table("patterns", "Which lists hold what", columns, tuple(rows))


def tabulate_pairs(pairs: Sequence[Pair], unit: str) -> Table:
    """Show for every two lists how far they go together."""
    rows: list[tuple[Cell, ...]] = [
        (
            f"{p.first} – {p.second}",
            *p.sizes,
            p.both,
            p.within,
            *(p.odds_ratio or (None, None, None)),
            p.joined,
            p.alone,
        )
        for p in pairs
    ]
    columns = (
        Column("pair", "pair"),
        Column("first", "on the first", "integer"),
        Column("second", "on the second", "integer"),
        Column("both", "on both", "integer"),
        Column("within", "of the smaller on the larger", "share"),
        Column("odds_ratio", "odds ratio", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("joined", "chance that they depend", "share"),
        Column("alone", f"{unit} in all, from these two alone", "integer"),
    )
    return Table(
        "pairs",
        "Do lists draw on each other?",
        columns,
        tuple(rows),
        "Odds ratios are among what a third list holds: above 1, being on one list goes with being on the other. The "
        "chance that they depend is averaged over decomposable graphs. A pair that draws on each other gives a low "
        "number in the last column.",
    )


def tabulate_left_out(whole: Fitted, without: Sequence[tuple[str, Fitted]], unit: str) -> Table:
    """Show the estimate without each list."""
    rows: list[tuple[Cell, ...]] = []
    for name, each in [("all lists", whole), *((f"without {name}", each) for name, each in without)]:
        found = each.found
        numbers: tuple[Cell, ...] = (None,) * 4
        if found is not None:
            numbers = (found.n_recorded, found.estimate, found.low, found.high)
        rows.append((name, *numbers, each.name, each.reason))
    columns = (
        Column("lists", "lists"),
        Column("recorded", "recorded", "integer"),
        Column("total", f"{unit} in all", "integer"),
        Column("low", "from", "integer"),
        Column("high", "to", "integer"),
        Column("method", "method"),
        Column("reason", "why there is none"),
    )
    return Table(
        "without_each_list",
        "The estimate without each list",
        columns,
        tuple(rows),
        "By a method that takes little time. Where one list decides the answer, the answer is that list's.",
    )


def tabulate_strata(found: Stratified, names: Sequence[str], heading: str, unit: str) -> Table:
    """Show the estimates by stratum, and the total of the same model."""
    rows: list[tuple[Cell, ...]] = []
    for code, each in zip(found.codes, found.strata, strict=True):
        rows.append(_stratum_row(names[int(code)], each.n_recorded, each, "; ".join(each.warnings)))
    total: LatentClass = found.total
    rows.append(_stratum_row("all", total.n_recorded, total, "; ".join(total.warnings)))
    columns = (
        Column("stratum", heading),
        Column("recorded", "recorded", "integer"),
        Column("total", f"{unit} in all", "integer"),
        Column("low", "from", "integer"),
        Column("high", "to", "integer"),
        Column("share", "share recorded", "share"),
        Column("share_low", "from", "share"),
        Column("share_high", "to", "share"),
        Column("note", "to know"),
    )
    return Table(
        "strata",
        f"By {heading}",
        columns,
        tuple(rows),
        "Latent classes with partial pooling: kinds of event are common to all, how often each occurs is the "
        "stratum's own. The total has its own interval, which is not the sum of the ends. Where events differ within a "
        "stratum too it is too low: in 20 simulated conflicts its 95 % interval held the truth in 6 (docs/hidden.md). "
        "Go by the recommended method for the total, and by this table for which strata are recorded worse.",
    )


def _stratum_row(name: str, recorded: int, found: object, note: str) -> tuple[Cell, ...]:
    estimate, low, high = (getattr(found, key) for key in ("estimate", "low", "high"))
    if estimate is None:
        return (name, recorded, *(None,) * 6, note)
    shares = (recorded / high, recorded / low) if low and high else (None, None)
    return (name, recorded, estimate, low, high, recorded / estimate, *shares, note)


def tabulate_groups(found: Sequence[tuple[str, UnseenSpecies]]) -> Table:
    """Show how many groups and outlets nobody named, at the least."""
    rows: list[tuple[Cell, ...]] = [
        (
            what,
            each.n_recorded,
            each.singletons,
            each.doubletons,
            each.estimate,
            each.low,
            each.high,
            each.ace,
            each.coverage,
        )
        for what, each in found
    ]
    columns = (
        Column("what", "what"),
        Column("named", "named", "integer"),
        Column("once", "seen once", "integer"),
        Column("twice", "seen twice", "integer"),
        Column("total", "at least, in all (Chao1)", "integer"),
        Column("low", "from", "integer"),
        Column("high", "to", "integer"),
        Column("ace", "by coverage (ACE)", "integer"),
        Column("coverage", "sightings that are of the named", "share"),
    )
    return Table(
        "groups",
        "How many exist that nobody named?",
        columns,
        tuple(rows),
        "Lower bounds from how many were seen once and twice. They count what is rare, not what hides; and a label "
        "is not a group: one group under two labels counts twice, two under one label once.",
    )
