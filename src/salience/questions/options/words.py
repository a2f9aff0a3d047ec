"""The sentences and estimates of the options answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from salience.questions.answer import Assumption, Estimate, Method, format_number, is_undecided
from salience.questions.landscape.inputs import say_absent
from salience.questions.options.compare import COMPARED, EXCLUDED, Led, forecasters
from salience.questions.options.draws import Table as Case
from salience.questions.options.errors import Errors
from salience.questions.options.figures import moves_of
from salience.questions.options.levers import edits_in_words
from salience.questions.options.models import MODELS
from salience.questions.options.tables import CAUTION, TOGETHER, IssueForecast

METHODS = (
    *(Method(model.label, model.reference) for model in MODELS),
    Method(
        "Forecast from past errors",
        "a linear pool by CRPS: Gneiting & Raftery (2007); conformal interval: Vovk et al. (2005)",
    ),
    Method("Draws of low, best, high", "PERT or triangular by scrambled Sobol sequences (Owen 1998)"),
    Method(
        "Sobol indices", "Saltelli et al. (2010), Computer Physics Communications 181: 259-270; Jansen (1999)"
    ),
    Method("Scenario discovery", "PRIM: Friedman & Fisher (1999); Bryant & Lempert (2010)"),
)


def say_headline(case: Case, forecasts: Sequence[IssueForecast], led: Sequence[Led]) -> tuple[str, str]:
    """Say where it leads with its interval; then how wide those of all issues are, and what options move."""
    if not forecasts:
        return f"No forecast can be made: {'; '.join(case.left_out) or 'no issue was left'}.", ""
    first = max(forecasts, key=lambda f: abs(f.outcome - 50.0))
    level = f"{100 * case.params.level:.0f} %"
    said = (
        f"On {first.issue} the compromise mean leads to about {first.outcome:.0f} of 100; with the models' "
        f"disagreement and their past errors, {first.made.low:.0f} to {first.made.high:.0f} ({level} interval)."
    )
    if first.chance:
        at, least, most = (format_number(c, "chance") for c in first.chance)
        about = "undecided" if is_undecided(*first.chance[1:]) else f"about {at}"
        said = (
            f"On {first.issue}, if it ends at a pole, the chance that this is 100{_means(first.meaning_100)} "
            f"is {about} ({level} interval {least} to {most})."
        )
    more = []
    if len(forecasts) > 1:
        width = float(np.mean([f.made.high - f.made.low for f in forecasts]))
        more.append(
            f"Over {len(forecasts)} issues the outcomes' {level} intervals are {width:.0f} points wide on average."
        )
    moves = moves_of(led)
    if moves:
        name, k, mean, low, high = max(moves, key=lambda m: abs(m[2]))
        more.append(
            f"Of {len(moves)} options, “{name}” moves an outcome most: {case.issues[k]} by {_signed(mean)} points "
            f"({_signed(low)} to {_signed(high)} over draws and models)."
        )
    return said, " ".join(more)


def _signed(value: float) -> str:
    text = f"{value:+.1f}" if abs(value) < 10 else f"{value:+.0f}"
    return text.replace("-", "−")


def estimate_outcomes(case: Case, forecasts: Sequence[IssueForecast], errors: Errors) -> list[Estimate]:
    """Return each issue's outcome, and the chance of the upper pole where there are two."""
    found = []
    for f in forecasts:
        past = errors.find(TOGETHER, f.two_poles)
        note = f"interval from inputs, models, and their errors on {past.n} issues of a legislature, not of a war"
        found.append(
            Estimate(
                f"outcome_{slug(f.issue)}",
                f"{f.issue}: compromise mean",
                f.outcome,
                f.made.low,
                f.made.high,
                "points of 100",
                f.n,
                case.params.level,
                "as now",
                note,
            )
        )
        if f.chance:
            found.append(
                Estimate(
                    f"chance_{slug(f.issue)}",
                    f"{f.issue}: chance that it ends at 100{_means(f.meaning_100)}, not at 0",
                    *f.chance,
                    "chance",
                    f.n,
                    case.params.level,
                    "as now",
                    "range over draws, models and past issues; if it ends at a pole: "
                    f"{100 * errors.between:.0f} % of such issues in the back-test ended between",
                )
            )
    return found


def _means(meaning: str) -> str:
    return f" ({meaning})" if meaning else ""


