"""How fast the requests of a batch job are written, and in how much memory: python tests/bench/batches.py 10000 100000

Each number is of rows, of --bytes each. They are collected in a queue, so that no server is needed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "http://127.0.0.1:9/v1"
key_env = "FAKE_KEY"
[models."fake/small"]
price = { input = 1.0, output = 10.0 }
"""
COMMAND = ("-m", "scrimp", "batch", "submit", "rows.jsonl", "--model", "fake/small", "--queue", "bench")


def measure(rows: int, size: int, folder: Path) -> str:
    """Collect so many rows; return what that took."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(CONFIG)
    filler = ("word " * size)[:size]
    with (folder / "rows.jsonl").open("w") as file:
        file.writelines(json.dumps({"prompt": f"{number} {filler}"}) + "\n" for number in range(rows))
    env = os.environ | {"SCRIMP_HOME": str(home), "FAKE_KEY": "sk-bench-0123456789"}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *COMMAND], cwd=folder, env=env, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
    written = sum(path.stat().st_size for path in (home / "batches").glob("*.jsonl")) / 1e6
    if process.returncode not in (0, 6) or not written:
        raise SystemExit(f"it ended with {process.returncode}")
    return (
        f"{rows:>9,} rows  {written:8.1f} MB  {seconds:6.1f} s, of the processor {processor:6.1f} s  "
        f"{written / seconds:5.1f} MB/s, {written / processor:5.1f} of the processor  {used.ru_maxrss / 1024:4.0f} MB"
    )


def main() -> None:
    """Measure each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument("--bytes", type=int, default=1000)
    given = parser.parse_args()
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(rows, given.bytes, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
