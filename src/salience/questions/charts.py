"""The look that all charts of answers share: size, type, colours that colour-blind readers can tell apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salience.questions.answer import Figure

if TYPE_CHECKING:
    import altair

# Okabe & Ito (2008), Color universal design.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000",
)  # fmt: skip
PALETTE = [BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK]
INK, FAINT = "#222222", "#6b6b6b"
WIDTH, FONT = 560, "system-ui, sans-serif"
# A browser's letters are wider than those that the chart was measured with.
PADDING = {"left": 22, "right": 22, "top": 8, "bottom": 8}
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"
RIGHT_TO_LEFT_EMBEDDING, POP_DIRECTION = "\u202b", "\u202c"
_MARKS = (LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK, RIGHT_TO_LEFT_EMBEDDING)
_UNDRAWN = re.compile(r'<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<path[^>]* d="(?:M0,0h0v0h0Z)?"[^>]*/>')
# What each mark is called is said by the figure's own description; hundreds of marks would drown it.
_DEFAULTS = re.compile(
    r' (?:role|class|aria-[a-z]+)="[^"]*"| font-family="[^"]*"| pointer-events="none"'
    r'| (?:opacity|stroke-width)="1"| transform="translate\(0,0\)"'
)
# Hebrew to Arabic extended and their presentation forms, with the spaces and joiners between such words.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_RIGHT_TO_LEFT = re.compile(f"{_LETTER}(?:[ \u200c\u200d]*{_LETTER})*")


def chart_of(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return an Altair chart with its data inside."""
    import altair

    return altair.Chart(altair.InlineData(values=[dict(row) for row in rows]))


def finish_chart(
    chart: altair.TopLevelMixin,
    name: str,
    title: str,
    description: str,
    table: str = "",
    *,
    height: int | None = None,
) -> Figure:
    """Give a chart the common look and make it an answer's figure."""
    import altair

    sized: Any = chart
    if height is not None:
        sized = sized.properties(width=WIDTH, height=height)
    lines = wrap(title, _letters(sized))
    styled = (
        sized.properties(title=altair.TitleParams(text=lines, anchor="start", fontSize=15, offset=12))
        .configure(font=FONT, background="white", padding=PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13, titleFontSize=13, titleFontWeight="normal", labelColor=INK, titleColor=INK,
            gridColor="#e6e6e6", domainColor="#999999", tickColor="#999999", labelLimit=260, titlePadding=10,
        )
        .configure_legend(
            labelFontSize=13, titleFontSize=13, titleFontWeight="normal", orient="bottom", labelLimit=320,
            columnPadding=36,  # a reader's font may be wider than the one that the text was measured with
        )
        .configure_header(labelFontSize=13, titleFontSize=13)
    )  # fmt: skip
    spec: dict[str, Any] = order_directions(styled.to_dict(validate=False))
    return Figure(name, title, description, spec, table)


def _letters(chart: Any) -> int:
    """Return how many letters of a title fit over a chart: a narrow one would cut it off."""
    width = getattr(chart, "width", None)
    return (
        max(36, 72 - (WIDTH - int(width)) // 8) if isinstance(width, (int, float)) and width < WIDTH else 72
    )


def render_svg(figure: Figure) -> str:
    """Return a figure as SVG without a prologue, and without what draws nothing, a third of what Vega writes."""
    import vl_convert

    svg: str = _UNDRAWN.sub("", vl_convert.vegalite_to_svg(figure.spec))
    svg = re.sub(r"<[a-zA-Z][^>]*>", lambda tag: _shorten_tag(tag[0]), svg)
    return svg.replace("<svg ", f'<svg font-family="{FONT}" ', 1)


def _shorten_tag(tag: str) -> str:
    """Leave out defaults and round to a hundredth of a pixel."""
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", _DEFAULTS.sub("", tag))


def order_directions(part: Any, sentence: bool = False) -> Any:
    """Mark every text of a specification that holds right-to-left letters; the one place where that is done."""
    if isinstance(part, str):
        return direct(part, sentence)
    if isinstance(part, dict):
        return {key: order_directions(value, sentence or key == "title") for key, value in part.items()}
    return [order_directions(value, sentence) for value in part] if isinstance(part, list) else part


def direct(text: str, sentence: bool = False) -> str:
    """Mark a text so that its parts stand in the right order; Vega draws every line as left-to-right.

    A name in right-to-left letters within other words pulls the digits and brackets behind it to its other side: a
    left-to-right mark ends it. A label mostly of such letters is one right-to-left line, whose other words are
    embedded (Unicode Standard Annex 9); a `sentence` of ours is not, whatever name it starts with. What is marked
    stays as it is.
    """
    if not _RIGHT_TO_LEFT.search(text) or any(mark in text for mark in _MARKS):
        return text
    letters = sum(c.isalpha() for c in text)
    right = sum(c.isalpha() for run in _RIGHT_TO_LEFT.findall(text) for c in run)
    if right == letters:
        return RIGHT_TO_LEFT_MARK + text
    if 2 * right > letters and not sentence:
        return f"{RIGHT_TO_LEFT_EMBEDDING}{text}{POP_DIRECTION}"
    return _RIGHT_TO_LEFT.sub(lambda run: run[0] + LEFT_TO_RIGHT_MARK, text)


def shorten(label: str, most: int = 38) -> str:
    """Cut a long label in its middle, where actors' names differ least."""
    if len(label) <= most:
        return label
    half = (most - 1) // 2
    return label[:half].rstrip() + "…" + label[-half:].lstrip()


def without_common_start(first: str, second: str) -> tuple[str, str]:
    """Leave out the side that two pairs of sides share: "A - B" and "A - C" become B and C."""
    parts, others = first.split(" - ", maxsplit=1), second.split(" - ", maxsplit=1)
    return (
        (parts[1], others[1]) if len(parts) == len(others) == 2 and parts[0] == others[0] else (first, second)
    )


def wrap(text: str, width: int = 72) -> list[str]:
    """Break a title into lines."""
    import textwrap

    return textwrap.wrap(text, width) or [""]
