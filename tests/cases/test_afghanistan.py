"""The Afghanistan case: coded from one essay, each value with its place, and its claims judged by what there is."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import salience
from salience.case import Run
from salience.claims import read_claims
from salience.record.citations import Citation, read_citations
from salience.sources.landscape_files import read_landscape_files
from salience.sources.place_files import read_places
from salience.sources.seating_files import read_seating_files

CASE = Path(__file__).parents[2] / "cases" / "afghanistan"
ESSAY = "op-ed-afghanistan-2024.txt"
# One word that the essay must have at the place that a claim names: enough to see that the place is the right one.
WORDS = {
    "no-change-of-policy": "change", "dress-code-arrests": "Hazara", "words-not-deeds": "condemnations",
    "official-narrative": "narrative", "protests-outside-kabul": "Kabul", "armed-groups": "23",
    "low-casualties": "ISIS", "diverse-opposition": "diverse", "everyone-but-the-taliban": "except",
    "parties-without-legitimacy": "legitimacy", "more-support-than-the-taliban": "support",
    "conference-left-out": "ignoring", "exclusion-fails": "exclude", "inclusion-adds-pressure": "Engagement",
    "women-by-seats-and-agenda": "agenda", "consult-others-instead": "consulted", "engage-as-partners": "salient",
}  # fmt: skip
# The same of what is coded: file, actor (and issue or quantity), a word at the place.
CODED = [
    ("positions.csv", "Taliban", "Inclusive government", "except"),
    ("positions.csv", "Established parties", "Inclusive government", "demand"),
    ("positions.csv", "Women's rights movements", "Justice for officials", "justice"),
    ("positions.csv", "New parties", "Decentralised system", "decentralized"),
    ("positions.csv", "International community", "Who speaks at talks", "Inviting"),
    ("positions.csv", "Taliban", "Recognition of the Taliban", "recognition"),
    ("actors.csv", "Established parties", "legitimacy", "legitimacy"),
    ("actors.csv", "Established parties", "capability", "mobilize"),
    ("actors.csv", "Armed resistance groups", "capability", "guerrilla"),
    ("actors.csv", "Women's rights movements", "capability", "shrinking"),
    ("actors.csv", "New parties", "constituency", "support"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case's own files alone, without what an earlier run may have left beside them."""
    place = tmp_path_factory.mktemp("cases") / "afghanistan"
    place.mkdir()
    for file in (*CASE.glob("*.csv"), *CASE.glob("*.toml")):
        shutil.copy(file, place / file.name)
    return place


@pytest.fixture(scope="module")
def done(folder: Path) -> Iterator[tuple[salience.Case, Run]]:
    """A run without any data folder."""
    with salience.open(folder) as case:
        yield case, case.run()


@pytest.fixture
def essay(shared_data: Path) -> str:
    """The essay in the form in which spans count."""
    text = (shared_data / "reports" / ESSAY).read_text(encoding="utf-8")
    return unicodedata.normalize("NFC", text)


def test_everything_that_is_coded_names_its_place_in_the_essay() -> None:
    land = read_landscape_files(CASE)
    assert (len(land.actors), len(land.issues), len(land.positions)) == (7, 6, 16)
    for cell in [p.source for p in land.positions] + [a.source for a in land.actors if a.capability]:
        cited = read_citations(cell)
        assert cited and all(c.source == ESSAY and c.start is not None for c in cited), cell
    for actor in land.actors:
        told = {c.about for c in read_citations(actor.source)}
        stated = {q for q in ("constituency", "capability", "legitimacy") if getattr(actor, q)}
        assert told == stated, actor.name
    # What is only implied has a wide interval; what is silent is left out: 16 of 42 cells are coded.
    assert all(p.position is not None for p in land.positions)
    wide = [p for p in land.positions if p.position and p.position[2] - p.position[0] >= 40]
    assert len(wide) >= 8


def test_coded_places_lie_in_the_essay_and_say_what_is_coded(essay: str) -> None:
    for file, cited in _all_citations():
        assert cited.start is not None and cited.end is not None
        assert 0 <= cited.start < cited.end <= len(essay), (file, cited)
        # A span begins and ends with a sentence.
        assert not essay[cited.start].isspace() and essay[cited.end - 1] in ".\n", (file, cited)
    for file, actor, about, word in CODED:
        assert word in essay[slice(*_place(file, actor, about))], (file, actor, about)


def test_the_reader_keeps_the_text_that_spans_count_in(
    folder: Path, shared_data: Path, essay: str, tmp_path: Path
) -> None:
    copy = tmp_path / "case"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("record.duckdb*", "raw", "answers"))
    with salience.open(copy) as case:
        case.add(shared_data / "reports" / ESSAY, "documents", copy / "essay.map.toml")
        assert case.record.rows("SELECT content FROM text") == [{"content": essay}]
        assert not any(ESSAY in warning for warning in case.warnings())


def test_claims_stand_where_they_say(essay: str) -> None:
    claims = read_claims(CASE)
    assert claims is not None and {c.id for c in claims.claim} == set(WORDS)
    for claim in claims.claim:
        assert claim.span is not None and claim.who and claim.report == ESSAY and claim.against
        assert WORDS[claim.id] in essay[slice(*claim.span)], claim.id
        assert essay[slice(*claim.span)] not in claim.text


