"""The texts of the narrative question: who published what and when, and how it calls whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from salience.questions.frames import Tables, source_class
from salience.questions.narrative_params import NarrativeParams
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
    """

    report: int
    sha256: str
    source: str
    group: str
    kind: str | None
    day: date | None


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
        How, in lower case.
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
    """Return the texts of the period, each with the group that it is compared in."""
    frame = record.table("report").filter(~nw.col("sha256").is_null())
    source = record.table("source").select(
        nw.col("id").alias("source_id"),
        nw.col("name"),
        nw.col("kind"),
        nw.col("country"),
        nw.col("independence_group"),
    )
    joined = frame.join(source, left_on="source", right_on="source_id", how="inner")
    told = joined.with_columns(source_class(setting).alias("class")).select(
        "id", "sha256", "published", "name", "kind", "country", "independence_group", "class"
    )
    rows = told.collect().to_arrow().to_pylist()
    if params.copies == "once":
        copies = {row["report"] for row in _rows(record.table("copy"))}
        rows = [row for row in rows if row["id"] not in copies]
    period = setting.period
    rows = [
        row for row in rows
        if (period.start is None or (row["published"] and row["published"] >= period.start))
        and (period.end is None or (row["published"] and row["published"] <= period.end))
    ]  # fmt: skip
    if params.topic:
        on_topic = {
            row["text"]
            for row in _rows(record.table("mention").filter(nw.col("value") == params.topic).select("text"))
        }
        rows = [row for row in rows if row["sha256"] in on_topic]
    key = {
        "source": "name",
        "kind": "kind",
        "class": "class",
        "country": "country",
        "independence group": "independence_group",
    }
    groups = [
        str(row[key[params.by]] or (row["name"] if params.by == "independence group" else "not stated"))
        for row in rows
    ]
    largest = {
        name
        for name, _ in sorted(Counter(groups).items(), key=lambda item: (-item[1], item[0]))[
            : params.most_groups
        ]
    }
    texts = [
        Text(
            row["id"],
            row["sha256"],
            row["name"],
            group if group in largest else REST,
            row["kind"],
            row["published"],
        )
        for row, group in zip(rows, groups, strict=True)
    ]
    return sorted(texts, key=lambda t: (t.day or date.max, t.report))


def find_namings(record: Tables, params: NarrativeParams, held: set[str]) -> list[Naming]:
    """Return every place where an actor is named or labelled, as far as review lets it stand."""
    states = decided(record)
    columns = ("id", "text", "start", "end", "quote", "how")
    mentions = (
        record.table("mention")
        .filter(
            nw.col("kind").is_in(["organisation", "person", "unnamed"])
            & nw.col("how").is_in(["alias", "person", "model"])
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
    return sorted(
        (n for n in found if n is not None and n.sha256 in held and stands(states, n.row, params)),
        key=lambda n: (n.sha256, n.start, n.row),
    )


def _naming(
    row: dict[str, Any], layer: str, actor: str, states: dict[int, tuple[str, dict[str, Any]]]
) -> Naming | None:
    change = states.get(row["id"], ("", {}))[1]
    told = change.get("about" if layer == "statement" else "value", actor)
    return Naming(row["id"], layer, row["text"], row["start"], row["end"], row["quote"], str(told),
                  " ".join(row["quote"].lower().replace("’", "'").split()), row["how"])  # fmt: skip


def decided(record: Tables) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return for each suggestion that a person decided the last state and what an edit changed."""
    rows = standing(_rows(record.table("decision")))
    return {target: (row["state"], row["change"]) for target, row in rows.items()}


def stands(states: dict[int, tuple[str, dict[str, Any]]], row: int, params: NarrativeParams) -> bool:
    """Return whether a suggestion counts: not rejected, or, if only accepted rows are asked for, accepted."""
    state = states.get(row, ("suggested", {}))[0]
    return state in ("accepted", "edited", "same-as") if params.rows == "accepted" else state != "rejected"


def find_quoted(record: Tables, params: NarrativeParams, held: set[str]) -> list[tuple[int, str, str]]:
    """Return who is quoted or cited where: row, text and the speaker's words."""
    states = decided(record)
    frame = (
        record.table("statement")
        .filter(nw.col("kind").is_in(["quote", "attribution"]) & ~nw.col("speaker").is_null())
        .select("id", "text", "speaker", "start")
    )
    pronouns = {"he", "she", "they", "it", "we", "i", "who", "which"}
    rows = [
        (row["id"], row["text"], " ".join(row["speaker"].split()))
        for row in sorted(_rows(frame), key=lambda row: (row["text"], row["start"], row["id"]))
        if row["speaker"].lower() not in pronouns
    ]
    return [row for row in rows if row[1] in held and stands(states, row[0], params)]


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
