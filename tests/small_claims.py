"""A small case with one claim of every kind, for tests of the case, the report and the command line."""

from __future__ import annotations

from pathlib import Path

HOSTILE = "<script>alert(1)</script>"
FILES = {
    "case.toml": 'name = "A truce"\n[questions.landscape]\ndraws = 256\nmap_draws = 32\n',
    "actors.csv": "name,constituency_best,capability_best,legitimacy_best,source\n"
    "Army,0.2,60,0.3,monitors 2023\nMiners,0.3,50,0.6,monitors 2023\nTowns,0.5,40,0.8,survey 2024\n",
    "issues.csv": "issue,meaning_0,meaning_100,two_poles\nTruce,none,full,no\nMines,state,local,no\n",
    "positions.csv": "actor,issue,low,best,high,salience_best,source\n"
    "Army,Truce,5,10,20,0.9,monitors 2023\nMiners,Truce,80,90,95,0.8,monitors 2023\n"
    "Towns,Truce,85,90,100,0.9,survey 2024\nArmy,Mines,20,30,45,0.7,essay.txt\n"
    "Miners,Mines,60,75,95,1.0,essay.txt\nTowns,Mines,40,55,70,0.4,essay.txt\n",
    "claims.toml": f"""\
[[claim]]
id = "all-but-the-army"
text = "Only the Army stands outside a truce"
who = "An essayist"
report = "essay.txt"
span = [10, 40]
against = "A second actor outside, or no wide agreement of the others"
  [[claim.part]]
  joins = "only"
  question = "landscape"
  quantity = "outside:Truce"
  is = "within"
  low = 0.5
  high = 1.5
  complement = {{ quantity = "consensus:Truce", is = "above", threshold = 0.5 }}

[[claim]]
id = "army-weak"
text = "The Army has less than a quarter of the power {HOSTILE}"
who = "Somebody else"
  [[claim.part]]
  question = "landscape"
  quantity = "power:Army"
  is = "below"
  threshold = 0.25

[[claim]]
id = "mines"
text = "Most of the weight wants local mines"
who = "An essayist"
report = "essay.txt"
  [[claim.part]]
  question = "landscape"
  quantity = "mean:Mines"
  is = "above"
  threshold = 50

[[claim]]
id = "uncounted"
text = "Most raids stand in no source, and none is carried"
  [[claim.part]]
  text = "Most stand in no source"
  question = "hidden"
  quantity = "recorded_share"
  is = "below"
  threshold = 0.5
  [[claim.part]]
  text = "none is carried"
  joins = "and"
  question = "attention"
  quantity = "carried_at_5"
  is = "below"
  threshold = 0.01

[[claim]]
id = "truce-needed"
text = "A truce should be signed"
kind = "normative"
  [[claim.part]]
  text = "Most of the weight wants one"
  question = "landscape"
  quantity = "consensus:Truce"
  is = "above"
  threshold = 0.5

[[claim]]
id = "begun"
text = "The towns are poor"
  [[claim.part]]
  question = "disparity"
  # threshold =
""",
}


def write_claims_case(folder: Path, **changes: str) -> Path:
    """Write the case; a file's text is changed under its name with _ for the dot."""
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(changes.get(name.replace(".", "_"), text), encoding="utf-8")
    return folder
