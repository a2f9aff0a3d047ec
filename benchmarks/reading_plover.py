"""Who does what to whom in the PLOVER gold-standard records: the event's type, source and target.

The sentences are the CAMEO manual's own examples, coded by people. They were written to show one kind of event each,
so figures on news would be lower. The rules were tuned on every second record (`tuned on`); the sentences of the others
were not read (`held out`). Types: PLOVER's names of 2018; DISAPPROVE and INVESTIGATE of
the file's older draft are ACCUSE, RETREAT is CONCEDE, as in the later crosswalk. A role counts as found when it shares
a word other than function words and titles with the actor that was coded, one to one. Peers in the same run: roles by
spaCy's dependency parse of the main verb; types by the same list of verbs without any rule, the gravest first.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reading_scores import Counts, match_by
from salience.reading.events import find_events, gravest_listed
from salience.reading.fold import WORD, fold_word
from salience.reading.lexicon import word_list
from salience.reading.names import Matcher
from salience.reading.reader import find_mentions
from salience.reading.sentences import split_sentences

SAME = {"DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "RETREAT": "CONCEDE", "REQUEST": "DEMAND"}
Coded = tuple[str | None, list[str], list[str]]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="PLOVER_GSR_CAMEO.txt")
    parser.add_argument("--no-peers", action="store_true", help="Leave out spaCy's dependency parse.")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    records = load(given.file)
    found = [by_rules(record["text"]) for record in records]
    out = score(records, found)
    halves = {"tuned on": 0, "held out": 1}
    for name, odd in halves.items():
        half = [k for k in range(len(records)) if k % 2 == odd]
        out[name] = score([records[k] for k in half], [found[k] for k in half])
    readers: dict[str, Callable[[Sequence[str]], list[Coded]]] = {"verb list": by_verbs}
    if not given.no_peers:
        readers["dependency parse"] = by_parse
    out["peers"] = {
        name: score(records, read([r["text"] for r in records])) for name, read in readers.items()
    }
    out["records"] = len(records)
    return out


def load(path: Path) -> list[dict[str, Any]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return [record for record in told if record.get("text") and record["event"] != "DOCUMENT"]


def score(records: Sequence[dict[str, Any]], found: Sequence[Coded]) -> dict[str, Any]:
    source, target, right = Counts(), Counts(), 0
    for record, (kind, doers, done_to) in zip(records, found, strict=True):
        right += kind == SAME.get(record["event"], record["event"])
        for counts, key, said in ((source, "source", doers), (target, "target", done_to)):
            gold = actors_of(record.get(key))
            counts.add(match_by(gold, said, alike), len(said), len(gold))
    return {"source": source.scores(), "target": target.scores(),
            "type": {"accuracy": round(right / len(records), 4), "right": right, "of": len(records)}}  # fmt: skip


def actors_of(told: Any) -> list[str]:
    if not told or isinstance(told, str):
        return [told] if told else []
    return [actor["actorText"] for actor in told if actor.get("actorText")]


def alike(one: str, other: str) -> bool:
    return bool(content(one) & content(other))


def content(name: str) -> set[str]:
    words = {fold_word(word) for word in WORD.findall(name)}
    return {word for word in words - word_list("function") - word_list("titles") if len(word) > 1} or words


def by_rules(text: str) -> Coded:
    text = text.strip(" {}")
    sentences = split_sentences(text)
    events = find_events(text, sentences, find_mentions(text, sentences, Matcher(())))
    if not events:
        return None, [], []
    first = events[0]
    return first.kind, parts(first.actor), parts(first.target)


def parts(actor: str | None) -> list[str]:
    return re.split(r",? and |, ", actor) if actor else []


def by_verbs(texts: Sequence[str]) -> list[Coded]:
    return [(gravest_listed(split_sentences(text)[0]), [], []) for text in texts]


def by_parse(texts: Sequence[str]) -> list[Coded]:
    """Read subject and object of the main verb, or of what it reports; exchanged in the passive."""
    import spacy

    from salience.reading.spacy_names import installed_pipelines

    names = [name for name in installed_pipelines() if name.startswith("en_core_web_sm")]
    parser = spacy.load(names[0], exclude=["ner", "lemmatizer"])
    return [(None, *_roles(next(doc.sents).root)) for doc in parser.pipe(texts)]


def _roles(verb: Any) -> tuple[list[str], list[str]]:
    inner = next((c for c in verb.children if c.dep_ == "ccomp"), None)
    if inner is not None and verb.lower_ in ("said", "says", "reported", "announced", "told"):
        verb = inner
    nouns: dict[str, list[str]] = {}
    for token in [verb, *(c for c in verb.children if c.dep_ in ("xcomp", "prep", "agent", "dative"))]:
        for child in token.children:
            if child.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj"):
                dep = "by" if token.dep_ == "agent" else child.dep_
                nouns.setdefault(dep, []).append(_phrase(child))
    if "nsubjpass" in nouns:
        return nouns.get("by", [])[:1], nouns["nsubjpass"][:1]
    return nouns.get("nsubj", [])[:1], (nouns.get("dobj", []) + nouns.get("pobj", []))[:1]


def _phrase(noun: Any) -> str:
    return " ".join(t.text for t in noun.doc[noun.left_edge.i : noun.i + 1])
