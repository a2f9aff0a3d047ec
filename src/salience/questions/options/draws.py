"""Draws of what is not known of a case, and how models answer to them, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import NothingToAskError
from salience.methods.cells import FloatArray
from salience.methods.elicited import at_uniform, draw_elicited
from salience.questions.landscape.inputs import Landscape
from salience.questions.options.levers import FEWEST_ACTORS, Draw, apply_option, decide
from salience.questions.options.models import run_models
from salience.questions.options.params import Option, OptionsParams

BLOCK = 1024
KINDS = ("position", "salience", "capability")


@dataclass(frozen=True, slots=True)
class Quantities:
    """Every input as low, best, high, each drawn once; an actor's capability is one input where it is on all issues.

    Attributes
    ----------
    low, best, high : (k,) float
    cell : (3, actors, issues) int
        Which quantity each cell of each kind is; −1 where there is none.
    actor, kind : (k,) int
    issue : (k,) int
        −1 for an actor's capability on all issues.
    """

    low: FloatArray
    best: FloatArray
    high: FloatArray
    cell: npt.NDArray[np.int64] = field(repr=False)
    actor: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    issue: npt.NDArray[np.int64]

    @property
    def moving(self) -> npt.NDArray[np.int64]:
        """The quantities that are not certain."""
        return np.flatnonzero(self.high > self.low)

    def to_draw(self, values: FloatArray, present: npt.NDArray[np.bool_]) -> Draw:
        """Put drawn values (draws, k) into tables."""
        padded = np.concatenate([values, np.full((len(values), 1), np.nan)], axis=1)
        p, s, c = (padded[:, self.cell[kind]] for kind in range(3))
        return Draw(p, np.nan_to_num(s), np.nan_to_num(c), present)

    def name(self, k: int, land: Landscape) -> str:
        """Say which input this is."""
        issue = f" on {land.issue_names[self.issue[k]]}" if self.issue[k] >= 0 else ""
        return f"{land.names[self.actor[k]]}'s {KINDS[self.kind[k]]}{issue}"


@dataclass(frozen=True, slots=True)
class Table:
    """What is asked of: who is present, which issues can be forecast, what stays otherwise."""

    land: Landscape
    params: OptionsParams
    quantities: Quantities
    present: npt.NDArray[np.bool_]
    columns: list[int]
    left_out: tuple[str, ...]

    @property
    def issues(self) -> list[str]:
        """The issues that are looked at."""
        return [self.land.issue_names[k] for k in self.columns]

    @property
    def reference(self) -> FloatArray:
        """What stays if nobody agrees: (issues,), nan where not known."""
        found = [self.land.issues[k]["reference"] for k in self.columns]
        return np.array([np.nan if r is None else float(r) for r in found])

    def draw_values(self, number: int, seed: int) -> FloatArray:
        """Draw all quantities: (number, k)."""
        q, params = self.quantities, self.params
        groups = {"no": None, "actor": q.actor, "kind": q.kind}[params.correlated]
        return draw_elicited(
            q.low, q.best, q.high, number, shape=params.shape, seed=seed, groups=groups,
            correlation=0.0 if groups is None else params.correlation,
        )  # fmt: skip

    def values_at(self, points: FloatArray) -> FloatArray:
        """Return all quantities at points of the unit cube of the moving ones: (draws, moving) to (draws, k)."""
        q, at = self.quantities, self.quantities.moving
        values = np.broadcast_to(q.best, (len(points), len(q.best))).copy()
        values[:, at] = at_uniform(points, q.low[at], q.best[at], q.high[at], self.params.shape)
        return values

    def outcomes(self, values: FloatArray, names: Sequence[str], option: Option | None = None) -> FloatArray:
        """Run models on drawn values, a block at a time: (models, draws, issues)."""
        found = np.empty((len(names), len(values), len(self.columns)))
        for first in range(0, len(values), BLOCK):
            part = slice(first, first + BLOCK)
            draw = self.edit(values[part], option)
            tables = [a[..., self.columns] for a in draw.seated()]
            run = run_models(tuple(names), tables[0], tables[1], tables[2], self.reference)
            found[:, part] = decide(run, draw, option, self.land, self.reference, self.columns)
        return found

    def edit(self, values: FloatArray, option: Option | None) -> Draw:
        """Return drawn values as tables, under an option."""
        draw = self.quantities.to_draw(values, self.present)
        return draw if option is None else apply_option(draw, option, self.land, self.params)

    def can_run(self, option: Option | None) -> str:
        """Return why an option leaves nothing to forecast on some issue, or nothing."""
        draw = self.edit(self.quantities.best[None], option)
        known = np.isfinite(draw.positions[0][draw.present][:, self.columns])
        weight = draw.weight[0][draw.present][:, self.columns]
        for k, issue in enumerate(self.issues):
            if known[:, k].sum() < FEWEST_ACTORS:
                return f"on '{issue}' fewer than {FEWEST_ACTORS} actors with a position would be left"
            if not weight[:, k].sum() > 0:
                return f"on '{issue}' nobody would be left with weight"
        return ""


def lay_table(land: Landscape, params: OptionsParams) -> Table:
    """Find the issues that can be forecast, and list the uncertain quantities.

    Raises
    ------
    NothingToAskError
        The record has no landscape.
    """
    if not land.actors or not land.issues or not np.isfinite(land.position[..., 1]).any():
        raise NothingToAskError(
            "the record holds no positions. Fill in actors.csv, issues.csv and positions.csv in the case folder, or "
            "take in a table of a negotiation: salience add CASE FILE --as negotiation"
        )
    present = np.array([name not in params.absent for name in land.names])
    columns, left = [], []
    for k, issue in enumerate(land.issue_names):
        if params.issues and issue not in params.issues:
            continue
        known = np.isfinite(land.position[present, k, 1])
        weight = np.nansum((land.salience * land.capability)[present, k, 1][known])
        if known.sum() < FEWEST_ACTORS:
            left.append(
                f"{issue}: {known.sum()} actors with a position; there is no forecast with fewer than {FEWEST_ACTORS}"
            )
        elif not weight > 0:
            left.append(f"{issue}: nobody at the table has capability and salience above 0")
        else:
            columns.append(k)
    return Table(land, params, _list_quantities(land, params.unsure), present, columns, tuple(left))


def _list_quantities(land: Landscape, unsure: float) -> Quantities:
    shape = land.position.shape[:2]
    cell = np.full((3, *shape), -1, dtype=np.int64)
    triples: list[FloatArray] = []
    owners: list[tuple[int, int, int]] = []
    known = np.isfinite(land.position[..., 1])
    for kind, array in enumerate((land.position, land.salience, land.capability)):
        for i in range(shape[0]):
            stated = array[i][known[i]]
            one = kind == 2 and len(stated) and bool((stated == stated[0]).all())
            for j in np.flatnonzero(known[i]):
                if one and cell[kind, i].max() >= 0:
                    cell[kind, i, j] = cell[kind, i].max()
                    continue
                cell[kind, i, j] = len(triples)
                triples.append(_widen(array[i, j], kind, unsure))
                owners.append((i, kind, -1 if one else int(j)))
    low, best, high = np.array(triples).T
    actor, kinds, issue = np.array(owners, dtype=np.int64).T
    return Quantities(low, best, high, cell, actor, kinds, issue)


def _widen(triple: FloatArray, kind: int, unsure: float) -> FloatArray:
    """Give a value without a range the range that the case assumes."""
    low, best, high = (float(v) for v in triple)
    if low < high or unsure == 0.0:
        return np.array([low, best, high])
    most = (100.0, 1.0, np.inf)[kind]
    width = unsure * (best if kind == 2 else most)
    # Salience stays above 0 where it was, so that no draw leaves an issue without anyone who cares.
    least = min(best, 0.01) if kind == 1 else 0.0
    return np.array([max(best - width, least), best, min(best + width, most)])
