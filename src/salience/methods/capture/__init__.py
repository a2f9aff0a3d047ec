"""Multiple systems estimation: how many are on no list, from what the lists share.

Lists are taken as they are given. A list that only repeats another carries no information, and lists that draw on
each other make any of these estimates wrong in a direction that the lists themselves cannot show.
"""

from salience.methods.capture.averages import average_models
from salience.methods.capture.graphs import Decomposable, Graph, decomposable
from salience.methods.capture.latent import LatentClass, latent_class
from salience.methods.capture.links import Combined, combine_links, mix_estimates
from salience.methods.capture.loglinear import LogLinear, LogLinearModel, log_linear
from salience.methods.capture.patterns import PopulationEstimate
from salience.methods.capture.simple import LowerBound, TwoLists, chao_lower, chapman, lincoln_petersen
from salience.methods.capture.strata import Stratified, stratified
from salience.methods.capture.unseen import UnseenSpecies, unseen_species

__all__ = [
    "Combined",
    "Decomposable",
    "Graph",
    "LatentClass",
    "LogLinear",
    "LogLinearModel",
    "LowerBound",
    "PopulationEstimate",
    "Stratified",
    "TwoLists",
    "UnseenSpecies",
    "average_models",
    "chao_lower",
    "chapman",
    "combine_links",
    "decomposable",
    "latent_class",
    "lincoln_petersen",
    "log_linear",
    "mix_estimates",
    "stratified",
    "unseen_species",
]
