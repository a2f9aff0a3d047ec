"""The tables of words, passages, first uses and quotations; each row points to the places in the texts behind it."""

from __future__ import annotations

from collections.abc import Sequence

from salience.questions.answer import Cell, Column, Table
from salience.questions.narrative.excerpts import Excerpts
from salience.questions.narrative.repeats import FirstUses, Repeated
from salience.questions.narrative.tables import HIGH, LOW, POINT, day_cell, interval_cells
from salience.questions.narrative.texts import Text
from salience.questions.narrative.voices import QuotedRow
from salience.questions.narrative.words import Apart, Repeat, place_of

PASSAGES_LISTED = 200


def tabulate_words(apart: Sequence[Apart], most: int, texts: Sequence[Text], excerpts: Excerpts) -> Table:
    """Return the words that set each body of texts apart."""
    columns = (
        Column("word", "word"),
        Column("group", "texts of"),
        POINT,
        Column("here", "times there", "integer"),
        Column("elsewhere", "elsewhere", "integer"),
        Column("delta", "log-odds ratio", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("z", "z", "number"),
        Column("q", "false-discovery rate", "number"),
    )
    cells: list[tuple[Cell, ...]] = []
    for body in apart:
        f = body.found
        for k in body.strongest(most):
            numbers = (
                int(f.first[k]),
                int(f.second[k]),
                *(float(v[k]) for v in (f.delta, f.low, f.high, f.z, f.q)),
            )
            places = [
                (texts[i], place_of(body.words[k], excerpts.contents[texts[i].sha256])) for i in body.users[k]
            ]
            what = f"word of texts {body.name}" if body.name.startswith("since ") else f"word of {body.name}"
            where = " ".join(str(excerpts.point(t, span, what)) for t, span in places if span is not None)
            cells.append((body.words[k], body.name, where, *numbers))
    note = (
        "Only words whose false-discovery rate is 5 % or less. Above 0: used more there than elsewhere; "
        "0.7 is about twice as "
        "often. The test lets whole texts change sides, for words within a text are not independent."
    )
    return Table("words", "Words that set each apart from the others", columns, tuple(cells), note)


def tabulate_passages(repeats: Sequence[Repeat], excerpts: Excerpts) -> Table:
    """Return the longest shared passages side by side, the earlier source left."""
    columns = (
        Column("earlier", "earlier"),
        POINT,
        Column("on", "on", "date"),
        Column("there", "its words", "excerpt"),
        Column("later", "later"),
        Column("then", "on", "date"),
        Column("here", "its words", "excerpt"),
        Column("words", "words", "integer"),
        Column("same", "equal", "share"),
    )
    cells = tuple(
        (
            r.earlier.source,
            excerpts.repeat(r),
            day_cell(r.earlier.day),
            excerpts.show(r.earlier, r.earlier_span, 40),
            r.later.source,
            day_cell(r.later.day),
            excerpts.show(r.later, r.later_span, 40),
            r.words,
            r.same,
        )
        for r in repeats[:PASSAGES_LISTED]
    )
    cut = (
        f" The {PASSAGES_LISTED} longest of {len(repeats):,} are listed."
        if len(repeats) > PASSAGES_LISTED
        else ""
    )
    note = (
        "The longest first; the shared words are marked. Who is earlier in this record need not be where "
        f"the words come from: both may repeat a third.{cut}"
    )
    return Table(
        "passages", "Passages that stand in texts of two sources, side by side", columns, cells, note
    )


def tabulate_repeated(rows: Sequence[Repeated], excerpts: Excerpts) -> Table:
    """Return how much of each group's text repeats a party's earlier statement."""
    columns = (
        Column("group", "source"),
        POINT,
        Column("texts", "texts", "integer"),
        Column("repeating", "of these repeat", "integer"),
        Column("characters", "characters", "integer"),
        Column("repeated", "repeated", "integer"),
        Column("share", "share of characters", "share"),
        LOW,
        HIGH,
    )
    cells = tuple(
        (
            r.group,
            " ".join(excerpts.repeat(e) for e in r.examples),
            r.texts,
            r.repeating,
            r.share.of,
            r.share.hits,
            *interval_cells(r.share),
        )
        for r in rows
    )
    note = (
        "Shared passages whose other text is a party's own and of an earlier day or the same. A passage "
        "that is quoted and one that is taken over count alike."
    )
    return Table("repeated", "How much repeats a party's own statements", columns, cells, note)


def tabulate_leads(first: FirstUses, excerpts: Excerpts) -> Table:
    """Return who uses shared labels and passages first."""
    columns = (
        Column("first", "source"),
        Column("second", "and"),
        POINT,
        Column("shared", "shared", "integer"),
        Column("ahead", "first one earlier", "share"),
        LOW,
        HIGH,
        Column("days", "days ahead (median)", "number"),
        Column("p", "p", "number"),
        Column("q", "false-discovery rate", "number"),
    )
    leads = first.leads
    cells: list[tuple[Cell, ...]] = []
    for k in range(len(leads.first)):
        items = [use for pair in first.shared(k) for use in pair]
        where = " ".join(str(excerpts.point(text, span, "first use")) for _, text, span in items)
        numbers = (float(v[k]) for v in (leads.ahead, leads.low, leads.high, leads.days, leads.p, leads.q))
        names = first.groups[int(leads.first[k])], first.groups[int(leads.second[k])]
        cells.append((*names, where, int(leads.shared[k]), *numbers))
    note = (
        "Labels, and families of texts that share passages. First is not cause: both may follow a third, "
        "and whoever publishes "
        "more often is first more often. p: how often dates exchanged at random within each item are as "
        "one-sided."
    )
    return Table("leads", "Who used shared labels and passages first", columns, tuple(cells), note)


def tabulate_quoted(rows: Sequence[QuotedRow], excerpts: Excerpts) -> Table:
    """Return whom each group quotes or cites."""
    columns = (
        Column("group", "source"),
        Column("speaker", "quotes or cites"),
        Column("times", "times", "integer"),
        Column("texts", "texts", "integer"),
        POINT,
    )
    cells = tuple(
        (
            r.group,
            r.speaker,
            r.times,
            r.texts,
            " ".join(str(excerpts.point(text, span, f"said by {r.speaker}")) for text, span in r.examples),
        )
        for r in rows
    )
    note = "As the rules of reading found them; they miss some and take the wrong speaker for some. Review decides."
    return Table("quoted", "Whom each quotes or cites", columns, cells, note)
