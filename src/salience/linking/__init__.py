"""Is it the same source, the same actor, the same event? Suggested with a score, decided by people."""
