"""How many armed groups and outlets nobody named, from how often the named ones were seen."""

from __future__ import annotations

import narwhals as nw

from salience.errors import MethodError
from salience.methods import capture
from salience.questions.frames import Tables, in_period
from salience.questions.hidden.lists import who_told
from salience.questions.hidden.params import HiddenParams
from salience.questions.setting import Setting

GROUPS, OUTLETS = "armed actors (labels)", "sources"
CIVILIANS = ("Civilians", "Unknown", "")


def count_unseen(
    record: Tables, params: HiddenParams, setting: Setting, seed: int
) -> list[tuple[str, capture.UnseenSpecies]]:
    """Bound the number of armed actors by the events of each label, and of sources by the events each told of."""
    found = []
    for what, counts in (
        (GROUPS, _actor_counts(record, setting)),
        (OUTLETS, _source_counts(record, setting)),
    ):
        try:
            found.append((what, capture.unseen_species(counts, level=params.level, seed=seed)))
        except MethodError:
            continue  # none was seen: there is nothing to say
    return found


def _actor_counts(record: Tables, setting: Setting) -> list[int]:
    """Return in how many events each label is a side; civilians are no armed group."""
    counts: dict[str, int] = {}
    for side in ("side_a", "side_b"):
        rows = (
            in_period(record, setting)
            .filter(~nw.col(side).is_null())
            .group_by(side)
            .agg(nw.len().alias("events"))
            .collect("pyarrow")
            .to_native()
            .to_pylist()
        )
        for row in rows:
            if row[side] not in CIVILIANS:
                counts[row[side]] = counts.get(row[side], 0) + int(row["events"])
    return sorted(counts.values(), reverse=True)


def _source_counts(record: Tables, setting: Setting) -> list[int]:
    """Return how many events each source that is no dataset told of."""
    pairs = who_told(record, setting).select("source", "event").unique()
    rows = pairs.group_by("source").agg(nw.len().alias("n")).collect("pyarrow").to_native().to_pylist()
    return sorted((int(row["n"]) for row in rows), reverse=True)
