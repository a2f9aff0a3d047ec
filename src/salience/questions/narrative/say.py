"""The narrative answer in words: the headline, and the numbers with names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salience.methods.shares import ClusterShare, share_change
from salience.questions.answer import EXACT, Estimate, format_number, is_undecided, say_share
from salience.questions.narrative.labels import parts, share_of, shown_labels, uses_of
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.voices import fullest_year

if TYPE_CHECKING:
    from salience.questions.narrative.ask import Found

POINTS = "difference in chance"
COUNT = EXACT


def say_headline(found: Found, params: NarrativeParams) -> tuple[str, str]:
    """Say who speaks and how the main actor is called; then who fell silent, what changed, what is repeated."""
    if not found.texts:
        which = f" that mention {params.topic}" if params.topic else ""
        return f"The record holds no texts of the period{which}: it cannot say whose words are carried.", ""
    texts, sources = len(found.texts), len({t.source for t in found.texts})
    first, more = [f"{count_things(texts, 'text')} of {count_things(sources, 'source')}"], []
    if found.silent:
        peak, last, _ = found.silent
        then, now = (next(s for y, s, _ in found.voices if y == year) for year in (peak, last))
        if then > 1.5 * now:
            more.append(f"{then} sources spoke in {peak} and {now} in {last}")
    if found.actors and (said := _say_labels(found, params, found.actors[0])):
        first.append(said[0])
        more += said[1:]
    whole = [r for r in found.repeated if r.share.value and not is_undecided(r.share.low, r.share.high)]
    if whole:
        most = max(whole, key=lambda r: (r.share.low or 0.0, r.share.value))
        more.append(f"{_with_interval(most.share)} of the text of {most.group} repeats statements of parties")
    return "; ".join(first) + ".", " ".join(f"{clause[0].upper()}{clause[1:]}." for clause in more)


def _say_labels(found: Found, params: NarrativeParams, actor: str) -> list[str]:
    shifts = _shares(found, params, actor)
    if not shifts:
        return []
    label, whole, _, _ = shifts[0]
    calls = f"{actor} goes by “{label}” in {_with_interval(whole)} of {count_things(whole.of, 'naming')}"
    if len(shifts) > 1:
        label, whole, _, _ = shifts[1]
        calls += f", then by “{label}” ({_with_interval(whole).removesuffix(',')})"
    said = [calls]
    moved = [
        (label, b, a, c) for label, _, b, a in shifts if (c := share_change(b, a)) and not c[1] <= 0 <= c[2]
    ]
    if moved:
        label, before, after, change = max(moved, key=lambda row: abs(row[3][0]))
        way = "rose" if change[0] > 0 else "fell"
        low, high = (format_number(v, POINTS) for v in change[1:])
        said.append(
            f"the share of “{label}” {way} from {format_number(before.value, 'share')} before "
            f"{found.split} to "
            f"{format_number(after.value, 'share')} since (change {format_number(change[0], POINTS)}, "
            f"{100 * params.level:.0f} % interval {low} to {high})"
        )
    return said


def _shares(
    found: Found, params: NarrativeParams, actor: str
) -> list[tuple[str, ClusterShare, ClusterShare, ClusterShare]]:
    """Return the shares of an actor's labels over all groups: in all, before the split and since."""
    uses = uses_of(found.once, found.namings, actor)
    sides = (uses, *parts(uses, found.split))
    rows = []
    for label in shown_labels([n for n, _ in uses], params):
        whole, before, after = (share_of(s, [n.label == label for n, _ in s], params.level) for s in sides)
        rows.append((label, whole, before, after))
    return rows


def _with_interval(share: ClusterShare) -> str:
    value = format_number(share.value, "share")
    if share.low is None:
        return f"{value}, of one text or one day, hence without an interval,"
    if is_undecided(share.low, share.high):
        return say_share("share", share.value or 0.0, share.low, share.high, share.level)
    low, high = format_number(share.low, "share"), format_number(share.high, "share")
    return f"{value}, {100 * share.level:.0f} % interval {low} to {high},"


