"""The full counts: `python3 dev.py trust`, or `python -m tests.trust` in the virtual environment."""

from __future__ import annotations

import argparse
import sys
import time

from tests.trust import frame
from tests.trust.parts import PARTS


def main() -> int:
    """Run the parts that are named, or all, and write their rows into the docs; return the exit code."""
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="dev.py trust", description=frame.__doc__)
    parser.add_argument("names", nargs="*", metavar="PART", help=f"one of {', '.join(names)} (default: all)")
    parser.add_argument(
        "--count", type=int, default=0, help="try so many instead of the full count; the table stays as it is"
    )
    parser.add_argument(
        "--record", action="store_true", help="write into the table what --count tried, and that it did"
    )
    parser.add_argument(
        "--minutes", type=int, default=0, help="of the processor, for each target of `fuzzed` in all runs so far"
    )
    parser.add_argument("--seed", type=int, default=frame.SEED, help="other cases than those of the docs (%(default)s)")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(names)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    failed = [part.name for part in PARTS if part.name in (chosen.names or names) and not _run(part, chosen)]
    if failed:
        print(f"not as it should be: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(part: frame.Part, chosen: argparse.Namespace) -> bool:
    began = time.monotonic()
    print(f"{part.name} …", file=sys.stderr, flush=True)
    try:
        asked = (chosen.minutes if part.timed else 0) or chosen.count
        figures = list(part.run(asked or part.full, chosen.seed))
    except AssertionError as fault:
        print(f"{part.name} with --seed {chosen.seed}: {fault}", file=sys.stderr, flush=True)
        return False
    lines = frame.rows(frame.command(part.name, chosen.count, chosen.seed), figures, time.monotonic() - began)
    print("".join(lines), end="", flush=True)
    if chosen.record or not chosen.count:
        known = frame.known() | {part.name: lines}
        frame.write(known, [item.name for item in PARTS])
    return True


if __name__ == "__main__":
    sys.exit(main())
