"""Roles in MUC-4 texts: perpetrators, targets, victims and weapons, by rules and by the learned reader.

Scored by CEAF-REE (Du, Rush & Cardie 2021): each entity that is found is given by one spelling, its surest, which must
be one of the gold entity's spellings word for word; entities are matched one to one. The learned reader never sees
FILE: it learns from `train.jsonl.gz` beside it, or from --train. Where FILE is that file itself, five folds are read,
each by a reader that learned from the other four. `head` counts a name as found when its last word is the last word
of a gold spelling, which forgives "armed men" for "three armed men".
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reading_scores import Counts, Entity, match_entities, together

from salience.reading.learning import RoleReader, fold_name

SLOTS = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
FOLDS = 5
Found = dict[str, list[str]]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.jsonl.gz")
    parser.add_argument("--train", type=Path, help="What to learn from; else train.jsonl.gz beside FILE.")
    parser.add_argument("--rules-only", action="store_true", help="Leave out the learned reader.")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    rows = load(given.file)
    train = given.train or given.file.with_name("train.jsonl.gz")
    out: dict[str, Any] = {}
    if not given.rules_only:
        if not train.is_file():
            raise SystemExit(f"{train} is not there: name the reviewed texts to learn from with --train")
        same = load(train)
        seen = {row["docid"] for row in rows} & {row["docid"] for row in same}
        found = cross_read(rows) if len(seen) == len(rows) else learn_and_read(
            [row for row in same if row["docid"] not in seen], rows
        )  # fmt: skip
        out |= score(rows, found)
        out["head"] = score(rows, found, heads=True)
    ruled = [read_by_rules(row["doctext"]) for row in rows]
    if given.rules_only:
        out |= score(rows, ruled)
    out["rules"] = score(rows, ruled)
    out["texts"], out["scored by"] = len(rows), "CEAF-REE, one spelling an entity"
    return out


def load(path: Path) -> list[dict[str, Any]]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def fillers_of(row: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Return a text's entities by slot, each as its spellings; their places are left out."""
    return {
        slot: [[name for name, _ in entity] for entity in row["extracts"].get(slot, ())] for slot in SLOTS
    }


def learn_and_read(train: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> list[Found]:
    reader = RoleReader().fit([row["doctext"] for row in train], [fillers_of(row) for row in train])
    found = []
    for row in rows:
        here: Found = {slot: [] for slot in SLOTS}
        for filler in reader.read(row["doctext"]):
            here[filler.role].append(filler.names[0])
        found.append(here)
    return found


def cross_read(rows: Sequence[dict[str, Any]]) -> list[Found]:
    found: list[Found] = [{} for _ in rows]
    for fold in range(FOLDS):
        inside = [row for k, row in enumerate(rows) if k % FOLDS != fold]
        held = [k for k in range(len(rows)) if k % FOLDS == fold]
        for k, here in zip(held, learn_and_read(inside, [rows[k] for k in held]), strict=True):
            found[k] = here
    return found


def score(rows: Sequence[dict[str, Any]], found: Sequence[Found], heads: bool = False) -> dict[str, Any]:
    counts = {slot: Counts() for slot in SLOTS}
    for row, here in zip(rows, found, strict=True):
        for slot in SLOTS:
            gold = [entity_of(entity, heads) for entity in fillers_of(row)[slot]]
            said = [entity_of([name], heads) for name in here.get(slot, ())]
            counts[slot].add(match_entities(gold, said), len(said), len(gold))
    return {slot: each.scores() for slot, each in counts.items()} | {
        "micro": together(counts.values()).scores()
    }


def entity_of(names: Sequence[str], heads: bool) -> Entity:
    folded = [fold_name(name) for name in names]
    return frozenset((name[-1:] if heads else name) for name in folded if name)
