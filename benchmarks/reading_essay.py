"""What the reader finds in the essay and in our own short texts, against hand-coded gold: one JSON object.

    python benchmarks/reading_essay.py essay FILE [--bare]   # FILE is the essay, which is not part of the project
    python benchmarks/reading_essay.py texts [--bare]        # the 30 invented texts, by language
    python benchmarks/reading_essay.py misses texts|essay FILE   # what was missed and what was wrongly found

The gold is `tests/reading/gold` (rules in its README), coded before the reader saw the texts. `--bare` reads without
the aliases that a user would have entered. Two spans are the same where they share at least half of what they cover
together; of names and quotes every character must agree, but for what `_close` names. A figure's bounds must agree, a
date's value too. `right` is the share of what was found whose speaker, or whom it is about, or polarity, is right.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from salience import reading
from salience.record.texts import canonical_text, text_sha256

GOLD = Path(__file__).parents[1] / "tests" / "reading" / "gold"
NAMED = ("organisation", "person", "place", "other")
Row = Mapping[str, Any]


def main(words: Sequence[str]) -> None:
    """Print the table that the words ask for."""
    bare, rest = "--bare" in words, [word for word in words if word != "--bare"]
    listing = rest[:1] == ["misses"]
    rest = rest[1:] if listing else rest
    if rest[:1] == ["essay"] and len(rest) == 2:
        score = score_texts([essay_row(Path(rest[1]))], bare)
        found = {"essay": score.table()}
    elif rest == ["texts"]:
        rows = own_rows()
        english = score_texts([row for row in rows if row["language"] == "en"], bare)
        other = score_texts([row for row in rows if row["language"] != "en"], bare)
        score = english + other
        found = {"english": english.table(), "persian and pashto": other.table()}
    else:
        raise SystemExit(__doc__)
    print("\n".join(score.misses) if listing else json.dumps(found, indent=1, ensure_ascii=False))


def own_rows() -> list[dict[str, Any]]:
    """Return the 30 texts of our own with their gold."""
    lines = (GOLD / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def essay_row(path: Path) -> dict[str, Any]:
    """Return the essay with its gold, in the form of our own texts.

    Raises
    ------
    SystemExit
        The file is another text than the one that was coded.
    """
    text = canonical_text(path.read_bytes().decode("utf-8"))
    lines = [json.loads(line) for line in (GOLD / "essay.jsonl").read_text(encoding="utf-8").splitlines()]
    head = lines[0]
    if text_sha256(text) != head["sha256"]:
        raise SystemExit(
            f"{path.name} is not the text that was coded: its sha256 differs from {head['sha256']}"
        )
    row: dict[str, Any] = {**head, "id": "essay", "text": text, "source": "source", "quotes": []}
    for line in lines[1:]:
        row.setdefault(line["layer"] + "s", []).append(line)
    return row


class Score:
    """Hits, finds and gold of each kind, summed over texts."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.misses: list[str] = []
        self.own: str | None = None

    def __add__(self, other: Score) -> Score:
        both = Score()
        for score in (self, other):
            for kind, numbers in score.counts.items():
                both.counts[kind] = [a + b for a, b in zip(both.counts[kind], numbers, strict=True)]
            for kind, numbers in score.right.items():
                both.right[kind] = [a + b for a, b in zip(both.right[kind], numbers, strict=True)]
            both.misses += score.misses
        return both

    def add(
        self, kind: str, text: str, name: str, gold: Sequence[Row], found: Sequence[Row], same: Any
    ) -> None:
        """Match one text's finds of a kind with its gold, each at most once, in order."""
        free = list(found)
        hits = 0
        for row in gold:
            match = next((other for other in free if same(row, other)), None)
            if match is None:
                self.misses.append(f"{name} {kind} missed: {_shown(text, row)}")
                continue
            free.remove(match)
            hits += 1
            for what in ("speaker", "about", "polarity"):
                if what in row and what in match:
                    right = (
                        row[what] == match[what]
                        if what == "polarity"
                        else _agree(row[what], match[what], self.own)
                    )
                    self.right[f"{kind}: {what}"][0] += right
                    if not right:
                        self.misses.append(f"{name} {kind}: {what} {match[what]!r} for {_shown(text, row)}")
                    self.right[f"{kind}: {what}"][1] += 1
        self.misses += [f"{name} {kind} wrong: {_shown(text, row)}" for row in free]
        for k, number in enumerate((hits, len(found), len(gold))):
            self.counts[kind][k] += number

    def table(self) -> dict[str, dict[str, float]]:
        """Return precision, recall and F1 by kind."""
        rows: dict[str, dict[str, float]] = {}
        for kind, (hits, found, gold) in self.counts.items():
            if found or gold:
                rows[kind] = {"precision": _share(hits, found), "recall": _share(hits, gold),
                              "f1": _share(2 * hits, found + gold), "gold": gold, "found": found}  # fmt: skip
        for kind, (right, all_) in self.right.items():
            rows[kind] = {"right": _share(right, all_), "of": all_}
        return rows


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _shown(text: str, row: Row) -> str:
    extra = {k: row[k] for k in ("kind", "low", "high", "value", "speaker", "about", "polarity") if k in row}
    return f"{text[row['start'] : row['end']]!r} {extra} in ...{text[max(0, row['start'] - 40) : row['end'] + 40]!r}"


