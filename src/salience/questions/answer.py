"""The answer: one frozen object, the same in Python, on the command line, in the report and in the app."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from narwhals import LazyFrame

    from salience.record.store import ParquetRecord, Record

# The note of an estimate that was counted, not estimated: its value is exact for this record.
EXACT = "a count of this record, which has no sampling error"
Status = Literal["holds", "fails", "cannot be checked"]
Cell = str | int | float | bool | None

# Digits kept in JSON: beyond them lies the noise of summation order, and the same answer must be the same bytes.
SIGNIFICANT_DIGITS = 10
# Units of things that come whole.
COUNTED = frozenset(
    {"events", "victims", "labels", "sources", "passages", "namings", "actors", "positions", "groups"}
)

SHARES = frozenset({"chance", "share"})
# An interval that covers so much of 0 to 1 leaves out next to nothing: the record cannot decide such a share.
NO_KNOWLEDGE = 0.9


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its interval.

    Attributes
    ----------
    name : str
        A stable name that claims and programs refer to: "slope_log_deaths".
    label : str
        What it is, in plain words.
    value, low, high : float or None
        The estimate and its interval; None where the record cannot say.
    level : float
        Coverage of the interval, 0.95.
    unit : str
        "sources per event", "chance", "ratio".
    n : int
        Events it rests on.
    view : str
        Which of the question's views it belongs to.
    note : str
        Why it is missing, or how far to trust it.
    """

    name: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    level: float = 0.95
    view: str = ""
    note: str = ""
    draws: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer's table: its key, its heading and how to show it.

    "anchor" is a row's number that "anchors" of other tables point to; an "excerpt" marks its span by ⟦ and ⟧.
    """

    name: str
    label: str
    format: Literal[
        "text", "integer", "number", "share", "points", "date", "anchor", "anchors", "excerpt"
    ] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an answer.

    Attributes
    ----------
    name : str
        Stable; the CSV in `answers/` is called after it.
    title : str
        What it shows.
    columns : tuple of Column
        One for each cell of a row. `format` "share" holds 0 to 1 and is shown in per cent; "points" holds a
        difference of shares.
    rows : tuple of tuple
        Cells; None is unknown.
    note : str
        How to read it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def to_records(self) -> list[dict[str, Cell]]:
        """Return the rows as dictionaries by column name."""
        return [dict(zip((c.name for c in self.columns), row, strict=True)) for row in self.rows]

    def _repr_html_(self) -> str:
        from salience.questions.notebook import show_table

        return show_table(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as a Vega-Lite specification with its data inside.

    Attributes
    ----------
    name : str
        Stable.
    title : str
        The finding, in a sentence.
    description : str
        What a person who cannot see the chart should know; its text alternative.
    spec : dict
        Vega-Lite 6, as Altair writes it.
    table : str
        The name of the answer's table that holds the same data.
    """

    name: str
    title: str
    description: str
    spec: dict[str, Any]
    table: str = ""

    def to_chart(self) -> Any:
        """Return the Altair chart."""
        import altair

        return altair.Chart.from_dict(self.spec)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from salience.questions.charts import render_svg

        return {
            "application/vnd.vegalite.v6+json": self.spec,
            "image/svg+xml": render_svg(self),
            "text/plain": f"{self.title}\n{self.description}",
        }


