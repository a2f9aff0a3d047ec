"""Disparity: whether one population group is hit beyond its share.

Persons or events by group, over the group's share of a population. Ethnicity is never inferred from names; those whose
group nobody stated are carried through the answer, like the others or as anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from salience.errors import QuestionError
from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.disparity.counts import Counted, count_cells
from salience.questions.disparity.figures import chart_denominators, chart_groups, chart_places, chart_unknown
from salience.questions.disparity.find import (
    Finding,
    Sorted,
    find_all,
    find_one,
    hide_groups,
    sort_cells,
)
from salience.questions.disparity.labels import Category, nearest
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.population import Denominator, read_denominators
from salience.questions.disparity.refuse import refuse, tabulate_needs
from salience.questions.disparity.release import is_small
from salience.questions.disparity.tables import (
    tabulate_denominators,
    tabulate_groups,
    tabulate_methods,
    tabulate_places,
    tabulate_sources,
    tabulate_steps,
    tabulate_unknown,
)
from salience.questions.disparity.trust import judge_assumptions, list_warnings
from salience.questions.disparity.words import METHODS, call_counted, estimate_all, say_headline
from salience.questions.frames import Tables
from salience.questions.setting import Setting
from salience.record.names import normalise_name

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """All groups against the first denominator, and the one in focus against the others.

    Attributes
    ----------
    found, focus
        Every group's finding, and the one that the headline is about.
    first, rivals
        The denominator asked for; the others, each with what it makes of the focus.
    cells : Sorted
    screened : int
        How many groups the focus was chosen from; 1 when it was asked for.
    hidden : frozenset of Category
        Groups of too few persons to be shown.
    """

    found: tuple[Finding, ...]
    focus: Finding
    first: Denominator
    rivals: tuple[tuple[Denominator, Finding], ...]
    cells: Sorted
    screened: int
    hidden: frozenset[Category]


def ask_disparity(
    record: Tables,
    params: DisparityParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the disparity question.

    Where the record holds no persons by group, or no population to compare with, the answer says so and what would
    decide it.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period.
    seed, version, progress
        Nothing is drawn by chance; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        A group, source, kind or denominator that neither the counts nor the population table have.
    """
    report = progress or (lambda stage, share: None)
    report("counting persons by group and place", 0.05)
    counted = count_cells(record, params, setting)
    denominators = read_denominators(record, params, setting)
    reason = refuse(record, counted, denominators, params)
    found = None if reason else _compare(counted, denominators, params, report)
    if found is not None:
        reason = _refuse_found(found, params)
    if found is None or reason:
        parts = _say_nothing(reason, counted, params)
    else:
        report("drawing", 0.9)
        parts = _say(found, counted, call_counted(_kinds(record), params), params)
    return Answer(
        question="disparity",
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
        **parts,
    )


def _compare(
    counted: Counted, denominators: Sequence[Denominator], params: DisparityParams, report: Progress
) -> Compared:
    """Compare all groups with the first denominator, and the one that is asked for with the others."""
    first = denominators[0]
    cells = sort_cells(counted, first, params)
    report("comparing groups with their population", 0.3)
    asked = _asked(cells, first, params)
    # Screening all groups for the strongest finds one by chance: each interval is widened for the number of groups.
    screened = 1 if asked else len(first.categories)
    level = 1 - (1 - params.level) / screened
    found = find_all(counted, cells, first, params, level)
    focus = next(f for f in found if f.category == asked) if asked else _strongest(found)
    report("comparing denominators", 0.7)
    rivals = [
        (d, find_one(counted, sort_cells(counted, d, params), c, d, params, level))
        for d in denominators[1:]
        if (c := _same(focus.category, d)) is not None
    ]
    hidden = hide_groups(found, focus, params.smallest_cell)
    return Compared(tuple(found), focus, first, tuple(rivals), cells, screened, hidden)


def _refuse_found(found: Compared, params: DisparityParams) -> str:
    """Return why nothing can be said of the group, or nothing."""
    focus, name = found.focus, found.focus.category.name
    if focus.shares is None and focus.within is None:
        return f"nobody whose group is named stands beside a population share of {name}"
    if is_small(focus.counts[0], params.smallest_cell):
        return (
            f"under {params.smallest_cell} persons are named as {name}, and a ratio would show how many; "
            "smallest_cell = 1 shows all on your own machine"
        )
    return ""


