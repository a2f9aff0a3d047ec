"""Dates written in Arabic script (Dari, Pashto, Persian): patterns, and what each says."""

from __future__ import annotations

import re
from functools import cache

from salience.reading.dates.latin import DAY, HYPHENS, NOT_A_NUMBER, NOT_IN_NUMBER, Reader
from salience.reading.dates.spans import LUNAR, Said
from salience.reading.dates.words import (
    CALENDARS,
    GAP,
    Seen,
    key,
    month_words,
    months,
    numbered,
    one_of,
    plain,
    table,
    valued,
)

YEAR = r"(?:1[2-5][0-9]{2}|(?:19|20)[0-9]{2})"
SPACE = r"\s{0,3}"
OF_YEARS_AND_MONTHS = "the calendar of the year is not that of the month"


@cache
def _eras() -> dict[str, str]:
    cues = table()["cues"]
    names = {"solar": "solar hijri", "lunar": "lunar hijri", "gregorian": "gregorian"}
    return {plain(word): names[era] for era in names for word in cues[f"year_era_{era}"]}


def _calendar(match: re.Match[str], year: int) -> str:
    """Return the calendar of a year: as its era says, or as its size does."""
    if match["era"]:
        return _eras()[key(match["era"])]
    return "solar hijri" if 1200 <= year <= 1499 else "gregorian"


def _number(match: re.Match[str], name: str) -> int | None:
    return int(match[name]) if match[name] else None


def _day(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) if written.isdigit() else numbered("ordinals", "arabic")[_joined(written)] + 1


def _joined(written: str) -> str:
    """Return an ordinal as the tables have it, whatever joined its parts."""
    ordinals, bare = numbered("ordinals", "arabic"), "".join(written.split())
    return next(word for word in ordinals if word.replace(" ", "") == bare)


def day_and_month(match: re.Match[str], found: Seen) -> Said | None:
    """Read a day and a month, with or without a year."""
    name = key(match["month"])
    calendar, month = months()[name]
    year, short = _number(match, "year"), _number(match, "short")
    start, end = match.span()
    if year is None and short is None and not match["weekday"] and not match["of"]:
        doubtful = {plain(word) for word in table()["months"]["doubtful"]["arabic"]}
        before = found.lower[max(0, start - 16) : start]
        # In Pashto "15مه" is "the 15th", not "15 May".
        if name in doubtful and match.end("day") == match.start("month"):
            return None
        if name in doubtful and not _day_cue().search(before):
            return None
    weekday = numbered("weekdays", "arabic")[key(match["weekday"])] if match["weekday"] else None
    problem = None
    if year is not None and (calendar == "gregorian") != (year >= 1500):
        problem = OF_YEARS_AND_MONTHS
    day, last = _day(match["day"]), _day(match["last"])
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
        problem=problem,
    )


@cache
def _day_cue() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(table()['cues']['day_arabic'])}\s+$")


def month_and_year(match: re.Match[str], _: Seen) -> Said | None:
    """Read a month of a year, or a month that is called one."""
    calendar, month = months()[key(match["month"])]
    year = _number(match, "year")
    problem = OF_YEARS_AND_MONTHS if year and (calendar == "gregorian") != (year >= 1500) else None
    part = key(match["part"]) if match["part"] else None
    if calendar == "lunar hijri":
        problem = LUNAR
    return Said(*match.span(), calendar=calendar, year=year, month=month, problem=problem, part=part)


def year(match: re.Match[str], _: Seen) -> Said | None:
    """Read a year or a range of years."""
    start, end = match.span("it")
    first, last = int(match["year"]), _number(match, "last")
    part = key(match["part"]) if match["part"] else None
    calendar = _calendar(match, first)
    if not (match["cue"] or part or match["era"]) and calendar != "gregorian":
        return None
    return Said(start, end, calendar=calendar, year=first, last_year=last, part=part)


def decade(match: re.Match[str], _: Seen) -> Said | None:
    """Read a decade; one of two digits is of the Solar Hijri calendar unless its era is said."""
    start, end = match.span()
    part = key(match["part"]) if match["part"] else None
    number = int(match["year"])
    if number < 100:
        calendar = _eras()[key(match["era"])] if match["era"] else "solar hijri"
        return Said(start, end, form="decade", calendar=calendar, short=number, part=part)
    return Said(start, end, form="decade", calendar=_calendar(match, number), number=number, part=part)


def century(match: re.Match[str], _: Seen) -> Said | None:
    """Read a century."""
    number = int(match["n"]) if match["n"] else valued("centuries", "arabic")[key(match["word"])]
    calendar = _eras()[key(match["era"])] if match["era"] else "gregorian"
    part = key(match["part"]) if match["part"] else None
    problem = None if number >= 15 or match["era"] else "the calendar of the century is not said"
    if calendar == "solar hijri" and number not in (13, 14):
        problem = "the century lies outside the Solar Hijri years that are read"
    if not 1 <= number <= 30:
        return None
    return Said(*match.span(), form="century", calendar=calendar, number=number, part=part, problem=problem)


