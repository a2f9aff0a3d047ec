"""R-hat and effective draws against ArviZ; hills of a posterior."""

import numpy as np
import pytest

from salience.errors import MethodError
from salience.methods.chains import check_chains, find_modes


def make_chains(persistence, apart, draws=200, chains=4):
    """Draw from a fixed congruential generator, so that the numbers are the same everywhere."""
    x, state = np.zeros((chains, draws)), 12345
    for c in range(chains):
        before = 0.0
        for i in range(draws):
            total = 0.0
            for _ in range(4):
                state = (1103515245 * state + 12345) % 2**31
                total += state / 2**31
            before = persistence * before + total - 2.0
            x[c, i] = before + apart * c
    return x


# ArviZ 0.23.4: rhat(), ess(method="bulk") and ess(method="tail").
@pytest.mark.parametrize(
    ("persistence", "apart", "rhat", "bulk", "tail"),
    [
        (0.0, 0.0, 0.9996649690378089, 888.2082391082936, 723.7715743264498),
        (0.8, 0.0, 1.0470258935732966, 99.32852583113481, 236.87585520090076),
        (0.5, 0.3, 1.1894486996849345, 15.837609315966148, 208.54285120708116),
        (-0.5, 0.0, 1.002120682804475, 2322.471989593555, 798.1015960926964),
    ],
)
def test_chain_checks_match_arviz(persistence, apart, rhat, bulk, tail):
    found = check_chains(make_chains(persistence, apart))
    assert (found.rhat, found.ess_bulk, found.ess_tail) == pytest.approx((rhat, bulk, tail), rel=1e-9)


def test_equal_draws_leave_nothing_to_disagree_on():
    found = check_chains(np.full((4, 10), 7.0))
    assert (found.rhat, found.ess_bulk) == (1.0, 40.0)


def test_chains_that_stand_apart_are_seen():
    # ranks of two chains that do not overlap: normal scores of either half, 1.6 apart with spread 0.6
    draws = np.repeat([[0.0], [1.0]], 50, axis=1)
    assert check_chains(draws + 1e-9 * np.arange(50)).rhat > 1.5


@pytest.mark.parametrize("draws", [np.zeros(10), np.zeros((2, 3)), np.full((2, 8), np.nan)])
def test_wrong_draws_are_refused(draws):
    with pytest.raises(MethodError, match=r"expected .chains, 4 or more. finite numbers"):
        check_chains(draws)


def test_two_hills_are_found_with_their_weights():
    rng = np.random.default_rng(1)
    draws = np.concatenate([rng.normal(49_000, 3_000, 3000), rng.normal(141_000, 12_000, 1000)])
    first, second = find_modes(rng.permutation(draws))
    assert (first.weight, second.weight) == pytest.approx((0.75, 0.25), abs=0.01)
    assert (first.at, second.at) == pytest.approx((49_000, 141_000), rel=0.05)


def test_one_hill_is_one_whatever_its_tail():
    rng = np.random.default_rng(2)
    assert len(find_modes(np.exp(rng.normal(9, 1, 4000)))) == 1
    assert len(find_modes(1000 + rng.pareto(1.5, 4000) * 100)) == 1
    assert find_modes(np.full(10, 5.0))[0].at == 5.0
