"""The verdict: one frozen object for Python, the command line, the report and the app."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from salience.claims.file import Thresholds
from salience.errors import RecordError
from salience.questions.answer import SIGNIFICANT_DIGITS, Cell, Estimate
from salience.report.tables import write_csv

Word = Literal["supported", "contradicted", "undecided", "not judged", "not finished"]
Reason = Literal[
    "no data",
    "data of one source",
    "interval spans the threshold",
    "methods disagree",
    "assumption fails",
]
SYMBOLS: dict[str, str] = {
    "supported": "✓", "contradicted": "✗", "undecided": "?", "not judged": "–", "not finished": "…",
}  # fmt: skip
COLUMNS = (
    "id", "claim", "who", "report", "start", "end", "kind", "verdict", "chance_low", "chance_high", "part",
    "part_verdict", "part_low", "part_high", "estimate", "reason", "to_decide_it", "against", "question", "quantity",
    "held_against", "answer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """What the record says to one part of a claim.

    Attributes
    ----------
    text : str
        The part in short.
    joins : str
        How it hangs on the part before: "", and, because or only.
    verdict : str
        supported, contradicted, undecided or not finished.
    chance : float or None
        Probability that the part holds, by the record; None where there is none, or no one number.
    low, high : float or None
        Its bounds, which differ where the estimate is itself an uncertain probability or a lower bound, and for "only".
    sentence : str
        The estimate in one sentence.
    reason, why : str
        Why it is undecided: one of five words, and in a sentence.
    decide : str
        What data would decide it.
    question, quantity, held : str
        What it was tested by: the question, the estimate's name, and in words what it was held against.
    estimate : Estimate or None
        The estimate.
    answer : str
        The key of the answer, as in `answers/QUESTION-KEY.json`; empty when none was given.
    own : bool
        Whether the question was asked with parameters of the claim's own.
    test : mapping
        The same as numbers: is, threshold, low, high.
    beside : str
        What other methods, or other assumptions, say of the same quantity.
    sources : tuple of str
        Who speaks in the rows behind it, the most frequent first; at most ten.
    """

    text: str
    joins: str
    verdict: Word
    chance: float | None
    sentence: str
    reason: Reason | None
    why: str
    decide: str
    question: str
    quantity: str
    held: str = ""
    estimate: Estimate | None = None
    answer: str = ""
    own: bool = False
    sources: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    test: Mapping[str, Any] = field(default_factory=dict)
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the record says to a claim.

    Attributes
    ----------
    id, text, who, report, against, kind : str
        As `claims.toml` says.
    span : (int, int) or None
        Where it stands in the report.
    verdict : str
        supported, contradicted, undecided; "not judged" for what should be; "not finished" for a stub.
    low, high : float or None
        Bounds of the probability that all parts hold, whatever hangs together with what; equal for one part.
    reason : str or None
        Why it is undecided.
    unfinished : tuple of str
        What a person still has to fill in.
    parts : tuple of PartVerdict
        Part by part.
    thresholds : Thresholds
        When a probability was enough.
    """

    id: str
    text: str
    who: str
    report: str
    span: tuple[int, int] | None
    kind: str
    against: str
    verdict: Word
    low: float | None
    high: float | None
    reason: Reason | None
    unfinished: tuple[str, ...]
    parts: tuple[PartVerdict, ...]
    thresholds: Thresholds

    @property
    def symbol(self) -> str:
        """The verdict as a sign, beside its word."""
        return SYMBOLS[self.verdict]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with rounded floats and stable order."""
        from dataclasses import asdict

        plain = asdict(self)
        plain["thresholds"] = self.thresholds.model_dump()
        for part in plain["parts"]:
            if part["estimate"]:
                part["estimate"].pop("draws")
        rounded: dict[str, Any] = _rounded(plain)
        return rounded


def write_verdicts(folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Write `claims.json` and `claims.csv`, each whole or not at all.

    Raises
    ------
    RecordError
        They cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / ".claims.json.part"
        part.write_text(verdicts_to_json(verdicts), encoding="utf-8")
        part.replace(folder / "claims.json")
    except OSError as error:
        raise RecordError(f"cannot write the verdicts to {folder}: {error.strerror}") from error
    write_csv(folder / "claims.csv", COLUMNS, _rows(verdicts))


def verdicts_to_json(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as JSON; the same verdicts give the same bytes."""
    plain = [verdict.to_dict() for verdict in verdicts]
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def verdicts_from_json(text: str) -> tuple[Verdict, ...]:
    """Read what `verdicts_to_json` wrote."""
    return tuple(_verdict(told) for told in json.loads(text))


def _verdict(told: dict[str, Any]) -> Verdict:
    parts = tuple(
        PartVerdict(
            **{
                **part,
                "estimate": Estimate(**part["estimate"]) if part["estimate"] else None,
                "sources": tuple(part["sources"]),
            }
        )
        for part in told.pop("parts")
    )
    return Verdict(
        **{
            **told,
            "span": tuple(told["span"]) if told["span"] else None,
            "unfinished": tuple(told["unfinished"]),
            "parts": parts,
            "thresholds": Thresholds(**told["thresholds"]),
        }
    )


def _rows(verdicts: Sequence[Verdict]) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for each in verdicts:
        start, end = each.span or (None, None)
        head = (
            each.id,
            each.text,
            each.who,
            each.report,
            start,
            end,
            each.kind,
            each.verdict,
            each.low,
            each.high,
        )
        tails: list[tuple[Cell, ...]] = [
            (part.text, part.verdict, part.low, part.high, part.sentence, part.reason, part.decide, each.against,
             part.question, part.quantity, part.held, part.answer)
            for part in each.parts
        ]  # fmt: skip
        rows += [(*head, *tail) for tail in tails or [(*(None,) * 7, each.against, *(None,) * 4)]]
    return rows


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value
