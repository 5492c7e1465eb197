from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

OPEN_AT = """
import sys, time
from pathlib import Path
from scrimp.store.cache import SqliteCache
from scrimp.store.ledger import Ledger
while time.time() < float(sys.argv[2]):
    pass
SqliteCache(Path(sys.argv[1]) / "cache.db").close()
Ledger(Path(sys.argv[1]) / "ledger.db").close()
"""


def test_many_that_make_a_store_at_the_same_moment_see_no_lock(tmp_path: Path) -> None:
    for number in range(3):
        words = [sys.executable, "-c", OPEN_AT, str(tmp_path / str(number)), str(time.time() + 0.8)]
        many = [subprocess.Popen(words, stderr=subprocess.PIPE) for _ in range(10)]
        assert [process.communicate(timeout=50)[1] for process in many] == [b""] * 10
