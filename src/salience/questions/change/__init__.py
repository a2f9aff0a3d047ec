"""Change: whether conduct changed at or after a date, or at any."""
