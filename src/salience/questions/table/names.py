"""How several names are written in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 4


def name_some(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Name a few, and say how many more there are."""
    if not names:
        return "nobody"
    if len(names) > most:
        return ", ".join(names[: most - 1]) + f" and {len(names) - most + 1} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
