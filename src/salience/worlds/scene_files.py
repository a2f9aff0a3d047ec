"""The files of a scene that are words rather than draws: the case, the essay, how tables are read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from salience.worlds.scene_truth import CAPITAL_KM
from salience.worlds.truth import Truth
from salience.worlds.write import MARK_TEXT, official, quoted, source_columns, terms_toml

PROTESTS = """# How to read protests.csv.
[dataset]
name = "Protest log of Tarrowen (invented)"

[columns]
id = "entry"
date_from = "day"
place = "town"
admin1 = "province"
latitude = "north"
longitude = "east"
side_a = "who"
deaths_best = "killed"
kind_native = "what"
sources = "told_by"

[constants]
country = "Tarrowen"
place_precision = "exact"
date_precision = "day"
"""

REGISTERS = """# How to read registers.csv: one row a case and register that lists it.
[columns]
id = "entry"
event = "case"
source = "register"
date_from = "day"
admin1 = "province"
kind_native = "what"

[constants]
country = "Tarrowen"
"""

ESSAY = """# Who wrote essay.txt.
source = "An invented essayist"
published = 2023-02-01
"""


def essay_and_claims(name: str) -> tuple[str, str]:
    """Return the essay that makes the claims, and the claims with the place of each in it."""
    text = files(__package__).joinpath(f"{name}.claims.toml").read_text(encoding="utf-8")
    sentences = [claim["text"] + "." for claim in tomllib.loads(text)["claim"]]
    essay = " ".join(sentences) + "\n"
    places = iter((essay.index(s), essay.index(s) + len(s)) for s in sentences)
    line = 'report = "essay.txt"\n'
    pieces = text.split(line)
    placed = pieces[0]
    for piece in pieces[1:]:
        start, end = next(places)
        placed += f"{line}span = [{start}, {end}]\n{piece}"
    return essay, placed


def scene_sources(cast: Mapping[str, Any], attacks: Truth) -> dict[str, list[Any]]:
    """Return sources.csv: the outlets, the registers and the essayist."""
    columns = {name: list(values) for name, values in source_columns(attacks.world).items()}
    for name, kind in [
        *((each, "ngo") for each in cast["registers"]["names"]),
        ("An invented essayist", "outlet"),
    ]:
        row = {"name": name, "canonical": name, "kind": kind, "language": "en"}
        for column, values in columns.items():
            values.append(row.get(column, ""))
    return columns


def scene_readme(cast: Mapping[str, Any], seed: int) -> str:
    """Say what the folder is, so that nobody takes it for real."""
    return f"""{cast["world"]["name"]} {MARK_TEXT}. Nothing in this case happened: no place, group, outlet or person
in it exists, and its coordinates lie in mid-ocean. It was simulated with seed {seed}, so that verdicts on the claims of
an essay on it can be held against the truth:

claims.json      which claims hold, what is true of each quantity, and how far that is from the threshold
planted.json     the parameters that decide it
landscape.json   the actors' true standing and positions
"""


def scene_case(attacks: Truth) -> str:
    """Return case.toml."""
    world = attacks.world
    terms = terms_toml(world)
    inputs = "\n".join(
        f'[[inputs]]\nfile = "{file}"\nas = "{importer}"'
        + (f'\nmap = "{mapping}"' if mapping else "")
        + f"\n{terms}"
        for file, importer, mapping in (
            ("ged.csv", "ucdp", ""),
            ("protests.csv", "table", "protests.map.toml"),
            ("registers.csv", "table", "registers.map.toml"),
            ("persons.csv", "persons", ""),
            ("texts.jsonl", "documents", ""),
            ("essay.txt", "documents", "essay.map.toml"),
        )
    )
    channel = official(world)
    named = world.outlets[channel].name if channel is not None else ""
    summary = f"An invented conflict, with an essay whose claims are known to hold or not. {world.name} does not exist."
    return f"""# A simulated conflict in an invented country, and an essay's claims on it; truth/README.txt says more.
name = {quoted(f"{world.name} after a seizure of power (simulated)")}
summary = {quoted(summary)}

[period]
start = {world.start}
end = {world.end}

[area]
countries = [{quoted(world.name)}]

[capital]
name = {quoted(world.capital)}
latitude = {world.capital_latitude}
longitude = {world.capital_longitude}
radius_km = {CAPITAL_KM:.0f}
admin1 = {quoted(f"{world.capital_province} province")}

{inputs}

# Each claim in claims.toml says with which parameters it asks these.
[questions.attention]
compare = ["Ridge Resistance", "Ashen Circle"]

[questions.disparity]
group = "Hillfolk"

[questions.change]
actor = ["Ridge Resistance"]
at = ["the decree = 2018-01-01"]

[questions.narrative]
actors = ["Ridge Resistance"]
party = [{quoted(named)}]

[questions.landscape]

[questions.table]
"""


def seats_text(invited: Sequence[str]) -> str:
    """Return seats.csv: who was invited, by what the host published and by what those there say."""
    rows = [
        f"the conference,{actor},{('list of invitations', 'delegates interviewed')[k % 2]}"
        for k, actor in enumerate(invited)
    ]
    return "\n".join(["list,actor,source", *rows]) + "\n"
