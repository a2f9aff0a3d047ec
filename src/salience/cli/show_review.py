"""Review on a terminal: how far it has come, what waits, and how far people agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salience.reading.agreeing import CoderAgreement
from salience.reading.review import Progress

AROUND = 60


def progress_lines(progress: Progress) -> list[str]:
    """Return how many suggestions of each kind are in each state, and who decided."""
    head = (
        "kind",
        "suggested",
        "accepted",
        "edited",
        "same-as",
        "rejected",
        "unsure",
        "all rows",
        "accepted rows",
    )
    names = ("suggested", "accepted", "edited", "same_as", "rejected", "unsure", "all", "accepted_only")
    rows = [(row["kind"], *(f"{row[name]:,}" for name in names)) for row in progress.kinds]
    if not rows:
        return ["No text was read yet; salience add CASE FILE --as documents takes texts in."]
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(w) if k == 0 else cell.rjust(w)
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in [head, *rows]
    ]
    lines.append(
        "“All rows” are what a question uses unless it is asked of accepted rows: all but the rejected."
    )
    if progress.people:
        told = ", ".join(f"{name} {count:,}" for name, count in progress.people)
        lines.append(
            f"Decided by: {told}. {progress.decisions:,} decisions are kept in all, those taken back included."
        )
    if progress.orphans:
        lines.append(
            f"{progress.orphans:,} decided suggestions are no longer made by the present reading; their decisions "
            "are kept and hold again when it makes them."
        )
    if progress.outdated:
        lines.append(
            f"{progress.outdated:,} suggestions were decided when the reading said something else; they come first."
        )
    return lines


def item_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return each suggestion in its context, with the shortest beginning of its id that only it has."""
    if not rows:
        return ["Nothing waits."]
    ids = [str(row["id"]) for row in rows]
    short = next((n for n in range(6, 20) if len({i[:n] for i in ids}) == len(ids)), 19)
    lines = []
    for row in rows:
        before, after = row["before"][-AROUND:].replace("\n", " "), row["after"][:AROUND].replace("\n", " ")
        told = [row["kind"], f"stands for {row['value']}" if row["layer"] == "mention" else row["value"]]
        told += [f"{name}: {row[name]}" for name in ("speaker", "about") if row[name]]
        state = row["state"] + (f" by {row['by']}" if row["by"] else "")
        lines.append(
            f"{row['id'][:short]}  {'; '.join(str(t) for t in told if t)}  [{state}; {row['how']} {row['confidence']}]"
        )
        # Each piece of text on its own line and direction: mixed scripts would else run into each other.
        lines.append(f"    \u2068{before}⟦{row['quote']}⟧{after}\u2069")
    lines.append(f"{len(rows):,} suggestions. Decide here with --accept ID or --reject ID and --by NAME.")
    return lines


def agreement_lines(measured: Sequence[CoderAgreement]) -> list[str]:
    """Return agreement in sentences, each figure with its interval."""
    lines = []
    names = {"all": "All suggestions", "mention": "Mentions", "statement": "Statements"}
    for one in measured:
        found = one.found
        start = f"{names[one.about]}, {one.asked}:"
        if found is None:
            if one.about == "all" and one.asked == "whether it stands":
                return [
                    "No suggestion was decided by two people yet, so the record cannot say how far they agree."
                ]
            continue
        what = "suggestion" if found.units == 1 else "suggestions"
        base = f"{found.units:,} {what} that at least two of {found.coders} people decided"
        if found.alpha != found.alpha:
            lines.append(
                f"{start} all decided alike ({base}); where nothing differs, alpha cannot be computed."
            )
            continue
        interval = (
            f" ({100 * found.level:.0f}% interval {found.low:.2f} to {found.high:.2f})"
            if found.low == found.low
            else ""
        )
        lines.append(f"{start} alpha {found.alpha:.2f}{interval}, from {base}.")
        if found.undefined > 0.01:
            lines.append(
                f"  {found.undefined:.0%} of resamples had no difference and are left out of the interval."
            )
    lines.append(
        "Alpha is 1 where all agree and 0 where they agree as by chance (Krippendorff 2019). The interval resamples "
        "suggestions. Decisions of “unsure” count as no opinion."
    )
    return lines
