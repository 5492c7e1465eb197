from __future__ import annotations

import json
from pathlib import Path

import pytest

import recordings
from command import Scrimp


def test_what_is_not_recorded_fails_as_it_would_at_a_provider(recorded: Scrimp) -> None:
    recorded.file("more.jsonl", json.dumps({"text": "What is not recorded?"}) + "\n")
    unknown = recorded("run", "more.jsonl")
    model = recorded("run", "p.jsonl", "--limit", "1", "--model", "rec/nobody")
    recorded.file("recording.jsonl", recordings.text(recordings.rows(2, texts=False)))
    textless = recorded("run", "p.jsonl", "--limit", "1", "--cache", "off")

    assert [ran.status for ran in (unknown, model, textless)] == [4, 4, 4]
    assert "not in the recording" in unknown.rows[0]["error"]["message"]
    assert "no reply of nobody is recorded" in model.err
    assert "not its text" in textless.rows[0]["error"]["message"]


def test_a_recording_that_is_not_there_is_a_sentence(scrimp: Scrimp) -> None:
    scrimp.config(recordings.CONFIG)
    recordings.prompts(scrimp, "p.jsonl", range(2))
    ran = scrimp("run", "p.jsonl")

    assert ran.status == 2
    assert "recording.jsonl cannot be read" in ran.err
    assert "Traceback" not in ran.err


def test_replayed_calls_cost_what_was_recorded(recorded: Scrimp) -> None:
    (row,) = recorded("run", "p.jsonl", "--limit", "1", "--model", "rec/gpt-tiny").rows

    assert row["output"] == "7"
    assert (row["usage"]["input"], row["usage"]["output"]) == (20, 4)
    assert row["cost_usd"] == pytest.approx((20 * 0.1 + 4 * 0.4) / 1e6)


def test_a_file_of_the_ledgers_name_does_not_hide_the_ledger(recorded: Scrimp) -> None:
    Path(recorded.cwd / "ledger").write_text("", encoding="utf-8")

    assert "collect pairs with scrimp tune shadow" in recorded("tune", "replay").err
