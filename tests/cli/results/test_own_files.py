from __future__ import annotations

import os
from pathlib import Path

import pytest

from command import Scrimp
from fake_provider import FakeProvider

KEPT = (
    "cache.db",
    "ledger.db",
    "ledger.db-wal",
    "config.toml",
    "tuned.toml",
    "trusted.json",
    "own-prices.json",
    "batches.db",
)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    key = scrimp.file("key", "sk-file-0123456789abcdef")
    more = f'[providers.other]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9"\nkey_file = "{key}"\n'
    scrimp.provider(provider.url, more=more)
    scrimp.file("scrimp.toml", "[defaults]\nconcurrency = 2\n")
    scrimp.file("rows.csv", "id,text\ncache,hi\n")
    assert scrimp("run", "rows.csv", "-q").status == 0
    os.link(scrimp.home / "cache.db", scrimp.cwd / "hard")
    (scrimp.cwd / "link").symlink_to(scrimp.home / "ledger.db")
    return scrimp


def contents(scrimp: Scrimp) -> dict[Path, bytes]:
    """What is in the home and beside the rows; of a database, which has notes of runs, only what it is."""
    folders = (scrimp.home, scrimp.cwd)
    databases = ("cache.db", "ledger.db", "hard", "link")
    return {
        path: path.read_bytes()[: 16 if path.name in databases else None]
        for folder in folders for path in folder.iterdir()
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }  # fmt: skip


def test_no_output_takes_the_place_of_a_file_that_scrimp_keeps(ready: Scrimp, provider: FakeProvider) -> None:
    before, home = contents(ready), ready.home
    kept = [str(home / name) for name in KEPT] + ["hard", "link", "scrimp.toml", "key"]
    refused = [ready("run", "rows.csv", flag, file) for flag in ("-o", "--summary-file") for file in kept]
    refused += [ready("cache", "export", file) for file in kept]
    refused.append(ready("run", "rows.csv", "-o", f"{home}/{{id}}.db"))

    assert {(ran.status, ran.out) for ran in refused} == {(2, "")}, [ran for ran in refused if ran.status != 2]
    assert all("is one of scrimp's own files: name another file" in ran.err for ran in refused)
    assert contents(ready) == before
    assert ready("run", "rows.csv").rows[0]["cache"] == "hit"
    assert len(provider.bodies) == 1


def test_other_files_of_the_home_may_be_written(ready: Scrimp) -> None:
    for words in (("run", "rows.csv", "-q", "-o"), ("cache", "export")):
        assert ready(*words, str(ready.home / "rows.jsonl")).status == 0
    assert ready("run", "rows.csv", "-q", "--summary-file", str(ready.home / "bill.json")).status == 0
