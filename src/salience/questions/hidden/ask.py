"""Hidden: how many events, victims or armed groups no source recorded.

Lists are sources, or groups of them. What they share says how much is on none of them, if they were made independently
or show how they depend on each other; all methods stand side by side, and where they disagree the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salience.errors import MethodError
from salience.methods import capture
from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.frames import Tables
from salience.questions.hidden.dependence import compare_pairs
from salience.questions.hidden.figures import chart_groups, chart_methods, chart_patterns, chart_strata
from salience.questions.hidden.groups import GROUPS, count_unseen
from salience.questions.hidden.lists import Patterns, reduce_lists
from salience.questions.hidden.methods import (
    BY_STRATUM,
    FIRST_TIME,
    GRAPHS,
    Fitted,
    fit_methods,
    leave_lists_out,
    quick_estimate,
    recommend,
)
from salience.questions.hidden.params import HiddenParams
from salience.questions.hidden.tables import (
    tabulate_groups,
    tabulate_left_out,
    tabulate_lists,
    tabulate_methods,
    tabulate_pairs,
    tabulate_patterns,
    tabulate_strata,
)
from salience.questions.hidden.trust import (
    ONE_CODER,
    Findings,
    Trust,
    judge_assumptions,
    judge_trust,
    trust_warnings,
)
from salience.questions.hidden.words import METHODS, estimate_groups, estimate_totals, say_headline
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]

STRATA_WORDS = {"actor": "actors (label of the dataset)", "admin1": "first-level area", "year": "year"}


def ask_hidden(
    record: Tables,
    params: HiddenParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the hidden question.

    Where the lists cannot say anything (one list, none that overlap) the answer says so, and has no estimate.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period.
    seed, version, progress
        Of the samplers; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        A named list names a source that the record does not have.
    """
    report = progress or (lambda stage, share: None)
    report("counting what the lists share", 0.05)
    patterns = reduce_lists(record, params, setting)
    unit = params.count
    groups = count_unseen(record, params, setting, seed) if params.groups else []
    refusal = _refuse(patterns, unit)
    strata = None if refusal else _stratify(patterns, params, seed, report)
    found = None if refusal else _find(patterns, params, strata, seed, report)
    trust = judge_trust(found) if found else Trust(False, (refusal,), patterns.one_coder >= ONE_CODER)
    report("drawing", 0.92)
    estimates = estimate_totals(found, params, trust) if found else []
    estimates += estimate_groups(groups, params.level)
    tables = _tables(patterns, found, strata, groups, params)
    headline, more = say_headline(patterns, found, trust, unit)
    return Answer(
        question="hidden",
        headline=headline,
        more=more,
        estimates=tuple(estimates),
        tables=tables,
        figures=_figures(patterns, found, tables, groups, params),
        assumptions=judge_assumptions(found, trust) if found else (),
        warnings=trust_warnings(found, trust) if found else (f"The record cannot say: {refusal}.",),
        evidence=_evidence(patterns),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _find(
    patterns: Patterns,
    params: HiddenParams,
    strata: capture.Stratified | None,
    seed: int,
    progress: Progress,
) -> Findings:
    """Apply all methods; the total of the strata stands beside those without."""
    fitted = fit_methods(patterns, params, seed, progress)
    if strata is not None:
        fitted.append(Fitted(BY_STRATUM, strata.total))
    graphs = next((each.found for each in fitted if each.name == GRAPHS), None)
    progress("leaving lists out", 0.72)
    without = leave_lists_out(patterns, params) if params.leave_out and len(patterns.lists) > 2 else []
    pairs = compare_pairs(patterns, graphs, params.level)
    chosen = recommend(fitted, len(patterns.lists))
    return Findings(patterns, tuple(fitted), chosen, tuple(pairs), tuple(without))


def _refuse(patterns: Patterns, unit: str) -> str:
    """Return why nothing can be estimated, or nothing."""
    if len(patterns.lists) < 2:
        names = f" ({patterns.lists[0].name})" if patterns.lists else ""
        number = "is one list" if patterns.lists else "is no list"
        return f"there {number}{names}, and one list cannot show what it lacks; other lists_by may give more"
    if patterns.recorded == 0:
        return f"no {unit} of the period are on these lists"
    several = patterns.held.sum(axis=1) >= 2
    if not patterns.counts[several].sum():
        return "the lists share nothing, and without overlap nothing shows how much is on none of them"
    return ""


def _stratify(
    patterns: Patterns, params: HiddenParams, seed: int, progress: Progress
) -> capture.Stratified | None:
    """Estimate by stratum; counts of victims would overstate what is known, so these are events alone."""
    if params.strata == "none" or len(patterns.strata) < 2 or params.count == "victims":
        return None
    progress(f"estimating by stratum{FIRST_TIME}", 0.1)
    try:
        return capture.stratified(
            patterns.held,
            patterns.counts,
            patterns.stratum,
            classes=params.classes,
            draws=params.draws,
            seed=seed,
            level=params.level,
        )
    except MethodError:
        return None


def _tables(
    patterns: Patterns,
    found: Findings | None,
    strata: capture.Stratified | None,
    groups: Sequence[tuple[str, capture.UnseenSpecies]],
    params: HiddenParams,
) -> tuple[Table, ...]:
    unit = params.count
    tables = [tabulate_lists(patterns)]
    if found is not None:
        tables = [
            tabulate_methods(found.fitted, found.recommended, patterns.recorded, unit),
            *tables,
            tabulate_patterns(patterns),
            tabulate_pairs(found.pairs, unit),
        ]
        if found.without:
            whole = quick_estimate(*patterns.table(), params)
            tables.append(tabulate_left_out(whole, found.without, unit))
        if strata is not None:
            tables.append(tabulate_strata(strata, patterns.strata, STRATA_WORDS[params.strata], unit))
    if groups:
        tables.append(tabulate_groups(groups))
    return tuple(table for table in tables if table.rows)


def _figures(
    patterns: Patterns,
    found: Findings | None,
    tables: Sequence[Table],
    groups: Sequence[tuple[str, capture.UnseenSpecies]],
    params: HiddenParams,
) -> tuple[Figure, ...]:
    figures = []
    if found is not None:
        figures.append(chart_patterns(patterns, params.count))
        if any(each.found is not None and each.found.estimate is not None for each in found.fitted):
            figures.append(chart_methods(found.fitted, found.recommended, patterns.recorded, params.count))
        strata = next((table for table in tables if table.name == "strata"), None)
        if strata is not None and any(row["share_low"] is not None for row in strata.to_records()):
            figures.append(chart_strata(strata, STRATA_WORDS[params.strata], params.count))
    for what, each in groups:
        if each.singletons == 0:
            continue  # none was seen once: the curve is flat
        sightings = "sides of events" if what == GROUPS else "tellings of events"
        figures.append(chart_groups(what, each, sightings))
    return tuple(figures)


def _evidence(patterns: Patterns) -> tuple[Evidence, ...]:
    """Say by a condition which accounts are on each list."""
    return tuple(
        Evidence(
            f"the accounts on the list '{each.name}'",
            "account",
            each.events,
            condition=f"source IN ({', '.join(str(i) for i in each.sources)})",
        )
        for each in patterns.lists
    )


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
