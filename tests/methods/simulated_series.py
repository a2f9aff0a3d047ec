"""Simulated count series whose months hang together, for tests."""

from __future__ import annotations

import numpy as np


def persistent(
    rng: np.random.Generator,
    months: int = 72,
    mean: float = 10.0,
    persistence: float = 0.7,
    spread: float = 0.5,
) -> np.ndarray:
    """Return an intensity whose logarithm is autoregressive with this stationary standard deviation."""
    shock = spread * np.sqrt(1 - persistence**2) * rng.standard_normal(months)
    walk = np.empty(months)
    walk[0] = spread * rng.standard_normal()
    for m in range(1, months):
        walk[m] = persistence * walk[m - 1] + shock[m]
    return mean * np.exp(walk - spread**2 / 2)
