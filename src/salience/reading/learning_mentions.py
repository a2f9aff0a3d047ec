"""Learning from review which suggested names are right, of which kind, and with how much of what stands beside them.

Extra `train`. Candidates are the suggestions of rules and spaCy, with and without the article, title or adjective
before them; a logistic regression judges each. What is learnt is the reviewers' own convention.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salience.errors import InputError
from salience.reading.fold import WORD
from salience.reading.learning import FEWEST, NONE
from salience.reading.lexicon import word_list
from salience.reading.spans import Mention

Place = tuple[int, int]
BEFORE = 3


@dataclass
class MentionJudge:
    """Judges suggested names as reviewers did.

    Parameters
    ----------
    least : float
        A candidate is kept when it is of some kind with at least this probability.
    """

    least: float = 0.5
    seed: int = 0
    _columns: Any = field(default=None, init=False)
    _model: Any = field(default=None, init=False)
    _past: dict[str, Counter[str]] = field(default_factory=dict, init=False)
    _texts: Counter[str] = field(default_factory=Counter, init=False)

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
        rows, kinds = [], []
        for k, text in enumerate(texts):
            # A name's past is what the other texts say of it.
            self._learn_past(
                [t for i, t in enumerate(texts) if i != k], [g for i, g in enumerate(gold) if i != k]
            )
            for place, told in self.candidates(text, suggestions[k]).items():
                rows.append(self._describe(text, place, told))
                kinds.append(gold[k].get(place, NONE))
        self._learn_past(texts, gold)
        self._columns = DictVectorizer()
        matrix = self._columns.fit_transform(rows)
        self._model = LogisticRegression(C=1.0, max_iter=3000).fit(matrix, np.array(kinds))
        return self

    def _learn_past(self, texts: Sequence[str], gold: Sequence[dict[Place, str]]) -> None:
        past: dict[str, Counter[str]] = defaultdict(Counter)
        for text, spans in zip(texts, gold, strict=True):
            for (start, end), kind in spans.items():
                if WORD.search(text, start, end):
                    past[text[start:end].lower()][kind] += 1
        self._past = dict(past)
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
            if sum(chances.values()) >= self.least:
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
        for name in self._past:
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
                found.setdefault(match.span(), [])
        return dict(found)

    def _describe(self, text: str, place: Place, told: Sequence[Mention]) -> dict[str, float]:
        start, end = place
        piece = text[start:end]
        words = piece.split()
        row: dict[str, float] = {
            "capitals": float(sum(w[0].isupper() for w in words)),
            "words": min(len(words), 6) / 3,
        }
        for m in told:
            cut = "whole" if (m.start, m.end) == place else ("longer" if start < m.start else "shorter")
            row[f"{m.how} {m.kind} {cut}"] = 1.0
        past = self._past.get(piece.lower(), Counter())
        total = sum(past.values())
        # Of a name's words, the rarest says how often it stood in those texts at all.
        stood = min((self._texts[w.lower()] for w in WORD.findall(piece)), default=0)
        for kind, count in past.items():
            row["past " + kind] = count / (max(stood, total) + 1)
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


def _starts_before(text: str, start: int) -> list[int]:
    """Return where a name would begin with its article, title or adjective."""
    left = text[max(0, start - 60) : start]
    match = re.search(r"((?:[^\W\d_][\w’'.-]*\s+){1,%d})$" % BEFORE, left)
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
