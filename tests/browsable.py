"""A small case to look through: gaps, hostile words, and two releases of one dataset that disagree."""

from __future__ import annotations

from pathlib import Path

from salience.case import open_case
from small_ged import row, write_case, write_ged

SCRIPT = "<script>alert('x')</script>"
FORMULA = '=HYPERLINK("http://x","y")'
QUOTED = "O'Neil 100% _town_"


def write_browsable(folder: Path) -> Path:
    """Return a case of 160 events, of which 40 were told anew by a second release."""
    write_case(folder, 0)
    rows = [row(n) for n in range(160)]
    for n, one in enumerate(rows):
        if n % 13 == 0:
            one |= {"adm_1": "", "adm_2": "", "latitude": "", "longitude": ""}
        if n % 17 == 0:
            one |= {"side_b": "Civilians", "type_of_violence": 3, "where_coordinates": QUOTED}
        if n % 29 == 0:
            one |= {"source_office": "", "source_date": "", "source_headline": "", "number_of_sources": -1}
        if n % 31 == 0:
            one |= {"side_b": FORMULA, "where_coordinates": SCRIPT, "source_headline": SCRIPT}
    later = [{**rows[n], "best": rows[n]["best"] + 5, "high": rows[n]["high"] + 9} for n in range(40)]
    with open_case(folder) as case:
        case.add(write_ged(folder / "ged.csv", rows), "ucdp")
        case.add(write_ged(folder / "later.csv", later), "ucdp")
    return folder
