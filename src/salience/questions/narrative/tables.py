"""The tables of labels and of who speaks; each row points to the places in the texts behind it."""

from __future__ import annotations

from collections.abc import Sequence

from salience.methods.shares import ClusterShare, share_change
from salience.questions.answer import Cell, Column, Table
from salience.questions.narrative.excerpts import Excerpts
from salience.questions.narrative.labels import LabelRow, LabelUsers, YearRow
from salience.questions.narrative.review import Reviewed
from salience.questions.narrative.texts import Text
from salience.questions.narrative.voices import Silent, Voice

POINT = Column("excerpts", "places", "anchors")
LOW, HIGH = Column("low", "from", "share"), Column("high", "to", "share")


def interval_cells(share: ClusterShare) -> tuple[Cell, Cell, Cell]:
    """Return a share and its interval as three cells."""
    return share.value, share.low, share.high


def tabulate_labels(rows: Sequence[LabelRow], excerpts: Excerpts) -> Table:
    """Return how each group calls each actor, with the change at the split."""
    cells = []
    for row in rows:
        change = share_change(row.before, row.after) or (None, None, None)
        where = excerpts.uses(row.examples, f"{row.actor}: {row.label}")
        cells.append(
            (
                row.group,
                row.actor,
                row.label,
                where,
                row.share.hits,
                row.texts,
                *interval_cells(row.share),
                row.before.value,
                row.after.value,
                *change,
                day_cell(row.first),
                day_cell(row.last),
            )
        )
    columns = (
        Column("group", "source"),
        Column("actor", "actor"),
        Column("label", "called"),
        POINT,
        Column("uses", "times", "integer"),
        Column("texts", "texts", "integer"),
        Column("share", "share of namings", "share"),
        LOW,
        HIGH,
        Column("before", "before", "share"),
        Column("after", "after", "share"),
        Column("change", "change", "points"),
        Column("change_low", "from", "points"),
        Column("change_high", "to", "points"),
        Column("first", "first", "date"),
        Column("last", "last", "date"),
    )
    note = (
        "A label belongs to whoever uses it. “Before” and “after” are parted by the day of the split; "
        "intervals take texts "
        "that hang together, not words, as independent. Each number in brackets leads to a place in a text."
    )
    return Table("labels", "How each actor is called, by whom", columns, tuple(cells), note)


def tabulate_users(rows: Sequence[LabelUsers], excerpts: Excerpts) -> Table:
    """Return how many sources use each label, and who did so first."""
    columns = (
        Column("label", "called"),
        Column("actor", "actor"),
        Column("sources", "sources", "integer"),
        Column("before", "before the split", "integer"),
        Column("after", "since", "integer"),
        Column("first", "first", "date"),
        Column("by", "then by"),
        Column("last", "last", "date"),
        POINT,
    )
    cells = []
    for row in rows:
        by = ", ".join(row.first_sources[:4]) + (
            f" and {len(row.first_sources) - 4} more" if len(row.first_sources) > 4 else ""
        )
        where = excerpts.uses(row.examples, f"{row.actor}: {row.label}")
        cells.append(
            (
                row.label,
                row.actor,
                row.sources,
                row.before,
                row.after,
                day_cell(row.first),
                by,
                day_cell(row.last),
                where,
            )
        )
    note = "First in this record: an earlier use may stand where nobody collected it."
    return Table(
        "label_users", "Which sources use a label at all, and who did so first", columns, tuple(cells), note
    )


def tabulate_years(rows: Sequence[YearRow], excerpts: Excerpts) -> Table:
    """Return the labels by year."""
    columns = (
        Column("year", "year"),
        Column("actor", "actor"),
        Column("label", "called"),
        Column("uses", "times", "integer"),
        Column("of", "namings", "integer"),
        Column("share", "share", "share"),
        LOW,
        HIGH,
        POINT,
    )
    cells = tuple(
        (
            str(r.year),
            r.actor,
            r.label,
            r.share.hits,
            r.share.of,
            *interval_cells(r.share),
            excerpts.uses(r.examples, f"{r.actor}: {r.label}"),
        )
        for r in sorted(rows, key=lambda r: -r.year)
    )
    return Table("label_years", "Labels by year", columns, cells, "Over all sources, the latest year first.")


