"""Dates written in Latin script: patterns, and what each says."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from salience.reading.dates.spans import LUNAR, Said, hedged
from salience.reading.dates.words import (
    GAP,
    Seen,
    key,
    months,
    numbered,
    one_of,
    table,
    valued,
)

Reader = Callable[[re.Match[str], Seen], Said | None]

DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
NOT_IN_NUMBER = r"(?<![\w$€£¥%+#@])(?<![0-9][.,:/])(?<![0-9]-)"
NOT_A_NUMBER = r"(?![\w%])(?![.,:/+-][0-9])"
ORDINAL = r"(?:st|nd|rd|th)?"
HYPHENS = "[-–—−]"
BARE_YEAR = r"(?:19|20)[0-9][0-9]"

ORDER = "day and month cannot be told apart"
TWO_DIGITS = "a year of two digits among numbers does not say which number is what"
YEAR_OR_MONTH = "two years and a year with its month look the same"


def numeric(match: re.Match[str], _: Seen) -> Said | None:
    """Read a date of three numbers."""
    a, b, c = (int(match[name]) for name in "abc")
    start, end = match.span()
    if len(match["a"]) == 4:
        year, day, month = a, c, b
        if month > 31 or day > 31:
            return None
    elif len(match["c"]) == 4:
        year, day, month = c, a, b
    elif len(match["c"]) == 2 and match["sep"] == "/" and max(a, b) <= 31 and min(a, b) <= 12 and a and b:
        return Said(start, end, problem=TWO_DIGITS)
    else:
        return None
    if not 1200 <= year <= 2199 or not 0 < month <= 31 or not 0 < day <= 31:
        return None
    calendar = "solar hijri" if 1300 <= year <= 1499 else "gregorian"
    if len(match["a"]) != 4 and calendar == "gregorian":
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            return Said(start, end, problem=ORDER)
    return Said(start, end, calendar=calendar, year=year, month=month, day=day)


NUMERIC = re.compile(
    r"(?<![\w$€£+/\\])(?<![\w.,:_-][.:/_-])(?<![0-9],)"
    r"(?:(?P<a>[0-9]{1,2}|[0-9]{4})(?P<sep>[-/.])(?P<b>[0-9]{1,2})(?P=sep)(?P<c>[0-9]{4}|[0-9]{1,2}))"
    r"(?:(?=t[0-9]{2}:)|(?![\w%/])(?![.,:+-][0-9])(?!-\w))"
)


def _month(match: re.Match[str], found: Seen) -> tuple[str, int, bool]:
    """Return calendar and number of a month's name, and whether it may be another word as it is written."""
    name = key(match["month"])
    calendar, number = months()[name]
    small = found.cased[match.start("month")].islower()
    doubtful = small and (name in table()["months"]["doubtful"]["latin"] or calendar != "gregorian")
    return calendar, number, doubtful


@cache
def _full_names() -> frozenset[str]:
    """Return the names after which a full stop ends the sentence and not an abbreviation."""
    return frozenset(names[0] for names in table()["months"]["gregorian"]["latin"])


def _number(match: re.Match[str], name: str) -> int | None:
    return int(match[name].strip("'’")) if match[name] else None


def day_and_month(match: re.Match[str], found: Seen) -> Said | None:
    """Read a day and a month in either order, with or without a year."""
    start, end = match.span()
    calendar, month, doubtful = _month(match, found)
    year, short = _number(match, "year"), _number(match, "short")
    if match[0].endswith(".") and key(match["month"]) in _full_names():
        end -= 1
    before = found.lower[max(0, start - 24) : start]
    if _after_hyphen(before):
        return None
    day, last = int(match["day"]), _number(match, "last")
    ahead = re.search(rf"(?<![\w.,/$-])({BARE_YEAR}),?[\s-]$", before)
    if ahead and year is None and short is None and match.start("day") > match.start("month"):
        start, year = start - len(ahead[0]), int(ahead[1])
    if year is None and short is None:
        counted = _count_follows(found.lower, end)
        if counted and match.start("day") > match.start("month"):
            return None
        if doubtful and (counted or not _day_cue().search(before)):
            return None
    weekday = numbered("weekdays", "latin")[match["weekday"]] if match["weekday"] else None
    return Said(
        start,
        end,
        calendar=calendar,
        year=year,
        month=month,
        day=day,
        last_day=last,
        short=short,
        weekday=weekday,
    )


