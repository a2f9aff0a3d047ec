"""Learning from review which suggested names are right, of which kind, and with how much of what stands beside them.

Extra `train`. Candidates are the suggestions of rules and spaCy, with and without the article, title or adjective
before them; a logistic regression judges each. What is learnt is the reviewers' own convention.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salience.errors import InputError
from salience.reading.fold import WORD
from salience.reading.learning import FEWEST, NONE, Measured, score
from salience.reading.lexicon import load_roles, word_list
from salience.reading.spans import Mention

Place = tuple[int, int]
BEFORE = 3
MOST_WORDS = 6
STRENGTH = 1.0
JOINED = re.compile(r"[ \u00a0]|[-‑–'’/.]|[.,] | & ")
OPENING = frozenset(["the", "a", "an", "its", "their", "his", "her", "our", "all", "both"])


@dataclass
class MentionJudge:
    """Judges suggested names as reviewers did.

    Parameters
    ----------
    least : float, optional
        A candidate is kept when it is of some kind with at least this probability. When left out, it is where F1 is
        best on the reviewed texts, each judged by a model that learned from the others.
    folds : int
        Into how many parts the texts are put for that.

    Attributes
    ----------
    measured : Measured or None
        Precision, recall and F1 of exact names with their kind, by cross-validation over the reviewed texts.
    """

    least: float | None = None
    seed: int = 0
    folds: int = 5
    measured: Measured | None = field(default=None, init=False)
    _columns: Any = field(default=None, init=False)
    _model: Any = field(default=None, init=False)
    _past: dict[str, Counter[str]] = field(default_factory=dict, init=False)
    _heads: dict[str, Counter[str]] = field(default_factory=dict, init=False)
    _texts: Counter[str] = field(default_factory=Counter, init=False)
    _least: float = field(default=0.5, init=False)

    def fit(
        self,
        texts: Sequence[str],
        suggestions: Sequence[Sequence[Mention]],
        reviewed: Sequence[Iterable[tuple[int, int, str]]],
    ) -> MentionJudge:
        """Learn from texts, what was suggested in each, and what reviewers let stand: start, end and kind.

        Raises
        ------
        InputError
            Fewer than ten reviewed names.
        """
        try:
            from sklearn.feature_extraction import DictVectorizer
            from sklearn.linear_model import LogisticRegression
        except ImportError as error:
            raise InputError(
                "learning from review needs scikit-learn: pip install 'salience[train]'"
            ) from error
        gold = [{(s, e): kind for s, e, kind in each} for each in reviewed]
        if sum(map(len, gold)) < FEWEST:
            raise InputError(
                f"learning needs {FEWEST} reviewed names or more; there are {sum(map(len, gold))}"
            )
        rows, kinds, home = [], [], []
        for k, text in enumerate(texts):
            # A name's past is what the other texts say of it.
            self._learn_past(
                [t for i, t in enumerate(texts) if i != k], [g for i, g in enumerate(gold) if i != k]
            )
            for place, told in self.candidates(text, suggestions[k]).items():
                rows.append(self._describe(text, place, told))
                kinds.append(gold[k].get(place, NONE))
                home.append(k)
        self._learn_past(texts, gold)
        self._columns = DictVectorizer()
        matrix = self._columns.fit_transform(rows)
        self._model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(matrix, np.array(kinds))
        self._choose_least(matrix, np.array(kinds), np.array(home), sum(map(len, gold)))
        return self

    def _choose_least(self, matrix: Any, kinds: Any, home: Any, there: int) -> None:
        """Measure by cross-validation over texts, and keep from where F1 is best unless the user said from where."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GroupKFold, cross_val_predict

        self._least = 0.5 if self.least is None else self.least
        folds = min(self.folds, len(set(home)))
        classes = np.unique(kinds)
        if folds < 2 or len(classes) < 2:
            return
        model = LogisticRegression(C=STRENGTH, max_iter=3000)
        cut = GroupKFold(folds, shuffle=True, random_state=self.seed)
        chances = cross_val_predict(model, matrix, kinds, groups=home, cv=cut, method="predict_proba")
        names = np.flatnonzero(classes != NONE)
        sure = chances[:, names].sum(axis=1)
        right = classes[names][chances[:, names].argmax(axis=1)] == kinds
        for least in np.arange(0.1, 0.7, 0.02) if self.least is None else [self.least]:
            kept = sure >= least
            measured = score(int((right & kept).sum()), int(kept.sum()), there)
            if self.measured is None or measured.f1 > self.measured.f1:
                self.measured, self._least = measured, float(least)

    def _learn_past(self, texts: Sequence[str], gold: Sequence[dict[Place, str]]) -> None:
        past: dict[str, Counter[str]] = defaultdict(Counter)
        for text, spans in zip(texts, gold, strict=True):
            for (start, end), kind in spans.items():
                if WORD.search(text, start, end):
                    past[text[start:end].lower()][kind] += 1
        self._past = dict(past)
        heads: dict[str, Counter[str]] = defaultdict(Counter)
        for name, counts in past.items():
            heads[WORD.findall(name)[-1]].update(counts)
        self._heads = dict(heads)
        self._texts = Counter(word.lower() for text in texts for word in WORD.findall(text))

    def judge(self, text: str, suggestions: Sequence[Mention]) -> list[Mention]:
        """Return the names of a text, as reviewers would have them; of nested ones both may stand."""
        if self._model is None:
            raise InputError("the judge has not learned yet; call fit first")
        told = self.candidates(text, suggestions)
        if not told:
            return []
        places = list(told)
        matrix = self._columns.transform([self._describe(text, place, told[place]) for place in places])
        classes = list(self._model.classes_)
        found = []
        for place, row in zip(places, self._model.predict_proba(matrix), strict=True):
            chances = {kind: float(p) for kind, p in zip(classes, row, strict=True) if kind != NONE}
            kind = max(chances, key=lambda k: chances[k])
            if sum(chances.values()) >= self._least:
                start, end = place
                found.append(
                    Mention(
                        start, end, text[start:end], kind, text[start:end], "model", sum(chances.values())
                    )
                )
        return sorted(found, key=lambda m: (m.start, m.end))

    def candidates(self, text: str, suggestions: Sequence[Mention]) -> dict[Place, list[Mention]]:
        """Return the pieces of a text that are judged: suggestions and reviewed names, with what stands before them."""
        found: dict[Place, list[Mention]] = defaultdict(list)
        for m in suggestions:
            found[m.start, m.end].append(m)
            for start in _starts_before(text, m.start):
                found[start, m.end].append(m)
            for start in _starts_inside(text, m.start, m.end):
                found[start, m.end].append(m)
        folded = text.lower()
        for name in self._past:
            if name in folded:
                for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
                    found.setdefault(match.span(), [])
        for place in self._pieces(text):
            found.setdefault(place, [])
        for (start, end), told in found.items():
            if not told:
                told.extend(m for m in suggestions if m.start < end and start < m.end)
        return dict(found)

    def _pieces(self, text: str) -> Iterator[Place]:
        """Give runs of words that end in a capital or in a word that ended a reviewed name."""
        words = [match.span() for match in WORD.finditer(text)]
        general = word_list("organisation") | word_list("place") | load_roles().heads
        for i, (start, _) in enumerate(words):
            for k in range(i, min(i + MOST_WORDS, len(words))):
                if k > i and not JOINED.fullmatch(text, words[k - 1][1], words[k][0]):
                    break
                first, last = text[start : words[i][1]], text[words[k][0] : words[k][1]]
                opens = first[0].isupper() or first in OPENING
                if not (last[0].isupper() or last.lower() in self._heads or last.lower() in general):
                    continue
                if opens or first.lower() in self._heads or first in word_list("peoples"):
                    yield start, words[k][1]

    def _describe(self, text: str, place: Place, told: Sequence[Mention]) -> dict[str, float]:
        start, end = place
        piece = text[start:end]
        words = piece.split()
        row: dict[str, float] = {
            "capitals": float(sum(w[0].isupper() for w in words)),
            "words": min(len(words), 6) / 3,
        }
        for m in told:
            if (m.start, m.end) == place:
                cut = "whole"
            elif start <= m.start and m.end <= end:
                cut = "longer left" if m.end == end else "longer"
            elif m.start <= start and end <= m.end:
                cut = "shorter left" if m.end == end else "shorter"
            else:
                cut = "across"
            row[f"{m.how} {m.kind} {cut}"] = 1.0
        past = self._past.get(piece.lower(), Counter())
        total = sum(past.values())
        # Of a name's words, the rarest says how often it stood in those texts at all.
        stood = min((self._texts[w.lower()] for w in WORD.findall(piece)), default=0)
        for kind, count in past.items():
            row["past " + kind] = count / (max(stood, total) + 1)
        head = self._heads.get(words[-1].lower(), Counter())
        seen = self._texts[words[-1].lower()]
        for kind, count in head.items():
            row["head " + kind] = count / (max(seen, sum(head.values())) + 1)
        row["shape=" + "".join(_shape(w) for w in words)] = 1.0
        row["past none"] = float(total == 0 and stood > 0) * min(stood, 10) / 10
        row["first=" + words[0].lower()] = 1.0
        row["last=" + words[-1].lower()] = 1.0
        before, after = WORD.findall(text[max(0, start - 40) : start]), WORD.findall(text[end : end + 40])
        row["before=" + (before[-1].lower() if before else "")] = 1.0
        row["after=" + (after[0].lower() if after else "")] = 1.0
        row["title"] = float(words[0].lower() in word_list("titles"))
        row["article"] = float(words[0].lower() in ("the", "a", "an"))
        row["article before"] = float(bool(before) and before[-1].lower() in ("the", "a", "an"))
        return row


