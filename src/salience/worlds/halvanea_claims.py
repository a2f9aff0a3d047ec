"""Claims on Halvanea, and which of them hold in the conflict that was drawn."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np

from salience.worlds.claim_truth import claim_truth, truth_text
from salience.worlds.gaps import extra_reports, log_extra, log_gap
from salience.worlds.persons import Detained, disparity_truth
from salience.worlds.scene_truth import standing_together
from salience.worlds.tolls import OFFICIAL, TELLERS
from salience.worlds.truth import Truth
from salience.worlds.world import World

CLAIMS, TRUTH = "claims.toml", "truth/claims.json"
# The pair of sides that the attention question compares when nothing is said: the two with most events.
COMPARED = ((9101, "Harrow Front"), (9102, "Coastal Liberation Council"))


def halvanea_claims(truth: Truth, detained: Detained, landscape: Mapping[str, str]) -> dict[str, str]:
    """Return claims.toml and the truth of it; nothing for a world with other actors, outlets or campaigns.

    Parameters
    ----------
    truth : Truth
    detained : Detained
    landscape : mapping of str to str
        The files of the landscape, its truth among them.
    """
    world, usual = truth.world, World()
    if (world.actors, world.campaigns, world.outlets) != (usual.actors, usual.campaigns, usual.outlets):
        return {}
    text = files(__package__).joinpath("halvanea.claims.toml").read_text(encoding="utf-8")
    values = _values(truth, detained, json.loads(landscape["truth/landscape.json"]), landscape["seats.csv"])
    truths = [
        claim_truth(claim, values[claim["id"]])
        for claim in tomllib.loads(text)["claim"]
        if claim.get("kind") != "normative"
    ]
    return {CLAIMS: text, TRUTH: truth_text(truths)}


def _values(
    truth: Truth, detained: Detained, land: Mapping[str, Any], seats: str
) -> dict[str, dict[str, float]]:
    campaign = np.array([c.id for c in truth.world.campaigns])[truth.events.campaign]
    of = [campaign == number for number, _ in COMPARED]
    now = truth.chances()
    raw = log_extra(now, of[0]) - log_extra(now, of[1])
    everything = np.ones(len(truth.events), dtype=bool)
    extra, told = extra_reports(truth.chances(10), everything)
    uplanders = disparity_truth(truth, detained)["groups"]["Uplanders"]
    official = next(teller for teller in TELLERS if teller.name == OFFICIAL)
    agreed, autonomy = (
        standing_together(*_weighed(land, issue))
        for issue in ("Inclusive government", "Autonomy of the uplands")
    )
    monitors, weight = _weighed(land, "Foreign monitors")
    people = {name: actor["constituency"] for name, actor in land["actors"].items()}
    invited = {line.split(",")[1] for line in seats.splitlines()[1:]}
    return {
        "low-casualties": {
            "gap_actors_sources_raw": float(np.exp(raw)),
            "gap_actors_sources_explained": 1 - log_gap(truth, of[0], of[1]) / raw,
        },
        "nobody-looks": {"sources_at_10": 1 + extra / told},
        "most-unseen": {"recorded_share": float(truth.reported.mean())},
        "over-2700": {"total": float(len(truth.events))},
        "uplanders-hit": {"rate_ratio_same_places": uplanders["rate_ratio_to_others_same_province_least"]},
        "uplanders-spared": {"share_ratio": uplanders["share_ratio_expected"]},
        # There is none of its events before it appears.
        "brigade-rose": {"level_change": float("inf")},
        "ministry-counts-low": {"contrast_deaths_ministry_of_public_order": official.bias},
        "ministry-counts-fair": {
            "contrast_sides_ministry_of_public_order_its_enemy_s_losses": official.enemy
        },
        "agree-only-there": {
            "consensus:Inclusive government": agreed,
            "consensus:Autonomy of the uplands": autonomy,
        },
        "monitors-wanted": {"pole_100:Foreign monitors": float(weight[monitors == 100].sum() / weight.sum())},
        "left-out": {
            "unrepresented_1": sum(p for name, p in people.items() if name not in invited)
            / sum(people.values())
        },
    }


def _weighed(land: Mapping[str, Any], issue: str) -> tuple[Any, Any]:
    """Return the actors' true positions on an issue, and their weight: what they can do times how much they care."""
    names = list(land["actors"])
    at = np.array([land["positions"][issue][name] for name in names], dtype=np.float64)
    weight = [land["actors"][name]["capability"] * land["salience"][issue][name] for name in names]
    return at, np.array(weight, dtype=np.float64)
