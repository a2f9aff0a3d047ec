"""The patterns of dates in Latin script, each with its reader, and of what makes a place worth looking at."""

from __future__ import annotations

import re
from functools import cache

from salience.reading.dates.latin import (
    BARE_YEAR,
    DAY,
    HYPHENS,
    NOT_A_NUMBER,
    NOT_IN_NUMBER,
    NUMERIC,
    ORDINAL,
    Reader,
    ago,
    century,
    day_and_month,
    decade,
    event,
    fixed,
    month_alone,
    month_and_year,
    numeric,
    season,
    step,
    weekday,
    year,
    years,
)
from salience.reading.dates.words import CALENDARS, GAP, Seen, branching, month_words, numbered, one_of, table

Rules = list[tuple[str, Reader]]


def _part() -> str:
    words = one_of(word for part in table()["parts"].values() for word in part["words"])
    return rf"(?:(?P<part>{words})(?:{GAP}|-)(?:the{GAP})?)?"


def _months() -> Rules:
    cues, month, part = table()["cues"], month_words("latin", *CALENDARS), _part()
    weekdays = one_of(numbered("weekdays", "latin"))
    to = rf"(?:{HYPHENS}|/|to|and|&|until)"
    tail = rf"(?P<year>[12][0-9]{{3}}){NOT_A_NUMBER}"
    short = (
        rf"(?P<short>['’]?[0-9]{{2}})(?=\s*(?:[;:)\]!?\n,.](?![0-9])|\Z)|\s+{one_of(cues['after_short'])}\b)"
    )
    year_tail = rf"(?:(?:,?{GAP}|,|-)(?:of{GAP})?{tail}|(?:{GAP}|-){short})?"
    dated = rf"(?:\b(?P<weekday>{weekdays})\b[.,]?{GAP}(?:the{GAP})?)?"
    last_first = rf"(?:\s{{0,2}}{to}\s{{0,2}}(?P<last>{DAY}){ORDINAL})?"
    last = last_first[:-2] + rf"(?!{GAP}?(?:of{GAP})?{month}\b))?"
    joined = rf"\s?(?:{HYPHENS}|/|,|to|and|or|through|until)\s?(?:and\s)?(?:[0-9]{{1,2}}{GAP})?{month}\b"
    return [
        (
            rf"{dated}{NOT_IN_NUMBER}(?P<day>{DAY}){ORDINAL}{last_first}"
            rf"(?:{GAP}|-)?(?:of{GAP})?(?P<month>{month})(?!\w)(?:\.(?!\w))?{year_tail}",
            day_and_month,
        ),
        (
            rf"{dated}\b(?P<month>{month})(?!\w)\.?(?:{GAP}|-)?(?:the{GAP})?(?P<day>{DAY}){ORDINAL}{last}"
            rf"(?![\w%])(?![.:/-][0-9])(?!,[0-9]{{3}}(?![0-9])){year_tail}",
            day_and_month,
        ),
        (rf"{part}\b(?P<month>{month})(?!\w)\.?(?:,?{GAP}|-|/)(?:of{GAP})?{tail}", month_and_year),
        (
            rf"\b(?:(?P<cue>{one_of(cues['month'])}){GAP}(?:the{GAP})?(?:month{GAP}of{GAP})?)?(?P<it>{part}"
            rf"\b(?P<month>{month}))(?![\w'’])(?!\.\w)(?:(?P<more>(?={joined}))|(?<=\w))",
            month_alone,
        ),
    ]


