"""The landscape as arrays: what each actor wants on each issue, by whom that was said, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.methods.cells import FloatArray
from salience.questions.frames import Tables
from salience.questions.setting import Period
from salience.record.citations import cited_sources

ENDS = ("low", "best", "high")


@dataclass(frozen=True, slots=True)
class Landscape:
    """Actors and issues in the order of their files; triples are low, best, high; nan is not stated.

    Attributes
    ----------
    actors, issues : tuple of dict
        Rows of `stakeholder` and `issue`.
    position, salience, capability : (actors, issues, 3) float
        Several coders' values make one interval: the lowest low, the mean best, the highest high. Capability is that
        of the issue where stated, else the actor's, else 1 for all.
    constituency, legitimacy : (actors, 3) float
    sourced : (actors, issues) bool
        Whether the position has a source.
    coders : (actors, issues) int
        How many coded it.
    rows : dict
        (actor, issue) to the ids of the record's positions.
    relations : tuple of (actor, other, kind)
        Indexes of actors.
    assumed : tuple of str
        What was not stated and had to be assumed, in plain words.
    cited : tuple of str
        The sources that the positions cite, each once.
    absent : tuple of str
        Actors that did not exist in the period, with the day that says so; they are in none of the rest.
    """

    actors: tuple[dict[str, Any], ...]
    issues: tuple[dict[str, Any], ...]
    position: FloatArray
    salience: FloatArray
    capability: FloatArray
    constituency: FloatArray
    legitimacy: FloatArray
    sourced: npt.NDArray[np.bool_]
    coders: npt.NDArray[np.int64]
    rows: dict[tuple[int, int], tuple[int, ...]] = field(repr=False)
    relations: tuple[tuple[int, int, str], ...]
    assumed: tuple[str, ...]
    cited: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def one_source(self) -> str:
        """The source that all positions come from; empty where there are several, or positions without a source."""
        known = np.isfinite(self.position[..., 1])
        return self.cited[0] if len(self.cited) == 1 and bool(self.sourced[known].all()) else ""

    def only(self, keep: npt.NDArray[np.bool_]) -> Landscape:
        """Return the landscape with some of its issues: (issues,) bool."""
        at = {int(old): new for new, old in enumerate(np.flatnonzero(keep))}
        return replace(
            self,
            issues=tuple(i for i, k in zip(self.issues, keep, strict=True) if k),
            position=self.position[:, keep],
            salience=self.salience[:, keep],
            capability=self.capability[:, keep],
            sourced=self.sourced[:, keep],
            coders=self.coders[:, keep],
            rows={(i, at[k]): ids for (i, k), ids in self.rows.items() if k in at},
        )

    @property
    def names(self) -> list[str]:
        """The actors' names."""
        return [str(actor["name"]) for actor in self.actors]

    @property
    def issue_names(self) -> list[str]:
        """The issues' names."""
        return [str(issue["name"]) for issue in self.issues]


def read_landscape(record: Tables, period: Period | None = None) -> Landscape:
    """Read the landscape from the record; without one it has no actors and no issues.

    Actors and relations whose time (`since`, `until`) does not overlap the period are left out.
    """
    listed = _unique(_rows(record, "stakeholder"))
    actors = [row for row in listed if not _outside(row, period)]
    absent = tuple(f"{row['name']} ({when})" for row in listed if (when := _outside(row, period)))
    issues = _unique(_rows(record, "issue"))
    at = {row["id"]: k for k, row in enumerate(actors)}
    on = {row["id"]: k for k, row in enumerate(issues)}
    shape = (len(actors), len(issues))
    said: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(record, "position"):
        if row["actor"] in at and row["issue"] in on:
            said[at[row["actor"]], on[row["issue"]]].append(row)
    arrays = {name: np.full((*shape, 3), np.nan) for name in ("", "salience_", "capability_")}
    sourced, coders = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    for cell, rows in said.items():
        for prefix, array in arrays.items():
            array[cell] = _merge([tuple(row[prefix + end] for end in ENDS) for row in rows])
        told = [row for row in rows if row["best"] is not None]
        sourced[cell] = bool(told) and all(row["source"] for row in told)
        coders[cell] = len({row["coder"] for row in told})
    position = arrays[""]
    salience, capability, assumed = _fill(position, arrays["salience_"], arrays["capability_"], actors)
    return Landscape(
        tuple(actors), tuple(issues), position, salience, capability, _standing(actors, "constituency"),
        _standing(actors, "legitimacy"), sourced, coders,
        {cell: tuple(row["id"] for row in rows) for cell, rows in said.items()},
        tuple((at[r["actor"]], at[r["other"]], r["kind"]) for r in _rows(record, "relation")
              if r["actor"] in at and r["other"] in at and not _outside(r, period)),
        assumed,
        cited_sources(row["source"] for rows in said.values() for row in rows if row["best"] is not None),
        absent,
    )  # fmt: skip


