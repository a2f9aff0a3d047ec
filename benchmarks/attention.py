"""Attention at scale: reduce and fit, from ten thousand to ten million accounts.

Records are made straight in the database, with the covariates that real ones have, so that only the question is
measured: `python benchmarks/attention.py [ACCOUNTS …]`. Each size is a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from salience.questions.attention.cells import common_labels, covered_events, reduce_events
from salience.questions.attention.fits import fit_views
from salience.questions.attention.params import AttentionParams
from salience.questions.setting import Area, Capital, Period, Setting
from salience.record.events import refresh_events
from salience.record.store import Record

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
SOURCES = 40
SETTING = Setting(
    period=Period(start=None, end=None),
    area=Area(countries=("Testland",)),
    capital=Capital(name="Capital", latitude=10.0, longitude=10.0, radius_km=40, admin1=None),
)


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(
        f"{'accounts':>12}{'events':>12}{'cells':>9}{'reduce s':>10}{'fit s':>8}{'both s':>8}{'peak MB':>9}"
    )
    for size in sizes:
        subprocess.run([sys.executable, __file__, "--one", str(size)], check=True)


def measure(accounts: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Record(Path(folder) / "record.duckdb") as record:
            fill(record, accounts)
        with Record(Path(folder) / "record.duckdb", read_only=True) as record:
            params = AttentionParams()
            begin = time.perf_counter()
            actors = common_labels(covered_events(record, params, SETTING), params)
            cells = reduce_events(record, params, SETTING, actors=actors)
            middle = time.perf_counter()
            slopes = [fit.slope for fit in fit_views(cells, params).values()]
            end = time.perf_counter()
            assert all(slope is not None for slope in slopes)
            total = record.rows("SELECT count(*) AS n FROM account")[0]["n"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{total:>12,}{cells.events:>12,}{len(cells.n):>9,}{middle - begin:>10.2f}{end - middle:>8.2f}"
            f"{end - begin:>8.2f}{peak:>9.0f}",
            flush=True,
        )


def fill(record: Record, accounts: int) -> None:
    """Make events with one dataset account and one account for each of 1 to 6 sources, about 2.07 accounts an event."""
    events = int(accounts / 2.0735)
    connection = record.connection
    connection.execute("BEGIN")
    connection.execute("SELECT setseed(0.5)")
    connection.execute("INSERT INTO origin (id, file, imported_at) VALUES (1, 'made', now()::TIMESTAMP)")
    connection.execute(
        f"""INSERT INTO source (id, name, kind, country)
            SELECT i, 'source ' || i,
                   CASE WHEN i = 0 THEN 'dataset' WHEN i % 7 = 3 THEN 'agency' WHEN i % 7 = 5 THEN 'ngo'
                        ELSE 'outlet' END,
                   CASE WHEN i % 3 = 0 THEN 'Elsewhere' ELSE 'Testland' END
            FROM range({SOURCES + 1}) t(i)"""
    )
    # Groups and areas follow Zipf's law, each group has its home, and most places are known: as in real records.
    connection.execute(
        f"""CREATE TEMP TABLE drawn AS
            SELECT i AS event, floor(exp(-0.8 * ln(1 - random())))::INT - 1 AS deaths,
                   floor(exp(random() * ln(11)))::INT AS party, floor(exp(random() * ln(8)))::INT AS step,
                   DATE '2016-01-01' + (random() * 2900)::INT AS day,
                   random() AS luck, random() AS vague, random() AS type
            FROM range({events}) t(i)"""
    )
    connection.execute(
        """CREATE TEMP TABLE counted AS
           SELECT *, (party * 5 + step) % 20 AS area,
                  CASE WHEN type < 0.2 THEN 3 WHEN party < 9 THEN 1 ELSE 2 END AS kind,
                  CASE WHEN vague < 0.75 THEN 'exact' WHEN vague < 0.92 THEN 'admin2' ELSE 'area' END AS precision,
                  1 + least(5, floor(-ln(1 - luck) * 0.18 * (1 + least(deaths, 200)) ** 0.6))::INT AS told FROM drawn"""
    )
    connection.execute(
        """INSERT INTO account (id, origin, native_id, source, told, date_from, date_precision, admin1, latitude,
                                longitude, place_precision, kind, kind_native, side_a, side_b, dyad, deaths_best,
                                sources_listed)
           SELECT event * 10, 1, event, 0, 'full', day, 'day', 'area ' || area, 10 + area / 4, 10 + area / 3,
                  precision, 'ASSAULT', 'kind ' || kind, 'Government', 'Group ' || party,
                  'Government - Group ' || party, least(deaths, 400), true
           FROM counted"""
    )
    connection.execute(
        f"""INSERT INTO account (id, origin, native_id, source, told, sources_listed)
            SELECT event * 10 + k, 1, event, 1 + (hash(event) % {SOURCES} + k * 7)::BIGINT % {SOURCES}, 'named', true
            FROM (SELECT event, unnest(range(1, told + 1)) AS k FROM counted)"""
    )
    connection.execute("INSERT INTO link SELECT id, id // 10, 1.0, 1 FROM account")
    refresh_events(connection)
    connection.execute("COMMIT")


if __name__ == "__main__":
    if "--one" in sys.argv:
        measure(int(sys.argv[2]))
    else:
        main()
