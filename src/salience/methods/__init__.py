"""Numerics only: arrays in, estimates out. Nothing here knows of records, files or conflicts."""

from salience.methods import (
    binary,
    capture,
    chains,
    clusters,
    counts,
    inequality,
    intervals,
    margins,
    residuals,
    series,
)

__all__ = [
    "binary",
    "capture",
    "chains",
    "clusters",
    "counts",
    "inequality",
    "intervals",
    "margins",
    "residuals",
    "series",
]
