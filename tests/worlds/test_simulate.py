"""Does the simulation follow its own formulas? Expected values are the world's parameters."""

import dataclasses

import numpy as np
import pytest
import statsmodels.api as sm

from salience.errors import CaseError
from salience.worlds import World, simulate
from salience.worlds.simulate import great_circle_km

LARGE = World(events=20_000)


@pytest.fixture(scope="module")
def truth():
    return simulate(LARGE, seed=11)


def outlet_index(world, name):
    return [o.name for o in world.outlets].index(name)


def arrays(part):
    return {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}


def test_same_seed_gives_the_same_truth_and_another_seed_another():
    one, same, other = (simulate(World(), seed) for seed in (5, 5, 6))
    for part in ("places", "events", "reports"):
        for name, values in arrays(getattr(one, part)).items():
            np.testing.assert_array_equal(values, arrays(getattr(same, part))[name])
    assert len(one.events) != len(other.events) or (one.events.deaths != other.events.deaths).any()
    assert (one.places.name[:20] != other.places.name[:20]).any()


def test_the_default_world_has_about_3000_events_of_which_about_two_thirds_are_reported():
    shares = []
    for seed in range(8):
        truth = simulate(World(), seed)
        assert len(truth.events) == pytest.approx(3000, abs=5 * 3000**0.5)  # Poisson
        shares.append(truth.reported.mean())
    assert 0.65 < np.mean(shares) < 0.78


def test_reports_are_of_events_that_happened_and_follow_them(truth):
    reports, events = truth.reports, truth.events
    assert reports.event.min() >= 0
    assert reports.event.max() < len(events)
    assert (np.diff(reports.event) >= 0).all()
    assert (reports.published >= events.last_day[reports.event]).all()
    assert (events.last_day >= events.first_day).all()
    first = ~reports.follow_up
    pairs = np.stack([reports.event[first], reports.outlet[first]])
    assert len(np.unique(pairs, axis=1).T) == first.sum()


def test_events_lie_in_the_period_and_are_ordered(truth):
    assert (np.diff(truth.events.first_day).astype(int) >= 0).all()
    assert truth.events.first_day.min() >= np.datetime64(LARGE.start)
    assert truth.events.last_day.max() <= np.datetime64(LARGE.end)


def test_a_campaign_has_no_events_before_it_begins(truth):
    month = truth.events.first_day.astype("datetime64[M]") - np.datetime64(LARGE.start, "M")
    for k, campaign in enumerate(LARGE.campaigns):
        months = month[truth.events.campaign == k].astype(int)
        assert months.min() >= int(campaign.begins * LARGE.months)


def test_deaths_have_the_mean_and_variance_of_their_campaign(truth):
    for k, campaign in enumerate(LARGE.campaigns):
        deaths = truth.events.deaths[truth.events.campaign == k]
        variance = campaign.deaths_mean + campaign.deaths_mean**2 / campaign.deaths_theta
        assert deaths.mean() == pytest.approx(campaign.deaths_mean, abs=4 * (variance / len(deaths)) ** 0.5)
        # The sample variance of so skewed a count varies by some 10 % at 1,200 events.
        assert deaths.var() == pytest.approx(variance, rel=0.35)
        assert deaths.var() > 2 * deaths.mean() or campaign.deaths_mean < 1


def test_deaths_are_the_sum_of_their_parts(truth):
    events = truth.events
    np.testing.assert_array_equal(events.deaths, events.deaths_a + events.deaths_b + events.deaths_civilians)
    one_sided = np.array([c.kind == 3 for c in LARGE.campaigns])[events.campaign]
    np.testing.assert_array_equal(events.deaths_civilians[one_sided], events.deaths[one_sided])


def test_campaigns_are_fought_around_their_homes(truth):
    """Events lie nearer to home than the places do on average, in every campaign."""
    places = truth.places
    names = [p[0] for p in LARGE.provinces]
    for k, campaign in enumerate(LARGE.campaigns):
        home = places.province == names.index(campaign.home)
        far = great_circle_km(
            places.latitude, places.longitude, places.latitude[home].mean(), places.longitude[home].mean()
        )
        assert far[truth.events.place[truth.events.campaign == k]].mean() < 0.8 * far.mean()


