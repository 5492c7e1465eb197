from __future__ import annotations

from pathlib import Path

from bench.shared import Bench
from redis_server import redis_server


def test_the_bench_of_machines_counts_what_was_called_twice(tmp_path: Path) -> None:
    with redis_server():  # skips where there is none
        pass
    told = Bench(tmp_path, 20).overlap()

    assert told.startswith("{'ok hit': 40, 'ok miss': 40}; 40 calls of 40 prompts, 0 made before; "), told
    assert "40 completions and 0 claims on the server" in told
