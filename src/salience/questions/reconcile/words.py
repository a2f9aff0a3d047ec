"""The reconcile answer in words: headline, estimates, assumptions, warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from salience.methods.intervals import Intervals
from salience.questions.answer import Assumption, Estimate, Method, Status, format_number
from salience.questions.reconcile.accounts import Reduced
from salience.questions.reconcile.blame import Blame
from salience.questions.reconcile.fits import Fit
from salience.questions.reconcile.tables import WORDS

RHAT = 1.05
LEAST_DRAWS = 100
ODD = 4.0

METHODS = (
    Method(
        "hierarchical model of log tolls, biases and errors; interval-censored accounts; Gibbs sampling in blocks",
        "Tanner & Wong 1987, JASA 82; Papaspiliopoulos, Roberts & Zanella 2020, Biometrika 107; compare Radford et "
        "al. 2023, PNAS 120",
    ),
    Method("rounded numbers as a mixture", "Heitjan & Rubin 1991, Annals of Statistics 19"),
    Method("facts told by category: EM algorithm for raters", "Dawid & Skene 1979, Applied Statistics 28"),
)


def slug(name: str) -> str:
    """Return a name that programs can use."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def say_headline(fits: Sequence[Fit], reduced: Reduced, alone: int) -> tuple[str, str]:
    """Say the widest clear contrast; then the level under two beliefs, and what rests on one party's word."""
    done = [fit for fit in fits if fit.found is not None]
    if not done:
        return f"The record cannot say whose numbers run high or low: {why_not(fits, reduced)}.", ""
    ranked = sorted(
        (
            (abs(np.log(ratio.value)), fit, k, ratio)
            for fit in done
            for k, ratio in _contrasts(fit)
            if ratio.low > 1 or ratio.high < 1
        ),
        key=lambda each: -each[0],
    )
    said = "No source's numbers clearly run higher or lower than those of the source compared with"
    if ranked:
        _, fit, k, ratio = ranked[0]
        numbers = [format_number(float(x)) for x in (ratio.value, ratio.low, ratio.high)]
        percent = f"{100 * fit.found.level:.0f}" if fit.found else ""
        said = (
            f"On {WORDS[fit.figures.what]}, {_of(fit, k)} {numbers[0]} times those of "
            f"{fit.figures.bias_name(fit.against)} ({percent} % interval {numbers[1]} to {numbers[2]})"
        )
    more = [_say_levels(done[0])]
    if alone:
        more.append(f"{alone:,} number{'s rest' if alone > 1 else ' rests'} on one party's word alone.")
    return f"{said}; who is right, numbers alone do not tell.", " ".join(filter(None, more))


def _of(fit: Fit, k: int) -> str:
    voice, about = fit.figures.biases[k]
    name = fit.figures.voices[voice].name
    return f"{name}'s numbers of {about} are" if about else f"{name}'s numbers are"


def _contrasts(fit: Fit) -> list[tuple[int, Intervals]]:
    assert fit.found is not None
    found = [
        (k, fit.found.contrast(k, fit.against))
        for k in range(len(fit.figures.biases))
        if k != fit.against and fit.found.accounts[k] and fit.found.shared[k] >= 3
    ]
    return [(k, ratio) for k, ratio in found if ratio is not None]


def _say_levels(fit: Fit) -> str:
    whole = [t for t in fit.totals if t.period == "all"]
    if fit.figures.what == "sides" or len(whole) < 2:
        return ""
    whole.sort(key=lambda t: t.value)
    least, most = whole[0], whole[-1]

    def say(value: float) -> str:
        return format_number(value, "victims")

    return (
        f"The {WORDS[fit.figures.what]} of these events come to "
        f"{say(least.value)} ({say(least.low)} to {say(least.high)}) if {least.anchor} is right, and to "
        f"{say(most.value)} ({say(most.low)} to {say(most.high)}) if {most.anchor} is."
    )


def why_not(fits: Sequence[Fit], reduced: Reduced) -> str:
    """Say why nothing can be compared, and what would do."""
    if not reduced.rows and reduced.named:
        return (
            f"of {reduced.named:,} accounts the dataset names the source and not what it told, and the dataset's own "
            "figures are made from them. A table of what each source told, with the ids of the dataset's events, "
            "would do (`salience add CASE TABLE --as table --map MAP.toml`)"
        )
    reasons = list(dict.fromkeys(fit.refusal for fit in fits if fit.refusal))
    return (
        "; ".join(reasons)
        + ". Numbers of several sources for the same events would do (`salience add CASE TABLE "
        "--as table --map MAP.toml`, with the id of the event in a column)"
    )


def estimate_all(fits: Sequence[Fit], blame: Blame | None, level: float) -> list[Estimate]:
    """Return contrasts first, then scatter, then totals under each anchor."""
    estimates: list[Estimate] = []
    for fit in fits:
        figures, found = fit.figures, fit.found
        if found is None:
            continue
        what = WORDS[figures.what]
        reference = figures.bias_name(fit.against)
        for k in range(len(figures.biases)):
            n = int(found.accounts[k])
            if k == fit.against or not n:
                continue
            ratio = found.contrast(k, fit.against)
            name = f"contrast_{figures.what}_{slug(figures.bias_name(k))}"
            label = f"{what}: {figures.bias_name(k)}, times {reference}"
            if ratio is None:
                note = "no chain of shared events links them"
                estimates.append(
                    Estimate(name, label, None, None, None, "ratio", n, level, "contrasts", note)
                )
                continue
            note = "one number: its habit and its error cannot be told apart" if n == 1 else ""
            estimates.append(
                Estimate(name, label, float(ratio.value), float(ratio.low), float(ratio.high), "ratio", n, level,
                         "contrasts", note)
            )  # fmt: skip
    for fit in fits:
        for t in fit.totals:
            if t.period == "all":
                of = f", {t.side}" if t.side else ""
                name = "_".join(x for x in ("total", fit.figures.what, slug(t.side), slug(t.anchor)) if x)
                label = f"{WORDS[fit.figures.what]}{of}, if {t.anchor} is right"
                estimates.append(
                    Estimate(name, label, t.value, t.low, t.high, "victims", t.items, level, "levels")
                )
    if blame is not None:
        for k, voice in enumerate(blame.voices):
            found_by = blame.found
            estimates.append(
                Estimate(f"right_{slug(voice.name)}", f"{voice.name} names the right side, if most sources do",
                         float(found_by.accuracy[k]), float(found_by.accuracy_low[k]), float(found_by.accuracy_high[k]),
                         "share", blame.number[k], level, "who did it")
            )  # fmt: skip
    return estimates


