from __future__ import annotations

import json
from pathlib import Path

from bench.batches import measure


def test_the_bench_of_batches_measures_what_was_written(tmp_path: Path) -> None:
    told = measure(30, 200, tmp_path)
    file = max((tmp_path / "home" / "batches").glob("*.jsonl"), key=lambda path: path.stat().st_size)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 30
    assert "30 rows" in told
    (again,) = (tmp_path / "again" / "batches").glob("*.jsonl")
    assert again.read_bytes() == file.read_bytes()
    assert "writing alone" in told
