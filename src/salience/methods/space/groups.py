"""Groups of like-minded actors, and how often they hold together over draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of actors.

    Attributes
    ----------
    labels : (actors,) int
        0 and up; the largest group first.
    together : (actors, actors) float
        In which share of the draws two actors are in one group.
    number : (draws,) int
        How many groups each draw shows.
    silhouette : (draws,) float
        How far groups stand apart: near 1 clearly, under 0.25 hardly (Kaufman & Rousseeuw 1990, p. 88).
    within : (actors,) float
        How often, on average, an actor is with the others of its group; nan if it is alone.
    beyond : (actors,) float
        The same for the other group it is with most often.
    """

    labels: IntArray
    together: FloatArray = field(repr=False)
    number: IntArray = field(repr=False)
    silhouette: FloatArray = field(repr=False)
    within: FloatArray
    beyond: FloatArray


def group_actors(apart: npt.ArrayLike, most: int = 6) -> Groups:
    """Group actors in each draw, then by how often they are together.

    Average linkage on the distances, cut into the number of groups (2 to `most`) with the largest mean silhouette
    (Rousseeuw 1987). The groups shown come from average linkage on 1 − the share of draws together, cut into as
    many groups as most draws show (consensus clustering; Monti et al. 2003, Machine Learning 52: 91-118).

    Parameters
    ----------
    apart : (draws, actors, actors) float
        nan, for two actors without an issue in common, is taken as the draw's mean distance.
    most : int

    Raises
    ------
    MethodError
        Fewer than three actors.
    """
    given = np.asarray(apart, dtype=np.float64)
    n = given.shape[1]
    if n < 3:
        raise MethodError(f"{n} actors; groups need three or more")
    off = ~np.eye(n, dtype=bool)
    together = np.zeros((n, n))
    number, silhouettes = [], []
    for each in given:
        known = each[off & np.isfinite(each)]
        filled = np.where(np.isfinite(each), each, known.mean() if len(known) else 1.0)
        labels, silhouette = _split(filled, range(2, min(most, n - 1) + 1))
        together += labels[:, None] == labels[None, :]
        number.append(int(labels.max()) + 1)
        silhouettes.append(silhouette)
    together /= len(given)
    counted = Counter(number)
    usual = min(counted, key=lambda k: (-counted[k], k))
    labels = _by_size(_cuts(1.0 - together, [usual])[0])
    within, beyond = _held(together, labels)
    return Groups(labels, together, np.array(number), np.array(silhouettes), within, beyond)


def _split(apart: FloatArray, numbers: range) -> tuple[IntArray, float]:
    """Return the split with the largest silhouette; of equal ones the one with fewest groups."""
    tried = [(labels, _silhouette(apart, labels)) for labels in _cuts(apart, numbers)]
    return max(tried, key=lambda t: round(t[1], 9))


def _cuts(apart: FloatArray, numbers: Iterable[int]) -> list[IntArray]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    even = 0.5 * (apart + apart.T)
    np.fill_diagonal(even, 0.0)
    tree = linkage(squareform(even, checks=False), method="average")
    cuts = (fcluster(tree, number, criterion="maxclust") for number in numbers)
    return [np.unique(cut, return_inverse=True)[1].astype(np.int64) for cut in cuts]


def _silhouette(apart: FloatArray, labels: IntArray) -> float:
    groups = int(labels.max()) + 1
    if groups < 2:
        return 0.0
    member = np.eye(groups)[labels]
    size = member.sum(axis=0)
    sums = apart @ member
    rows = np.arange(len(labels))
    own = sums[rows, labels] / np.maximum(size[labels] - 1, 1)
    others = np.where(member > 0, np.inf, sums / size)
    nearest = others.min(axis=1)
    larger = np.maximum(own, nearest)
    value = np.where(
        (size[labels] > 1) & (larger > 0), (nearest - own) / np.where(larger > 0, larger, 1.0), 0.0
    )
    return float(value.mean())


def _by_size(labels: IntArray) -> IntArray:
    """Return labels that begin with the largest group; of equal size, with the one whose first actor comes first."""
    groups = range(int(labels.max()) + 1)
    order = sorted(groups, key=lambda g: (-int((labels == g).sum()), int((labels == g).argmax())))
    rank = {g: k for k, g in enumerate(order)}
    return np.array([rank[int(g)] for g in labels], dtype=np.int64)


def _held(together: FloatArray, labels: IntArray) -> tuple[FloatArray, FloatArray]:
    groups = int(labels.max()) + 1
    member = np.eye(groups)[labels]
    size = member.sum(axis=0)
    sums = together @ member
    rows = np.arange(len(labels))
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(size[labels] > 1, (sums[rows, labels] - 1.0) / (size[labels] - 1.0), np.nan)
    others = np.where(member > 0, -np.inf, sums / size)
    beyond = others.max(axis=1) if groups > 1 else np.zeros(len(labels))
    return own, np.asarray(beyond)
