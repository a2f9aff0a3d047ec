"""The sampler for cumulative numbers, compiled by numba on first use; `reports_cumulative` prepares the arrays.

Each series' path is drawn whole, by filtering forward and sampling backward (Carter & Kohn 1994, Biometrika 81;
Frühwirth-Schnatter 1994, J. Time Ser. Anal. 15); all other steps are exact conditional draws.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from salience.methods.cells import FloatArray, IntArray
from salience.methods.compiling import compiled
from salience.methods.reports.kernels import chance_between, draw_truncated

FAR = 1e4  # variance of a path's beginning, before anything is told


class Claims(NamedTuple):
    """Accounts sorted by series and day.

    Attributes
    ----------
    first_node : (series + 1,) int
        Where each series' days begin.
    first : (nodes + 1,) int
        Where each day's accounts begin.
    step : (nodes,) float
        Difference of log day to the day before; 0 at a series' first.
    cell, low, high, low_round, high_round, heap : (n,)
        The account's source in its series, and what it says, as in `reports_kernels`.
    cell_bias, cell_series : (cells,) int
    biases : int
    """

    first_node: IntArray
    first: IntArray
    step: FloatArray
    cell: IntArray
    low: FloatArray
    high: FloatArray
    low_round: FloatArray
    high_round: FloatArray
    heap: IntArray
    cell_bias: IntArray
    cell_series: IntArray
    biases: int


class Drawn(NamedTuple):
    """Where draws are written."""

    bias: FloatArray  # (draws, biases)
    spread: FloatArray  # (draws, biases)
    between: FloatArray  # (draws,)
    path: FloatArray  # (kept, nodes)
    cell: FloatArray  # (kept, cells)


@compiled
def _draw_paths(
    rng: np.random.Generator, data: Claims, x: FloatArray, cell: FloatArray, variance: FloatArray,
    growth: FloatArray, restless: FloatArray, path: FloatArray,
) -> None:  # fmt: skip
    """Draw every series' path given what was meant, and then its growth and its restlessness."""
    nodes = len(path)
    mean, spread = np.zeros(nodes), np.zeros(nodes)
    for j in range(len(growth)):
        start, end = data.first_node[j], data.first_node[j + 1]
        for t in range(start, end):
            before = 0.0 if t == start else mean[t - 1] + growth[j] * data.step[t]
            loose = FAR if t == start else spread[t - 1] + restless[j] * data.step[t]
            total, told = 1.0 / loose, before / loose
            for k in range(data.first[t], data.first[t + 1]):
                w = 1.0 / variance[data.cell_bias[data.cell[k]]]
                total += w
                told += w * (x[k] - cell[data.cell[k]])
            mean[t], spread[t] = told / total, 1.0 / total
        path[end - 1] = mean[end - 1] + math.sqrt(spread[end - 1]) * rng.standard_normal()
        for t in range(end - 2, start - 1, -1):
            moved = restless[j] * data.step[t + 1]
            pull = 1.0 / spread[t] + 1.0 / moved
            middle = (mean[t] / spread[t] + (path[t + 1] - growth[j] * data.step[t + 1]) / moved) / pull
            path[t] = middle + rng.standard_normal() / math.sqrt(pull)
        span, rise = 0.0, 0.0
        for t in range(start + 1, end):
            span += data.step[t]
            rise += path[t] - path[t - 1]
        # A loss that grows in proportion to time has growth 1.
        pull = 1.0 + span / restless[j]
        growth[j] = (1.0 + rise / restless[j]) / pull + rng.standard_normal() / math.sqrt(pull)
        rough = 0.0
        for t in range(start + 1, end):
            rough += (path[t] - path[t - 1] - growth[j] * data.step[t]) ** 2 / data.step[t]
        restless[j] = (0.05 + 0.5 * rough) / rng.standard_gamma(1.0 + 0.5 * (end - start - 1))


@compiled
def _draw_meant(
    rng: np.random.Generator, data: Claims, x: FloatArray, cell: FloatArray, variance: FloatArray,
    path: FloatArray, rounding: FloatArray,
) -> None:  # fmt: skip
    """Draw what each number stood for, then how often each source rounds."""
    yes, no = np.ones(data.biases), np.ones(data.biases)
    for t in range(len(path)):
        for k in range(data.first[t], data.first[t + 1]):
            s = data.cell_bias[data.cell[k]]
            middle, sd = path[t] + cell[data.cell[k]], math.sqrt(variance[s])
            a, b = (data.low[k] - middle) / sd, (data.high[k] - middle) / sd
            if data.heap[k] == 1:
                wide_a, wide_b = (data.low_round[k] - middle) / sd, (data.high_round[k] - middle) / sd
                exact = (1.0 - rounding[s]) * chance_between(a, b)
                rounded = rounding[s] * chance_between(wide_a, wide_b)
                if rng.random() * (exact + rounded) >= exact:
                    a, b = wide_a, wide_b
                    yes[s] += 1.0
                else:
                    no[s] += 1.0
            elif data.heap[k] == 0:
                no[s] += 1.0
            x[k] = middle + sd * draw_truncated(rng, a, b)
    for s in range(data.biases):
        up, down = rng.standard_gamma(yes[s]), rng.standard_gamma(no[s])
        rounding[s] = up / (up + down)


