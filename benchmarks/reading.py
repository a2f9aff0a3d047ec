"""The measured quality and speed of reading: each sub-command prints one JSON object.

    python benchmarks/reading.py muc FILE.jsonl.gz [--train FILE.jsonl.gz]   roles in MUC-4 texts
    python benchmarks/reading.py re3d FOLDER [--others FOLDER]               names in re3d reports
    python benchmarks/reading.py plover FILE                                 who does what to whom in CAMEO's examples
    python benchmarks/reading.py speed DATA                                  tokens a second, with and without spaCy

Each sub-command is a module beside this one, `reading_NAME.py`, with `describe(parser)` for its arguments and
`measure(arguments)` for its figures.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measured quality and speed of reading, as JSON.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in sorted(path.stem.removeprefix("reading_") for path in FOLDER.glob("reading_*.py")):
        module = importlib.import_module(f"reading_{name}")
        if not hasattr(module, "measure"):
            continue  # scoring that several of them share
        command = commands.add_parser(name, help=(module.__doc__ or "").partition("\n")[0])
        module.describe(command)
        command.set_defaults(measure=module.measure)
    given = parser.parse_args(arguments)
    print(json.dumps(given.measure(given), indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER))
    raise SystemExit(main())
