"""Multiple systems estimation: how many are on no list, from what the lists share.

Lists are taken as they are given. A list that only repeats another carries no information, and lists that draw on
each other make any of these estimates wrong in a direction that the lists themselves cannot show.
"""

from salience.methods.capture_patterns import PopulationEstimate

__all__ = ["PopulationEstimate"]
