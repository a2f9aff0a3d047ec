"""Reading reports: mentions, labels, quotes, figures, demands, claims and events, each with its exact span."""

from salience.reading.dates import dates
from salience.reading.grounding import ground
from salience.reading.names import Alias, Matcher
from salience.reading.reader import read
from salience.reading.spans import Mention, Reading, Span, Statement, TextEvent

__all__ = [
    "Alias",
    "Matcher",
    "Mention",
    "Reading",
    "Span",
    "Statement",
    "TextEvent",
    "dates",
    "ground",
    "read",
]
