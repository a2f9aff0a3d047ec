"""From what a text says of a date to the first and last day it can mean."""

from __future__ import annotations

import calendar as months_of
import importlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from salience.reading.dates.words import parts, table

SOON = 31  # days
NO_ANCHOR = "a relative date needs the date of the text"
NO_YEAR = "the year is not said, and no date of the text is given"
RUNS_BACK = "the end lies before the beginning"
LUNAR = "lunar Hijri dates depend on the sighting of the moon"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Unsaid(Exception):  # noqa: N818 - no fault of anybody: the text does not say it
    """Why a date cannot be resolved, as a sentence."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of one date, before anything is concluded.

    Attributes
    ----------
    start, end : int
        Its place in the text as the patterns see it.
    form : str
        "date", "season", "decade", "century", "weekday", "step" (whole units from the text's day), "rolling"
        (a number of units up to the text's day), "ago", "event" or "problem".
    calendar : str
        As the words say.
    year, month, day, last_day, last_year, short, number, weekday : int or None
        What is said; `short` is a year of two digits, `number` a count, a decade's first year or a century.
    unit, part, problem : str or None
        Unit of a relative date; word of a part of a period; why the words cannot be resolved.
    weak : bool
        True when the piece counts only beside another one ("3 March" in "3 March and 5 April 2021").
    """

    start: int
    end: int
    form: str = "date"
    calendar: str = "gregorian"
    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_day: int | None = None
    last_year: int | None = None
    short: int | None = None
    number: int | None = None
    weekday: int | None = None
    unit: str | None = None
    part: str | None = None
    problem: str | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Meant:
    """First and last day and how exactly they are said."""

    first: date
    last: date
    precision: str


def _solar() -> Any:
    try:
        return importlib.import_module("jdatetime")
    except ImportError:
        raise Unsaid("Solar Hijri dates need jdatetime: pip install 'salience[text]'") from None


def month_length(calendar: str, year: int, month: int) -> int:
    """Return how many days a month has."""
    if calendar == "gregorian":
        return months_of.monthrange(year, month)[1]
    if month == 12:
        return 30 if _solar().date(year, 1, 1).isleap() else 29
    return 31 if month <= 6 else 30


