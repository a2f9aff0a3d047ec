"""Planting the dirt of real files, at small known rates, and keeping account of where it lies."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np

from salience.worlds.truth import Ints, Truth

Columns = dict[str, list[str]]

OLDEST_SHARE = 0.04  # rows whose reports were not listed; 29 % of UCDP GED for Myanmar, all before 2014
LISTS = ("source_office", "source_date", "source_headline")


@dataclass(slots=True)
class Planted:
    """One sort of dirt.

    Attributes
    ----------
    what : str
        What is wrong, in words.
    column : str
        Where.
    rows : list of str
        The `id` of each row concerned, in the file's order.
    line : list of int
        The physical line on which each row begins, the header being line 1; for other spellings left out.
    item : list of int
        For parallel lists, which item; empty else.
    was, now : list of str
        The value before and after, a row each.
    """

    what: str
    column: str
    rows: list[str] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    was: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)


def plant_dirt(columns: Columns, rng: np.random.Generator) -> dict[str, Planted]:
    """Plant dirt in GED columns, each sort in rows of its own, and return what was planted where.

    Parameters
    ----------
    columns : dict of str to list of str
        The file's columns as text; changed in place. A row is added at the end.
    rng : numpy.random.Generator
        Chooses the rows.

    Returns
    -------
    dict of str to Planted
        What was planted, by sort.
    """
    oldest = round(OLDEST_SHARE * len(columns["id"]))
    planted = {"not_listed": _unlist(columns, oldest)}
    free = [int(r) for r in oldest + rng.permutation(len(columns["id"]) - oldest)]

    def take(number: int, fits: Callable[[int], bool] = lambda row: True) -> list[int]:
        chosen = [row for row in free if fits(row)][:number]
        free[:] = [row for row in free if row not in chosen]
        return sorted(chosen)

    def several(row: int) -> bool:
        return int(columns["number_of_sources"][row]) > 1

    planted |= _in_numbers(columns, take)
    planted |= _in_reports(columns, take, several)
    planted |= _in_text(columns, take)
    planted["duplicate_id"] = _repeat_row(columns, take(1))
    lines = _lines(columns)
    for sort in planted.values():
        sort.line = [lines[row] for row in sort.line]
    return planted


def spelled_otherwise(truth: Truth, ids: Ints, not_listed: Collection[str]) -> Planted:
    """Return where an outlet stands under another spelling than its own.

    Rows without lists are left out; in their free text an outlet may be spelled in any of its ways.
    """
    reports, outlets = truth.reports, truth.world.outlets
    item = np.arange(len(reports)) - np.searchsorted(reports.event, reports.event)
    sort = Planted(
        "the outlet is spelled in another way; sources.csv joins what the letters do not", "source_office"
    )
    for k in np.flatnonzero(reports.spelling):
        outlet, row = outlets[reports.outlet[k]], str(ids[reports.event[k]])
        if row in not_listed:
            continue
        sort.rows.append(row)
        sort.item.append(int(item[k]))
        sort.was.append(outlet.name)
        sort.now.append(list(outlet.spellings)[reports.spelling[k] - 1])
    return sort


def _unlist(columns: Columns, number: int) -> Planted:
    """In the oldest rows the reports stand in one free text, spelled now this way, now that."""
    sort = Planted("reports not listed: number_of_sources is -1, the lists are empty", "source_article")
    for row in range(number):
        office, day, headline = (columns[c][row].split(";")[0] for c in LISTS)
        year, month, date = day.split("-")
        texts = (
            f"{office} {day}",
            f"{office}, {headline}, {day}",
            f"{office} {int(date)}/{int(month)} {year}",
        )
        _replace(columns, sort, row, texts[row % 3])
        columns["number_of_sources"][row] = "-1"
        for column in LISTS:
            columns[column][row] = ""
    return sort


def _in_numbers(columns: Columns, take: Callable[..., list[int]]) -> dict[str, Planted]:
    low = Planted("low is above best", "low")
    for row in take(5):
        _replace(columns, low, row, str(int(columns["best"][row]) + 3))
    high = Planted("high is below best", "high")
    for row in take(2, lambda r: int(columns["best"][r]) > 1):
        _replace(columns, high, row, "0")
    latitude = Planted("a latitude that does not exist", "latitude")
    for row in take(1):
        _replace(columns, latitude, row, "123.0")
    day = Planted("a day that does not exist", "date_start")
    for row in take(1, lambda r: columns["date_prec"][r] == "1"):
        _replace(columns, day, row, columns["date_start"][row][:4] + "-02-30")
    return {
        "low_above_best": low,
        "high_below_best": high,
        "impossible_latitude": latitude,
        "impossible_day": day,
    }


def _in_reports(
    columns: Columns, take: Callable[..., list[int]], several: Callable[[int], bool]
) -> dict[str, Planted]:
    """Spoil single items of the parallel lists, and the same in `source_article`."""
    century = Planted("the report's date lies centuries off", "source_date")
    for row in take(3, several):
        _replace_item(columns, century, row, 1, "1" + columns["source_date"][row].split(";")[1][1:])
    spoilt = {
        "html_in_headline": ("a headline holds HTML tags", "<b>Breaking</b> <img src=x onerror=alert(1)> {}"),
        "semicolon_in_headline": (
            "a headline holds a semicolon, so the lists differ in length",
            "{}; army silent",
        ),
        "quotes_in_headline": (
            "a headline holds quotation marks, which source_article does not escape",
            '{}, says "Old Fox"',
        ),
        "formula_in_headline": ("a headline looks like a spreadsheet formula", "=HYPERLINK(A1) {}"),
    }
    result = {"report_centuries_off": century}
    for name, (what, pattern) in spoilt.items():
        sort = Planted(what, "source_headline")
        for row in take(2 if name == "semicolon_in_headline" else 1, several):
            _replace_item(
                columns, sort, row, 0, pattern.format(columns["source_headline"][row].split(";")[0])
            )
        result[name] = sort
    office = Planted("an outlet's name ends in a space", "source_office")
    for row in take(4, several):
        _replace_item(columns, office, row, 0, columns["source_office"][row].split(";")[0] + " ")
    return result | {"trailing_space_office": office}


def _in_text(columns: Columns, take: Callable[..., list[int]]) -> dict[str, Planted]:
    province = Planted("a province's name ends in a space", "adm_1")
    for row in take(4, lambda r: columns["adm_1"][r] != ""):
        _replace(columns, province, row, columns["adm_1"][row] + " ")
    newline = Planted("a cell holds a line break", "source_original")
    for row in take(2):
        _replace(columns, newline, row, "residents\r\nhospital staff")
    return {"trailing_space_province": province, "line_break_in_cell": newline}


def _repeat_row(columns: Columns, rows: list[int]) -> Planted:
    sort = Planted("the row stands a second time at the end of the file, with a higher figure", "high")
    for row in rows:
        for values in columns.values():
            values.append(values[row])
        _replace(columns, sort, len(columns["id"]) - 1, str(int(columns["high"][row]) + 1))
    return sort


def _lines(columns: Columns) -> list[int]:
    """Return the physical line on which each row begins: a cell with line breaks moves those below it."""
    breaks = [
        sum(values[row].count("\n") for values in columns.values()) for row in range(len(columns["id"]))
    ]
    return [2 + row + before for row, before in enumerate(np.cumsum([0, *breaks])[:-1].tolist())]


def _replace(columns: Columns, sort: Planted, row: int, now: str) -> None:
    sort.rows.append(columns["id"][row])
    sort.line.append(row)  # the row's position until plant_dirt turns it into a line
    sort.was.append(columns[sort.column][row])
    sort.now.append(now)
    columns[sort.column][row] = now


def _replace_item(columns: Columns, sort: Planted, row: int, item: int, now: str) -> None:
    """Change one item of a parallel list, and with it the report in `source_article`."""
    reports = list(zip(*(columns[c][row].split(";") for c in LISTS), strict=True))
    was = reports[item][LISTS.index(sort.column)]
    changed = [list(r) for r in reports]
    changed[item][LISTS.index(sort.column)] = now
    for k, column in enumerate(LISTS):
        columns[column][row] = ";".join(r[k] for r in changed)
    columns["source_article"][row] = ";".join('"' + ",".join(r) + '"' for r in changed)
    sort.rows.append(columns["id"][row])
    sort.line.append(row)
    sort.item.append(item)
    sort.was.append(was)
    sort.now.append(now)
