"""The landscape as a network, for Gephi and other programs: GraphML and GEXF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from salience.errors import QuestionError, RecordError
from salience.questions.answer import Answer, Cell

NEAR = "near"
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF, VIZ = "http://gexf.net/1.3", "http://gexf.net/1.3/viz"
# Okabe & Ito (2008), as red, green and blue.
COLOURS = (
    (0, 114, 178),
    (213, 94, 0),
    (0, 158, 115),
    (230, 159, 0),
    (204, 121, 167),
    (86, 180, 233),
    (0, 0, 0),
)
GREY = (120, 120, 120)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """An actor with its attributes; what is not known is not among them."""

    name: str
    values: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation as stated (directed), or how near two actors stand (not directed)."""

    start: int
    end: int
    kind: str
    values: dict[str, Cell]

    @property
    def directed(self) -> bool:
        """Whether it goes one way."""
        return self.kind != NEAR


def write_graphml(path: Path, answer: Answer) -> Path:
    """Write the answer's actors and what lies between them as GraphML (Brandes et al. 2002).

    Raises
    ------
    QuestionError
        The answer has no actors.
    RecordError
        The file cannot be written.
    """
    nodes, edges = read_network(answer)
    root = ET.Element("graphml", xmlns=GRAPHML)
    keys: dict[tuple[str, str], str] = {}
    for what, items in (
        ("node", [n.values for n in nodes]),
        ("edge", [e.values | {"kind": e.kind} for e in edges]),
    ):
        for name, kind in _attributes(items).items():
            keys[what, name] = f"{what[0]}{len(keys)}"
            attributes = {"id": keys[what, name], "for": what, "attr.name": name, "attr.type": kind}
            ET.SubElement(root, "key", attributes)
    graph = ET.SubElement(root, "graph", id="landscape", edgedefault="undirected")
    for k, node in enumerate(nodes):
        element = ET.SubElement(graph, "node", id=f"a{k}")
        _add_data(element, "node", node.values, keys)
    for k, edge in enumerate(edges):
        ends = {"source": f"a{edge.start}", "target": f"a{edge.end}", "directed": str(edge.directed).lower()}
        element = ET.SubElement(graph, "edge", {"id": f"e{k}", **ends})
        _add_data(element, "edge", edge.values | {"kind": edge.kind}, keys)
    return _write(path, root)


def write_gexf(path: Path, answer: Answer) -> Path:
    """Write the same as GEXF 1.3, with places, sizes and colours as on the map (gexf.net).

    Raises
    ------
    QuestionError
        The answer has no actors.
    RecordError
        The file cannot be written.
    """
    nodes, edges = read_network(answer)
    ET.register_namespace("viz", VIZ)
    root = ET.Element("gexf", {"xmlns": GEXF, "version": "1.3"})
    meta = ET.SubElement(root, "meta")
    ET.SubElement(meta, "creator").text = f"Salience {answer.version}"
    ET.SubElement(meta, "description").text = _clean(answer.headline)
    graph = ET.SubElement(root, "graph", defaultedgetype="undirected", mode="static")
    columns = {}
    for what, items in (
        ("node", [n.values for n in nodes]),
        ("edge", [e.values | {"kind": e.kind} for e in edges]),
    ):
        kinds = _attributes(items)
        columns[what] = {name: str(k) for k, name in enumerate(kinds)}
        declared = ET.SubElement(graph, "attributes", {"class": what})
        for name, kind in kinds.items():
            ET.SubElement(declared, "attribute", id=columns[what][name], title=name, type=kind)
    listed = ET.SubElement(graph, "nodes")
    letters = sorted({str(n.values["group"]) for n in nodes if n.values.get("group")})
    for k, node in enumerate(nodes):
        element = ET.SubElement(listed, "node", id=f"a{k}", label=_clean(node.name))
        _add_values(element, node.values, columns["node"])
        _add_look(element, node, letters)
    between = ET.SubElement(graph, "edges")
    for k, edge in enumerate(edges):
        kind = "directed" if edge.directed else "undirected"
        weight = {"weight": f"{edge.values['weight']}"} if "weight" in edge.values else {}
        element = ET.SubElement(
            between, "edge",
            {"id": f"e{k}", "source": f"a{edge.start}", "target": f"a{edge.end}", "type": kind, "kind": edge.kind}
            | weight,
        )  # fmt: skip
        _add_values(element, edge.values | {"kind": edge.kind}, columns["edge"])
    return _write(path, root)


