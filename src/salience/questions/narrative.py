"""Narrative: whose words each source carries. Labels, words, repeated passages, who is first, who is quoted, who is silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from salience.methods.leads import Leads
from salience.questions.answer import Answer, Evidence, Figure, Method, Table
from salience.questions.frames import Tables
from salience.questions.narrative_excerpts import Excerpts, spans_of
from salience.questions.narrative_figures import chart_label_years, chart_shares, chart_voices, chart_words
from salience.questions.narrative_labels import (
    LabelRow,
    choose_actors,
    shown_labels,
    yearly_shares,
)
from salience.questions.narrative_labels import (
    tabulate_labels as count_labels,
)
from salience.questions.narrative_params import NarrativeParams
from salience.questions.narrative_say import estimate_all, judge, say_headline, warn
from salience.questions.narrative_tables import (
    tabulate_labels,
    tabulate_leads,
    tabulate_passages,
    tabulate_quoted,
    tabulate_repeated,
    tabulate_silence,
    tabulate_voices,
    tabulate_words,
    tabulate_years,
)
from salience.questions.narrative_texts import (
    Naming,
    Text,
    decided,
    find_namings,
    find_quoted,
    find_texts,
    text_contents,
)
from salience.questions.narrative_voices import find_voices, whom_quoted, yearly_voices
from salience.questions.narrative_words import (
    Apart,
    Repeat,
    first_uses,
    repeated_share,
    shared_passages,
    words_apart,
)
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]
PARTIES = ("official", "party")

METHODS = (
    Method(
        "Share of a label over texts",
        "Cochran 1977, Sampling Techniques, 3rd ed., eq. 2.46; Newcombe 1998, Stat. Med. 17",
    ),
    Method(
        "Log-odds ratio with an informative Dirichlet prior",
        "Monroe, Colaresi & Quinn 2008, Political Analysis 16(4)",
    ),
    Method("False-discovery rate", "Benjamini & Hochberg 1995, JRSS B 57"),
    Method(
        "Shared passages: anchors of eight words, extended", "after Altschul et al. 1990, J. Mol. Biol. 215"
    ),
    Method(
        "Near copies: MinHash, banded, checked exactly", "Broder 1997; Leskovec, Rajaraman & Ullman 2020, 3.4"
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the question found, before it is put into words."""

    texts: Sequence[Text]
    namings: Sequence[Naming]
    actors: Sequence[str]
    split: date | None
    labels: Sequence[LabelRow]
    years: Sequence[tuple[str, int, str, int, int]]
    apart: Sequence[Apart]
    repeats: Sequence[Repeat]
    formulas: int
    repeated: Sequence[tuple[str, int, int, int, float]]
    groups: Sequence[str]
    leads: Leads
    voices: Sequence[tuple[int, int, int]]
    decisions: int


def ask_narrative(
    record: Tables,
    params: NarrativeParams,
    setting: Setting,
    *,
    seed: int = 0,
    version: str = "",
    progress: Progress | None = None,
) -> Answer:
    """Answer the narrative question.

    Parameters
    ----------
    record : Record or ParquetRecord
        On whichever engine.
    params, setting
        What exactly is asked; the case's period.
    seed, version, progress
        Of resampling; kept in the answer; called with a stage and the share done.
    """
    report = progress or (lambda stage, share: None)
    report("finding texts and namings", 0.05)
    texts = find_texts(record, params, setting)
    held = {text.sha256 for text in texts}
    contents = text_contents(record, held)
    found = _find(record, params, texts, contents, seed, report)
    excerpts = Excerpts(texts, contents)
    quoted = whom_quoted(texts, find_quoted(record, params, held))
    tables = _tables(record, found, quoted, excerpts, params)
    report("drawing", 0.9)
    return Answer(
        question="narrative",
        headline=say_headline(found, params),
        estimates=estimate_all(found, params),
        tables=tables,
        figures=_figures(found),
        assumptions=judge(found, params),
        warnings=warn(found, params),
        evidence=(
            Evidence(
                "texts",
                "report",
                len(texts),
                tuple(t.report for t in texts) if len(texts) <= 500 else (),
                "sha256 IS NOT NULL",
            ),
            Evidence(
                "places where actors are named or labelled",
                "statement",
                len(found.namings),
                (),
                "kind = 'label'",
            ),
        ),
        method=METHODS,
        params=params.model_dump(mode="json") | {"setting": setting.model_dump(mode="json")},
        seed=seed,
        record=_fingerprint(record),
        version=version,
    )


def _find(
    record: Tables,
    params: NarrativeParams,
    texts: Sequence[Text],
    contents: dict[str, str],
    seed: int,
    report: Progress,
) -> Found:
    namings = find_namings(record, params, set(contents))
    actors = choose_actors(namings, params)
    days = sorted(t.day for t in texts if t.day)
    split = params.split or (days[len(days) // 2] if days and days[0] != days[-1] else None)
    labels = count_labels(texts, namings, actors, params, split)
    years = [
        (actor, *row)
        for actor in actors
        for row in yearly_shares(
            texts, namings, actor, shown_labels([n for n in namings if n.actor == actor], params)
        )
    ]
    report("comparing words", 0.25)
    apart = words_apart(texts, contents, params, split, seed)
    report("looking for shared passages", 0.5)
    repeats, formulas = shared_passages(texts, contents, params)
    party = _parties(texts, params)
    report("comparing first uses", 0.75)
    groups, leads = first_uses(texts, [n for n in namings if n.actor in actors], repeats, params, seed)
    return Found(
        texts, namings, actors, split, labels, years, apart, repeats, formulas,
        repeated_share(texts, contents, repeats, party) if party else [], groups, leads, yearly_voices(texts), len(decided(record)),
    )  # fmt: skip


def _parties(texts: Sequence[Text], params: NarrativeParams) -> set[str]:
    """Return the sources whose own statements others may repeat; none when all sources are such."""
    if params.party:
        wanted = set(params.party)
        return {t.source for t in texts if t.source in wanted or t.kind in wanted}
    own = {t.source for t in texts if t.kind in PARTIES}
    return own if own != {t.source for t in texts} else set()


def _tables(
    record: Tables,
    found: Found,
    quoted: Sequence[tuple[str, str, int, int, tuple[int, ...]]],
    excerpts: Excerpts,
    params: NarrativeParams,
) -> tuple[Table, ...]:
    ids = [i for row in found.labels for i in row.examples] + [i for row in quoted for i in row[4]]
    spans = spans_of(record, ids)
    last = found.voices[-1][0] if found.voices else None
    tables = [
        tabulate_labels(found.labels, excerpts, spans, params.level),
        tabulate_years(found.years),
        tabulate_voices(find_voices(found.texts), last),
        tabulate_silence(found.voices),
        tabulate_words(found.apart, params.words_shown),
        tabulate_passages(found.repeats, excerpts),
        tabulate_repeated(found.repeated),
        tabulate_leads(found.groups, found.leads),
        tabulate_quoted(quoted, excerpts, spans),
    ]
    return tuple(table for table in [*tables, excerpts.table()] if table.rows)


def _figures(found: Found) -> tuple[Figure, ...]:
    drawn = [chart_voices(found.voices)]
    for actor in found.actors:
        drawn += [chart_label_years(actor, found.years), chart_shares(found.labels, actor)]
    drawn.append(chart_words(found.apart))
    return tuple(figure for figure in drawn if figure is not None)


def _fingerprint(record: Tables) -> str:
    mark = getattr(record, "fingerprint", None)
    return str(mark()) if callable(mark) else ""
