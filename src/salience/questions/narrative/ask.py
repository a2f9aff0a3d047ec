"""Narrative: whose words each source carries. Labels, words, repeated passages, who is first, quoted, or silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from salience.questions.answer import Answer, Evidence, Figure, Method, Table
from salience.questions.frames import Tables
from salience.questions.narrative.excerpts import Excerpts
from salience.questions.narrative.figures import chart_label_years, chart_shares, chart_voices, chart_words
from salience.questions.narrative.labels import (
    LabelRow,
    LabelUsers,
    YearRow,
    choose_actors,
    count_labels,
    find_users,
    shown_labels,
    uses_of,
    yearly_shares,
)
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.repeats import (
    FirstUses,
    Repeated,
    find_parties,
    first_uses,
    repeated_shares,
)
from salience.questions.narrative.review import Reviewed, compare_review
from salience.questions.narrative.say import estimate_all, say_headline
from salience.questions.narrative.tables import (
    tabulate_labels,
    tabulate_review,
    tabulate_silence,
    tabulate_silent,
    tabulate_users,
    tabulate_voices,
    tabulate_years,
)
from salience.questions.narrative.texts import (
    Naming,
    Text,
    commonest_name,
    count_undated,
    decided,
    find_namings,
    find_quoted,
    find_texts,
    stands,
    text_contents,
    unknown_actors,
)
from salience.questions.narrative.trust import judge, warn
from salience.questions.narrative.voices import Silent, find_silent, find_voices, whom_quoted, yearly_voices
from salience.questions.narrative.word_tables import (
    tabulate_leads,
    tabulate_passages,
    tabulate_quoted,
    tabulate_repeated,
    tabulate_words,
)
from salience.questions.narrative.words import Apart, Repeat, shared_passages, words_apart
from salience.questions.setting import Setting

Progress = Callable[[str, float], None]

METHODS = (
    Method(
        "Share of a label over texts that hang together",
        "Cochran 1977, Sampling Techniques, 3rd ed., 2.11; change: Newcombe 1998, Stat. Med. 17",
    ),
    Method(
        "Log-odds ratio with an informative Dirichlet prior",
        "Monroe, Colaresi & Quinn 2008, Political Analysis 16(4)",
    ),
    Method("False-discovery rate", "Benjamini & Hochberg 1995, JRSS B 57"),
    Method(
        "Shared passages: anchors of eight words, extended", "after Altschul et al. 1990, J. Mol. Biol. 215"
    ),
    Method("Who is first: exchange of dates within items", "Good 2005, Permutation Tests, 3rd ed., 3.7"),
    Method(
        "Near copies: MinHash, banded, checked exactly", "Broder 1997; Leskovec, Rajaraman & Ullman 2020, 3.4"
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the question found, before it is put into words.

    `texts` are all reports of the period; `once` those whose labels and words count. `undated` counts the texts of the
    record without a date, `topic` is the name that most texts hold, with these texts.
    """

    texts: Sequence[Text]
    once: Sequence[Text]
    undated: int
    topic: tuple[str, set[str]] | None
    namings: Sequence[Naming]
    actors: Sequence[str]
    split: date | None
    labels: Sequence[LabelRow]
    users: Sequence[LabelUsers]
    years: Sequence[YearRow]
    review: Sequence[Reviewed]
    decisions: int
    unknown: Sequence[tuple[str, str]]
    apart: Sequence[Apart]
    repeats: Sequence[Repeat]
    formulas: int
    repeated: Sequence[Repeated]
    first: FirstUses
    voices: Sequence[tuple[int, int, int]]
    silent: tuple[int, int, Sequence[Silent]] | None


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
    contents = text_contents(record, {text.sha256 for text in texts})
    found = _find(record, params, texts, contents, seed, report)
    tables = _tables(record, found, Excerpts(contents), params)
    report("drawing", 0.9)
    headline, more = say_headline(found, params)
    return Answer(
        question="narrative",
        headline=headline,
        more=more,
        estimates=estimate_all(found, params),
        tables=tables,
        figures=_figures(found),
        assumptions=judge(found, params),
        warnings=warn(found, params),
        evidence=_evidence(found),
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
    contents: Mapping[str, str],
    seed: int,
    report: Progress,
) -> Found:
    states, held = decided(record), set(contents)
    once = [t for t in texts if params.copies == "each" or not t.copy]
    every = find_namings(record, params.model_copy(update={"rows": "all"}), held)
    namings = [n for n in every if stands(states, n.row, params)]
    actors = choose_actors(namings, params)
    split = params.split or _middle(texts)
    shown = {a: shown_labels([n for n, _ in uses_of(once, namings, a)], params) for a in actors}
    report("comparing words", 0.25)
    apart = words_apart(once, contents, params, split, seed)
    report("looking for shared passages", 0.5)
    repeats, formulas = shared_passages(texts, contents, params)
    party = find_parties(texts, params)
    report("comparing first uses", 0.75)
    used = [use for a in actors for use in uses_of(texts, namings, a)]
    return Found(
        texts=texts,
        once=once,
        undated=count_undated(record),
        topic=commonest_name(record, held),
        namings=namings,
        actors=actors,
        split=split,
        labels=count_labels(once, namings, actors, params, split),
        users=[row for a in actors for row in find_users(once, namings, a, shown[a], split)],
        years=[row for a in actors for row in yearly_shares(once, namings, a, shown[a], params.level)],
        review=compare_review(once, every, actors, states, params),
        decisions=len(states),
        unknown=unknown_actors(record, params, every),
        apart=apart,
        repeats=repeats,
        formulas=formulas,
        repeated=repeated_shares(texts, contents, repeats, party, params.level) if party else [],
        first=first_uses(texts, used, repeats, params, seed),
        voices=yearly_voices(texts),
        silent=find_silent(texts),
    )


