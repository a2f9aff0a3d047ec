"""Reading one text: language, sentences, names, dates, and what is said of whom."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from salience.reading.attributions import find_attributions
from salience.reading.claims import find_claims
from salience.reading.coreference import find_references, link_names, with_full_names
from salience.reading.dates import dates as find_dates
from salience.reading.demands import find_demands
from salience.reading.events import find_events
from salience.reading.figures import find_figures
from salience.reading.labels import find_labels
from salience.reading.language import detect_language
from salience.reading.lexicon import gazetteer, load_roles, word_list
from salience.reading.names import UNTOLD, Alias, Matcher
from salience.reading.persian import persian_labels, persian_mentions
from salience.reading.quotes import find_quotes
from salience.reading.sentences import Sentence, split_sentences
from salience.reading.shapes import find_shapes
from salience.reading.spans import Mention, Reading, Statement, sha256_of, standing_between
from salience.reading.unnamed import find_unnamed

# Which find wins where two overlap and are equally long.
LONGEST_NAME = 200
TRUST = {"alias": 4, "gazetteer": 3, "spacy": 2, "shape": 1, "pattern": 0}


def read(
    text: str,
    aliases: Iterable[Alias] | Mapping[str, str] | Matcher | None = None,
    date: datetime.date | str | None = None,
    language: str | None = None,
    *,
    roles: Path | None = None,
    suggestions: Sequence[Mention] = (),
) -> Reading:
    """Read a text: who is mentioned, what is said of them and by whom, which events it tells of.

    Parameters
    ----------
    text : str
        Read as it is: every span counts its code points.
    aliases : Matcher, mapping of label to canonical name, or iterable of Alias, optional
        Names that are known. A `Matcher` is fastest for many texts.
    date : datetime.date or ISO str, optional
        When the text was published: for relative dates, and for names that change whom they stand for.
    language : str, optional
        BCP 47 code; detected when left out.
    roles : Path, optional
        Patterns for actors without a proper name, in the form of `roles.toml`.
    suggestions : sequence of Mention
        What another program suggests, such as `salience.reading.spacy_names.suggest_names`.

    Returns
    -------
    Reading
        `mentions`, `statements` and `events` in the order of the text. What the rules find is suggested, not decided.

    Raises
    ------
    InputError
        The date is no ISO date, or the roles file is not as it must be.
    """
    told = language or detect_language(text).code
    matcher = aliases if isinstance(aliases, Matcher) else Matcher(aliases or ())
    sentences = split_sentences(text)
    dated = find_dates(text, date)
    day = datetime.date.fromisoformat(date) if isinstance(date, str) else date
    mentions = find_mentions(text, sentences, matcher, day, roles, suggestions)
    days = {place for d in dated for place in range(d.start, d.end)}
    mentions = [m for m in mentions if m.how != "shape" or not (m.start in days and m.end - 1 in days)]
    mentions = link_names(text, mentions)
    quotes = find_quotes(text, sentences, mentions)
    labels = [*find_labels(text, sentences, mentions, quotes), *persian_labels(sentences, mentions)]
    everyone, mentions = mentions, _without_labels(mentions, labels)
    attributions = find_attributions(text, sentences, mentions, quotes, labels)
    statements = [
        *quotes,
        *attributions,
        *labels,
        *find_figures(
            text, sentences, mentions, [(d.start, d.end) for d in dated if d.kind != "anchored event"]
        ),
        *find_demands(sentences, mentions, quotes),
        *find_claims(sentences, attributions),
    ]
    statements = with_full_names(statements, mentions)
    statements.sort(key=lambda s: (s.start, s.end, s.kind))
    events = find_events(text, sentences, everyone, dated)
    return Reading(
        text,
        sha256_of(text),
        told,
        tuple(mentions),
        tuple(statements),
        tuple(events),
        tuple(dated),
        tuple(find_references(text, sentences, everyone)),
    )


def _without_labels(mentions: Sequence[Mention], labels: Sequence[Statement]) -> list[Mention]:
    """Leave out descriptions that are labels: "the terror group" is what somebody calls an actor, no second one."""
    inside = {place for s in labels for place in range(s.start, s.end)}
    return [m for m in mentions if m.kind != "unnamed" or not (m.start in inside and m.end - 1 in inside)]


def find_mentions(
    text: str,
    sentences: Sequence[Sentence],
    matcher: Matcher,
    day: datetime.date | None = None,
    roles: Path | None = None,
    suggestions: Sequence[Mention] = (),
) -> list[Mention]:
    """Return who and what is mentioned; of overlapping finds the longest, then the best known."""
    places = [
        Mention(m.start, m.end, m.text, m.kind, m.value, "gazetteer", 0.85,
                (*m.notes, "ambiguous") if m.text.lower() in word_list("ambiguous") else m.notes)
        for m in gazetteer().find(text, sentences)
        if m.text[0].isupper() or not m.text.isascii()
    ]  # fmt: skip
    shapes = find_shapes(text, sentences)
    found = [
        *_with_kinds(matcher.find(text, sentences, day), [*suggestions, *places, *shapes]),
        *places,
        *suggestions,
        *shapes,
        *find_unnamed(text, sentences, load_roles(roles)),
        *persian_mentions(text, sentences),
    ]
    return _settle(found)


def _with_kinds(known: Sequence[Mention], written: Sequence[Mention]) -> list[Mention]:
    """Give names of no told kind the one that how they are written suggests; else an organisation's."""
    kinds = {
        (m.start, m.end): m.kind for m in reversed(written) if m.kind in ("person", "place", "population")
    }
    ends = {m.end: m.kind for m in written if m.kind == "person"}
    return [
        replace(m, kind=kinds.get((m.start, m.end)) or ends.get(m.end) or "organisation")
        if m.kind == UNTOLD
        else m
        for m in known
    ]


