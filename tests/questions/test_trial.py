"""A trial shows what an edit would change, and leaves what it is compared with as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from salience.errors import QuestionError
from salience.questions.landscape.edit import edit_landscape, read_stated
from salience.questions.landscape.inputs import Landscape, read_landscape
from salience.questions.landscape.params import LandscapeParams
from salience.questions.options.params import OptionsParams
from salience.questions.options.trial import Trial, choose_issues, see_state
from small_landscape import FOUR, record_landscape

CERTAIN = LandscapeParams(imprecision=0.0)
AS_STATED = OptionsParams(unsure=0.0)


@pytest.fixture
def land(tmp_path: Path) -> Landscape:
    return read_landscape(record_landscape(tmp_path / "four", FOUR))


def test_the_compromise_mean_is_the_one_worked_out_by_hand(land: Landscape) -> None:
    # Weights 4, 3, 2, 1 at 90, 85, 95, 10: 815 / 10; with D, of weight 1, at 60 instead: 865 / 10.
    now = see_state(land, CERTAIN, AS_STATED)
    tried = see_state(edit_landscape(land, 3, 0, {"position": (60.0, 60.0, 60.0)}), CERTAIN, AS_STATED)
    trial = Trial(now, tried, 0.95)
    before, after, moved = (
        trial.outcome("Peace", tried=False), trial.outcome("Peace", tried=True), trial.moves("Peace"),
    )  # fmt: skip
    assert before is not None and after is not None and moved is not None
    assert before.value == pytest.approx(81.5) and after.value == pytest.approx(86.5)
    assert moved.ends == pytest.approx((5.0, 5.0, 5.0))
    assert now.hinges is None  # nothing is uncertain
    assert now.issues["Peace"].chance == 1.0 and now.issues["Peace"].outside.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_what_was_not_edited_does_not_move_by_chance(land: Landscape) -> None:
    wide = edit_landscape(land, 3, 0, {"position": (0.0, 30.0, 100.0)})
    states = [see_state(each, LandscapeParams(), OptionsParams()) for each in (land, wide)]
    moved = Trial(states[0], states[1], 0.95).moves("Flag")
    assert moved is not None and moved.ends == (0.0, 0.0, 0.0)
    assert states[1].hinges is not None
    k = list(states[1].outcomes).index("Peace")
    most = int(np.nanargmax(states[1].hinges.indices.total[:, k]))
    assert states[1].hinges.groups[most] == ("D", "position")


def test_an_edit_leaves_the_landscape_as_it_is(land: Landscape) -> None:
    before = land.position.copy(), land.capability.copy(), land.actors
    edited = edit_landscape(land, 0, 0, {"position": (1.0, 2.0, 3.0), "capability": (7.0, 8.0, 9.0)})
    np.testing.assert_array_equal(land.position, before[0])
    np.testing.assert_array_equal(land.capability, before[1])
    assert land.actors == before[2]
    # A's capability is one number for both issues, and stays one.
    assert edited.capability[0].tolist() == [[7.0, 8.0, 9.0], [7.0, 8.0, 9.0]]
    assert edited.actors[0]["capability_best"] == 8.0


def test_a_silent_actor_starts_from_the_whole_scale(land: Landscape) -> None:
    stated = read_stated(land, 3, 1)
    assert not stated.known and stated.triples["position"] == (0.0, 50.0, 100.0)
    edited = edit_landscape(land, 3, 1, stated.triples)
    assert np.isfinite(see_state(edited, CERTAIN, AS_STATED).issues["Flag"].outside[3])


@pytest.mark.parametrize("triple", [(50.0, 40.0, 60.0), (0.0, 50.0, 101.0), (-1.0, 0.0, 1.0)])
def test_numbers_out_of_order_are_refused(land: Landscape, triple: tuple[float, float, float]) -> None:
    with pytest.raises(QuestionError, match="position of D"):
        edit_landscape(land, 3, 0, {"position": triple})


def test_a_trial_of_a_large_landscape_looks_at_few_issues(land: Landscape) -> None:
    many = land.only(np.zeros(2, dtype=bool))
    assert choose_issues(land, 1).all() and not many.issues
