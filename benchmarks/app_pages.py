"""Pages of the app on one million events: milliseconds by the clock and of CPU.

`python benchmarks/app_pages.py [CASE] [TEXTS]`: a case whose record holds a million events, made in a temporary folder
when left out (a minute), and how many texts are searched (100,000). Pages go through the whole application, guard and
compression included, without a network. Only counts of the whole record are kept from one visit to the next; "first"
is the first visit ever. Half the CPU time is what a page takes when both cores are free.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

TIMES = 5
PAGES = {
    "front": "/",
    "record, all": "/record",
    "record, the last page": "/record?page=20000",
    "record, page 10,000": "/record?page=10000",
    "record, one side": "/record?actor={actor}",
    "record, one source": "/record?source={source}",
    "record, a month of one area": "/record?place={place}&from=2021-03&to=2021-03",
    "record, deaths and sources": "/record?deaths_min=1&sources_min=3&sort=deaths",
    "record, words": "/record?q={word}",
    "record, everything at once": "/record?actor={actor}&source={source}&place={place}&from=2020&deaths_min=1&q={word}",
    "event": "/events/{event}",
    "report without text": "/reports/{report}",
    "sources": "/sources",
    "source": "/sources/{source_id}",
    "search, 2.2 million headlines": "/search?q={word}",
}


def main() -> None:
    """Print one table."""
    from app_client import TestClient, create_app
    from salience.app.desk import Desk

    texts = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with _case() as folder:
        desk = Desk(folder, read_only=True)
        client = TestClient(create_app(desk), base_url="http://127.0.0.1", follow_redirects=False)
        client.get("/", params={"token": desk.sessions.token})
        with desk.reading() as record:
            words = _words(record)
        print(f"{'page':34}{'KB':>6}{'first ms':>10}{'median ms':>11}{'slowest ms':>12}{'CPU ms':>8}")
        for name, address in PAGES.items():
            _row(name, partial(client.get, address.format(**words)))
        desk.close()
    with tempfile.TemporaryDirectory() as folder:
        _search(Path(folder), texts)


def _row(name: str, get: Callable[[], Any]) -> None:
    clock, cpu = [], []
    for _ in range(TIMES + 1):
        before, began = _cpu(), time.perf_counter()
        response = get()
        clock.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (_cpu() - before))
    if response.status_code != 200:
        raise SystemExit(f"{name}: {response.status_code}")
    print(
        f"{name:34}{len(response.content) / 1024:>6.0f}{clock[0]:>10.0f}{statistics.median(clock[1:]):>11.0f}"
        f"{max(clock[1:]):>12.0f}{statistics.median(cpu[1:]):>8.0f}"
    )


def _search(folder: Path, texts: int) -> None:
    """Search so many texts of about 3,900 characters, as drawn from 20,000 made-up words."""
    from salience.record.browsing.texts import search_texts
    from salience.record.search_index import index_texts
    from salience.record.store import Record

    rng = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    words = ["".join(rng.choice(letters, rng.integers(2, 11))) for _ in range(20_000)]
    with Record(folder / "record.duckdb") as record:
        with record.transaction() as connection:
            connection.execute("INSERT INTO source (id, name) VALUES (1, 'A source')")
            for start in range(0, texts, 1000):
                drawn = rng.zipf(1.3, (min(1000, texts - start), 480)) % len(words)
                # Every tenth text has a name with accents, every second one curly quotation marks.
                rows = [
                    (
                        str(start + k),
                        " ".join(words[i] for i in line) + " Médecins" * (k % 10 == 0) + " “so”" * (k % 2),
                    )
                    for k, line in enumerate(drawn)
                ]
                ids, contents = [r[0] for r in rows], [r[1] for r in rows]
                connection.execute(
                    """INSERT INTO text (sha256, content, characters) SELECT id, content, length(content)
                       FROM (SELECT unnest(?::VARCHAR[]) AS id, unnest(?::VARCHAR[]) AS content)""", [ids, contents]
                )  # fmt: skip
            connection.execute(
                "INSERT INTO report (id, source, sha256, published) SELECT sha256::BIGINT, 1, sha256, "
                "DATE '2020-01-01' + (sha256::INTEGER % 1000) FROM text"
            )
            index_texts(connection)
        record.connection.execute("CHECKPOINT")

        for name, q in (
            ("a rare word", words[15_000]),
            ("a common word", words[40]),
            ("two words", " ".join(words[700:702])),
        ):
            _row(f"search, {texts:,} texts, {name}", partial(_found, search_texts, record, q))


def _found(search: Callable[..., Any], record: Any, q: str) -> Any:
    search(record, q)
    return SimpleNamespace(status_code=200, content=b"")


def _words(record: Any) -> dict[str, Any]:
    row = record.rows(
        """SELECT id AS event, side_b AS actor, admin1 AS place, lower(split_part(place, ' ', 1)) AS word FROM event
           WHERE side_b IS NOT NULL AND admin1 IS NOT NULL AND place IS NOT NULL ORDER BY sources DESC, id LIMIT 1"""
    )[0]
    source = record.rows(
        "SELECT id AS source_id, name AS source FROM source WHERE kind = 'outlet' ORDER BY id LIMIT 1"
    )[0]
    report = record.rows("SELECT id AS report FROM report ORDER BY id LIMIT 1")[0]
    return {**row, **source, **report}


@contextmanager
def _case() -> Iterator[Path]:
    if len(sys.argv) > 1:
        yield Path(sys.argv[1])
        return
    from salience.case import new_case, open_case
    from salience.worlds import write_ged

    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case"
        new_case(case)
        write_ged(case / "ged.csv", events=1_000_000, seed=1)
        with open_case(case) as opened:
            opened.add(case / "ged.csv", "ucdp")
        yield case


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
