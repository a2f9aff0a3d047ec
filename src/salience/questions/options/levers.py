"""Options applied to draws of the case: the same draws for all, so that differences are theirs and not chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.methods.bargaining import weighted_median
from salience.methods.cells import FloatArray
from salience.questions.landscape.inputs import Landscape
from salience.questions.options.params import Option, OptionsParams
from salience.sources.case_tables import nearest

FEWEST_ACTORS = 3


@dataclass(frozen=True, slots=True)
class Draw:
    """Draws of a case: (draws, actors, issues) each; `present` (actors,) says who sits at the table."""

    positions: FloatArray
    salience: FloatArray
    capability: FloatArray
    present: npt.NDArray[np.bool_]

    @property
    def weight(self) -> FloatArray:
        """Capability × salience of those with a position, whoever sits at the table."""
        return np.where(np.isfinite(self.positions), self.salience * self.capability, 0.0)

    def seated(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the arrays of those at the table."""
        return tuple(a[:, self.present] for a in (self.positions, self.salience, self.capability))  # type: ignore[return-value]


def check_options(land: Landscape, params: OptionsParams) -> None:
    """Check that options, absent actors and goals name what the case has.

    Raises
    ------
    QuestionError
        With the nearest known name; an option that edits nothing here; a rule that needs what the case does not say.
    """
    actors, issues = set(land.names), set(land.issue_names)
    _require(params.absent, actors, "actor", "[questions.options] absent")
    _require((*params.goal, *params.issues), issues, "issue", "[questions.options]")
    for name, option in params.option.items():
        where = f"option {name}"
        _require(named_actors(option), actors, "actor", where)
        _require(
            (*(m.issue for m in option.mediate), *(i for t in option.tie for i in t)), issues, "issue", where
        )
        _require_effect(land, params, option, where)


def named_actors(option: Option) -> tuple[str, ...]:
    """Return the actors that an option edits, each once."""
    named = (
        *option.invite,
        *option.leave_out,
        *option.capability,
        *option.salience,
        *option.veto,
        *(m.actor for m in option.mediate),
        *(a for pair in option.ally + option.break_alliance for a in pair),
    )
    return tuple(dict.fromkeys(named))


def _require(names: Iterable[str], known: set[str], what: str, where: str) -> None:
    for name in names:
        if name not in known:
            raise QuestionError(f"case.toml, {where}: {nearest(name, sorted(known), what)}")


def _require_effect(land: Landscape, params: OptionsParams, option: Option, where: str) -> None:
    for actor in option.invite:
        if actor not in params.absent:
            raise QuestionError(
                f"case.toml, {where}: '{actor}' is invited but sits at the table as now, so this edits nothing. "
                "Write who is not there in [questions.options] absent = […]"
            )
    for actor in option.leave_out:
        if actor in params.absent:
            raise QuestionError(
                f"case.toml, {where}: '{actor}' is absent as now, so leaving it out edits nothing"
            )
    for each in option.mediate:
        cell = land.position[land.names.index(each.actor), land.issue_names.index(each.issue), 1]
        if not np.isfinite(cell):
            raise QuestionError(
                f"case.toml, {where}: '{each.actor}' has no position on '{each.issue}' to mediate"
            )
    known = {frozenset((a, b)) for a, b, kind in land.relations if kind == "ally"}
    for pair in option.break_alliance:
        at = [land.names.index(actor) for actor in pair]
        if frozenset(at[:2]) not in known:
            raise QuestionError(
                f"case.toml, {where}: {pair[0]} and {pair[1]} are no allies in relations.csv, so this edits nothing"
            )
    if option.rule in ("consensus", "veto") and all(i["reference"] is None for i in land.issues):
        raise QuestionError(
            f"case.toml, {where}: rule '{option.rule}' needs what stays if nobody agrees: fill in reference "
            "in issues.csv"
        )