def season(match: re.Match[str], _: Seen) -> Said | None:
    """Read a season of a year."""
    named, when = valued("seasons", "arabic")[match["season"]], int(match["year"])
    calendar = _calendar(match, when)
    month = named if calendar == "solar hijri" else named + 2
    return Said(*match.span(), form="season", calendar=calendar, year=when, month=month)


def weekday(match: re.Match[str], _: Seen) -> Said | None:
    """Read a day of a week that is named after it."""
    return Said(*match.span(), form="weekday", weekday=numbered("weekdays", "arabic")[key(match["weekday"])])


def fixed(match: re.Match[str], _: Seen) -> Said | None:
    """Read yesterday, last week and their like; months and years are Solar Hijri unless an era is said."""
    unit, number = valued("relative", "arabic")[_table_word(match["word"])]
    calendar = _eras()[key(match["era"])] if match["era"] else "solar hijri"
    return Said(*match.span(), form="step", calendar=calendar, unit=unit, number=number)


def _table_word(written: str) -> str:
    bare = "".join(written.split())
    return next(word for word in valued("relative", "arabic") if word.replace(" ", "") == bare)


def ago(match: re.Match[str], _: Seen) -> Said | None:
    """Read a number of days, weeks, months or years ago."""
    count, unit = key(match["n"]), table()["relative"]["units"]["arabic"][match["unit"]]
    number = int(count) if count.isdigit() else valued("numbers", "arabic").get(count)
    problem = "the text does not say how many" if number is None else None
    if match["hedge"]:
        problem = "the text says only roughly how long ago"
    calendar = "solar hijri"
    return Said(
        *match.span("it"), form="step", calendar=calendar, unit=unit, number=-(number or 0), problem=problem
    )


def event(match: re.Match[str], _: Seen) -> Said | None:
    """Read a happening that stands where a date would."""
    return Said(*match.span(), form="event", problem="the text does not say when")


def _loose(words: list[str]) -> str:
    """Return a pattern of words whose parts may be joined or apart."""
    ordered = sorted((plain(word) for word in words), key=len, reverse=True)
    return "(?:" + "|".join(r"\s{0,3}".join(map(re.escape, word.split())) for word in ordered) + ")"


def _year_before_cue(match: re.Match[str], _: Seen) -> Said | None:
    first = int(match["year"])
    return Said(*match.span(), calendar=_calendar(match, first), year=first)


Rules = list[tuple[str, Reader]]


def _part_words() -> str:
    return one_of(word for part in table()["parts"].values() for word in part["words"])


def _era() -> str:
    return rf"(?:{SPACE}(?P<era>{one_of(_eras())})(?!\w))?"


TO = rf"{SPACE}(?:{HYPHENS}|تا|الی|و|او){SPACE}"
OF_YEAR = rf"(?:سال|{one_of(['کال', '،', ','])})?{SPACE}"


def _months() -> Rules:
    month = month_words("arabic", *CALENDARS)
    weekdays = one_of(numbered("weekdays", "arabic"))
    ordinals = _loose([word for names in table()["ordinals"]["arabic"] for word in names])
    day = rf"(?:{DAY}|{ordinals}(?!\w))"
    part = rf"(?:(?<!\w)(?P<part>{_part_words()}){GAP})?"
    th = r"(?:\s?(?:ام|مین|مه|می|م|ه)(?!\w))?"
    return [
        (
            rf"(?:(?<!\w)(?P<weekday>{weekdays})(?!\w){SPACE}[،,]?{SPACE})?{NOT_IN_NUMBER}(?P<day>{day}){th}"
            rf"(?:{TO}(?P<last>{day}){th})?{SPACE}(?P<of>(?:ماه|برج){GAP})?(?P<month>{month})(?:\s?ماه)?(?!\w)"
            rf"(?:{SPACE}{OF_YEAR}(?:(?P<year>{YEAR}){NOT_A_NUMBER}"
            rf"|(?P<short>[0-9]{{2}})(?=\s*(?:[.،؛:)\]!؟\n]|\Z))))?(?:{SPACE}{one_of(_eras())}(?!\w))?",
            day_and_month,
        ),
        (
            rf"(?P<weekday>)(?<!\w)د?{SPACE}(?P<year>{YEAR}){SPACE}(?:(?:ل|م)?{SPACE}کال)?{SPACE}د?{SPACE}"
            rf"(?P<of>)(?P<month>{month})(?!\w){GAP}(?:د|په|پر)?{SPACE}(?P<day>{DAY})"
            r"(?P<last>)(?P<short>)(?:\s?(?:مه|می|م|ه|نیټه))?(?!\w)",
            day_and_month,
        ),
        (
            rf"{part}(?<!\w)(?P<month>{month})(?:\s?ماه)?(?!\w){GAP}{OF_YEAR}(?P<year>{YEAR}){NOT_A_NUMBER}",
            month_and_year,
        ),
        (
            rf"(?P<part>)(?<!\w)(?:ماه|برج){GAP}(?P<month>{month})(?!\w)(?P<year>)",
            month_and_year,
        ),
    ]


