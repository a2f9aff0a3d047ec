"""The texts of the narrative question: who published what and when, and how it calls whom."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals as nw

from salience.questions.frames import Tables, source_class
from salience.questions.narrative.params import NarrativeParams
from salience.questions.setting import Setting
from salience.record.decisions import standing

REST = "all others"


@dataclass(frozen=True, slots=True)
class Text:
    """One report's text.

    Attributes
    ----------
    report : int
    sha256 : str
    source, group : str
        Who published it, and with whom they are compared.
    kind : str or None
        The source's kind.
    day : date or None
    copy : bool
        Whether it repeats an earlier report whole.
    language, publishes_in : str or None
        Of the text, and of its source as sources.csv says.
    """

    report: int
    sha256: str
    source: str
    group: str
    kind: str | None
    day: date | None
    copy: bool = False
    language: str | None = None
    publishes_in: str | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """One place in a text where an actor is named or labelled.

    Attributes
    ----------
    row : int
        mention.id or statement.id.
    layer : str
        "mention" or "statement".
    sha256, start, end, quote
        Where, and as written.
    actor : str
        Whom it means.
    label : str
        How, as this record spells it most often.
    how : str
        How that was found.
    """

    row: int
    layer: str
    sha256: str
    start: int
    end: int
    quote: str
    actor: str
    label: str
    how: str


def find_texts(record: Tables, params: NarrativeParams, setting: Setting) -> list[Text]:
    """Return the texts of the period in order of time, each with the group that it is compared in."""
    source = record.table("source").select(
        nw.col("id").alias("source_id"),
        nw.col("name"),
        nw.col("kind"),
        nw.col("country"),
        nw.col("independence_group"),
        nw.col("language").alias("publishes_in"),
    )
    kept = record.table("text").select(nw.col("sha256"), nw.col("language").alias("read_as"))
    reports = record.table("report").filter(~nw.col("sha256").is_null())
    if setting.period.start:
        reports = reports.filter(nw.col("published") >= nw.lit(setting.period.start))
    if setting.period.end:
        reports = reports.filter(nw.col("published") <= nw.lit(setting.period.end))
    if params.topic:
        on_topic = record.table("mention").filter(nw.col("value") == nw.lit(params.topic))
        reports = reports.join(
            on_topic.select(nw.col("text").alias("sha256")).unique(), on="sha256", how="inner"
        )
    told = (
        reports.join(source, left_on="source", right_on="source_id", how="inner")
        .join(kept, on="sha256", how="inner")
        .with_columns(source_class(setting).alias("class"))
        .select("id", "sha256", "published", "name", "kind", "country", "independence_group", "class", "read_as",
                "publishes_in")
    )  # fmt: skip
    rows = _rows(told)
    copies = {row["report"] for row in _rows(record.table("copy").select("report"))}
    groups = [_group_of(row, params) for row in rows]
    counted = sorted(Counter(groups).items(), key=lambda item: (-item[1], item[0]))
    largest = {name for name, _ in counted[: params.most_groups]}
    texts = [
        Text(row["id"], row["sha256"], row["name"], group if group in largest else REST, row["kind"], row["published"],
             row["id"] in copies, row["read_as"], row["publishes_in"])
        for row, group in zip(rows, groups, strict=True)
    ]  # fmt: skip
    return sorted(texts, key=lambda t: (t.day or date.max, t.report))


GROUPED_BY = {
    "source": "name",
    "kind": "kind",
    "class": "class",
    "country": "country",
    "independence group": "independence_group",
}


def _group_of(row: dict[str, Any], params: NarrativeParams) -> str:
    own = row["name"] if params.by == "independence group" else "not stated"
    return str(row[GROUPED_BY[params.by]] or own)


def ordered_groups(texts: Iterable[Text]) -> list[str]:
    """Return the groups, the largest first."""
    counts = Counter(text.group for text in texts)
    return [group for group, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def by_content(texts: Iterable[Text]) -> dict[str, list[Text]]:
    """Return the reports of each kept text: several where one repeats another word for word."""
    found: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        found[text.sha256].append(text)
    return found


MOST_ALIKE = 10


def clusters_of(texts: Sequence[Text]) -> list[object]:
    """Return for each text what it hangs together with: its source, or among few sources what it published that day.

    Texts of one source share an author's habits, so where there are ten sources or more, sources are the independent
    units. Among fewer there is nothing to tell habit from chance, and what a source published on one day is a unit.
    """
    if len({text.source for text in texts}) >= MOST_ALIKE:
        return [text.source for text in texts]
    return [(text.source, text.day) if text.day else text.report for text in texts]


def find_namings(record: Tables, params: NarrativeParams, held: set[str]) -> list[Naming]:
    """Return every place where an actor is named or labelled, as far as review lets it stand."""
    states = decided(record)
    columns = ("id", "text", "start", "end", "quote", "how")
    # A name that is not in aliases.csv counts once a person said that it is one.
    chosen = [row for row, (state, _) in states.items() if state in ACCEPTED]
    known = nw.col("how").is_in(["alias", "person", "model"])
    mentions = (
        record.table("mention")
        .filter(
            nw.col("kind").is_in(["organisation", "person", "unnamed"])
            & ((known | nw.col("id").is_in(chosen)) if chosen else known)
        )
        .select(*columns, "value")
    )
    labels = (
        record.table("statement")
        .filter((nw.col("kind") == "label") & ~nw.col("about").is_null())
        .select(*columns, "about", "speaker")
    )
    found = [_naming(row, "mention", row["value"], states) for row in _rows(mentions)]
    # A label in somebody else's mouth is that person's, not the text's.
    found += [
        _naming(row, "statement", row["about"], states) for row in _rows(labels) if row["speaker"] is None
    ]
    return spell_alike(
        sorted(
            (
                n
                for n in found
                if n.sha256 in held and stands(states, n.row, params) and _counts(n, states, params)
            ),
            key=lambda n: (n.sha256, n.start, n.row),
        )
    )


def _counts(
    naming: Naming, states: Mapping[int, tuple[str, dict[str, Any]]], params: NarrativeParams
) -> bool:
    """Return whether an inferred label counts: when such are asked for, or a person accepted it."""
    known = naming.how != "inferred" or states.get(naming.row, ("", {}))[0] in ACCEPTED
    return known or params.inferred == "count"


def _naming(
    row: dict[str, Any], layer: str, actor: str, states: dict[int, tuple[str, dict[str, Any]]]
) -> Naming:
    change = states.get(row["id"], ("", {}))[1]
    told = change.get("about" if layer == "statement" else "value", actor)
    return Naming(row["id"], layer, row["text"], row["start"], row["end"], row["quote"], str(told),
                  " ".join(row["quote"].replace("’", "'").split()), row["how"])  # fmt: skip


def spell_alike(namings: Sequence[Naming]) -> list[Naming]:
    """Let labels that differ in case alone be one, spelled as most are."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for naming in namings:
        spellings[naming.label.casefold()][naming.label] += 1
    usual = {key: min(found, key=lambda s: (-found[s], s)) for key, found in spellings.items()}
    return [replace(naming, label=usual[naming.label.casefold()]) for naming in namings]


