"""A route that is applied sends on what answers nothing, as its certificate supposed."""

from __future__ import annotations

import json

import pytest

import recordings
from command import Scrimp

ROUTE = """
[[routes]]
signature = "sums"
steps = ["rec/gpt-tiny", "rec/gemini-tiny", "rec/claude-large"]
signal = "{signal}"
policy = "a policy"
flagship = "rec/claude-large"
target = 0.9
risk = 0.05
bound = 0.95
pairs = 200
below = 0.5
saved = 0.5
certified = "2026-11-09T14:03:21Z"
"""
WORDS = ("I don't know.", "N/A", "unknown", "I'm sorry, but I can't help with that.", "null")


@pytest.mark.parametrize("signal", ["agreement", "backed"])
def test_non_answers_of_both_cheap_models_reach_the_last(scrimp: Scrimp, signal: str) -> None:
    rows = list(recordings.rows(30))
    for number, row in enumerate(rows):
        for model in (recordings.CHEAP, recordings.OTHER) if number % 5 < 2 else ():
            row["models"][model]["out"] = WORDS[number % len(WORDS)]
    scrimp.file("recording.jsonl", recordings.text(rows))
    scrimp.file("prices.json", json.dumps(recordings.PRICES))
    scrimp.config(recordings.CONFIG)
    recordings.prompts(scrimp, "p.jsonl", range(30))
    (scrimp.home / "tuned.toml").write_text(ROUTE.format(signal=signal), encoding="utf-8")
    ran = scrimp("run", "p.jsonl", "--route", "sums")

    assert ran.status == 0, ran.err
    kept = [row["model"] for row in ran.rows]
    for number, model in enumerate(kept):
        differ = number % 10 in (3, 7)  # on these rows one of the cheap models is wrong
        agreed = recordings.CHEAP if signal == "backed" else recordings.OTHER
        assert model == (recordings.FLAGSHIP if number % 5 < 2 or differ else agreed), number