def _after_hyphen(before: str) -> bool:
    """Tell whether a piece is the tail of a compound ("covid-19 march") rather than the end of a range."""
    tail = re.search(r"([^\W\d_]+)-$", before)
    return tail is not None and tail[1] not in months()


@cache
def _day_cue() -> re.Pattern[str]:
    return re.compile(rf"\b{one_of(table()['cues']['day'])}\s+(?:the\s+)?$")


@cache
def _counts() -> re.Pattern[str]:
    return re.compile(rf"\s+{one_of(table()['counts']['people'] + table()['counts']['measures'])}\b")


@cache
def _measures() -> re.Pattern[str]:
    return re.compile(rf"[\s-]+{one_of(table()['counts']['measures'])}\b")


def _count_follows(text: str, at: int) -> bool:
    return _counts().match(text, at) is not None


def month_and_year(match: re.Match[str], found: Seen) -> Said | None:
    """Read a month of a year."""
    calendar, month, _ = _month(match, found)
    return Said(*match.span(), calendar=calendar, year=_number(match, "year"), month=month, part=_part(match))


def _part(match: re.Match[str]) -> str | None:
    return key(match["part"]) if match["part"] else None


def month_alone(match: re.Match[str], found: Seen) -> Said | None:
    """Read a month whose year the text does not say."""
    calendar, month, doubtful = _month(match, found)
    if doubtful or (calendar == "solar hijri" and not match["more"]):
        return None
    start, end = match.span("it")
    cue = key(match["cue"] or "")
    step = table()["relative"]["steps"].get(cue)
    problem = LUNAR if calendar == "lunar hijri" else None
    weak = not match["cue"] or cue in ("and", "to", "through")
    return Said(
        match.start("cue") if step is not None else start,
        end,
        calendar=calendar,
        month=month,
        part=_part(match),
        number=step,
        problem=problem,
        weak=weak and not match["part"],
    )


def years(match: re.Match[str], found: Seen) -> Said | None:
    """Read a range of years."""
    start, end = match.span("it")
    if _count_follows(found.lower, end):
        return None
    first, written = int(match["year"]), match["last"]
    if len(written) == 2:
        last = first // 100 * 100 + int(written)
        if match["join"] == "-" and 1 <= int(written) <= 12:
            if last > first:
                return Said(start, end, problem=YEAR_OR_MONTH)
            return Said(start, end, year=first, month=int(written))
    else:
        last = int(written)
    return Said(start, end, year=first, last_year=last) if last > first else None


def year(match: re.Match[str], found: Seen) -> Said | None:
    """Read four digits as a year where the words beside them make them one."""
    start, end = match.span("it")
    if _measures().match(found.lower, end):
        return None
    chained = match["chain"] is not None
    if (chained or match["weak"] or match["bracket"]) and _count_follows(found.lower, end):
        return None
    if match["bracket"] and re.match(r"\)[\s-]?[0-9]{3}[\s-]", found.lower[end : end + 8]):
        return None
    return Said(start, end, year=int(match["year"]), part=_part(match), weak=chained)


def decade(match: re.Match[str], _: Seen) -> Said | None:
    """Read a decade."""
    start, end = match.span("it")
    if match["short"]:
        if not (match["the"] or match["part"] or "'" in match["it"] or "’" in match["it"]):
            return None
        return Said(start, end, form="decade", short=int(match["short"]), part=_part(match))
    if match["word"]:
        first = valued("decades", "latin")[match["word"]]
        if not (match["the"] or match["part"]):
            return None
        problem = None if first else "a decade of two centuries"
        return Said(start, end, form="decade", number=first, part=_part(match), problem=problem)
    first = int(match["year"])
    problem = "a decade and a century look the same" if first % 100 == 0 and first < 2000 else None
    return Said(start, end, form="decade", number=first, part=_part(match), problem=problem)


