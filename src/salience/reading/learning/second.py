"""A second look at the names that may fill a role: each beside the other names of its text.

The first, linear look sees a name's words and those around it. The second, boosted trees on few columns, sees how sure
the first is of the name for every role, how it ranks in its text, and how sure it is of names within or around it. The
two are averaged on the scale of log odds; on reviewed texts left out while learning that is better than either alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
FAR = -9.0


def beside_others(
    rows: Sequence[Mapping[str, Any]],
    home: Sequence[tuple[int, tuple[str, ...]]],
    scores: Array,
    roles: Sequence[str],
) -> Array:
    """Return the columns of the second look.

    Parameters
    ----------
    rows : sequence of mapping
        What the first look sees of each candidate.
    home : sequence of (int, tuple of str)
        Each candidate's text and words.
    scores : (candidates, roles) float
        Log odds of the first look.
    roles : sequence of str

    Returns
    -------
    (candidates, 5 × roles + 4 + ...) float
    """
    told = [f"{what} {role}" for role in roles for what in ("rate", "head")]
    told += ["times", "early", "size", "relevant"]
    plain = np.array([[float(row.get(name, 0.0)) for name in told] for row in rows]).reshape(
        len(rows), len(told)
    )
    n = scores.shape[1]
    others = np.zeros((len(rows), 3 * n))
    texts: dict[int, list[int]] = defaultdict(list)
    for i, (k, _) in enumerate(home):
        texts[k].append(i)
    for inside in texts.values():
        own = scores[inside]
        ordered = np.sort(own, axis=0)[::-1]
        best, second = ordered[0], ordered[min(1, len(ordered) - 1)]
        others[inside, :n] = np.argsort(np.argsort(-own, axis=0, kind="stable"), axis=0, kind="stable")
        others[inside, n : 2 * n] = np.where(own == best, second, best)
        names = [f" {' '.join(home[i][1])} " for i in inside]
        for a, i in enumerate(inside):
            kin = [b for b, name in enumerate(names) if b != a and (name in names[a] or names[a] in name)]
            others[i, 2 * n :] = own[kin].max(axis=0) if kin else FAR
    return np.hstack([plain, scores, others])


def fit_second(columns: Array, y: Any, groups: Any, seed: int) -> tuple[Any, Array]:
    """Fit the second look at one role; its log odds for each candidate as seen from the other folds."""
    from threadpoolctl import threadpool_limits

    # The trees are small: many threads wait for one another longer than they work.
    with threadpool_limits(1, user_api="openmp"):
        return _fit_folds(columns, y, groups, seed)


def _fit_folds(columns: Array, y: Any, groups: Any, seed: int) -> tuple[Any, Array]:
    out = np.zeros(len(y))
    for fold in np.unique(groups):
        inside = groups != fold
        if 0 < y[inside].sum() < inside.sum():
            out[~inside] = log_odds(_new(seed).fit(columns[inside], y[inside]), columns[~inside])
        else:
            out[~inside] = FAR
    return _new(seed).fit(columns, y), out


def log_odds(model: Any, columns: Array) -> Array:
    """Return a fitted model's log odds, kept within what a float can hold."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="openmp"):
        p = np.clip(model.predict_proba(columns)[:, 1], 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p / (1 - p)))


def average(first: Array, second: Array) -> Array:
    """Return the chance that both looks give together."""
    return np.asarray(1 / (1 + np.exp(-(first + second) / 2)))


def _new(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=40, l2_regularization=5,
        random_state=seed, early_stopping=False,
    )  # fmt: skip
