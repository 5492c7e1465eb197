"""How fast `compress lossless` goes through prose and JSON, beside reading the same file."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import json_texts, prose
from bench.plan import Plan
from bench.table import Row, times
from scrimp.compress import compress

_END = "\0"


def measure(plan: Plan) -> Iterator[Row]:
    page = _END.join(prose.texts(plan.size(20_000_000, 4_000_000)))
    yield _row(plan, "prose", page, "100 MB/s")
    for kind, text in json_texts.kinds(plan.size(2_000_000, 400_000)).items():
        yield _row(plan, kind, text, "20 MB/s")


def _row(plan: Plan, kind: str, text: str, asked: str) -> Row:
    path: Path = plan.folder / "lossless.txt"
    path.write_bytes(text.encode())
    texts = text.split(_END)
    reading: list[float] = []
    compressing: list[float] = []
    for _ in range(plan.size(7, 3)):
        reading.append(_seconds(lambda: path.read_bytes().decode()))
        compressing.append(_seconds(lambda: [compress(one, "lossless") for one in texts]))
    size = path.stat().st_size / 1e6
    ours, read = size / statistics.median(compressing), size / statistics.median(reading)
    return Row(
        what=f"lossless, {size:,.1f} MB: {kind}",
        measured=f"{ours:,.1f} MB/s",
        beside=f"reading the file {read:,.0f} MB/s",
        ratio=times(ours / read),
        asked=asked,
    )


def _seconds(act: Callable[[], object]) -> float:
    """Return processor time: this program has no other threads, and the machine may have other work."""
    begun = time.process_time()
    act()
    return time.process_time() - begun
