"""Sobol indices against functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.elicited import at_uniform, draw_elicited
from salience.methods.sensitivity import sobol_indices


def ishigami(points):
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigamis_indices_are_the_analytic_ones():
    # Ishigami & Homma (1990) with a = 7, b = 0.1: V = a²/8 + bπ⁴/5 + b²π⁸/18 + ½; Saltelli et al. (2008), p. 179.
    # 4,096 base points leave an error under 0.01.
    found = sobol_indices(ishigami, [0, 1, 2], base=4096)
    np.testing.assert_allclose(found.first[:, 0], [0.3139, 0.4424, 0.0], atol=0.015)
    np.testing.assert_allclose(found.total[:, 0], [0.5576, 0.4424, 0.2437], atol=0.015)
    assert found.variance[0] == pytest.approx(13.8446, rel=0.01)
    assert found.runs == 5 * 4096
    assert (found.total_low <= found.total).all() and (found.total <= found.total_high).all()


def test_a_group_holds_the_interactions_within_it():
    # Of x₁ and x₃ together: all but the share of x₂, 1 − 0.4424; no interaction is left outside.
    found = sobol_indices(ishigami, [0, 1, 0], base=4096)
    np.testing.assert_allclose(found.first[:, 0], [0.5576, 0.4424], atol=0.015)
    np.testing.assert_allclose(found.total[:, 0], found.first[:, 0], atol=0.02)


def test_an_output_that_does_not_vary_has_no_indices():
    found = sobol_indices(lambda x: np.stack([x[:, 0], np.full(len(x), 3.0)], axis=1), [0, 1], base=64)
    assert found.total[0, 0] == pytest.approx(1.0, abs=0.05) and found.total[1, 0] == pytest.approx(
        0.0, abs=1e-9
    )
    assert np.isnan(found.total[:, 1]).all() and found.variance[1] == 0.0


@pytest.mark.parametrize(("groups", "base"), [([0, 2], 64), ([], 64), ([0, 1], 100)])
def test_wrong_groups_and_bases_are_refused(groups, base):
    with pytest.raises(MethodError):
        sobol_indices(lambda x: x[:, 0], groups, base=base)


def test_quantiles_of_elicited_values_are_those_of_the_draws():
    # Draws through the quantile function at evenly spaced points and drawn ones: means of PERT (l + 4b + h)/6.
    u = (np.arange(4000) + 0.5)[:, None] / 4000
    values = at_uniform(u, [10.0], [20.0], [60.0])
    assert values.mean() == pytest.approx(25.0, abs=0.01)
    assert draw_elicited([10.0], [20.0], [60.0], 4096).mean() == pytest.approx(25.0, abs=0.05)
    with pytest.raises(MethodError):
        at_uniform(u, [0.0], [1.0], [2.0], "normal")
