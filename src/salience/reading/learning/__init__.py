"""Learning from what people reviewed: which kind a sentence is, and which names in a text fill which role.

Extra `train` (scikit-learn). The models are small and linear, their quality is measured by cross-validation on the
very rows they learn from, and they abstain where they are unsure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import InputError
from salience.reading.fold import WORD, fold_word

NONE = "none of these"
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """How often a kind was found rightly, by cross-validation.

    Attributes
    ----------
    precision, recall, f1 : float
        Of rows on which the model did not abstain, and of all rows.
    rows : int
        Reviewed rows of this kind.
    """

    precision: float
    recall: float
    f1: float
    rows: int


def _require_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise InputError("learning from review needs scikit-learn: pip install 'salience[train]'") from error


@dataclass
class SentenceCoder:
    """Codes sentences as people coded them: TF-IDF of words and pairs of words, logistic regression.

    Parameters
    ----------
    unsure : float
        Below this probability of the best kind it abstains.
    seed : int
        Of the folds.
    """

    unsure: float = 0.5
    seed: int = 0
    measured: dict[str, Measured] = field(default_factory=dict, init=False)
    abstained: float = field(default=0.0, init=False)
    _model: Any = field(default=None, init=False)

    def fit(
        self,
        sentences: Sequence[str],
        kinds: Sequence[str],
        folds: int = 5,
        groups: Sequence[str] | None = None,
    ) -> SentenceCoder:
        """Learn, and measure by cross-validation.

        Parameters
        ----------
        sentences, kinds : sequences of str
            Reviewed rows and what people say they are.
        folds : int
            Into how many parts they are put; fewer where a kind has fewer rows.
        groups : sequence of str, optional
            From which text each row comes: rows of one text are then left out together, which is the harder and fairer
            test. Needs as many texts as folds.

        Raises
        ------
        InputError
            Fewer than ten rows, or fewer than two kinds with a row for each fold.
        """
        _require_sklearn()
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

        counts = Counter(kinds)
        kept = [k for k, kind in enumerate(kinds) if counts[kind] >= 2]
        texts, labels = [sentences[k] for k in kept], np.array([kinds[k] for k in kept])
        if len(texts) < FEWEST or len(set(labels)) < 2:
            raise InputError(
                f"learning needs {FEWEST} reviewed rows of two kinds or more, each at least twice; there are "
                f"{len(texts)} of {len(set(labels))}"
            )
        splits = max(2, min(folds, *(counts[kind] for kind in set(labels))))
        model = self._new()
        homes = [groups[k] for k in kept] if groups is not None else None
        if homes is not None and len(set(homes)) >= splits and _learnable(homes, labels, splits, self.seed):
            cut: Any = StratifiedGroupKFold(splits, shuffle=True, random_state=self.seed)
        else:
            cut, homes = StratifiedKFold(splits, shuffle=True, random_state=self.seed), None
        chances = cross_val_predict(model, texts, labels, groups=homes, cv=cut, method="predict_proba")
        self._model = model.fit(texts, labels)
        self._measure(np.asarray(chances), labels)
        return self

    def _new(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        return make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1, token_pattern=r"(?u)\b\w+\b"),
            LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced"),
        )

    def _measure(self, chances: npt.NDArray[np.float64], labels: npt.NDArray[Any]) -> None:
        classes = np.unique(labels)
        best, sure = classes[chances.argmax(axis=1)], chances.max(axis=1) >= self.unsure
        self.abstained = float(1 - sure.mean())
        for kind in classes:
            right = int(((best == kind) & sure & (labels == kind)).sum())
            said, there = int(((best == kind) & sure).sum()), int((labels == kind).sum())
            self.measured[str(kind)] = score(right, said, there)

    def chances(self, sentences: Sequence[str]) -> list[dict[str, float]]:
        """Return for each sentence the probability of each kind."""
        if self._model is None:
            raise InputError("the coder has not learned yet; call fit first")
        if not sentences:
            return []
        classes = [str(kind) for kind in self._model.classes_]
        rows = self._model.predict_proba(list(sentences))
        return [{kind: float(p) for kind, p in zip(classes, row, strict=True)} for row in rows]

    def suggest(self, sentences: Sequence[str]) -> list[tuple[str | None, float]]:
        """Return for each sentence its kind and how sure the model is; None where it abstains."""
        best = [max(told.items(), key=lambda item: item[1]) for told in self.chances(sentences)]
        return [(kind if chance >= self.unsure else None, chance) for kind, chance in best]


def _learnable(homes: Sequence[str], labels: npt.NDArray[Any], splits: int, seed: int) -> bool:
    """Return whether every part that is learnt from holds every kind, when whole texts are left out."""
    from sklearn.model_selection import StratifiedGroupKFold

    cut = StratifiedGroupKFold(splits, shuffle=True, random_state=seed)
    kinds = set(labels)
    return all(set(labels[inside]) == kinds for inside, _ in cut.split(labels, labels, homes))


def score(right: int, said: int, there: int) -> Measured:
    """Return precision, recall and F1 from counts."""
    precision = right / said if said else 0.0
    recall = right / there if there else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Measured(precision, recall, f1, there)


@dataclass(frozen=True, slots=True)
class Filler:
    """A name that fills a role in a text: the spellings of one entity, and how sure that is."""

    role: str
    names: tuple[str, ...]
    confidence: float


@dataclass
class RoleReader:
    """Learns from reviewed texts which names fill which role: perpetrator, target, victim, weapon.

    Candidates are names seen in the reviewed texts and actors without a proper name; each is judged once a text, by a
    logistic regression on its words, the words around all its occurrences and how often it filled the role before.
    """

    seed: int = 0
    folds: int = 5
    roles: tuple[str, ...] = field(default=(), init=False)
    measured: dict[str, Measured] = field(default_factory=dict, init=False)
    _models: dict[str, Any] = field(default_factory=dict, init=False)

    def fit(
        self, texts: Sequence[str], fillers: Sequence[Mapping[str, Sequence[Sequence[str]]]]
    ) -> RoleReader:
        """Learn from texts and, for each, the entities of each role, each entity a list of spellings.

        Raises
        ------
        InputError
            Fewer than ten texts.
        """
        _require_sklearn()
        from salience.reading.learning.roles import fit_roles

        if len(texts) < FEWEST:
            raise InputError(f"learning roles needs {FEWEST} reviewed texts or more; there are {len(texts)}")
        self.roles = tuple(sorted({role for each in fillers for role in each}))
        self._models, self.measured = fit_roles(texts, fillers, self.roles, self.folds, self.seed)
        return self

    def read(self, text: str) -> list[Filler]:
        """Return what fills each role in a text."""
        from salience.reading.learning.roles import read_roles

        if not self._models:
            raise InputError("the reader has not learned yet; call fit first")
        return read_roles(text, self._models)


def fold_name(name: str) -> tuple[str, ...]:
    """Return a name as a tuple of folded words."""
    return tuple(fold_word(match[0]) for match in WORD.finditer(name))


def spellings_of(
    entities: Sequence[Sequence[Sequence[str]]],
) -> dict[tuple[str, ...], Counter[tuple[str, ...]]]:
    """Return which spellings stood for one entity, over many texts."""
    together: dict[tuple[str, ...], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for entity in entities:
        folded = [
            fold_name(" ".join(name)) if not isinstance(name, str) else fold_name(name) for name in entity
        ]
        for name in folded:
            together[name].update(other for other in folded if other != name)
    return together
