"""The events that a filter selects: how many, when, where, of what kind, by whom told; and pages of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from salience.record.browsing.filters import NOT_STATED, Filter
from salience.record.browsing.words import read_words
from salience.record.events import TELLING
from salience.record.folding import fold_words
from salience.record.search_index import words_of
from salience.record.store import Record

Sort = Literal["newest", "oldest", "deaths", "sources"]
SORTS: dict[Sort, tuple[str, str]] = {
    # Each order, and the same order read from its end.
    "newest": ("date_from DESC NULLS LAST, id", "date_from ASC NULLS FIRST, id DESC"),
    "oldest": ("date_from ASC NULLS LAST, id", "date_from DESC NULLS FIRST, id DESC"),
    "deaths": ("deaths_best DESC NULLS LAST, id", "deaths_best ASC NULLS FIRST, id DESC"),
    "sources": ("sources DESC NULLS LAST, id", "sources ASC NULLS FIRST, id DESC"),
}
KIND = "coalesce(kind_native, kind)"
# What counts, conditions and orders need of an event.
COUNTED = (
    "id", "date_from", "kind", "kind_native", "side_a", "side_b", "admin1", "deaths_low", "deaths_best", "deaths_high",
    "latitude", "longitude", "sources",
)  # fmt: skip
LISTED = (
    "id", "native_id", "date_from", "date_to", "date_precision", "place", "admin1", "admin2", "country", "latitude",
    "longitude", "place_precision", "kind", "kind_native", "side_a", "side_b", "deaths_low", "deaths_best",
    "deaths_high", "deaths_civilians", "accounts", "reports", "sources", "sources_listed", "deaths_told_min",
    "deaths_told_max", "summary_event", "lead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """How many events have one value; None is where the record does not say."""

    value: str | None
    events: int
    deaths: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a selection adds up to.

    Attributes
    ----------
    events : int
    low, best, high : int
        Deaths, over the events that have such a figure.
    no_deaths : int
        Events of which no number of deaths is recorded.
    no_place : int
        Events without coordinates.
    first, last : date or None
        First days of the earliest and the latest event.
    """

    events: int
    low: int
    best: int
    high: int
    no_deaths: int
    no_place: int
    first: date | None
    last: date | None


