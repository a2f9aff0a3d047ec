"""A planted change of conduct: nothing moves without it, and only what it names with it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import ValidationError

from salience.worlds import Change, World, simulate, write_case


def months(truth, actor):
    own = np.array([a.name == actor for a in truth.world.actors])[truth.events.actor]
    at = (truth.events.first_day.astype("datetime64[M]") - np.datetime64("2019-01")).astype(int)
    return np.bincount(at[own], minlength=48)


@pytest.mark.parametrize("ratio", [0.4, 2.5])
def test_only_the_named_actor_changes_and_only_on_one_side(ratio):
    plain = simulate(World(), 3)
    planted = simulate(World(changes=(Change(actor="Harrow Front", month=24, ratio=ratio),)), 3)
    before, after = (months(t, "Harrow Front") for t in (plain, planted))
    kept = slice(0, 24) if ratio < 1 else slice(24, 48)
    thinned = slice(24, 48) if ratio < 1 else slice(0, 24)
    assert np.array_equal(before[kept], after[kept])
    share = min(ratio, 1 / ratio)
    # binomial thinning of several hundred events: three standard errors are under .09
    assert after[thinned].sum() / before[thinned].sum() == pytest.approx(share, abs=0.09)
    for actor in ("Valley Watch", "Government of Halvanea", "Red Lantern Brigade"):
        assert np.array_equal(months(plain, actor), months(planted, actor))


def test_coverage_does_not_change_with_conduct():
    planted = simulate(World(changes=(Change(actor="Harrow Front", month=24, ratio=0.5),)), 3)
    own = np.array([a.name == "Harrow Front" for a in planted.world.actors])[planted.events.actor]
    late = planted.events.first_day >= np.datetime64("2021-01-01")
    sources = planted.carried.sum(axis=1)
    early_mean, late_mean = sources[own & ~late].mean(), sources[own & late].mean()
    assert early_mean == pytest.approx(late_mean, rel=0.15)


def test_truth_of_the_change_is_written(tmp_path):
    world = World(events=400, changes=(Change(actor="Valley Watch", month=24, ratio=0.5),))
    truth = write_case(tmp_path / "w", world, 1)
    told = json.loads((tmp_path / "w" / "truth" / "change.json").read_text(encoding="utf-8"))
    assert told["planted"] == [{"actor": "Valley Watch", "date": "2021-01-01", "ratio": 0.5}]
    assert told["events_by_month"]["Valley Watch"] == months(truth, "Valley Watch").tolist()
    assert 'at = ["change of conduct = 2021-01-01"]' in (tmp_path / "w" / "case.toml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    "change",
    [{"actor": "Nobody", "month": 3, "ratio": 2.0}, {"actor": "Valley Watch", "month": 48, "ratio": 2.0},
     {"actor": "Valley Watch", "month": 3, "ratio": 0.0}],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(change):
    with pytest.raises(ValidationError):
        World(changes=(Change(**change),))
