"""Actors in a space of issues: where weight lies, who is near whom, who agrees, who decides, what to learn next.

Arrays are positions and weight : (draws, actors) for one issue or (draws, actors, issues); nan is a missing position.
What the measures mean, and what they do not, stands in `docs/landscape.md`.
"""

from salience.methods.space.groups import Groups, group_actors
from salience.methods.space.map import (
    ActorMap,
    align,
    connected,
    correlate_axes,
    distances,
    map_actors,
    scale_down,
)
from salience.methods.space.power import Power, can_block, holds_median, power_indices
from salience.methods.space.weights import Window, fullest_window, learn, polarise, weigh

__all__ = [
    "ActorMap",
    "Groups",
    "Power",
    "Window",
    "align",
    "can_block",
    "connected",
    "correlate_axes",
    "distances",
    "fullest_window",
    "group_actors",
    "holds_median",
    "learn",
    "map_actors",
    "polarise",
    "power_indices",
    "scale_down",
    "weigh",
]
