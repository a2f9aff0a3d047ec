"""How far models were off on decisions whose outcome is known: a small table of our own, shipped with the program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from salience.methods.forecast import Past

SHIPPED = Path(__file__).with_name("errors.json")


@dataclass(frozen=True, slots=True)
class Errors:
    """What a back-test leaves for forecasts.

    Attributes
    ----------
    past : dict
        (model, "graded" or "two poles") to how far it was off.
    slope : float
        Of the chance of a pole in the compromise mean; see `chance_of_top`.
    slopes : tuple of float
        The same with proposals drawn anew: how well it is known.
    between : float
        Share of two-pole issues that ended at neither pole.
    citation : str
        On which decisions.
    scores : dict
        Each model's mean absolute error, CRPS, skill over past outcomes and coverage there.
    """

    past: dict[tuple[str, str], Past]
    slope: float
    slopes: tuple[float, ...]
    between: float
    citation: str
    scores: dict[str, dict[str, float]]

    def find(self, model: str, two_poles: bool) -> Past:
        """Return the errors of a model on issues of a kind."""
        return self.past[model, "two poles" if two_poles else "graded"]

    def to_json(self) -> str:
        """Return the table as JSON, with three decimals."""

        def plain(values: Any) -> Any:
            return [round(float(v), 3) for v in values]

        rows = [
            {"model": model, "kind": kind, "n": p.n, "shrink": plain(p.shrink), "lottery": round(p.lottery, 3),
             "errors": [plain(e) for e in p.errors], "reach": plain(p.reach)}
            for (model, kind), p in self.past.items()
        ]  # fmt: skip
        scores = {
            name: {key: round(value, 4) for key, value in of.items()} for name, of in self.scores.items()
        }
        head = {
            "citation": self.citation,
            "slope": round(self.slope, 3),
            "slopes": plain(self.slopes),
            "between": round(self.between, 3),
            "scores": scores,
        }
        text = ",\n".join("  " + json.dumps(row) for row in rows)
        return json.dumps(head)[:-1] + ', "past": [\n' + text + "\n]}\n"


def read_errors(path: Path) -> Errors:
    """Read what `Errors.to_json` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    past = {
        (row["model"], row["kind"]): Past(
            row["n"], np.array(row["shrink"]), np.array(row["errors"]), row["lottery"], np.array(row["reach"])
        )
        for row in data["past"]
    }
    return Errors(
        past, data["slope"], tuple(data["slopes"]), data["between"], data["citation"], data["scores"]
    )


@cache
def shipped_errors() -> Errors:
    """Return the errors on 249 issues of 98 decisions of the European Union."""
    return read_errors(SHIPPED)