ACCEPTED = ("accepted", "edited", "same-as")


def decided(record: Tables) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return for each suggestion that a person decided the last state and what an edit changed."""
    rows = standing(_rows(record.table("decision")))
    return {target: (row["state"], row["change"]) for target, row in rows.items()}


def stands(states: Mapping[int, tuple[str, dict[str, Any]]], row: int, params: NarrativeParams) -> bool:
    """Return whether a suggestion counts: not rejected, or, if only accepted rows are asked for, accepted."""
    state = states.get(row, ("suggested", {}))[0]
    return state in ACCEPTED if params.rows == "accepted" else state != "rejected"


@dataclass(frozen=True, slots=True)
class Quoted:
    """One place where somebody is quoted or cited, and by what name."""

    row: int
    sha256: str
    start: int
    end: int
    speaker: str


PRONOUNS = {"he", "she", "they", "it", "we", "i", "who", "which", "you", "this", "that"}


def find_quoted(record: Tables, params: NarrativeParams, held: set[str]) -> list[Quoted]:
    """Return who is quoted or cited where, as far as review lets it stand."""
    states = decided(record)
    frame = (
        record.table("statement")
        .filter(nw.col("kind").is_in(["quote", "attribution"]) & ~nw.col("speaker").is_null())
        .select("id", "text", "speaker", "start", "end")
    )
    found = []
    for row in sorted(_rows(frame), key=lambda row: (row["text"], row["start"], row["id"])):
        speaker = states.get(row["id"], ("", {}))[1].get("speaker", row["speaker"])
        speaker = " ".join(str(speaker).split())
        if speaker.lower() in PRONOUNS or row["text"] not in held or not stands(states, row["id"], params):
            continue
        found.append(Quoted(row["id"], row["text"], row["start"], row["end"], speaker))
    return found


def count_undated(record: Tables) -> int:
    """Return how many texts of the record have no date, and so lie in no period."""
    frame = record.table("report").filter(~nw.col("sha256").is_null() & nw.col("published").is_null())
    return len(_rows(frame.select("id")))


def commonest_name(record: Tables, held: set[str], looked_at: int = 5) -> tuple[str, set[str]] | None:
    """Return the place or organisation that most of these texts name, and which of them do."""
    kinds = nw.col("kind").is_in(["place", "organisation"]) & ~nw.col("value").is_null()
    pairs = record.table("mention").filter(kinds).select("text", "value").unique()
    counts = _rows(
        pairs.group_by("value")
        .agg(nw.len().alias("n"))
        .sort("n", "value", descending=[True, False])
        .head(looked_at)
    )
    if not counts:
        return None
    common = [row["value"] for row in counts]
    named: dict[str, set[str]] = {name: set() for name in common}
    for row in _rows(pairs.filter(nw.col("value").is_in(common))):
        if row["text"] in held:
            named[row["value"]].add(row["text"])
    name = min(named, key=lambda n: (-len(named[n]), n))
    return (name, named[name]) if named[name] else None


def unknown_actors(
    record: Tables, params: NarrativeParams, namings: Sequence[Naming]
) -> list[tuple[str, str]]:
    """Return the actors that are asked for and that nobody names, each with the known name nearest to it."""
    known = sorted(
        {n.actor for n in namings} | {str(row["name"]) for row in _rows(record.table("actor").select("name"))}
    )
    unknown = [actor for actor in params.actors if actor not in known]
    return [(actor, next(iter(difflib.get_close_matches(actor, known, n=1)), "")) for actor in unknown]


def text_contents(record: Tables, held: set[str]) -> dict[str, str]:
    """Return the kept texts by their hash."""
    return {
        row["sha256"]: row["content"]
        for row in _rows(record.table("text").select("sha256", "content"))
        if row["sha256"] in held
    }


def _rows(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.collect().to_arrow().to_pylist()
    return found
