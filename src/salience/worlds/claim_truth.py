"""Whether a claim holds in a simulated conflict: its quantities' true values against its thresholds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WHAT = (
    "Which claims hold, by the parameters that the conflict was drawn with. truth is the true value of a quantity; "
    "margin is how far it lies from the threshold, in the quantity's own unit."
)


@dataclass(frozen=True, slots=True)
class PartTruth:
    """A part of a claim: its quantity, its true value, whether it holds, and how far it is from the threshold."""

    quantity: str
    value: float
    holds: bool
    margin: float


@dataclass(frozen=True, slots=True)
class ClaimTruth:
    """A claim: what was planted, whether all its parts hold, and the parts."""

    claim: str
    planted: bool | None
    holds: bool
    parts: tuple[PartTruth, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        parts = [
            {
                "quantity": p.quantity,
                "truth": _rounded(p.value),
                "holds": p.holds,
                "margin": _rounded(p.margin),
            }
            for p in self.parts
        ]
        return {"holds": self.holds, "planted": self.planted, "parts": parts}


def _rounded(value: float) -> float | None:
    """Return None for what has no bound; JSON has no infinity."""
    return round(value, 4) if math.isfinite(value) else None


def claim_truth(
    claim: Mapping[str, Any], values: Mapping[str, float], planted: bool | None = None
) -> ClaimTruth:
    """Return whether a claim holds.

    Parameters
    ----------
    claim : mapping
        As it stands in claims.toml.
    values : mapping of str to float
        The true value of each quantity that it names.
    planted : bool, optional
        Whether it was to hold; None where the conflict was drawn without regard to it.
    """
    parts = tuple(truth for part in claim["part"] for truth in _judge_part(part, values))
    return ClaimTruth(claim["id"], planted, all(part.holds for part in parts), parts)


def truth_text(truths: Sequence[ClaimTruth], kept: float = 1.0) -> str:
    """Return truth/claims.json."""
    told = {"what": WHAT, "kept": kept, "claims": {each.claim: each.to_dict() for each in truths}}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _judge_part(part: Mapping[str, Any], values: Mapping[str, float]) -> list[PartTruth]:
    """Hold a part's quantity, and that of its complement, against its threshold."""
    found = []
    for each in (part, part["complement"]) if "complement" in part else (part,):
        value, kind = float(values[each["quantity"]]), each["is"]
        if kind in ("within", "outside"):
            inside = min(value - each["low"], each["high"] - value)
            margin = inside if kind == "within" else -inside
        elif kind in ("true", "false"):
            margin = value - 0.5 if kind == "true" else 0.5 - value
        else:
            margin = value - each["threshold"] if kind == "above" else each["threshold"] - value
        found.append(PartTruth(each["quantity"], value, margin > 0, margin))
    return found
