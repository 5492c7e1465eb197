"""Homes with a recording, with pairs gathered from it, and with what those certify applied; each is made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import recordings
from command import Scrimp
from fork_server import ForkServer


@pytest.fixture
def recorded(scrimp: Scrimp) -> Scrimp:
    """A recording with its prices, and a provider that answers from it."""
    return record(scrimp)


@pytest.fixture
def gathered(scrimp: Scrimp, gathered_once: Path) -> Scrimp:
    """The same, with 200 prompts put to all three models."""
    scrimp.copy(gathered_once)
    return scrimp


@pytest.fixture
def applied(scrimp: Scrimp, applied_once: Path) -> Scrimp:
    """The same, with its completions labeled by a check, and what that certifies applied."""
    scrimp.copy(applied_once)
    return scrimp


@pytest.fixture
def named(scrimp: Scrimp, named_once: Path) -> Scrimp:
    """The same with the prompts named sums."""
    scrimp.copy(named_once)
    return scrimp


@pytest.fixture(scope="session")
def gathered_once(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer) -> Path:
    place = tmp_path_factory.mktemp("gathered")
    words = ("tune", "shadow", "p.jsonl", *recordings.TEMPLATE, "--share", "100%", "--limit", "200")
    ran = record(Scrimp(place, forks))(*words)
    assert ran.status == 0, ran.err
    return place


@pytest.fixture(scope="session")
def applied_once(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer, gathered_once: Path) -> Path:
    place = tmp_path_factory.mktemp("applied")
    scrimp = Scrimp(place, forks)
    scrimp.copy(gathered_once)
    scrimp("tune", "label", "--check", recordings.ODD)
    ran = scrimp("tune", "apply")
    assert ran.status == 0, ran.err
    assert "1 route written" in ran.err
    return place


@pytest.fixture(scope="session")
def named_once(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer, gathered_once: Path) -> Path:
    place = tmp_path_factory.mktemp("named")
    scrimp = Scrimp(place, forks)
    scrimp.copy(gathered_once)
    scrimp("tune", "shadow", "p.jsonl", *recordings.TEMPLATE, "--share", "100%", "--limit", "200", "--route", "sums")
    scrimp("tune", "label", "--check", recordings.ODD)
    ran = scrimp("tune", "apply")
    assert ran.out.splitlines()[-1] == f"to run sums: scrimp run p.jsonl --template '{recordings.TEMPLATE[1]}'"
    return place


def record(scrimp: Scrimp) -> Scrimp:
    scrimp.file("recording.jsonl", recordings.text(recordings.rows(400)))
    scrimp.file("prices.json", json.dumps(recordings.PRICES))
    scrimp.config(recordings.CONFIG)
    recordings.prompts(scrimp, "p.jsonl", range(400))
    return scrimp
