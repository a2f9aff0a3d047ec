"""Names in re3d's reports: persons, organisations and places, with what other sources taught.

FOLDER is one source (documents.json and entities.json) or a folder of sources. Each source is read with aliases from
the sources beside it, or in --others, never from itself. Exact: begin, end and type all agree; `overlap` forgives the
borders. Four readers are measured on the same texts: spaCy alone, a list of the other sources' names before spaCy, the
rules with aliases and spaCy's suggestions, and the judge that learned from the other sources' reviewed names
(`salience.reading.learning.mentions`). The figures at the top are the judge's.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reading_scores import Counts, together
from salience.reading.learning.mentions import MentionJudge
from salience.reading.names import Alias, Matcher
from salience.reading.reader import find_mentions
from salience.reading.sentences import split_sentences
from salience.reading.spacy_names import suggest_many
from salience.reading.spans import Mention

KINDS = {"Person": "person", "Organisation": "organisation", "Location": "place"}
Gold = set[tuple[int, int, str]]


@dataclass(slots=True)
class Source:
    """One source's texts, their names as reviewers marked them, and what spaCy suggests."""

    name: str
    texts: list[str]
    gold: list[Gold]
    suggested: list[list[Mention]]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--others", type=Path, help="Folder of the sources to learn from; else those beside FOLDER."
    )


def measure(given: argparse.Namespace) -> dict[str, Any]:
    folders = sources_in(given.folder)
    beside = given.others or (given.folder if folders != [given.folder] else given.folder.parent)
    tested = [load(folder) for folder in folders]
    others = tested if beside == given.folder else [
        load(folder) for folder in sources_in(beside) if folder.name not in {t.name for t in tested}
    ]  # fmt: skip
    readers = {
        "judge": by_judge,
        "rules and spaCy": by_rules,
        "names, then spaCy": by_list,
        "spaCy": by_spacy,
    }
    counts: dict[str, dict[str, dict[str, Counts]]] = {}
    failed: Counter[str] = Counter()
    for source in tested:
        known = [other for other in others if other.name != source.name]
        for how, reader in readers.items():
            found = reader(source, known)
            mine = counts.setdefault(how, {}).setdefault(source.name, {})
            tally(mine, source, found)
            if how == "judge":
                failed += failures(source, found)
    out = summed(counts["judge"].values())
    out["sources"] = {
        name: together(each[k] for k in KINDS).scores() for name, each in counts["judge"].items()
    }
    out["readers"] = {how: summed(each.values())["micro"] for how, each in counts.items()}
    out["overlap"] = {how: overlap(each.values()) for how, each in counts.items()}
    out["what fails"] = dict(failed.most_common())
    return out


def sources_in(folder: Path) -> list[Path]:
    if (folder / "documents.json").is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob("*/documents.json"))
    if not found:
        raise SystemExit(f"{folder} holds no documents.json, nor does any folder in it")
    return found


def load(folder: Path) -> Source:
    texts: dict[str, str] = {}
    for row in rows_of(folder / "documents.json"):
        texts[row["_id"]] = row["text"]
    gold: dict[str, Gold] = {name: set() for name in texts}
    for row in rows_of(folder / "entities.json"):
        if row["type"] in KINDS and row["documentId"] in gold:
            gold[row["documentId"]].add((row["begin"], row["end"], KINDS[row["type"]]))
    kept = list(texts)
    suggested = list(suggest_many(texts[k] for k in kept))
    return Source(folder.name, [texts[k] for k in kept], [gold[k] for k in kept], suggested)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def by_spacy(source: Source, _: Sequence[Source]) -> list[Gold]:
    return [spans(found) for found in source.suggested]


def by_list(source: Source, others: Sequence[Source]) -> list[Gold]:
    """Names of the other sources first, wherever they stand; spaCy where none of them overlaps."""
    matcher, found = names_of(others), []
    for text, suggested in zip(source.texts, source.suggested, strict=True):
        listed = matcher.find(text, split_sentences(text))
        free = [m for m in suggested if not any(m.start < k.end and k.start < m.end for k in listed)]
        found.append(spans([*listed, *free]))
    return found