def _digits() -> Rules:
    words, era = table(), _era()
    part = rf"(?:(?<!\w)(?P<part>{_part_words()}){GAP})?"
    year_cue = one_of(words["cues"]["year_arabic"])
    return [
        (
            rf"(?:(?<!\w)(?P<cue>{year_cue}){SPACE}(?:های{SPACE})?)(?P<it>(?P<part>)(?P<year>{YEAR})"
            rf"(?:{TO}(?P<last>{YEAR}))?{era}){NOT_A_NUMBER}",
            year,
        ),
        (
            rf"(?P<cue>)(?P<it>(?<!\w)(?P<part>{_part_words()}){GAP}(?:سال{GAP})?"
            rf"(?P<year>{YEAR})(?P<last>)(?P<era>)){NOT_A_NUMBER}",
            year,
        ),
        (
            rf"(?P<cue>){NOT_IN_NUMBER}(?P<it>(?P<part>)(?P<year>{YEAR})(?P<last>)"
            rf"(?:{SPACE}(?P<era>{one_of(_eras())})(?!\w)|(?P<cue2>{GAP}(?:کال)(?!\w))))",
            _year_before_cue,
        ),
        (rf"{part}(?<!\w){one_of(words['cues']['decade'])}{GAP}(?P<year>{YEAR}|[1-9]0)(?!\w){era}", decade),
        (
            rf"(?P<season>{one_of(words['seasons']['arabic'])})(?!\w){GAP}{OF_YEAR}(?P<year>{YEAR}){era}"
            rf"{NOT_A_NUMBER}",
            season,
        ),
    ]


def _others() -> dict[str, Rules]:
    words, era = table(), _era()
    part = rf"(?:(?<!\w)(?P<part>{_part_words()}){GAP})?"
    units = one_of(words["relative"]["units"]["arabic"])
    number = rf"[0-9]{{1,3}}|{one_of([*words['numbers']['arabic'], 'چند', 'چندین'])}"
    return {
        "century": [
            (
                rf"{part}(?<!\w){one_of(words['cues']['century'])}{GAP}(?:(?P<n>[0-9]{{1,2}})|(?P<word>"
                rf"{one_of(words['centuries']['arabic'])}))(?!\w){era}",
                century,
            )
        ],
        "relative": [
            (
                rf"(?<!\w)(?P<weekday>{one_of(numbered('weekdays', 'arabic'))})(?!\w)"
                rf"(?={GAP}{_loose([w for w, step in words['relative']['arabic'].items() if step[0] == 'week'])})",
                weekday,
            ),
            (rf"(?<!\w)(?P<word>{_loose(list(words['relative']['arabic']))})(?!\w){era}", fixed),
            (
                rf"(?<!\w)(?:(?P<hedge>{one_of(words['numbers']['hedges'])}){GAP})?(?P<it>(?P<n>{number}){SPACE}"
                rf"(?P<unit>{units}){SPACE}(?:پیش|قبل)(?!\w)(?!{GAP}از))",
                ago,
            ),
        ],
        "event": [
            (
                rf"(?<!\w){one_of(w for w in words['events']['cues'] if not w.isascii())}{GAP}"
                rf"(?:\w+{GAP}){{0,2}}?{one_of(words['events']['arabic'])}(?!\w)",
                event,
            )
        ],
    }


@cache
def rules() -> dict[str, tuple[tuple[re.Pattern[str], Reader], ...]]:
    """Return the patterns of each kind of trigger, with their readers."""
    sources = {"month": _months(), "digits": _digits(), **_others()}
    return {name: tuple((re.compile(p), reader) for p, reader in of) for name, of in sources.items()}


@cache
def trigger() -> re.Pattern[str]:
    """Return the pattern that finds where in a text the rules have anything to look for."""
    words = table()
    century = one_of(words["cues"]["century"])
    events = one_of(w for w in words["events"]["cues"] if not w.isascii())
    units = one_of(words["relative"]["units"]["arabic"])
    return re.compile(
        rf"(?P<month>(?<!\w)(?:[0-9]{{1,2}})?{month_words('arabic', *CALENDARS)}(?:ماه)?(?!\w))"
        rf"|(?P<digits>(?<![0-9])(?:{YEAR}|(?<=\s)[1-9]0(?=\s))(?![0-9]))"
        rf"|(?P<century>(?<!\w){century}(?!\w))"
        rf"|(?P<relative>(?<!\w)(?:{_loose(list(words['relative']['arabic']))}|{units}\s?(?:پیش|قبل))(?!\w))"
        rf"|(?P<event>(?<!\w){events}(?!\w))"
    )
