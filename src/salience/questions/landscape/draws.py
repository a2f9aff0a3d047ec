"""The landscape drawn many times within its intervals, and what must be left out of it and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray
from salience.methods.elicited import draw_elicited
from salience.questions.landscape.inputs import Landscape
from salience.questions.landscape.params import LandscapeParams, Weighting

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of the landscape.

    Attributes
    ----------
    landscape : Landscape
        Without the issues that cannot be weighed.
    position, salience, capability : (draws, actors, issues) float
        nan where there is no position.
    weight : (draws, actors, issues) float
        By the weighting asked for; 0 where there is no position.
    would_weigh : (draws, actors, issues) float
        The weight an actor would have on an issue if it took a position.
    able, legitimacy, constituency : (draws, actors) float
        nan where not stated.
    warnings, assumed : tuple of str
        What was left out, and what was taken to be.
    bare : int
        Positions stated without an interval.
    """

    landscape: Landscape
    position: FloatArray = field(repr=False)
    salience: FloatArray = field(repr=False)
    capability: FloatArray = field(repr=False)
    weight: FloatArray = field(repr=False)
    would_weigh: FloatArray = field(repr=False)
    able: FloatArray = field(repr=False)
    legitimacy: FloatArray = field(repr=False)
    constituency: FloatArray = field(repr=False)
    warnings: tuple[str, ...]
    assumed: tuple[str, ...]
    bare: int

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which actors have a position on which issues: (actors, issues)."""
        return np.asarray(np.isfinite(self.landscape.position[..., 1]))

    @property
    def two_poles(self) -> list[bool]:
        """Which issues have two poles only."""
        return [bool(issue["two_poles"]) for issue in self.landscape.issues]

    def weights_by(self, weighting: Weighting) -> FloatArray | None:
        """Return the weights by another weighting; None where it cannot be had."""
        weights = _would_weigh(self, weighting)
        if weights is None:
            return None
        weights = np.where(self.known, weights, 0.0)
        return weights if (weights.sum(axis=1) > 0).all() else None


def draw_landscape(whole: Landscape, params: LandscapeParams, seed: int) -> Drawn | str:
    """Draw the landscape; or return, in plain words, why nothing can be said of it."""
    known = np.isfinite(whole.position[..., 1])
    placed = [name for name, row in zip(whole.names, known, strict=True) if row.any()]
    if not whole.actors or not whole.issues:
        return "the record has no actors and issues; actors.csv, issues.csv and positions.csv of the case name them"
    if len(placed) < FEWEST:
        return (
            f"{len(placed)} of {len(whole.actors)} actors have a position; with fewer than {FEWEST} there is no "
            "landscape"
        )
    if params.weighting == "constituency" and not np.isfinite(whole.constituency[:, 1]).any():
        return "nobody's constituency is stated, so that nobody can be weighed by it; another weighting may serve"
    drawn = _draw(whole, params, seed)
    keep, warnings = _usable(drawn, known)
    if not keep.any():
        return "; ".join(w.rstrip(".") for w in warnings)
    return _select(drawn, keep, warnings)


def _draw(whole: Landscape, params: LandscapeParams, seed: int) -> Drawn:
    """Draw all figures from one sequence, so that they fill the space of possibilities evenly together."""
    two_poles = np.array([bool(issue["two_poles"]) for issue in whole.issues])
    by = params.imprecision / 100.0
    position = _widen(whole.position, 100.0 * by, 100.0)
    position = np.where(two_poles[None, :, None], whole.position, position)
    bare = int((whole.position[:, ~two_poles, 0] == whole.position[:, ~two_poles, 2]).sum())
    constituency = _fill_constituency(whole.constituency)
    able = _own_capability(whole)
    # A capability that is the actor's own is one quantity, not one for each issue.
    special = np.isfinite(whole.capability) & ~np.isclose(whole.capability, able[:, None, :])
    parts = [
        position, _widen(whole.salience, by, 1.0), np.where(special, _scale(whole.capability, by), np.nan),
        _scale(able, by), np.minimum(_scale(constituency, by), 1.0), _widen(whole.legitimacy, by, 1.0),
    ]  # fmt: skip
    flat = np.concatenate([p.reshape(-1, 3) for p in parts])
    groups = np.full(len(flat), -1)
    cells = len(whole.actors) * len(whole.issues)
    groups[:cells] = np.repeat(np.arange(len(whole.actors)), len(whole.issues))
    values = draw_elicited(
        flat[:, 0], flat[:, 1], flat[:, 2], params.draws, shape=params.shape, seed=seed, groups=groups,
        correlation=params.correlation,
    )  # fmt: skip
    found, at = [], 0
    for part in parts:
        size = part[..., 0].size
        found.append(values[:, at : at + size].reshape(params.draws, *part.shape[:-1]))
        at += size
    x, salience, capability, own, people, legitimacy = found
    # Where only the ends can be, a position between them says which is likelier; the middle says nothing.
    x = np.where(two_poles & np.isfinite(x), 50.0 + 50.0 * np.sign(x - 50.0), x)
    capability = np.where(np.isfinite(capability), capability, own[:, :, None])
    assumed = list(whole.assumed) + _say_assumed(whole, params, bare)
    drawn = Drawn(whole, x, salience, capability, x, x, own, legitimacy, people, (), tuple(assumed), bare)
    would = _would_weigh(drawn, params.weighting)
    assert would is not None
    weight = np.where(np.isfinite(whole.position[..., 1]), would, 0.0)
    return replace(drawn, weight=weight, would_weigh=would)


def _own_capability(whole: Landscape) -> FloatArray:
    """Return an actor's own capability: as stated, else the mean of those on its issues, else as is assumed there."""
    rows = []
    for actor, cells in zip(whole.actors, whole.capability, strict=True):
        stated = [actor[f"capability_{end}"] for end in ("low", "best", "high")]
        told = cells[np.isfinite(cells[:, 1])]
        if stated[1] is not None:
            rows.append(np.array(stated, dtype=np.float64))
        else:
            rows.append(told.mean(axis=0) if len(told) else np.full(3, np.nan))
    own = np.array(rows).reshape(-1, 3)
    unknown = ~np.isfinite(own[:, 1])
    if unknown.any() and not unknown.all():
        rest = own[~unknown]
        own[unknown] = (0.0, float(np.median(rest[:, 1])), float(rest[:, 2].max()))
    return np.nan_to_num(own, nan=1.0)


