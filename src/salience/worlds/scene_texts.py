"""The texts of a scene: statements of the power holder's channel, a newspaper that repeats them, and other press."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from salience.worlds.simulate import stream

TEXTS = 75
OFFICIAL, STATE_PRESS = "Steward Bulletin", "Meridian Press"
PRESS = ("Marrick Courier", "Upper Valley Radio", "Open Tarrowen", "Overseas Tribune", "Far Shore Network")


def draw_texts(cast: Mapping[str, Any], planted: Mapping[str, Any], seed: int) -> list[str]:
    """Return the texts as lines of JSON: id, source, date, title, text."""
    rng = stream(seed, TEXTS)
    made, words = cast["texts"], _read_words(cast["words"])
    repeats, label = planted["official-words"]["repeats"], planted["called-terrorists"]["label"]
    start: date = cast["world"]["start"]
    span = 30 * int(cast["world"]["months"])
    found: list[dict[str, Any]] = []
    statements: list[list[str]] = []
    # One text a day: texts of one day are one draw for the question, and here they are to be many.
    for n, day in enumerate(_days(span, made["official"], rng)):
        statements.append([_sentence(words, rng) for _ in range(made["sentences"])])
        found.append(_text(OFFICIAL, start, day, n, [_naming(words, label, rng), *statements[-1]]))
    days = [int(text["day"]) for text in found]
    for n in range(made["state_press"]):
        model = statements[n % len(statements)]
        body = [
            model[k] if rng.random() < repeats else _sentence(words, rng) for k in range(made["sentences"])
        ]
        found.append(_text(STATE_PRESS, start, days[n % len(days)] + 1, n, body))
    for n, day in enumerate(_days(span, made["press"], rng)):
        body = [
            _naming(words, label, rng),
            _sentence(words, rng),
            _naming(words, label, rng),
            _sentence(words, rng),
        ]
        found.append(_text(PRESS[n % len(PRESS)], start, day, n, body))
    found.sort(key=lambda text: (text["day"], text["id"]))
    return [
        json.dumps({k: v for k, v in text.items() if k != "day"}, ensure_ascii=False) + "\n" for text in found
    ]


def _days(span: int, number: int, rng: np.random.Generator) -> list[int]:
    return sorted(int(d) for d in rng.choice(span - 2, number, replace=False))


def _text(source: str, start: date, day: int, number: int, sentences: Sequence[str]) -> dict[str, Any]:
    return {
        "id": f"{source[:3].upper()}-{number:03d}",
        "source": source,
        "date": str(start + timedelta(days=day)),
        "title": f"{source}, no. {number + 1}",
        "text": " ".join(sentences),
        "day": day,
    }


def _read_words(given: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        name: [w.strip() for w in text.split("|")] if "|" in text else text.split()
        for name, text in given.items()
    }


def _sentence(words: Mapping[str, Sequence[str]], rng: np.random.Generator) -> str:
    """Return a sentence of some twenty words; that another shares eight of them in a row is a rare chance."""
    (a, b, c, d), (n, m, o), v = (
        _some(words["adjectives"], 4, rng), _some(words["nouns"], 3, rng), _some(words["verbs"], 2, rng)
    )  # fmt: skip
    who, other = _some(words["who"], 2, rng)
    when = _some(words["when"], 1, rng)[0]
    first = f"{when[0].upper()}{when[1:]} {a} {who} {v[0]} the {b} {n}"
    return f"{first}, and {int(rng.integers(3, 98))} {c} {other} {v[1]} a {m} beside the {d} {o}."


def _naming(words: Mapping[str, Sequence[str]], label: float, rng: np.random.Generator) -> str:
    """Return a sentence that names the resistance, with the label or without."""
    name = "the terrorists of the Ridge Resistance" if rng.random() < label else "the Ridge Resistance"
    act, when = _some(words["acts"], 1, rng)[0], _some(words["when"], 1, rng)[0]
    adjective, noun = _some(words["adjectives"], 1, rng)[0], _some(words["nouns"], 1, rng)[0]
    return f"{name[0].upper()}{name[1:]} {act} a {adjective} {noun} {when}."


def _some(words: Sequence[str], number: int, rng: np.random.Generator) -> list[str]:
    return [words[k] for k in rng.choice(len(words), number, replace=False)]