def test_every_threshold_has_its_reason_beside_it() -> None:
    lines = (CASE / "claims.toml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if (
            line.strip().startswith("threshold")
            and "premise" not in "".join(lines[number - 8 : number]).lower()
        ):
            above = lines[max(0, number - 26) : number]
            assert any(each.strip().startswith("#") for each in above), f"line {number + 1}"
    assert tomllib.loads("\n".join(lines))["thresholds"] == {"supported": 0.95, "contradicted": 0.05}


def test_without_data_each_claim_gets_the_verdict_that_is_left(done: tuple[salience.Case, Run]) -> None:
    _, run = done
    found = {v.id: (v.verdict, {p.reason for p in v.parts}) for v in run.verdicts}
    no_data, one_source = ("undecided", {"no data"}), ("undecided", {"data of one source"})
    assert found == {
        "no-change-of-policy": no_data, "dress-code-arrests": no_data, "words-not-deeds": no_data,
        "official-narrative": no_data, "protests-outside-kabul": no_data, "armed-groups": no_data,
        "low-casualties": no_data, "diverse-opposition": one_source, "everyone-but-the-taliban": one_source,
        "parties-without-legitimacy": one_source, "more-support-than-the-taliban": one_source,
        "conference-left-out": ("supported", {None}), "exclusion-fails": one_source,
        "inclusion-adds-pressure": one_source, "women-by-seats-and-agenda": one_source,
        "consult-others-instead": ("not judged", {"data of one source"}),
        "engage-as-partners": ("not judged", {"data of one source"}),
    }  # fmt: skip
    for verdict in run.verdicts:
        assert all(part.decide for part in verdict.parts if part.verdict == "undecided"), verdict.id


def test_a_reader_sees_that_the_landscape_is_one_authors(done: tuple[salience.Case, Run]) -> None:
    _, run = done
    answers = {a.question: a for a in run.answers}
    assert answers["landscape"].headline.startswith(f"By the account of one source alone ({ESSAY})")
    for question in ("landscape", "table", "options"):
        assert any(f"All positions come from one source: {ESSAY}" in w for w in answers[question].warnings)
    held = [a for a in answers["landscape"].assumptions if a.text.startswith("Several sources")]
    assert [a.status for a in held] == ["fails"]
    page = run.report.read_text(encoding="utf-8")
    assert ESSAY in page and "are not here. The case can do without them" in page


def test_the_list_of_the_talks_rests_on_public_reports(done: tuple[salience.Case, Run]) -> None:
    _, run = done
    left_out = next(v for v in run.verdicts if v.id == "conference-left-out")
    for part in left_out.parts:
        assert len(part.sources) == 4 and not any(ESSAY in name for name in part.sources)


def test_yearly_deaths_are_figures_and_no_events(done: tuple[salience.Case, Run]) -> None:
    """UCDP 25.1, state-based, best estimates, as the issue gives them."""
    case, run = done
    rows = case.record.rows("SELECT told, deaths_best, date_precision FROM account ORDER BY date_from")
    assert [r["deaths_best"] for r in rows] == [35787, 932, 252, 263]
    assert {(r["told"], r["date_precision"]) for r in rows} == {("figures", "year")}
    for count in ("events", "deaths"):
        answer = case.ask("change", count=count, at=["2022-06-01"])
        assert not answer.estimates and "nothing with a date" in answer.headline
    page = run.report.read_text(encoding="utf-8")
    assert "35,787" in page and "Figures that stand for no event" in page


def test_places_lie_in_their_provinces(shared_data: Path) -> None:
    """A common Natural Earth copy calls Panjshir Parwan; the boundaries here are checked, by ISO 3166-2 code."""
    shapes = json.loads(
        (shared_data / "geo" / "naturalearth_afg_adm1_fixed.geojson").read_text(encoding="utf-8")
    )
    areas = {f["properties"]["iso_3166_2"]: f["geometry"] for f in shapes["features"]}
    places = read_places(CASE)
    assert len(places) == 34 and {p.code for p in places} == set(areas)
    for place in places:
        assert place.longitude is not None and place.latitude is not None
        at = (place.longitude, place.latitude)
        assert [code for code, shape in areas.items() if _inside(at, shape)] == [place.code], place.name
    by_code = {p.code: p for p in places}
    assert (by_code["AF-PAN"].name, by_code["AF-PAR"].name) == ("Panjshir", "Parwan")
    # The sum of NSIA 2019 over the 34 provinces, as the shared table has it; nomads are left out there.
    assert sum(p.population or 0 for p in places) == 30_725_560


def _inside(at: tuple[float, float], shape: dict[str, Any]) -> bool:
    x, y = at
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    odd = False
    for ring in (polygon[0] for polygon in polygons):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def _all_citations() -> list[tuple[str, Citation]]:
    land, seating = read_landscape_files(CASE), read_seating_files(CASE)
    cells = [("actors.csv", a.source) for a in land.actors] + [
        ("positions.csv", p.source) for p in land.positions
    ]
    cells += [("relations.csv", r.source) for r in land.relations] + [
        ("seats.csv", s.source) for s in seating.seats
    ]
    found = [(file, c) for file, cell in cells for c in read_citations(cell) if c.source == ESSAY]
    assert len(found) >= 35
    return found


def _place(file: str, actor: str, about: str) -> tuple[int, int]:
    """Return the place of an actor's quantity, or of its position on an issue."""
    with (CASE / file).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            mine = row.get("name") == actor or (row.get("actor") == actor and row.get("issue") == about)
            for cited in read_citations(row["source"]) if mine else ():
                if cited.about in (about, "position") and cited.start is not None and cited.end is not None:
                    return cited.start, cited.end
    raise AssertionError(f"{file} cites nothing for {actor}, {about}")