def test_places_lie_in_the_ocean_box_around_the_capital(truth):
    places = truth.places
    assert 9.0 < places.latitude.min() < places.latitude.max() < 15.0
    assert -43.0 < places.longitude.min() < places.longitude.max() < -37.0
    assert len(np.unique(places.name)) == len(places.name)
    capital = np.flatnonzero(places.name == LARGE.capital)
    assert len(capital) == 1
    assert places.distance_km[capital[0]] == 0.0
    assert places.admin1[capital[0]] == "Ilsen province"


def test_a_degree_of_latitude_is_111_195_km():
    # 6371.0088 km * pi / 180
    assert great_circle_km(np.array([1.0]), np.array([0.0]), 0.0, 0.0)[0] == pytest.approx(111.195, abs=1e-3)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_each_outlet_reports_as_often_as_its_chances_say(link):
    truth = simulate(World(events=20_000, link=link), seed=3)
    chances = truth.chances()
    excess = truth.carried.sum(axis=0) - chances.sum(axis=0)
    # Events are independent: the number reported is a sum of Bernoulli draws. 4 sd in 16 outlets: p = .001.
    assert (np.abs(excess) < 4 * np.sqrt((chances * (1 - chances)).sum(axis=0))).all()


def test_silent_outlets_never_report_on_what_they_are_silent_about(truth):
    tried = 0
    for j, outlet in enumerate(LARGE.outlets):
        for actor in outlet.silent_on:
            about = truth.events.actor == [a.name for a in LARGE.actors].index(actor)
            assert about.sum() > 500
            assert truth.carried[about, j].sum() == 0
            tried += outlet.kind == "official"
    assert tried == 2


def test_official_numbers_are_never_above_the_truth_and_shrink_by_the_stated_share(truth):
    j = next(k for k, o in enumerate(LARGE.outlets) if o.kind == "official")
    official = truth.reports.outlet == j
    told, true = truth.reports.deaths[official], truth.events.deaths[truth.reports.event[official]]
    assert (told <= true).all()
    share = LARGE.outlets[j].completeness
    # Binomial: sd of the share is sqrt(p (1 - p) / deaths).
    assert told.sum() / true.sum() == pytest.approx(share, abs=4 * (share * (1 - share) / true.sum()) ** 0.5)


def test_unofficial_numbers_err_around_the_share_they_count(truth):
    j = outlet_index(LARGE, "Tidewater Herald")
    own = (truth.reports.outlet == j) & (truth.reports.repeats == np.arange(len(truth.reports)))
    told, true = truth.reports.deaths[own], truth.events.deaths[truth.reports.event[own]]
    # completeness * E exp(error z) = 0.9 * exp(0.15**2 / 2)
    assert told.sum() / true.sum() == pytest.approx(0.9 * np.exp(0.15**2 / 2), rel=0.02)
    assert (told[true == 0] == 0).all()


def test_copies_carry_the_number_of_the_copied_and_mostly_its_headline(truth):
    reports = truth.reports
    copies = np.flatnonzero(reports.repeats != np.arange(len(reports)))
    models = reports.repeats[copies]
    assert len(copies) > 1000
    np.testing.assert_array_equal(reports.deaths[copies], reports.deaths[models])
    np.testing.assert_array_equal(reports.event[copies], reports.event[models])
    assert (reports.published[copies] >= reports.published[models]).all()
    for outlet, model in zip(reports.outlet[copies], reports.outlet[models], strict=True):
        assert LARGE.outlets[outlet].copies == LARGE.outlets[model].name
    verbatim = np.array([o.verbatim for o in LARGE.outlets])[reports.outlet[copies]]
    same = reports.headline_of[copies] == models
    assert same.sum() == pytest.approx(verbatim.sum(), abs=4 * np.sqrt((verbatim * (1 - verbatim)).sum()))


def residual_correlations(truth):
    """Correlate what two outlets report beyond their chances given deaths, actor and distance."""
    chances = truth.chances()
    with np.errstate(invalid="ignore"):
        residual = (truth.carried - chances) / np.sqrt(chances * (1 - chances))
    return np.corrcoef(np.nan_to_num(residual).T)


def test_copying_outlets_agree_beyond_deaths_and_independent_ones_do_not(truth):
    correlation = residual_correlations(truth)
    group = [o.independence_group or o.name for o in LARGE.outlets]
    noise = 1 / len(truth.events) ** 0.5
    for j, outlet in enumerate(LARGE.outlets):
        if outlet.copies is not None:
            assert correlation[j, outlet_index(LARGE, outlet.copies)] > 14 * noise  # about 0.1
        for k in range(j):
            if group[j] != group[k]:
                assert abs(correlation[j, k]) < 4.5 * noise  # 105 pairs