def judge_assumptions(fits: Sequence[Fit], blame: Blame | None) -> tuple[Assumption, ...]:
    """Say of each assumption whether it holds, and how that was checked."""
    done = [fit for fit in fits if fit.found is not None]
    if not done:
        return ()
    worst = max(fit.found.rhat for fit in done if fit.found)
    least = min(fit.found.ess for fit in done if fit.found)
    odd = sum(int((np.abs(fit.found.oddness[fit.figures.counted]) > ODD).sum()) for fit in done if fit.found)
    number = sum(int(fit.figures.counted.sum()) for fit in done)
    parts = [_components(fit) for fit in done]
    bounds = sum(int((fit.figures.counted & ~fit.figures.numbered).sum()) for fit in done)
    said = [
        Assumption(
            "Somebody's numbers have no bias on the whole, for the level.",
            "cannot be checked",
            "numbers alone give only differences between sources; levels are shown for each source in turn",
        ),
        *(
            [
                Assumption(
                    "Sources do not say “at least” or “at most” because the number is high or low.",
                    "cannot be checked",
                    f"{bounds:,} such numbers bound the toll of their event and do not count for how a source runs",
                )
            ]
            if bounds
            else []
        ),
        Assumption(
            "Sources err independently of each other about the same event.",
            "cannot be checked",
            f"{sum(f.figures.copies for f in done):,} numbers were left out for they repeat another source by its "
            "independence group or its text; copies that nobody declared make intervals too narrow",
        ),
        Assumption(
            "A source's bias is the same factor at all events, but for chance.",
            _status(odd <= 0.001 * number),
            f"{odd:,} of {number:,} numbers lie more than {ODD:.0f} standard deviations off; at most one in a "
            "thousand is taken for chance",
        ),
        Assumption(
            "A chain of shared events links all sources.",
            _status(max(parts) == 1),
            "all are linked" if max(parts) == 1 else f"they fall into {max(parts)} parts that cannot be compared",
        ),
        Assumption(
            "Accounts of one event were recognised as such.",
            "cannot be checked",
            "two events taken for one look like a quarrel; the ids of the input say which are one",
        ),
        Assumption(
            "The sampler has converged.",
            _status(worst < RHAT and least >= LEAST_DRAWS),
            f"worst R-hat {worst:.3f} (under {RHAT} is asked for), fewest effective draws {least:,.0f} (at least "
            f"{LEAST_DRAWS})",
        ),
    ]  # fmt: skip
    if blame is not None:
        said.append(
            Assumption(
                "More sources name the right side than a wrong one.",
                "cannot be checked",
                "who did it is inferred from who agrees with whom; sources that err together win",
            )
        )
    return tuple(said)


def _status(good: bool) -> Status:
    return "holds" if good else "fails"


def _components(fit: Fit) -> int:
    assert fit.found is not None
    return len(np.unique(fit.found.bias_component[fit.found.accounts > 0]))


def say_warnings(fits: Sequence[Fit], reduced: Reduced, assumptions: Sequence[Assumption]) -> tuple[str, ...]:
    """Say what may be wrong, the gravest first."""
    done = [fit for fit in fits if fit.found is not None]
    if not done:
        return (f"The record cannot say: {why_not(fits, reduced)}.",)
    said = []
    for fit in fits:
        if fit.found is None:
            said.append(f"Nothing is said of {WORDS[fit.figures.what]}: {fit.refusal}.")
            continue
        lone = [
            fit.figures.bias_name(int(k))
            for k in np.flatnonzero((fit.found.accounts > 0) & (fit.found.shared == 0))
        ]
        if lone:
            more = f" and {len(lone) - 5} more" if len(lone) > 5 else ""
            said.append(
                f"Of {WORDS[fit.figures.what]}, no other source tells of the same events as "
                f"{', '.join(lone[:5])}{more}: whether they run high or low cannot be said."
            )
        single = [fit.figures.bias_name(int(k)) for k in np.flatnonzero(fit.found.accounts == 1)]
        if single:
            said.append(
                f"Of {WORDS[fit.figures.what]}, one number alone comes from {', '.join(single[:5])}: a habit cannot "
                "be told from an error."
            )
        if fit.figures.replaced:
            said.append(
                f"{fit.figures.replaced:,} numbers of {WORDS[fit.figures.what]} were replaced by a later one of the "
                "same source and are not counted."
            )
    said += [
        f"An assumption fails: {a.text} {a.how[0].upper()}{a.how[1:]}."
        for a in assumptions
        if a.status == "fails"
    ]
    if reduced.named:
        said.append(
            f"{reduced.named:,} further accounts of the period are known only by their source's name; what they told "
            "is not in the record."
        )
    return tuple(said)
