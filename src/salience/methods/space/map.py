"""Distances between actors over the issues that both speak to, and maps of them in which draws lie over each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError
from salience.methods.cells import FloatArray
from salience.methods.space.weights import BoolArray

STEPS = 300
_STILL = 1e-7


@dataclass(frozen=True, slots=True)
class ActorMap:
    """Actors on a plane.

    Attributes
    ----------
    reference : (actors, dimensions) float
        From the median distances; its first axis is the one along which actors differ most.
    draws : (draws, actors, dimensions) float
        Each draw's own map, turned, mirrored and moved onto the reference.
    stress : (draws,) float
        Kruskal's stress-1: 0 shows the distances as they are; above 0.2 is poor (Kruskal 1964).
    kept : (dimensions,) float
        Share of the reference's scatter along each axis.
    """

    reference: FloatArray
    draws: FloatArray = field(repr=False)
    stress: FloatArray = field(repr=False)
    kept: FloatArray


def distances(positions: npt.ArrayLike, care: npt.ArrayLike | None = None) -> FloatArray:
    """Return distances between actors, over the issues on which both have a position.

    The root of the mean squared difference, each issue weighted by the mean of how much the two care about it; points
    of the scale, so that actors with few issues in common are not nearer for it (Gower 1971, Biometrics 27: 857-871, on
    leaving missing pairs out).

    Parameters
    ----------
    positions, care : (draws, actors, issues) float
        nan is a missing position. Without `care` all issues count alike.

    Returns
    -------
    (draws, actors, actors) float
        nan for two actors without an issue in common.
    """
    x = np.asarray(positions, dtype=np.float64)
    if x.ndim != 3:
        raise MethodError(f"positions has {x.ndim} axes; expected (draws, actors, issues)")
    c = np.ones_like(x) if care is None else np.broadcast_to(np.asarray(care, dtype=np.float64), x.shape)
    draws, actors, issues = x.shape
    squares, weights = np.zeros((draws, actors, actors)), np.zeros((draws, actors, actors))
    for k in range(issues):
        known = np.isfinite(x[:, :, k])
        both = known[:, :, None] & known[:, None, :]
        # An issue that neither cares about must still tell two actors apart if they share no other.
        own = np.where(known, np.maximum(np.nan_to_num(c[:, :, k]), 1e-9), 0.0)
        weight = np.where(both, 0.5 * (own[:, :, None] + own[:, None, :]), 0.0)
        value = np.where(known, x[:, :, k], 0.0)
        squares += weight * (value[:, :, None] - value[:, None, :]) ** 2
        weights += weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.where(weights > 0, squares / weights, np.nan))


def connected(known: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return for each actor which connected part it belongs to: (actors, actors) bool to (actors,) int."""
    from scipy.sparse.csgraph import connected_components

    return np.asarray(connected_components(np.asarray(known), directed=False)[1], dtype=np.int64)


def map_actors(apart: npt.ArrayLike, dimensions: int = 2) -> ActorMap:
    """Place actors on a plane, in each draw, so that distances there are as near to the given ones as they can be.

    Metric scaling by majorisation (SMACOF; de Leeuw 1977; Borg & Groenen 2005, chapter 8), begun from classical scaling
    of the median distances, with weight 0 for missing ones. Each draw's map is then turned, mirrored and moved onto
    the reference (orthogonal Procrustes; Schönemann 1966), because a map has no up and no left.

    Parameters
    ----------
    apart : (draws, actors, actors) float
        nan is missing, at the same places in all draws; the actors must be connected.
    dimensions : int

    Raises
    ------
    MethodError
        Fewer than three actors, or actors that no chain of distances connects.
    """
    given = np.asarray(apart, dtype=np.float64)
    actors = given.shape[1]
    known = np.isfinite(given).all(axis=0) & ~np.eye(actors, dtype=bool)
    if actors < 3 or connected(known).max() > 0:
        raise MethodError("a map needs three actors or more, connected by distances")
    middle = np.median(np.where(known, given, 0.0), axis=0)
    start = _classical(middle, known, dimensions)
    reference, _ = scale_down(middle[None], known, start)
    reference, kept = _principal(reference[0])
    placed, stress = scale_down(np.where(known, given, 0.0), known, reference)
    return ActorMap(reference, align(placed, reference), stress, kept)