def _middle(texts: Sequence[Text]) -> date | None:
    """Return the day that parts the dated texts into halves; none when all are of one day."""
    days = sorted(t.day for t in texts if t.day)
    return days[len(days) // 2] if days and days[0] != days[-1] else None


def _tables(record: Tables, found: Found, excerpts: Excerpts, params: NarrativeParams) -> tuple[Table, ...]:
    last = found.voices[-1][0] if found.voices else None
    quoted = whom_quoted(found.once, find_quoted(record, params, set(excerpts.contents)))
    main = tabulate_labels(found.labels, excerpts)
    others = [
        tabulate_users(found.users, excerpts),
        tabulate_years(found.years, excerpts),
        tabulate_review(found.review),
        tabulate_silence(found.voices),
        tabulate_silent(found.silent, excerpts),
        tabulate_voices(find_voices(found.texts), last, excerpts),
        tabulate_words(found.apart, params.words_shown, found.once, excerpts),
        tabulate_passages(found.repeats, excerpts),
        tabulate_repeated(found.repeated, excerpts),
        tabulate_leads(found.first, excerpts),
        tabulate_quoted(quoted, excerpts),
    ]
    return (main, *(table for table in [*others, excerpts.table()] if table.rows))


def _figures(found: Found) -> tuple[Figure, ...]:
    drawn = [chart_voices(found.voices)]
    for number, actor in enumerate(found.actors, 1):
        drawn += [chart_label_years(actor, number, found.years), chart_shares(found.labels, actor, number)]
    drawn.append(chart_words(found.apart))
    return tuple(figure for figure in drawn if figure is not None)


def _evidence(found: Found) -> tuple[Evidence, ...]:
    def rows(name: str, table: str, ids: list[int], condition: str) -> Evidence:
        return Evidence(name, table, len(ids), tuple(ids) if len(ids) <= 500 else (), condition)

    by_layer = {
        layer: [n.row for n in found.namings if n.layer == layer] for layer in ("mention", "statement")
    }
    return (
        rows("texts", "report", [t.report for t in found.texts], "sha256 IS NOT NULL"),
        rows(
            "places where actors are named",
            "mention",
            by_layer["mention"],
            "how IN ('alias', 'person', 'model')",
        ),
        rows(
            "places where actors are labelled",
            "statement",
            by_layer["statement"],
            "kind = 'label' AND about IS NOT NULL",
        ),
    )


def _fingerprint(record: Tables) -> str:
    mark = getattr(record, "fingerprint", None)
    return str(mark()) if callable(mark) else ""
