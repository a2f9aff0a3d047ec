"""How far the answer can be trusted: figures of deaths, precise dates, sources left out, residuals, assumptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from salience.methods.counts import CountFit
from salience.methods.residuals import frequencies, pit_histogram, quantile_residuals
from salience.questions.answer import Assumption, Cell, Column, Status, Table, format_number
from salience.questions.attention.cells import Cells, reduce_events
from salience.questions.attention.fits import ViewFit, areas_of, fit_view
from salience.questions.attention.params import AttentionParams
from salience.questions.frames import Tables
from salience.questions.setting import Setting

# A slope that differs by so much moves the ratio of extra reports at ten deaths and at none by 11^0.1, about a quarter.
SMALL_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Variant:
    """The extra-report slope when one thing is done otherwise."""

    name: str
    events: int
    slope: tuple[float, float, float, float] | None
    reason: str


def try_variants(
    record: Tables,
    params: AttentionParams,
    setting: Setting,
    actors: Sequence[str],
    sources: Sequence[tuple[int, str]],
    progress: Callable[[str, float], None],
) -> list[Variant]:
    """Fit the extra-report model anew on the other figures of deaths, on precise dates, and without each big source.

    Parameters
    ----------
    sources : sequence of (id, name)
        Those to leave out, one at a time.
    """
    changes: list[tuple[str, AttentionParams, int | None]] = [
        (f"{figure} figure of deaths", params.model_copy(update={"deaths": figure}), None)
        for figure in ("low", "best", "high")
        if figure != params.deaths
    ]
    if not params.precise_dates:
        changes.append(
            ("only events whose day is known", params.model_copy(update={"precise_dates": True}), None)
        )
    changes += [(f"without {name}", params, source) for source, name in sources]
    variants = []
    for i, (name, changed, without) in enumerate(changes):
        progress("trying other readings", i / len(changes))
        cells = reduce_events(record, changed, setting, actors=actors, without=without)
        view = fit_view("extra reports", cells, changed)
        variants.append(Variant(name, view.cells.events, view.slope, view.reason))
    return variants


def tabulate_variants(chosen: ViewFit, variants: Sequence[Variant]) -> Table:
    """Put the slope as answered beside the slope when one thing is done otherwise."""
    rows: list[tuple[Cell, ...]] = []
    for name, events, slope, reason in [
        ("as answered", chosen.cells.events, chosen.slope, chosen.reason),
        *((v.name, v.events, v.slope, v.reason) for v in variants),
    ]:
        rows.append(
            (name, events, *((slope[0], slope[2], slope[3]) if slope else (None, None, None)), reason)
        )
    columns = (
        Column("variant", "what is done otherwise"),
        Column("events", "events", "integer"),
        Column("slope", "slope on log(1 + deaths)", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("reason", "why there is none"),
    )
    return Table(
        "robustness",
        "The slope of extra reports on casualties, done otherwise",
        columns,
        tuple(rows),
        "Without a source, the events that only it told of are not there, and all others count one source less.",
    )


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """How well the truncated model fits: observed and fitted numbers of sources, and residuals."""

    model: str
    table: Table
    residual_mean: float
    residual_sd: float
    worst_bin: float


def check_model(view: ViewFit, seed: int) -> ModelCheck | None:
    """Compare observed and fitted numbers of sources, and look at the residuals.

    Randomised quantile residuals (Dunn & Smyth 1996) are standard normal, and the histogram of the probability
    integral transform (Czado, Gneiting & Held 2009) flat, when the model is right.
    """
    fit = view.fit
    if not isinstance(fit, CountFit):
        return None
    last = 6
    found = frequencies(fit, view.outcome, view.weight, last=last)
    rows = tuple(
        (f"{k} and more" if k == last else str(k), float(observed), float(expected))
        for k, observed, expected in zip(found.counts, found.observed, found.expected, strict=True)
    )
    columns = (
        Column("sources", "sources"),
        Column("observed", "events observed", "integer"),
        Column("fitted", "events fitted", "number"),
    )
    residuals = quantile_residuals(fit, view.outcome, view.weight, rng=np.random.default_rng(seed), size=4000)
    heights = pit_histogram(fit, view.outcome, view.weight, bins=10).heights
    share = np.asarray(heights) / np.sum(heights)
    table = Table(
        "fitted",
        f"Events by number of sources, observed and fitted ({fit.model})",
        columns,
        rows,
        f"Residuals on the normal scale have mean {residuals.mean():.2f} and standard deviation {residuals.std():.2f}; "
        "a model that is right gives 0 and 1.",
    )
    worst = float(np.max(np.abs(share * 10 - 1)))
    return ModelCheck(fit.model, table, float(residuals.mean()), float(residuals.std()), worst)


def judge_assumptions(
    cells: Cells,
    reference: ViewFit,
    extra: ViewFit,
    variants: Sequence[Variant],
    check: ModelCheck | None,
) -> tuple[Assumption, ...]:
    """State what the answer rests on, and whether each holds."""
    found = [
        Assumption(
            "The events that no source told of would be covered like the recorded ones.",
            "cannot be checked",
            "every number here is about recorded events alone; the hidden question asks for the others",
        ),
        Assumption(
            "The sources listed are those that reported the event.",
            "cannot be checked",
            "they are the sources that the dataset's coders used: a workflow as much as the press",
        ),
        Assumption(
            "Deaths are known independently of who reported them.",
            "fails",
            "they are taken from the same reports, so an event told of more often may be given more deaths; in a "
            "simulation this raised a slope of 0.45 to 0.62",
        ),
        _areas(cells),
        _swaps(extra, variants),
        _leaving_out(extra, variants),
    ]
    if reference.fit is not None:
        found.append(
            Assumption(
                "Being on the reference list does not itself make other outlets carry an event.",
                "cannot be checked",
                "foreign outlets and agencies read local ones; the view then measures what they pick up",
            )
        )
    if check is not None:
        off = check.worst_bin > 0.25 or abs(check.residual_sd - 1) > 0.15
        found.append(
            Assumption(
                f"The {check.model} model describes the number of sources.",
                "fails" if off else "holds",
                f"residuals have a standard deviation of {check.residual_sd:.2f} instead of 1, and the fullest tenth "
                f"of their histogram is {100 * check.worst_bin:.0f} % off",
            )
        )
    return tuple(found)


def _areas(cells: Cells) -> Assumption:
    areas = areas_of(cells)
    status: Status = "holds" if areas.number >= 10 and areas.largest <= 0.5 else "fails"
    how = (
        f"{areas.in_words()}; the largest holds {format_number(areas.largest, 'share')} of the events. Fewer than ten, "
        "or one with more than half, would make the intervals too narrow"
    )
    return Assumption("Events in different first-level areas are reported independently.", status, how)


def _swaps(extra: ViewFit, variants: Sequence[Variant]) -> Assumption:
    swapped = [v for v in variants if not v.name.startswith("without ")]
    return _stays(
        "It does not matter which figure of deaths is taken, nor whether the day is known.", extra, swapped
    )


def _leaving_out(extra: ViewFit, variants: Sequence[Variant]) -> Assumption:
    left = [v for v in variants if v.name.startswith("without ")]
    return _stays("No single source makes the result.", extra, left)


def _stays(text: str, extra: ViewFit, variants: Sequence[Variant]) -> Assumption:
    slopes = [v.slope[0] for v in variants if v.slope]
    if extra.slope is None or not slopes:
        return Assumption(text, "cannot be checked", "there is no estimate to compare with")
    value, _, low, high = extra.slope
    # A step within the interval may be chance; a small one outside it changes no sentence, however many the events.
    inside = all(low <= s <= high or abs(s - value) <= SMALL_STEP for s in slopes) and len(slopes) == len(
        variants
    )
    how = (
        f"the slope is {format_number(extra.slope[0])} as answered and {format_number(min(slopes))} to "
        f"{format_number(max(slopes))} done otherwise"
    )
    missing = len(variants) - len(slopes)
    how += f"; in {missing} of {len(variants)} cases there is no estimate" if missing else ""
    return Assumption(text, "holds" if inside else "fails", how)