def count_things(number: int, thing: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def estimate_all(found: Found, params: NarrativeParams) -> tuple[Estimate, ...]:
    """Return the numbers that claims may refer to."""
    if not found.texts:
        return ()
    out: list[Estimate] = []
    for actor in found.actors:
        for label, whole, before, after in _shares(found, params, actor):
            out += _label_estimates(found, params, (actor, label), (whole, before, after))
    out += _voice_estimates(found, params)
    for row in (r for r in found.repeated if r.share.value or r.share.low is not None):
        alone = "of one text or one day, so that no interval can be given" if row.share.low is None else ""
        out.append(
            Estimate(
                f"repeated:{row.group}",
                f"Share of the text of {row.group} that repeats statements of parties",
                row.share.value,
                row.share.low,
                row.share.high,
                "share",
                row.texts,
                params.level,
                "repeated",
                alone,
            )
        )
    note = COUNT
    if found.formulas:
        note += f"; {found.formulas:,} runs of eight words in more than {params.common} texts are formulas and left out"
    out.append(
        Estimate(
            "passages",
            f"Passages of {params.passage} words or more in texts of two sources",
            float(len(found.repeats)),
            None,
            None,
            "passages",
            len(found.texts),
            params.level,
            "passages",
            note,
        )
    )
    return tuple(out)


def _label_estimates(
    found: Found,
    params: NarrativeParams,
    name: tuple[str, str],
    shares: tuple[ClusterShare, ClusterShare, ClusterShare],
) -> list[Estimate]:
    actor, label = name
    whole, before, after = shares
    key, alone = (
        f"label:{actor}:{label}",
        "all stand in one text or one day, so that no interval can be given",
    )
    out = [
        Estimate(
            key,
            f"Share of “{label}” among the names for {actor}",
            whole.value,
            whole.low,
            whole.high,
            "share",
            whole.of,
            params.level,
            "labels",
            alone if whole.low is None else "",
        )
    ]
    change = share_change(before, after)
    if change is not None:
        out.append(
            Estimate(
                f"{key}:change",
                f"Change of that share at {found.split}",
                change[0],
                change[1],
                change[2],
                POINTS,
                before.of + after.of,
                params.level,
                "labels",
            )
        )
    accepted = next((r for r in found.review if (r.actor, r.label) == name), None)
    if accepted is not None:
        share, gap = accepted.accepted, accepted.difference or (None, None, None)
        other = "" if share.value is not None else "nothing was accepted"
        out.append(
            Estimate(
                f"{key}:accepted",
                "The same among suggestions that people accepted",
                share.value,
                share.low,
                share.high,
                "share",
                share.of,
                params.level,
                "labels",
                other,
            )
        )
        out.append(
            Estimate(
                f"{key}:difference",
                "Accepted minus all",
                gap[0],
                gap[1],
                gap[2],
                POINTS,
                accepted.every.of,
                params.level,
                "labels",
                other,
            )
        )
    return out


def _voice_estimates(found: Found, params: NarrativeParams) -> list[Estimate]:
    if len(found.voices) < 2:
        return []
    peak, last = fullest_year(found.voices), found.voices[-1][0]
    by_year = {year: (sources, texts) for year, sources, texts in found.voices}
    out = [
        Estimate(
            "sources_peak",
            f"Sources that spoke in {peak}, the most in a year",
            float(by_year[peak][0]),
            None,
            None,
            "sources",
            by_year[peak][1],
            params.level,
            "voices_years",
            COUNT,
        ),
        Estimate(
            "sources_last",
            f"Sources that spoke in {last}, the last year",
            float(by_year[last][0]),
            None,
            None,
            "sources",
            by_year[last][1],
            params.level,
            "voices_years",
            COUNT,
        ),
    ]
    if found.silent:
        gone = len(found.silent[2])
        out.append(
            Estimate(
                "sources_silent",
                f"Of those that spoke in {peak}, silent in {last}",
                float(gone),
                None,
                None,
                "sources",
                by_year[peak][0],
                params.level,
                "silent",
                COUNT,
            )
        )
    return out
