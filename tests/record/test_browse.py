"""What is counted, listed and found when looking through a record is what counting by hand finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browsable import FORMULA, QUOTED, SCRIPT, write_browsable
from salience.case import open_case
from salience.record.browsing.accounts import find_accounts, find_report, find_source, list_sources
from salience.record.browsing.filters import (
    LISTS,
    NAMES,
    NOT_STATED,
    Filter,
    FilterError,
    filter_fields,
    read_filter,
)
from salience.record.browsing.selection import SORTS, Selection, find_areas, find_cells
from salience.record.browsing.texts import search_texts
from salience.record.browsing.words import cut_excerpt, find_places, read_words
from salience.record.store import Record
from small_texts import write_texts_case

Row = dict[str, Any]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """Return the record of the small case."""
    folder = write_browsable(tmp_path_factory.mktemp("browse") / "case")
    with open_case(folder, read_only=True) as case:
        yield case.record


@pytest.fixture(scope="module")
def events(record: Record) -> list[Row]:
    """Return every event with who tells of it and what is said of it, gathered without the code under test."""
    rows = record.rows("SELECT * FROM event")
    tellers: dict[int, set[str]] = {}
    words: dict[int, list[str]] = {}
    for link in record.rows(
        """SELECT l.event, s.name, a.text, r.title FROM link l JOIN account a ON a.id = l.account
           JOIN source s ON s.id = a.source LEFT JOIN report r ON r.id = a.report"""
    ):
        tellers.setdefault(link["event"], set()).add(link["name"])
        words.setdefault(link["event"], []).extend([link["text"] or "", link["title"] or ""])
    for row in rows:
        row["tellers"] = tellers[row["id"]]
        names = (row[n] for n in ("place", "admin1", "admin2", "side_a", "side_b"))
        row["said"] = [*words[row["id"]], *(n for n in names if n)]
    return rows


def meets(row: Row, chosen: Filter) -> bool:
    """Say by plain Python whether an event meets a filter."""

    def one_of(values: tuple[str, ...], here: set[str | None]) -> bool:
        return not values or any((None if v == NOT_STATED else v) in here for v in values)

    def between(value: Any, low: Any, high: Any) -> bool:
        if low is None and high is None:
            return True
        return value is not None and (low is None or value >= low) and (high is None or value <= high)

    sides = {row["side_a"], row["side_b"]} - {None} or {None}
    tellers: set[str | None] = row["tellers"] | ({None} if row["sources"] == 0 else set())
    return (
        one_of(chosen.actor, sides)
        and one_of(chosen.kind, {row["kind_native"] or row["kind"]})
        and one_of(chosen.place, {row["admin1"]})
        and one_of(chosen.source, tellers)
        and between(row["date_from"], chosen.start, chosen.end)
        and between(row["deaths_best"], chosen.deaths_min, chosen.deaths_max)
        and between(row["sources"], chosen.sources_min, chosen.sources_max)
        and all(any(w.casefold() in s.casefold() for s in row["said"]) for w in read_words(chosen.q))
    )


CHOICES = {
    "actor": ["Government of Testland", "Group 1", "Civilians", FORMULA, "nobody", NOT_STATED],
    "kind": ["state-based conflict", "one-sided violence", "none such", NOT_STATED],
    "source": ["Local Herald", "Rights Group", "صدای مردم", "UCDP GED", "x' OR '1'='1", NOT_STATED],
    "place": ["North", "Capital", QUOTED, NOT_STATED],
}
FILTERS = st.builds(
    Filter,
    **{name: st.lists(st.sampled_from(v), max_size=2, unique=True).map(tuple) for name, v in CHOICES.items()},
    start=st.none() | st.dates(date(2020, 11, 1), date(2021, 8, 1)),
    end=st.none() | st.dates(date(2021, 6, 1), date(2022, 2, 1)),
    deaths_min=st.none() | st.integers(0, 4),
    deaths_max=st.none() | st.integers(3, 12),
    sources_min=st.none() | st.integers(0, 2),
    sources_max=st.none() | st.integers(1, 4),
    q=st.sampled_from(
        ["", "", "", "village", "VILLAGE 1", "O'Neil", "100%", "_town_", "' OR 1=1 --", "<script>", "\\"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=FILTERS)
def test_counts_and_pages_are_those_of_counting_by_hand(
    record: Record, events: list[Row], chosen: Filter
) -> None:
    selection = Selection(record, chosen)
    mine = [row for row in events if meets(row, chosen)]
    found = selection.summarise()
    assert found.events == len(mine)
    assert (found.low, found.best, found.high) == tuple(
        sum(row[f"deaths_{n}"] or 0 for row in mine) for n in ("low", "best", "high")
    )
    assert found.no_deaths == sum(row["deaths_best"] is None for row in mine)
    assert {row["id"] for row in selection.page(size=500)} == {row["id"] for row in mine}
    others = [row for row in events if meets(row, chosen.without("from", "to"))]
    assert dict(selection.count_days()) == Counter(row["date_from"] for row in others)
    values = {
        "kind": lambda row: {row["kind_native"] or row["kind"]},
        "place": lambda row: {row["admin1"]},
        "actor": lambda row: {row["side_a"], row["side_b"]} - {None} or {None},
        "source": lambda row: row["tellers"],
    }
    for name, of in values.items():
        by_hand = Counter(v for row in events if meets(row, chosen.without(name)) for v in of(row))
        assert {c.value: c.events for c in selection.count_by(name)} == by_hand, name  # type: ignore[arg-type]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_put_together_are_the_whole_in_order_from_both_ends(record: Record, sort: Any) -> None:
    selection = Selection(record, Filter())
    whole = [row["id"] for row in selection.page(sort, 0, 1000)]
    paged = [row["id"] for n in range(0, 160, 7) for row in selection.page(sort, n, 7, total=160)]
    assert whole == paged
    assert len(set(whole)) == 160
    assert [row["id"] for row in selection.page(sort, 0, 1000)] == whole
    query, values = selection.query("id", sort)
    assert [row["id"] for row in record.rows(query, values)] == whole


@given(chosen=FILTERS)
@settings(max_examples=100, deadline=None)
def test_a_filter_comes_back_from_its_address(chosen: Filter) -> None:
    wrong = [
        chosen.start and chosen.end and chosen.end < chosen.start,
        chosen.deaths_min is not None
        and chosen.deaths_max is not None
        and chosen.deaths_max < chosen.deaths_min,
        chosen.sources_min is not None
        and chosen.sources_max is not None
        and chosen.sources_max < chosen.sources_min,
    ]
    if any(wrong):
        with pytest.raises(FilterError):
            read_filter(chosen.pairs())
    else:
        assert read_filter(chosen.pairs()) == chosen
    assert {name for name, _ in chosen.pairs()} <= set(NAMES)
    assert chosen.without(*NAMES) == Filter()
    for name in LISTS:
        assert chosen.with_value(name, "new").without_value(name, "new") == chosen
    assert len(filter_fields()) == len(NAMES)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("from", "yesterday", "day"), ("from", "2021-13", "day"), ("to", "2021-02-30", "day"), ("to", "٢٠٢١", "day"),
        ("from", "0000", "day"), ("deaths_min", "-1", "number"), ("deaths_max", "1.5", "number"),
        ("deaths_max", "٣", "number"), ("sources_min", "99999999999999999999", "size"), ("q", "x" * 301, "long"),
        ("actor", "x" * 301, "long"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_field(name: str, value: str, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        read_filter([(name, value), ("kind", "fine")])
    assert [(fault.name, fault.reason) for fault in caught.value.faults] == [(name, reason)]
    assert str(caught.value).startswith(f"{name}: '{value[:60]}'")


def test_a_month_or_a_year_is_its_first_day_in_from_and_its_last_in_to() -> None:
    chosen = read_filter([("from", "2020-02"), ("to", "2020-02")])
    assert (chosen.start, chosen.end) == (date(2020, 2, 1), date(2020, 2, 29))
    chosen = read_filter([("from", "2020"), ("to", "2021")])
    assert (chosen.start, chosen.end) == (date(2020, 1, 1), date(2021, 12, 31))
    assert read_filter([("deaths_min", "1,000"), ("from", " "), ("page", "x")]) == Filter(deaths_min=1000)


def test_accounts_stand_side_by_side_with_what_differs_from_the_lead(record: Record) -> None:
    event = record.rows("SELECT id FROM event WHERE native_id = '1012'")[0]["id"]
    accounts = find_accounts(record, event)
    full = [account for account in accounts if account.told == "full"]
    assert [account.is_lead for account in accounts][:2] == [True, False]
    assert len(full) == 2
    assert full[0].values["deaths_best"] != full[1].values["deaths_best"]
    assert {"deaths_best", "deaths_high"} <= full[1].differs
    assert "place" not in full[1].differs
    assert not full[0].differs
    named = [account for account in accounts if account.told == "named"]
    assert named
    assert all(set(account.values.values()) == {None} and not account.differs for account in named)
    assert len(accounts) == record.rows("SELECT accounts FROM event WHERE id = ?", [event])[0]["accounts"]


def test_sources_tell_as_many_events_as_counting_says(record: Record, events: list[Row]) -> None:
    for listed in list_sources(record):
        mine = [row for row in events if listed["name"] in row["tellers"]]
        found = find_source(record, listed["id"])
        assert found is not None
        assert listed["events"] == found["events"] == len(mine)
        if listed["kind"] != "dataset":
            assert found["alone"] == sum(row["sources"] == 1 for row in mine)
    assert find_source(record, 5) is None


def test_a_report_knows_its_events(record: Record) -> None:
    account = record.rows("SELECT report FROM account WHERE report IS NOT NULL LIMIT 1")[0]
    report = find_report(record, account["report"])
    assert report is not None
    assert report["content"] is None
    assert report["events"]
    assert find_report(record, 5) is None


def test_areas_and_cells_hold_every_placed_event(record: Record, events: list[Row]) -> None:
    placed = [row for row in events if row["latitude"] is not None]
    assert sum(n for _, _, n in find_cells(record, 0.25)) == len(placed)
    assert {a.name: a.events for a in find_areas(record)} == Counter(
        r["admin1"] for r in placed if r["admin1"]
    )


def test_a_record_made_before_the_table_of_tellings_gets_it_and_does_without_while_read_only(
    tmp_path: Path,
) -> None:
    folder = write_browsable(tmp_path / "case")
    file = folder / "record.duckdb"
    with Record(file) as record:
        by_table = Selection(record, Filter(source=("Local Herald",))).summarise()
        counts = Selection(record, Filter()).count_by("source")
        held = record.rows("SELECT * FROM telling ORDER BY ALL")
        record.connection.execute("DROP TABLE telling")
    with Record(file, read_only=True) as record:
        assert Selection(record, Filter(source=("Local Herald",))).summarise() == by_table
        assert Selection(record, Filter()).count_by("source") == counts
        assert list_sources(record)
    with Record(file) as record:
        assert record.rows("SELECT * FROM telling ORDER BY ALL") == held


TEXT = "The Café of Malmö was hit. CAFE owners said: «\u0643\u062a\u0627\u0628» and \u06a9\u062a\u0627\u0628."


@pytest.mark.parametrize(
    ("q", "count"),
    [
        ("cafe", 2), ("CAFÉ", 2), ("malmo", 1), ('"cafe of"', 1), ("\u06a9\u062a\u0627\u0628", 2), ("(", 0), (".", 2),
        ("\\", 0), ("*", 0), ("", 0),
    ],
)  # fmt: skip
def test_words_are_found_whatever_their_case_accents_or_keyboard(q: str, count: int) -> None:
    places = find_places(TEXT, read_words(q))
    assert len(places) == count
    excerpt = cut_excerpt(TEXT, places, 10)
    assert sum(marked for _, marked in excerpt.pieces) >= min(count, 1)
    assert [text for text, marked in excerpt.pieces if marked][:1] == [TEXT[a:b] for a, b in places[:1]]


def test_accents_are_no_matter_and_records_made_before_are_searched_too(tmp_path: Path) -> None:
    texts = [
        ("A", "2024-01-01", "Médecins came to the town."),
        ("B", "2024-01-02", "“Medecins” said nothing."),
    ]
    folder = write_texts_case(tmp_path / "case", texts)
    file = folder / "record.duckdb"
    with Record(file) as record:
        for q in ("medecins", "médecins", "MÉDECINS said", '"medecins” said"'):
            assert search_texts(record, q)[0] == (1 if "said" in q else 2), q
        record.connection.execute("DROP TABLE text_words")
    with Record(file, read_only=True) as record:
        assert search_texts(record, "medecins")[0] == 2


def test_texts_are_searched_and_the_excerpt_holds_the_span(tmp_path: Path) -> None:
    folder = write_texts_case(tmp_path / "case")
    with open_case(folder, read_only=True) as case:
        total, hits = search_texts(case.record, "TALIBAN schools")
        assert total == 1
        assert hits[0].source == "Quay Post"
        assert next(text for text, marked in hits[0].excerpt.pieces if marked) in ("Taliban", "schools")
        # Persian, typed on an Arabic keyboard.
        total, hits = search_texts(case.record, "نيروهاي")
        assert [hit.source for hit in hits] == ["خبرگزاری سپیدار"]
        assert search_texts(case.record, SCRIPT) == (0, [])
        assert search_texts(case.record, "hill", start=1) == (1, [])
