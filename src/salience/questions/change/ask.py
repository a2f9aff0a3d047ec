"""Change: whether conduct changed at or after a date, or at any.

A step in a monthly or weekly count is ranked among the steps at dates when nothing is known to have happened, for
months of much violence follow each other and the usual errors lie. What covers the conflict is put to the same test.
"""

from __future__ import annotations

from collections.abc import Callable

from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.change.checks import judge, warn
from salience.questions.change.figures import chart_changes, chart_coverage, chart_placebo, chart_series
from salience.questions.change.fits import DateFound, fit_dates, refuse_series
from salience.questions.change.headline import say_headline
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series, reduce_series
from salience.questions.change.tables import (
    tabulate_changes,
    tabulate_coverage,
    tabulate_dates,
    tabulate_models,
    tabulate_numbers,
    tabulate_placebo,
    tabulate_series,
)
from salience.questions.change.undated import Undated, find_changes
from salience.questions.change.words import METHODS, estimate_all, subject
from salience.questions.frames import Tables
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]


def ask_change(
    record: Tables,
    params: ChangeParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the change question.

    Where the series cannot say anything (too few months, nothing counted, the date outside) the answer says so.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period.
    seed, version, progress
        Of thinning and draws; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        An actor, kind or place is asked for that no event has.
    """
    report = progress or (lambda stage, share: None)
    report("counting by period", 0.05)
    series = reduce_series(record, params, setting)
    reason = refuse_series(series, params)
    dates: list[DateFound] = []
    undated: Undated | None = None
    if series is not None and not reason:
        dates = fit_dates(series, params, seed, report)
        report("looking for changes at all dates", 0.6)
        undated = find_changes(series, params, seed)
        if undated is None and not any(each.rank for each in dates):
            reason = "no model of it can be fitted"
    report("drawing", 0.9)
    held = None if reason else series
    headline, more = say_headline(held, dates, undated, params, reason)
    return Answer(
        question="change",
        headline=headline,
        more=more,
        estimates=estimate_all(held, dates, undated, params),
        tables=_tables(series, dates, undated, params),
        figures=_figures(held, dates, undated, params),
        assumptions=judge(held, dates, params) if held is not None else (),
        warnings=warn(held, dates, undated, params, reason),
        evidence=_evidence(series, params),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _tables(
    series: Series | None, dates: list[DateFound], undated: Undated | None, params: ChangeParams
) -> tuple[Table, ...]:
    if series is None:
        return (Table("series", "The series", (), ()),)
    tables = [
        tabulate_dates(dates, params),
        tabulate_coverage(dates),
        tabulate_models(dates),
        tabulate_numbers(undated),
        tabulate_changes(series, undated, params),
        tabulate_placebo(series, dates),
        tabulate_series(series, dates, undated, params),
    ]
    return tuple(table for table in tables if table.rows)


def _figures(
    series: Series | None, dates: list[DateFound], undated: Undated | None, params: ChangeParams
) -> tuple[Figure, ...]:
    if series is None:
        return ()
    drawn: list[Figure | None] = []
    for i, each in enumerate(dates):
        if each.rank is not None:
            drawn += [chart_series(series, each, i, params), chart_placebo(series, each, i, params)]
    drawn.append(chart_coverage(series, dates, params))
    drawn.append(chart_changes(series, undated, params))
    return tuple(figure for figure in drawn if figure is not None)


def _evidence(series: Series | None, params: ChangeParams) -> tuple[Evidence, ...]:
    if series is None:
        return ()
    table = {"statements": "statement", "mentions": "mention", "reports": "report"}.get(params.count, "event")
    conditions = []
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in params.actor)
    if names and table == "event":
        sides = {"a": ("side_a",), "b": ("side_b",), "either": ("side_a", "side_b")}[params.side]
        conditions.append("(" + " OR ".join(f"{side} IN ({names})" for side in sides) + ")")
    if table == "event":
        conditions.append(f"date_from BETWEEN '{series.periods.first}' AND '{series.periods.last}'")
    return (
        Evidence(f"{subject(params)} that were counted", table, series.rows, (), " AND ".join(conditions)),
    )


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