class Selection:
    """The events of a record that a filter selects.

    Parameters
    ----------
    record : Record
        On a connection that nobody else uses meanwhile; temporary tables are made on it.
    chosen : Filter
    """

    def __init__(self, record: Record, chosen: Filter) -> None:
        self.record, self.filter = record, chosen
        there = record.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'telling' AND NOT temporary")
        self._telling = "telling" if there else f"({TELLING})"
        # Where the events are, and what names one of them; those that hold words are fewer. Rowids last for one query.
        self._events, self._key = "event", "rowid"
        self._find_once()

    def summarise(self) -> Summary:
        """Return how many events there are, and their deaths and days."""
        where, values = self._where()
        row = self.record.rows(
            f"""SELECT count(*) AS events, coalesce(sum(deaths_low), 0)::BIGINT AS low,
                       coalesce(sum(deaths_best), 0)::BIGINT AS best, coalesce(sum(deaths_high), 0)::BIGINT AS high,
                       count(*) - count(deaths_best) AS no_deaths,
                       count(*) FILTER (latitude IS NULL OR longitude IS NULL) AS no_place,
                       min(date_from) AS first, max(date_from) AS last FROM {self._events} WHERE {where}""",
            values,
        )[0]
        return Summary(**row)

    def count_days(self) -> list[tuple[date, int]]:
        """Return events by their first day, over all periods: the filter's own days are left out."""
        where, values = self._where("from", "to")
        rows = self.record.connection.execute(
            f"""SELECT date_from, count(*) FROM {self._events} WHERE {where} AND date_from IS NOT NULL
                GROUP BY date_from ORDER BY date_from""",
            values,
        ).fetchall()
        return [(day, count) for day, count in rows]

    def count_by(self, name: Literal["actor", "kind", "source", "place"]) -> list[Count]:
        """Return events by actor, kind, source or place, the most frequent first; the filter's own are left out.

        An event counts for each of its two sides, and for each source that tells of it.
        """
        where, values = self._where(name)
        if name == "source":
            return self._count_sources(where, values)
        if name == "actor":
            # Pairs of sides are few; taking them apart afterwards spares a million small lists.
            query = f"""WITH pairs AS (SELECT side_a, side_b, count(*) AS n, sum(deaths_best) AS dead
                                       FROM {self._events} WHERE {where} GROUP BY ALL)
                        SELECT side AS value, sum(n)::BIGINT AS events, coalesce(sum(dead), 0)::BIGINT AS deaths FROM (
                            SELECT side_a AS side, n, dead FROM pairs WHERE side_a IS NOT NULL OR side_b IS NULL
                            UNION ALL
                            SELECT side_b, n, dead FROM pairs WHERE side_b <> coalesce(side_a, '')
                        ) GROUP BY side"""
        else:
            column = KIND if name == "kind" else "admin1"
            query = f"""SELECT {column} AS value, count(*) AS events, coalesce(sum(deaths_best), 0)::BIGINT AS deaths
                        FROM {self._events} WHERE {where} GROUP BY ALL"""
        return [
            Count(**row)
            for row in self.record.rows(f"{query} ORDER BY events DESC, value NULLS LAST", values)
        ]

    def page(
        self, sort: Sort = "newest", start: int = 0, size: int = 50, total: int | None = None
    ) -> list[dict[str, Any]]:
        """Return events in a stable order.

        Parameters
        ----------
        sort : str
            newest, oldest, deaths or sources; among equals the lowest id comes first.
        start : int
            So many are skipped.
        size : int
            So many are returned at most.
        total : int, optional
            How many there are, where that is known: then what lies near the end is read from there.
        """
        where, values = self._where()
        forward, backward = SORTS[sort]
        order, skip, take = forward, start, size
        if total is not None and start > total // 2:
            take = max(0, min(size, total - start))
            order, skip = backward, total - start - take
        # The rows are fetched by their places, so that only what orders them is read for all.
        columns = ", ".join(LISTED)
        return self.record.rows(
            f"""SELECT {columns} FROM event WHERE {self._key} IN (
                    SELECT {self._key} FROM {self._events} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?)
                ORDER BY {forward}""",
            [*values, take, skip],
        )

    def query(self, columns: str, sort: Sort = "newest") -> tuple[str, list[Any]]:
        """Return the query for these columns of all selected events in order, and its values; for downloads."""
        where, values = self._where()
        within = "true" if self._events == "event" else f"id IN (SELECT id FROM {self._events})"
        return f"SELECT {columns} FROM event WHERE {within} AND {where} ORDER BY {SORTS[sort][0]}", values

    def tellers_of(self, record: Record, events: list[int]) -> dict[int, list[int]]:
        """Return the sources that tell of each of these events; on a connection other than a running query's."""
        found: dict[int, list[int]] = {}
        rows = record.connection.execute(
            f"SELECT event, source FROM {self._telling} AS t WHERE event IN (SELECT unnest(?::BIGINT[]))",
            [events],
        ).fetchall()
        for event, source in rows:
            found.setdefault(event, []).append(source)
        return found

    def origins_of(self, record: Record, accounts: list[int]) -> dict[int, int]:
        """Return the import that each of these accounts came with; on a connection other than a running query's."""
        return dict(
            record.connection.execute(
                "SELECT id, origin FROM account WHERE id IN (SELECT unnest(?::BIGINT[]))", [accounts]
            ).fetchall()
        )

    def _count_sources(self, where: str, values: list[Any]) -> list[Count]:
        # Without a condition, nothing needs to be looked up in a million events but their deaths.
        everything = where == "true" and self._events == "event"
        within = "" if everything else f"WHERE event IN (SELECT id FROM {self._events} WHERE {where})"
        rows = self.record.rows(
            f"""SELECT s.name AS value, n AS events, 0 AS deaths
                FROM (SELECT source, count(*) AS n FROM {self._telling} AS t {within} GROUP BY source) AS found
                JOIN source s ON s.id = found.source ORDER BY n DESC, s.name""",
            values,
        )
        return [Count(**row) for row in rows]

    def _find_once(self) -> None:
        """Find what is dear to find, once for all counts of a page: events that hold words, that sources tell of."""
        connection = self.record.connection
        words = [fold_words(word) for word in read_words(self.filter.q)]
        if words:
            parts = [self._holding(word) for word in words]
            holding = " INTERSECT ".join(f"({query})" for query, _ in parts)
            connection.execute(
                f"""CREATE OR REPLACE TEMP TABLE worded AS SELECT {", ".join(COUNTED)}
                    FROM event WHERE id IN ({holding})""",
                [value for _, values in parts for value in values],
            )
            self._events, self._key = "temp.worded", "id"
        names = [name for name in self.filter.source if name != NOT_STATED]
        if names:
            connection.execute(
                f"""CREATE OR REPLACE TEMP TABLE told_here AS
                    SELECT DISTINCT event AS id FROM {self._telling} AS t
                    WHERE source IN (SELECT id FROM source WHERE name IN ({_marks(names)}))""",
                names,
            )

    def _holding(self, word: str) -> tuple[str, list[Any]]:
        """Return the query of the events whose places, notes, headlines or sides hold a word, and its values."""
        connection = self.record.connection
        words, titles = (words_of(connection, table) for table in ("event_words", "headline_words"))
        # Sides are few names, so these are looked through once instead of event by event.
        sides = connection.execute(
            "SELECT DISTINCT side_a FROM event UNION SELECT DISTINCT side_b FROM event"
        )
        named = [side for (side,) in sides.fetchall() if side is not None and word in fold_words(side)]
        query = f"""SELECT id FROM {words} AS w WHERE contains(words, ?)
                    UNION SELECT event FROM {titles} AS h WHERE contains(words, ?) AND event IS NOT NULL"""
        if named:
            query += f""" UNION SELECT id FROM event
                          WHERE side_a IN ({_marks(named)}) OR side_b IN ({_marks(named)})"""
        return query, [word, word, *named, *named]

    def _where(self, *left_out: str) -> tuple[str, list[Any]]:
        """Return the condition on `event` and its values, without what these names of the address set."""
        chosen = self.filter.without(*left_out)
        parts: list[tuple[str, list[Any]]] = []
        if chosen.actor:
            names = [name for name in chosen.actor if name != NOT_STATED]
            either = [f"{side} IN ({_marks(names)})" for side in ("side_a", "side_b") if names]
            neither = ["(side_a IS NULL AND side_b IS NULL)"] if NOT_STATED in chosen.actor else []
            parts.append((f"({' OR '.join(either + neither)})", names * 2))
        parts += [_any_of(KIND, chosen.kind)] if chosen.kind else []
        parts += [_any_of("admin1", chosen.place)] if chosen.place else []
        if chosen.source:
            told = ["id IN (SELECT id FROM temp.told_here)"] if set(chosen.source) != {NOT_STATED} else []
            silent = ["sources = 0"] if NOT_STATED in chosen.source else []
            parts.append((f"({' OR '.join(told + silent)})", []))
        parts += [
            (f"{column} {sign} ?", [value])
            for column, sign, value in (
                ("date_from", ">=", chosen.start), ("date_from", "<=", chosen.end),
                ("deaths_best", ">=", chosen.deaths_min), ("deaths_best", "<=", chosen.deaths_max),
                ("sources", ">=", chosen.sources_min), ("sources", "<=", chosen.sources_max),
            )
            if value is not None
        ]  # fmt: skip
        return " AND ".join(p for p, _ in parts) or "true", [v for _, values in parts for v in values]


