"""Landscape: which actors want what, how much they care, what they can do; where they agree and who stands outside.

Everything is drawn many times within what people stated as low, best and high. What is missing stays missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.frames import Tables
from salience.questions.landscape.draws import Drawn, draw_landscape
from salience.questions.landscape.estimates import list_estimates
from salience.questions.landscape.find import Found, find_landscape
from salience.questions.landscape.inputs import read_landscape
from salience.questions.landscape.params import LandscapeParams
from salience.questions.landscape.tables import (
    Standing,
    find_standings,
    tabulate_actors,
    tabulate_between,
    tabulate_consensus,
    tabulate_issues,
    tabulate_poles,
    tabulate_positions,
    tabulate_relations,
    tabulate_unknown,
)
from salience.questions.landscape.words import METHODS, judge_assumptions, list_warnings, say_headline
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]


def ask_landscape(
    record: Tables,
    params: LandscapeParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the landscape question.

    Where nothing can be said (fewer than three actors, no issue that two speak to) the answer says so, and has no
    estimate.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        How actors are weighed and what counts as agreement; the case's setting.
    seed, version, progress
        Of the draws; kept in the answer; called with a stage and the share done.
    """
    report = progress or (lambda stage, share: None)
    report("drawing positions", 0.1)
    drawn = draw_landscape(read_landscape(record, setting.period), params, seed)
    frame: dict[str, Any] = {
        "question": "landscape",
        "method": METHODS,
        "params": params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        "seed": seed,
        "record": _fingerprint(record),
        "version": version,
    }
    if isinstance(drawn, str):
        return _refuse(drawn, frame)
    report("who agrees and who decides", 0.3)
    found = find_landscape(drawn, params)
    standings = find_standings(found)
    known = any(np.isfinite(s.legitimacy.value) for s in standings)
    report("drawing charts", 0.8)
    tables = _tables(found, standings)
    headline, more = say_headline(found)
    return Answer(
        headline=headline,
        more=more,
        estimates=tuple(list_estimates(found, standings)),
        tables=tables,
        figures=_figures(found, standings),
        assumptions=judge_assumptions(found),
        warnings=list_warnings(found, known),
        evidence=_evidence(drawn),
        **frame,
    )


def _refuse(reason: str, frame: dict[str, Any]) -> Answer:
    said = f"The record cannot say who wants what: {reason}."
    empty = Table("issues", "Where the weight of each issue lies", (), ())
    return Answer(
        headline=said,
        estimates=(),
        tables=(empty,),
        figures=(),
        assumptions=(),
        warnings=(said,),
        evidence=(),
        **frame,
    )


def _tables(found: Found, standings: list[Standing]) -> tuple[Table, ...]:
    tables = [
        tabulate_issues(found),
        tabulate_poles(found),
        tabulate_consensus(found),
        *tabulate_actors(found, standings),
        tabulate_unknown(found),
        *tabulate_between(found),
        tabulate_positions(found),
        tabulate_relations(found),
    ]
    return tuple(table for table in tables if table.rows)


def _figures(found: Found, standings: list[Standing]) -> tuple[Figure, ...]:
    from salience.questions.landscape import figures as of_issues
    from salience.questions.landscape import figures_actors as of_actors

    drawn = [
        of_issues.chart_issues(found),
        of_issues.chart_consensus(found),
        of_issues.chart_outside(found),
        of_issues.chart_contested(found),
        of_actors.chart_map(found),
        of_actors.chart_distances(found),
        of_actors.chart_groups(found),
        of_actors.chart_deciding(found),
        of_actors.chart_standing(found, standings),
        of_issues.chart_unknown(found),
    ]
    return tuple(figure for figure in drawn if figure is not None)


def _evidence(drawn: Drawn) -> tuple[Evidence, ...]:
    """Say which rows of the record each issue rests on."""
    landscape = drawn.landscape
    evidence = []
    for k, name in enumerate(landscape.issue_names):
        ids = tuple(i for a in range(len(landscape.actors)) for i in landscape.rows.get((a, k), ()))
        evidence.append(Evidence(f"the positions on '{name}'", "position", len(ids), ids))
    return tuple(evidence)


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
