"""The reduction: from accounts, wherever they are held, to who told which number of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from salience.questions.frames import Tables, in_period
from salience.questions.reconcile.params import Count, ReconcileParams
from salience.questions.setting import Setting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OTHERS = "all other sources"
CIVILIANS = "Civilians"
NUMBERS = ("deaths_low", "deaths_best", "deaths_high", "deaths_a", "deaths_b", "deaths_civilians")
PLAIN, OWN, ENEMY = "", "its own losses", "its enemy's losses"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: a source, or sources that copy each other."""

    name: str
    kind: str
    speaks_for: str

    @property
    def is_party(self) -> bool:
        """Whether it speaks for one that fights."""
        return bool(self.speaks_for) or self.kind in {"party", "official"}


@dataclass(frozen=True, slots=True)
class Item:
    """What numbers are about: an event, and a side where losses are told by side."""

    event: int
    side: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Who told what, for one kind of count.

    Attributes
    ----------
    what : str
        deaths, sides or civilians.
    items : tuple of Item
    biases : tuple of (int, str)
        Voice and whose losses it speaks of.
    voices : tuple of Voice
    item, bias, voice : (n,) int
    low, high : (n,) float
        nan where there is no bound.
    copy_of : (n,) int
        The account that this one repeats or that replaced it, or −1.
    account : (n,) int
        account.id
    copies, replaced : int
        Accounts not counted for they repeat another source, or because their source told a later number.
    dataset : (items,) float
        The dataset's own figure; nan where there is none.
    """

    what: Count
    items: tuple[Item, ...]
    biases: tuple[tuple[int, str], ...]
    voices: tuple[Voice, ...]
    item: Ints
    bias: Ints
    voice: Ints
    low: Floats
    high: Floats
    copy_of: Ints
    account: Ints
    copies: int
    replaced: int
    dataset: Floats

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Which accounts count."""
        return np.asarray(self.copy_of < 0)

    @property
    def numbered(self) -> npt.NDArray[np.bool_]:
        """Which accounts count and tell a number or a range, not only "at least" or "at most"."""
        return self.counted & ~np.isnan(self.low) & ~np.isnan(self.high)

    def tellers(self) -> Ints:
        """Return how many accounts count for each item."""
        return np.bincount(self.item[self.counted], minlength=len(self.items))

    def bias_name(self, which: int) -> str:
        """Name a bias: the source, and whose losses it speaks of where that matters."""
        voice, about = self.biases[which]
        return f"{self.voices[voice].name}: {about}" if about else self.voices[voice].name

    def told(self) -> Floats:
        """Return each account as one number: the middle of a range, the bound of "at least" or "at most"."""
        low = np.where(np.isnan(self.low), self.high, self.low)
        return np.asarray((low + np.where(np.isnan(self.high), self.low, self.high)) / 2)


@dataclass(frozen=True, slots=True)
class Reduced:
    """All that the record tells of numbers.

    Attributes
    ----------
    rows : list of dict
        One an account that tells a number, of any source but datasets (unless they count as sources).
    named : int
        Accounts of the period whose numbers are not known: a dataset names their source and no more.
    dataset_rows : dict
        A dataset's own account of each event.
    events : dict
        Id, native id, day, area and sides by event.
    copy_of_report : dict
    """

    rows: list[dict[str, Any]]
    named: int
    dataset_rows: Mapping[int, dict[str, Any]]
    events: Mapping[int, dict[str, Any]]
    copy_of_report: Mapping[int, int]


def reduce_accounts(record: Tables, params: ReconcileParams, setting: Setting) -> Reduced:
    """Read who told which numbers within the period."""
    events = in_period(record, setting, figures=True).select(
        nw.col("id").alias("event"), "native_id", "date_from", "admin1", "side_a", "side_b"
    )
    links = record.table("link").filter(nw.col("probability") >= 0.5).select("account", "event")
    sources = record.table("source").select(
        nw.col("id").alias("source"),
        "name",
        nw.col("kind").alias("source_kind"),
        "speaks_for",
        "independence_group",
    )
    accounts = record.table("account").select(
        nw.col("id").alias("account"), "source", "told", "report", "published", *NUMBERS,
        nw.col("side_a").alias("said_a"), nw.col("side_b").alias("said_b"),
    )  # fmt: skip
    named = (
        accounts.filter(nw.col("told") == nw.lit("named"))
        .select("account")
        .join(links, on="account", how="inner")
        .join(events.select("event"), on="event", how="inner")
        .select(nw.len().alias("n"))
    )
    tells = ~nw.col(NUMBERS[0]).is_null()
    for name in (*NUMBERS[1:], "said_a"):
        tells = tells | ~nw.col(name).is_null()
    told = (
        accounts.filter(nw.col("told") != nw.lit("named"), tells)
        .join(sources, on="source", how="inner")
        .join(links, on="account", how="inner")
        .join(events, on="event", how="inner")
    )
    rows = told.collect("pyarrow").to_native().to_pylist()
    rows.sort(key=lambda r: (r["event"], str(r["published"] or ""), r["account"]))
    own = {r["event"]: r for r in rows if r["source_kind"] == "dataset"}
    if params.datasets == "beside":
        rows = [r for r in rows if r["source_kind"] != "dataset"]
    copies = record.table("copy").select("report", "copy_of").collect("pyarrow").to_native().to_pylist()
    return Reduced(
        rows=rows,
        named=int(named.collect("pyarrow").to_native().to_pylist()[0]["n"]),
        dataset_rows=own,
        events={r["event"]: r for r in (*own.values(), *rows)},
        copy_of_report={r["report"]: r["copy_of"] for r in copies}
        | {r["copy_of"]: r["copy_of"] for r in copies},
    )


