"""Reconcile: sources contradict each other on numbers; who runs high or low, and what follows for the level.

Accounts alone give contrasts between sources. The level rests on whom one believes: it is shown for each in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.frames import Tables
from salience.questions.reconcile.accounts import NUMBERS, Reduced, gather_figures, reduce_accounts
from salience.questions.reconcile.blame import Blame, compare_blame
from salience.questions.reconcile.figures import chart_contrasts, chart_events, chart_levels
from salience.questions.reconcile.fits import FIRST_TIME, Fit, fit_figures, require_named
from salience.questions.reconcile.params import ReconcileParams
from salience.questions.reconcile.tables import (
    WORDS,
    tabulate_alone,
    tabulate_blame,
    tabulate_events,
    tabulate_pairs,
    tabulate_raters,
    tabulate_sources,
    tabulate_totals,
)
from salience.questions.reconcile.words import (
    METHODS,
    estimate_all,
    judge_assumptions,
    say_headline,
    say_warnings,
)
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]


def ask_reconcile(
    record: Tables,
    params: ReconcileParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the reconcile question.

    Where numbers cannot be compared (no source tells any, all come from one source, no events are shared) the answer
    says so, and what data would do.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period.
    seed, version, progress
        Of the sampler; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        A source is named, to compare with or to believe, that tells no numbers.
    """
    report = progress or (lambda stage, share: None)
    report("reading who told which numbers", 0.05)
    reduced = reduce_accounts(record, params, setting)
    tables_of = [gather_figures(reduced, what, params) for what in dict.fromkeys(params.counts)]
    require_named(params, list(dict.fromkeys(v.name for f in tables_of for v in f.voices)))
    fits = []
    for k, figures in enumerate(tables_of):
        report(f"comparing numbers of {WORDS[figures.what]}{FIRST_TIME}", 0.1 + 0.6 * k / len(tables_of))
        fits.append(fit_figures(figures, reduced.events, params, seed))
    report("comparing who is named", 0.75)
    blame = compare_blame(reduced, params.most_sources, seed, params.level) if params.blame else None
    report("drawing", 0.9)
    alone = tabulate_alone(fits, reduced.events)
    assumptions = judge_assumptions(fits, blame)
    headline, more = say_headline(fits, reduced, len(alone.rows))
    return Answer(
        question="reconcile",
        headline=headline,
        more=more,
        estimates=tuple(estimate_all(fits, blame, params.level)),
        tables=_tables(fits, blame, reduced.events, params, alone),
        figures=_figures(fits),
        assumptions=assumptions,
        warnings=say_warnings(fits, reduced, assumptions),
        evidence=_evidence(reduced),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _tables(
    fits: Sequence[Fit], blame: Blame | None, events: Mapping[int, Any], params: ReconcileParams, alone: Table
) -> tuple[Table, ...]:
    tables = [alone]
    if any(fit.found is not None for fit in fits):
        tables = [
            tabulate_sources(fits),
            tabulate_totals(fits, events, params.by),
            tabulate_events(fits, events, params.events_shown),
            alone,
            tabulate_pairs(fits),
        ]
    if blame is not None:
        tables += [tabulate_raters(blame), tabulate_blame(blame, events, params.events_shown)]
    kept = tuple(table for table in tables if table.rows)
    return kept or (alone,)


def _figures(fits: Sequence[Fit]) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for fit in fits:
        if fit.found is not None:
            drawn = [chart_contrasts(fit), chart_levels(fit), chart_events(fit)]
            figures += [each for each in drawn if each is not None]
    return tuple(figures)


def _evidence(reduced: Reduced) -> tuple[Evidence, ...]:
    """Say by a condition which accounts tell numbers."""
    condition = "told <> 'named' AND coalesce(" + ", ".join(NUMBERS) + ") IS NOT NULL"
    number = sum(any(r[name] is not None for name in NUMBERS) for r in reduced.rows)
    return (Evidence("accounts of sources that tell numbers", "account", number, condition=condition),)


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
