"""Two trials of a model before anyone believes it: does it repeat itself, and does it judge names.

*Stability*: each text is read twice with the kinds listed in another order, which should not matter. *Swap*: two actors
exchange names in each text; what the model says of the one should now be said of the other. Where the coding changes
with the name, the model brings opinions of its own. Both describe these texts and this model, with intervals
that take whole texts as the units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import QuestionError
from salience.methods.intervals import wilson
from salience.reading.fold import fold_text
from salience.reading.model.endpoint import Endpoint
from salience.reading.model.reader import ModelReading, read_with_model
from salience.reading.names import Alias, Matcher
from salience.reading.sentences import split_sentences

FEW = 5
Find = tuple[str, int, int, str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of what two readings found is in both.

    Attributes
    ----------
    kind : str
        Of mention or statement; "all" for all.
    share : float
        Twice the finds in both, over the finds of the one and of the other (F1, Dice 1945): 1 when they are the same.
    low, high : float or None
        95 % interval, texts being the units; None with fewer than five texts that hold any.
    both, first_only, second_only : int
        Finds in both readings, and in one alone.
    """

    kind: str
    share: float
    low: float | None
    high: float | None
    both: int
    first_only: int
    second_only: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial showed.

    Attributes
    ----------
    texts : int
        Texts read twice.
    agreements : tuple of Agreement
        For all finds, then by kind.
    changed : tuple of dict
        Finds of one reading alone: text, reading, kind, quote, and what was said; the first hundred.
    exchanged : tuple of str
        The two names, for a swap.
    """

    texts: int
    agreements: tuple[Agreement, ...]
    changed: tuple[dict[str, Any], ...]
    exchanged: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def try_stability(
    texts: Sequence[tuple[str, str]],
    endpoint: Endpoint,
    seed: int = 1,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Trial:
    """Read each text twice, with the kinds in a shuffled order and in its reverse.

    Parameters
    ----------
    texts : sequence of (sha256, content)
    endpoint : Endpoint
        Whom to ask; two requests for each piece of a text.
    seed : int
        Of the shuffled order, from 1.
    progress : callable
        Called with a stage and the share done.
    """
    pairs = []
    for done, (sha, content) in enumerate(texts):
        progress("reading each text twice", done / len(texts))
        first, second = (_finds(read_with_model(content, endpoint, order)) for order in (seed, -seed))
        pairs.append((sha, first, second))
    return _compare(pairs, ("first order", "reverse order"))


def try_swap(
    texts: Sequence[tuple[str, str]],
    endpoint: Endpoint,
    aliases: Iterable[Alias],
    between: tuple[str, str],
    most: int = 20,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Trial:
    """Read each text that names either actor as it is, and with the two names exchanged.

    Parameters
    ----------
    texts : sequence of (sha256, content)
    endpoint : Endpoint
    aliases : iterable of Alias
        Names of the two actors among others.
    between : (str, str)
        Canonical names of the two.
    most : int
        Read no more texts than this.
    progress : callable
        Called with a stage and the share done.

    Raises
    ------
    QuestionError
        A name is not known, or no text holds either.
    """
    known = list(aliases)
    matcher = Matcher([alias for alias in known if alias.stands_for in between])
    for name in between:
        if not any(alias.stands_for == name for alias in known):
            raise QuestionError(f"the record knows no actor '{name}'; give one of its names in actors.csv")
    exchanged = [(sha, content, Exchange.make(content, matcher, between)) for sha, content in texts]
    exchanged = [entry for entry in exchanged if entry[2].cuts][:most]
    if not exchanged:
        raise QuestionError(f"no text names {between[0]} or {between[1]}")
    pairs = []
    for done, (sha, content, swap) in enumerate(exchanged):
        progress("reading each text with names exchanged", done / len(exchanged))
        plain = _finds(read_with_model(content, endpoint))
        turned = [swap.back(find) for find in _finds(read_with_model(swap.text, endpoint))]
        pairs.append((sha, [swap.plain(find) for find in plain], turned))
    return _compare(pairs, ("as written", "names exchanged"), between)


def frequent_pair(texts: Sequence[tuple[str, str]], aliases: Iterable[Alias]) -> tuple[str, str]:
    """Return the two organisations that most texts name.

    Raises
    ------
    QuestionError
        Fewer than two are named.
    """
    matcher = Matcher([alias for alias in aliases if alias.kind == "organisation"])
    named: Counter[str] = Counter()
    for _, content in texts:
        named.update(
            {m.value for m in matcher.find(content, split_sentences(content)) if "ambiguous" not in m.notes}
        )
    most = sorted(named, key=lambda name: (-named[name], name))[:2]
    if len(most) < 2:
        raise QuestionError(
            "the texts name fewer than two known organisations to exchange; list their names in actors.csv, or "
            "give two with --between 'NAME' --between 'NAME'"
        )
    return most[0], most[1]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A text in which two actors have exchanged names, and the way back.

    Attributes
    ----------
    text : str
        With the names exchanged.
    cuts : tuple of (int, int, int, int)
        For each exchanged name, where it stood (start, end) and where the other stands now (start, end).
    matcher, between
        Which names are one of the two.
    """

    text: str
    cuts: tuple[tuple[int, int, int, int], ...]
    matcher: Matcher
    between: tuple[str, str]

    @classmethod
    def make(cls, text: str, matcher: Matcher, between: tuple[str, str]) -> Exchange:
        """Exchange the two names wherever they stand; each takes the form that the text uses most for the other."""
        found = [m for m in matcher.find(text, split_sentences(text)) if m.value in between]
        forms = {name: Counter(m.text for m in found if m.value == name) for name in between}
        usual = {name: forms[name].most_common(1)[0][0] if forms[name] else name for name in between}
        parts: list[str] = []
        cuts = []
        done = length = 0
        for m in found:
            other = usual[between[1 - between.index(m.value)]]
            parts += [text[done : m.start], other]
            length += m.start - done
            cuts.append((m.start, m.end, length, length + len(other)))
            length += len(other)
            done = m.end
        return cls("".join([*parts, text[done:]]), tuple(cuts), matcher, between)

    def back(self, find: Find) -> Find:
        """Return a find of the exchanged text as it would stand in the text as written."""
        layer, start, end, kind, told = find
        return (layer, self._place(start, 0), self._place(end, 1), kind, self._names(told, turned=True))

    def plain(self, find: Find) -> Find:
        """Return a find of the text as written, with its names in one form."""
        return (*find[:4], self._names(find[4], turned=False))

    def _place(self, at: int, side: int) -> int:
        shift = 0
        for start, end, new_start, new_end in self.cuts:
            if new_start < at < new_end or (at == new_start and side == 0) or (at == new_end and side == 1):
                return (start, end)[side]
            if at >= new_end:
                shift = end - new_end
        return at + shift

    def _names(self, told: str, *, turned: bool) -> str:
        """Write the two actors by their canonical names, exchanged back where need be."""
        out, done = [], 0
        for m in self.matcher.find(told, split_sentences(told)):
            if m.value in self.between:
                at = self.between.index(m.value)
                out += [told[done : m.start], self.between[1 - at if turned else at]]
                done = m.end
        return fold_text("".join([*out, told[done:]]))


