"""Measure scrimp beside what it is compared with, and print one table of ratios.

    python tests/bench/run.py            about ten minutes
    python tests/bench/run.py --short    about a minute, with figures to match
    python tests/bench/run.py --only cached --only sixtyfour

It judges nothing: the exit status is 0 whatever the figures are, and 1 only if something crashed. scrimp is timed as a
whole process, with its stores on disk; the clients beside it only from their first call to their last.
Set TMPDIR to measure on another disk: what a commit costs decides some of the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, as pytest has it

from bench import provider
from bench.plan import Plan
from bench.processes import CrashError
from bench.rows import ask, cached, lossless, memory, refused, sixtyfour, start, thousand
from bench.table import Row, render
from scrimp import __version__

ROWS = {
    "start": start.measure,
    "ask": ask.measure,
    "cached": cached.measure,
    "thousand": thousand.measure,
    "sixtyfour": sixtyfour.measure,
    "refused": refused.measure,
    "memory": memory.measure,
    "lossless": lossless.measure,
}
# Memory goes first: what it puts into the cache need not be put there again for the others.
ORDER = sorted(ROWS, key=lambda name: name != "memory")

_LEGEND = """\
rows/s: scrimp as a whole process, from start to end, stores on disk. steady: the middle of the run, as the
provider saw it. calls/s of other clients: from their first call to their last, start and import left out."""


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    done: dict[str, list[Row]] = {name: [] for name in ROWS}
    with tempfile.TemporaryDirectory(prefix="scrimp-bench-") as folder:
        plan = Plan(folder=Path(folder), short=given.short, long=given.long, server=given.server)
        try:
            sound = [_measured(name, plan, done[name]) for name in ORDER if name in (given.only or ROWS)]
            status = 0 if all(sound) else 1
        except KeyboardInterrupt:
            status = 130
    print(f"scrimp {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, server: {given.server}")
    print(_LEGEND, end="\n\n")
    print(render(row for rows in done.values() for row in rows))
    return status


def _measured(name: str, plan: Plan, rows: list[Row]) -> bool:
    """Add the rows of one measurement as they come; return whether it came to its end."""
    print(f"bench: {name} ...", file=sys.stderr, flush=True)
    try:
        rows.extend(ROWS[name](plan))
    except CrashError as error:
        print(f"bench: {name}: {error}", file=sys.stderr)
        rows.append(Row(what=name, measured="crashed: see above"))
        return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="few rows and rounds")
    parser.add_argument("--long", action="store_true", help="memory with 1 000 000 rows, too")
    parser.add_argument("--only", action="append", choices=ROWS, metavar="NAME", help=f"one of {', '.join(ROWS)}")
    parser.add_argument("--server", choices=provider.SERVERS, default="ours", help="who plays the provider")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