def by_rules(source: Source, others: Sequence[Source]) -> list[Gold]:
    matcher = names_of(others)
    return [
        spans(find_mentions(text, split_sentences(text), matcher, suggestions=suggested))
        for text, suggested in zip(source.texts, source.suggested, strict=True)
    ]


def by_judge(source: Source, others: Sequence[Source]) -> list[Gold]:
    judge = MentionJudge().fit(
        [text for other in others for text in other.texts],
        [
            all_suggestions(t, s)
            for other in others
            for t, s in zip(other.texts, other.suggested, strict=True)
        ],
        [gold for other in others for gold in other.gold],
    )
    return [
        spans(judge.judge(text, all_suggestions(text, suggested)))
        for text, suggested in zip(source.texts, source.suggested, strict=True)
    ]


def all_suggestions(text: str, suggested: Sequence[Mention]) -> list[Mention]:
    """Return what spaCy suggests and what the rules see without it: the judge knows them apart."""
    return [*suggested, *find_mentions(text, split_sentences(text), Matcher(()))]


def names_of(others: Sequence[Source]) -> Matcher:
    """Return a matcher of the other sources' names, each with the type it mostly had."""
    kinds: dict[str, Counter[str]] = {}
    for other in others:
        for text, gold in zip(other.texts, other.gold, strict=True):
            for start, end, kind in gold:
                kinds.setdefault(text[start:end], Counter())[kind] += 1
    return Matcher([Alias(name, name, each.most_common(1)[0][0]) for name, each in kinds.items()])


def spans(found: Sequence[Mention]) -> Gold:
    return {(m.start, m.end, m.kind) for m in found if m.kind in KINDS.values()}


def tally(counts: dict[str, Counts], source: Source, found: Sequence[Gold]) -> None:
    for gold, said in zip(source.gold, found, strict=True):
        for name, kind in KINDS.items():
            there, here = {g for g in gold if g[2] == kind}, {s for s in said if s[2] == kind}
            counts.setdefault(name, Counts()).add(len(there & here), len(here), len(there))
            near = sum(any(touches(s, g) for g in there) for s in here)
            reached = sum(any(touches(s, g) for s in here) for g in there)
            counts.setdefault("~" + name, Counts()).add(near, len(here), len(there))
            counts.setdefault("^" + name, Counts()).add(reached, len(here), len(there))


def touches(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def summed(counts: Any) -> dict[str, Any]:
    each = {kind: together(c[kind] for c in counts) for kind in KINDS}
    return {kind: c.scores() for kind, c in each.items()} | {"micro": together(each.values()).scores()}


def overlap(counts: Any) -> dict[str, float]:
    near = together(c["~" + kind] for c in counts for kind in KINDS)
    reached = together(c["^" + kind] for c in counts for kind in KINDS)
    precision, recall = near.right / max(near.said, 1), reached.right / max(reached.there, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def failures(source: Source, found: Sequence[Gold]) -> Counter[str]:
    """Why what was not found was not found, and what was found that is not there."""
    why: Counter[str] = Counter()
    for text, gold, said in zip(source.texts, source.gold, found, strict=True):
        for miss in gold - said:
            near = [s for s in said if touches(s, miss)]
            if any(s[:2] == miss[:2] for s in near):
                why["right borders, wrong type"] += 1
            elif any(s[2] == miss[2] for s in near):
                why["right type, wrong borders"] += 1
            elif near:
                why["wrong type and borders"] += 1
            elif text[miss[0] : miss[1]].islower():
                why["missed, written without capitals"] += 1
            else:
                why["missed"] += 1
        why["found where there is none"] += sum(not any(touches(s, g) for g in gold) for s in said)
    return why
