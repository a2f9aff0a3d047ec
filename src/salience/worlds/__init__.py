"""Simulated conflicts whose truth is known: to try methods, to test, to demonstrate."""

from salience.worlds.bulk import write_ged
from salience.worlds.conduct import Change
from salience.worlds.scene import Scene, scene_claims, write_scene
from salience.worlds.simulate import simulate
from salience.worlds.truth import Truth
from salience.worlds.world import Actor, Campaign, Outlet, World
from salience.worlds.write import write_case

__all__ = [
    "Actor",
    "Campaign",
    "Change",
    "Outlet",
    "Scene",
    "Truth",
    "World",
    "scene_claims",
    "simulate",
    "write_case",
    "write_ged",
    "write_scene",
]
