"""A disk that fills up in the middle of a run, and has room again for the next one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from command import Scrimp
from fake_provider import FakeProvider

ROWS = 1500
# Bytes of the disk for a row that was kept: those of both stores, and what the journal and SQLite's logs need besides.
MOST_BYTES = 1000
SCRIPT = """
mount -t tmpfs -o size=1m,mode=700 tmpfs "$SCRIMP_HOME" && cp config.toml "$SCRIMP_HOME" || exit 99
"$@" -o first.jsonl 2>first.err
echo $? >first.status
mount -o remount,size=64m "$SCRIMP_HOME"
"$@" -o second.jsonl 2>second.err
echo $? >second.status
cp "$SCRIMP_HOME"/ledger.db* .
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare")
@pytest.mark.timeout(120)
def test_a_small_disk_is_filled_to_its_last_rows_and_nothing_is_paid_twice(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    shutil.copy(scrimp.home / "config.toml", scrimp.cwd)
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"row {number}"}) + "\n" for number in range(ROWS)))
    words = [*scrimp.program, "run", "rows.jsonl", "-j", "8", "-q", "--fields", "index,status"]
    ran = subprocess.run(
        ["unshare", "-m", "sh", "-c", SCRIPT, "-", *words], cwd=scrimp.cwd, env=scrimp.env, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if ran.returncode == 99 or "unshare:" in ran.stderr:
        pytest.skip(f"a file system cannot be mounted here: {ran.stderr.strip()}")
    read = {path.name: path.read_text(encoding="utf-8") for path in scrimp.cwd.iterdir() if "ledger" not in path.name}
    first, second = ([json.loads(line) for line in read[f"{run}.jsonl"].splitlines()] for run in ("first", "second"))
    kept = sum(row["status"] == "ok" for row in first)
    with closing(sqlite3.connect(scrimp.cwd / "ledger.db")) as db:
        paid = db.execute("SELECT count(*), count(DISTINCT key), sum(status = 'paid') FROM entries").fetchone()

    assert read["first.status"] == "2\n"
    assert "free some space, or set SCRIMP_HOME to another disk" in read["first.err"]
    assert f"{kept:,} rows answered and kept" in read["first.err"]
    assert (1 << 20) / kept < MOST_BYTES
    assert (read["second.status"], read["second.err"]) == ("0\n", "")
    assert [row["status"] for row in second] == ["ok"] * ROWS
    assert len(provider.bodies) == ROWS
    assert paid == (ROWS, ROWS, ROWS)
