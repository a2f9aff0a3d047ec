"""Numerics only: arrays in, estimates out. Nothing here knows of records, files or conflicts."""

from salience.methods import binary, clusters, counts, inequality, intervals, margins, residuals

__all__ = ["binary", "clusters", "counts", "inequality", "intervals", "margins", "residuals"]