def day_of(calendar: str, year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a day in a calendar; raises `Unsaid` when there is none."""
    if calendar == "lunar hijri":
        raise Unsaid(LUNAR)
    if calendar == "solar hijri" and not 1200 <= year <= 1499:
        raise Unsaid(f"{year} is no year of the Solar Hijri calendar")
    if not 1 <= year <= 9998:
        raise Unsaid(f"year {year} is out of range")
    if not 1 <= month <= 12:
        raise Unsaid(f"there is no month {month}")
    length = month_length(calendar, year, month)
    if not 1 <= day <= length:
        raise Unsaid(f"month {month} of {year} has {length} days, not {day}")
    if calendar == "gregorian":
        return date(year, month, day)
    found: date = _solar().date(year, month, day).togregorian()
    return found


def year_in(calendar: str, day: date) -> tuple[int, int]:
    """Return a day's year and month in a calendar."""
    if calendar == "lunar hijri":
        raise Unsaid(LUNAR)
    if calendar == "gregorian":
        return day.year, day.month
    if not 1830 <= day.year <= 2110:
        raise Unsaid("the date of the text lies outside the Solar Hijri years that are read")
    there = _solar().date.fromgregorian(date=day)
    return there.year, there.month


def months_from(calendar: str, year: int, month: int, count: int) -> tuple[date, date]:
    """Return first and last day of `count` months; `month` may lie outside 1 to 12."""
    first_year, first_month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = month + count - 1
    last_year, last_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    start = day_of(calendar, first_year, first_month, 1)
    return start, day_of(calendar, last_year, last_month, month_length(calendar, last_year, last_month))


def years_from(calendar: str, year: int, last: int) -> tuple[date, date]:
    """Return first day of one year and last day of another."""
    return months_from(calendar, year, 1, 1)[0], months_from(calendar, last, 12, 1)[1]


def meant(said: Said, anchor: date | None) -> Meant:
    """Return the days that words can mean.

    Raises
    ------
    Unsaid
        When they cannot be resolved; the message says why.
    """
    if said.problem:
        raise Unsaid(said.problem)
    if said.calendar == "lunar hijri":
        raise Unsaid(LUNAR)
    try:
        return {"date": _date, "season": _season, "decade": _decade, "century": _century}.get(
            said.form, _relative
        )(said, anchor)
    except (OverflowError, ValueError):
        raise Unsaid("the date lies outside the years 1 to 9999") from None


def _share(said: Said, period: str) -> tuple[int, int] | None:
    """Return first and last piece of a period's named part."""
    if said.part is None:
        return None
    share = parts()[said.part].get(period)
    if share is None:
        raise Unsaid(f'"{said.part}" does not divide a {period}')
    return share[0], share[1]


def _full_year(said: Said, anchor: date | None) -> int | None:
    if said.short is None:
        return said.year
    if anchor is None:
        raise Unsaid("a year of two digits needs the date of the text")
    now = year_in(said.calendar, anchor)[0]
    century = now // 100 * 100
    return min((century + 100 * c + said.short for c in (-1, 0, 1)), key=lambda year: abs(year - now))


def _date(said: Said, anchor: date | None) -> Meant:
    year, month = _full_year(said, anchor), said.month
    if month is None:
        assert year is not None
        if said.last_year is not None:
            if said.last_year < year:
                raise Unsaid(RUNS_BACK)
            return Meant(*years_from(said.calendar, year, said.last_year), "year")
        share = _share(said, "year")
        if share:
            return Meant(*months_from(said.calendar, year, share[0], share[1] - share[0] + 1), "month")
        return Meant(*years_from(said.calendar, year, year), "year")
    if year is None:
        year = _year_before(said, anchor)
    if said.day is not None:
        return _days(said, year, month)
    share = _share(said, "month")
    if share:
        length = month_length(said.calendar, year, month)
        first = day_of(said.calendar, year, month, share[0])
        return Meant(first, day_of(said.calendar, year, month, min(share[1], length)), "days")
    return Meant(*months_from(said.calendar, year, month, 1), "month")


def _days(said: Said, year: int, month: int) -> Meant:
    assert said.day is not None
    first = day_of(said.calendar, year, month, said.day)
    last = first if said.last_day is None else day_of(said.calendar, year, month, said.last_day)
    if last < first:
        raise Unsaid(RUNS_BACK)
    if said.weekday is not None and first.weekday() != said.weekday:
        raise Unsaid(f"{first.isoformat()} was a {DAYS[first.weekday()]}, not a {DAYS[said.weekday]}")
    return Meant(first, last, "day" if said.last_day is None else "days")


def _year_before(said: Said, anchor: date | None) -> int:
    """Return the year that puts a day or month without one nearest before the day of the text.

    A day at most a month ahead is the coming one: a report of 2 September that expects something on 5 September does
    not speak of last year.
    """
    if anchor is None:
        raise Unsaid(NO_YEAR)
    assert said.month is not None
    year, month = year_in(said.calendar, anchor)
    if said.number is not None:  # last, this, next March
        away = {-1: said.month >= month, 0: False, 1: said.month <= month}[said.number]
        return year + said.number * away
    if said.day is None:
        return year - (said.month > month)
    if _comes_soon(said, year, anchor):
        return year
    if said.month == month:
        length = month_length(said.calendar, year, month)
        return year - (day_of(said.calendar, year, month, min(said.day, length)) > anchor)
    return year - (said.month > month)


def _comes_soon(said: Said, year: int, anchor: date) -> bool:
    """Return whether a day of this year lies ahead by a month at most; what goes over the year's end is left alone."""
    assert said.month is not None and said.day is not None
    length = month_length(said.calendar, year, said.month)
    ahead = (day_of(said.calendar, year, said.month, min(said.day, length)) - anchor).days
    return 0 < ahead <= SOON


def _season(said: Said, anchor: date | None) -> Meant:
    assert said.month is not None
    if said.calendar == "gregorian" and said.month == 12 and said.last_year is None:
        raise Unsaid("a winter lies in two years, and the text names one")
    year = said.year
    if year is None:
        if anchor is None:
            raise Unsaid(NO_ANCHOR)
        year = year_in(said.calendar, anchor)[0]
        if said.number == 1 and months_from(said.calendar, year, said.month, 1)[0] <= anchor:
            year += 1
        if said.number == -1 and months_from(said.calendar, year, said.month, 3)[1] >= anchor:
            year -= 1
    if said.last_year is not None and said.last_year != year + 1:
        raise Unsaid("a season of several years")
    return Meant(*months_from(said.calendar, year, said.month, 3), "season")


def _decade(said: Said, anchor: date | None) -> Meant:
    first = said.number
    if said.short is not None:
        first = _full_year(said, anchor)
    assert first is not None
    share = _share(said, "decade") or (0, 9)
    return Meant(*years_from(said.calendar, first + share[0], first + share[1]), "decade")


def _century(said: Said, anchor: date | None) -> Meant:
    assert said.number is not None
    share = _share(said, "century") or (1, 100)
    start = (said.number - 1) * 100
    return Meant(*years_from(said.calendar, start + share[0], start + share[1]), "century")


def _relative(said: Said, anchor: date | None) -> Meant:  # noqa: PLR0911 - one line a unit
    if anchor is None:
        raise Unsaid(NO_ANCHOR)
    number, unit = said.number or 0, said.unit or "day"
    if said.form == "weekday":
        assert said.weekday is not None
        back = (anchor.weekday() - said.weekday) % 7
        forward = {-1: -(back or 7), 0: said.weekday - anchor.weekday(), 1: 7 - back}
        day = anchor + timedelta(days=-back if said.number is None else forward[said.number])
        return Meant(day, day, "day")
    if said.form == "rolling":
        return _rolling(said, anchor, number, unit)
    if unit in ("day", "night"):
        day = anchor + timedelta(days=number)
        return Meant(day, day + timedelta(days=unit == "night"), "days" if unit == "night" else "day")
    if unit == "week":
        # Weeks begin on Monday, and on Saturday where the Solar Hijri calendar is kept.
        back = (anchor.weekday() - (5 if said.calendar == "solar hijri" else 0)) % 7
        start = anchor + timedelta(days=7 * number - back)
        return Meant(start, start + timedelta(days=6), "week")
    year, month = year_in(said.calendar, anchor)
    if unit == "month":
        return Meant(*months_from(said.calendar, year, month + number, 1), "month")
    if unit == "year":
        return Meant(*years_from(said.calendar, year + number, year + number), "year")
    if unit == "decade":
        first = year // 10 * 10 + 10 * number
        return Meant(*years_from(said.calendar, first, first + 9), "decade")
    last = ((year - 1) // 100 + 1 + number) * 100
    return Meant(*years_from(said.calendar, last - 99, last), "century")


def _rolling(said: Said, anchor: date, number: int, unit: str) -> Meant:
    """Return so many units up to the day of the text, or from it on."""
    size = {"day": 1, "week": 7}.get(unit)
    if size:
        other = anchor + timedelta(days=size * number)
    else:
        months = number * {"month": 1, "year": 12, "decade": 120, "century": 1200}[unit]
        year, month = anchor.year + (anchor.month - 1 + months) // 12, (anchor.month - 1 + months) % 12 + 1
        if not 1 <= year <= 9998:
            raise Unsaid(f"year {year} is out of range")
        other = date(year, month, min(anchor.day, month_length("gregorian", year, month)))
    return Meant(min(anchor, other), max(anchor, other), "days" if unit == "day" else unit)


def hedged(words: str) -> bool:
    """Tell whether a count is only roughly said."""
    return words in table()["numbers"]["hedges"]
