"""Who speaks in the rows that an answer rests on: one source cannot decide a claim, least of all the claim's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from salience.questions.answer import Answer, Evidence
from salience.record.citations import cited_sources
from salience.record.conditions import check_condition
from salience.record.names import normalise_name
from salience.record.store import Record

UNSTATED = "not stated"
# Sources that draw on each other speak with one voice. A dataset that names the sources of its row adds none to them.
_VOICE = "coalesce(nullif(s.independence_group, ''), s.name)"
_ROWS = "(SELECT * FROM {table} WHERE {where}) t"
_STATED = f"SELECT coalesce(t.source, '') AS voice, count(*) AS n FROM {_ROWS} GROUP BY 1"
_TOLD_BY_SOURCE = (
    f"SELECT {_VOICE} AS voice, count(*) AS n FROM {_ROWS} JOIN source s ON s.id = t.source GROUP BY 1"
)
_TOLD = {
    "event": (
        f"WITH told AS (SELECT t.id, {_VOICE} AS voice, s.kind IS NOT DISTINCT FROM 'dataset' AND "
        f"bool_or(a.told = 'named') OVER (PARTITION BY t.id, a.origin) AS relays FROM {_ROWS} "
        "JOIN link l ON l.event = t.id JOIN account a ON a.id = l.account JOIN source s ON s.id = a.source) "
        "SELECT voice, count(DISTINCT id) AS n FROM told WHERE NOT relays GROUP BY 1"
    ),
    "account": _TOLD_BY_SOURCE,
    "person": _TOLD_BY_SOURCE,
    "report": _TOLD_BY_SOURCE,
}
_OWN = ("position", "stakeholder", "relation", "seat", "weight", "attribute")
# "Essay, 312–340": the place in a text is no other source.
_PLACE = re.compile(
    r"[\s,;:(\[]*(?:spans?|pp?\.|chars?|at)?\s*\d+\s*[-–—]\s*\d+[)\]]?(?:\s*[,;]\s*\d+\s*[-–—]\s*\d+)*\s*$"
)


def voices_behind(record: Record, answer: Answer, quantity: str) -> list[Counter[str]]:
    """Return who speaks in the rows behind a quantity: for each body of evidence, sources with their rows.

    Parameters
    ----------
    record : Record
    answer : Answer
        Its evidence says which rows.
    quantity : str
        The estimate's name. Where some evidence is about just its issue, only that counts.

    Returns
    -------
    list of Counter
        One for each body of evidence that names rows of a table with sources; sources that share an independence
        group are one.
    """
    found = []
    for evidence in evidence_behind(answer, quantity):
        if not _query(evidence.table):
            continue
        where = f"id IN ({', '.join(str(int(i)) for i in evidence.ids)})"
        if evidence.condition:
            where = check_condition(evidence.table, evidence.condition)
        told: Counter[str] = Counter()
        for row in record.rows(_query(evidence.table).format(table=evidence.table, where=where)):
            for name in _named(evidence.table, str(row["voice"])):
                told[name] += int(row["n"])
        if told:
            found.append(told)
    return found


def evidence_behind(answer: Answer, quantity: str) -> Sequence[Evidence]:
    """Return the bodies of evidence that an estimate rests on: those about just its issue where there are any.

    What only lists examples, such as events covered more than expected, is left out where other evidence is there.
    """
    bodies = [e for e in answer.evidence if e.n and (e.ids or e.condition)]
    topic = quantity.rpartition(":")[2]
    about = [e for e in bodies if topic != quantity and f"'{topic}'" in e.name]
    return about or [e for e in bodies if e.condition] or bodies


def lone_voice(bodies: Sequence[Counter[str]], *own: str) -> str:
    """Return the one source that everything rests on, or the claim's own where a body of evidence is all of it.

    Parameters
    ----------
    bodies : sequence of Counter
        What `voices_behind` found.
    *own : str
        Names of the claim's own source: its author, its report.

    Returns
    -------
    str
        Empty where several sources speak.
    """
    everybody = set().union(*bodies)
    # Rows that name no source are no second one.
    told = everybody - {UNSTATED} or everybody
    if len(told) == 1:
        return next(iter(told))
    names = {normalise_name(name) for name in own if name} | {
        normalise_name(name.rpartition(".")[0]) for name in own if "." in name
    }
    for body in bodies:
        if len(body) == 1 and normalise_name(voice := next(iter(body))) in names:
            return voice
    return ""


def _query(table: str) -> str:
    return _STATED if table in _OWN else _TOLD.get(table, "")


def _named(table: str, voice: str) -> Sequence[str]:
    """Return who speaks: a cell of the case's own tables may cite several sources, each with a place in it."""
    cited = cited_sources([voice]) if table in _OWN else (voice,)
    return [_stem(name) or UNSTATED for name in cited] or [UNSTATED]


def _stem(source: str) -> str:
    return _PLACE.sub("", source).strip(" ,;:")
