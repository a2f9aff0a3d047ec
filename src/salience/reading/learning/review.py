"""Learning from a case's own review: what people accepted, edited and rejected re-scores what nobody has looked at yet.

Extra `train`. One model for mentions and one for statements, each with its quality by cross-validation over texts.
Nothing is accepted or rejected by a model: only the confidence of open suggestions changes, and only where it is sure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from salience.errors import InputError
from salience.reading.learning import NONE, Measured, SentenceCoder
from salience.record.store import Record

LAYERS = ("mention", "statement")
# Fewer reviewed rows than this say more about chance than about the reviewer.
FEWEST_REVIEWED = 30
AROUND = 80


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of one layer.

    Attributes
    ----------
    layer : str
        "mention" or "statement".
    reviewed, rejected : int
        Rows that people decided, and those of them that they rejected.
    measured : dict of str to Measured
        By kind: precision and recall by cross-validation; the rejected rows as "none of these".
    abstained : float
        Share of the reviewed rows on which the model was unsure.
    rescored, unsure : int
        Open suggestions that got a new confidence, and those left as they were because the model is unsure.
    """

    layer: str
    reviewed: int
    rejected: int
    measured: dict[str, Measured]
    abstained: float
    rescored: int
    unsure: int


def learn_from_review(record: Record, *, seed: int = 0, keep: bool = True) -> list[Learnt]:
    """Learn from the decisions in a record, and write the new confidence of what is still open.

    Parameters
    ----------
    record : Record
        Open for writing, unless `keep` is False.
    seed : int
        Of the folds.
    keep : bool
        Whether the new confidence is written; else only measured.

    Returns
    -------
    list of Learnt
        One a layer that has enough reviewed rows.

    Raises
    ------
    InputError
        No layer has enough reviewed rows, some accepted and some rejected or of several kinds; scikit-learn is missing.
    """
    learnt, short = [], []
    for layer in LAYERS:
        rows = record.rows(REVIEWED.format(layer=layer, around=AROUND), [layer])
        decided = [(row, _verdict(row)) for row in rows if row["state"] in ("accepted", "edited", "rejected")]
        kinds = {kind for _, kind in decided}
        if len(decided) < FEWEST_REVIEWED or len(kinds) < 2:
            short.append(f"{len(decided)} {layer}s of {len(kinds)} kinds")
            continue
        learnt.append(
            _learn(record, layer, decided, [row for row in rows if row["state"] is None], seed, keep)
        )
    if not learnt:
        raise InputError(
            f"learning needs {FEWEST_REVIEWED} reviewed mentions or statements, accepted or edited as well as "
            f"rejected; there are {' and '.join(short)}. Review more of them first: salience review CASE"
        )
    return learnt


# The last decision about a suggestion holds; "suggested" takes an earlier one back.
REVIEWED = """
    WITH last AS (
        SELECT target, arg_max(state, number) AS state, arg_max(change, number) AS change
        FROM decision WHERE layer = ? GROUP BY target
    )
    SELECT s.id, s.text, s.kind, s.how, s.quote,
           substr(t.content, greatest(s.start - {around}, 0) + 1, least(s.start, {around})) AS before,
           substr(t.content, s."end" + 1, {around}) AS after,
           nullif(l.state, 'suggested') AS state, l.change
    FROM {layer} s JOIN text t ON t.sha256 = s.text LEFT JOIN last l ON l.target = s.id
    ORDER BY s.id
"""


def _verdict(row: dict[str, Any]) -> str:
    """Return the kind a person let stand, or that it is none."""
    if row["state"] == "rejected":
        return NONE
    change = json.loads(row["change"] or "{}")
    return str(change.get("kind") or row["kind"])


def _described(row: dict[str, Any]) -> str:
    """Write a suggestion as words: its making, its own words, and those around it marked as such."""
    around = [
        *(f"before_{w}" for w in row["before"].split()[-8:]),
        *(f"after_{w}" for w in row["after"].split()[:8]),
    ]
    return " ".join([f"made_{row['how']}_{row['kind']}", f"kind_{row['kind']}", row["quote"], *around])


def _learn(
    record: Record,
    layer: str,
    decided: Sequence[tuple[dict[str, Any], str]],
    left: Sequence[dict[str, Any]],
    seed: int,
    keep: bool,
) -> Learnt:
    coder = SentenceCoder(seed=seed).fit(
        [_described(row) for row, _ in decided],
        [kind for _, kind in decided],
        groups=[row["text"] for row, _ in decided],
    )
    told = coder.chances([_described(row) for row in left])
    new: list[tuple[int, float]] = []
    for row, chances in zip(left, told, strict=True):
        if max(chances.values()) >= coder.unsure and row["kind"] in chances:
            new.append((row["id"], chances[row["kind"]]))
    if keep and new:
        _write(record, layer, new)
    rejected = sum(kind == NONE for _, kind in decided)
    return Learnt(
        layer, len(decided), rejected, dict(coder.measured), coder.abstained, len(new), len(left) - len(new)
    )


def _write(record: Record, layer: str, new: Sequence[tuple[int, float]]) -> None:
    scored = pa.table({"id": pa.array([i for i, _ in new], pa.int64()), "confidence": [c for _, c in new]})
    with record.transaction() as connection:
        connection.register("scored", scored)
        connection.execute(
            f"UPDATE {layer} SET confidence = scored.confidence FROM scored WHERE {layer}.id = scored.id"
        )
        connection.unregister("scored")
