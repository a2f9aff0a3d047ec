"""Truncated counts drawn from known models, and the real events of the reference fits."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nbinom, poisson


@pytest.fixture
def draw_truncated() -> Callable[..., np.ndarray]:
    """Return a sampler of zero-truncated Poisson (theta None) or NB2 counts by inversion."""

    def draw(mu: np.ndarray, rng: np.random.Generator, theta: float | None = None) -> np.ndarray:
        if theta is None:
            return poisson.ppf(rng.uniform(np.exp(-mu), 1.0), mu).clip(1)
        law = nbinom(theta, theta / (theta + mu))
        return law.ppf(rng.uniform(law.pmf(0), 1.0)).clip(1)

    return draw


@dataclass(frozen=True)
class Events:
    """Columns of UCDP GED that the reference fits use."""

    outlets: np.ndarray
    number_of_sources: np.ndarray
    best: np.ndarray
    kind: np.ndarray
    where_prec: np.ndarray
    year: np.ndarray
    adm_1: np.ndarray

    def indicators(self, values: np.ndarray, levels: list[int]) -> np.ndarray:
        return (values[:, None] == np.array(levels)).astype(float)


def read_events(path: Path, since: int) -> Events:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["year"]) >= since]

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in rows])

    outlets = [len({s.strip() for s in row["source_office"].split(";") if s.strip()}) for row in rows]
    return Events(
        np.array(outlets, dtype=float),
        column("number_of_sources"),
        column("best"),
        column("type_of_violence"),
        column("where_prec"),
        column("year"),
        np.array([row["adm_1"] for row in rows]),
    )


@pytest.fixture(scope="session")
def myanmar(shared_data: Path) -> Events:
    return read_events(shared_data / "ucdp" / "ged_myanmar_1989_2023.csv.gz", since=2014)


@pytest.fixture(scope="session")
def syria(shared_data: Path) -> Events:
    return read_events(shared_data / "ucdp" / "ged191_syria_2016_2018.csv.gz", since=0)
