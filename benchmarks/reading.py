"""The measured quality and speed of reading: each sub-command prints one JSON object.

    python benchmarks/reading.py muc FILE.jsonl.gz [--train FILE.jsonl.gz]   roles in MUC-4 texts
    python benchmarks/reading.py re3d FOLDER [--others FOLDER]               names in re3d reports
    python benchmarks/reading.py plover FILE                                 who does what to whom in CAMEO's examples
    python benchmarks/reading.py speed DATA                                  words a second, with and without spaCy
    python benchmarks/reading.py essay FILE [--bare]                         the essay against our gold
    python benchmarks/reading.py texts [--bare]                              our 30 texts against their gold
    python benchmarks/reading.py misses texts|essay FILE                     what was missed there

The first four are modules beside this one, `reading_NAME.py`, with `describe(parser)` for their arguments and
`measure(arguments)` for their figures; the last three are `reading_essay.py`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence

MEASURED = ("muc", "re3d", "plover", "speed")
ON_GOLD = ("essay", "texts", "misses")


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in ON_GOLD:
        importlib.import_module("reading_essay").main(words)
        return 0
    parser = argparse.ArgumentParser(description="Measured quality and speed of reading, as JSON.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join((*MEASURED, *ON_GOLD)))
    for name in MEASURED:
        module = importlib.import_module(f"reading_{name}")
        command = commands.add_parser(name, help=(module.__doc__ or "").partition("\n")[0])
        module.describe(command)
        command.set_defaults(measure=module.measure)
    given = parser.parse_args(words)
    print(json.dumps(given.measure(given), indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
