"""Where the names of points on a chart go, so that they hide neither points nor each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LETTER, LINE, DOT = 6.1, 13.0, 9.0
Box = tuple[float, float, float, float]


def place_labels(
    points: npt.ArrayLike,
    labels: Sequence[str],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    size: tuple[float, float],
) -> npt.NDArray[np.float64]:
    """Return the middle of each label, in the chart's own coordinates.

    For each point, from the top down, the place near it is taken that overlaps least with what stands already.

    Parameters
    ----------
    points : (k, 2) float
    labels : sequence of str
    x_domain, y_domain : tuple of float
        Ends of the axes.
    size : tuple of float
        Width and height of the chart, in pixels.
    """
    xy = np.asarray(points, dtype=np.float64)
    x0, y0 = x_domain[0], y_domain[0]
    by = np.array([size[0] / (x_domain[1] - x0), size[1] / (y_domain[1] - y0)])
    pixels = (xy - [x0, y0]) * by
    dots: list[Box] = [(px - DOT / 2, py - DOT / 2, px + DOT / 2, py + DOT / 2) for px, py in pixels]
    taken: list[Box] = []
    middle = np.zeros_like(xy)
    for k in sorted(range(len(xy)), key=lambda k: (-pixels[k, 1], pixels[k, 0], k)):
        wide = LETTER * len(labels[k])
        tried = []
        for order, (dx, dy) in enumerate(_offsets(wide)):
            at = pixels[k] + [dx, dy]
            box = (at[0] - wide / 2, at[1] - LINE / 2, at[0] + wide / 2, at[1] + LINE / 2)
            cost = sum(_overlap(box, other) for other in taken) + sum(_overlap(box, dot) for dot in dots)
            cost += 5.0 * _outside(box, size)
            # A name nearest to another's point would be read as that one's.
            gaps = [_gap(box, dot) for dot in dots]
            cost += 60.0 * sum(gap < gaps[k] - 0.5 for gap in gaps)
            tried.append((round(cost, 6) + 0.5 * order, order, at, box))
        best = min(tried, key=lambda t: t[:2])
        taken.append(best[3])
        middle[k] = best[2] / by + [x0, y0]
    return middle


def _offsets(wide: float) -> list[tuple[float, float]]:
    near = DOT / 2 + LINE / 2 + 1
    side = wide / 2 + DOT
    around = [(0.0, near), (0.0, -near), (side, 0.0), (-side, 0.0)]
    around += [(side * sx, near * sy) for sx in (0.8, -0.8) for sy in (1.0, -1.0)]
    return (
        around
        + [(0.0, 2 * near * sy) for sy in (1.0, -1.0)]
        + [(side * sx, 2 * near * sy) for sx in (0.8, -0.8) for sy in (1.0, -1.0)]
    )


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _gap(a: Box, b: Box) -> float:
    wide = max(a[0] - b[2], b[0] - a[2], 0.0)
    high = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float(np.hypot(wide, high))


def _outside(box: Box, size: tuple[float, float]) -> float:
    over = max(0.0, -box[0]) + max(0.0, box[2] - size[0])
    return LINE * over + 40.0 * (max(0.0, -box[1]) + max(0.0, box[3] - size[1]))
