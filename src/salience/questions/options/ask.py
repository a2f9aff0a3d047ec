"""Options: where do engagement and pressure lead, by rival models, and how far can that be trusted.

Draws of what is not known go through every model; the interval of the forecast adds the models' disagreement and their
errors on decisions whose outcome is known. Options are named edits of the case, run on the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salience.errors import QuestionError
from salience.questions.answer import Answer, Evidence, Figure, Table
from salience.questions.frames import Tables
from salience.questions.landscape.inputs import read_landscape
from salience.questions.options.compare import AS_NOW, Led, compare_options, exclude_each, regrets
from salience.questions.options.draws import Table as Case
from salience.questions.options.draws import lay_table
from salience.questions.options.errors import Errors, shipped_errors
from salience.questions.options.figures import chart_hinges, chart_options, chart_outcomes, chart_regret
from salience.questions.options.hinges import discover, find_hinges
from salience.questions.options.levers import check_options
from salience.questions.options.params import OptionsParams
from salience.questions.options.tables import (
    IssueForecast,
    forecast_issues,
    tabulate_backtest,
    tabulate_discoveries,
    tabulate_exclusion,
    tabulate_forecasts,
    tabulate_gainers,
    tabulate_hinges,
    tabulate_models,
    tabulate_options,
    tabulate_regret,
)
from salience.questions.options.words import (
    METHODS,
    estimate_moves,
    estimate_outcomes,
    list_assumptions,
    list_warnings,
    say_headline,
)
from salience.questions.refusal import refuses
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]


@refuses("options", METHODS)
def ask_options(
    record: Tables,
    params: OptionsParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the options question.

    Parameters
    ----------
    record : Record or ParquetRecord
        With a landscape: actors, issues and positions.
    params, setting
        What exactly is asked, the options among it; the case's period, which plays no part here.
    seed, version, progress
        Of the draws; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        A name is not known; an option edits nothing here.

    Notes
    -----
    Without positions the answer has no estimates.
    """
    report = progress or (lambda stage, share: None)
    report("reading the landscape", 0.05)
    land = read_landscape(record, setting.period)
    case = lay_table(land, params)
    if AS_NOW in params.option:
        raise QuestionError(f"case.toml, option {AS_NOW}: this name is taken by the case without options")
    check_options(land, params)
    errors = shipped_errors()
    forecasts: list[IssueForecast] = []
    led: list[Led] = []
    tables: list[Table] = []
    figures: list[Figure] = []
    if case.columns:
        report("drawing what is not known (the first time on a machine, compiling takes a while)", 0.1)
        values = case.draw_values(params.draws, seed)
        forecasts = forecast_issues(case, values, errors)
        led = compare_options(case, values, report)
        report("what it hinges on", 0.65)
        tables, figures = _show(case, forecasts, led, errors, seed, values)
    tables.append(tabulate_backtest(errors))
    ids = tuple(sorted(i for cell, rows in land.rows.items() if cell[1] in case.columns for i in rows))
    headline, more = say_headline(case, forecasts, led)
    return Answer(
        question="options",
        headline=headline,
        more=more,
        estimates=(*estimate_outcomes(case, forecasts, errors), *estimate_moves(case, led)),
        tables=tuple(table for table in tables if table.rows),
        figures=tuple(figures),
        assumptions=list_assumptions(case, led, errors),
        warnings=list_warnings(case, led, forecasts),
        evidence=(Evidence("the positions that were weighed", "position", len(ids), ids),),
        method=METHODS,
        params=params.model_dump(mode="json", by_alias=True) | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _show(
    case: Case,
    forecasts: Sequence[IssueForecast],
    led: Sequence[Led],
    errors: Errors,
    seed: int,
    values: object,
) -> tuple[list[Table], list[Figure]]:
    """Return the tables and figures, what hinges and the exclusions among them."""
    import numpy as np

    drawn = np.asarray(values)
    tables = [tabulate_forecasts(forecasts, case.params.level)]
    figures: list[Figure | None] = [chart_outcomes(forecasts, led[0], case)]
    if len(led) > 1:
        moved = tabulate_options(led, case)
        tables += [moved, tabulate_regret(led, bool(case.params.goal)), tabulate_gainers(led, case)]
        figures += [
            chart_options(moved),
            chart_regret(led, regrets([each for each in led if not each.refused])),
        ]
        if case.params.hinges:
            tables.append(tabulate_discoveries(discover(case, drawn, led)))
    tables.append(tabulate_models(led[0], case, errors))
    if case.params.exclusion:
        tables.append(tabulate_exclusion(exclude_each(case, drawn), case))
    hinges = find_hinges(case, seed) if case.params.hinges else None
    if hinges is not None:
        shares = tabulate_hinges(hinges, case)
        tables.append(shares)
        figures.append(chart_hinges(shares, case.issues))
    return tables, [figure for figure in figures if figure is not None]


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
