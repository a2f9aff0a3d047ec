"""Dates in texts: what is read, what is left alone, and what is said not to be known."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import InputError
from salience.reading.dates import DateFound, dates

ANCHOR = "2024-02-28"  # a Wednesday, 9 Hoot 1402


def read(text: str, anchor: str | None = ANCHOR) -> tuple[DateFound, ...]:
    finds = dates(text, anchor)
    if any("salience[text]" in (found.problem or "") for found in finds):
        pytest.skip("needs jdatetime")
    return finds


def told(text: str, anchor: str | None = ANCHOR) -> list[tuple[str, str]]:
    return [(found.text, found.value) for found in read(text, anchor)]


def only(text: str, anchor: str | None = ANCHOR) -> DateFound:
    (found,) = read(text, anchor)
    return found


ENGLISH = [
    ("24 February 2024", "2024-02-24", "day"),
    ("February 24, 2024", "2024-02-24", "day"),
    ("Feb. 24 2024", "2024-02-24", "day"),
    ("24th of February, 2024", "2024-02-24", "day"),
    ("8 february 1989", "1989-02-08", "day"),
    ("12 jan 90", "1990-01-12", "day"),
    ("February 2024", "2024-02", "month"),
    ("2024-02-24", "2024-02-24", "day"),
    ("2024/02/24", "2024-02-24", "day"),
    ("24.02.2024", "2024-02-24", "day"),
    ("24/02/2024", "2024-02-24", "day"),
    ("03/03/2024", "2024-03-03", "day"),
    ("2021-08", "2021-08", "month"),
    ("24-26 February 2024", "2024-02-24/2024-02-26", "days"),
    ("February 24–26, 2024", "2024-02-24/2024-02-26", "days"),
    ("24 February–3 March 2024", "2024-02-24/2024-03-03", "days"),
    ("February 24 to March 3, 2024", "2024-02-24/2024-03-03", "days"),
    ("28 December to 3 January 2022", "2021-12-28/2022-01-03", "days"),
    ("March-May 2021", "2021-03/2021-05", "month"),
    ("2021", "2021", "year"),
    ("2019-2021", "2019/2021", "year"),
    ("2019–21", "2019/2021", "year"),
    ("1990 to 1995", "1990/1995", "year"),
    ("1990s", "1990/1999", "decade"),
    ("early 1990s", "1990/1993", "decade"),
    ("late 1990s", "1997/1999", "decade"),
    ("mid-1990s", "1994/1996", "decade"),
    ("19th century", "1801/1900", "century"),
    ("mid-2021", "2021-05/2021-08", "month"),
    ("first half of 2020", "2020-01/2020-06", "month"),
    ("since August 2021", "2021-08-01/..", "since"),
    ("since 2021", "2021-01-01/..", "since"),
    ("until May 2022", "../2022-05-31", "since"),
    ("before 3 May 2022", "../2022-05-02", "since"),
    ("after 24 February 2024", "2024-02-25/..", "since"),
    ("2015-present", "2015-01-01/..", "since"),
    ("spring 2022", "2022-03/2022-05", "season"),
    ("winter 2021-22", "2021-12/2022-02", "season"),
    ("5 Hoot 1402", "2024-02-24", "day"),
    ("15 Sunbula 1400", "2021-09-06", "day"),
    ("Saur 1357", "1978-04-21/1978-05-21", "month"),
    ("1 Farvardin 1399", "2020-03-20", "day"),
]

RELATIVE = [
    ("yesterday", "2024-02-27"),
    ("today", "2024-02-28"),
    ("tomorrow", "2024-02-29"),
    ("last Monday", "2024-02-26"),
    ("last Wednesday", "2024-02-21"),
    ("last week", "2024-02-19/2024-02-25"),
    ("last month", "2024-01"),
    ("last year", "2023"),
    ("this month", "2024-02"),
    ("next year", "2025"),
    ("three days ago", "2024-02-25"),
    ("two weeks ago", "2024-02-12/2024-02-18"),
    ("five years ago", "2019"),
    ("past two years", "2022-02-28/2024-02-28"),
    ("15 August", "2023-08-15"),
    ("29 January", "2024-01-29"),
    ("last March", "2023-03"),
    ("last summer", "2023-06/2023-08"),
    ("since yesterday", "2024-02-27/.."),
    ("دیروز", "2024-02-27"),
    ("امروز", "2024-02-28"),
    ("فردا", "2024-02-29"),
    ("هفته گذشته", "2024-02-17/2024-02-23"),
    ("هفته\u200cگذشته", "2024-02-17/2024-02-23"),
    ("ماه گذشته", "2024-01-21/2024-02-19"),
    ("سال گذشته", "2022-03-21/2023-03-20"),
    ("پارسال", "2022-03-21/2023-03-20"),
    ("سه روز پیش", "2024-02-25"),
]

ARABIC = [
    ("۵ حوت ۱۴۰۲", "2024-02-24"),
    ("٥ حوت ١٤٠٢", "2024-02-24"),
    ("5 حوت 1402", "2024-02-24"),
    ("شنبه، ۵ حوت سال ۱۴۰۲", "2024-02-24"),
    ("پنجم حوت ۱۴۰۲", "2024-02-24"),
    ("بیست‌وچهارم اسد ۱۴۰۰", "2021-08-15"),
    ("۵ حوت\u200cماه ۱۴۰۲", "2024-02-24"),
    ("۱۴۰۲/۱۲/۰۵", "2024-02-24"),
    ("1402-12-05", "2024-02-24"),
    ("۰۵/۱۲/۱۴۰۲", "2024-02-24"),
    ("۱۵ وږی ۱۴۰۰", "2021-09-06"),
    ("۱۵ وږي ۱۴۰۰", "2021-09-06"),
    ("د ۱۴۰۲ کال د حوت ۵مه", "2024-02-24"),
    ("۳۰ اسفند ۱۳۹۹", "2021-03-20"),
    ("۷ ثور ۱۳۵۷", "1978-04-27"),
    ("۲۴ فبروری ۲۰۲۴", "2024-02-24"),
    ("۲۴ فوریه ۲۰۲۴", "2024-02-24"),
    ("۱۵ اگست ۲۰۲۱", "2021-08-15"),
    ("۵ می ۲۰۲۱", "2021-05-05"),
    ("۵ تا ۱۰ حوت ۱۴۰۲", "2024-02-24/2024-02-29"),
    ("بهار ۱۴۰۱", "2022-03-21/2022-06-21"),
    ("دهه ۱۳۶۰", "1981-03-21/1991-03-20"),
    ("قرن نوزدهم", "1801/1900"),
]


@pytest.mark.parametrize(("text", "value", "precision"), ENGLISH)
def test_dates_in_english(text: str, value: str, precision: str) -> None:
    found = only(text)
    assert (found.text, found.value, found.precision, found.problem) == (text, value, precision, None)


@pytest.mark.parametrize(("text", "value"), RELATIVE)
def test_dates_that_count_from_the_day_of_the_text(text: str, value: str) -> None:
    found = only(f"They came {text}, it was said.")
    assert (found.text, found.value, found.kind) == (text, value, "relative")
    bare = only(f"They came {text}, it was said.", None)
    assert bare.date_from is None
    assert bare.date_to is None
    assert bare.problem


@pytest.mark.parametrize(("text", "value"), ARABIC)
def test_dates_in_arabic_script(text: str, value: str) -> None:
    found = only(text)
    assert (found.text, found.value, found.problem) == (text, value, None)


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("between 3 and 5 March 2021", [("3 and 5 March 2021", "2021-03-03/2021-03-05")]),
        ("from 3 March to 5 April 2021", [("3 March to 5 April 2021", "2021-03-03/2021-04-05")]),
        ("between March and May 2021", [("March and May 2021", "2021-03/2021-05")]),
        ("in March and April 2021", [("March", "2021-03"), ("April 2021", "2021-04")]),
        ("in 2019, 2020 and 2021", [("2019", "2019"), ("2020", "2020"), ("2021", "2021")]),
        ("in the 1990s", [("1990s", "1990/1999")]),
        ("It fell on 10 november. Then", [("10 november", "2023-11-10")]),
        ("in the nineties", [("nineties", "1990/1999")]),
        ("killed in 2021 and", [("2021", "2021")]),
        ("resolution 2593 (2021)", [("2021", "2021")]),
        ("the 2021 takeover", [("2021", "2021")]),
        ("on Monday", [("Monday", "2024-02-26")]),
        ("on Wednesday", [("Wednesday", "2024-02-28")]),
        ("said Tuesday", [("Tuesday", "2024-02-27")]),
        ("on 30 december", [("30 december", "2023-12-30")]),
        ("in March they may march", [("March", "2023-03")]),
        ("24\nFebruary\n2024", [("24\nFebruary\n2024", "2024-02-24")]),
        ("2024-02-24T10:00:00Z", [("2024-02-24", "2024-02-24")]),
        ("on 20 March last year", [("20 March last year", "2023-03-20")]),
        ("in March this year", [("March this year", "2024-03")]),
        ("on Monday last week", [("Monday last week", "2024-02-19")]),
        ("2020 February 24", [("2020 February 24", "2020-02-24")]),
        ("۱۵ حوت سال جاری", [("۱۵ حوت سال جاری", "2024-03-05")]),
        ("دوشنبه هفته گذشته", [("دوشنبه هفته گذشته", "2024-02-19")]),
        ("اوایل سال ۱۴۰۰", [("اوایل سال ۱۴۰۰", "2021-03-21/2021-07-22")]),
        ("په ۱۵مه نېټه", []),
        ("on 15 August 21 people died", [("15 August", "2023-08-15")]),
        ("از ۵ حوت تا ۱۰ حمل ۱۴۰۳", [("۵ حوت تا ۱۰ حمل ۱۴۰۳", "2024-02-24/2024-03-29")]),
        ("در سال ۱۴۰۰ بود", [("۱۴۰۰", "2021-03-21/2022-03-20")]),
    ],
)
def test_dates_among_words(text: str, finds: list[tuple[str, str]]) -> None:
    assert told(text) == finds


@pytest.mark.parametrize(
    "text",
    [
        "2,021 people", "2021 people", "2021 fighters", "$2021", "US$2021", "1,990", "of 2021 people", "2021 km",
        "24/7", "192.168.20.21", "10.12.2024.5", "v1.2.2021", "+93 799 2019-2021", "0799-2019-2021",
        "https://example.org/2021/08/15/a", "they may", "they may 24 hours later", "to march 15 kilometres",
        "the second man", "May he rest", "March on!", "the 1990", "Bloody Sunday", "every Friday", "in his 90s",
        "او می گوید", "۱۴۰۰ خانواده", "جدی", "COVID-19", "page 12-13", "1.5 million", "",
    ],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("03/04/2024", "cannot be told apart"),
        ("03/04/24", "two digits"),
        ("2010-12", "look the same"),
        ("31 April 2021", "has 30 days"),
        ("29 February 2023", "has 28 days"),
        ("31/02/2024", "has 29 days"),
        ("13/13/2024", "no month 13"),
        ("Monday, 24 February 2024", "was a Saturday"),
        ("24 March 2024 to 3 February 2024", "before the beginning"),
        ("winter 2021", "two years"),
        ("the twenties", "two centuries"),
        ("in the 1900s", "look the same"),
        ("several days ago", "how many"),
        ("about three days ago", "roughly"),
        ("by 15 August", "year is not said"),
        ("Ramadan 1445", "moon"),
        ("۱۰ رمضان ۱۴۴۵", "moon"),
        ("۳۰ حوت ۱۴۰۲", "has 29 days"),
        ("5 Hoot 2024", "no year of the Solar Hijri"),
        ("۵ حوت ۲۰۲۴", "calendar"),
    ],
)
def test_what_cannot_be_resolved_says_why(text: str, problem: str) -> None:
    found = only(text)
    assert (found.date_from, found.date_to, found.value, found.precision) == (None, None, "", "unknown")
    assert problem in (found.problem or "")


@pytest.mark.parametrize(
    "text",
    [
        "since their return to power", "since the takeover", "since the fall of Kabul", "since the coup",
        "after the ceasefire", "since the Taliban takeover", "پس از سقوط",
    ],
)  # fmt: skip
def test_happenings_are_no_days(text: str) -> None:
    found = only(text)
    assert (found.text, found.kind, found.value) == (text, "anchored event", "")
    assert found.problem == "the text does not say when"


def test_a_happening_whose_date_follows_has_it() -> None:
    found = only("since the Taliban takeover in August 2021")
    assert (found.kind, found.value) == ("anchored event", "2021-08-01/..")
    assert only("after its invasion of Kuwait in 1990").value == "1990-01-01/.."


def test_a_year_of_two_digits_needs_the_day_of_the_text() -> None:
    assert only("12 jan 90", None).problem
    assert only("12 jan 90", "1880-01-01").value == "1890-01-12"


def test_marks_of_direction_and_joiners_do_not_move_places() -> None:
    text = "😀 \u202bدر \u06f5\u200f \u062d\u0648\u062a\u200c \u06f1\u06f4\u06f0\u06f2\u202c"
    text += " و 24\u00a0February\u200e 2024 😀"
    finds = read(text)
    assert [found.value for found in finds] == ["2024-02-24", "2024-02-24"]
    assert all(found.text == text[found.start : found.end] for found in finds)
    assert finds[0].text.startswith("۵")
    assert finds[1].text.endswith("2024")


def test_the_calendar_of_bare_numbers_can_be_given() -> None:
    assert dates("1402/12/05", calendar="gregorian")[0].value == "1402-12-05"
    assert "moon" in (dates("1402/12/05", calendar="lunar hijri")[0].problem or "")
    assert dates("سال گذشته", ANCHOR, calendar="gregorian")[0].value == "2023"


@pytest.mark.parametrize("anchor", ["24 February", "2024-13-01", ""])
def test_an_anchor_that_is_no_date_is_refused(anchor: str) -> None:
    with pytest.raises(InputError, match="2024-02-24"):
        dates("today", anchor)


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="julian"):
        dates("today", calendar="julian")


def test_without_jdatetime_only_solar_dates_are_unresolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdatetime", None)
    assert only("24 February 2024").value == "2024-02-24"
    assert "salience[text]" in (dates("۵ حوت ۱۴۰۲")[0].problem or "")


NAMES = ["حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت"]
PASHTO = ["وری", "غویی", "غبرګولی", "چنګاښ", "زمری", "وږی", "تله", "لړم", "لیندۍ", "مرغومی", "سلواغه", "کب"]
IRANIAN = [
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
]  # fmt: skip
LATIN = [
    "Hamal", "Sawr", "Jawza", "Saratan", "Asad", "Sunbula",
    "Mizan", "Aqrab", "Qaws", "Jadi", "Dalw", "Hoot",
]  # fmt: skip


@given(st.dates(date(1922, 3, 22), date(2040, 1, 1)))
def test_every_solar_day_agrees_with_jdatetime(day: date) -> None:
    jdatetime = pytest.importorskip("jdatetime")
    there = jdatetime.date.fromgregorian(date=day)
    for names in (NAMES, PASHTO, IRANIAN, LATIN):
        text = f"{there.day} {names[there.month - 1]} {there.year}"
        assert dates(text)[0].date_from == day
    assert dates(f"{there.year}/{there.month:02}/{there.day:02}")[0].date_to == day


@pytest.mark.parametrize("year", range(2017, 2030))
def test_the_first_of_hamal_is_the_day_of_the_equinox(year: int) -> None:
    # Tehran's calendar as published: 20 March where the equinox falls before noon there, else 21 March.
    pytest.importorskip("jdatetime")
    day = 20 if year in {2020, 2024, 2028, 2029} else 21
    assert dates(f"1 Hamal {year - 621}")[0].date_from == date(year, 3, day)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_gregorian_day_is_read_back(day: date) -> None:
    long, short = day.strftime("%A, %-d %B %Y"), day.strftime("%b %-d, %Y")
    for text in (long, short, long.lower(), short.lower(), day.isoformat()):
        found = only(f"on {text} in Kabul", None)
        assert (found.text, found.date_from, found.date_to) == (text, day, day)


def test_a_day_at_most_a_month_ahead_in_the_same_year_is_the_coming_one() -> None:
    assert only("on 5 September", "2022-09-02").value == "2022-09-05"
    assert only("on 2 October", "2024-08-31").value == "2023-10-02"
    assert only("on 1 January", "2024-12-31").value == "2024-01-01"


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 333))
def test_a_day_without_a_year_is_the_nearest_before(anchor: date, back: int) -> None:
    day = anchor - timedelta(days=back)
    found = dates(day.strftime("on %-d %B they"), anchor)[0]
    if found.date_from is None:
        assert (day.month, day.day) == (2, 29)
    else:
        assert timedelta(0) <= anchor - found.date_from <= timedelta(days=365)
        assert (found.date_from.month, found.date_from.day) == (day.month, day.day)


WORDS = [
    "24", "3", "2021", "1402", "۱۴۰۲", "۵", "February", "march", "May", "حوت", "Hoot", "رمضان", "since", "until",
    "between", "and", "from", "to", "-", "–", "/", ",", ".", "(", ")", "the", "early", "1990s", "last", "next", "two",
    "weeks", "ago", "week", "Monday", "yesterday", "takeover", "سال", "گذشته", "تا", "از", "شنبه", "spring", "century",
    "19th", "by", "in", "9999", "0", "99", "'90s", "\u200c", "\u200f", "\u202b", "😀", "\n", "İ", "present", "onwards",
]  # fmt: skip


def holds(text: str, anchor: date | None) -> None:
    end = 0
    for found in dates(text, anchor):
        assert found.start >= end
        assert found.end > found.start
        assert found.text == text[found.start : found.end]
        if found.date_from and found.date_to:
            assert found.date_from <= found.date_to
        assert (found.date_from is None and found.date_to is None) == bool(found.problem)
        assert bool(found.value) != bool(found.problem)
        end = found.end


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=14).map("".join),
    ),
    st.one_of(st.none(), st.dates()),
)
def test_nothing_is_raised_and_places_are_exact(text: str, anchor: date | None) -> None:
    holds(text, anchor)


@pytest.mark.parametrize(
    "piece", ["1", "2021 ", "March ", "since the ", "دو ", "a-", "1/", " ", "\n", "last "]
)
def test_long_lines_take_time_in_proportion(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.perf_counter()
        dates(text, ANCHOR)
        return time.perf_counter() - began

    seconds(1000)
    assert seconds(400_000) < 12 * seconds(100_000) + 0.5
