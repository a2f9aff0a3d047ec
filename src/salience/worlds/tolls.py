"""Contradictory numbers in a simulated conflict: several sources' own tolls of the same events; one party lies.

A source tells round(toll · bias · exp(spread · z)); a party has one bias for its own losses and one for its enemy's.
Some numbers are rounded, some are ranges, "at least" or "dozens", and one source repeats another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from salience.worlds.coding import Coded
from salience.worlds.simulate import stream
from salience.worlds.truth import Flags, Ints, Truth

Columns = dict[str, Sequence[Any]]

TOLLS = 41  # the step's random stream
LEAST = 2  # deaths from which numbers were gathered
DOZENS = (24, 99)


@dataclass(frozen=True, slots=True)
class Teller:
    """A source and its habits with numbers.

    Attributes
    ----------
    name, kind, speaks_for, group : str
        As in sources.csv.
    chance : float
        Of telling the number of an event.
    bias, own, enemy : float
        What it multiplies a toll by; a party has `own` and `enemy`.
    spread : float
        Standard deviation of its log error.
    rounds, vague : float
        Share of its numbers from 10 on that are rounded to tens; share told as a range, "at least" or "dozens".
    repeats : str
        Whose numbers it repeats.
    wrong : float
        Share of attacks on civilians that it lays at a wrong door.
    """

    name: str
    kind: str
    chance: float
    spread: float
    bias: float = 1.0
    own: float = 1.0
    enemy: float = 1.0
    speaks_for: str = ""
    group: str = ""
    rounds: float = 0.0
    vague: float = 0.0
    repeats: str = ""
    wrong: float = 0.1


OFFICIAL = "Ministry of Public Order"
TELLERS = (
    Teller("Casualty Watch Halvanea", "ngo", 0.55, 0.15, vague=0.1, wrong=0.05),
    Teller("Longitude Wire Service", "agency", 0.40, 0.30, rounds=0.5, group="Longitude Wire Service", wrong=0.12),
    Teller("The Continental Post", "outlet", 0.60, 0.30, repeats="Longitude Wire Service",
           group="Longitude Wire Service"),
    Teller("Tidewater Herald", "outlet", 0.40, 0.40, bias=1.4, vague=0.35, rounds=0.3, wrong=0.15),
    Teller(OFFICIAL, "official", 0.60, 0.20, bias=0.5, own=0.4, enemy=2.0, speaks_for="Government of Halvanea",
           wrong=0.6),
    Teller("Harrow Front Information Office", "party", 0.50, 0.30, speaks_for="Harrow Front", wrong=0.3),
)  # fmt: skip

MAPPING = """# How to read tolls.csv: numbers that were gathered because they contradict each other.
[dataset]
events_of = "UCDP GED"   # events named by another dataset's ids
figures_only = true      # who is in this table says nothing of who covered what

[columns]
id = "line"
event = "incident"
source = "told_by"
published = "told_on"
deaths_low = "least"
deaths_best = "killed"
deaths_high = "most"
deaths_a = "killed_of_side_a"
deaths_b = "killed_of_side_b"
deaths_civilians = "killed_civilians"
side_a = "blamed"
text = "words"
"""


@dataclass(frozen=True, slots=True)
class Tolls:
    """Who told what: all arrays (n,), −1 where nothing was told."""

    event: Ints
    teller: Ints
    low: Ints
    best: Ints
    high: Ints
    side_a: Ints
    side_b: Ints
    civilians: Ints
    blamed: np.ndarray[Any, np.dtype[np.str_]]
    words: np.ndarray[Any, np.dtype[np.str_]]

    def take(self, which: Flags | Ints) -> dict[str, Any]:
        """Return the columns of some rows."""
        return {name: getattr(self, name)[which] for name in self.__dataclass_fields__}


def draw_tolls(truth: Truth, coded: Coded) -> Tolls | None:
    """Draw the numbers; None where the world has no official channel of that name, which is the party that lies."""
    if OFFICIAL not in {o.name for o in truth.world.outlets}:
        return None
    rng = stream(truth.seed, TOLLS)
    events = coded.event[truth.events.deaths[coded.event] >= LEAST]
    parts: list[dict[str, Any]] = []
    for j, teller in enumerate(TELLERS):
        if teller.repeats:
            model = next(p for p, t in zip(parts, TELLERS, strict=False) if t.name == teller.repeats)
            chosen = rng.random(len(model["event"])) < teller.chance
            parts.append(
                {name: x[chosen] for name, x in model.items()} | {"teller": np.full(chosen.sum(), j)}
            )
        else:
            parts.append(_tell(truth, events, j, rng))
    columns = {name: np.concatenate([p[name] for p in parts]) for name in Tolls.__dataclass_fields__}
    order = np.lexsort((columns["teller"], columns["event"]))
    return Tolls(**{name: x[order] for name, x in columns.items()})


def _tell(truth: Truth, events: Ints, j: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return what one source tells of the events that it speaks of."""
    teller, true = TELLERS[j], truth.events
    sides = np.array([(c.side_a, c.side_b) for c in truth.world.campaigns])[true.campaign[events]]
    party = np.full(len(events), True) if not teller.speaks_for else (sides == teller.speaks_for).any(axis=1)
    event = events[party & (rng.random(len(events)) < teller.chance)]
    sides = np.array([(c.side_a, c.side_b) for c in truth.world.campaigns])[true.campaign[event]]
    one_sided = np.array([c.kind == 3 for c in truth.world.campaigns])[true.campaign[event]]
    error = teller.spread * rng.standard_normal(len(event))
    biases = [
        np.where(sides[:, k] == teller.speaks_for, teller.own, teller.enemy)
        if teller.speaks_for
        else teller.bias
        for k in (0, 1)
    ]
    side_a = _habits(true.deaths_a[event] * biases[0] * np.exp(error), teller, rng)
    side_b = _habits(true.deaths_b[event] * biases[1] * np.exp(error), teller, rng)
    civilians = _habits(true.deaths_civilians[event] * teller.bias * np.exp(error), teller, rng)
    best = _habits(true.deaths[event] * teller.bias * np.exp(error), teller, rng)
    low, high, best, words = _vaguely(best, teller, rng)
    nothing = np.full(len(event), -1)
    if teller.speaks_for:  # A party tells of losses by side.
        low, best, high = nothing, nothing, nothing
        words = np.full(len(event), "", dtype=words.dtype)
    return {
        "event": event, "teller": np.full(len(event), j), "low": low, "best": best, "high": high,
        "side_a": np.where(one_sided, -1, side_a), "side_b": np.where(one_sided, -1, side_b),
        "civilians": np.where(one_sided, civilians, -1), "blamed": _blame(truth, sides, one_sided, teller, rng),
        "words": words,
    }  # fmt: skip


