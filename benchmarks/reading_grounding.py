"""How fast quotes are placed in texts, and how fast known names are found.

    python benchmarks/reading_grounding.py [TEXT-FILE]

Texts of 1,200 words are made from a fixed list of words by a fixed seed (or are the file given, with numbers drawn in).
Quotes are of the kinds that models hand in: taken word for word; with other case, spacing and quotation marks; with
a number changed; with an invented tail. Seconds are of one core; what other programs take does not count.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from salience.reading.fold import fold
from salience.reading.grounding import ground, place
from salience.reading.names import Alias, Matcher
from salience.reading.sentences import split_sentences
from salience.reading.spans import Span

SYLLABLES = tuple(zip("bdklmnprstvzhgjf", "aeiouaeioaeiouae", strict=True))
WORDS = """the of and to in that said on for was with were by from at after have been who their not had which they its
group attack province officials reported killed wounded forces district security people government fighters
according statement women schools aid talks border police week Monday house road meeting denied claimed"""


def main(arguments: list[str]) -> None:
    chance = random.Random(20240224)
    names = [made_name(chance) for _ in range(20_000)]
    texts = [made_text(chance, names) for _ in range(50)]
    if arguments:
        texts = [Path(arguments[0]).read_text(encoding="utf-8") + f"\n{n} people." for n in range(50)]
    print("| what | a second | of | found |")
    print("|---|---|---|---|")
    for kind, spoil in KINDS.items():
        quotes = [(spoil(clipped(chance, text)), text) for text in texts for _ in range(400)]
        report(f"quotes, {kind}", quotes)
    mixed = [
        (spoil(clipped(chance, text)), text) for text in texts for spoil in KINDS.values() for _ in range(100)
    ]
    report("quotes, all kinds, 400 a text", mixed)
    few = [pair for n, pair in enumerate(mixed) if n % 20 == 0]
    report("quotes, all kinds, 20 a text", few)
    report(
        "the same, with the guard on negations and reasons", few, lambda q, t: place(q, t, said=True).spans
    )
    report_names(names, texts * 4)


def report(
    what: str, quotes: list[tuple[str, str]], placed: Callable[[str, str], Sequence[Span]] = ground
) -> None:
    best, found = 0.0, 0
    for _ in range(3):
        fold.cache_clear()
        began = time.process_time()
        found = sum(bool(placed(quote, text)) for quote, text in quotes)
        best = max(best, len(quotes) / (time.process_time() - began))
    print(f"| {what} | {best:,.0f} | {len(quotes):,} | {found / len(quotes):.0%} |")


def report_names(names: list[str], texts: list[str]) -> None:
    began = time.process_time()
    matcher = Matcher([Alias(name, name) for name in names])
    print(f"| aliases made ready | {len(names) / (time.process_time() - began):,.0f} | {len(names):,} | |")
    alone, whole, found, tokens = 0.0, 0.0, 0, 0
    for _ in range(3):
        began = time.process_time()
        split = [split_sentences(text) for text in texts]
        between = time.process_time()
        found = sum(len(matcher.find(text, parts)) for text, parts in zip(texts, split, strict=True))
        ended = time.process_time()
        tokens = sum(len(sentence.places) for parts in split for sentence in parts)
        alone, whole = max(alone, tokens / (ended - between)), max(whole, tokens / (ended - began))
    print(f"| tokens, 20,000 aliases, sentences given | {alone:,.0f} | {tokens:,} | {found:,} names |")
    print(f"| tokens, 20,000 aliases, with splitting | {whole:,.0f} | {tokens:,} | {found:,} names |")


def made_name(chance: random.Random) -> str:
    parts = [
        "".join(a + b for a, b in chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize()
        for _ in range(chance.randint(1, 3))
    ]
    return " ".join(parts)


def made_text(chance: random.Random, names: list[str], length: int = 1200) -> str:
    words: list[str] = []
    while len(words) < length:
        sentence = chance.choices(WORDS.split(), k=chance.randint(8, 25))
        sentence.insert(chance.randrange(len(sentence)), chance.choice(names))
        sentence.insert(chance.randrange(len(sentence)), str(chance.randint(2, 400)))
        words += f"“{sentence[0].capitalize()}”, {' '.join(sentence[1:])}.".split()
    return " ".join(words)


def clipped(chance: random.Random, text: str) -> str:
    words = text.split()
    first = chance.randrange(len(words) - 20)
    return " ".join(words[first : first + chance.randint(3, 20)])


def other_look(quote: str) -> str:
    return "  ".join(quote.upper().replace("“", '"').replace("”", '"').split())


def other_number(quote: str) -> str:
    return "".join(str((int(c) + 1) % 10) if c.isdigit() else c for c in quote) + " 977"


def invented_tail(quote: str) -> str:
    return quote + " and nobody else whatsoever"


KINDS: dict[str, Callable[[str], str]] = {
    "word for word": str,
    "other case, spaces, marks": other_look,
    "a number changed": other_number,
    "an invented tail": invented_tail,
}

if __name__ == "__main__":
    main(sys.argv[1:])