def scale_down(apart: FloatArray, known: BoolArray, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Improve a map by majorisation until it stands still; return maps and their stress-1.

    Parameters
    ----------
    apart : (draws, actors, actors) float
    known : (actors, actors) bool
        Which distances count.
    start : (actors, dimensions) float
    """
    weight = known.astype(np.float64)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian)
    x = np.broadcast_to(start, (len(apart), *start.shape)).copy()
    size = float(np.sqrt((apart**2 * weight).sum() / max(weight.sum() * len(apart), 1.0))) or 1.0
    for _ in range(STEPS):
        shown = _between(x)
        ratio = weight * apart / np.where(shown > 1e-12, shown, np.inf)
        b = -ratio
        diagonal = np.arange(len(known))
        b[:, diagonal, diagonal] = ratio.sum(axis=2)
        moved = inverse @ (b @ x)
        still = float(np.abs(moved - x).max()) < _STILL * size
        x = moved
        if still:
            break
    shown = _between(x)
    off = (weight * (shown - apart) ** 2).sum(axis=(1, 2))
    total = (weight * shown**2).sum(axis=(1, 2))
    return x, np.sqrt(off / np.where(total > 0, total, 1.0))


def align(maps: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Turn, mirror and move maps onto a reference; sizes stay (Schönemann 1966, Psychometrika 31: 1-10).

    Parameters
    ----------
    maps : (draws, actors, dimensions) float
    reference : (actors, dimensions) float
    """
    x, target = np.asarray(maps, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    centre = target.mean(axis=0)
    own = x - x.mean(axis=1, keepdims=True)
    u, _, v = np.linalg.svd(np.swapaxes(own, 1, 2) @ (target - centre))
    return np.asarray(own @ (u @ v) + centre)


def correlate_axes(maps: npt.ArrayLike, positions: npt.ArrayLike) -> FloatArray:
    """Return how each issue correlates with each axis, in each draw: what the axes mean.

    Parameters
    ----------
    maps : (draws, actors, dimensions) float
    positions : (draws, actors, issues) float
        nan is missing and left out.

    Returns
    -------
    (draws, issues, dimensions) float
        Pearson's correlation; nan where fewer than three actors have a position, or all have the same.
    """
    m, x = np.asarray(maps, dtype=np.float64), np.asarray(positions, dtype=np.float64)
    found = np.full((len(m), x.shape[2], m.shape[2]), np.nan)
    for k in range(x.shape[2]):
        known = np.isfinite(x[:, :, k]).all(axis=0)
        if known.sum() < 3:
            continue
        here = x[:, known, k] - x[:, known, k].mean(axis=1, keepdims=True)
        there = m[:, known] - m[:, known].mean(axis=1, keepdims=True)
        size = np.sqrt((here**2).sum(axis=1)[:, None] * (there**2).sum(axis=1))
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.einsum("da,dac->dc", here, there) / size
        found[:, k] = np.where(size > 1e-9, ratio, np.nan)
    return found


def _between(x: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(((x[:, :, None, :] - x[:, None, :, :]) ** 2).sum(axis=-1)))


def _classical(apart: FloatArray, known: BoolArray, dimensions: int) -> FloatArray:
    """Classical scaling (Torgerson 1952); a missing distance is first taken as the shortest way round."""
    from scipy.sparse.csgraph import shortest_path

    n = len(apart)
    # A distance of 0 is an edge too; scipy takes 0 in a matrix for no edge.
    ways = shortest_path(np.where(known, np.maximum(apart, 1e-9), 0.0), directed=False)
    full = np.where(known, apart, ways)
    centring = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ full**2 @ centring)
    top = np.argsort(values)[::-1][:dimensions]
    place = vectors[:, top] * np.sqrt(np.maximum(values[top], 0.0))
    # Actors that begin on one spot would never part.
    spiral = np.stack([np.cos(2.4 * np.arange(n) + d) for d in range(place.shape[1])], axis=1)
    return np.asarray(place + 1e-6 * (np.abs(full).max() or 1.0) * spiral)


def _principal(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn a map so that its first axis has the largest scatter; the sign is that of the farthest actor."""
    own = x - x.mean(axis=0)
    _, size, v = np.linalg.svd(own, full_matrices=False)
    turned = own @ v.T
    far = np.abs(np.round(turned, 9)).argmax(axis=0)
    turned *= np.where(turned[far, np.arange(turned.shape[1])] < 0, -1.0, 1.0)
    total = float((size**2).sum())
    return turned, size**2 / total if total > 0 else np.zeros_like(size)
