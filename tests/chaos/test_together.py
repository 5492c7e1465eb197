"""Eight runs of the same rows that start together, of which half are killed at any moment and the others go on."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from random import Random

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider
from scrimp.store.cache_file import CacheFile
from scrimp.store.journal import Journal
from scrimp.values import Entry

ROWS, RUNS, WIDTH = 160, 8, 3


@pytest.mark.timeout(120)
def test_eight_runs_that_start_die_and_recover_together_pay_once_for_each_row(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    chance, go_on = Random(5), provider.hold()
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"row {number}"}) + "\n" for number in range(ROWS)))
    runs = [
        scrimp.start("run", "rows.jsonl", "-q", "-j", str(WIDTH), "-o", f"{number}.jsonl", stderr=subprocess.PIPE)
        for number in range(RUNS)
    ]
    killed = 0
    for run in chance.sample(runs, RUNS // 2):
        seen = len(provider.bodies) + chance.randint(1, ROWS // RUNS)
        held, go_on = go_on, provider.hold(after=seen)
        held.set()
        wait_until(lambda seen=seen: len(provider.bodies) >= seen)  # type: ignore[misc]  # bound at once
        killed += run.poll() is None
        run.send_signal(signal.SIGKILL)
    go_on.set()
    ends = [(run.communicate(timeout=100)[1], run.returncode) for run in runs]
    after = scrimp("run", "rows.jsonl", "--fields", "index,status")

    assert killed
    assert {status for _, status in ends} == {0, -signal.SIGKILL}
    assert not any(b"Traceback" in err for err, _ in ends)
    assert (after.status, [row["index"] for row in after.rows]) == (0, list(range(ROWS)))
    assert {row["status"] for row in after.rows} == {"ok"}
    in_flight = killed * WIDTH
    assert ROWS <= len(provider.bodies) <= ROWS + in_flight
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        entries = db.execute("SELECT key, status FROM entries").fetchall()
    paid = Counter(key for key, status in entries if status == "paid")
    assert (len(paid), set(paid.values())) == (ROWS, {1})
    assert len(provider.bodies) <= len(entries) <= len(provider.bodies) + in_flight
    assert {status for _, status in entries} <= {"paid", "lost"}
    assert not list(scrimp.home.glob("in-flight-*"))


def test_what_a_run_that_is_about_to_end_has_in_its_journal_is_not_paid_for_again(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", json.dumps({"text": "a row"}) + "\n")
    scrimp("run", "rows.jsonl")
    with closing(CacheFile(scrimp.home / "cache.db")) as cache:
        [completion] = cache.completions()
    for database in (*scrimp.home.glob("cache.db*"), *scrimp.home.glob("ledger.db*")):
        database.unlink()
    dying = Journal(scrimp.home, "another")  # locked, as the kernel leaves it when it has freed the claims
    entry = Entry(
        call="c", run="another", time=completion.created, provider="fake", model="m", status="paid", seconds=0.0,
        key=completion.key.hex(),
    )  # fmt: skip
    dying.record_begun(entry)
    dying.record_settled([entry], time=completion.created, completion=(completion.key, completion.answer))

    meanwhile = scrimp("run", "rows.jsonl", "--fields", "index,status,cache")
    dying.close()
    afterwards = scrimp("cost", "--json")

    assert (len(provider.bodies), meanwhile.rows) == (1, [{"index": 0, "status": "ok", "cache": "hit"}])
    assert [each["calls"] for each in json.loads(afterwards.out)] == [1]
