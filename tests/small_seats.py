"""A case of four actors, three constituencies, two lists and two options, small enough to be worked out by hand."""

from __future__ import annotations

from pathlib import Path

from salience.case import new_case

ACTORS = """name,kind,constituency_low,constituency_best,constituency_high,capability_best,source
A,party,,,,4,census; capability: survey
B,party,,,,3,
C,party,,,,2,
D,party,,,,1,
Hills,people,0.5,0.5,0.5,,census 2019
Coast,people,0.3,0.3,0.3,,census 2019
Camps,people,0.2,0.2,0.2,,
"""
ISSUES = "issue,meaning_0,meaning_100\nPeace,war,peace\nFlag,red,blue\n"
POSITIONS = """actor,issue,low,best,high,salience_best,source
A,Peace,85,90,95,1,position: speech.txt [5:90]; salience: survey
B,Peace,80,85,90,1,
C,Peace,90,95,100,1,talks
D,Peace,5,10,15,1,talks
A,Flag,0,10,20,0.5,talks
B,Flag,80,90,100,1,talks
"""
RELATIONS = """actor,other,kind,source
Hills,A,mandate,survey
Coast,B,mandate,survey
Coast,C,mandate,survey
Camps,D,mandate,survey
A,D,refuses,letter
"""
SEATS = """list,actor,condition,source
invited,A,,letter
invited,B,no flags,letter
wider,A,,talk
wider,B,,talk
wider,D,,talk
"""
CASE = """name = "Small talks"
[questions.landscape]
draws = 128
map_draws = 32
[questions.table]
draws = 64
[questions.options]
draws = 128
exclusion = false
[option."Back D"]
summary = "Support for the one who stands alone."
capability = { "D" = 3.0 }
[option."Without A"]
leave_out = ["A"]
"""


def write_seats_case(folder: Path) -> Path:
    """Write the case; it takes nothing in and has no answers."""
    new_case(folder)
    for name, text in (
        ("actors.csv", ACTORS), ("issues.csv", ISSUES), ("positions.csv", POSITIONS), ("relations.csv", RELATIONS),
        ("seats.csv", SEATS), ("case.toml", CASE),
    ):  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    return folder
