"""How long `scrimp cost` takes over a large ledger: `ledger_size.py [CALLS] [--scattered] [--older] [--keep DIR]`.

The ledger has calls of 90 days, of runs of 10 000 rows by a few models for some users and tasks, made by SQL; with
`--scattered` every call has a user, a route and a run of its own choice, as those of a server for many would; with
`--older` the ids are text, as versions before 16 of the schema stored them, and the file is to be migrated. Prints the
seconds and the most memory of the first command, which adds up all of it, and of others.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from scrimp.store.encoding.packed_ids import packed_call, packed_key

ROOT = Path(__file__).resolve().parent.parent.parent
DAYS, PER_RUN = 90, 10_000
_CHUNK = 1_000_000
# Of a call n: h0 to h5 are numbers that look random, of 20 bits each, the same at every start.
_HASHED = """
    WITH RECURSIVE n (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM n WHERE n < :last),
    h AS (
        SELECT n, n / :per_run AS r, n % :per_run AS i,
        ((n * 2654435761) >> 12) & 1048575 AS h0, ((n * 2246822519 + 7) >> 11) & 1048575 AS h1,
        ((n * 3266489917 + 3) >> 13) & 1048575 AS h2, ((n * 668265263 + 5) >> 10) & 1048575 AS h3 FROM n
    )
"""
_ROWS = """
    INSERT INTO entries (
        call, run, time, provider, model, status, seconds, input, output, cache_read, cache_write, cache_write_long,
        reasoning, cost_nano, cost_pico, price, estimated, tier, chain, step, http, error, key, route, user, tags,
        signature, effort, escalated
    )
    SELECT
        packed_call(printf('%018x-%07d', r, i)),
        strftime('%Y%m%d-%H%M%S-', began, 'unixepoch') || printf('%06x', by_run),
        began + i * 0.1, CASE WHEN m = 3 THEN 'anthropic' ELSE 'openai' END,
        CASE m WHEN 0 THEN 'gpt-6-luna' WHEN 1 THEN 'gpt-6.1-terra' WHEN 2 THEN 'gpt-6.2-sol'
                                                   ELSE 'claude-opus-5-5' END,
        status, 0.2 + (h1 % 997) * (h2 % 991) / 200000.0 + m, tokens, out, tokens / 2, 0, 0, reasoning,
        CASE WHEN status IN ('failed', 'lost') THEN CASE status WHEN 'failed' THEN 0 END
             WHEN h3 % 5000 = 0 THEN NULL ELSE (tokens * 100 + out * 500) * (1 + m * m * 3) END,
        CASE WHEN status = 'paid' AND h3 % 5000 <> 0 THEN h3 % 1000 ELSE 0 END,
        '2026-11-09', 0, CASE m WHEN 0 THEN 'simple' WHEN 1 THEN 'medium' ELSE 'high' END,
        CASE WHEN by_run % 3 = 0 THEN 'careful' END, min(m, 2), CASE status WHEN 'failed' THEN 429 ELSE 200 END,
        CASE status WHEN 'failed' THEN 'too many requests: slow down' END,
        packed_key(printf('%016x%016x%016x%016x', n * 40503, n * 30011, n * 20011, n)), printf('route-%d', by_run % 20),
        printf('user-%d', by_run % 50), printf('{"team":"team-%d"}', by_run % 5), printf('task-%d', by_run % 40),
        CASE WHEN m = 2 THEN CASE by_run % 2 WHEN 0 THEN 'low' ELSE 'high' END END,
        CASE WHEN by_run % 3 = 0 AND status = 'paid' THEN m > 1 END
    FROM (
        SELECT *, CASE WHEN h0 % 100 < 70 THEN 0 WHEN h0 % 100 < 90 THEN 1 WHEN h0 % 100 < 97 THEN 2 ELSE 3 END AS m,
        CASE WHEN h1 % 1000 < 970 THEN 'paid' WHEN h1 % 1000 < 980 THEN 'truncated' WHEN h1 % 1000 < 995 THEN 'failed'
             ELSE 'lost' END AS status,
        CASE WHEN h1 % 1000 < 980 THEN 200 + h2 % 3000 END AS tokens,
        CASE WHEN h1 % 1000 < 980 THEN 5 + h3 % 400 END AS out,
        CASE WHEN h1 % 1000 < 980 THEN h3 % 7 * (h0 % 100 >= 90) END AS reasoning,
        CASE WHEN :scattered THEN h2 ELSE r END AS by_run,
        :start + (CASE WHEN :scattered THEN h2 ELSE r END) * :apart AS began FROM h
    )
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="?", type=int, default=100_000)
    parser.add_argument("--scattered", action="store_true")
    parser.add_argument("--older", action="store_true")
    parser.add_argument("--keep", metavar="DIR", help="make the ledger there, or use that one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(given.keep or temporary)
        if not (home / "ledger.db").exists():
            began = time.perf_counter()
            make_ledger(home, given.calls, scattered=given.scattered, older=given.older)
            size = (home / "ledger.db").stat().st_size / 1e9
            print(f"made {given.calls:,} calls, {size:.2f} GB, in {time.perf_counter() - began:.0f} s", flush=True)
        measure(home)


def make_ledger(home: Path, calls: int, *, scattered: bool = False, older: bool = False) -> None:
    """Make a ledger of so many calls, the last of them now."""
    home.mkdir(parents=True, exist_ok=True)
    run(home, "cost")  # which creates it
    runs = 1 << 20 if scattered else max(1, calls // PER_RUN)
    with closing(sqlite3.connect(home / "ledger.db", isolation_level=None)) as db:
        for pack in (packed_call, packed_key):
            db.create_function(pack.__name__, 1, str if older else pack, deterministic=True)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -500000")
        fixed = {
            "per_run": PER_RUN, "scattered": scattered, "start": time.time() - DAYS * 86_400 - 1_000,
            "apart": DAYS * 86_400 / runs,
        }  # fmt: skip
        for first in range(0, calls, _CHUNK):
            last = min(first + _CHUNK, calls) - 1
            db.execute(_HASHED + _ROWS, {**fixed, "first": first, "last": last})
        if older:
            db.execute("PRAGMA user_version = 15")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(home: Path) -> None:
    for words in (
        ("cost", "--since", "30d", "--by", "model"), ("cost", "--since", "30d", "--by", "model"), ("cost",),
        *(
            ("cost", "--since", "30d", "--by", word)
            for word in ("arm", "tier", "route", "user", "task", "run", "day", "status", "tag:team")
        ),
    ):  # fmt: skip
        seconds, peak, lines = run(home, *words)
        print(f"{seconds:7.2f} s {peak / 1e6:6.0f} MB {lines:6} lines  scrimp {' '.join(words)}", flush=True)


def run(home: Path, *words: str) -> tuple[float, int, int]:
    """Run a command; return its seconds, the most memory it held, and the lines it printed."""
    env = os.environ | {"SCRIMP_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    began = time.perf_counter()
    peak = [sys.executable, "-I", "-S", str(ROOT / "tests/bench/peak.py")]
    ran = subprocess.run(
        [*peak, sys.executable, "-m", "scrimp", *words], env=env, cwd=home, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if ran.returncode:
        sys.exit(ran.stderr)
    *lines, last = ran.stdout.splitlines()
    return seconds, int(last), len(lines)


if __name__ == "__main__":
    main()
