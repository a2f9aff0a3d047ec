"""What is true of each claim of a scene, worked out from the parameters that were planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salience.worlds.claim_truth import ClaimTruth, claim_truth
from salience.worlds.gaps import any_of, log_extra
from salience.worlds.persons import Detained, disparity_truth
from salience.worlds.scene_draws import CIRCLE, RESISTANCE
from salience.worlds.truth import Flags, Floats, Truth

CAPITAL_KM = 200.0  # as case.toml says
TOLERANCE = 15.0  # points within which actors agree, as the landscape question has it


def claim_truths(
    written: Mapping[str, Any],
    cast: Mapping[str, Any],
    planted: Mapping[str, Any],
    holds: Mapping[str, bool],
    attacks: Truth,
    protests: Truth,
    detained: Detained,
    actors: Sequence[Mapping[str, Any]],
) -> tuple[ClaimTruth, ...]:
    """Return the truth of each claim that is planted.

    Parameters
    ----------
    written : mapping
        claims.toml.
    cast, planted, holds
        The scene, what was planted in it, and which claims were to hold.
    attacks, protests, detained, actors
        What was drawn.
    """
    values = _values(cast, planted, attacks, protests, detained, actors)
    known = {each["id"]: each for each in written["claim"]}
    return tuple(claim_truth(known[claim], values[claim], planted=holds[claim]) for claim in holds)


def _values(
    cast: Mapping[str, Any],
    planted: Mapping[str, Any],
    attacks: Truth,
    protests: Truth,
    detained: Detained,
    actors: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    raw, equal = carried_gap(attacks)
    group = cast["detentions"]["groups"][-1]
    hit = disparity_truth(attacks, detained)["groups"][group]
    label = planted["called-terrorists"]["label"]
    unlisted = np.prod(1 - np.array(planted["most-unseen"]["listed"]))
    agreed, form = (standing_together(_positions(actors, k), _weights(actors)) for k in range(2))
    # "the terrorists of the Ridge Resistance" names them twice: by the label, and by their name.
    called = label / (1 + label)
    return {
        "low-casualties": {"gap_actors_carried_raw": raw, "gap_actors_carried_explained": 1 - equal / raw},
        "capital-only": {"gap_capital_sources_raw": capital_gap(protests)},
        "silent-channel": {"gap_actors_carried_raw": channel_gap(attacks)},
        "hillfolk-hit": {
            "share_ratio": hit["share_ratio_expected"],
            "rate_ratio_same_places": planted["hillfolk-hit"]["ratio"],
        },
        "attacks-fell": {"level_change": planted["attacks-fell"]["ratio"]},
        "policy-unchanged": {"level_change": planted["policy-unchanged"]["ratio"]},
        "official-words": {"repeated:Meridian Press": planted["official-words"]["repeats"]},
        "called-terrorists": {"label:Ridge Resistance:terrorists": called},
        "most-unseen": {"recorded_share": float(1 - unlisted)},
        "agree-only-there": {"consensus:Inclusive government": agreed, "consensus:Form of the state": form},
        "opposition-divided": {"spread:Talks with neighbours": _spread(actors, 2)},
        "party-distrusted": {"distrusted:Charter Party": float(_distrusted(actors, "Charter Party"))},
        "left-out": {"unrepresented_1": _left_out(actors, planted["left-out"]["seats"])},
    }


def carried_gap(truth: Truth) -> tuple[float, float]:
    """Return the difference in the chance of being carried, the resistance's less the circle's: as is, at equal deaths.

    Of events on the reference list (local outlets and NGOs), by the true chances, carried by any agency or outlet
    from elsewhere. At equal deaths each event of either has the deaths of all listed events of both in turn.
    """
    local, abroad = _classes(truth)
    of = [_by(truth, name) for name in (RESISTANCE, CIRCLE)]
    now = truth.chances()
    listed = any_of(now[:, local])
    carried = any_of(now[:, abroad])
    raw = [float(np.average(carried[each], weights=listed[each])) for each in of]
    both = of[0] | of[1]
    deaths, position = np.unique(truth.events.deaths[both], return_inverse=True)
    weight = np.bincount(position, listed[both])
    at_equal = np.zeros((2, len(deaths)))
    for k, d in enumerate(deaths):
        chance = any_of(truth.chances(int(d))[:, abroad])
        at_equal[:, k] = [np.average(chance[each], weights=listed[each]) for each in of]
    equal = at_equal @ weight / weight.sum()
    return raw[0] - raw[1], float(equal[0] - equal[1])


def capital_gap(truth: Truth) -> float:
    """Return the ratio of extra reports of protests, around the capital over elsewhere."""
    near = truth.places.distance_km[truth.events.place] <= CAPITAL_KM
    now = truth.chances()
    return float(np.exp(log_extra(now, near) - log_extra(now, ~near)))


def channel_gap(truth: Truth) -> float:
    """Return the difference in the channel's chance to carry what local outlets and NGOs told of."""
    local, _ = _classes(truth)
    channel = next(j for j, o in enumerate(truth.world.outlets) if o.kind == "official")
    now = truth.chances()
    listed = any_of(now[:, local])
    shares = [
        float(np.average(now[of, channel], weights=listed[of]))
        for of in (_by(truth, name) for name in (RESISTANCE, CIRCLE))
    ]
    return shares[0] - shares[1]


def _classes(truth: Truth) -> tuple[list[bool], list[bool]]:
    """Return which outlets are local outlets or NGOs, and which are agencies or outlets from elsewhere."""
    home = truth.world.name
    local = [o.kind == "ngo" or (o.kind == "outlet" and o.country == home) for o in truth.world.outlets]
    abroad = [o.kind == "agency" or (o.kind == "outlet" and o.country != home) for o in truth.world.outlets]
    return local, abroad


def _by(truth: Truth, name: str) -> Flags:
    return np.asarray(np.array([a.name == name for a in truth.world.actors])[truth.events.actor])


def _weights(actors: Sequence[Mapping[str, Any]]) -> Floats:
    weight = np.array([a["constituency"] for a in actors], dtype=np.float64)
    return np.asarray(weight / weight.sum())


def standing_together(at: Floats, weight: Floats) -> float:
    """Return the greatest share of the weight within the tolerance of one place; both of shape (actors,)."""
    near = np.abs(at[None, :] - np.linspace(0, 100, 1001)[:, None]) <= TOLERANCE
    return float((near @ weight).max() / weight.sum())


def _positions(actors: Sequence[Mapping[str, Any]], issue: int) -> Floats:
    return np.array([a["positions"][issue] for a in actors], dtype=np.float64)


def _spread(actors: Sequence[Mapping[str, Any]], issue: int) -> float:
    """Return the weighted standard deviation of positions."""
    at, weight = _positions(actors, issue), _weights(actors)
    return float(np.sqrt(weight @ (at - weight @ at) ** 2))


def _distrusted(actors: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Return whether an actor can do more than the median one and is trusted less than halfway."""
    one = next(a for a in actors if a["name"] == name)
    return bool(one["capability"] > np.median([a["capability"] for a in actors]) and one["legitimacy"] < 0.5)


def _left_out(actors: Sequence[Mapping[str, Any]], seats: Sequence[str]) -> float:
    return float(_weights(actors)[[a["name"] not in seats for a in actors]].sum())
