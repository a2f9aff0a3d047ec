"""A model as reader: it hands in quotes, and the gate places them."""
