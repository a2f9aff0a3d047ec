"""Count series and what changed in them: all methods in one place.

`interrupted` fits a change at a known date, `placebo_rank` says whether a step stands out among those at other dates,
`change_points` finds changes at unknown dates, and `smallest_change` says what a series could have shown at all.
"""

from salience.methods.series.design import baseline_design, slope_after, step_after, step_design
from salience.methods.series.dispersion import local_dispersion, long_run_dispersion
from salience.methods.series.fit import FAMILIES, Interrupted, SeriesFamily, interrupted
from salience.methods.series.placebo import PlaceboRank, placebo_rank, usual_window
from salience.methods.series.power import smallest_change, smallest_undated_change
from salience.methods.series.segments import (
    ChangePoints,
    OneChange,
    change_points,
    single_change,
)

__all__ = [
    "FAMILIES",
    "ChangePoints",
    "Interrupted",
    "OneChange",
    "PlaceboRank",
    "SeriesFamily",
    "baseline_design",
    "change_points",
    "interrupted",
    "local_dispersion",
    "long_run_dispersion",
    "placebo_rank",
    "single_change",
    "slope_after",
    "smallest_change",
    "smallest_undated_change",
    "step_after",
    "step_design",
    "usual_window",
]