def apply_option(draw: Draw, option: Option, land: Landscape, params: OptionsParams) -> Draw:
    """Return the draws as they would be under an option."""
    actors, issues = ({name: k for k, name in enumerate(names)} for names in (land.names, land.issue_names))
    p, s, c, present = (
        draw.positions.copy(),
        draw.salience.copy(),
        draw.capability.copy(),
        draw.present.copy(),
    )
    present[[actors[a] for a in option.invite]] = True
    present[[actors[a] for a in option.leave_out]] = False
    for actor, factor in option.capability.items():
        c[:, actors[actor]] *= factor
    for actor, factor in option.salience.items():
        s[:, actors[actor]] = np.minimum(s[:, actors[actor]] * factor, 1.0)
    for each in option.mediate:
        cell = (slice(None), actors[each.actor], issues[each.issue])
        if each.to is not None:
            p[cell] += each.share * (each.to - p[cell])
        if each.salience is not None:
            s[cell] = np.minimum(s[cell] * each.salience, 1.0)
    for tied in option.tie:
        columns = [issues[i] for i in tied]
        own = np.where(np.isfinite(p[:, :, columns]), s[:, :, columns], np.nan)
        known = np.isfinite(own).sum(axis=2, keepdims=True)
        mean = np.nansum(own, axis=2, keepdims=True) / np.maximum(known, 1)
        s[:, :, columns] = np.where(np.isfinite(own), mean, s[:, :, columns])
    for group, sign in [*((g, 1) for g in option.ally), *((g, -1) for g in option.break_alliance)]:
        _draw_together(p, s * c, [actors[a] for a in group], params.alliance, sign)
    return Draw(p, s, c, present)


def _draw_together(p: FloatArray, weight: FloatArray, members: list[int], pull: float, sign: int) -> None:
    """Move allies a part of the way to their common position, or undo that, taking what they hold as moved."""
    own = p[:, members]
    w = np.where(np.isfinite(own), weight[:, members], 0.0)
    total = w.sum(axis=1, keepdims=True)
    common = np.nansum(w * np.nan_to_num(own), axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
    moved = own + pull * (common - own) if sign > 0 else (own - pull * common) / (1.0 - pull)
    p[:, members] = np.where(total > 0, np.clip(moved, 0.0, 100.0), own)


def decide(
    outcomes: FloatArray,
    draw: Draw,
    option: Option | None,
    land: Landscape,
    reference: FloatArray,
    columns: list[int],
) -> FloatArray:
    """Apply the rule of decision to the models' outcomes: (models, draws, issues).

    Under consensus and veto the outcome is moved, as little as need be, to where no actor with a veto is further from
    what it wants than under what stays otherwise (the win set of Tsebelis 2002, issue by issue).
    """
    if option is None or option.rule == "as the models":
        return outcomes
    p, s, c = (a[..., columns] for a in draw.seated())
    if option.rule == "majority":
        return np.broadcast_to(weighted_median(p, s, c).final, outcomes.shape).copy()
    names = [name for name, here in zip(land.names, draw.present, strict=True) if here]
    blocking = [k for k, name in enumerate(names) if option.rule == "consensus" or name in option.veto]
    if not blocking:
        return outcomes
    reach = np.abs(p[:, blocking] - reference)
    low = np.nanmax(np.where(np.isfinite(reach), p[:, blocking] - reach, -np.inf), axis=1)
    high = np.nanmin(np.where(np.isfinite(reach), p[:, blocking] + reach, np.inf), axis=1)
    return np.clip(outcomes, low, np.maximum(low, high))


def edits_in_words(option: Option) -> str:
    """Say what an option does."""
    return "; ".join(list_edits(option))


def list_edits(option: Option) -> list[str]:
    """Say what an option does, an edit at a time."""
    parts: list[str] = []
    if option.invite:
        parts.append(f"invites {', '.join(option.invite)}")
    if option.leave_out:
        parts.append(f"leaves out {', '.join(option.leave_out)}")
    parts += [
        f"{what} of {actor} × {factor:g}"
        for what, factors in (("capability", option.capability), ("salience", option.salience))
        for actor, factor in factors.items()
    ]
    for m in option.mediate:
        to = f" goes {100 * m.share:.0f} % of the way to {m.to:g}" if m.to is not None else ""
        care = f"{' and' if to else ''} cares × {m.salience:g}" if m.salience is not None else ""
        parts.append(f"{m.actor} on {m.issue}{to}{care}")
    parts += [f"ties {' and '.join(t)}" for t in option.tie]
    parts += [f"{' and '.join(g)} become allies" for g in option.ally]
    parts += [f"{' and '.join(g)} cease to be allies" for g in option.break_alliance]
    if option.rule != "as the models":
        parts.append(f"decides by {option.rule}" + (f" of {', '.join(option.veto)}" if option.veto else ""))
    return parts


def leave_each_out(land: Landscape, present: npt.NDArray[np.bool_]) -> Mapping[str, Option]:
    """Return, for each actor at the table, the option of leaving it out."""
    return {name: Option(leave_out=(name,)) for name, here in zip(land.names, present, strict=True) if here}
