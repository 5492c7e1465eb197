"""How fast `compress lossless` goes through prose, beside reading the same file."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from bench import prose
from bench.plan import Plan
from bench.table import Row, times
from scrimp.compress import compress

_END = "\0"


def measure(plan: Plan) -> Iterator[Row]:
    path = plan.folder / "prose.txt"
    path.write_bytes(_END.join(prose.texts(plan.size(20_000_000, 4_000_000))).encode())
    texts = path.read_bytes().decode().split(_END)
    reading: list[float] = []
    compressing: list[float] = []
    for _ in range(plan.size(7, 3)):
        reading.append(_seconds(lambda: path.read_bytes().decode()))
        compressing.append(_seconds(lambda: [compress(text, "lossless") for text in texts]))
    size = path.stat().st_size / 1e6
    ours, read = size / statistics.median(compressing), size / statistics.median(reading)
    yield Row(
        what=f"lossless, {size:,.0f} MB of prose",
        measured=f"{ours:,.1f} MB/s",
        beside=f"reading the file {read:,.0f} MB/s",
        ratio=times(ours / read),
        asked="20 MB/s",
    )


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
