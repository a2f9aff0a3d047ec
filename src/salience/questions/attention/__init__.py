"""Attention: what gets covered, and whether casualties, actor, place or time decide it."""
