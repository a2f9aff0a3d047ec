"""Every word of the interface stands in one file, and every word that stands there is used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from salience.app import show

APP = Path(show.__file__).parent


def keys() -> set[str]:
    sections = tomllib.loads((APP / "strings.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}" for section, words in sections.items() for name in words}


def test_every_key_that_pages_name_is_there() -> None:
    named: set[str] = set()
    for file in (APP / "templates").glob("*.j2"):
        named |= set(re.findall(r'\bt\("(\w+\.\w+)"[,)]', file.read_text(encoding="utf-8")))
    for file in APP.rglob("*.py"):
        named |= set(re.findall(r'phrase\("(\w+\.\w+)"[,)]', file.read_text(encoding="utf-8")))
    assert len(named) > 50
    assert not named - keys()


def test_templates_say_nothing_of_their_own() -> None:
    """What stands between tags comes from the file of words; signs and commands to type may stand there."""
    for file in (APP / "templates").glob("*.j2"):
        text = file.read_text(encoding="utf-8")
        for other in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}", r"<code>.*?</code>", r"<[^>]*>"):
            text = re.sub(other, " ", text, flags=re.DOTALL)
        assert not re.findall(r"[A-Za-z]{2,}", text), file.name