def _digits() -> Rules:
    words, part = table(), _part()
    strong, weak = one_of(words["cues"]["year"]), one_of(words["cues"]["year_weak"])
    chain = r"(?<=[0-9]{4},\s)|(?<=[0-9]{4}\sand\s)|(?<=[0-9]{4},\sand\s)|(?<=[0-9]{4}\sor\s)"
    ongoing = rf"\s?{HYPHENS}\s?{one_of(words['open']['ongoing'])}\b"
    uncued = r"(?P<part>(?!))?(?P<weak>(?!))?(?P<bracket>(?!))?(?P<chain>(?!))?"
    return [
        (NUMERIC.pattern, numeric),
        (rf"{NOT_IN_NUMBER}(?P<it>{uncued}(?P<year>{BARE_YEAR}))(?={ongoing})", year),
        (
            rf"{NOT_IN_NUMBER}(?<![0-9]\s)(?P<it>(?P<year>{BARE_YEAR})(?P<join>\s?(?:{HYPHENS}|/)\s?)"
            rf"(?P<last>{BARE_YEAR}|[0-9]{{2}})){NOT_A_NUMBER}(?!-\w)",
            years,
        ),
        (
            rf"(?:\b(?:between|from|years?){GAP}|{NOT_IN_NUMBER}(?=[0-9]{{4}}\s(?:to|until)))(?P<it>(?P<year>{BARE_YEAR})"
            rf"(?P<join>{GAP}(?:and|to|until){GAP})"
            rf"(?P<last>{BARE_YEAR})){NOT_A_NUMBER}",
            years,
        ),
        (
            rf"(?:\b(?:{strong}|(?P<weak>{weak}))(?:{GAP}|-)(?:the{GAP})?(?:year{GAP})?"
            rf"|(?P<bracket>[(\[])|(?P<chain>{chain})|\A\s{{0,9}}(?={BARE_YEAR}\s{{0,9}}\Z)"
            rf"|\bthe{GAP}(?={BARE_YEAR}{GAP}{one_of(words['counts']['year_nouns'])}\b))"
            rf"(?P<it>(?P<part>)(?P<year>{BARE_YEAR})){NOT_A_NUMBER}(?!-\w)",
            year,
        ),
        (
            rf"(?P<it>{part[:-1]}(?P<weak>(?!))?(?P<bracket>(?!))?(?P<chain>(?!))?(?P<year>{BARE_YEAR})){NOT_A_NUMBER}(?!-\w)",
            year,
        ),
        (
            rf"(?<![\w.,])(?P<the>the{GAP})?(?P<it>{part}(?:(?:(?P<year>1[0-9]{{2}}0|20[0-9]0)"
            rf"|['’]?(?P<short>[1-9]0))['’]?s|(?P<word>{one_of(words['decades']['latin'])})))\b",
            decade,
        ),
    ]


def _periods() -> dict[str, Rules]:
    words, part = table(), _part()
    numeral = rf"(?:(?P<n>[0-9]{{1,2}}){ORDINAL}|(?P<word>{one_of(words['centuries']['latin'])}))"
    return {
        "season": [
            (
                rf"\b(?:(?P<step>last|this|next){GAP}(?P<season>{one_of(words['seasons']['latin'])})\b)",
                season,
            ),
            (
                rf"\b(?P<season>{one_of(words['seasons']['latin'])}),?{GAP}(?:of{GAP})?(?P<year>{BARE_YEAR})"
                rf"(?:\s?(?:{HYPHENS}|/)\s?(?P<last>{BARE_YEAR}|[0-9]{{2}}))?{NOT_A_NUMBER}(?P<step>)",
                season,
            ),
        ],
        "century": [
            (rf"{part}(?<!\w){numeral}(?:{GAP}|-)(?:century|centuries)\b(?P<bc>{GAP}b\.?c)?", century)
        ],
    }