def _settle(found: Sequence[Mention]) -> list[Mention]:
    """Keep names that do not overlap, the longest first; then descriptions, which may hold one: "people of Kelmond"."""
    names, described = [m for m in found if m.how != "pattern"], [m for m in found if m.how == "pattern"]
    reach: dict[int, int] = {}
    for m in described:
        reach[m.start] = max(reach.get(m.start, 0), m.end)
    # "Unidentified gunmen": the capital is the sentence's, where the word alone is like no name that is known.
    names = [m for m in names if m.kind != "other" or " " in m.text or reach.get(m.start, 0) <= m.end]
    kept, taken = _apart(sorted(names, key=lambda m: (m.start - m.end, -TRUST.get(m.how, 0))), set())
    kept.sort(key=lambda m: (m.start, m.end))
    whole = [m for m in described if _holds_whole(m, kept, taken)]
    more, _ = _apart(sorted(whole, key=lambda m: m.start - m.end), set())
    # A people's name is a part of the description that holds it: "Hazara women".
    inside = {k for m in more for k in standing_between(kept, m.start, m.end)
              if k.kind == "population" and k.how == "shape"}  # fmt: skip
    return sorted([*(m for m in kept if m not in inside), *more], key=lambda m: (m.start, m.end))


def _apart(mentions: Sequence[Mention], taken: set[int]) -> tuple[list[Mention], set[int]]:
    """Keep those that share no character with an earlier one."""
    kept = []
    for mention in mentions:
        places = range(mention.start, mention.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(mention)
    return kept, taken


def _holds_whole(mention: Mention, names: Sequence[Mention], taken: set[int]) -> bool:
    """Return whether a description cuts no name, stands in none and is more than one."""
    if taken.isdisjoint(range(mention.start, mention.end)):
        return True
    near = standing_between(names, mention.start - LONGEST_NAME, mention.end)
    inside = [m for m in near if mention.start < m.end]
    return all(
        mention.start <= m.start and m.end <= mention.end and len(m.text) < len(mention.text) for m in inside
    )