@dataclass(frozen=True, slots=True)
class Assumption:
    """What must be true for the answer to mean what it says, whether it is, and how that was checked."""

    text: str
    status: Status
    how: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which rows of the record a statement rests on.

    Attributes
    ----------
    name : str
        What they are evidence of.
    table : str
        The record's table.
    ids : tuple of int
        Their ids, where they are few.
    condition : str
        A SQL condition on that table that selects them, where they are many.
    n : int
        How many there are.
    """

    name: str
    table: str
    n: int
    ids: tuple[int, ...] = ()
    condition: str = ""

    def rows(self, record: Record | ParquetRecord) -> LazyFrame[Any]:
        """Return these rows of the record that was asked, as a lazy frame."""
        import narwhals as nw

        from salience.record.shown import frame_of

        frame = record.table(self.table)
        if self.condition:
            return frame_of(frame.to_native().filter(self.condition))
        return frame.filter(nw.col("id").is_in(self.ids))


@dataclass(frozen=True, slots=True)
class Method:
    """A method used, and where it is published."""

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a record says to a question.

    The same record, parameters, seed and version give the same JSON, byte for byte.

    `headline` is one sentence that can be said aloud; `more` holds the sentences that follow it: how sure it is, what
    would have been seen, what else was found.
    """

    question: str
    headline: str
    estimates: tuple[Estimate, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    assumptions: tuple[Assumption, ...]
    warnings: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    method: tuple[Method, ...]
    params: Mapping[str, Any]
    seed: int
    record: str
    version: str
    sections: Mapping[str, str] = field(default_factory=dict)
    more: str = ""

    @property
    def table(self) -> Table:
        """The main table, which is the first."""
        return self.tables[0]

    def estimate(self, name: str) -> Estimate:
        """Return an estimate by its name.

        Raises
        ------
        KeyError
            With the names there are.
        """
        for estimate in self.estimates:
            if estimate.name == name:
                return estimate
        raise KeyError(f"no estimate '{name}'; there are {', '.join(e.name for e in self.estimates)}")

    def find_table(self, name: str) -> Table:
        """Return a table by its name; KeyError with the names there are."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"no table '{name}'; there are {', '.join(t.name for t in self.tables)}")

    @property
    def key(self) -> str:
        """A short hash of what decides the answer: question, parameters, seed, record, version."""
        return answer_key(self.question, self.params, self.seed, self.record, self.version)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with stable order and rounded floats."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def to_json(self) -> str:
        """Return the answer as JSON; large integers are strings, for JavaScript would round them."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Answer:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        tables = tuple(
            Table(
                t["name"], t["title"], tuple(Column(**c) for c in t["columns"]), _tuples(t["rows"]), t["note"]
            )
            for t in data.pop("tables")
        )
        evidence = tuple(
            Evidence(**{**e, "ids": tuple(int(i) for i in e["ids"])}) for e in data.pop("evidence")
        )
        estimates = tuple(
            Estimate(**{**e, "draws": tuple(e["draws"]) if e["draws"] is not None else None})
            for e in data.pop("estimates")
        )
        return cls(
            tables=tables,
            evidence=evidence,
            estimates=estimates,
            figures=tuple(Figure(**f) for f in data.pop("figures")),
            assumptions=tuple(Assumption(**a) for a in data.pop("assumptions")),
            method=tuple(Method(**m) for m in data.pop("method")),
            warnings=tuple(data.pop("warnings")),
            **data,
        )

    def figure(self, name: str) -> Figure:
        """Return a figure by its name; KeyError with the names there are."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(f"no figure '{name}'; there are {', '.join(f.name for f in self.figures)}")

    def _repr_html_(self) -> str:
        from salience.questions.notebook import show_answer

        return show_answer(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from salience.questions.notebook import show_lines

        return {"text/html": self._repr_html_(), "text/plain": show_lines(self)}


def answer_key(question: str, params: Mapping[str, Any], seed: int, record: str, version: str) -> str:
    """Return the hash that names an answer before it is computed."""
    text = json.dumps([question, dict(params), seed, record, version], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def format_number(value: float | None, unit: str = "") -> str:
    """Write a number as a person would say it: three significant digits, thousands separated, chances in per cent.

    Differences of chances are in percentage points.
    """
    if value is None or not math.isfinite(value):
        return "unknown" if value is None or math.isnan(value) else ("∞" if value > 0 else "−∞")
    if unit in {"chance", "share", "difference in chance"}:
        percent = 100 * value
        sign = "points" if unit.startswith("difference") else "%"
        text = f"{percent:.0f} {sign}" if abs(percent) >= 10 else f"{percent:.1f} {sign}"
        return text.replace("-", "−")
    size = abs(value)
    if unit in COUNTED and size < 1000:
        return f"{value:.0f}".replace("-", "−")
    if size >= 1000:
        digits = -(len(str(int(size))) - 3)
        return f"{round(value, digits):,.0f}".replace("-", "−")
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return text.replace("-", "−")


def format_interval(estimate: Estimate) -> str:
    """Write an estimate with its interval: "1.18 (95 % interval 0.83–1.54)"."""
    if estimate.value is None:
        return "the record cannot say"
    value = format_number(estimate.value, estimate.unit)
    if estimate.low is None or estimate.high is None:
        return f"{value} (no interval)"
    low, high = format_number(estimate.low, estimate.unit), format_number(estimate.high, estimate.unit)
    level = f"{100 * estimate.level:.0f} % interval"
    if estimate.unit in SHARES and is_undecided(estimate.low, estimate.high):
        return f"the record cannot decide ({level} {low} to {high})"
    return f"{value} ({level} {low} to {high})"


def is_undecided(low: float | None, high: float | None) -> bool:
    """Whether the interval of a share or a chance covers nine tenths of what is possible, so that nothing is known."""
    return low is not None and high is not None and high - low >= NO_KNOWLEDGE


def say_share(noun: str, value: float, low: float | None, high: float | None, level: float) -> str:
    """Write a share or a chance for a sentence: "a chance of about 59 % (95 % interval 52 % to 65 %)".

    Where its interval covers nearly everything: "a chance that the record cannot decide (95 % interval …)".
    """
    if low is None or high is None:
        return f"a {noun} of about {format_number(value, 'share')}"
    ends = f"{100 * level:.0f} % interval {format_number(low, 'share')} to {format_number(high, 'share')}"
    if is_undecided(low, high):
        return f"a {noun} that the record cannot decide ({ends})"
    return f"a {noun} of about {format_number(value, 'share')} ({ends})"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, str)) else str(value)


def _tuples(rows: list[list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(row) for row in rows)
