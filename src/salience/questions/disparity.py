"""Disparity: whether one population group is hit beyond its share.

Persons or events by group, over the group's share of a population. Ethnicity is never inferred from names; those whose
group nobody stated are carried through the answer, like the others or as anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salience.errors import QuestionError
from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.disparity_counts import Counted, count_cells
from salience.questions.disparity_figures import chart_denominators, chart_groups, chart_places, chart_unknown
from salience.questions.disparity_find import (
    Finding,
    Sorted,
    find_all,
    find_one,
    hide_groups,
    sort_cells,
)
from salience.questions.disparity_labels import Category, nearest
from salience.questions.disparity_params import DisparityParams
from salience.questions.disparity_population import Denominator, read_denominators
from salience.questions.disparity_refuse import refuse, tabulate_needs
from salience.questions.disparity_release import is_small
from salience.questions.disparity_tables import (
    tabulate_denominators,
    tabulate_groups,
    tabulate_methods,
    tabulate_places,
    tabulate_sources,
    tabulate_steps,
    tabulate_unknown,
)
from salience.questions.disparity_trust import judge_assumptions, list_warnings
from salience.questions.disparity_words import METHODS, call_counted, estimate_all, say_headline
from salience.questions.frames import Tables
from salience.questions.setting import Setting
from salience.record.names import normalise_name

Progress = Callable[[str, float], None]


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
    if reason:
        return _refusal(record, params, setting, reason, counted, seed, version)
    first = denominators[0]
    cells = sort_cells(counted, first, params)
    report("comparing groups with their population", 0.3)
    asked = _asked(cells, first, params)
    # Screening all groups for the strongest finds one by chance: each interval is widened for the number of groups.
    screened = 1 if asked else len(first.categories)
    level = 1 - (1 - params.level) / screened
    found = find_all(counted, cells, first, params, level)
    focus = next((f for f in found if f.category == asked), None) if asked else _strongest(found)
    assert focus is not None
    if focus.shares is None and focus.within is None:
        reason = f"nobody whose group is named stands beside a population share of {focus.category.name}"
        return _refusal(record, params, setting, reason, counted, seed, version)
    if is_small(focus.counts[0], params.smallest_cell):
        reason = (
            f"under {params.smallest_cell} persons are named as {focus.category.name}, and a ratio would show "
            "how many; "
            "smallest_cell = 1 shows all on your own machine"
        )
        return _refusal(record, params, setting, reason, counted, seed, version)
    hidden = hide_groups(found, focus, params.smallest_cell)
    report("comparing denominators", 0.7)
    rivals = [
        (d, find_one(counted, sort_cells(counted, d, params), c, d, params, level))
        for d in denominators[1:]
        if (c := _same(focus.category, d)) is not None
    ]
    report("drawing", 0.9)
    named_rivals = [(d.name, f) for d, f in rivals]
    what = call_counted(_kinds(record), params)
    return Answer(
        question="disparity",
        headline=say_headline(focus, what, first.name, screened, named_rivals),
        estimates=tuple(estimate_all(found, focus, named_rivals, first.name, hidden)),
        tables=_tables(found, focus, first, rivals, counted, params, hidden),
        figures=_figures(found, focus, first, rivals, hidden),
        assumptions=judge_assumptions(counted, focus, first),
        warnings=list_warnings(counted, cells, focus, first, params),
        evidence=_evidence(counted, params),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


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


def _tables(
    found: Sequence[Finding],
    focus: Finding,
    first: Denominator,
    rivals: Sequence[tuple[Denominator, Finding]],
    counted: Counted,
    params: DisparityParams,
    hidden: frozenset[Category],
) -> tuple[Table, ...]:
    tables: list[Table | None] = [tabulate_groups(found, first, params, hidden), tabulate_steps(focus)]
    if focus.shares is not None:
        if focus.counts[2]:
            tables.append(tabulate_unknown(focus, params))
        tables.append(tabulate_denominators(focus, first, rivals, params))
    tables.append(tabulate_places(focus, first, params))
    if focus.shares is not None:
        tables.append(tabulate_methods(focus, params))
    if counted.sources:
        tables.append(tabulate_sources(counted.sources, params))
    return tuple(table for table in tables if table is not None)


def _figures(
    found: Sequence[Finding],
    focus: Finding,
    first: Denominator,
    rivals: Sequence[tuple[Denominator, Finding]],
    hidden: frozenset[Category],
) -> tuple[Figure, ...]:
    drawn = (
        chart_groups(found, focus, first.name, hidden),
        chart_unknown(focus),
        chart_denominators(focus, [(first, focus), *rivals]),
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


def _refusal(
    record: Tables,
    params: DisparityParams,
    setting: Setting,
    reason: str,
    counted: Counted,
    seed: int,
    version: str,
) -> Answer:
    tables = [tabulate_needs()]
    if counted.sources:
        tables.append(tabulate_sources(counted.sources, params))
    return Answer(
        question="disparity",
        headline=f"The record cannot say whether a population group is hit beyond its share: {reason}.",
        estimates=(),
        tables=tuple(tables),
        figures=(),
        assumptions=(),
        warnings=("What would decide it stands in the table of what is needed.",),
        evidence=(),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
