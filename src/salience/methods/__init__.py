"""Numerics only: arrays in, estimates out. Nothing here knows of records, files or conflicts."""