def _say(found: Compared, counted: Counted, what: str, params: DisparityParams) -> dict[str, Any]:
    """Return the parts of an answer that says something."""
    focus, first = found.focus, found.first
    rivals = [(d.name, f) for d, f in found.rivals]
    headline, more = say_headline(focus, what, first.name, found.screened, rivals)
    return {
        "headline": headline,
        "more": more,
        "estimates": tuple(estimate_all(found.found, focus, rivals, first.name, found.hidden)),
        "tables": _tables(found, counted, params),
        "figures": _figures(found),
        "assumptions": judge_assumptions(counted, focus, first),
        "warnings": list_warnings(counted, found.cells, focus, first, params),
        "evidence": _evidence(counted, params),
    }


def _say_nothing(reason: str, counted: Counted, params: DisparityParams) -> dict[str, Any]:
    """Return the parts of an answer that says why it cannot decide, and what would."""
    sources = [tabulate_sources(counted.sources, params)] if counted.sources else []
    return {
        "headline": f"The record cannot say whether a population group is hit beyond its share: {reason}.",
        "estimates": (),
        "tables": (tabulate_needs(), *sources),
        "figures": (),
        "assumptions": (),
        "warnings": ("What would decide it stands in the table of what is needed.",),
        "evidence": (),
    }


def _asked(cells: Sorted, denominator: Denominator, params: DisparityParams) -> Category | None:
    """Return the group that is asked for, by its name or by that of its only part.

    Raises
    ------
    QuestionError
        The population table does not have it.
    """
    if params.group is None:
        return None
    names = {normalise_name(c.name): c for c in denominator.categories}
    wanted = normalise_name(params.group)
    if wanted in names:
        return names[wanted]
    parts = [c for c in denominator.categories if c.group and normalise_name(c.group) == wanted]
    if len(parts) == 1:
        return parts[0]
    known = [c.name for c in denominator.categories]
    several = (
        f" It has parts: {', '.join(c.name for c in parts)}; name one."
        if parts
        else nearest(params.group, known)
    )
    raise QuestionError(
        f"population.csv has no share of '{params.group}' among {denominator.name}.{several} It has: "
        f"{', '.join(known[:12])}."
    )


def _strongest(found: Sequence[Finding]) -> Finding:
    """Return the group with the least adjusted chance; of equals the one farthest from its share."""

    def rank(each: Finding) -> tuple[float, float]:
        p = each.shares.like_known.p_value if each.shares is not None else None
        return (each.adjusted, p if p is not None else 1.0)

    return min(found, key=rank)


def _same(category: Category, denominator: Denominator) -> Category | None:
    wanted = normalise_name(category.name)
    return next((c for c in denominator.categories if normalise_name(c.name) == wanted), None)


def _kinds(record: Tables) -> list[str]:
    found = record.table("person").select("kind").unique().collect()["kind"].to_list()
    return [str(kind) if kind is not None else "" for kind in found]


def _tables(found: Compared, counted: Counted, params: DisparityParams) -> tuple[Table, ...]:
    focus, first = found.focus, found.first
    tables: list[Table | None] = [
        tabulate_groups(found.found, first, params, found.hidden),
        tabulate_steps(focus),
    ]
    if focus.shares is not None:
        if focus.counts[2]:
            tables.append(tabulate_unknown(focus, params))
        tables.append(tabulate_denominators(focus, first, found.rivals, params))
    tables.append(tabulate_places(focus, first, params))
    if focus.shares is not None:
        tables.append(tabulate_methods(focus, params))
    if counted.sources:
        tables.append(tabulate_sources(counted.sources, params))
    return tuple(table for table in tables if table is not None)


def _figures(found: Compared) -> tuple[Figure, ...]:
    focus, first = found.focus, found.first
    drawn = (
        chart_groups(found.found, focus, first.name, found.hidden),
        chart_unknown(focus),
        chart_denominators(focus, [(first, focus), *found.rivals]),
        chart_places(focus, first),
    )
    return tuple(figure for figure in drawn if figure is not None)


def _evidence(counted: Counted, params: DisparityParams) -> tuple[Evidence, ...]:
    if params.count == "events":
        return (
            Evidence(
                "the events that are counted", "event", counted.total, condition=f"{params.label} IS NOT NULL"
            ),
        )
    kind = (
        ""
        if params.kind is None
        else f"lower(kind) = '{params.kind.casefold().replace(chr(39), chr(39) * 2)}'"
    )
    return (Evidence("the persons that are counted", "person", counted.total, condition=kind or "count > 0"),)


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
