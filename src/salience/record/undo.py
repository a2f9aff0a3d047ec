"""Going back through what one person decided, step by step; every step back is a row of the chain too."""

from __future__ import annotations

import json
import re

from salience.record.decisions import Decision, decision_rows
from salience.record.store import Record

# The note of a decision that takes another back.
UNDOES = re.compile(r"undoes decision (\d{1,15})")


def undo_last(record: Record, by: str) -> Decision | None:
    """Return the decision that takes back the last one of a person, about whatever it was.

    Asked again and again it goes back one decision after the other: one that was taken back is passed over, and so is
    the row that took it back.

    Returns
    -------
    Decision or None
        None when this person decided nothing that still stands.
    """
    own = [row for row in decision_rows(record) if row["by"] == " ".join(by.split())]
    undone = {int(found[1]) for row in own if (found := UNDOES.fullmatch(row["note"] or ""))}
    standing_now = [
        row for row in own if row["number"] not in undone and not UNDOES.fullmatch(row["note"] or "")
    ]
    if not standing_now:
        return None
    last = standing_now[-1]
    earlier = [row for row in own if row["target"] == last["target"] and row["number"] < last["number"]]
    note = f"undoes decision {last['number']}"
    if not earlier:
        return Decision(last["target"], last["layer"], "suggested", by, note=note)
    before = earlier[-1]
    return Decision(
        last["target"], last["layer"], before["state"], by, json.loads(before["change"] or "{}"), note=note
    )
