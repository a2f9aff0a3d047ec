"""Table: who must be seated so that the landscape is represented, and whom a given list leaves out.

Constituencies with a sourced weight recognise actors as their spokespersons; a list is judged by what social choice
calls proportional representation, and proposals are made by three rules. No one list is ever the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from salience.methods.seats.limits import Limits
from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.frames import Tables
from salience.questions.refusal import refuses
from salience.questions.setting import Setting
from salience.questions.table.audit import Audit, audit_list
from salience.questions.table.figures import chart_plan, chart_representation, chart_safety
from salience.questions.table.inputs import CONSTITUENCY, Seating, read_seating
from salience.questions.table.limits import make_rules
from salience.questions.table.params import TableParams
from salience.questions.table.proposals import Proposals, propose
from salience.questions.table.tables import (
    tabulate_audits,
    tabulate_balance,
    tabulate_body,
    tabulate_groups,
    tabulate_prices,
    tabulate_proposals,
    tabulate_quotas,
    tabulate_representation,
    tabulate_stability,
    tabulate_tiers,
)
from salience.questions.table.words import (
    METHODS,
    judge_assumptions,
    make_estimates,
    make_warnings,
    say_headline,
)

Progress = Callable[[str, float], None]


@refuses("table", METHODS)
def ask_table(
    record: Tables,
    params: TableParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the table question.

    Parameters
    ----------
    record : Record or ParquetRecord
        With the landscape; seats, weights and attributes where the case has them.
    params, setting
        What exactly is asked; the case's setting, kept in the answer.
    seed, version, progress
        Of the draws; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        Unknown names, nobody approves anyone, or no list keeps all that is asked.

    Notes
    -----
    Without actors, or constituencies with a weight, the answer has no estimates.
    """
    report = progress or (lambda stage, share: None)
    report("reading weights and mandates", 0.05)
    seating = read_seating(record, params, seed)
    limits = make_rules(seating, params)
    report("judging the lists", 0.15)
    audits = [
        audit_list(seating, name, members, weighting, limits)
        for name, members in seating.lists.items()
        for weighting in seating.weights
    ]
    report("proposing lists over the draws", 0.4)
    proposals = propose(seating, params, limits)
    report("drawing", 0.92)
    tables = _tables(audits, proposals, seating, params, limits)
    found = getattr(record, "fingerprint", None)
    headline, more = say_headline(audits, proposals, seating, params.level)
    return Answer(
        question="table",
        headline=headline,
        more=more,
        estimates=tuple(make_estimates(audits, seating, proposals, params.level)),
        tables=tables,
        figures=_figures(audits, proposals, seating, tables),
        assumptions=judge_assumptions(seating, params),
        warnings=make_warnings(seating, proposals, audits),
        evidence=_evidence(seating),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=str(found()) if callable(found) else "",
        version=version,
    )


def _tables(
    audits: Sequence[Audit], proposals: Proposals, seating: Seating, params: TableParams, limits: Limits
) -> tuple[Table, ...]:
    level = params.level
    tables = []
    if audits:
        tables += [
            tabulate_audits(audits, seating, level),
            tabulate_groups(audits, seating, level),
            tabulate_representation(audits, seating, level),
        ]
        if params.choose == "table":
            tables.append(tabulate_balance(audits, seating, level))
        tables.append(tabulate_quotas(audits, seating, params))
    tables += [tabulate_stability(proposals, seating), tabulate_proposals(proposals, seating)]
    if limits.names:
        tables.append(tabulate_prices(proposals, seating))
    tables.append(tabulate_tiers(proposals, seating))
    if params.body:
        tables.append(tabulate_body(seating, params))
    return tuple(table for table in tables if table.rows)


def _figures(
    audits: Sequence[Audit], proposals: Proposals, seating: Seating, tables: Sequence[Table]
) -> tuple[Figure, ...]:
    figures = [chart_plan(audits[0] if audits else None, seating, proposals)]
    if audits:
        table = next(t for t in tables if t.name == "representation")
        figures.append(chart_representation(audits[0], table, seating))
    return (*figures, chart_safety(proposals.stability, seating))


def _evidence(seating: Seating) -> tuple[Evidence, ...]:
    """Say which rows the answer rests on; who has nobody on a list rests on the seats, whatever anyone weighs."""
    mandates = sum(kind == "mandate" for _, _, kind in seating.land.relations)
    found = []
    if CONSTITUENCY in seating.weights:
        number = int(np.isfinite(seating.land.constituency[:, 1]).sum())
        found.append(
            Evidence(
                "stated constituencies", "stakeholder", number, condition="constituency_best IS NOT NULL"
            )
        )
    if others := [name for name in seating.weights if name != CONSTITUENCY]:
        number = sum(int(np.isfinite(seating.weights[name]).sum()) for name in others)
        found.append(
            Evidence("rival weights", "weight", number, condition=f"weighting IN ({_quoted(*others)})")
        )
    found.append(Evidence("mandates on record", "relation", mandates, condition="kind = 'mandate'"))
    if seating.lists:
        seats = sum(map(len, seating.lists.values()))
        whom = ", ".join(f"'{name}'" for name in seating.voter_names)
        found.append(
            Evidence(
                f"who is seated, for {whom}", "seat", seats, condition=f"list IN ({_quoted(*seating.lists)})"
            )
        )
    return tuple(found)


def _quoted(*names: str) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)
