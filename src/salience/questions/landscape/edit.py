"""A landscape with other numbers for one actor on one issue, to try what would follow; the record stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from salience.errors import QuestionError
from salience.questions.landscape.inputs import ENDS, Landscape

Kind = Literal["position", "salience", "capability"]
Triple = tuple[float, float, float]
KINDS: tuple[Kind, ...] = ("position", "salience", "capability")
MOST: dict[Kind, float] = {"position": 100.0, "salience": 1.0, "capability": np.inf}


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of one actor on one issue, with a starting point for trials where nothing is.

    Attributes
    ----------
    triples : dict
        By kind: lowest, best, highest.
    known : bool
        Whether the actor has a position on the issue; else its triple is the whole scale.
    everywhere : bool
        Whether its capability is one number for all its issues.
    """

    triples: dict[Kind, Triple]
    known: bool
    everywhere: bool


def read_stated(land: Landscape, actor: int, issue: int) -> Stated:
    """Return what is stated of an actor on an issue."""
    known = np.isfinite(land.position[actor, :, 1])
    own = land.capability[actor][np.isfinite(land.capability[actor, :, 1])]
    everywhere = not len(own) or bool((own == own[0]).all())
    triples: dict[Kind, Triple] = {
        "position": _triple(land.position[actor, issue], (0.0, 50.0, 100.0)),
        "salience": _triple(
            land.salience[actor, issue], _mean_of(land.salience[actor][known], (0.0, 0.5, 1.0))
        ),
        "capability": _triple(land.capability[actor, issue], _mean_of(own, _usual_capability(land))),
    }
    return Stated(triples, bool(known[issue]), everywhere)


def edit_landscape(land: Landscape, actor: int, issue: int, triples: Mapping[Kind, Triple]) -> Landscape:
    """Return the landscape as if these had been stated of an actor on an issue.

    Parameters
    ----------
    land : Landscape
        Stays as it is.
    actor, issue : int
        Their places in it.
    triples : mapping
        Lowest, best, highest by kind. A capability that was one number for all the actor's issues stays one.

    Raises
    ------
    QuestionError
        Ends out of order, or outside the scale.
    """
    for kind, triple in triples.items():
        low, best, high = triple
        if not 0.0 <= low <= best <= high <= MOST[kind] or not np.isfinite(high):
            top = "" if kind == "capability" else f" and at most {MOST[kind]:g}"
            raise QuestionError(
                f"{kind} of {land.names[actor]} is {low:g}, {best:g}, {high:g}; expected lowest, most likely and "
                f"highest in this order, at least 0{top}"
            )
    arrays = {
        "position": land.position.copy(),
        "salience": land.salience.copy(),
        "capability": land.capability.copy(),
    }
    actors, everywhere = list(land.actors), read_stated(land, actor, issue).everywhere
    for kind, triple in triples.items():
        arrays[kind][actor, issue] = triple
        if kind == "capability" and everywhere:
            arrays[kind][actor, np.isfinite(land.capability[actor, :, 1])] = triple
            own = {f"capability_{end}": value for end, value in zip(ENDS, triple, strict=True)}
            actors[actor] = {**actors[actor], **own}
    return replace(
        land,
        actors=tuple(actors),
        position=arrays["position"],
        salience=arrays["salience"],
        capability=arrays["capability"],
    )


def _triple(cells: np.ndarray, otherwise: Triple) -> Triple:
    low, best, high = (float(v) for v in cells)
    return (low, best, high) if np.isfinite(best) else otherwise


def _mean_of(cells: np.ndarray, otherwise: Triple) -> Triple:
    told = cells[np.isfinite(cells[:, 1])] if len(cells) else cells
    return _triple(told.mean(axis=0), otherwise) if len(told) else otherwise


def _usual_capability(land: Landscape) -> Triple:
    told = land.capability[np.isfinite(land.capability[..., 1])]
    return (0.0, float(np.median(told[:, 1])), float(told[:, 2].max())) if len(told) else (1.0, 1.0, 1.0)
