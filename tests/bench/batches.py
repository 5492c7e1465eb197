"""How fast the requests of a batch job are written, and in how much memory: python tests/bench/batches.py 10000 100000

Each number is of rows, of --bytes each. They are collected in a queue, so that no server is needed. A second line tells
the writing of the same requests alone: their lines, the file, synced, and their places in the store.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.flows.batch.outbox import Outbox, Target
from scrimp.providers.batches import batch_flow
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.store.batches.records import CallInShard, Job
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore

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
WANTED = 50  # MB/s
AT_ONCE = 1000  # requests made before the clock runs


class Taken(Struct):
    """What a command or a part of one took."""

    seconds: float
    processor: float
    memory: float = 0.0  # MB, the most


def measure(rows: int, size: int, folder: Path) -> str:
    """Collect so many rows, then write their requests once more; return what both took."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(CONFIG)
    collected = collect(rows, size, folder, home)
    files = sorted((home / "batches").glob("*.jsonl"))
    written = sum(path.stat().st_size for path in files) / 1e6
    if not written:
        raise SystemExit("it wrote nothing")
    started = start(folder, home)
    alone = write_again(files, folder / "again")
    planning = (collected.processor - started - alone.processor) / rows * 1e6
    told = (
        f"{rows:>9,} rows  {written:8.1f} MB  {collected.seconds:6.1f} s, of the processor {collected.processor:6.1f} s"
        f"  {written / collected.seconds:5.1f} MB/s, {written / collected.processor:5.1f} of the processor"
        f"  {collected.memory:4.0f} MB\n"
        f"          writing alone: {alone.seconds:6.1f} s, of the processor {alone.processor:6.1f} s"
        f"  {written / alone.seconds:5.1f} MB/s, {written / alone.processor:5.1f} of the processor\n"
    )
    if written / collected.processor >= WANTED:
        return told
    return (
        f"{told}          below {WANTED} MB/s, as all before the writing takes {planning:.0f} us a row, however short "
        f"it is (read, compressed, named, routed, made a request), and the start {started:.1f} s: rows have "
        f"{written / rows * 1e6:.0f} bytes, and {WANTED} MB/s leave {written / rows / WANTED * 1e6:.0f} us for each\n"
    )


def collect(rows: int, size: int, folder: Path, home: Path) -> Taken:
    """Run the command that collects the rows."""
    filler = ("word " * size)[:size]
    with (folder / "rows.jsonl").open("w") as file:
        file.writelines(json.dumps({"prompt": f"{number} {filler}"}) + "\n" for number in range(rows))
    return run(COMMAND, folder, home)


def start(folder: Path, home: Path) -> float:
    """Return the seconds of the processor that the command takes for one row."""
    (folder / "one").mkdir()
    (folder / "one" / "rows.jsonl").write_text('{"prompt": "one"}\n')
    return run(COMMAND, folder / "one", home).processor


def run(command: Sequence[str], folder: Path, home: Path) -> Taken:
    """Run a command; SystemExit where it fails."""
    env = os.environ | {"SCRIMP_HOME": str(home), "FAKE_KEY": "sk-bench-0123456789"}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *command], cwd=folder, env=env, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 6):
        raise SystemExit(f"it ended with {process.returncode}")
    return Taken(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def write_again(files: Sequence[Path], folder: Path) -> Taken:
    """Write the requests of files once more, as a pass does that has them ready."""
    folder.mkdir(mode=0o700)
    endpoint = Endpoint(name="fake", dialect="openai", flavour="openai", base_url="http://127.0.0.1:9/v1")
    flow = batch_flow(endpoint)
    if flow is None:
        raise SystemExit("it has no batches")
    store, target = BatchStore(folder / "batches.db"), Target("fake", "small", "/v1/chat/completions")
    job = Job(job="again", created=0.0, folder="", command=(), digest="")
    store.add_job(job)
    outbox = Outbox(job, store, Spool(folder / "batches"), clock=time.time, window=None)
    taken = Taken(0.0, 0.0)
    for some in _requests(files):
        began, processor = time.monotonic(), time.process_time()
        for call, request in some:
            outbox.add(target, flow, request, call)
        taken.seconds, taken.processor = _and(taken, began, processor)
    began, processor = time.monotonic(), time.process_time()
    outbox.close()
    taken.seconds, taken.processor = _and(taken, began, processor)
    store.close()
    return taken


def _and(taken: Taken, began: float, processor: float) -> tuple[float, float]:
    return taken.seconds + time.monotonic() - began, taken.processor + time.process_time() - processor


def _requests(files: Sequence[Path]) -> Iterator[list[tuple[CallInShard, HttpRequest]]]:
    made: list[tuple[CallInShard, HttpRequest]] = []
    for path in files:
        for line in path.read_bytes().splitlines():
            head, body = line.split(b',"body":', 1)
            key = bytes.fromhex(json.loads(head + b"}")["custom_id"])
            request = HttpRequest(url="http://127.0.0.1:9/v1/chat/completions", body=body[:-1])
            made.append((CallInShard(key, 1, 0, "rows.jsonl:1"), request))
            if len(made) == AT_ONCE:
                yield made
                made = []
    yield made


def main() -> None:
    """Measure each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument("--bytes", type=int, default=1000)
    given = parser.parse_args()
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(rows, given.bytes, Path(folder)), end="", flush=True)


if __name__ == "__main__":
    main()
