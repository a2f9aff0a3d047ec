"""Persian, Dari and Pashto: cues, roles, figures and labels by lists, names by aliases; made-up sentences."""

from __future__ import annotations

import pytest

from salience.reading import read

NAMES = {"شورای دریا": "Lake Council", "طالبان": "Taliban"}


def statements(text: str, kind: str) -> list[tuple[str, str | None]]:
    return [(s.text, s.speaker) for s in read(text, NAMES, "2024-03-05").statements if s.kind == kind]


def test_verbs_of_saying_have_the_first_actor_of_their_clause_as_speaker() -> None:
    assert statements("شورای دریا اعلام کرد که کسی کشته نشد.", "attribution") == [
        ("اعلام کرد", "Lake Council")
    ]
    assert statements("به گفتهٔ باشندگان محلی، جنگ تمام شد.", "attribution") == [("به گفتهٔ", "باشندگان محلی")]


@pytest.mark.parametrize("keyboard", ["می‌گوید", "مي‌گويد", "می گوید"])
def test_arabic_letters_and_missing_joiners_change_nothing(keyboard: str) -> None:
    assert statements(f"شورای دریا {keyboard} که باران است.", "attribution") == [(keyboard, "Lake Council")]


@pytest.mark.parametrize(
    ("text", "wanted", "polarity"),
    [("شورای دریا خواستار آتش‌بس فوری شد.", "آتش‌بس فوری", "for"),
     ("شورای دریا با مذاکرات پنهانی مخالفت کرد.", "شورای دریا با مذاکرات پنهانی", "against")],
)  # fmt: skip
def test_demands(text: str, wanted: str, polarity: str) -> None:
    (found,) = [s for s in read(text, NAMES).statements if s.kind == "demand"]
    assert (found.about, found.detail["polarity"], found.speaker) == (wanted, polarity, "Lake Council")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("دست‌کم ۲۳ گروه مسلح آنجاست.", 23, None), ("بین ۱۵۰ تا ۲۰۰ نفر آمدند.", 150, 200), ("ده‌ها خانه سوخت.", 20, None),
     ("حدود دو هزار خانواده رفتند.", 2000, 2000), ("شاوخوا ۳۰ کسان مړه شول.", 30, 30),
     ("بیش از ۱۲۰۰ سرباز", 1200, None)],
)  # fmt: skip
def test_figures(text: str, low: float | None, high: float | None) -> None:
    (found,) = [s for s in read(text).statements if s.kind == "figure"]
    assert (found.detail["low"], found.detail["high"]) == (low, high)


def test_dates_and_numbers_of_papers_are_no_figures() -> None:
    text = "اعلامیهٔ شمارهٔ ۷ شورا، ۵ حوت ۱۴۰۲. یک دهقان آمد."
    assert [s.text for s in read(text, date="2024-03-05").statements if s.kind == "figure"] == []


def test_what_is_quoted_before_a_verb_of_naming_is_a_label() -> None:
    assert statements("طالبان این گروه را «خوارج» خواند.", "label") == [("خوارج", "Taliban")]


def test_unnamed_actors() -> None:
    found = read("نیروهای امنیتی پیشین و ساکنان سرخ‌دره آمدند.").mentions
    assert [(m.text, m.kind) for m in found] == [
        ("نیروهای امنیتی پیشین", "unnamed"),
        ("ساکنان سرخ‌دره", "unnamed"),
    ]


def test_names_nobody_told_of_are_not_guessed_without_capitals() -> None:
    assert [m.text for m in read("رحیم نیک‌پی در شهر ماند.").mentions] == []
