"""The narrative question: passages, words and first uses over 10,000 texts, and the whole question on a record of them.

    python benchmarks/narrative.py [TEXTS]

Texts of 400 words are drawn from a vocabulary of 20,000 with Zipf's frequencies; in every fifth a passage of 60 words
of another text is planted. Beside the anchors, MinHash on the same texts, as a search for near copies does it.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from salience.case import new_case, open_case
from salience.methods.near_duplicates import near_duplicates
from salience.methods.passages import find_passages
from salience.methods.words import distinctive_words

VOCABULARY, LENGTH, PASSAGE = 20_000, 400, 60
LABELS = (
    "the Front",
    "the rebels of the Front",
    "the Front militants",
    "the de facto authorities",
    "the Front terrorists",
)


def make_texts(n: int, seed: int = 0) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
    rng = np.random.default_rng(seed)
    rank = np.arange(1, VOCABULARY + 1)
    chance = 1 / rank / (1 / rank).sum()
    texts = list(rng.choice(VOCABULARY, (n, LENGTH), p=chance).astype(np.int64))
    planted = []
    for k in range(0, n - 1, 5):
        begin, target = rng.integers(0, LENGTH - PASSAGE, 2)
        texts[k + 1][target : target + PASSAGE] = texts[k][begin : begin + PASSAGE]
        planted.append((k, k + 1))
    return texts, planted


def timed(name: str, note: str, start: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {name} | {time.perf_counter() - start:.1f} | {peak:,.0f} | {note} |", flush=True)


def measure_methods(n: int) -> None:
    texts, planted = make_texts(n)
    start = time.perf_counter()
    found = find_passages(texts)
    pairs = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    hits = sum(pair in pairs for pair in planted)
    timed(f"passages, {n:,} texts of {LENGTH} words", f"{hits:,} of {len(planted):,} planted found", start)
    written = [" ".join(map(str, text)) for text in texts]
    start = time.perf_counter()
    copies = near_duplicates(written, threshold=0.5)
    pairs = set(zip(copies.first.tolist(), copies.second.tolist(), strict=True))
    hits = sum(pair in pairs for pair in planted)
    timed("MinHash on the same texts", f"{hits:,} of {len(planted):,} planted found", start)
    rows = np.repeat(np.arange(n), LENGTH)
    counts = csr_array((np.ones(n * LENGTH), (rows, np.concatenate(texts))), shape=(n, VOCABULARY))
    start = time.perf_counter()
    distinctive_words(counts, np.arange(n) % 2, draws=400)
    timed(
        f"words, {VOCABULARY:,} of them, 400 resamples and exchanges",
        "intervals and false-discovery rates",
        start,
    )


def measure_question(n: int, folder: Path) -> None:
    texts, _ = make_texts(n, seed=1)
    rng = np.random.default_rng(2)
    with (folder / "texts.jsonl").open("w", encoding="utf-8") as file:
        for k, text in enumerate(texts):
            words = [f"w{w}" for w in text]
            for place in rng.integers(0, LENGTH, 3):
                words[place] += f". Yesterday {LABELS[int(rng.integers(len(LABELS)))]} attacked a town."
            day = f"20{10 + k % 14}-{1 + k % 12:02d}-{1 + k % 28:02d}"
            file.write(
                json.dumps({"text": " ".join(words), "source": f"Outlet {k % 40}", "date": day}) + "\n"
            )
    case = new_case(folder / "case")
    (case / "actors.csv").write_text(
        "label,actor,kind\nFront,Front,organisation\nde facto authorities,Front,organisation\n"
    )
    start = time.perf_counter()
    with open_case(case) as opened:
        opened.add(folder / "texts.jsonl", format="documents")
        timed("import and reading", f"{n * LENGTH:,} words", start)
        start = time.perf_counter()
        answer = opened.ask("narrative")
        timed("the question, all of it", f"{answer.evidence[1].n + answer.evidence[2].n:,} namings", start)
        start = time.perf_counter()
        opened.ask("narrative")
        timed("the same again", "kept", start)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print("| what | seconds | peak MB | |\n|---|---|---|---|")
    measure_methods(n)
    with tempfile.TemporaryDirectory() as folder:
        measure_question(n, Path(folder))


if __name__ == "__main__":
    main()
