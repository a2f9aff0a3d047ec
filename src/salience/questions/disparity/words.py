"""The disparity answer in words and in numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from salience.methods.rates import RateInterval, UnknownBounds
from salience.questions.answer import Estimate, Method, format_number
from salience.questions.disparity.find import Finding
from salience.questions.disparity.labels import Category
from salience.questions.disparity.params import DisparityParams

METHODS = (
    Method("Intervals of ratios", "Clopper & Pearson (1934); Lancaster (1961); Brown, Cai & DasGupta (2001)"),
    Method(
        "Ratio of rates given their total",
        "Rothman, Greenland & Lash (2008), Modern Epidemiology, chapter 14",
    ),
    Method(
        "Bounds for those of unknown group",
        "Manski (2003), Partial Identification of Probability Distributions",
    ),
    Method("One ratio within places", "Mantel & Haenszel (1959), JNCI 22: 719-748; conditional likelihood"),
    Method("Direct standardisation", "Fay & Feuer (1997), Stat. Med. 16: 791-801; Fay (1999)"),
    Method("Indirect standardisation", "Breslow & Day (1987), Statistical Methods in Cancer Research II"),
    Method("Partial pooling", "Gelman et al. (2013), Bayesian Data Analysis, chapter 5"),
    Method("Batches", "Kish (1965), Survey Sampling: the design effect"),
    Method(
        "Many comparisons", "Holm (1979), Scand. J. Stat. 6: 65-70; Benjamini & Hochberg (1995), JRSS B 57"
    ),
)
# What those who are counted are called, by the word of the table of persons.
CALLED = {
    "arrest": "those arrested", "arrests": "those arrested", "detention": "those detained",
    "detained": "those detained", "killing": "those killed", "killed": "those killed", "death": "those who died",
    "stop": "those stopped", "stops": "those stopped", "displacement": "those displaced", "abduction": "those abducted",
}  # fmt: skip


def call_counted(kinds: Sequence[str], params: DisparityParams) -> str:
    """Return what those who are counted are called: "those arrested", else "the persons recorded"."""
    if params.count == "events":
        return "the events recorded"
    words = {CALLED.get(kind.strip().casefold(), "") for kind in kinds}
    return words.pop() if len(words) == 1 and "" not in words else "the persons recorded"


def say_headline(
    found: Finding, counted: str, denominator: str, screened: int, rivals: Sequence[tuple[str, Finding]]
) -> tuple[str, str]:
    """Say whether the group is hit beyond its share; then what the unknown could do, and what holds in places."""
    bounds, within = found.shares, _say_within(found)
    if bounds is None:
        return (
            f"Over all places the record cannot say, for nobody states the share of {found.category.name} over all of "
            "them.",
            within,
        )
    name, like = found.category.name, bounds.like_known
    level = f"{100 * bounds.level:.0f} % interval" + (
        f", widened for {screened} groups" if screened > 1 else ""
    )
    often = f"{times(like.low)} to {times(like.high)} times as often among {counted} as among {denominator} ({level})"
    condition, unknown = "", ""
    if found.counts[2]:
        condition = ", if those whose group is not named are like the others"
        unknown = (
            f"The unnamed {format_number(bounds.unknown_share, 'share')} could bring that to anything between "
            f"{times(bounds.limits[0])} and {times(bounds.limits[1])}."
        )
    text = f"{name} are {often}{condition}."
    if bounds.side == 0:
        text = f"The record cannot decide whether {name} are hit beyond their share: they are {often}{condition}."
    return text, " ".join(filter(None, [unknown, within, _say_rivals(bounds, rivals)]))


def _say_within(found: Finding) -> str:
    """Say what remains when places are compared with themselves."""
    within = found.within
    if within is None:
        return "Whether they are hit harder where they live, or more happens there, it cannot say."
    ratio, worst = within.common.ratio, within.worst
    ends = f"{times(ratio.low)} to {times(ratio.high)} times the rate of others there"
    if found.counts[2]:
        ends += f" ({times(worst[0].ratio.low)} to {times(worst[1].ratio.high)} whoever the unnamed are)"
    if ratio.low > 1:
        return f"In the same places they are hit harder: {ends}."
    if ratio.high < 1:
        return f"In the same places they are hit less: {ends}."
    return f"In the same places the record does not decide it: {ends}."


def _say_rivals(bounds: UnknownBounds, rivals: Sequence[tuple[str, Finding]]) -> str:
    """Say which other denominator tells another story."""
    said = []
    for name, found in rivals:
        other = found.shares
        if other is not None and other.side != bounds.side:
            said.append(f"{times(other.like_known.low)} to {times(other.like_known.high)} against {name}")
    return f"The denominator decides: {'; '.join(said)}." if said else ""


def times(value: float) -> str:
    """Write a ratio: one decimal from 1.95 on, two below, so that 0.94 is not 0.9 and 1.02 not 1."""
    if value == float("inf"):
        return "any number"
    if value >= 99.5:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1.95 else f"{value:.2f}"


def estimate_all(
    found: Sequence[Finding],
    focus: Finding,
    rivals: Sequence[tuple[str, Finding]],
    denominator: str,
    hidden: frozenset[Category],
) -> list[Estimate]:
    """Return the focus's numbers first, then each group's."""
    estimates = _focus_estimates(focus, denominator)
    for name, each in rivals:
        if each.shares is not None:
            label = f"{each.category.name}: share ratio against {name}"
            estimates.append(_estimate(f"share_ratio_{slug(each.category.name)}_{slug(name)}", label,
                                       each.shares.like_known, each, "denominators"))  # fmt: skip
    for each in found:
        if each is not focus and each.shares is not None and each.category not in hidden:
            label = f"{each.category.name}: share ratio against {denominator}"
            estimates.append(_estimate(f"share_ratio_{slug(each.category.name)}", label, each.shares.like_known, each,
                                       "each group"))  # fmt: skip
    return estimates


def _focus_estimates(found: Finding, denominator: str) -> list[Estimate]:
    name = found.category.name
    estimates: list[Estimate] = []
    like = "if those of unknown group are like the others" if found.counts[2] else ""
    if found.shares is not None and found.rates is not None:
        estimates += [
            _estimate("share_ratio", f"{name}: share of those counted over share of {denominator}",
                      found.shares.like_known, found, "over all", like),
            _estimate("rate_ratio", f"{name}: rate over that of all others", found.rates.like_known, found, "over all",
                      like),
        ]  # fmt: skip
        if found.counts[2]:
            worst, limits = found.shares.worst, found.shares.limits
            whoever = RateInterval(found.shares.like_known.value, *limits, found.shares.level, "bounds")
            note = f"without chance {times(worst[0])} to {times(worst[1])}"
            label = f"{name}: share ratio, whoever the unnamed are"
            estimates.append(_estimate("share_ratio_whoever", label, whoever, found, "the unnamed", note))
    within = found.within
    if within is not None:
        parts = (
            (
                "rate_ratio_same_places",
                f"{name}: rate over that of others in the same places",
                within.common.ratio,
            ),
            ("observed_over_expected", f"{name}: share ratio within places (indirect)", within.indirect),
            (
                "where_they_live",
                f"{name}: how much more happens where they live (composition)",
                within.composition,
            ),
            ("rate_ratio_direct", f"{name}: ratio of directly standardised rates", within.direct),
        )
        for slug_, label, ratio in parts:
            if ratio is not None:
                estimates.append(_estimate(slug_, label, ratio, found, "in the same places", like))
        middle, low, high = (float(v) for v in within.pooled.typical)
        estimates.append(Estimate("rate_ratio_typical_place", f"{name}: rate over that of others in a typical place",
                                  middle, low, high, "ratio", _number(found), within.pooled.level, "places",
                                  like))  # fmt: skip
    return estimates


def _estimate(
    name: str, label: str, ratio: RateInterval, found: Finding, view: str, note: str = ""
) -> Estimate:
    return Estimate(name, label, _finite(ratio.value), float(ratio.low), _finite(ratio.high), "ratio", _number(found),
                    ratio.level, view, note)  # fmt: skip


def _number(found: Finding) -> int:
    return round(found.counts[0] + found.counts[1])


def _finite(value: float) -> float | None:
    """Return None for what has no bound; JSON has no infinity."""
    return float(value) if math.isfinite(value) else None


def slug(text: str) -> str:
    """Return a stable name made of letters and digits of any script."""
    return re.sub(r"\W+", "_", text.casefold()).strip("_")
