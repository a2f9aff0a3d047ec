"""The tables of the change answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.methods.series import PlaceboRank
from salience.questions.answer import Cell, Column, Table
from salience.questions.change.fits import DateFound
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series
from salience.questions.change.undated import Undated
from salience.questions.change.words import NAMES, say_period, say_removed


def tabulate_dates(dates: Sequence[DateFound], params: ChangeParams) -> Table:
    """Show the step at each date, its rank, and what would have been seen."""
    rows: list[tuple[Cell, ...]] = []
    for each in dates:
        if each.rank is None:
            rows.append((str(each.day), each.name, *(None,) * 10, each.reason))
            continue
        ratio = [_cell(x) for x in each.ratio()]
        fall, rise = each.smallest
        note = "" if each.by_placebo else "too few placebo dates; interval by HAC errors"
        if each.split:
            note = "; ".join(filter(None, [f"the {params.step} of the date is left out", note]))
        if each.by_placebo and (gone := say_removed(each)):
            note = "; ".join(filter(None, [gone, note]))
        rows.append(
            (str(each.day), each.name, *each.counts, *ratio, len(each.rank.dates), each.rank.p_value, each.adjusted,
             fall if fall > 0 else None, _cell(rise), note)
        )  # fmt: skip
    columns = (
        Column("date", "date", "date"),
        Column("name", "name"),
        Column("before", "counted before", "integer"),
        Column("after", "counted after", "integer"),
        Column("ratio", "level after over before", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("placebos", "placebo dates", "integer"),
        Column("p", "p by rank", "number"),
        Column("p_adjusted", "p for several dates", "number"),
        Column("smallest_fall", "smallest fall that would be shown", "number"),
        Column("smallest_rise", "smallest rise", "number"),
        Column("note", "to know"),
    )
    return Table(
        "dates",
        "The step at each date",
        columns,
        tuple(rows),
        "Counted is what the record holds in a window before the date and in one after it, a year each where the "
        "series is long enough. The ratio is that of their mean levels, divided by the step that is usual at other "
        "dates (usual drift); where the windows are no whole years, the season is taken out as well. p is the share "
        "of dates with as large a step, the date itself counted; for several dates it is corrected by Holm's rule. "
        "The interval holds all steps that, taken out of the series, leave nothing that stands out. The smallest "
        "changes are those that would have been shown in four cases of five, had they been planted at other dates of "
        "this series.",
    )


def tabulate_coverage(dates: Sequence[DateFound]) -> Table:
    """Show what the same model says of sources and reports."""
    rows: list[tuple[Cell, ...]] = []
    for each in dates:
        for name, rank in each.coverage.items():
            what = NAMES[name]
            if rank is None:
                rows.append((str(each.day), what, *(None,) * 5, "it cannot be fitted"))
                continue
            rows.append((str(each.day), what, *_ratio_cells(rank), len(rank.dates), rank.p_value, ""))
    columns = (
        Column("date", "date", "date"),
        Column("what", "what is counted"),
        Column("ratio", "level after over before", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("placebos", "placebo dates", "integer"),
        Column("p", "p by rank", "number"),
        Column("note", ""),
    )
    return Table(
        "coverage",
        "Did coverage change at the same date?",
        columns,
        tuple(rows),
        "Of all events or texts of the case, not only of those asked for. Where more is told of "
        "everything, a rise in what "
        "is recorded need not be one in what happened; and where more happens, more sources report.",
    )


def _ratio_cells(rank: PlaceboRank) -> list[Cell]:
    return [_cell(float(np.exp(x))) for x in (rank.estimate, rank.low, rank.high)]


def tabulate_models(dates: Sequence[DateFound]) -> Table:
    """Put the models' own intervals side by side."""
    rows: list[tuple[Cell, ...]] = []
    for each in dates:
        for row in each.models:
            rows.append(
                (str(each.day), row.name, *(_cell(x) for x in row.step), row.p_value,
                 *((None,) * 3 if row.slope is None else (_cell(x) for x in row.slope)))
            )  # fmt: skip
        if each.rank is not None:
            rows.append(
                (str(each.day), "by placebo dates", *_ratio_cells(each.rank), each.rank.p_value, *(None,) * 3)
            )
    columns = (
        Column("date", "date", "date"),
        Column("model", "model"),
        Column("ratio", "level after over before", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("p", "p", "number"),
        Column("slope", "growth a year, after over before", "number"),
        Column("slope_low", "from", "number"),
        Column("slope_high", "to", "number"),
    )
    return Table(
        "models",
        "What other models say, and why they are not believed",
        columns,
        tuple(rows),
        "Where months hang together, intervals that take them for independent are far too narrow: with an "
        "autocorrelation of "
        "0.7 they cry change in more than half of series without one (docs/change.md). The last row is "
        "the answer's.",
    )


def tabulate_numbers(undated: Undated | None) -> Table:
    """Show how many changes there were, with no date given."""
    rows: list[tuple[Cell, ...]] = []
    if undated is not None:
        found, alone = undated.found, undated.independent
        rows = [
            (k, float(found.prior[k]), float(found.number[k]), float(alone.number[k]))
            for k in range(len(found.number))
        ]
    columns = (
        Column("changes", "changes", "integer"),
        Column("prior", "chance before the data", "share"),
        Column("posterior", "probability", "share"),
        Column("independent", "if periods were independent", "share"),
    )
    factor = f"{undated.found.dispersion:.1f}" if undated is not None else ""
    able = (
        f"A change half-way by a factor of {undated.smallest:.2g} would have been shown in four cases of five. "
        if undated is not None and np.isfinite(undated.smallest)
        else "No change of any size would have been shown. "
        if undated is not None
        else ""
    )
    return Table(
        "numbers",
        "Did anything change at all, at any date?",
        columns,
        tuple(rows),
        f"The counts vary {factor} times as much as independent ones would, over the long run, and count "
        "for so much less. "
        f"{able}The last column is without that allowance, and finds changes where months merely hang together.",
    )


def tabulate_changes(series: Series, undated: Undated | None, params: ChangeParams) -> Table:
    """Show where the changes lie, for the most probable number of them above 0."""
    rows: list[tuple[Cell, ...]] = []
    step = series.periods.step
    if undated is not None:
        found = undated.found
        k = int(np.argmax(found.number[1:])) + 1
        for i in range(1, k + 1):
            mode, low, high = found.change(i, k, params.level)
            starts = series.periods.starts
            rows.append(
                (i, k, float(found.number[k]), *(say_period(starts[at], step) for at in (mode, low, high)),
                 float(found.level[mode - 1]), float(found.level[mode]))
            )  # fmt: skip
    columns = (
        Column("which", "change", "integer"),
        Column("of", "of", "integer"),
        Column("chance", "probability of so many", "share"),
        Column("first", "most likely first period"),
        Column("low", "from"),
        Column("high", "to"),
        Column("before", "level before", "number"),
        Column("after", "level after", "number"),
    )
    unit = "share of the two" if series.against is not None else f"{params.count} a {step}"
    return Table(
        "changes",
        "Where they lie, if there were any",
        columns,
        tuple(rows),
        f"For the most probable number of changes above 0. Levels are {unit}, averaged over all numbers "
        "of changes.",
    )


def tabulate_placebo(series: Series, dates: Sequence[DateFound]) -> Table:
    """List the steps at all dates."""
    rows: list[tuple[Cell, ...]] = []
    for each in dates:
        if each.rank is None:
            continue
        points = sorted(
            [(each.first, each.rank.statistic, True)]
            + [(int(at), float(s), False) for at, s in zip(each.rank.dates, each.rank.placebo, strict=True)]
        )
        rows += [
            (str(each.day), str(series.periods.starts[at]), score, "the date" if own else "placebo")
            for at, score, own in points
        ]
    columns = (
        Column("of", "date asked for", "date"),
        Column("date", "first period after", "date"),
        Column("score", "size of the step, in standard deviations of the model", "number"),
        Column("what", ""),
    )
    return Table("placebo", "The step at every other date", columns, tuple(rows))


def tabulate_series(
    series: Series, dates: Sequence[DateFound], undated: Undated | None, params: ChangeParams
) -> Table:
    """Show the series itself, with what covers it."""
    shown = [each for each in dates if each.fitted is not None]
    columns = [
        Column("start", f"first day of the {params.step}", "date"),
        Column("days", "days covered", "integer"),
        Column("count", params.count, "integer"),
    ]
    cells: list[list[Cell]] = [
        [str(s) for s in series.periods.starts],
        [int(d) for d in series.periods.days],
        [int(c) for c in series.counts],
    ]
    if series.against is not None:
        columns.append(Column("against", series.against_name, "integer"))
        cells.append([int(c) for c in series.against])
    for i, each in enumerate(shown):
        end = "" if i == 0 else f"_{i + 1}"
        assert each.fitted is not None
        columns.append(Column(f"level{end}", f"level before and after {each.day}", "number"))
        cells.append([_cell(x) for x in each.fitted])
        if each.counterfactual is not None:
            columns.append(Column(f"without{end}", "had there been no step", "number"))
            cells.append([_cell(x) for x in each.counterfactual])
    if undated is not None:
        columns.append(Column("chance", "probability of a change here", "share"))
        cells.append([float(x) for x in undated.found.location])
    if series.coverage is not None:
        columns += [Column("sources", "sources", "integer"), Column("reports", "reports", "integer")]
        cells += [[int(x) for x in series.coverage.sources], [int(x) for x in series.coverage.reports]]
    return Table("series", "The series", tuple(columns), tuple(zip(*cells, strict=True)))


def _cell(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
