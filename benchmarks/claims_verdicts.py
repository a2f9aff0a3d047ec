"""Are verdicts right? Claims whose truth is planted, over many seeds, with the data full and thinned.

    python benchmarks/claims_verdicts.py --seeds 100 --out verdicts.jsonl

Each seed draws the scene `takeover`: which of its claims hold is decided by a coin for each, and the conflict is drawn
so. The case is written twice, whole and thinned to a share of its rows, read as any case is, and its claims are judged.
Results are kept line by line, and a run that was broken off goes on where it stopped. Charts and the search for changes
at other dates are left out, for no verdict looks at them.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import salience
from salience.errors import SalienceError
from salience.questions.catalogue import question_names
from salience.questions.change.fits import Common
from salience.worlds import write_scene

SCENE, THINNED = "takeover", 0.04


def main() -> None:
    """Judge the claims of every seed that is not in the file yet, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=201, help="the first 200 served to set up the scene")
    parser.add_argument("--kept", type=float, nargs="*", default=[1.0, THINNED])
    parser.add_argument("--out", type=Path, default=Path("verdicts.jsonl"))
    given = parser.parse_args()
    leave_out_charts()
    done = {(row["seed"], row["kept"]) for row in read_rows(given.out)}
    for kept in given.kept:
        for seed in range(given.first, given.first + given.seeds):
            if (seed, kept) not in done:
                with given.out.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(judge_seed(seed, kept), ensure_ascii=False) + "\n")
    print(tabulate(read_rows(given.out)))


def leave_out_charts() -> None:
    """Let no question draw charts, look for changes at other dates, nor work out what it would have seen."""
    for name in question_names():
        asked = import_module(f"salience.questions.{name}.ask")
        if hasattr(asked, "_figures"):
            asked._figures = lambda *args, **kwargs: ()
        if hasattr(asked, "find_changes"):
            asked.find_changes = lambda *args, **kwargs: None
    Common.smallest = lambda *args, **kwargs: (-math.inf, math.inf)  # type: ignore[method-assign]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return what is kept of earlier runs."""
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    )


def judge_seed(seed: int, kept: float) -> dict[str, Any]:
    """Draw a scene, read it, judge its claims; return truth and verdict of each."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "case"
        scene = write_scene(where, SCENE, seed, kept=kept)
        truth = {each.claim: each for each in scene.truths}
        claims: dict[str, Any] = {}
        with salience.open(where) as case:
            try:
                for given in case.file.inputs:
                    case.add(where / given.file, given.importer, where / given.map if given.map else None)
            except SalienceError as error:
                return {"seed": seed, "kept": kept, "error": str(error), "claims": {}}
        # Read only: nothing is settled anew before each question.
        with salience.open(where, read_only=True) as case:
            try:
                verdicts = case.judge()
            except SalienceError as error:
                return {"seed": seed, "kept": kept, "error": str(error), "claims": {}}
        for verdict in verdicts:
            if verdict.id in truth:
                known = truth[verdict.id]
                parts = [
                    {
                        "quantity": part.quantity,
                        "verdict": part.verdict,
                        "reason": part.reason,
                        "why": part.why[:160],
                        "chance": part.chance,
                        "ends": [part.estimate.value, part.estimate.low, part.estimate.high]
                        if part.estimate
                        else None,
                    }
                    for part in verdict.parts
                ]
                claims[verdict.id] = {
                    "holds": known.holds, "planted": known.planted, "verdict": verdict.verdict,
                    "reason": verdict.reason, "truth": [part.value for part in known.parts], "parts": parts,
                }  # fmt: skip
    return {
        "seed": seed,
        "kept": kept,
        "seconds": round(time.process_time() - began, 1),
        "claims": claims,
    }


def tabulate(rows: list[dict[str, Any]]) -> str:
    """Return the table: by claim, truth and data, how many seeds gave which verdict."""
    count: Counter[tuple[str, bool, float, str]] = Counter()
    reasons: Counter[tuple[float, str]] = Counter()
    names: list[str] = []
    for row in rows:
        for name, claim in row["claims"].items():
            names += [name] if name not in names else []
            count[name, claim["holds"], row["kept"], claim["verdict"]] += 1
            if claim["reason"]:
                reasons[row["kept"], claim["reason"]] += 1
    shares = sorted({row["kept"] for row in rows}, reverse=True)
    lines = [
        "| claim | it is | " + " | ".join(f"{_name(k)}: right | undecided | wrong" for k in shares) + " |",
        "|---|---|" + "---|---|---|" * len(shares),
    ]
    for name in [*names, "all"]:
        for holds in (True, False):
            cells = []
            for kept in shares:
                found = Counter[str]()
                for (claim, held, share, verdict), n in count.items():
                    if held == holds and share == kept and name in (claim, "all"):
                        found[verdict] += n
                right, wrong = ("supported", "contradicted") if holds else ("contradicted", "supported")
                total = sum(found.values())
                cells.append(f"{found[right]} of {total} | {found['undecided']} | {found[wrong]}")
            lines.append(f"| {name} | {'true' if holds else 'false'} | " + " | ".join(cells) + " |")
    ranked = sorted(reasons.items(), key=lambda each: (-each[0][0], -each[1]))
    why = "; ".join(f"{_name(kept)}, {reason}: {n}" for (kept, reason), n in ranked)
    lines += ["", f"Why undecided: {why}"]
    errors = [f"seed {row['seed']}, {_name(row['kept'])}: {row['error']}" for row in rows if "error" in row]
    spent = sorted(row["seconds"] for row in rows if "seconds" in row)
    if spent:
        lines.append(
            f"{len(rows)} cases, {len(errors)} refused; median {spent[len(spent) // 2]} s of CPU a case."
        )
    return "\n".join([*lines, *errors])


def _name(kept: float) -> str:
    return "all data" if kept == 1 else f"{100 * kept:g} % of the data"


if __name__ == "__main__":
    main()