def _shape(word: str) -> str:
    """Return how a word is written: article, capital, all capitals, figure or lower case."""
    if word.lower() in ("the", "a", "an"):
        return "t"
    if word.isupper() and len(word) > 1:
        return "C"
    return "c" if word[0].isupper() else ("9" if word[0].isdigit() else "x")


def _starts_before(text: str, start: int) -> list[int]:
    """Return where a name would begin with its article, title or adjective."""
    left = text[max(0, start - 60) : start]
    match = re.search(rf"((?:[^\W\d_][\w’'.-]*\s+){{1,{BEFORE}}})$", left)
    if match is None:
        return []
    starts, at = [], start
    for word in reversed(re.findall(r"\S+\s+", match[1])):
        at -= len(word)
        plain = word.strip().lower()
        keeps = (
            plain in ("the", "a", "an")
            or plain in word_list("titles")
            or plain in word_list("peoples")
            or word[0].isupper()
        )
        if not keeps:
            break
        starts.append(at)
        if plain in ("the", "a", "an"):
            break
    return starts


def _starts_inside(text: str, start: int, end: int) -> list[int]:
    """Return where a name would begin without its title or first adjective."""
    match = re.match(r"(\S+\s+)\S", text[start:end])
    if match is None:
        return []
    first = match[1].strip().lower()
    drops = first in word_list("titles") or first in word_list("peoples") or first in ("the", "a", "an")
    return [start + len(match[1])] if drops else []