@compiled
def _draw_cells(
    rng: np.random.Generator, data: Claims, x: FloatArray, cell: FloatArray, bias: FloatArray, variance: FloatArray,
    between: float, path: FloatArray,
) -> None:  # fmt: skip
    """Draw each source's bias in each series and its spread, then move whole series along what the data leave open."""
    total, told = np.full(len(cell), 1.0 / between), bias[data.cell_bias] / between
    for t in range(len(path)):
        for k in range(data.first[t], data.first[t + 1]):
            w = 1.0 / variance[data.cell_bias[data.cell[k]]]
            total[data.cell[k]] += w
            told[data.cell[k]] += w * (x[k] - path[t])
    for c in range(len(cell)):
        cell[c] = told[c] / total[c] + rng.standard_normal() / math.sqrt(total[c])
    squares, number = np.full(data.biases, 0.1), np.full(data.biases, 4.0)
    for t in range(len(path)):
        for k in range(data.first[t], data.first[t + 1]):
            s = data.cell_bias[data.cell[k]]
            squares[s] += (x[k] - path[t] - cell[data.cell[k]]) ** 2
            number[s] += 1.0
    for s in range(data.biases):
        variance[s] = 0.5 * squares[s] / rng.standard_gamma(0.5 * number[s])
    series = len(data.first_node) - 1
    apart, members = np.zeros(series), np.zeros(series)
    for c in range(len(cell)):
        apart[data.cell_series[c]] += cell[c] - bias[data.cell_bias[c]]
        members[data.cell_series[c]] += 1.0
    shift = np.zeros(series)
    for j in range(series):
        shift[j] = apart[j] / members[j] + math.sqrt(between / members[j]) * rng.standard_normal()
        for t in range(data.first_node[j], data.first_node[j + 1]):
            path[t] += shift[j]
    for c in range(len(cell)):
        cell[c] -= shift[data.cell_series[c]]


@compiled
def _draw_biases(
    rng: np.random.Generator, data: Claims, cell: FloatArray, bias: FloatArray, between: float, wide: float
) -> tuple[float, float]:
    """Draw the biases given those in each series; return the variances within and between sources."""
    total, told = np.full(data.biases, 1.0 / wide), np.zeros(data.biases)
    for c in range(len(cell)):
        total[data.cell_bias[c]] += 1.0 / between
        told[data.cell_bias[c]] += cell[c] / between
    squares = 0.0
    for s in range(data.biases):
        bias[s] = told[s] / total[s] + rng.standard_normal() / math.sqrt(total[s])
        squares += bias[s] ** 2
    wide = (0.25 + 0.5 * squares) / rng.standard_gamma(1.0 + 0.5 * data.biases)
    rest = 0.0
    for c in range(len(cell)):
        rest += (cell[c] - bias[data.cell_bias[c]]) ** 2
    return (0.05 + 0.5 * rest) / rng.standard_gamma(1.0 + 0.5 * len(cell)), wide


@compiled
def run_cumulative(
    rng: np.random.Generator, data: Claims, x: FloatArray, warmup: int, drawn: Drawn, every: int
) -> None:
    """Run one chain from the starting values `x` (overwritten) and write its draws after the warm-up."""
    series, nodes = len(data.first_node) - 1, len(data.step)
    path, cell, bias = np.zeros(nodes), np.zeros(len(data.cell_bias)), np.zeros(data.biases)
    variance, rounding = np.full(data.biases, 0.1), np.full(data.biases, 0.3)
    growth, restless = np.ones(series), np.full(series, 0.1)
    between, wide = 0.2, 0.5
    for sweep in range(warmup + len(drawn.bias)):
        _draw_paths(rng, data, x, cell, variance, growth, restless, path)
        _draw_meant(rng, data, x, cell, variance, path, rounding)
        _draw_cells(rng, data, x, cell, bias, variance, between, path)
        between, wide = _draw_biases(rng, data, cell, bias, between, wide)
        at = sweep - warmup
        if at < 0:
            continue
        drawn.bias[at] = bias
        drawn.spread[at] = np.sqrt(variance)
        drawn.between[at] = math.sqrt(between)
        if at % every == 0:
            drawn.path[at // every] = path
            drawn.cell[at // every] = cell
