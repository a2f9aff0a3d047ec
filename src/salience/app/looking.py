"""What an address asks of the record: its filter, its order, its page; and the addresses that lead on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import Depends, Query

from salience.app import show
from salience.app.desk import Desk
from salience.record.browsing.filters import LISTS, NOT_STATED, Fault, Filter, FilterError, read_filter
from salience.record.browsing.selection import Count, Sort

FACET_SHOWN, FACET_MOST = 8, 200
Words = Annotated[list[str], Query(max_length=60)]
Word = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as it was read, what of it could not be, and the words as they came."""

    filter: Filter
    faults: tuple[Fault, ...]
    given: dict[str, str]
    sort: Sort

    def address(self, path: str, chosen: Filter | None = None, **more: Any) -> str:
        """Return the address of a page with this filter, or another one, in the same order."""
        pairs = (self.filter if chosen is None else chosen).pairs()
        pairs += [("sort", self.sort)] if self.sort != "newest" else []
        pairs += [(name, str(value)) for name, value in more.items() if value]
        return path + (f"?{urlencode(pairs)}" if pairs else "")


def _asked(
    actor: Words = [],  # noqa: B006 - FastAPI copies it
    kind: Words = [],  # noqa: B006
    source: Words = [],  # noqa: B006
    place: Words = [],  # noqa: B006
    start: Annotated[str, Query(alias="from", max_length=1000)] = "",
    end: Annotated[str, Query(alias="to", max_length=1000)] = "",
    deaths_min: Word = "",
    deaths_max: Word = "",
    sources_min: Word = "",
    sources_max: Word = "",
    q: Word = "",
    sort: Word = "",
) -> Asked:
    lists = {"actor": actor, "kind": kind, "source": source, "place": place}
    single = {
        "from": start, "to": end, "deaths_min": deaths_min, "deaths_max": deaths_max, "sources_min": sources_min,
        "sources_max": sources_max, "q": q,
    }  # fmt: skip
    pairs = [(name, value) for name, values in lists.items() for value in values] + list(single.items())
    order: Sort = sort if sort in get_args(Sort) else "newest"  # type: ignore[assignment]
    try:
        return Asked(read_filter(pairs), (), single, order)
    except FilterError as error:
        return Asked(Filter(), error.faults, single, order)


AskedFor = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the filter that is set, and the address without it."""

    field: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: how many events, how wide its bar, and the address that sets or drops it."""

    value: str
    words: str
    events: int
    width: float
    chosen: bool
    address: str


def find_faults(desk: Desk, asked: Asked) -> dict[str, str]:
    """Return what is wrong with each field, in words; a search for a private person is refused as well."""
    said = {
        fault.name: show.phrase(f"record.fault_{fault.reason}", found=fault.found) for fault in asked.faults
    }
    if asked.given["q"] and desk.names.found_in(asked.given["q"]):
        said["q"] = show.phrase("record.fault_private")
    return said


def list_chips(asked: Asked, path: str) -> list[Chip]:
    """Return what is set, one chip a value; a period or a range is one."""
    chosen, chips = asked.filter, []
    for name in LISTS:
        for value in getattr(chosen, name):
            words = show.phrase("record.not_stated") if value == NOT_STATED else value
            chips.append(Chip(name, words, asked.address(path, chosen.without_value(name, value))))
    for name, low, high, both in (
        ("period", chosen.start, chosen.end, ("from", "to")),
        ("deaths", chosen.deaths_min, chosen.deaths_max, ("deaths_min", "deaths_max")),
        ("sources", chosen.sources_min, chosen.sources_max, ("sources_min", "sources_max")),
    ):
        if low is not None or high is not None:
            chips.append(Chip(name, _range(name, low, high), asked.address(path, chosen.without(*both))))
    if chosen.q:
        chips.append(Chip("q", chosen.q, asked.address(path, chosen.without("q"))))
    return chips


def list_choices(asked: Asked, path: str, name: str, counts: list[Count]) -> list[Choice]:
    """Return the values of a facet, those that are set first even where no event has them."""
    set_: tuple[str, ...] = getattr(asked.filter, name)
    most = max((count.events for count in counts), default=1) or 1
    found = {count.value or NOT_STATED: count.events for count in counts}
    order = [*set_, *(value for value in found if value not in set_)]
    choices = []
    for value in order[:FACET_MOST]:
        chosen = value in set_
        other = asked.filter.without_value(name, value) if chosen else asked.filter.with_value(name, value)
        events = found.get(value, 0)
        words = show.phrase("record.not_stated") if value == NOT_STATED else value
        choices.append(
            Choice(value, words, events, round(100 * events / most, 1), chosen, asked.address(path, other))
        )
    return choices


def _range(name: str, low: object, high: object) -> str:
    if low == high:
        return show.phrase("record.exactly", value=low)
    if high is None:
        return show.phrase("record.since" if name == "period" else "record.at_least", value=low)
    if low is None:
        return show.phrase("record.until" if name == "period" else "record.at_most", value=high)
    return show.phrase("record.between", low=low, high=high)
