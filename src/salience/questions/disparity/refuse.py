"""When the record cannot say anything of disparity, and what would let it."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from salience.questions.answer import Column, Table
from salience.questions.disparity.counts import Counted
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.population import Denominator
from salience.questions.frames import Tables


def refuse(
    record: Tables, counted: Counted, denominators: Sequence[Denominator], params: DisparityParams
) -> str:
    """Return why nothing can be said, or nothing."""
    if counted.total == 0:
        return _without_counts(record, params)
    if not denominators:
        given = record.table("population").select(nw.len()).collect().to_dict(as_series=False)
        rows = int(next(iter(given.values()))[0])
        what = " and ".join(params.by)
        if rows:
            return (
                f"population.csv gives no shares by {what}, and counts mean nothing without their population"
            )
        return "there is no population.csv, and counts by group mean nothing without the group's share of a population"
    named = sum(cell.count for cell in counted.cells if "group" not in params.by or cell.group is not None)
    if named == 0:
        return "nobody's group is named, and it is not guessed"
    return ""


def _without_counts(record: Tables, params: DisparityParams) -> str:
    if params.count == "events":
        return "no events lie within the case's period"
    rows = record.table("person").select(nw.len()).collect().to_dict(as_series=False)
    if int(next(iter(rows.values()))[0]):
        return "all persons of the record lie outside the period, or the rows count nobody"
    datasets = (
        record.table("origin")
        .filter(nw.col("importer").is_in(["ucdp", "acled"]))
        .collect()["importer"]
        .to_list()
    )
    names = {"ucdp": "UCDP GED", "acled": "ACLED"}
    whose = " and ".join(sorted({names[d] for d in datasets})) or "what was imported"
    return (
        f"it holds no persons by group; {whose} tells which side acted and how many died, not of which "
        "population group "
        "those were"
    )


def tabulate_needs() -> Table:
    """List what would decide the question."""
    return Table(
        "needed",
        "What would decide it",
        (Column("file", "file"), Column("columns", "columns"), Column("what", "what it holds")),
        (
            (
                "persons.csv",
                "date, place, group, sex, age, kind, source, incident, count",
                "Persons, or counts of persons, with the group as somebody stated it; empty where nobody did. No "
                "names. "
                "salience add CASE persons.csv --as persons",
            ),
            (
                "population.csv",
                "group, place, year, share_low, share_best, share_high, persons, denominator, source",
                "Which share of the place's population is of the group, with its source. It lies in the case folder.",
            ),
        ),
        "Ethnicity is never inferred from names. A record of events that names sides cannot stand in for persons "
        "by group.",
    )
