"""The tables of the narrative answer."""

from __future__ import annotations

from collections.abc import Sequence

from salience.methods.leads import Leads
from salience.questions.answer import Column, Table
from salience.questions.narrative_excerpts import Excerpts
from salience.questions.narrative_labels import LabelRow, difference
from salience.questions.narrative_voices import Voice
from salience.questions.narrative_words import Apart, Repeat

POINT = Column("excerpts", "places", "anchors")


def tabulate_labels(
    rows: Sequence[LabelRow], excerpts: Excerpts, spans: dict[int, tuple[str, int, int]], level: float
) -> Table:
    """Return how each group calls each actor, with the change at the split."""
    cells = []
    for row in rows:
        change = difference(row.before, row.after, level)
        where = excerpts.pointers((spans[i] for i in row.examples if i in spans), f"{row.actor}: {row.label}")
        cells.append(
            (row.actor, row.group, row.label, row.share.uses, row.share.texts, row.share.value, row.share.low, row.share.high,
             row.before.value, row.after.value, *(change or (None, None, None)), str(row.first or "") or None,
             str(row.last or "") or None, where)
        )  # fmt: skip
    return Table(
        "labels",
        "How each actor is called, by whom",
        (
            Column("actor", "actor"), Column("group", "source"), Column("label", "called"), Column("uses", "times", "integer"),
            Column("texts", "texts", "integer"), Column("share", "share of namings", "share"), Column("low", "from", "share"),
            Column("high", "to", "share"), Column("before", "before", "share"), Column("after", "after", "share"),
            Column("change", "change", "share"), Column("change_low", "from", "share"), Column("change_high", "to", "share"),
            Column("first", "first", "date"), Column("last", "last", "date"), POINT,
        ),
        tuple(cells),
        "A label belongs to whoever uses it; 'before' and 'after' are parted by the day of the split. Intervals take texts, "
        "not words, as independent.",
    )  # fmt: skip


def tabulate_years(rows: Sequence[tuple[str, int, str, int, int]]) -> Table:
    """Return the labels by year."""
    return Table(
        "label_years",
        "Labels by year",
        (Column("actor", "actor"), Column("year", "year"), Column("label", "called"), Column("uses", "times", "integer"),
         Column("of", "namings", "integer"), Column("share", "share", "share")),
        tuple((a, str(y), label, n, of, n / of) for a, y, label, n, of in rows),
    )  # fmt: skip


def tabulate_voices(voices: Sequence[Voice], last: int | None) -> Table:
    """Return who speaks, from when to when."""
    return Table(
        "voices",
        "Who speaks, and until when",
        (Column("source", "source"), Column("kind", "kind"), Column("texts", "texts", "integer"),
         Column("years", "years", "integer"), Column("first", "first", "date"), Column("last", "last", "date"),
         Column("silent", "years since", "integer")),
        tuple(
            (v.source, v.kind, v.texts, v.years, str(v.first or "") or None, str(v.last or "") or None,
             last - v.last.year if v.last and last else None)
            for v in voices
        ),
        "Silence in this record is not silence in the world: a source may have spoken where nobody collected it.",
    )  # fmt: skip


def tabulate_silence(rows: Sequence[tuple[int, int, int]]) -> Table:
    """Return how many sources speak in each year."""
    return Table(
        "voices_years", "Sources that speak, by year",
        (Column("year", "year"), Column("sources", "sources", "integer"), Column("texts", "texts", "integer")),
        tuple((str(y), s, t) for y, s, t in rows),
    )  # fmt: skip


def tabulate_words(apart: Sequence[Apart], most: int) -> Table:
    """Return the words that set each body of texts apart."""
    cells = []
    for body in apart:
        f = body.found
        cells += [
            (body.name, body.words[k], int(f.first[k]), int(f.second[k]), float(f.delta[k]), float(f.low[k]), float(f.high[k]),
             float(f.z[k]), float(f.q[k]))
            for k in body.strongest(most)
        ]  # fmt: skip
    return Table(
        "words",
        "Words that set each apart from the others",
        (Column("group", "texts of"), Column("word", "word"), Column("here", "times there", "integer"),
         Column("elsewhere", "elsewhere", "integer"), Column("delta", "log-odds ratio", "number"), Column("low", "from", "number"),
         Column("high", "to", "number"), Column("z", "z", "number"), Column("q", "false-discovery rate", "number")),
        tuple(cells),
        "Only words whose false-discovery rate is 5 % or less. The test lets whole texts change sides, for words within a text "
        "are not independent.",
    )  # fmt: skip


def tabulate_passages(repeats: Sequence[Repeat], excerpts: Excerpts, most: int = 60) -> Table:
    """Return the longest shared passages, the earlier source first."""
    return Table(
        "passages",
        "Passages that stand in texts of two sources",
        (Column("earlier", "earlier"), Column("on", "on", "date"), Column("later", "later"), Column("then", "on", "date"),
         Column("words", "words", "integer"), Column("same", "equal", "share"), POINT),
        tuple(
            (r.earlier.source, str(r.earlier.day or "") or None, r.later.source, str(r.later.day or "") or None, r.words, r.same,
             excerpts.repeat(r))
            for r in repeats[:most]
        ),
        "The longest first. Who is earlier in this record need not be where the words come from: both may repeat a third.",
    )  # fmt: skip


def tabulate_repeated(rows: Sequence[tuple[str, int, int, int, float]]) -> Table:
    """Return how much of each group's text repeats a party's earlier statement."""
    return Table(
        "repeated", "How much repeats a party's own earlier statements",
        (Column("group", "source"), Column("texts", "texts", "integer"), Column("characters", "characters", "integer"),
         Column("repeated", "of these repeated", "integer"), Column("share", "share", "share")),
        tuple(rows),
    )  # fmt: skip


def tabulate_leads(groups: Sequence[str], leads: Leads) -> Table:
    """Return who uses shared labels and passages first."""
    return Table(
        "leads", "Who used shared labels and passages first",
        (Column("first", "source"), Column("second", "and"), Column("shared", "shared", "integer"),
         Column("ahead", "first one earlier", "share"), Column("low", "from", "share"), Column("high", "to", "share"),
         Column("days", "days ahead (median)", "number"), Column("q", "false-discovery rate", "number")),
        tuple(
            (groups[int(leads.first[k])], groups[int(leads.second[k])], int(leads.shared[k]), float(leads.ahead[k]),
             float(leads.low[k]), float(leads.high[k]), float(leads.days[k]), float(leads.q[k]))
            for k in range(len(leads.first))
        ),
        "First is not cause: both may follow a third, and whoever publishes more often is first more often.",
    )  # fmt: skip


def tabulate_quoted(
    rows: Sequence[tuple[str, str, int, int, tuple[int, ...]]],
    excerpts: Excerpts,
    spans: dict[int, tuple[str, int, int]],
) -> Table:
    """Return whom each group quotes or cites."""
    return Table(
        "quoted", "Whom each quotes or cites",
        (Column("group", "source"), Column("speaker", "quotes or cites"), Column("times", "times", "integer"),
         Column("texts", "texts", "integer"), POINT),
        tuple(
            (group, speaker, times, texts, excerpts.pointers((spans[i] for i in ids if i in spans), f"said by {speaker}"))
            for group, speaker, times, texts, ids in rows
        ),
        "As the rules of reading found them: about two in three verbs of saying are found, and the speaker of some is wrong.",
    )  # fmt: skip
