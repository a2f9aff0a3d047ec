"""Conditions that answers name their rows by: read back from a file, so checked before they are asked of the record."""

from __future__ import annotations

import re

from salience.errors import RecordError
from salience.record.schema import load_schema

_TOKEN = re.compile(
    r"""\s+ | (?P<text>'(?:[^']|'')*') | (?P<quoted>"(?:[^"]|"")*") | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*) | (?P<sign><>|<=|>=|!=|[=<>(),])""",
    re.VERBOSE,
)
_WORDS = frozenset(
    ("and", "or", "not", "in", "is", "null", "between", "date", "true", "false", "like", "coalesce", "lower", "abs",
     "greatest", "least", "distinct", "from")
)  # fmt: skip


def check_condition(table: str, condition: str) -> str:
    """Return a condition on a table's rows when it can do nothing but choose among them.

    Parameters
    ----------
    table : str
        A table of the record.
    condition : str
        SQL: columns of that table, literals, comparisons, AND, OR, NOT, IN, BETWEEN.

    Raises
    ------
    RecordError
        There is no such table, or the condition holds anything else: a query, another table, a function that reads
        files.
    """
    if table not in load_schema():
        raise RecordError(f"the record has no table '{table}'")
    columns = set(load_schema()[table].column_names)
    place = depth = 0
    while place < len(condition):
        match = _TOKEN.match(condition, place)
        if match is None:
            raise _refused(table, condition[place : place + 12])
        word = match["word"] or (match["quoted"] or "").strip('"')
        if word and word not in columns and word.lower() not in _WORDS:
            raise _refused(table, word)
        depth += match[0].count("(") - match[0].count(")") if match["sign"] else 0
        if depth < 0:
            raise _refused(table, ")")
        place = match.end()
    if depth or not condition.strip():
        raise _refused(table, condition[-12:])
    return condition


def _refused(table: str, found: str) -> RecordError:
    return RecordError(
        f"a kept answer names rows of '{table}' by a condition that is not understood, at '{found}'; "
        "delete the file in answers/ and ask again"
    )
