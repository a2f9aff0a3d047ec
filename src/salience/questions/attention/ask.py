"""Attention: what gets covered, and whether casualties, actor, place or time decide it.

Four views side by side, in the order in which they can be trusted: plain tables; the reference list (of the events
that local sources or NGOs recorded, which did others carry?); sources beyond the first; zero-truncated counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from salience.errors import NothingToAskError
from salience.methods.counts import CountFit
from salience.questions.answer import Answer, Estimate, Evidence, Figure, Table, format_number
from salience.questions.attention.cells import (
    ELSEWHERE,
    IN_CAPITAL,
    OTHERS,
    Cells,
    common_labels,
    covered_events,
    reduce_events,
)
from salience.questions.attention.checks import (
    check_model,
    judge_assumptions,
    tabulate_variants,
    try_variants,
)
from salience.questions.attention.figures import (
    chart_bands,
    chart_dependence,
    chart_fitted,
    chart_gap,
    chart_margins,
    chart_places,
)
from salience.questions.attention.fits import AT_DEATHS, VIEWS, View, ViewFit, deaths_settings, fit_views
from salience.questions.attention.gap import Gap, measure_gap
from salience.questions.attention.params import AttentionParams
from salience.questions.attention.tables import (
    Dependence,
    list_unusual,
    measure_dependence,
    tabulate_bands,
    tabulate_factor,
    tabulate_places,
    tabulate_sources,
)
from salience.questions.attention.words import (
    METHODS,
    estimate_dependence,
    estimate_gap,
    estimate_margins,
    estimate_slope,
    say_headline,
    tabulate_coefficients,
    tabulate_gaps,
    warn,
)
from salience.questions.charts import without_common_start
from salience.questions.frames import Tables
from salience.questions.refusal import refuses
from salience.questions.setting import Setting

LEAST_EVENTS = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """What the models found, before it is put into words."""

    cells: Cells
    fits: dict[View, ViewFit]
    gaps: dict[str, list[Gap]]


@refuses("attention", METHODS)
def ask_attention(
    record: Tables,
    params: AttentionParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Callable[[str, float], None] | None = None,
) -> Answer:
    """Answer the attention question.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period, area and capital.
    seed, version, progress
        For the randomised residuals; kept in the answer; called with a stage and the share done.

    Raises
    ------
    QuestionError
        A label to compare that no event has.

    Notes
    -----
    Of fewer than five covered events nothing is said; the answer has no estimates.
    """
    report = progress or (lambda stage, share: None)
    _require_events(covered_events(record, params, setting))
    actors = common_labels(covered_events(record, params, setting), params)
    found = find_attention(record, params, setting, actors, report)
    sources = tabulate_sources(record, params, setting)
    dependence = measure_dependence(sources, found.cells, params.level)
    extra, fitted = found.fits["extra reports"], _best_truncated(found.fits)
    largest = _largest_sources(record, sources, params.left_out)
    variants = try_variants(record, params, setting, actors, largest, report)
    check = check_model(fitted, seed) if fitted else None
    unusual = list_unusual(record, params, setting, extra)
    report("drawing", 0.9)
    bands, places = tabulate_bands(found.cells, params.level), tabulate_places(found.cells)
    estimates = _estimates(found, dependence, params.level)
    parts = [
        dependence.table,
        places,
        *([unusual.table] if unusual else []),
        tabulate_variants(extra, variants),
    ]
    parts += [check.table] if check else []
    headline, more = say_headline(estimates, found.gaps)
    return Answer(
        question="attention",
        headline=headline,
        more=more,
        estimates=tuple(estimates),
        tables=_tables(found, params, bands, sources, parts),
        figures=_figures(found, estimates, bands, dependence, places, check.table if check else None, fitted),
        assumptions=judge_assumptions(found.cells, found.fits["reference list"], extra, variants, check),
        warnings=warn(record, params, setting, found.cells, found.fits),
        evidence=(_rows_asked(found, params, setting), *(unusual.evidence if unusual else ())),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _tables(
    found: Findings, params: AttentionParams, bands: Table, sources: Table, others: Sequence[Table]
) -> tuple[Table, ...]:
    """Put the tables in the order in which they can be trusted; empty ones are left out."""
    tables = [
        bands,
        *(tabulate_factor(found.cells, name, params.level) for name in _plain_factors(found.cells)),
        tabulate_coefficients(list(found.fits.values())),
        tabulate_gaps(found.gaps),
        sources,
        *others,
    ]
    return tuple(table for table in tables if table.rows)


def _require_events(covered: nw.LazyFrame[Any]) -> None:
    events = int(covered.select(n=nw.len()).collect()["n"][0])
    if events < LEAST_EVENTS:
        have = f"only {events} events in the period have" if events else "no event in the period has"
        raise NothingToAskError(
            f"{have} sources that a dataset lists; at least {LEAST_EVENTS} are needed. "
            "Look at the period in case.toml, at kind where it is given, and at whether the data name the sources of "
            "each event"
        )


def find_attention(
    record: Tables,
    params: AttentionParams,
    setting: Setting,
    actors: Sequence[str],
    progress: Callable[[str, float], None],
) -> Findings:
    """Reduce the record to cells and fit every view."""
    cells = reduce_events(record, params, setting, actors=actors)
    progress("fitting", 0.2)
    fits = fit_views(cells, params)
    gaps: dict[str, list[Gap]] = {}
    named = [label for label in actors if label != OTHERS]
    if len(named) >= 2:
        gaps["actors"] = [_gap(view, cells, fits, params, "actor", named[0], named[1]) for view in VIEWS[:2]]
    if {IN_CAPITAL} <= _present(cells, "place") and params.place == "capital":
        gaps["capital"] = [
            _gap(view, cells, fits, params, "place", IN_CAPITAL, ELSEWHERE) for view in VIEWS[:2]
        ]
    return Findings(cells, fits, gaps)


def _gap(
    view: View,
    cells: Cells,
    fits: dict[View, ViewFit],
    params: AttentionParams,
    factor: str,
    first: str,
    second: str,
) -> Gap:
    return measure_gap(view, cells, fits[view], params, factor, first, second)


def _present(cells: Cells, factor: str) -> set[str]:
    found = cells.factors[factor]
    return {found.levels[i] for i in np.unique(found.codes)}


def _plain_factors(cells: Cells) -> list[str]:
    return [
        name
        for name in ("actor", "kind", "place", "admin1", "precision", "year")
        if len(_present(cells, name)) > 1
    ]


def _best_truncated(fits: dict[View, ViewFit]) -> ViewFit | None:
    """Return the negative binomial where its mean is identified, else the Poisson."""
    for view in reversed(VIEWS[2:]):
        found = fits[view]
        if isinstance(found.fit, CountFit) and not found.fit.boundary:
            return found
    return None


def _largest_sources(record: Tables, sources: Table, most: int) -> list[tuple[int, str]]:
    names = [str(row["source"]) for row in sources.to_records()[:most]]
    if not names:
        return []
    rows = record.table("source").filter(nw.col("name").is_in(names)).select("id", "name")
    ids = {row["name"]: row["id"] for row in rows.collect("pyarrow").to_native().to_pylist()}
    return [(ids[name], name) for name in names]


def _estimates(found: Findings, dependence: Dependence, level: float) -> list[Estimate]:
    estimates: list[Estimate] = []
    for view in VIEWS:
        fit = found.fits[view]
        margins = fit.margins(deaths_settings(fit), level) if deaths_settings(fit) else None
        boundary = isinstance(fit.fit, CountFit) and fit.fit.boundary
        estimates += estimate_margins(fit, None if boundary else margins, level)
        estimates.append(estimate_slope(fit, level))
    for name, gaps in found.gaps.items():
        for gap in gaps:
            estimates += estimate_gap(name, gap, level)
    return [*estimates, *estimate_dependence(dependence, level)]


def _figures(
    found: Findings,
    estimates: Sequence[Estimate],
    bands: Table,
    dependence: Dependence,
    places: Table,
    fitted: Table | None,
    model: ViewFit | None,
) -> tuple[Figure, ...]:
    figures = []
    for view in VIEWS[:2]:
        own = [
            e
            for e in estimates
            if e.view == view and e.name.rsplit("_", 1)[-1] in {str(d) for d in AT_DEATHS}
        ]
        if own and all(e.value is not None for e in own):
            figures.append(chart_margins(own, bands, view=view))
    if len(bands.rows) > 1:
        figures.append(chart_bands(bands))
    figures += _gap_figures(found)
    if dependence.table.rows:
        figures.append(chart_dependence(dependence.table, dependence.single))
    if len(places.rows) > 1:
        figures.append(chart_places(places))
    if fitted is not None and model is not None and model.fit is not None:
        figures.append(chart_fitted(fitted, model.fit.model))
    return tuple(figures)


def _gap_figures(found: Findings) -> list[Figure]:
    figures = []
    for gap in [g for gaps in found.gaps.values() for g in gaps if g.view == "extra reports"]:
        numbers = (
            ("as it is", gap.raw),
            ("at equal deaths", gap.equal_deaths),
            ("all else equal too", gap.all_equal),
        )
        rows: list[dict[str, Any]] = [
            {"what": what, "value": n.value, "low": n.low, "high": n.high}
            for what, n in numbers
            if n is not None and n.low is not None and n.high is not None and n.low > 0
        ]
        if len(rows) < 2:
            continue
        first, second = without_common_start(gap.first, gap.second)
        title = (
            f"{first}: {format_number(rows[0]['value'])} times the extra reports of {second} as it is, "
            f"{format_number(rows[1]['value'])} times at equal deaths"
        )
        figures.append(chart_gap(rows, gap.first, gap.second, title))
    return figures


def _rows_asked(found: Findings, params: AttentionParams, setting: Setting) -> Evidence:
    """Say by a condition which events the answer is about."""
    parts = ["sources_listed", "sources >= 1"]
    if setting.period.start:
        parts.append(f"date_from >= DATE '{setting.period.start}'")
    if setting.period.end:
        parts.append(f"date_from <= DATE '{setting.period.end}'")
    if params.precise_dates:
        parts.append("date_precision = 'day'")
    if params.kind:
        kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in params.kind)
        parts.append(f"(kind_native IN ({kinds}) OR kind IN ({kinds}))")
    return Evidence("the events asked about", "event", found.cells.events, condition=" AND ".join(parts))


def _fingerprint(record: Tables) -> str:
    found = getattr(record, "fingerprint", None)
    return str(found()) if callable(found) else ""
