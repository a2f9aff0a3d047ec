"""Numerics only: arrays in, estimates out. Nothing here knows of records, files or conflicts."""

from salience.methods import (
    bargaining,
    binary,
    capture,
    chains,
    clusters,
    counts,
    inequality,
    intervals,
    margins,
    residuals,
    scores,
    seats,
)

__all__ = [
    "bargaining",
    "binary",
    "capture",
    "chains",
    "clusters",
    "counts",
    "inequality",
    "intervals",
    "margins",
    "residuals",
    "scores",
    "seats",
]
