"""A small record of texts for the narrative question: four sources, planted passages, one that falls silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from salience.case_inputs import settle
from salience.questions.answer import Answer
from salience.questions.narrative.ask import ask_narrative
from salience.questions.narrative.params import NarrativeParams
from salience.questions.setting import Period, Setting
from salience.record.actors import ActorRule
from salience.record.source_names import SourceRule
from salience.record.store import Record
from salience.sources.documents import import_documents

ANY = Setting(period=Period(start=None, end=None))
RULES = [
    SourceRule("Office", "Office", "official", "Testland", "en"),
    SourceRule("State Agency", "State Agency", "agency", "Testland", "en"),
    SourceRule("Courier", "Courier", "outlet", "Elsewhere", "en"),
    SourceRule("Watch", "Watch", "ngo", "Elsewhere", "en", independence_group="wires"),
    SourceRule("پیک شرق", "پیک شرق", "outlet", "Iran", "fa"),
]
ACTORS = [
    ActorRule("Hill Front", "Hill Front", "organisation", None, None),
    ActorRule("HFT", "Hill Front", "organisation", None, None),
    ActorRule("de facto authorities", "Hill Front", "organisation", date(2021, 8, 15), None),
    ActorRule("جبههٔ تپه", "Hill Front", "organisation", None, None),
    ActorRule("Varen Army", "Varen Army", "organisation", None, None),
]
SPEECH = (
    "The office affirms that calm has returned to every quarter of the town, shops and schools will open tomorrow, "
    "and that relief is on its way to all families in need."
)
Told = tuple[str, str | None, str]
Make = Callable[..., Record]


def make_in(
    folder: Path,
    told: Sequence[Told],
    rules: Sequence[SourceRule] = RULES,
    actors: Sequence[ActorRule] = ACTORS,
) -> Record:
    """Make a record of texts, each a source, a day and what it says."""
    file = folder / "texts.jsonl"
    lines = [json.dumps({"source": s, "published": d, "text": t}) + "\n" for s, d, t in told]
    file.write_text("".join(lines), encoding="utf-8")
    record = Record(folder / "record.duckdb")
    import_documents(record, file, folder / "raw", rules=list(rules))
    settle(record, folder, list(rules), list(actors), None)
    return record


def ask(record: Any, setting: Setting = ANY, **params: Any) -> Answer:
    quick = {"draws": 100, "fewest_texts": 3, "actors": ("Hill Front",)}
    return ask_narrative(record, NarrativeParams(**{**quick, **params}), setting, version="test")


def day(number: int) -> str:
    return str(date(2021, 1, 1) + timedelta(days=number))


def filler(name: str, k: int, words: int = 24) -> str:
    """Return a sentence that stands in no other text, so that texts are not near copies of each other."""
    return "Then " + " ".join(f"{name}{k}x{n}" for n in range(words)) + "."


def told() -> list[Told]:
    """Four sources over years: the office repeats itself, the agency repeats the office, one falls silent."""
    texts: list[Told] = []
    for k in range(16):
        fired, fled = (
            f"The Hill Front terrorists fired on town {k}.",
            f"The Hill Front terrorists fled town {k}.",
        )
        rebels = "The Hill Front rebels spoke of drought and harvest, a witness said."
        met = f"The HFT met the Varen Army in village {k}; civilians need water."
        texts.append(("Office", day(70 * k), f"{fired} {SPEECH} {filler('o', k)}"))
        texts.append(("State Agency", day(70 * k + 1), f"{fled} {SPEECH} {filler('a', k)}"))
        texts.append(("Courier", day(70 * k + 2), f"{rebels} {filler('c', k)}"))
        if k < 6:
            texts.append(("Watch", day(70 * k + 3), f"{met} {filler('w', k)}"))
    return texts


def rows(answer: Answer, table: str, **wanted: Any) -> list[dict[str, Any]]:
    found = answer.find_table(table).to_records()
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]
