"""Words a second: the reader alone, spaCy's names alone, and both, on the same texts.

DATA is the folder with muc4, re3d and ungdc. Processor time, the best of three; words are what stands between spaces,
which is fewer than spaCy's tokens. The language is given, as a record's own reading detects it once a text.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from salience.reading import read
from salience.reading.names import Matcher
from salience.reading.spacy_names import suggest_many

TEXTS = 150


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--texts", type=int, default=TEXTS, help="How many texts of each source are read.")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, texts in load(given.data, given.texts).items():
        words = sum(len(text.split()) for text in texts)
        matcher = Matcher(())

        def alone(texts: Sequence[str] = texts, matcher: Matcher = matcher) -> None:
            for text in texts:
                read(text, matcher, language="en")

        def spacy(texts: Sequence[str] = texts) -> None:
            for _ in suggest_many(texts):
                pass

        def both(texts: Sequence[str] = texts, matcher: Matcher = matcher) -> None:
            for text, suggested in zip(texts, suggest_many(texts), strict=True):
                read(text, matcher, language="en", suggestions=suggested)

        took = {work.__name__: least_time(work) for work in (alone, spacy, both)}
        out[name] = {
            "words": words,
            "reader, words a second": round(words / took["alone"]),
            "spaCy, words a second": round(words / took["spacy"]),
            "both, words a second": round(words / took["both"]),
            "both as a share of spaCy": round(took["spacy"] / took["both"], 3),
        }
    return out


def load(data: Path, most: int) -> dict[str, list[str]]:
    import pyarrow.parquet as pq

    from reading_muc import load as load_rows

    reports = [
        json.loads(line)["text"]
        for path in sorted(data.glob("re3d/*/documents.json"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    debates = pq.read_table(data / "ungdc" / "ungdc_afghanistan_paragraphs.parquet", columns=["text"])
    return {
        "re3d": reports[:most],
        "muc4": [row["doctext"] for row in load_rows(data / "muc4" / "dev.jsonl.gz")][:most],
        "ungdc": debates.slice(0, most).column("text").to_pylist(),
    }


def least_time(work: Callable[[], object], times: int = 3) -> float:
    took = []
    for _ in range(times):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)
