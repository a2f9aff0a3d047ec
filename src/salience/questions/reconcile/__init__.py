"""Reconcile: sources contradict each other on numbers; who runs high or low, and what follows for the level."""
