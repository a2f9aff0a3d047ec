"""What is known, and who said so: tables, ids, origin, store."""