def read_network(answer: Answer) -> tuple[list[Node], list[Edge]]:
    """Return the actors and what lies between them, from the answer's tables.

    Raises
    ------
    QuestionError
        The answer has no actors.
    """
    tables = {table.name: table.to_records() for table in answer.tables}
    if "deciding" not in tables:
        raise QuestionError(f"there is no network to write: {answer.headline}")
    values: dict[str, dict[str, Cell]] = {
        str(row["actor"]): {
            "label": _clean(str(row["actor"])),
            "weight": row["weight"],
            "power": row["banzhaf"],
        }
        for row in tables["deciding"]
    }
    taken = {"map": ("group", "x", "y"), "standing": ("capability", "legitimacy", "constituency")}
    for table, columns in taken.items():
        for row in tables.get(table, []):
            values[str(row["actor"])].update({name: row[name] for name in columns})
    names = list(values)
    nodes = [Node(n, {k: _tidy(v) for k, v in values[n].items() if v is not None}) for n in names]
    at = {name: k for k, name in enumerate(names)}
    edges = [
        Edge(at[str(r["actor"])], at[str(r["other"])], _clean(str(r["kind"])), {})
        for r in tables.get("relations", [])
    ]
    for row in tables.get("distances", []):
        distance = row["distance"]
        if isinstance(distance, (int, float)):
            near = {
                "distance": _tidy(distance),
                "weight": _tidy(max(1.0 - distance / 100.0, 0.0)),
                "shared": row["shared"],
            }
            edges.append(Edge(at[str(row["actor"])], at[str(row["other"])], NEAR, near))
    return nodes, edges


def _attributes(items: list[dict[str, Cell]]) -> dict[str, str]:
    """Return each attribute with its type, in the order of first use."""
    kinds: dict[str, str] = {}
    for values in items:
        for name, value in values.items():
            kinds.setdefault(name, "string" if isinstance(value, str) else "double")
    return kinds


def _add_data(
    element: ET.Element, what: str, values: dict[str, Cell], keys: dict[tuple[str, str], str]
) -> None:
    for name, value in values.items():
        ET.SubElement(element, "data", key=keys[what, name]).text = str(value)


def _add_values(element: ET.Element, values: dict[str, Cell], columns: dict[str, str]) -> None:
    told = ET.SubElement(element, "attvalues")
    for name, value in values.items():
        ET.SubElement(told, "attvalue", {"for": columns[name], "value": str(value)})


def _add_look(element: ET.Element, node: Node, letters: list[str]) -> None:
    group = str(node.values.get("group", ""))
    red, green, blue = COLOURS[letters.index(group) % len(COLOURS)] if group in letters else GREY
    ET.SubElement(element, f"{{{VIZ}}}color", r=str(red), g=str(green), b=str(blue))
    if "x" in node.values:
        # Gephi's plane is wider than the scale of 100 points.
        x, y = (10.0 * float(node.values[axis] or 0.0) for axis in ("x", "y"))
        ET.SubElement(element, f"{{{VIZ}}}position", x=f"{x:.6g}", y=f"{y:.6g}", z="0")
    ET.SubElement(
        element, f"{{{VIZ}}}size", value=f"{10.0 + 100.0 * float(node.values.get('weight') or 0.0):.6g}"
    )


def _tidy(value: Cell) -> Cell:
    if isinstance(value, str):
        return _clean(value)
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def _write(path: Path, root: ET.Element) -> Path:
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    try:
        part = path.with_name(f".{path.name}.part")
        part.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror}") from error
    return path
