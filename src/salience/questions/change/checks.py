"""What must hold for a change in the record to be one in conduct, and what to beware of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salience.questions.answer import Assumption, Status, format_number
from salience.questions.change.fits import COVERAGE, DateFound, moves, window_of
from salience.questions.change.params import ChangeParams
from salience.questions.change.series import Series
from salience.questions.change.undated import Undated
from salience.questions.change.words import say_day

ONE_SOURCE = 0.9
COARSE = 0.05


def judge(series: Series, dates: Sequence[DateFound], params: ChangeParams) -> tuple[Assumption, ...]:
    """Say of each assumption whether it holds, and how that was checked."""
    fitted = [each for each in dates if each.rank is not None]
    said = [
        _coverage_holds(series, fitted, params),
        Assumption(
            "Nothing else that moves the series happened at the date.",
            "cannot be checked",
            "a control series, if one can be named, takes out what moves both"
            if series.against is None or not params.control
            else f"what moved {series.against_name} as well is taken out; what moved one alone is not",
        ),
    ]
    if fitted:
        said += [
            Assumption(
                "The date was named before anybody looked at the series.",
                "cannot be checked",
                "who picks the date where the series jumps will find a jump: among 72 months some date "
                "looks certain in "
                "97 of 100 series without any change",
            ),
            _enough_placebos(fitted, params),
            _independence(series, fitted),
        ]
    if series.against is not None and params.control:
        said.append(
            Assumption(
                f"The conduct of {series.against_name} did not change at the date.", "cannot be checked",
                "if it changed too, the answer is about the difference"
            )
        )  # fmt: skip
    share = series.coarse / series.rows if series.rows else 0.0
    said.append(
        Assumption(
            f"Rows are dated to the {params.step}.",
            "holds" if share <= COARSE else "fails",
            f"{series.coarse:,} of {series.rows:,} have a date less exact than that and are counted where "
            "their span begins; "
            f"{series.undated:,} without any date are left out",
        )
    )
    return tuple(said)


def _coverage_holds(series: Series, fitted: Sequence[DateFound], params: ChangeParams) -> Assumption:
    text = "What is told of the conflict did not change at the date."
    if series.coverage is None:
        return Assumption(
            text, "cannot be checked", "the record does not say which sources told of the events"
        )
    if not fitted:
        return Assumption(
            text, "cannot be checked", "no date is given; the table of the series shows sources by period"
        )
    alpha = 1.0 - params.level
    # Reports of anything rise with events themselves; reports for each event do not.
    asked = [n for n in COVERAGE if n != "reports" or not series.coverage.events.any()]
    moved = [n for n in asked if any(moves(each.coverage.get(n), alpha) for each in fitted)]
    if series.coverage.share >= ONE_SOURCE:
        share = format_number(series.coverage.share, "share")
        return Assumption(
            text, "cannot be checked",
            f"{share} of all tellings are {series.coverage.largest}'s: what it saw and what happened "
            "cannot be told apart"
        )  # fmt: skip
    status: Status = "fails" if moved else "holds"
    how = (
        f"the same test finds a step in the number of {' and of '.join(moved)}"
        if moved
        else "the same test finds no step in the number of sources or of reports for each event"
    )
    return Assumption(text, status, how)


def _enough_placebos(fitted: Sequence[DateFound], params: ChangeParams) -> Assumption:
    enough = all(each.by_placebo for each in fitted)
    fewest = min(len(each.rank.dates) for each in fitted if each.rank is not None)
    needed = int(np.ceil(1.0 / (1.0 - params.level) - 1e-9)) - 1
    return Assumption(
        "There are enough other dates to compare with, and they are like this one.",
        "holds" if enough else "fails",
        f"{fewest} placebo dates; {needed} are needed for {100 * params.level:.0f} %. That steps come "
        "about in the same way "
        "throughout the series cannot be checked",
    )


def _independence(series: Series, fitted: Sequence[DateFound]) -> Assumption:
    largest = max((each.autocorrelation for each in fitted), key=lambda r: abs(r) if np.isfinite(r) else -1.0)
    bound = 2.0 / np.sqrt(max(series.keep.sum(), 1))
    status: Status = "cannot be checked"
    if np.isfinite(largest):
        status = "holds" if abs(largest) <= bound else "fails"
    return Assumption(
        "Periods are independent once trend, season and step are taken out. The rank does not need this; "
        "the models do.",
        status,
        f"neighbouring residuals correlate by {largest:.2f}; up to {bound:.2f} is chance",
    )


def warn(
    series: Series | None,
    dates: Sequence[DateFound],
    undated: Undated | None,
    params: ChangeParams,
    reason: str,
) -> tuple[str, ...]:
    """Say what may be wrong, the gravest first."""
    if series is None:
        return (f"The record cannot say: {reason}.",)
    alpha = 1.0 - params.level
    said = [text for each in dates for text in _warn_date(each, series, params, alpha)]
    if series.coverage is not None and series.coverage.share >= ONE_SOURCE:
        said.append(
            f"{format_number(series.coverage.share, 'share')} of all that sources told is from one of them, "
            f"{series.coverage.largest}. A change in what it sees, or in who helps it, looks like a "
            "change in what happened."
        )
    if series.coverage is None:
        said.append(
            "The record does not say who told of the events, so whether coverage changed cannot be seen."
        )
    if len([each for each in dates if each.rank is not None]) > 1:
        said.append(
            f"{len(dates)} dates are asked about: their p-values are corrected for it (Holm), their "
            "intervals are not."
        )
    if series.unknown:
        said.append(f"{series.unknown:,} events have no number of deaths and count as none.")
    left = int((~series.keep).sum())
    if left:
        said.append(
            f"{left} {params.step}{'s' if left > 1 else ''} of which less than half is covered are left out."
        )
    if series.coarse > COARSE * series.rows:
        said.append(
            f"{series.coarse:,} of {series.rows:,} rows are dated less exactly than to the {params.step}: "
            "they gather where "
            "their span begins, often in January, and may look like a change."
        )
    if undated is not None and undated.independent.no_change < alpha < undated.found.no_change:
        said.append(
            "If periods were independent there would be changes beyond doubt; as much as these hang "
            "together, such swings come "
            "about without any."
        )
    return tuple(dict.fromkeys(said))


def _warn_date(each: DateFound, series: Series, params: ChangeParams, alpha: float) -> list[str]:
    if each.rank is None:
        return [f"The record cannot say what changed after {each.day}: {each.reason}."]
    said = []
    moved = [name for name in ("sources", "reports per event") if moves(each.coverage.get(name), alpha)]
    if moved and each.moved(alpha):
        said.append(
            f"Both moved after {say_day(each)}: what was counted, and the number of "
            f"{' and of '.join(moved)}. The record does not "
            "say how much of the change is one of coverage."
        )
    elif moved:
        said.append(
            f"The number of {' and of '.join(moved)} moved after {say_day(each)}, what was counted did "
            "not show it: a change "
            "of conduct may be hidden by one of coverage."
        )
    if not each.by_placebo:
        said.append(
            f"There are only {len(each.rank.dates)} placebo dates for {each.day}: no p-value under "
            f"{each.rank.least_p:.2g} is "
            "possible, and the interval is the model's own, which is too narrow. Weeks in place of months "
            "give more."
        )
    wanted = window_of(series, params)
    if min(each.rank.before, each.rank.after) < wanted:
        said.append(
            f"{each.day} lies near an end of the series: {each.rank.before} {params.step}s before it are "
            "held against "
            f"{each.rank.after} after it, and at placebo dates too."
        )
    return said