def _relative() -> dict[str, Rules]:
    words = table()
    long_days = one_of(names[0] for names in words["weekdays"]["latin"])
    steps, units = one_of(words["relative"]["steps"]), one_of(words["relative"]["units"]["latin"])
    number = rf"[0-9]{{1,3}}|{one_of([*words['numbers']['latin'], *words['numbers']['vague']])}"
    return {
        "weekday": [
            (
                rf"(?P<on>\b(?:on|since|until|by|from){GAP}(?:the{GAP})?)?"
                rf"\b(?P<it>(?:(?P<step>last|this|next|previous|coming){GAP})?(?P<weekday>{long_days}))\b",
                weekday,
            )
        ],
        "relative": [
            (rf"\b{one_of(words['relative']['latin'])}\b", fixed),
            (rf"\b(?P<it>(?P<step>{steps}){GAP}(?:(?P<n>{number}){GAP})?(?P<unit>{units}))\b(?!-)", step),
            (
                rf"\b(?:(?P<hedge>{one_of(words['numbers']['hedges'])}){GAP})?(?P<it>(?<![0-9][.,])(?P<n>{number}){GAP}"
                rf"(?P<unit>{units}){GAP}ago)\b",
                ago,
            ),
        ],
        "event": [
            (
                rf"\b{one_of(words['events']['cues'])}{GAP}(?:{one_of(words['events']['determiners'])}{GAP})"
                rf"(?:[^\W\d_]+(?:['’]s)?{GAP}){{0,2}}?{one_of(words['events']['latin'])}\b"
                rf"(?:{GAP}of{GAP}(?:the{GAP})?[^\W\d_]+)?",
                event,
            )
        ],
    }


@cache
def rules() -> dict[str, tuple[tuple[re.Pattern[str], Reader], ...]]:
    """Return the patterns of each kind of trigger, with their readers."""
    sources = {"month": _months(), "digits": _digits(), **_periods(), **_relative()}
    return {name: tuple((re.compile(p), reader) for p, reader in of) for name, of in sources.items()}


@cache
def kinds() -> dict[str, str]:
    """Return which rules each word calls for."""
    words = table()
    weekdays = [names[0] for names in words["weekdays"]["latin"]]
    steps = [*words["relative"]["steps"], "yesterday", "today", "tonight", "tomorrow", "ago"]
    names = [name for calendar in CALENDARS for of in words["months"][calendar]["latin"] for name in of]
    return {
        **{word.split()[0]: "event" for word in words["events"]["cues"] if word.isascii()},
        **dict.fromkeys(words["decades"]["latin"], "digits"),
        **dict.fromkeys(words["seasons"]["latin"], "season"),
        **dict.fromkeys(("century", "centuries"), "century"),
        **dict.fromkeys(steps, "relative"),
        **dict.fromkeys(weekdays, "weekday"),
        **{name.split()[0]: "month" for name in names},
    }


@cache
def _event_follows() -> re.Pattern[str]:
    return re.compile(rf"{GAP}(?:to{GAP})?{one_of(table()['events']['determiners'])}\b|{GAP}since\b")


@cache
def _step_follows() -> re.Pattern[str]:
    words = table()
    numbers = [
        *words["numbers"]["latin"],
        *words["numbers"]["vague"],
        "morning",
        "afternoon",
        "evening",
        "night",
    ]
    return re.compile(rf"{GAP}(?:[0-9]|{one_of([*numbers, *words['relative']['units']['latin']])}\b)")


@cache
def _step_words() -> frozenset[str]:
    return frozenset(table()["relative"]["steps"])


@cache
def _doubtful() -> frozenset[str]:
    return frozenset(table()["months"]["doubtful"]["latin"])


def kind_at(match: re.Match[str], found: Seen) -> str | None:
    """Return which rules a trigger calls for, or None where the words beside it rule them out."""
    if match.lastgroup != "word":
        return match.lastgroup
    word, text, (start, end) = match[0], found.lower, match.span()
    kind = kinds()[word]
    if kind == "event":
        return kind if _event_follows().match(text, end) else None
    if word in _step_words():
        return kind if _step_follows().match(text, end) else None
    if word in _doubtful() and found.cased[start].islower():
        beside = text[max(0, start - 12) : end + 12]
        return kind if any(letter.isdigit() for letter in beside) else None
    return kind


@cache
def trigger() -> re.Pattern[str]:
    """Return the pattern that finds where in a text the rules have anything to look for."""
    return re.compile(
        r"(?P<digits>[12][0-9]{3}(?![0-9])|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]|[1-9]0['’]?s\b)"
        rf"|(?<![^\W\d_])(?P<word>{branching(kinds())})(?![^\W\d_])"
    )
