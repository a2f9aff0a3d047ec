"""Simulated conflicts for trying capture methods: who listed which event, and how many happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salience.worlds.simulate import simulate
from salience.worlds.world import Outlet, World

BASES = {"First": 0.35, "Second": 0.30, "Third": 0.25, "Fourth": 0.20}


@dataclass(frozen=True, slots=True)
class Lists:
    """Capture patterns of a simulated conflict, and its truth.

    Attributes
    ----------
    names : tuple of str
    patterns : (m, lists) bool
        Each pattern once; that of events on no list is left out.
    counts : (m,) int
    total : int
        Events that happened.
    """

    names: tuple[str, ...]
    patterns: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.int64]
    total: int

    @property
    def recorded(self) -> int:
        """Events on at least one list."""
        return int(self.counts.sum())


def capture_worlds(events: int = 1000) -> dict[str, World]:
    """Return four worlds of four lists each: one where the methods' assumptions hold, and three where some fail.

    Parameters
    ----------
    events : int
        Expected number of events.
    """
    plain = [_outlet(name, base) for name, base in BASES.items()]
    dependent = [*plain[:3], _outlet("Fourth", 0.15, copies="First", copy_effect=1.1)]
    copying = [*plain[:3], _outlet("Fourth", 0.002, copies="First", copy_effect=7.0)]
    return {
        "independent lists": _world(events, plain),
        "dependent lists": _world(events, dependent),
        "heterogeneous capture": _world(events, plain, heterogeneity=1.0),
        "one copying list": _world(events, copying),
    }


def _outlet(name: str, base: float, copies: str | None = None, copy_effect: float = 0.0) -> Outlet:
    return Outlet(
        name=name, kind="outlet", country="Halvanea", base=base, copies=copies, copy_effect=copy_effect
    )


def _world(events: int, outlets: list[Outlet], heterogeneity: float = 0.0) -> World:
    """Return a world in which deaths, place and actor do not decide who reports."""
    return World(events=events, slope=0.0, outlets=tuple(outlets), heterogeneity=heterogeneity)


def draw_lists(world: World, seed: int) -> Lists:
    """Draw a conflict and return who listed which event.

    Parameters
    ----------
    world : World
    seed : int

    Returns
    -------
    Lists
    """
    truth = simulate(world, seed)
    told = truth.carried
    patterns, counts = np.unique(told[told.any(axis=1)], axis=0, return_counts=True)
    return Lists(tuple(o.name for o in world.outlets), patterns, counts.astype(np.int64), len(told))
