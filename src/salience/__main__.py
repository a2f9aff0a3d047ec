"""`python -m salience` is `salience`."""

from salience.cli import main

main()
