"""Homes with a recording, with pairs gathered from it, and with what those certify applied."""

from __future__ import annotations

import json

import pytest

import recordings
from command import Scrimp


@pytest.fixture
def recorded(scrimp: Scrimp) -> Scrimp:
    """A recording with its prices, and a provider that answers from it."""
    scrimp.file("recording.jsonl", recordings.text(recordings.rows(400)))
    scrimp.file("prices.json", json.dumps(recordings.PRICES))
    scrimp.config(recordings.CONFIG)
    recordings.prompts(scrimp, "p.jsonl", range(400))
    return scrimp


@pytest.fixture
def gathered(recorded: Scrimp) -> Scrimp:
    """The same, with 200 prompts put to all three models."""
    ran = recorded("tune", "shadow", "p.jsonl", "--share", "100%", "--limit", "200")
    assert ran.status == 0, ran.err
    return recorded


@pytest.fixture
def applied(gathered: Scrimp) -> Scrimp:
    gathered("tune", "label", "--check", recordings.ODD)
    ran = gathered("tune", "apply")
    assert ran.status == 0, ran.err
    assert "1 route written" in ran.err
    return gathered
