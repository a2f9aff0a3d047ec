"""The landscape as GraphML and GEXF, and the verb that writes them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from salience.cli import main
from salience.errors import QuestionError
from salience.report.network import GEXF, GRAPHML, VIZ, write_gexf, write_graphml
from small_landscape import FOUR, ask, record_landscape


def test_the_network_holds_actors_relations_and_distances(tmp_path):
    files = {**FOUR, **{n: t.replace("A,", "A\u0007 & <b>,") for n, t in FOUR.items() if n != "issues.csv"}}
    record = record_landscape(tmp_path / "case", files)
    answer = ask(record)
    record.close()
    graph = ET.parse(write_graphml(tmp_path / "n.graphml", answer)).getroot()
    space = {"g": GRAPHML, "x": GEXF, "v": VIZ}
    nodes, edges = graph.findall(".//g:node", space), graph.findall(".//g:edge", space)
    assert len(nodes) == 4
    assert [e.get("directed") for e in edges].count("true") == 1
    assert len(edges) == 1 + 6
    keys = {k.get("id"): k.get("attr.name") for k in graph.findall("g:key", space)}
    names = [d.text for d in graph.findall(".//g:node/g:data", space) if keys[d.get("key")] == "label"]
    assert "A & <b>" in names
    gexf = ET.parse(write_gexf(tmp_path / "n.gexf", answer)).getroot()
    assert {n.get("label") for n in gexf.findall(".//x:node", space)} == set(names)
    assert len(gexf.findall(".//v:position", space)) == 4
    declared = {a.get("title") for a in gexf.findall(".//x:attributes[@class='node']/x:attribute", space)}
    assert {"weight", "power", "group", "x", "y", "capability", "legitimacy", "constituency"} <= declared
    first = (tmp_path / "n.gexf").read_bytes()
    write_gexf(tmp_path / "n.gexf", answer)
    assert (tmp_path / "n.gexf").read_bytes() == first
    empty = record_landscape(tmp_path / "empty", {})
    with pytest.raises(QuestionError, match="no network to write"):
        write_gexf(tmp_path / "none.gexf", ask(empty))
    empty.close()


def test_the_verb_writes_networks(tmp_path, capsys):
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.toml").write_text('name = "four"\n[questions.landscape]\ndraws = 64\nmap_draws = 20\n')
    for name, text in FOUR.items():
        (case / name).write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["landscape", str(case), "--gexf", str(tmp_path / "a.gexf"), "--weighting", "equal"])
    assert ended.value.code == 0
    assert ET.parse(tmp_path / "a.gexf").getroot().tag == f"{{{GEXF}}}gexf"
    with pytest.raises(SystemExit) as ended:
        main(["landscape", str(case)])
    assert ended.value.code != 0
    assert "--graphml FILE, --gexf FILE" in capsys.readouterr().err