def century(match: re.Match[str], _: Seen) -> Said | None:
    """Read a century."""
    number = int(match["n"]) if match["n"] else valued("centuries", "latin")[key(match["word"])]
    problem = "before the first year of the calendar" if match["bc"] else None
    if not 1 <= number <= 30:
        return None
    return Said(*match.span(), form="century", number=number, part=_part(match), problem=problem)


def season(match: re.Match[str], found: Seen) -> Said | None:
    """Read a season of a year, or the last or next one."""
    start, end = match.span()
    month = valued("seasons", "latin")[match["season"]]
    if match["step"]:
        if match["season"] == "fall" or found.lower[end : end + 1] == "-":
            return None
        return Said(start, end, form="season", month=month, number=valued("relative", "steps")[match["step"]])
    first, last = int(match["year"]), _number(match, "last")
    if last is not None and last < 100:
        last += first // 100 * 100
    return Said(start, end, form="season", year=first, last_year=last, month=month)


def weekday(match: re.Match[str], found: Seen) -> Said | None:
    """Read a day of the week."""
    start, end = match.span("it")
    if found.cased[match.start("weekday")].islower() and not (match["on"] or match["step"]):
        return None
    words = table()["weekdays"]
    before = found.lower[max(0, start - 12) : start].split()
    after = re.match(r"\s+([^\W\d_]+)", found.lower[end : end + 16])
    if (before and before[-1] in words["not_after"]) or (after and after[1] in words["not_before"]):
        return None
    step = table()["relative"]["steps"][match["step"]] if match["step"] else None
    return Said(
        start, end, form="weekday", weekday=numbered("weekdays", "latin")[match["weekday"]], number=step
    )


def fixed(match: re.Match[str], _: Seen) -> Said | None:
    """Read yesterday, tomorrow and their like."""
    unit, number = valued("relative", "latin")[key(match[0])]
    return Said(*match.span(), form="step", unit=unit, number=number)


def step(match: re.Match[str], found: Seen) -> Said | None:
    """Read last week, next month, the past two years."""
    start, end = match.span("it")
    unit = table()["relative"]["units"]["latin"][match["unit"]]
    ahead, count = valued("relative", "steps")[match["step"]], match["n"]
    if re.match(rf"{GAP}of\b", found.lower[end : end + 16]):
        return None  # "the last week of March" is no week of the text's own
    if count:
        number, vague = _count(key(count))
        direction = ahead or (1 if match["step"] == "this" else 0)
        if not direction:
            return None
        problem = "the text does not say how many" if vague else None
        return Said(start, end, form="rolling", unit=unit, number=direction * number, problem=problem)
    if match["unit"] != unit:
        problem = "the text does not say how many"
        return Said(start, end, form="rolling", unit=unit, problem=problem) if ahead else None
    if match["step"] == "past":
        return Said(start, end, form="rolling", unit=unit, number=-1)
    return Said(start, end, form="step", unit=unit, number=ahead)


def _count(written: str) -> tuple[int, bool]:
    if written.isdigit():
        return int(written), False
    number = valued("numbers", "latin").get(written)
    return (0, True) if number is None else (number, False)


def ago(match: re.Match[str], _: Seen) -> Said | None:
    """Read a number of days, weeks, months or years ago."""
    start, end = match.span("it")
    number, vague = _count(key(match["n"]))
    unit = table()["relative"]["units"]["latin"][match["unit"]]
    problem = "the text does not say how many" if vague else None
    if match["hedge"] and hedged(key(match["hedge"])):
        problem = "the text says only roughly how long ago"
    return Said(start, end, form="step", unit=unit, number=-number, problem=problem)


def event(match: re.Match[str], _: Seen) -> Said | None:
    """Read a happening that stands where a date would."""
    return Said(*match.span(), form="event", problem="the text does not say when")