def find_voices(rows: Sequence[Mapping[str, Any]], most: int) -> tuple[tuple[Voice, ...], dict[str, int]]:
    """Return who speaks, those with most accounts first, and each source's position among them."""
    number: dict[str, int] = {}
    about: dict[str, Voice] = {}
    of_source: dict[str, str] = {}
    for r in rows:
        name = r["independence_group"] or r["name"]
        of_source[r["name"]] = name
        number[name] = number.get(name, 0) + 1
        if name not in about or r["name"] == name:
            about[name] = Voice(name, r["source_kind"] or "", r["speaks_for"] or "")
    ranked = sorted(number, key=lambda name: (-number[name], name))
    shown = ranked if len(ranked) <= most else ranked[: most - 1]
    position = {name: k for k, name in enumerate(shown)}
    voices = [about[name] for name in shown]
    if len(shown) < len(ranked):
        voices.append(Voice(OTHERS, "", ""))
    return tuple(voices), {source: position.get(name, len(shown)) for source, name in of_source.items()}


def gather_figures(reduced: Reduced, what: Count, params: ReconcileParams) -> Figures:
    """Put the numbers of one kind into arrays; copies and replaced numbers are marked."""
    told = [(r, side, low, high) for r in reduced.rows for side, low, high in _numbers(r, what)]
    voices, of_source = find_voices([t[0] for t in told], params.most_sources)
    items: dict[Item, int] = {}
    biases: dict[tuple[int, str], int] = {}
    columns: list[tuple[int, int, int, float, float, int]] = []
    keys: list[tuple[int, str]] = []
    for r, side, low, high in told:
        voice = of_source[r["name"]]
        item = items.setdefault(Item(r["event"], side), len(items))
        about = _whose(voices[voice].speaks_for, side, r) if what == "sides" else PLAIN
        bias = biases.setdefault((voice, about), len(biases))
        columns.append((item, bias, voice, low, high, r["account"]))
        keys.append((item, r["independence_group"] or r["name"]))
    copy_of, copies, replaced = _mark_copies(told, keys, reduced.copy_of_report)
    dataset = np.full(len(items), np.nan)
    for about_it, k in items.items():
        for side, low, high in _numbers(reduced.dataset_rows.get(about_it.event, {}), what):
            if side == about_it.side and low == high:
                dataset[k] = low
    table = np.array([c[:3] for c in columns], dtype=np.int64).reshape(-1, 3)
    return Figures(
        what=what,
        items=tuple(items),
        biases=tuple(biases),
        voices=voices,
        item=table[:, 0],
        bias=table[:, 1],
        voice=table[:, 2],
        low=np.array([c[3] for c in columns], dtype=np.float64),
        high=np.array([c[4] for c in columns], dtype=np.float64),
        copy_of=copy_of,
        account=np.array([c[5] for c in columns], dtype=np.int64),
        copies=copies,
        replaced=replaced,
        dataset=dataset,
    )


def _numbers(r: Mapping[str, Any], what: Count) -> list[tuple[str, float, float]]:
    """Return side, low and high of each number of an account; nan where it sets no bound."""
    if not r:
        return []
    if what == "sides":
        a, b = r["side_a"] or "", r["side_b"] or ""
        if r["said_a"] and r["said_a"] == b and r["said_b"] in (None, a):
            a, b = b, a
        pairs = ((a, r["deaths_a"]), (b, r["deaths_b"]))
        return [(side, n, n) for side, n in pairs if n is not None and side and side != CIVILIANS]
    if what == "civilians":
        return [] if r["deaths_civilians"] is None else [("", r["deaths_civilians"], r["deaths_civilians"])]
    low, best, high = r["deaths_low"], r["deaths_best"], r["deaths_high"]
    if best is not None:
        return [("", best, best)]
    if low is None and high is None:
        return []
    return [("", np.nan if low is None else low, np.nan if high is None else high)]


def _whose(speaks_for: str, side: str, r: Mapping[str, Any]) -> str:
    """Say whose losses a source speaks of, as seen by whom it speaks for."""
    if not speaks_for or speaks_for not in (r["side_a"], r["side_b"]):
        return PLAIN
    return OWN if side == speaks_for else ENEMY


def _mark_copies(
    told: Sequence[tuple[Any, ...]], keys: Sequence[tuple[int, str]], copy_of_report: Mapping[int, int]
) -> tuple[Ints, int, int]:
    """Mark what does not count: all but the last number of a source or of sources that copy each other, and copies.

    Rows come in the order of publication.
    """
    copy_of = np.full(len(told), -1, dtype=np.int64)
    last = {key: k for k, key in enumerate(keys)}
    first_text: dict[tuple[int, int], int] = {}
    copies = replaced = 0
    for k, (row, key) in enumerate(zip(told, keys, strict=True)):
        if last[key] != k:
            copy_of[k] = last[key]
            same = told[last[key]][0]["name"] == row[0]["name"]
            replaced, copies = replaced + same, copies + (not same)
            continue
        text = copy_of_report.get(row[0]["report"])
        if text is not None:
            original = first_text.setdefault((key[0], text), k)
            if original != k:
                copy_of[k] = original
                copies += 1
    return copy_of, copies, replaced
