"""The look that all charts of answers share: size, type, colours that colour-blind readers can tell apart."""

from __future__ import annotations

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
WIDTH = 560
# A browser's letters are wider than those that the chart was measured with.
PADDING = {"left": 22, "right": 22, "top": 8, "bottom": 8}
RIGHT_TO_LEFT_MARK = "\u200f"


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
        .configure(font="system-ui, sans-serif", background="white", padding=PADDING)
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
    spec: dict[str, Any] = styled.to_dict(validate=False)
    return Figure(name, title, description, spec, table)


def _letters(chart: Any) -> int:
    """Return how many letters of a title fit over a chart: a narrow one would cut it off."""
    width = getattr(chart, "width", None)
    return (
        max(36, 72 - (WIDTH - int(width)) // 8) if isinstance(width, (int, float)) and width < WIDTH else 72
    )


def direct(label: str) -> str:
    """Mark a label that holds right-to-left letters, so that its parts stand in the right order."""
    if any("\u0590" <= c <= "\u08ff" or "\ufb1d" <= c <= "\ufefc" for c in label):
        return RIGHT_TO_LEFT_MARK + label
    return label


def shorten(label: str, most: int = 38) -> str:
    """Cut a long label in its middle, where actors' names differ least."""
    if len(label) <= most:
        return direct(label)
    half = (most - 1) // 2
    return direct(label[:half].rstrip() + "…" + label[-half:].lstrip())


def without_common_start(first: str, second: str) -> tuple[str, str]:
    """Leave out the side that two pairs of sides share: "A - B" and "A - C" become B and C."""
    parts, others = first.split(" - ", maxsplit=1), second.split(" - ", maxsplit=1)
    return (
        (parts[1], others[1]) if len(parts) == len(others) == 2 and parts[0] == others[0] else (first, second)
    )


def wrap(text: str, width: int = 72) -> list[str]:
    """Break a title into lines."""
    import textwrap

    return textwrap.wrap(direct(text), width) or [""]