def estimate_moves(case: Case, led: Sequence[Led]) -> list[Estimate]:
    """Return what each option moves, and how much weight it leaves far from the outcome."""
    found = []
    for each in led[1:]:
        if each.refused or each.option is None:
            found.append(
                Estimate(
                    f"score_{slug(each.name)}",
                    each.name,
                    None,
                    None,
                    None,
                    "points",
                    0,
                    0.8,
                    "options: an assumption each",
                    each.refused,
                )
            )
            continue
        group = forecasters(each)
        note = "range over draws and models, without their errors"
        n = each.score.shape[1]
        for k, issue in enumerate(case.issues):
            gap = (each.outcomes - led[0].outcomes)[..., k]
            own = float(gap[each.models.index("compromise")].mean())
            low, high = (float(q) for q in np.quantile(gap[group], [0.1, 0.9]))
            found.append(
                Estimate(
                    f"difference_{slug(each.name)}_{slug(issue)}",
                    f"{each.name}: {issue} moves by",
                    own,
                    low,
                    high,
                    "points",
                    n,
                    0.8,
                    "options: an assumption each",
                    note,
                )
            )
        far = each.far[group]
        low, high = (float(q) for q in np.quantile(far, [0.1, 0.9]))
        found.append(
            Estimate(
                f"far_{slug(each.name)}",
                f"{each.name}: weight left far from the outcome",
                float(far.mean()),
                low,
                high,
                "share",
                n,
                0.8,
                "options: an assumption each",
                note,
            )
        )
    return found


def slug(text: str) -> str:
    """Make a name of a text."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")


def list_assumptions(case: Case, led: Sequence[Led], errors: Errors) -> tuple[Assumption, ...]:
    """Return what must be true, the options among it."""
    params, land = case.params, case.land
    past = errors.scores.get(TOGETHER, {})
    found = [
        Assumption(
            "Bargaining here goes as in the decisions that the models were tested on.", "cannot be checked",
            f"tested on {errors.citation}: off by {past.get('mae', 0.0):.0f} points of 100 on average. {CAUTION}",
        ),
        Assumption(
            "The positions, saliences and capabilities are what actors want, care for and can "
            "do.", "cannot be checked",
            f"{int(case.land.sourced.sum())} of {int(np.isfinite(land.position[..., 1]).sum())} positions "
            "name a source",
        ),
        *(Assumption(text, "cannot be checked", "stated nowhere in the case") for text in land.assumed),
    ]  # fmt: skip
    q = case.quantities
    bare = np.isclose(land.position[..., 2] - land.position[..., 0], 0.0) & np.isfinite(land.position[..., 1])
    if params.unsure and bare.any():
        found.append(
            Assumption(
                f"A value stated without a range may be off by {100 * params.unsure:.0f} %.",
                "cannot be checked",
                f"{int(bare.sum())} positions have no range; {len(q.moving)} inputs in all are drawn "
                f"({params.shape}); --unsure changes it",
            )
        )
    for each in led[1:]:
        if each.option is not None:
            summary = f" {each.option.summary.rstrip('.')}." if each.option.summary else ""
            found.append(
                Assumption(f"Option {each.name}:{summary} It {_it(edits_in_words(each.option))}.", "cannot be checked",
                           "the size of each edit is the case's own assumption")
            )  # fmt: skip
    return tuple(found)


def _it(words: str) -> str:
    return f"means: {words}"


def list_warnings(case: Case, led: Sequence[Led], forecasts: Sequence[IssueForecast]) -> tuple[str, ...]:
    """Return what a reader must know before using the numbers."""
    found = [CAUTION, *say_absent(case.land)]
    if one := case.land.one_source:
        found.append(
            f"All positions come from one source: {one}. Outcomes are those of the world as it sees it."
        )
    found += [f"Left out: {text}." for text in case.left_out]
    if forecasts:
        found.append(
            "The challenge model is shown as dynamics, not as a forecast: its published equations and results "
            "do not agree, "
            "so both readings stand side by side."
        )
    found += [f"Option {each.name} has no outcome: {each.refused}." for each in led[1:] if each.refused]
    most = case.params.draws
    if forecasts and most > COMPARED:
        found.append(
            f"The forecast rests on {most:,} draws; options are compared on the first {COMPARED:,} of them, "
            "exclusions on "
            f"{EXCLUDED:,}."
        )
    if not case.params.option and forecasts:
        found.append("The case has no options; [option.NAME] tables in case.toml would be compared here.")
    return tuple(found)