def _habits(number: Any, teller: Teller, rng: np.random.Generator) -> Ints:
    """Round to whole numbers, and some from 10 on to tens."""
    whole = np.rint(number)
    tens = (whole >= 10) & (rng.random(len(whole)) < teller.rounds)
    return np.asarray(np.where(tens, np.rint(number / 10) * 10, whole), dtype=np.int64)


def _vaguely(best: Ints, teller: Teller, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Any]:
    """Tell some numbers as "dozens" where they are, as "at least", or as a range around them."""
    draw, low, high = rng.random(len(best)), np.full(len(best), -1), np.full(len(best), -1)
    vague = draw < teller.vague
    dozens = vague & (best >= DOZENS[0]) & (best <= DOZENS[1])
    least = vague & ~dozens & (draw < teller.vague / 2) & (best >= 2)
    spread = vague & ~dozens & ~least
    low = np.where(dozens, DOZENS[0], np.where(least, np.maximum(best * 4 // 5, 1), low))
    high = np.where(dozens, DOZENS[1], high)
    low = np.where(spread, best * 3 // 4, low)
    high = np.where(spread, best + best // 4 + 1, high)
    words = np.where(dozens, "dozens", np.where(least, "at least", np.where(spread, "between", "")))
    return low, high, np.where(vague, -1, best), words


def _blame(truth: Truth, sides: Any, one_sided: Flags, teller: Teller, rng: np.random.Generator) -> Any:
    """Name who attacked civilians: rightly, or one of the other armed actors; a party never names itself."""
    names = np.array([a.name for a in truth.world.actors])
    true = sides[:, 0]
    other = names[rng.integers(0, len(names), len(true))]
    wrong = (rng.random(len(true)) < teller.wrong) | (true == teller.speaks_for)
    blamed = np.where(wrong, other, true)
    rival = next((str(n) for n in names if n != teller.speaks_for), "")
    return np.where(one_sided, np.where(blamed == teller.speaks_for, rival, blamed), "")


def toll_columns(truth: Truth, tolls: Tolls, ids: Ints) -> Columns:
    """Return the table as a person would have gathered it."""
    days = (
        truth.events.first_day[tolls.event]
        + np.array([1 + 2 * (t.kind == "ngo") for t in TELLERS])[tolls.teller]
    )
    return {
        "line": [f"T-{k:05d}" for k in range(1, len(tolls.event) + 1)],
        "incident": ids[tolls.event].tolist(),
        "told_by": [TELLERS[j].name for j in tolls.teller],
        "told_on": days.tolist(),
        "least": _blank(tolls.low),
        "killed": _blank(tolls.best),
        "most": _blank(tolls.high),
        "killed_of_side_a": _blank(tolls.side_a),
        "killed_of_side_b": _blank(tolls.side_b),
        "killed_civilians": _blank(tolls.civilians),
        "blamed": tolls.blamed.tolist(),
        "words": tolls.words.tolist(),
    }


def toll_sources(columns: Columns) -> Columns:
    """Add to sources.csv the tellers that the world's outlets are not among."""
    known = set(columns["name"])
    added = [t for t in TELLERS if t.name not in known]
    more: Columns = {
        "name": [t.name for t in added],
        "canonical": [t.name for t in added],
        "kind": [t.kind for t in added],
        "country": ["" for _ in added],
        "language": ["" for _ in added],
        "speaks_for": [t.speaks_for for t in added],
        "independence_group": [t.group for t in added],
    }
    return {name: [*values, *more[name]] for name, values in columns.items()}


def toll_truth(tolls: Tolls) -> dict[str, Any]:
    """Return every teller's habits; true tolls stand in truth/events.csv."""
    told = np.bincount(tolls.teller, minlength=len(TELLERS)).tolist()
    return {
        "what": "bias, own and enemy multiply a toll; spread is the standard deviation of the log error",
        "events_with_numbers": len(np.unique(tolls.event)),
        "tellers": [asdict(t) | {"accounts": n} for t, n in zip(TELLERS, told, strict=True)],
    }


def _blank(values: Ints) -> list[Any]:
    return [v if v >= 0 else "" for v in values.tolist()]