@dataclass(frozen=True, slots=True)
class Area:
    """Where the events of a first-level area lie on average: degrees, over events with coordinates."""

    name: str
    longitude: float
    latitude: float
    events: int


def find_areas(record: Record) -> list[Area]:
    """Return each area with the middle of its events, the most frequent first; for the whole record."""
    return [
        Area(**row)
        for row in record.rows(
            """SELECT admin1 AS name, avg(longitude) AS longitude, avg(latitude) AS latitude, count(*) AS events
               FROM event WHERE admin1 IS NOT NULL AND latitude IS NOT NULL AND longitude IS NOT NULL
               GROUP BY admin1 ORDER BY events DESC, name"""
        )
    ]


def find_cells(record: Record, degrees: float) -> list[tuple[float, float, int]]:
    """Return the cells of a grid that hold events, by their south-west corner: longitude, latitude, events."""
    return [
        (row["x"] * degrees, row["y"] * degrees, row["n"])
        for row in record.rows(
            """SELECT floor(longitude / ?)::INTEGER AS x, floor(latitude / ?)::INTEGER AS y, count(*) AS n
               FROM event WHERE latitude IS NOT NULL AND longitude IS NOT NULL GROUP BY ALL ORDER BY 1, 2""",
            [degrees, degrees],
        )
    ]


def _any_of(column: str, names: tuple[str, ...]) -> tuple[str, list[Any]]:
    stated = [name for name in names if name != NOT_STATED]
    parts = [f"{column} IN ({_marks(stated)})"] if stated else []
    parts += [f"{column} IS NULL"] if NOT_STATED in names else []
    return f"({' OR '.join(parts)})", [*stated]


def _marks(values: list[str]) -> str:
    return ", ".join("?" for _ in values)
