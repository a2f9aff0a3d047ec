"""Who did it: whom sources name as the acting side, where they differ, and how often each is right if most are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salience.errors import MethodError
from salience.methods.reports import Raters, dawid_skene
from salience.questions.reconcile.accounts import Reduced, Voice, find_voices

LEAST_EVENTS = 20


@dataclass(frozen=True, slots=True)
class Blame:
    """Whom sources name, and what follows.

    Attributes
    ----------
    events : tuple of int
    labels : tuple of str
    voices : tuple of Voice
    said : tuple of tuple
        For each event its (voice, label) pairs.
    number : tuple of int
        Events that each voice names somebody for.
    found : Raters
    """

    events: tuple[int, ...]
    labels: tuple[str, ...]
    voices: tuple[Voice, ...]
    said: tuple[tuple[tuple[int, int], ...], ...]
    number: tuple[int, ...]
    found: Raters

    def disputed(self) -> list[int]:
        """Return the events where two labels or more are named, the least certain first."""
        several = [k for k, said in enumerate(self.said) if len({label for _, label in said}) > 1]
        return sorted(several, key=lambda k: (float(self.found.probability[k].max()), k))


def compare_blame(reduced: Reduced, most: int, seed: int, level: float) -> Blame | None:
    """Apply Dawid & Skene's model to the acting side; None where fewer than 20 events are told of by two sources."""
    named: dict[int, dict[int, str]] = {}
    rows = [r for r in reduced.rows if r["said_a"]]
    voices, of_source = find_voices(rows, most)
    for r in rows:
        named.setdefault(r["event"], {})[of_source[r["name"]]] = r["said_a"]
    several = {event: said for event, said in named.items() if len(said) > 1}
    labels = sorted({label for said in several.values() for label in said.values()})
    if len(several) < LEAST_EVENTS or len(labels) < 2:
        return None
    speaking = sorted({voice for said in several.values() for voice in said})
    position, label_at = {v: k for k, v in enumerate(speaking)}, {x: k for k, x in enumerate(labels)}
    events = sorted(several)
    said = tuple(
        tuple((position[voice], label_at[label]) for voice, label in sorted(several[event].items()))
        for event in events
    )
    triples = [(k, voice, label) for k, pairs in enumerate(said) for voice, label in pairs]
    item, rater, rating = np.array(triples, dtype=np.int64).T
    try:
        found = dawid_skene(item, rater, rating, resamples=100, seed=seed, level=level)
    except MethodError:
        return None
    number = tuple(int(n) for n in np.bincount(rater, minlength=len(speaking)))
    return Blame(tuple(events), tuple(labels), tuple(voices[v] for v in speaking), said, number, found)


def describe_said(blame: Blame, which: int) -> str:
    """Write who names whom: "A: X; B, C: Y"."""
    by_label: dict[int, list[str]] = {}
    for voice, label in blame.said[which]:
        by_label.setdefault(label, []).append(blame.voices[voice].name)
    return "; ".join(
        f"{', '.join(names)}: {blame.labels[label]}" for label, names in sorted(by_label.items())
    )
