"""Each command once as a whole process, from the installed script on; most other tests fork (see fork_server)."""

from __future__ import annotations

import json

import pytest

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.cli.startup.lazy_group import COMMANDS

LINES = {
    "ask": ("ask", "hi", "--choices", "echo: hi,no"),
    "batch": ("batch", "list"),
    "cache": ("cache", "stats"),
    "completion": ("completion", "bash"),
    "compress": ("compress", "text.txt"),
    "config": ("config", "path"),
    "cost": ("cost",),
    "doctor": ("doctor",),
    "help": ("help",),
    "estimate": ("estimate", "rows.jsonl"),
    "local": ("local", "--help"),
    "models": ("models",),
    "prices": ("prices", "list"),
    "route": ("route", "rows.jsonl"),
    "run": ("run", "rows.jsonl"),
    "runs": ("runs", "list"),
    "tune": ("tune", "--help"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_runs_from_its_very_start(scrimp: Scrimp, provider: FakeProvider, name: str) -> None:
    scrimp.provider(provider.url)
    scrimp.file("text.txt", "One  two.\n")
    scrimp.file("rows.jsonl", json.dumps({"text": "hi"}) + "\n")
    ran = scrimp.process(*LINES[name])

    assert (ran.status, ran.out != "", "Traceback" in ran.err) == (0, True, False), ran.err
