"""Charts that answer to the pointer, in a page that still asks no other computer for anything."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from salience.questions.answer import Figure


@dataclass(frozen=True, slots=True)
class Live:
    """What the page needs beside its still pictures.

    Attributes
    ----------
    script : str
        Vega, Vega-Lite, Vega-Embed and the few lines that draw the charts.
    hash : str
        SHA-256 of the script in base64: the one script that the page's policy lets run.
    charts : str
        The specifications by the figures' numbers, as JSON that may stand in HTML.
    """

    script: str
    hash: str
    charts: str


def make_live(figures: Mapping[int, Figure]) -> Live:
    """Return the script and the charts of a page, by the numbers of its figures."""
    script = _bundle()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    charts = json.dumps(
        {str(number): _liven(figure.spec) for number, figure in figures.items()}, ensure_ascii=False
    )
    return Live(script, digest, charts.replace("<", "\\u003c"))


def place_live(figure: Figure, number: int) -> str:
    """Return the element in which a figure is drawn, beside its still picture."""
    return (
        f'<div class="live" data-chart="{number}" role="img" aria-labelledby="f{number}-t" '
        f'aria-describedby="f{number}-d"></div>'
    )


def _liven(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Show what a mark stands for when the pointer is on it, and describe the chart once, not mark by mark."""
    config = dict(spec.get("config", {}))
    config["aria"] = False
    config["mark"] = {**config.get("mark", {}), "tooltip": {"content": "encoding"}}
    return {**spec, "config": config}


@cache
def _bundle() -> str:
    import vl_convert

    lines = files(__package__).joinpath("templates", "live.js").read_text(encoding="utf-8")
    script: str = vl_convert.javascript_bundle(lines)
    # A closing tag in a string would end the script; none is there, and none may come with a later version.
    return script.replace("</script", "<\\/script")
