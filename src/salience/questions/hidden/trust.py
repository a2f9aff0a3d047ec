"""How far the estimate can be trusted: overlap, dependence, copying, one coder, spread between methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salience.methods.capture import PopulationEstimate
from salience.questions.answer import Assumption, Status, format_number
from salience.questions.hidden.dependence import Pair
from salience.questions.hidden.lists import Patterns
from salience.questions.hidden.methods import OPEN, Fitted, Recommended

# Below this share on two lists or more, what few records overlap decide everything.
THIN = 0.10
LEAST_OVERLAP = 30
# Methods, or lists left out, may move the number unrecorded by this factor before the record is said not to decide.
FACTOR = 4.0
ONE_CODER = 0.9
ALL_BUT = 0.9


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, before it is put into words."""

    patterns: Patterns
    fitted: tuple[Fitted, ...]
    recommended: Recommended | None
    pairs: tuple[Pair, ...]
    without: tuple[tuple[str, Fitted], ...]

    @property
    def open_methods(self) -> list[PopulationEstimate]:
        """What the methods say that allow for dependence or differing events."""
        found = [each.found for each in self.fitted if each.name in OPEN and each.found is not None]
        return [each for each in found if each.estimate is not None]

    def reach(self) -> tuple[float, float] | None:
        """Return the lowest and the highest end of those methods' intervals.

        Where chains did not agree, all that they found counts: what cannot be weighed cannot be left out.
        """
        known = []
        for each in self.open_methods:
            if each.low is not None and each.high is not None:
                known.append((each.low, each.high))
            elif (ends := each.quantiles([(1 - each.level) / 2, (1 + each.level) / 2])) is not None:
                known.append((float(ends[0]), float(ends[1])))
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the record decides the question.

    Attributes
    ----------
    decides : bool
    reasons : tuple of str
        Why it does not; each fits after "because".
    one_coder : bool
        Whether nearly all that is known of the lists is what one dataset's coders noted.
    """

    decides: bool
    reasons: tuple[str, ...]
    one_coder: bool


def judge_trust(found: Findings) -> Trust:
    """Say whether the record decides how much is hidden, and if not, why."""
    patterns = found.patterns
    reasons = []
    if found.recommended is None:
        reasons.append("no method gives an answer to be trusted")
    overlap, share = overlap_of(patterns)
    if share < THIN or overlap < LEAST_OVERLAP:
        reasons.append(
            f"only {format_number(share, 'share')} of what is recorded is on two lists or more, and it alone says what "
            "is on none"
        )
    copies = [pair for pair in found.pairs if pair.copying]
    if copies:
        pair = copies[0]
        reasons.append(
            f"{format_number(pair.within, 'share')} of the smaller of two lists ({pair.first}, {pair.second}) is on "
            "the other too: it may be a copy, which carries no information"
        )
    spread = _spread([each.estimate for each in found.open_methods], patterns.recorded)
    if spread > FACTOR:
        reasons.append(f"the methods differ by a factor of {format_number(spread)} in what is unrecorded")
    moved = _moved(found)
    if moved > FACTOR:
        reasons.append(f"leaving one list out moves the total by a factor of {format_number(moved)}")
    return Trust(not reasons, tuple(reasons), patterns.one_coder >= ONE_CODER)


def overlap_of(patterns: Patterns) -> tuple[int, float]:
    """Return how much is on two lists or more, as a count and as a share of the recorded."""
    several = patterns.held.sum(axis=1) >= 2
    count = int(patterns.counts[several].sum())
    return count, count / patterns.recorded if patterns.recorded else 0.0


def _spread(totals: Sequence[float | None], recorded: int) -> float:
    """Return the largest over the smallest number unrecorded."""
    missing = [max(total - recorded, 0.5) for total in totals if total is not None]
    return max(missing) / min(missing) if len(missing) > 1 else 1.0


def _moved(found: Findings) -> float:
    """Return by how much the total moves, at most, when one list is left out."""
    base = found.recommended.fitted.found if found.recommended else None
    totals = [each.found.estimate for _, each in found.without if each.found is not None]
    known = [total for total in totals if total]
    if not known or base is None or not base.estimate:
        return 1.0
    return float(max(max(known) / base.estimate, base.estimate / min(known)))


def judge_assumptions(found: Findings, trust: Trust) -> tuple[Assumption, ...]:
    """Say of each assumption whether it holds, and how that was checked."""
    patterns = found.patterns
    overlap, share = overlap_of(patterns)
    said = [
        Assumption(
            "The lists were made independently of each other, or their dependence shows among them.",
            "fails" if trust.one_coder else "cannot be checked",
            (
                f"{format_number(patterns.one_coder, 'share')} of the entries are known only because one dataset's "
                "coders noted the source: who looks for one report may find the next, and stops when the event is "
                "documented"
                if trust.one_coder
                else "pairs are compared below; what all lists have in common leaves no trace"
            ),
        ),
        Assumption(
            "No list repeats another.",
            "fails" if any(pair.copying for pair in found.pairs) else "holds",
            "no list may lie within another but for a tenth; a list that only repeats what another told carries no "
            "information, however large it is",
        ),
        Assumption(
            "Enough is on several lists.",
            "holds" if share >= THIN and overlap >= LEAST_OVERLAP else "fails",
            f"{overlap:,} ({format_number(share, 'share')}) on two lists or more; at least {LEAST_OVERLAP} and "
            f"{format_number(THIN, 'share')} are asked for",
        ),
        Assumption(
            "Methods that assume different things agree.",
            _agreement(found, trust),
            f"estimates of the number unrecorded may differ by a factor of {FACTOR:.0f} at most, and none may have "
            "chains that disagree",
        ),
        Assumption(
            "Any event could have been on any list.",
            "cannot be checked",
            "events that no source could learn of, or none would print, are not estimated by any of this",
        ),
        Assumption(
            "Accounts of one event were recognised as such.",
            "cannot be checked",
            "the datasets say which source told of which event; missed matches make the number too high, false ones "
            "too low",
        ),
    ]
    return tuple(said)


def _agreement(found: Findings, trust: Trust) -> Status:
    if any("methods differ" in reason for reason in trust.reasons):
        return "fails"
    if any(each.low is None for each in found.open_methods):
        return "fails"
    return "holds" if len(found.open_methods) > 1 else "cannot be checked"


def trust_warnings(found: Findings, trust: Trust) -> tuple[str, ...]:
    """Say what may be wrong, the gravest first."""
    patterns = found.patterns
    said = [f"The record does not decide this: {reason}." for reason in trust.reasons]
    if trust.one_coder:
        said.append(
            "Nearly all entries of the lists were noted by the coders of one dataset. Such lists are not independent: "
            "an estimate from them says how the dataset was made as much as what happened."
        )
    if len(patterns.lists) == 2:
        said.append("There are two lists only: whether they depend on each other cannot be seen.")
    if patterns.left_out:
        names = ", ".join(each.name for each in patterns.left_out[:5])
        more = f" and {len(patterns.left_out) - 5} more" if len(patterns.left_out) > 5 else ""
        said.append(f"Left out, for only the largest lists are used: {names}{more}.")
    if patterns.elsewhere:
        said.append(
            f"{patterns.elsewhere:,} further events of the period are in the record but on none of these lists; they "
            "are part of what the estimate counts as unrecorded."
        )
    for each in found.fitted:
        if each.found is not None and each.name in OPEN:
            said += [f"{each.name[0].upper()}{each.name[1:]}: {w}." for w in each.found.warnings]
    return tuple(dict.fromkeys(said))
