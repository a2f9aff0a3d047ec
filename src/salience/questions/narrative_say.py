"""The narrative answer in words: the headline, the numbers with names, what must hold, and what to beware of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salience.questions.answer import Assumption, Estimate, format_number
from salience.questions.narrative_labels import OTHERS, Share, difference
from salience.questions.narrative_params import NarrativeParams
from salience.questions.narrative_voices import silent_since

if TYPE_CHECKING:
    from salience.questions.narrative import Found

FEW_TEXTS = 30


def say_headline(found: Found, params: NarrativeParams) -> str:
    """Return one or two plain sentences: who speaks, how the main actor is called, what changed."""
    if not found.texts:
        return "The record holds no texts of the period: it cannot say whose words are carried."
    sources = len({t.source for t in found.texts})
    parts = [f"{len(found.texts):,} texts of {sources:,} sources"]
    voices = found.voices
    if len(voices) >= 3:
        peak = max(voices, key=lambda row: row[1])
        if peak[0] != voices[-1][0] and peak[1] > 1.5 * voices[-1][1]:
            parts.append(f"{peak[1]} sources spoke in {peak[0]} and {voices[-1][1]} in {voices[-1][0]}")
    shift = _largest_shift(found, params)
    if shift:
        actor, label, before, after, (change, low, high) = shift
        way = "rose" if change > 0 else "fell"
        parts.append(
            f"the share of “{label}” among the names for {actor} {way} from {format_number(before, 'share')} before {found.split} to "
            f"{format_number(after, 'share')} after (change {format_number(change, 'difference in chance')}, {100 * params.level:.0f} % "
            f"interval {format_number(low, 'difference in chance')} to {format_number(high, 'difference in chance')})"
        )
    elif found.actors:
        top = _most_used(found, found.actors[0])
        if top:
            parts.append(
                f"{found.actors[0]} is mostly called “{top[0]}” ({format_number(top[1], 'share')} of {top[2]:,} namings)"
            )
    if found.repeated:
        group, _, _, _, share = max(found.repeated, key=lambda row: row[4])
        if share > 0:
            parts.append(
                f"{format_number(share, 'share')} of the text of {group} repeats earlier statements of parties"
            )
    return "; ".join(parts) + "."


def overall(found: Found, actor: str, label: str) -> tuple[Share, Share, Share]:
    """Return the share of a label over all groups: in all, before and after the split."""
    from collections import defaultdict

    from salience.questions.narrative_labels import share_of

    by_text = defaultdict(list)
    for text in found.texts:
        by_text[text.sha256].append(text)
    pairs = [(n, t) for n in found.namings if n.actor == actor for t in by_text[n.sha256]]
    parts = [pairs]
    for late in (False, True):
        parts.append([(n, t) for n, t in pairs if t.day and found.split and (t.day >= found.split) == late])
    shares = [
        share_of([t.source for n, t in part if n.label == label], [t.source for _, t in part], 0.95)
        for part in parts
    ]
    return shares[0], shares[1], shares[2]


def _labels_of(found: Found, actor: str) -> list[str]:
    counts: dict[str, int] = {}
    for row in found.labels:
        if row.actor == actor and row.label != OTHERS:
            counts[row.label] = counts.get(row.label, 0) + row.share.uses
    return sorted(counts, key=lambda k: (-counts[k], k))


def _largest_shift(
    found: Found, params: NarrativeParams
) -> tuple[str, str, float, float, tuple[float, float, float]] | None:
    """Return the label whose share changed most, of those whose interval does not hold zero."""
    best = None
    for actor in found.actors:
        for label in _labels_of(found, actor):
            _, before, after = overall(found, actor, label)
            change = difference(before, after, params.level)
            if change is None or before.value is None or after.value is None or change[1] <= 0 <= change[2]:
                continue
            if best is None or abs(change[0]) > abs(best[4][0]):
                best = (actor, label, before.value, after.value, change)
    return best


def _most_used(found: Found, actor: str) -> tuple[str, float, int] | None:
    labels = _labels_of(found, actor)
    if not labels:
        return None
    share, _, _ = overall(found, actor, labels[0])
    return (labels[0], share.value, share.of) if share.value is not None else None


def estimate_all(found: Found, params: NarrativeParams) -> tuple[Estimate, ...]:
    """Return the numbers that claims may refer to."""
    out: list[Estimate] = []
    for actor in found.actors:
        for label in _labels_of(found, actor)[: params.most_labels]:
            share, before, after = overall(found, actor, label)
            name = f"label:{actor}:{label}"
            out.append(Estimate(name, f"Share of “{label}” among the names for {actor}", share.value, share.low, share.high,
                                "share", share.of, params.level, "labels"))  # fmt: skip
            change = difference(before, after, params.level)
            if change is not None:
                out.append(Estimate(f"{name}:change", f"Change of that share at {found.split}", *change,
                                    "difference in chance", before.of + after.of, params.level, "labels"))  # fmt: skip
    if len(found.voices) >= 2:
        peak = max(found.voices, key=lambda row: row[1])
        last = found.voices[-1]
        gone = silent_since(found.texts, peak[0], last[0])
        note = "a count of this record, which has no sampling error"
        out.append(Estimate("sources_peak", f"Sources that spoke in {peak[0]}, the most in a year", peak[1], None, None, "sources",
                            peak[2], params.level, "voices", note))  # fmt: skip
        out.append(Estimate("sources_last", f"Sources that spoke in {last[0]}", last[1], None, None, "sources", last[2], params.level,
                            "voices", note))  # fmt: skip
        out.append(Estimate("sources_silent", f"Of those that spoke in {peak[0]}, silent in {last[0]}", len(gone), None, None,
                            "sources", peak[1], params.level, "voices", note))  # fmt: skip
    out.append(Estimate("passages", f"Passages of {params.passage} words or more in texts of two sources", float(len(found.repeats)),
                        None, None, "passages", len(found.texts), params.level, "passages",
                        f"{found.formulas:,} runs of eight words in more than {params.common} texts are formulas and left out"))  # fmt: skip
    return tuple(out)


def judge(found: Found, params: NarrativeParams) -> tuple[Assumption, ...]:
    """Say what must hold for the answer to mean what it says."""
    ambiguous = sum(n.how == "inferred" for n in found.namings)
    share = ambiguous / len(found.namings) if found.namings else 0.0
    undated = sum(t.day is None for t in found.texts)
    translated = "cannot be checked"
    return (
        Assumption("What was read as a name or label is one, and means whom it is said to mean.",
                   "cannot be checked" if not found.decisions else "holds" if params.rows == "accepted" else "cannot be checked",
                   f"{found.decisions:,} suggestions were reviewed by people; of {len(found.namings):,} namings, whom the label means was "
                   f"inferred for {format_number(share, 'share')}. `salience review` shows and decides them."),
        Assumption("The texts are those that the sources published, not a choice of some.", "cannot be checked",
                   "Nothing in the record tells what was not collected."),
        Assumption("Every text has its date.", "holds" if undated == 0 else "fails", f"{undated:,} of {len(found.texts):,} have none."),
        Assumption("The texts are in the words of their sources, not of a translator.", translated,
                   "A translated label is the translator's choice."),
        Assumption("The groups speak of the same things.", "cannot be checked",
                   "Where one group writes of war and another of aid, words differ by topic rather than by view; --topic narrows it."),
    )  # fmt: skip


def warn(found: Found, params: NarrativeParams) -> tuple[str, ...]:
    """Return what a reader should beware of."""
    warnings = []
    if len(found.texts) < FEW_TEXTS:
        warnings.append(
            f"There are {len(found.texts)} texts only: shares move by chance, and words cannot be told apart from topics."
        )
    if not found.namings:
        warnings.append(
            "No actor is named by a name that the record knows: list names in aliases.csv, and ask again."
        )
    if params.rows == "all" and found.namings:
        warnings.append("These are suggestions of rules, of which people have reviewed "
                        f"{found.decisions:,}. Ask with --rows accepted to see what review leaves.")  # fmt: skip
    if len(found.leads.first):
        warnings.append("Who is first in this record need not have started it: first is not cause.")
    return tuple(warnings)
