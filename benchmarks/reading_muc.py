"""Roles in MUC-4 texts: perpetrators, targets, victims and weapons, by rules and by the learned reader.

Scored by CEAF-REE (Du, Rush & Cardie 2021): each entity that is found is given by one spelling, its surest, which must
be one of the gold entity's spellings word for word; entities are matched one to one. The learned reader never sees
FILE: it learns from `train.jsonl.gz` beside it, or from --train. Where FILE is that file itself, five folds are read,
each by a reader that learned from the other four. `head` counts a name as found when its last word is the last word
of a gold spelling, which forgives "armed men" for "three armed men". `rules` reads without a model, with a list of
names from the same reviewed texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reading_scores import Counts, Entity, match_entities, together
from salience.reading.events import find_events
from salience.reading.learning import RoleReader, fold_name
from salience.reading.learning.roles import learn_names, split_words
from salience.reading.names import Matcher
from salience.reading.reader import find_mentions
from salience.reading.sentences import split_sentences

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
        same = known_texts(train, rows)
        found = learn_and_read(same, rows) if same else cross_read(rows)
        out |= score(rows, found)
        out["head"] = score(rows, found, heads=True)
    listed = list_names(same) if (same := known_texts(train, rows)) else {}
    ruled = [read_by_rules(row["doctext"], listed) for row in rows]
    if given.rules_only:
        out |= score(rows, ruled)
    out["rules"] = score(rows, ruled)
    out["texts"], out["scored by"] = len(rows), "CEAF-REE, one spelling an entity"
    return out


def load(path: Path) -> list[dict[str, Any]]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def known_texts(train: Path, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the texts of `train` that are not among those to be read."""
    if not train.is_file():
        return []
    read = {row["docid"] for row in rows}
    return [row for row in load(train) if row["docid"] not in read]


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


def list_names(train: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    """Return names that filled a role in two texts or more, and in half of the texts in which they stand."""
    known = learn_names(
        [split_words(row["doctext"]) for row in train], [fillers_of(row) for row in train], SLOTS
    )
    listed: dict[tuple[str, ...], str] = {}
    for name, seen in known.seen.items():
        slot = max(SLOTS, key=lambda s: known.filled[s][name])
        if known.filled[slot][name] >= max(2, seen / 2):
            listed[name] = slot
    return listed


def read_by_rules(text: str, listed: dict[tuple[str, ...], str]) -> Found:
    """Read without a model: listed names, and who acts where a sentence tells of violence.

    The texts have no capitals, so the rules see only names that a list holds and actors that are described.
    """
    sentences = split_sentences(text)
    described = find_mentions(text, sentences, Matcher(()))
    violent = [e for e in find_events(text, sentences, described) if e.kind in ("ASSAULT", "FIGHT", "COERCE")]
    found: Found = {slot: [] for slot in SLOTS}
    if not violent:
        return found
    groups: dict[str, list[tuple[str, ...]]] = {slot: [] for slot in SLOTS}
    plain = [word for word, _, _ in split_words(text)]
    longest = max(map(len, listed), default=0)
    i = 0
    while i < len(plain):
        sizes = range(min(longest, len(plain) - i), 0, -1)
        name = next((tuple(plain[i : i + n]) for n in sizes if tuple(plain[i : i + n]) in listed), None)
        if name is not None:
            groups[listed[name]].append(name)
        i += len(name) if name else 1
    actors = [fold_name(e.actor) for e in violent if e.actor and e.kind != "COERCE"]
    groups["PerpInd"] += actors[:1] if not groups["PerpInd"] else []
    for slot, names in groups.items():
        found[slot] = [" ".join(name) for name in dict.fromkeys(names)]
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
