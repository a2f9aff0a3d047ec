"""Landscape: which actors want what, how much they care, what they can do; where they agree and who stands outside."""
