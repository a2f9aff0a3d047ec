"""What groups, sexes and ages are called, and when two of these words mean the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from salience.record.names import normalise_name

SEXES = {
    "women": ("women", "woman", "female", "females", "f", "w", "girls", "girl", "زن", "امرأة"),
    "men": ("men", "man", "male", "males", "m", "boys", "boy", "مرد", "رجل"),
}
DIMENSIONS = ("group", "sex", "age")


@dataclass(frozen=True, slots=True, order=True)
class Category:
    """What is compared: a group, or a group of one sex or age band."""

    group: str | None
    sex: str | None
    age: str | None

    @property
    def name(self) -> str:
        """Its name in plain words: "Hazara women 18-29"."""
        return " ".join(part for part in (self.group, self.sex, self.age) if part)


def sex_of(text: str | None) -> str | None:
    """Return "women" or "men" for the words that mean them, else the text itself."""
    if text is None:
        return None
    word = text.strip().casefold()
    return next((sex for sex, words in SEXES.items() if word in words), word)


def band_of(age: str | None, bands: Sequence[str]) -> str | None:
    """Return the band that an age in years or a band as written falls in, or None."""
    if age is None:
        return None
    plain = {re.sub(r"[\s–—]", lambda m: "-" if m.group() in "–—" else "", band): band for band in bands}
    text = re.sub(r"[\s–—]", lambda m: "-" if m.group() in "–—" else "", age)
    if text in plain:
        return plain[text]
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", text):
        return None
    years = int(float(text))
    for short, band in plain.items():
        ends = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", short)
        if ends and int(ends[1]) <= years <= int(ends[2] or 200):
            return band
    return None


def nearest(word: str, words: Sequence[str]) -> str:
    """Return " Did you mean '…'?" for the nearest of some names, or nothing."""
    from rapidfuzz import fuzz, process

    folded = {normalise_name(w): w for w in words}
    best = process.extractOne(normalise_name(word), list(folded), scorer=fuzz.ratio, score_cutoff=70)
    return f" Did you mean '{folded[best[0]]}'?" if best else ""