def test_heterogeneity_makes_independent_outlets_agree():
    truth = simulate(World(events=20_000, heterogeneity=1.5), seed=4)
    world = truth.world
    plain = dataclasses.replace(
        truth, events=dataclasses.replace(truth.events, interest=0 * truth.events.interest)
    )
    correlation = residual_correlations(plain)
    herald, watch = outlet_index(world, "Tidewater Herald"), outlet_index(world, "Casualty Watch Halvanea")
    assert correlation[herald, watch] > 0.15


@pytest.mark.parametrize(("slope", "link"), [(0.75, "logit"), (0.0, "logit"), (0.75, "cloglog")])
def test_a_fit_per_outlet_recovers_its_true_coefficients(slope, link):
    truth = simulate(World(events=20_000, slope=slope, link=link), seed=12)
    world, events = truth.world, truth.events
    distance = np.log1p(truth.places.distance_km / 100)[events.place]
    family = sm.families.Binomial(
        getattr(sm.families.links, {"logit": "Logit", "cloglog": "CLogLog"}[link])()
    )
    errors, scores = [], []
    for j, outlet in enumerate(world.outlets):
        silent = np.array([a.name in outlet.silent_on for a in world.actors])[events.actor]
        known = np.array([outlet.actors.get(a.name, 0.0) for a in world.actors])[events.actor]
        columns = [np.ones(len(events)), np.log1p(events.deaths), distance]
        true = [world.intercept_of(outlet), world.slope_of(outlet), outlet.distance]
        if outlet.copies is not None:
            columns.append(truth.carried[:, outlet_index(world, outlet.copies)])
            true.append(outlet.copy_effect)
        design = np.column_stack(columns)[~silent]
        fit = sm.GLM(
            truth.carried[~silent, j].astype(float), design, family=family, offset=known[~silent]
        ).fit()
        scores += list((fit.params - true) / fit.bse)
        errors.append(fit.bse[1])
    # Some 52 coefficients, standard normal if the simulation is right: 4 sd, and a mean square near 1.
    assert np.abs(scores).max() < 4
    assert np.mean(np.square(scores)) == pytest.approx(1.0, abs=4 * (2 / len(scores)) ** 0.5)
    # The standard errors are small enough to tell a wrong slope.
    assert max(errors) < 0.1


def test_expected_sources_rise_with_deaths_and_match_what_events_with_5_deaths_drew():
    truth = simulate(LARGE, seed=13)
    forced = dataclasses.replace(truth.events, deaths=np.full(len(truth.events), 5))
    chances = dataclasses.replace(truth, events=forced).chances()
    assert truth.expected_sources(5) == pytest.approx(chances.sum(axis=1).mean(), rel=1e-12)
    rising = [truth.expected_sources(d) for d in (0, 1, 5, 10, 25, 50)]
    assert (np.diff(rising) > 0).all()
    five = truth.events.deaths == 5
    # Among events that had 5 deaths the same formula gives the mean seen, up to their own actors and places.
    seen, expected = truth.carried[five].sum(axis=1), truth.chances(5)[five].sum(axis=1)
    assert seen.mean() == pytest.approx(expected.mean(), abs=4 * seen.std() / len(seen) ** 0.5)


def test_flat_world_has_no_effect_of_deaths_on_an_outlet_without_a_slope():
    world = World(slope=0.0)
    truth = simulate(world, seed=2)
    j = outlet_index(world, "Tidewater Herald")
    np.testing.assert_array_equal(truth.chances(0)[:, j], truth.chances(50)[:, j])


def test_spellings_and_follow_ups_come_at_their_rates(truth):
    reports = truth.reports
    for j, outlet in enumerate(LARGE.outlets):
        mine = reports.outlet == j
        number = mine.sum()
        for k, share in enumerate([1 - sum(outlet.spellings.values()), *outlet.spellings.values()]):
            seen = (reports.spelling[mine] == k).sum()
            assert seen == pytest.approx(
                number * share, abs=4.5 * (number * share * (1 - share)) ** 0.5 + 1e-9
            )
        first = (mine & ~reports.follow_up).sum()
        rate = outlet.follow_up
        assert reports.follow_up[mine].sum() == pytest.approx(
            first * rate, abs=4.5 * (first * rate * (1 - rate)) ** 0.5
        )


def test_a_negative_seed_is_refused():
    with pytest.raises(CaseError, match="not -1"):
        simulate(World(), seed=-1)
