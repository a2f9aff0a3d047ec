"""Other people's formats in, record rows out: one module a format."""
