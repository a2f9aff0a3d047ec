"""Answers and the record as one HTML file that opens offline, and as CSV."""