def tabulate_review(rows: Sequence[Reviewed]) -> Table:
    """Return the shares among all suggestions and among the accepted ones, side by side."""
    columns = (
        Column("label", "called"),
        Column("actor", "actor"),
        Column("uses", "all suggestions", "integer"),
        Column("share", "share", "share"),
        LOW,
        HIGH,
        Column("accepted", "accepted ones", "integer"),
        Column("accepted_share", "share", "share"),
        Column("accepted_low", "from", "share"),
        Column("accepted_high", "to", "share"),
        Column("difference", "difference", "points"),
        Column("difference_low", "from", "points"),
        Column("difference_high", "to", "points"),
    )
    cells = tuple(
        (
            r.label,
            r.actor,
            r.every.hits,
            *interval_cells(r.every),
            r.accepted.hits,
            *interval_cells(r.accepted),
            *(r.difference or (None, None, None)),
        )
        for r in rows
    )
    note = (
        "“All” are all suggestions but the rejected ones. Where few are reviewed, the accepted ones tell "
        "what the reviewers looked at."
    )
    return Table("review", "All suggestions, and only those that people accepted", columns, cells, note)


def tabulate_voices(voices: Sequence[Voice], last: int | None, excerpts: Excerpts) -> Table:
    """Return who speaks, from when to when."""
    columns = (
        Column("source", "source"),
        Column("kind", "kind"),
        Column("texts", "texts", "integer"),
        Column("years", "years", "integer"),
        Column("first", "first", "date"),
        Column("last", "last", "date"),
        Column("silent", "years since", "integer"),
        POINT,
    )
    cells = tuple(
        (
            v.source,
            v.kind,
            v.texts,
            v.years,
            day_cell(v.first),
            day_cell(v.last),
            last - v.last.year if v.last and last else None,
            _beginning(v.latest, excerpts, "last text"),
        )
        for v in voices
    )
    note = "Silence in this record is not silence in the world: a source may have spoken where nobody collected it."
    return Table("voices", "Who speaks, and until when", columns, cells, note)


def tabulate_silence(rows: Sequence[tuple[int, int, int]]) -> Table:
    """Return how many sources speak in each year."""
    columns = (
        Column("year", "year"),
        Column("sources", "sources", "integer"),
        Column("texts", "texts", "integer"),
    )
    cells = tuple((str(y), s, t) for y, s, t in reversed(rows))
    note = "Counts of this record, the latest year first."
    return Table("voices_years", "Sources that speak, by year", columns, cells, note)


def tabulate_silent(found: tuple[int, int, Sequence[Silent]] | None, excerpts: Excerpts) -> Table:
    """Return who spoke in the fullest year and not in the last one."""
    peak, last, silent = found or (0, 0, [])
    columns = (
        Column("source", "source"),
        Column("texts", f"texts in {peak}", "integer"),
        Column("last", "last text", "date"),
        POINT,
    )
    cells = tuple(
        (s.source, s.texts, day_cell(s.latest.day), _beginning(s.latest, excerpts, "last text"))
        for s in silent
    )
    title = f"Who spoke in {peak} and not in {last}"
    return Table("silent", title, columns, cells, "Silence in this record is not silence in the world.")


def _beginning(text: Text, excerpts: Excerpts, what: str) -> str:
    """Point to a text's first line, or what of it fits."""
    content = excerpts.contents[text.sha256]
    end = content.find("\n", 1)
    return str(excerpts.point(text, (0, min(end if end > 0 else len(content), 120)), what))


def day_cell(day: object) -> str | None:
    """Return a day as a cell."""
    return str(day) if day else None
