"""A filter of events: read from the words of an address, written back into it, and turned into SQL."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from salience.errors import RecordError

# What stands in an address for events of which the record does not say it.
NOT_STATED = "(not stated)"
LONGEST, MOST_VALUES, LARGEST = 300, 40, 2_000_000_000
LISTS = ("actor", "kind", "source", "place")
# The names of an address, and the fields of a Filter; "from" is a word of Python.
DAYS = {"from": "start", "to": "end"}
NUMBERS = ("deaths_min", "deaths_max", "sources_min", "sources_max")
NAMES = (*LISTS, *DAYS, *NUMBERS, "q")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What of a filter cannot be used.

    Attributes
    ----------
    name : str
        The name in the address: "from".
    found : str
        What stood there, cut to 60 characters.
    reason : str
        day, number, size, order, long or many; the words for a reader are in `SAID`.
    """

    name: str
    found: str
    reason: str


SAID = {
    "day": "is not a day; write 2023, 2023-04 or 2023-04-17",
    "number": "is not a whole number of 0 or more",
    "size": f"is too large; the largest is {LARGEST:,}",
    "order": "lies before the beginning: the lowest or first value comes first",
    "long": f"is too long; at most {LONGEST} characters",
    "many": f"is given too often; at most {MOST_VALUES} times",
}


class FilterError(RecordError):
    """A filter has values that cannot be used.

    Parameters
    ----------
    faults : tuple of Fault
        Each with the name of its field.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{f.name}: '{f.found}' {SAID[f.reason]}" for f in faults))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events: those that meet every condition that is set.

    Attributes
    ----------
    actor, kind, source, place : tuple of str
        Any of them: a side's label; the kind in the origin's words; the canonical name of a source that tells of the
        event; the first administrative level. `NOT_STATED` is where the record does not say.
    start, end : date or None
        The event began in these days, both included, as everywhere in Salience.
    deaths_min, deaths_max : int or None
        The best figure of the event; events without one do not meet a bound.
    sources_min, sources_max : int or None
        Distinct sources that are no datasets.
    q : str
        Words that all stand in its notes, its headlines, or the names of its places and sides.
    """

    actor: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    deaths_min: int | None = None
    deaths_max: int | None = None
    sources_min: int | None = None
    sources_max: int | None = None
    q: str = ""

    def __bool__(self) -> bool:
        """Whether anything is set."""
        return self != _ALL

    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values as they stand in an address, always in the same order."""
        found = []
        for name in NAMES:
            value = getattr(self, DAYS.get(name, name))
            values = value if isinstance(value, tuple) else () if value is None or value == "" else (value,)
            found += [(name, str(each)) for each in values]
        return found

    def with_value(self, name: str, value: str) -> Filter:
        """Return the filter with one more actor, kind, source or place."""
        here: tuple[str, ...] = getattr(self, name)
        return self if value in here else self._with({name: (*here, value)})

    def without_value(self, name: str, value: str) -> Filter:
        """Return the filter without one actor, kind, source or place, or without what else has this name."""
        if name not in LISTS:
            return self.without(name)
        return self._with({name: tuple(v for v in getattr(self, name) if v != value)})

    def without(self, *names: str) -> Filter:
        """Return the filter without what these names of the address set."""
        return self._with({(own := DAYS.get(name, name)): getattr(_ALL, own) for name in names})

    def during(self, start: date, end: date) -> Filter:
        """Return the filter for these days instead of its own."""
        return replace(self, start=start, end=end)

    def _with(self, values: dict[str, Any]) -> Filter:
        return replace(self, **values)


_ALL = Filter()


def read_filter(pairs: Iterable[tuple[str, str]]) -> Filter:
    """Read a filter from the names and values of an address; other names are left to others.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Empty values are not set; a name that takes one value counts by its last.

    Raises
    ------
    FilterError
        With every value that cannot be used.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in NAMES and value.strip():
            given.setdefault(name, []).append(value.strip())
    faults: list[Fault] = []
    read: dict[str, Any] = {}
    for name, values in given.items():
        too_long = [v for v in values if len(v) > LONGEST]
        if too_long or len(values) > MOST_VALUES:
            faults.append(Fault(name, (too_long or values)[0][:60], "long" if too_long else "many"))
        elif name in LISTS:
            read[name] = tuple(dict.fromkeys(values))
        else:
            value, reason = _READERS[name](values[-1])
            read[DAYS.get(name, name)] = value
            faults += [Fault(name, values[-1][:60], reason)] if reason else []
    faults += [
        Fault(last, str(read[DAYS.get(last, last)]), "order")
        for first, last in (("from", "to"), ("deaths_min", "deaths_max"), ("sources_min", "sources_max"))
        if _wrong_order(read.get(DAYS.get(first, first)), read.get(DAYS.get(last, last)))
    ]
    if faults:
        raise FilterError(tuple(faults))
    return Filter(**read)


def filter_fields() -> tuple[str, ...]:
    """Return the fields of a filter, for tests that must know of every one."""
    return tuple(field.name for field in fields(Filter))


def _wrong_order(first: Any, last: Any) -> bool:
    return first is not None and last is not None and bool(last < first)


def _read_day(text: str, last: bool) -> tuple[date | None, str]:
    match = _DAY.fullmatch(text)
    if not match or not text.isascii():
        return None, "day"
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    month = month or (12 if last else 1)
    if not (1 <= month <= 12 and year >= 1):
        return None, "day"
    try:
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)), ""
    except ValueError:
        return None, "day"


def _read_number(text: str) -> tuple[int | None, str]:
    plain = text.replace(",", "")
    if not (plain.isascii() and plain.isdigit()):
        return None, "number"
    return (int(plain), "") if len(plain) <= 10 and int(plain) <= LARGEST else (None, "size")


_READERS: dict[str, Callable[[str], tuple[Any, str]]] = {
    "from": lambda text: _read_day(text, last=False),
    "to": lambda text: _read_day(text, last=True),
    **dict.fromkeys(NUMBERS, _read_number),
    "q": lambda text: (text, ""),
}