def _finds(reading: ModelReading) -> list[Find]:
    """Return what was found as comparable facts: where, which kind, and what is said of whom."""
    mentions = [("mention", m.start, m.end, m.kind, "") for m in reading.mentions]
    statements = []
    for s in reading.statements:
        about = s.detail.get("target") or s.about
        speaker = s.detail.get("actor") or s.speaker
        said = s.value if s.kind in ("label", "figure", "event") else ""
        told = fold_text(" | ".join(part or "" for part in (speaker, about, said)))
        statements.append(("statement", s.start, s.end, s.kind, told))
    return [*mentions, *statements]


def _compare(
    pairs: Sequence[tuple[str, list[Find], list[Find]]],
    names: tuple[str, str],
    exchanged: tuple[str, ...] = (),
) -> Trial:
    sets = [(sha, frozenset(first), frozenset(second)) for sha, first, second in pairs]
    kinds = sorted({(find[0], find[3]) for _, first, second in sets for find in first | second})
    agreements = [_agreement("all", [(first, second) for _, first, second in sets])]
    for layer, kind in kinds:
        own = [
            tuple(frozenset(f for f in found if (f[0], f[3]) == (layer, kind)) for found in (first, second))
            for _, first, second in sets
        ]
        agreements.append(_agreement(kind, [(first, second) for first, second in own]))
    changed = [
        {
            "text": sha[:12],
            "reading": name,
            "kind": find[3],
            "start": find[1],
            "end": find[2],
            "says": ", ".join(part.strip() for part in find[4].split("|") if part.strip()),
        }
        for sha, first, second in sets
        for name, alone in zip(names, (first - second, second - first), strict=True)
        for find in sorted(alone)
    ]
    return Trial(len(sets), tuple(agreements), tuple(changed[:100]), exchanged)


def _agreement(kind: str, pairs: Sequence[tuple[frozenset[Find], frozenset[Find]]]) -> Agreement:
    both = np.array([len(first & second) for first, second in pairs], dtype=float)
    sizes = np.array([len(first) + len(second) for first, second in pairs], dtype=float)
    total = sizes.sum()
    share = float(2 * both.sum() / total) if total else float("nan")
    low, high = _interval(2 * both, sizes) if np.count_nonzero(sizes) >= FEW else (None, None)
    firsts, seconds = (sum(len(pair[i]) for pair in pairs) for i in (0, 1))
    return Agreement(
        kind, share, low, high, int(both.sum()), firsts - int(both.sum()), seconds - int(both.sum())
    )


def _interval(same: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return Wilson's interval of a share, with as many trials as the finds of these texts are worth.

    Finds of one text are alike, so the variance of the ratio over texts says how many independent finds they are worth
    (Korn & Graubard 1998, Surv. Methodol. 24). Where every text says the same, it is as many as there are texts.
    """
    held = sizes > 0
    texts, total = int(held.sum()), sizes.sum()
    share = same.sum() / total
    residuals = (same - share * sizes)[held]
    variance = texts / (texts - 1) * (residuals @ residuals) / total**2
    worth = share * (1 - share) / variance if variance > 0 else float(texts)
    trials = min(max(worth, 1.0), total / 2)
    found = wilson(share * trials, trials)
    return float(found.low), float(found.high)
