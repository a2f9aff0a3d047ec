"""Scores that the reading benchmarks share: precision, recall and F1 from counts, and CEAF-REE for roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

T = TypeVar("T")
Entity = frozenset[tuple[str, ...]]


@dataclass(slots=True)
class Counts:
    """How many were right, how many were said and how many there are."""

    right: int = 0
    said: int = 0
    there: int = 0

    def add(self, right: int, said: int, there: int) -> None:
        """Add another text's counts."""
        self.right, self.said, self.there = self.right + right, self.said + said, self.there + there

    def scores(self) -> dict[str, float | int]:
        """Return precision, recall and F1, nought where nothing was said or is there, with the counts."""
        precision = self.right / self.said if self.said else 0.0
        recall = self.right / self.there if self.there else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
                "right": self.right, "said": self.said, "gold": self.there}  # fmt: skip


def together(counts: Iterable[Counts]) -> Counts:
    """Return the sums: what micro averages are made of."""
    total = Counts()
    for each in counts:
        total.add(each.right, each.said, each.there)
    return total


def match_entities(gold: Sequence[Entity], said: Sequence[Entity]) -> int:
    """Return how many entities match one to one, at best.

    CEAF-REE of Du, Rush & Cardie (2021, EACL, 3.2): one that was said matches a gold entity when every spelling it was
    given is one of the gold entity's; the best one-to-one matching is found by the Hungarian method.
    """
    return match_by(gold, said, lambda entity, one: bool(one) and one <= entity)


def match_by(gold: Sequence[T], said: Sequence[T], alike: Callable[[T, T], bool]) -> int:
    """Return how many match one to one, at best, where `alike(gold, said)` says which may."""
    if not gold or not said:
        return 0
    pairs = np.array([[alike(entity, one) for one in said] for entity in gold], dtype=float)
    rows, columns = linear_sum_assignment(pairs, maximize=True)
    return int(pairs[rows, columns].sum())
