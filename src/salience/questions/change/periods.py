"""Months and weeks of a series, and where a date falls in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

MOST_PERIODS = 5000


@dataclass(frozen=True, slots=True)
class Periods:
    """The months or weeks from one day to another.

    Attributes
    ----------
    step : str
        "month" or "week".
    starts : tuple of date
        First day of each, of the first one too where only its later days are covered.
    first, last : date
        The days covered, both included.
    """

    step: str
    starts: tuple[date, ...]
    first: date
    last: date

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def per_year(self) -> float:
        """Periods in a year."""
        return 12.0 if self.step == "month" else 365.25 / 7

    @property
    def days(self) -> npt.NDArray[np.float64]:
        """Days covered of each period: (n,)."""
        ends = [*self.starts[1:], next_start(self.starts[-1], self.step)]
        return np.array(
            [
                (min(end - timedelta(1), self.last) - max(start, self.first)).days + 1
                for start, end in zip(self.starts, ends, strict=True)
            ],
            dtype=np.float64,
        )

    @property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Whether at least half of the period is covered: (n,)."""
        ends = [*self.starts[1:], next_start(self.starts[-1], self.step)]
        lengths = np.array([(e - s).days for s, e in zip(self.starts, ends, strict=True)])
        return np.asarray(self.days >= lengths / 2)

    @property
    def year_share(self) -> npt.NDArray[np.float64]:
        """Where in the year the middle of each period lies, 0 to 1: (n,)."""
        half = timedelta(15 if self.step == "month" else 3)
        return np.array([((start + half).timetuple().tm_yday - 1) / 365.25 for start in self.starts])

    def index(self, day: date) -> int:
        """Return the position of the period that holds a day; below 0 or n and more where it lies outside."""
        if self.step == "month":
            return (day.year - self.starts[0].year) * 12 + day.month - self.starts[0].month
        return (day - self.starts[0]).days // 7

    def cut(self, day: date) -> tuple[int, bool]:
        """Return the first period after a date, and whether the one before it holds the date and is split."""
        held = self.index(day)
        return (
            (held, False) if self.starts[0] <= day and start_of(day, self.step) == day else (held + 1, True)
        )


def make_periods(first: date, last: date, step: str) -> Periods:
    """Return the periods from the one that holds `first` to the one that holds `last`."""
    starts = [start_of(first, step)]
    while len(starts) < MOST_PERIODS and (following := next_start(starts[-1], step)) <= last:
        starts.append(following)
    return Periods(step, tuple(starts), first, last)


def start_of(day: date, step: str) -> date:
    """Return the first day of the month, or the Monday of the week."""
    return day.replace(day=1) if step == "month" else day - timedelta(day.weekday())


def next_start(start: date, step: str) -> date:
    """Return the first day of the following period."""
    if step == "week":
        return start + timedelta(7)
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)