def _outside(row: dict[str, Any], period: Period | None) -> str:
    """Return why a row's time does not overlap the period, or nothing."""
    if period and period.end and row["since"] and row["since"] > period.end:
        return f"since {row['since']}"
    if period and period.start and row["until"] and row["until"] < period.start:
        return f"until {row['until']}"
    return ""


def say_absent(landscape: Landscape) -> list[str]:
    """Say who is left out because of its time, in a sentence or none."""
    if not landscape.absent:
        return []
    names = _some(landscape.absent, 6)
    verb = "is" if len(landscape.absent) == 1 else "are"
    return [f"{names} {verb} left out: by actors.csv there was no such actor in the case's period."]


def _rows(record: Tables, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = record.table(table).collect().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: (row["origin"], row["line"], row["id"]))


def _unique(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first row of each id: the case's own tables (origin 0) come before imported files."""
    first: dict[int, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    return list(first.values())


def _merge(triples: Sequence[tuple[float | None, ...]]) -> tuple[float, float, float]:
    stated = [(low, best, high) for low, best, high in triples
              if low is not None and best is not None and high is not None]  # fmt: skip
    if not stated:
        return (np.nan, np.nan, np.nan)
    low, best, high = zip(*stated, strict=True)
    return min(low), sum(best) / len(best), max(high)


def _standing(actors: Sequence[dict[str, Any]], name: str) -> FloatArray:
    return np.array(
        [[np.nan if a[f"{name}_{end}"] is None else a[f"{name}_{end}"] for end in ENDS] for a in actors],
        dtype=np.float64,
    ).reshape(len(actors), 3)


def _fill(
    position: FloatArray, salience: FloatArray, capability: FloatArray, actors: Sequence[dict[str, Any]]
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Fill in what must be assumed to weigh positions, and say what it was."""
    known = np.isfinite(position[..., 1])
    assumed = []
    unsaid = known & ~np.isfinite(salience[..., 1])
    if unsaid.any():
        salience = np.where(unsaid[..., None], np.array([0.0, 0.5, 1.0]), salience)
        assumed.append(
            f"For {int(unsaid.sum())} of {int(known.sum())} positions nobody said how much the actor "
            "cares: anything "
            "from 0 to 1 is taken as possible."
        )
    own = _standing(actors, "capability")
    capability = np.where(np.isfinite(capability), capability, own[:, None, :])
    unable = known & ~np.isfinite(capability[..., 1])
    if unable.any():
        if np.isfinite(capability[..., 1]).any():
            stated = capability[np.isfinite(capability[..., 1])]
            fill = np.array([0.0, float(np.median(stated[:, 1])), float(stated[:, 2].max())])
            words = "anything up to the largest stated is taken as possible"
        else:
            fill, words = np.ones(3), "all are taken to be equally able"
        capability = np.where(unable[..., None], fill, capability)
        names = [str(a["name"]) for a, row in zip(actors, unable, strict=True) if row.any()]
        assumed.append(f"Nobody said what {_some(names)} can do: {words}.")
    return salience, capability, tuple(assumed)


def _some(names: Sequence[str], most: int = 4) -> str:
    if len(names) <= most:
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return ", ".join(names[:most]) + f" and {len(names) - most} more"
