"""Disparity: whether one population group is hit beyond its share."""
