"""The time line of a page: events by day, month, quarter or year, as bars that are links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from salience.app.looking import Asked
from salience.record.browsing.filters import Filter

Unit = Literal["day", "month", "quarter", "year"]
MOST_BARS = 72
WIDTH, HEIGHT = 720.0, 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The events of one day, month, quarter or year, and where its bar lies in a drawing of 720 by 100."""

    label: str
    events: int
    address: str
    chosen: bool
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars without a gap between first and last; a finer one of the chosen period may follow."""

    unit: Unit
    bars: tuple[Bar, ...]
    most: int
    whole: str

    @property
    def ticks(self) -> tuple[Bar, ...]:
        """The bars whose names stand under the drawing."""
        if len(self.bars) <= 3:
            return self.bars
        return (self.bars[0], self.bars[len(self.bars) // 2], self.bars[-1])

    @property
    def busy(self) -> tuple[Bar, ...]:
        """The bars that have events."""
        return tuple(bar for bar in self.bars if bar.events)


def draw_timelines(days: list[tuple[date, int]], asked: Asked, path: str) -> list[Timeline]:
    """Return the time line of all days, and a finer one of the chosen period where that shows more.

    Parameters
    ----------
    days : list of (date, int)
        Events by day, in order; the filter's period left out.
    asked : Asked
    path : str
        Of the page that the bars lead to.
    """
    if not days:
        return []
    first, last = days[0][0], days[-1][0]
    lines = [_draw(days, first, last, _unit(first, last), asked, path)]
    chosen = asked.filter
    start, end = max(chosen.start or first, first), min(chosen.end or last, last)
    finer = _unit(start, end) if start <= end else lines[0].unit
    within = [(day, n) for day, n in days if start <= day <= end]
    if within and finer != lines[0].unit:
        lines.append(_draw(within, start, end, finer, asked, path))
    return lines


def _unit(first: date, last: date) -> Unit:
    days = (last - first).days + 1
    if days <= MOST_BARS:
        return "day"
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return "month" if months <= MOST_BARS else "quarter" if months <= 3 * MOST_BARS else "year"


def _draw(
    days: list[tuple[date, int]], first: date, last: date, unit: Unit, asked: Asked, path: str
) -> Timeline:
    counts: dict[date, int] = {}
    for day, events in days:
        begin = _begin(day, unit)
        counts[begin] = counts.get(begin, 0) + events
    steps = [_begin(first, unit)]
    while (following := _next(steps[-1], unit)) is not None and following <= last:
        steps.append(following)
    most = max(counts.values())
    width = WIDTH / len(steps)
    chosen = asked.filter
    bars = []
    for k, begin in enumerate(steps):
        following = _next(begin, unit)
        end = date.max if following is None else following - timedelta(days=1)
        events = counts.get(begin, 0)
        inside = (chosen.start is None or end >= chosen.start) and (chosen.end is None or begin <= chosen.end)
        height = max(1.5, HEIGHT * events / most) if events else 0.0
        bars.append(
            Bar(
                _label(begin, unit), events, asked.address(path, chosen.during(begin, end)) if events else "", inside,
                round(k * width, 2), round(max(width - min(1.5, width / 5), 0.5), 2), round(height, 2),
            )
        )  # fmt: skip
    whole = asked.address(path, _whole(chosen)) if chosen.start or chosen.end else ""
    return Timeline(unit, tuple(bars), most, whole)


def _whole(chosen: Filter) -> Filter:
    return chosen.without("from", "to")


def _begin(day: date, unit: Unit) -> date:
    if unit == "day":
        return day
    month = day.month if unit == "month" else 3 * ((day.month - 1) // 3) + 1 if unit == "quarter" else 1
    return date(day.year, month, 1)


def _next(begin: date, unit: Unit) -> date | None:
    """Return the first day of what follows; None after the last year that there is."""
    if unit == "day":
        return begin + timedelta(days=1) if begin < date.max else None
    at = begin.year * 12 + begin.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(at // 12, at % 12 + 1, 1) if at // 12 <= date.max.year else None


def _label(begin: date, unit: Unit) -> str:
    if unit == "day":
        return begin.isoformat()
    if unit == "month":
        return f"{begin:%Y-%m}"
    return f"{begin.year}" if unit == "year" else f"{begin.year}-Q{(begin.month + 2) // 3}"
