"""How far the people who reviewed the same suggestions agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from salience.methods.agreement import Agreement, nominal_alpha
from salience.reading.review import Item, find_items
from salience.record.decisions import EDITABLE, decision_rows, last_by_person
from salience.record.store import Record

STANDS = ("accepted", "edited", "same-as")


@dataclass(frozen=True, slots=True)
class CoderAgreement:
    """Agreement on one question that coders answered.

    Attributes
    ----------
    about : str
        "all", a layer or a kind.
    asked : str
        "whether it stands" or "as what it stands".
    found : Agreement or None
        None when no suggestion was decided by two people.
    """

    about: str
    asked: str
    found: Agreement | None


def measure_agreement(record: Record, *, draws: int = 2_000, seed: int = 0) -> list[CoderAgreement]:
    """Return Krippendorff's alpha between the people who decided, over all suggestions and by layer.

    "Whether it stands" sets accepted, edited and same-as against rejected. "As what it stands" tells kinds and values
    after edits apart. Who was unsure is missing: that is no opinion.
    """
    last = last_by_person(decision_rows(record))
    items = {item.id: item for item in find_items(record, ids=sorted({target for target, _ in last}))}
    measured = []
    for about in ("all", "mention", "statement"):
        chosen = {
            key: row
            for key, row in last.items()
            if row["state"] != "unsure" and (about == "all" or row["layer"] == about)
        }
        for asked, code in (("whether it stands", _stands_code), ("as what it stands", _sense_code)):
            codes = {key: code(row, items.get(key[0])) for key, row in chosen.items()}
            measured.append(CoderAgreement(about, asked, _alpha(codes, draws, seed)))
    return measured


def _stands_code(row: Mapping[str, Any], item: Item | None) -> str:
    return "stands" if row["state"] in STANDS else "rejected"


def _sense_code(row: Mapping[str, Any], item: Item | None) -> str:
    if row["state"] not in STANDS:
        return "rejected"
    change = row["change"]
    seen = change.get("saw", {}) if item is None else {name: getattr(item, name) or "" for name in EDITABLE}
    return json.dumps([str(change.get(name, seen.get(name, ""))) for name in EDITABLE])


def _alpha(codes: Mapping[tuple[int, str], str], draws: int, seed: int) -> Agreement | None:
    people = {by: place for place, by in enumerate(sorted({by for _, by in codes}))}
    units = {target: place for place, target in enumerate(sorted({target for target, _ in codes}))}
    words = {word: place for place, word in enumerate(sorted(set(codes.values())))}
    table = np.full((len(people), len(units)), np.nan)
    for (target, by), word in codes.items():
        table[people[by], units[target]] = words[word]
    if not people or not ((~np.isnan(table)).sum(axis=0) >= 2).any():
        return None
    return nominal_alpha(table, draws=draws, seed=seed)
