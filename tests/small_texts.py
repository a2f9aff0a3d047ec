"""A small case of texts in two scripts, for tests of reading and review."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from salience.case import new_case, open_case

TEXTS = (
    (
        "Delta Wire",
        "2024-03-05",
        'The Hill Front said 🙃 it killed 12 soldiers near Dray. "We are asked to confess," Daro Venn told reporters. '
        "The Varenian Army called the Hill Front a terrorist gang.",
    ),
    (
        "خبرگزاری سپیدار",
        "2024-04-20",
        "دست‌کم ۱۴ غیرنظامی در انفجاری در بازار کشته شدند. طالبان گفت: «ما خبر نداریم.» "
        "نیروهای امنیتی پیشین آنجا بودند.",
    ),
    (
        "Quay Post",
        "2024-05-01",
        "Residents of Kabul said the Taliban closed two schools. The Taliban denied it.",
    ),
)
ACTORS = """label,actor,kind
Hill Front,Hill Front,organisation
Taliban,Taliban,organisation
طالبان,Taliban,organisation
"""


def write_texts_case(
    folder: Path, texts: Sequence[tuple[str, str, str]] = TEXTS, actors: str = ACTORS
) -> Path:
    """Make a case whose record holds these texts, read with these actors."""
    new_case(folder)
    (folder / "aliases.csv").write_text(actors, encoding="utf-8")
    articles = folder / "articles.jsonl"
    articles.write_text(
        "".join(
            json.dumps({"id": n, "source": source, "date": day, "title": text[:20], "text": text}) + "\n"
            for n, (source, day, text) in enumerate(texts)
        ),
        encoding="utf-8",
    )
    with open_case(folder) as case:
        case.add(articles, "documents")
    return folder
