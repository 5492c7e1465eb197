from __future__ import annotations

import json

from command import Scrimp


def test_advice_says_what_cheaper_models_would_have_answered(gathered: Scrimp) -> None:
    gathered("run", "p.jsonl", "-q", "--model", "rec/claude-large", "--cache", "off")
    gathered.file("other.jsonl", json.dumps({"text": "Translate this sentence."}) + "\n")
    ran = gathered("tune", "advise")
    (known, *_) = json.loads(gathered("tune", "advise", "--json").out)

    assert ran.status == 0, ran.err
    assert known["model"] == "rec/claude-large"
    assert (known["calls"], known["pairs"], known["below"]) == (400, 200, 0.8)
    assert 0 < float(known["worth_usd"]) < float(known["month_usd"])
    assert "80 %" in ran.out
    assert "rec/gemini-tiny and rec/gpt-tiny agree (200 pairs)" in ran.out
    assert "shadow" not in ran.out


def test_advice_without_pairs_says_how_to_get_them(recorded: Scrimp) -> None:
    assert "knows of no task yet" in recorded("tune", "advise").out
    recorded("run", "p.jsonl", "-q", "--limit", "5", "--model", "rec/claude-large")
    ran = recorded("tune", "advise")

    assert "unknown" in ran.out
    assert "scrimp tune shadow" in ran.out
