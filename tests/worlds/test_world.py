"""The parameters of a simulated conflict."""

from datetime import date

import pytest
from pydantic import ValidationError

from salience.worlds import World

HALVANEA = World()


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_base_chance_is_the_chance_at_no_deaths(link):
    world = World(link=link)
    for outlet in world.outlets:
        assert world.chance(world.intercept_of(outlet)) == pytest.approx(outlet.base, rel=1e-12)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_chances_stay_chances_at_extreme_effects(link):
    world = World(link=link)
    assert world.chance(-800.0) == 0.0
    assert world.chance(800.0) == 1.0


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2019, 1, 1), 48, date(2022, 12, 31)),
        (date(2020, 1, 1), 2, date(2020, 2, 29)),
        (date(2019, 11, 1), 2, date(2019, 12, 31)),
    ],
)
def test_end_is_the_last_day_of_the_last_month(start, months, end):
    assert World(start=start, months=months).end == end


def test_the_invented_country_has_every_class_of_outlet_and_right_to_left_names():
    kinds = {o.kind for o in HALVANEA.outlets}
    assert kinds == {"outlet", "agency", "ngo", "igo", "official"}
    assert 12 <= len(HALVANEA.outlets) <= 16
    assert {o.language for o in HALVANEA.outlets} == {"en", "ar", "fa"}
    assert any("\u0600" <= letter <= "\u06ff" for o in HALVANEA.outlets for letter in o.name)
    local = {o.country == HALVANEA.name for o in HALVANEA.outlets if o.kind == "outlet"}
    assert local == {True, False}


def changed_outlet(position, **changes):
    outlets = list(HALVANEA.outlets)
    outlets[position] = outlets[position].model_copy(update=changes)
    return tuple(outlets)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"months": 0}, "months"),
        ({"events": 3}, "events"),
        ({"start": date(2019, 1, 15)}, "first day of a month"),
        ({"districts": (5, 3)}, "districts: the fewest and the most"),
        ({"capital_province": "Nowhere"}, "the capital: 'Nowhere' is no province"),
        ({"outlets": changed_outlet(0, silent_on=("Nobody",))}, "'Nobody' is no actor"),
        ({"outlets": changed_outlet(0, copies="The Continental Post")}, "is no outlet that copies no other"),
        ({"outlets": changed_outlet(0, kind="official")}, "at most one official channel"),
        ({"outlets": changed_outlet(0, spellings={"A": 0.7, "B": 0.7})}, "spellings exceed 1"),
        ({"no_such_parameter": 1}, "no_such_parameter"),
    ],
)
def test_impossible_parameters_are_refused_by_name(changes, message):
    with pytest.raises(ValidationError, match=message):
        World(**changes)
