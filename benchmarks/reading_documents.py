"""Documents and copies: seconds and memory, on made-up texts.

python benchmarks/reading_documents.py headlines [N]     # near-duplicates among N headlines (1,000,000)
python benchmarks/reading_documents.py documents [N]     # N documents of a JSONL file into a record (100,000)
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from salience.methods.near_duplicates import near_duplicates
from salience.record.store import Record
from salience.sources.documents import import_documents

WORDS = np.array(
    [
        f"{a}{b}{c}"
        for a in "bdfgklmn"
        for b in ("ar", "el", "ino", "ush")
        for c in ("", "a", "ed", "ist", "on")
    ]
)
COPIES = 0.2


def main(words: list[str]) -> None:
    """Print one line of JSON."""
    jobs = {"headlines": (headlines, 1_000_000), "documents": (documents, 100_000)}
    if not words or words[0] not in jobs:
        raise SystemExit(__doc__)
    job, number = jobs[words[0]]
    print(json.dumps(job(int(words[1]) if len(words) > 1 else number)))


def headlines(number: int) -> dict[str, float]:
    """Measure near-duplicates among headlines of 8 to 14 words, of which a fifth copy an earlier one but for a word."""
    texts = list(made_up(number, 8, 14, seed=1))
    begin = time.perf_counter()
    found = near_duplicates(texts, threshold=0.5)
    return {"headlines": number, "pairs": len(found.first), "seconds": round(time.perf_counter() - begin, 1),
            "peak_mb": peak()}  # fmt: skip


def documents(number: int) -> dict[str, float]:
    """Measure taking in documents of about 120 words, a fifth of them near-copies."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for n, text in enumerate(made_up(number, 90, 150, seed=2)):
                line = {"id": n, "source": f"Outlet {n % 40}", "date": "2024-03-05", "text": text}
                stream.write(json.dumps(line) + "\n")
        before, begin = peak(), time.perf_counter()
        with Record(Path(folder) / "record.duckdb") as record:
            done = import_documents(record, path, Path(folder) / "raw")
            copies = record.rows("SELECT count(*) AS n FROM copy")[0]["n"]
        return {"documents": done.kept, "copies": copies, "megabytes": round(path.stat().st_size / 1e6, 1),
                "seconds": round(time.perf_counter() - begin, 1),
                "peak_mb": peak(), "peak_mb_before": before}  # fmt: skip


def made_up(number: int, fewest: int, most: int, seed: int) -> Iterator[str]:
    """Give texts of random words; a fifth repeat one of the last thousand with a word changed."""
    rng = np.random.default_rng(seed)
    recent: list[list[str]] = []
    for _ in range(number):
        if recent and rng.random() < COPIES:
            words = list(recent[int(rng.integers(len(recent)))])
            words[int(rng.integers(len(words)))] = str(rng.choice(WORDS))
        else:
            words = list(WORDS[rng.integers(len(WORDS), size=int(rng.integers(fewest, most + 1)))])
        recent = [*recent[-999:], words] if len(recent) < 1000 else _turned(recent, words, rng)
        yield " ".join(words)


def _turned(recent: list[list[str]], words: list[str], rng: np.random.Generator) -> list[list[str]]:
    recent[int(rng.integers(len(recent)))] = words
    return recent


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