def _fill_constituency(stated: FloatArray) -> FloatArray:
    told = stated[np.isfinite(stated[:, 1])]
    if not len(told):
        return stated
    fill = np.array([0.0, float(np.median(told[:, 1])), float(told[:, 2].max())])
    return np.where(np.isfinite(stated), stated, fill)


def _would_weigh(drawn: Drawn, weighting: Weighting) -> FloatArray | None:
    shape = drawn.position.shape
    if weighting == "equal":
        return np.ones(shape)
    if weighting == "constituency":
        if not np.isfinite(drawn.constituency).all() or not (drawn.constituency.sum(axis=1) > 0).all():
            return None if not np.isfinite(drawn.constituency).all() else np.zeros(shape)
        return np.broadcast_to(drawn.constituency[:, :, None], shape).copy()
    salience = drawn.salience
    told = np.isfinite(salience)
    count = told.sum(axis=2)
    mean = np.where(count > 0, np.where(told, salience, 0.0).sum(axis=2) / np.maximum(count, 1), 0.5)
    return np.asarray(np.where(told, salience, mean[:, :, None]) * np.nan_to_num(drawn.capability, nan=0.0))


def _widen(triples: FloatArray, by: float, top: float) -> FloatArray:
    """Give figures stated without an interval one of ± `by`, within 0 and the top."""
    bare = np.isfinite(triples[..., 1]) & (triples[..., 0] == triples[..., 2])
    wide = triples.copy()
    wide[..., 0] = np.where(bare, np.maximum(triples[..., 0] - by, 0.0), triples[..., 0])
    wide[..., 2] = np.where(bare, np.minimum(triples[..., 2] + by, top), triples[..., 2])
    return wide


def _scale(triples: FloatArray, by: float) -> FloatArray:
    """Do the same in proportion, for figures whose unit is the case's own."""
    bare = triples[..., 0] == triples[..., 2]
    wide = triples.copy()
    wide[..., 0] = np.where(bare, triples[..., 0] * (1.0 - by), triples[..., 0])
    wide[..., 2] = np.where(bare, triples[..., 2] * (1.0 + by), triples[..., 2])
    return wide


def _say_assumed(whole: Landscape, params: LandscapeParams, bare: int) -> list[str]:
    said = []
    if bare and params.imprecision > 0:
        said.append(
            f"{bare} positions are stated as one number; each is taken to be good to {params.imprecision:g} points "
            "either way, and so are the other figures without an interval. This is our assumption, not "
            "the source's."
        )
    elif bare:
        said.append(f"{bare} positions are stated as one number and taken as certain, which no coding is.")
    unsaid = [
        a["name"] for a, c in zip(whole.actors, whole.constituency, strict=True) if not np.isfinite(c[1])
    ]
    if params.weighting == "constituency" and unsaid:
        said.append(
            f"For {len(unsaid)} actors nobody said whom they speak for ({', '.join(map(str, unsaid[:4]))}"
            f"{' …' if len(unsaid) > 4 else ''}): anything up to the largest stated is taken as possible."
        )
    return said


def _usable(drawn: Drawn, known: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Return which issues can be weighed, and what to say of the others and of actors without a position."""
    keep = np.zeros(known.shape[1], dtype=bool)
    warnings = []
    for k, name in enumerate(drawn.landscape.issue_names):
        here = int(known[:, k].sum())
        if here < 2:
            who = "nobody has" if here == 0 else "only one actor has"
            warnings.append(f"{name}: {who} a position on it, so that it is left out.")
        elif not (drawn.weight[:, :, k].sum(axis=1) > 0).all():
            warnings.append(
                f"{name}: all weights are 0 (no salience, or nobody who can do anything), so that it is left out."
            )
        else:
            keep[k] = True
    silent = [n for n, row in zip(drawn.landscape.names, known, strict=True) if not row.any()]
    if silent:
        warnings.append(
            f"{', '.join(silent)}: no position on any issue, so that "
            f"{'it is' if len(silent) == 1 else 'they are'} on no map and in no group."
        )
    both = {a["name"] for a, row in zip(drawn.landscape.actors, known, strict=True) if row.any()}
    for actor in drawn.landscape.actors:
        if actor["name"] in both and actor["part_of"] in both:
            warnings.append(
                f"{actor['name']} is part of {actor['part_of']} and both have positions: what they share "
                "counts twice."
            )
    return keep, warnings


def _select(drawn: Drawn, keep: npt.NDArray[np.bool_], warnings: list[str]) -> Drawn:
    return replace(
        drawn,
        landscape=drawn.landscape.only(keep),
        position=drawn.position[:, :, keep],
        salience=drawn.salience[:, :, keep],
        capability=drawn.capability[:, :, keep],
        weight=drawn.weight[:, :, keep],
        would_weigh=drawn.would_weigh[:, :, keep],
        warnings=tuple(warnings),
    )
