"""The map of a page: one circle an area, on a grid of where the record has events; never a place by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from salience.app.looking import Choice
from salience.record.browsing.selection import Area

WIDTH, MOST_HEIGHT, LEAST_HEIGHT, PAD = 560.0, 520.0, 220.0, 34.0
MOST_CIRCLES, MOST_LABELS, LARGEST = 80, 24, 30.0
Cell = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Circle:
    """An area's events: where its circle lies, how large it is, and the link that sets or drops it."""

    choice: Choice
    x: float
    y: float
    radius: float
    label: str


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing of this size: squares of the grid as (x, y, width, height, shade 1 to 4), circles over them."""

    width: float
    height: float
    squares: tuple[tuple[float, float, float, float, int], ...]
    circles: tuple[Circle, ...]
    degrees: float


def cell_size(areas: list[Area]) -> float:
    """Return the size of cells, in degrees: about a fortieth of the extent, no finer than a quarter."""
    if not areas:
        return 0.25
    extent = max(
        max(a.longitude for a in areas) - min(a.longitude for a in areas),
        max(a.latitude for a in areas) - min(a.latitude for a in areas),
    )
    return next((size for size in (0.25, 0.5, 1.0, 2.0) if extent / size <= 30), 5.0)


def draw_map(areas: list[Area], cells: list[Cell], degrees: float, choices: list[Choice]) -> Map | None:
    """Return the map; None when no area has coordinates.

    Parameters
    ----------
    areas : list of Area
        The whole record's, so that circles keep their places whatever the filter.
    cells : list of (longitude, latitude, events)
        South-west corners of the grid's cells, of the whole record.
    degrees : float
        Their size.
    choices : list of Choice
        The areas' events under the filter.
    """
    if not areas:
        return None
    cells = _without_strays(cells, degrees)
    west, east = (pick([c[0] for c in cells] + [a.longitude for a in areas]) for pick in (min, max))
    south, north = (pick([c[1] for c in cells] + [a.latitude for a in areas]) for pick in (min, max))
    east, north = east + degrees, north + degrees
    stretch = max(0.2, math.cos(math.radians((south + north) / 2)))
    scale = min((WIDTH - 2 * PAD) / ((east - west) * stretch), (MOST_HEIGHT - 2 * PAD) / (north - south))
    height = max(LEAST_HEIGHT, (north - south) * scale + 2 * PAD)
    left = (WIDTH - (east - west) * stretch * scale) / 2
    top = (height - (north - south) * scale) / 2

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return left + (longitude - west) * stretch * scale, top + (north - latitude) * scale

    densest = max((n for _, _, n in cells), default=1)
    squares = []
    for longitude, latitude, n in cells:
        x, y = place(longitude, latitude + degrees)
        shade = 1 + min(3, int(4 * math.log1p(n) / math.log1p(densest + 1)))
        squares.append(
            (round(x, 1), round(y, 1), round(degrees * stretch * scale, 1), round(degrees * scale, 1), shade)
        )
    by_name = {choice.value: choice for choice in choices}
    shown = [(by_name[a.name], *place(a.longitude, a.latitude)) for a in areas if a.name in by_name]
    shown.sort(key=lambda one: (-one[0].events, one[0].value))
    return Map(WIDTH, round(height, 1), tuple(squares), _circles(shown[:MOST_CIRCLES]), degrees)


def _circles(shown: list[tuple[Choice, float, float]]) -> tuple[Circle, ...]:
    most = max((choice.events for choice, _, _ in shown), default=1) or 1
    circles: list[Circle] = []
    lying = [
        (x, y, max(3.0, LARGEST * math.sqrt(choice.events / most))) for choice, x, y in shown if choice.events
    ]
    taken: list[tuple[float, float, float]] = []
    for choice, x, y in shown:
        radius = max(3.0, LARGEST * math.sqrt(choice.events / most))
        label = _shorten(choice.words)
        half = 3.6 * len(label)
        low = y + radius + 8
        free = (
            len(taken) < MOST_LABELS
            and all(abs(low - ty) > 14 or abs(x - tx) > half + th for tx, ty, th in taken)
            and not any(
                abs(x - cx) < half + cr and abs(low - cy) < cr + 6
                for cx, cy, cr in lying
                if (cx, cy) != (x, y)
            )
        )
        if free or choice.chosen:
            taken.append((x, low, half))
        circles.append(
            Circle(choice, round(x, 1), round(y, 1), round(radius, 1), label if free or choice.chosen else "")
        )
    return tuple(circles)


def _without_strays(cells: list[Cell], degrees: float) -> list[Cell]:
    """Leave out the few cells far from all others (a mistyped coordinate), which would shrink all else to a dot."""
    total = sum(n for _, _, n in cells)
    kept = cells
    for axis in (0, 1):
        ordered = sorted(kept, key=lambda cell: cell[axis])
        for step in (ordered, ordered[::-1]):
            seen = 0
            for near, far in pairwise(step):
                seen += near[2]
                if seen > total / 200:
                    break
                if abs(far[axis] - near[axis]) > 8 * degrees:
                    gone = set(step[: step.index(far)])
                    kept = [cell for cell in kept if cell not in gone]
    return kept


def _shorten(name: str) -> str:
    """Return a name without the words that every area has, and not longer than 20 characters."""
    for ending in (" province", " governorate", " oblast", " region", " state", " department"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name if len(name) <= 20 else name[:19].rstrip() + "…"