def _agree(gold: str | None, found: str | None, own: str | None) -> bool:
    """Return whether two names agree, without case and articles, or one within the other; None is the text's voice."""
    if gold in (None, "source", own) or found is None:
        return gold in (None, "source", own) and found in (None, own)
    left, right = (re.sub(r"^(?:the|an?) ", "", name.lower()).replace("’", "'") for name in (gold, found))
    return left == right or left in right or right in left


def score_texts(rows: Iterable[Row], bare: bool) -> Score:
    """Read each text and compare."""
    score = Score()
    for row in rows:
        found = reading.read(row["text"], {} if bare else row["aliases"], row["date"], row["language"])
        score.own = row["source"]
        _score_mentions(score, row, found)
        _score_statements(score, row, found)
        _score_dates(score, row, found)
    return score


def _score_dates(score: Score, row: Row, found: reading.Reading) -> None:
    dates = [{"start": d.start, "end": d.end, "value": d.value} for d in found.dates]
    known = [g for g in row["dates"] if g["value"]]
    score.add("dates", row["text"], row["id"], known, [d for d in dates if d["value"]],
              lambda a, b: _touch(a, b) and a["value"] == b["value"])  # fmt: skip
    if len(known) < len(row["dates"]):
        refused = [g for g in row["dates"] if not g["value"]]
        score.add(
            "dates refused", row["text"], row["id"], refused, [d for d in dates if not d["value"]], _touch
        )


def _score_mentions(score: Score, row: Row, found: reading.Reading) -> None:
    text, name = row["text"], row["id"]
    mentions = [{"start": m.start, "end": m.end, "kind": m.kind, "value": m.value} for m in found.mentions]
    named = [m for m in mentions if m["kind"] in NAMED]
    gold = [m for m in row["mentions"] if m["kind"] in NAMED]
    score.add("named", text, name, gold, named, _exact)
    score.add(
        "named with kind", text, name, gold, named, lambda a, b: _exact(a, b) and a["kind"] == b["kind"]
    )
    for kind in ("population", "unnamed"):
        wanted, seen = ([m for m in some if m["kind"] == kind] for some in (row["mentions"], mentions))
        score.add(kind, text, name, wanted, seen, _half)
    score.add("unnamed exact", text, name, [m for m in row["mentions"] if m["kind"] == "unnamed"],
              [m for m in mentions if m["kind"] == "unnamed"], _exact)  # fmt: skip


def _score_statements(score: Score, row: Row, found: reading.Reading) -> None:
    text, name = row["text"], row["id"]
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    stands_for = {m.text: m.value for m in found.mentions}
    for s in found.statements:
        start, end = s.detail.get("cue_start", s.start), s.detail.get("cue_end", s.end)
        by_kind[s.kind].append({**s.detail, "start": start, "end": end, "value": s.value,
                                "speaker": stands_for.get(s.speaker or "", s.speaker),
                                "about": stands_for.get(s.about or "", s.about)})  # fmt: skip
    score.add("labels", text, name, row["labels"], by_kind["label"], _half)
    score.add("attributions", text, name, row["attributions"], by_kind["attribution"], _touch)
    score.add("quotes", text, name, row["quotes"], by_kind["quote"], _close(text))
    score.add("figures", text, name, row["figures"], by_kind["figure"],
              lambda a, b: _touch(a, b) and (a["low"], a["high"]) == (b["low"], b["high"]))  # fmt: skip
    score.add("figures: place alone", text, name, row["figures"], by_kind["figure"], _touch)
    demands = [{k: v for k, v in g.items() if k != "object"} for g in row["demands"]]
    score.add("demands", text, name, demands, by_kind["demand"], _touch)
    if "claims" in row:
        said = by_kind["claim"]
        hits = sum(any(_touch(g, s) for s in said) for g in row["claims"])
        score.counts["claims, gold"] = [hits, hits, len(row["claims"])]
        right = sum(any(_touch(g, s) for g in row["claims"]) for s in said)
        score.counts["claims, found"] = [right, len(said), right]


def _exact(a: Row, b: Row) -> bool:
    return bool(a["start"] == b["start"] and a["end"] == b["end"])


def _touch(a: Row, b: Row) -> bool:
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def _half(a: Row, b: Row) -> bool:
    shared = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return bool(2 * shared >= max(a["end"], b["end"]) - min(a["start"], b["start"]))


def _close(text: str) -> Any:
    """Compare quotes without spaces and the comma at their end."""
    return lambda a, b: (
        text[a["start"] : a["end"]].strip(" ,") == text[b["start"] : b["end"]].strip(" ,") and _touch(a, b)
    )


if __name__ == "__main__":
    main(sys.argv[1:])
